//! Exponential backoff with full jitter.

use crate::core::rng::Rng;

/// Delays that double from `base` up to `cap`, each drawn evenly between 0 and that ceiling: "full jitter"
/// (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015), which spreads a crowd of clients best.
#[derive(Clone, Debug)]
pub struct Backoff {
    base: u64,
    cap: u64,
    attempt: u32,
}

impl Backoff {
    /// A backoff at its first step; `base` and `cap` in milliseconds.
    pub const fn new(base: u64, cap: u64) -> Self {
        Self { base, cap, attempt: 0 }
    }

    /// The largest delay the next step may take, in milliseconds.
    pub fn ceiling(&self) -> u64 {
        1u64.checked_shl(self.attempt)
            .and_then(|factor| self.base.checked_mul(factor))
            .map_or(self.cap, |grown| grown.min(self.cap))
    }

    /// The next delay in milliseconds.
    pub fn next_delay(&mut self, rng: &mut Rng) -> u64 {
        let delay = rng.up_to(self.ceiling());
        self.attempt = self.attempt.saturating_add(1);
        delay
    }

    /// Back to the first step.
    pub const fn reset(&mut self) {
        self.attempt = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_to_the_cap_and_stays_there_for_ever() {
        let mut rng = Rng::new(1);
        let mut backoff = Backoff::new(1_000, 30_000);
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
    fn jitter_spreads_a_crowd_over_the_whole_span() {
        let delays: Vec<u64> =
            (0..1_000).map(|seed| Backoff::new(1_000, 30_000).next_delay(&mut Rng::new(seed))).collect();
        for tenth in 0..10 {
            let inside = delays.iter().filter(|delay| **delay / 100 == tenth).count();
            assert!((50..=150).contains(&inside), "{inside} of 1,000 clients in tenth {tenth}");
        }
    }
}
