//! How long a breaker stays open.

use super::config::Config;
use crate::core::rng::Rng;

/// However long a server asks to be left alone, a breaker is not open for more than an hour at a time, in milliseconds.
pub const MOST_RETRY_AFTER: u64 = 3_600_000;

/// How long the `nth` opening in a row lasts, in milliseconds, where the server asks for `retry_after`.
///
/// The first lasts exactly `timeout`, which users rely on. Each later one has a ceiling of twice the last one's, up to
/// `max_timeout`, and equal jitter below it (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015): devices that
/// a service has failed together do not come back together.
pub fn duration(config: &Config, nth: u32, retry_after: Option<u64>, rng: &mut Rng) -> u64 {
    let doublings = nth.saturating_sub(1).min(63);
    let ceiling = config.timeout.saturating_mul(1 << doublings).min(config.max_timeout).max(config.timeout);
    let half = ceiling / 2;
    let drawn = if doublings == 0 { ceiling } else { half + rng.up_to(ceiling - half) };
    drawn.max(config.timeout).max(retry_after.unwrap_or(0).min(MOST_RETRY_AFTER))
}

/// The longest that an opening can last, in milliseconds.
pub fn longest(config: &Config) -> u64 {
    config.max_timeout.max(config.timeout).max(MOST_RETRY_AFTER)
}
