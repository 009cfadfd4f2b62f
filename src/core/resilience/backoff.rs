//! Exponential backoff with jitter.

use crate::core::rng::Rng;

/// How a delay is drawn below its ceiling E.
///
/// `Full`, `Equal` and `Decorrelated` are those of the AWS Architecture Blog, "Exponential Backoff And Jitter", 2015. The
/// growth of `Spaced` is that of Google's HTTP client (`ExponentialBackOff`, `DEFAULT_MULTIPLIER` 1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// The first between 0 and E, all others between E/2 and E, where E grows by half each time: attempts keep a distance
    /// from each other, and none leaves a long pause.
    Spaced,
    /// Between 0 and E = min(cap, base · 2ⁿ): several may fall together, and a long pause then follows.
    Full,
    /// Between E/2 and E = min(cap, base · 2ⁿ): never at once.
    Equal,
    /// Between the base and three times the last delay, at most the cap: grows by chance.
    Decorrelated,
    /// E = min(cap, base · 2ⁿ) itself: those that failed together come back together.
    None,
}

/// Delays that grow from `base` up to `cap`.
#[derive(Clone, Debug)]
pub struct Backoff {
    base: u64,
    cap: u64,
    jitter: Jitter,
    /// The largest that the next delay may be; `None` before the first.
    grown: Option<u64>,
}

impl Backoff {
    /// A backoff at its first step; `base` and `cap` in milliseconds.
    pub const fn new(base: u64, cap: u64, jitter: Jitter) -> Self {
        Self { base, cap, jitter, grown: None }
    }

    /// The largest delay the next step may take, in milliseconds.
    pub fn ceiling(&self) -> u64 {
        let first = match self.jitter {
            Jitter::Decorrelated => self.base.saturating_mul(3),
            _ => self.base,
        };
        self.grown.unwrap_or(first).min(self.cap)
    }

    /// The next delay in milliseconds.
    pub fn next_delay(&mut self, rng: &mut Rng) -> u64 {
        let ceiling = self.ceiling();
        let least = match self.jitter {
            Jitter::Spaced if self.grown.is_none() => 0,
            Jitter::Full => 0,
            Jitter::Spaced | Jitter::Equal => ceiling / 2,
            Jitter::Decorrelated => self.base.min(ceiling),
            Jitter::None => ceiling,
        };
        let delay = least + rng.up_to(ceiling - least);
        self.grown = Some(match self.jitter {
            Jitter::Spaced => ceiling.saturating_add(ceiling.div_ceil(2)),
            Jitter::Full | Jitter::Equal | Jitter::None => ceiling.saturating_mul(2),
            Jitter::Decorrelated => delay.saturating_mul(3),
        });
        delay
    }

    /// Back to the first step.
    pub const fn reset(&mut self) {
        self.grown = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(jitter: Jitter, step: usize) -> Vec<u64> {
        let delay = |seed| {
            let (mut backoff, mut rng) = (Backoff::new(1_000, 30_000, jitter), Rng::new(seed));
            (0..=step).map(|_| backoff.next_delay(&mut rng)).last().unwrap_or_default()
        };
        (0..1_000).map(delay).collect()
    }

    /// The ceilings of the first 3,000 delays, each of which keeps to its own.
    fn ceilings(backoff: &mut Backoff) -> Vec<u64> {
        let mut rng = Rng::new(1);
        let ceiling = |_| {
            let ceiling = backoff.ceiling();
            assert!(backoff.next_delay(&mut rng) <= ceiling);
            ceiling
        };
        (0..3_000).map(ceiling).collect()
    }

    #[test]
    fn the_ceiling_grows_to_the_cap_and_stays_there_for_ever() {
        let doubling: &[u64] = &[1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
        let by_half: &[u64] = &[1_000, 1_500, 2_250, 3_375, 5_063, 7_595, 11_393, 17_090, 25_635, 30_000];
        for (jitter, grows) in [
            (Jitter::Spaced, by_half),
            (Jitter::Full, doubling),
            (Jitter::Equal, doubling),
            (Jitter::None, doubling),
        ] {
            let mut backoff = Backoff::new(1_000, 30_000, jitter);
            let ceilings = ceilings(&mut backoff);
            assert_eq!(&ceilings[..grows.len()], grows, "{jitter:?}");
            assert!(ceilings[grows.len()..].iter().all(|ceiling| *ceiling == 30_000), "{jitter:?}");
            backoff.reset();
            assert_eq!(backoff.ceiling(), 1_000);
        }
    }

    #[test]
    fn the_smallest_base_grows_too_and_none_passes_its_cap() {
        for jitter in [Jitter::Spaced, Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::None] {
            // What is drawn between 1 and 3 has its chances to stay there.
            let highest = ceilings(&mut Backoff::new(1, 30_000, jitter)).into_iter().max();
            assert!(highest == Some(30_000) || jitter == Jitter::Decorrelated, "{highest:?}: {jitter:?}");
            for limit in [500, u64::MAX] {
                let ceilings = ceilings(&mut Backoff::new(limit, limit, jitter));
                assert!(ceilings.iter().all(|ceiling| *ceiling == limit), "{jitter:?}");
            }
        }
    }

    #[test]
    fn a_crowd_is_spread_over_the_whole_first_span() {
        for jitter in [Jitter::Spaced, Jitter::Full] {
            let delays = crowd(jitter, 0);
            for tenth in 0..10 {
                let inside = delays.iter().filter(|delay| **delay / 100 == tenth).count();
                assert!(
                    (50..=150).contains(&inside),
                    "{inside} of 1,000 clients in tenth {tenth}: {jitter:?}"
                );
            }
        }
    }

    #[test]
    fn equal_and_spaced_jitter_keep_half_of_the_ceiling() {
        for (jitter, ceiling) in [(Jitter::Equal, 4_000), (Jitter::Spaced, 2_250)] {
            let delays = crowd(jitter, 2);
            assert!(delays.iter().all(|delay| (ceiling / 2..=ceiling).contains(delay)), "{jitter:?}");
            assert!(delays.iter().any(|delay| *delay < ceiling * 11 / 20), "{jitter:?}");
            assert!(delays.iter().any(|delay| *delay > ceiling * 19 / 20), "{jitter:?}");
        }
    }

    #[test]
    fn decorrelated_jitter_draws_between_the_base_and_three_times_the_last_delay() {
        let (mut backoff, mut rng) = (Backoff::new(1_000, 30_000, Jitter::Decorrelated), Rng::new(3));
        let mut last = 1_000;
        for _ in 0..1_000 {
            let delay = backoff.next_delay(&mut rng);
            assert!((1_000..=30_000.min(3 * last)).contains(&delay), "{delay} after {last}");
            last = delay;
        }
        assert!(crowd(Jitter::Decorrelated, 6).iter().any(|delay| *delay > 25_000), "up to the cap");
    }
}
