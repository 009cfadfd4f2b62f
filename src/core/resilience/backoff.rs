//! Exponential backoff with jitter.

use crate::core::rng::Rng;

/// How a delay is drawn below its ceiling E = min(cap, base · 2ⁿ), after the AWS Architecture Blog, "Exponential Backoff
/// And Jitter", 2015.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// Between 0 and E: spreads a crowd best.
    #[default]
    Full,
    /// Between E/2 and E: never at once.
    Equal,
    /// Between the base and three times the last delay, at most the cap: grows by chance.
    Decorrelated,
}

/// Delays that grow from `base` up to `cap`.
#[derive(Clone, Debug)]
pub struct Backoff {
    base: u64,
    cap: u64,
    jitter: Jitter,
    attempt: u32,
    last: u64,
}

impl Backoff {
    /// A backoff at its first step; `base` and `cap` in milliseconds.
    pub const fn new(base: u64, cap: u64, jitter: Jitter) -> Self {
        Self { base, cap, jitter, attempt: 0, last: base }
    }

    /// The largest delay the next step may take, in milliseconds.
    pub fn ceiling(&self) -> u64 {
        let grown = match self.jitter {
            Jitter::Full | Jitter::Equal => {
                1u64.checked_shl(self.attempt).and_then(|factor| self.base.checked_mul(factor))
            }
            Jitter::Decorrelated => self.last.checked_mul(3),
        };
        grown.map_or(self.cap, |grown| grown.min(self.cap))
    }

    /// The next delay in milliseconds.
    pub fn next_delay(&mut self, rng: &mut Rng) -> u64 {
        let ceiling = self.ceiling();
        let least = match self.jitter {
            Jitter::Full => 0,
            Jitter::Equal => ceiling / 2,
            Jitter::Decorrelated => self.base.min(ceiling),
        };
        self.last = least + rng.up_to(ceiling - least);
        self.attempt = self.attempt.saturating_add(1);
        self.last
    }

    /// Whether no delay has been drawn since it began.
    pub const fn is_fresh(&self) -> bool {
        self.attempt == 0
    }

    /// Back to the first step.
    pub const fn reset(&mut self) {
        self.attempt = 0;
        self.last = self.base;
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

    #[test]
    fn the_ceiling_doubles_to_the_cap_and_stays_there_for_ever() {
        let mut rng = Rng::new(1);
        let mut backoff = Backoff::new(1_000, 30_000, Jitter::Full);
        let ceilings: Vec<u64> = (0..3_000)
            .map(|_| {
                let ceiling = backoff.ceiling();
                assert!(backoff.next_delay(&mut rng) <= ceiling);
                ceiling
            })
            .collect();
        assert_eq!(ceilings[..6], [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
        assert!(ceilings[6..].iter().all(|ceiling| *ceiling == 30_000));
        backoff.reset();
        assert_eq!(backoff.ceiling(), 1_000);
    }

    #[test]
    fn full_jitter_spreads_a_crowd_over_the_whole_span() {
        let delays = crowd(Jitter::Full, 0);
        for tenth in 0..10 {
            let inside = delays.iter().filter(|delay| **delay / 100 == tenth).count();
            assert!((50..=150).contains(&inside), "{inside} of 1,000 clients in tenth {tenth}");
        }
    }

    #[test]
    fn equal_jitter_keeps_half_of_the_ceiling() {
        let delays = crowd(Jitter::Equal, 2);
        assert!(delays.iter().all(|delay| (2_000..=4_000).contains(delay)));
        assert!(delays.iter().any(|delay| *delay < 2_200) && delays.iter().any(|delay| *delay > 3_800));
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
