//! How long a server is left alone that limits something.

use crate::core::rng::Rng;

/// How long the server's limiters are given, in milliseconds: they average over as much.
const SLOW_DOWN: u64 = 60_000;
/// Those that were limited together come back over so many milliseconds.
const SLOW_SPREAD: u64 = 30_000;

/// How long to leave a server alone that limits something, in milliseconds.
pub fn slow_down(rng: &mut Rng) -> u64 {
    SLOW_DOWN + rng.up_to(SLOW_SPREAD)
}
