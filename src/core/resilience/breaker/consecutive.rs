//! Failures in a row.

use crate::core::time::Instant;

/// Failures in a row, none of them long after the last.
#[derive(Debug)]
pub struct Consecutive {
    threshold: u32,
    reset_timeout: u64,
    failures: u32,
    /// The last failure; of no meaning if none is counted.
    last: Instant,
}

impl Consecutive {
    /// Of none yet.
    pub fn new(threshold: u32, reset_timeout: u64) -> Self {
        Self { threshold: threshold.max(1), reset_timeout, failures: 0, last: Instant::from_millis(0) }
    }

    /// How many there are.
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// Forgets them if the last is too long ago.
    pub const fn advance(&mut self, now: Instant) {
        if now.since(self.last) >= self.reset_timeout {
            self.failures = 0;
        }
    }

    /// A call has ended; whether there are now too many.
    pub fn record(&mut self, now: Instant, is_failure: bool) -> bool {
        if !is_failure {
            self.failures = 0;
            return false;
        }
        self.advance(now);
        self.failures = self.failures.saturating_add(1);
        self.last = now;
        self.failures >= self.threshold
    }

    /// Forgets all.
    pub const fn clear(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_or_a_pause_begins_the_row_anew() {
        let mut row = Consecutive::new(3, 1_000);
        let mut opens = |millis, is_failure| row.record(Instant::from_millis(millis), is_failure);
        for (millis, is_failure, is_open) in [
            (0, true, false),
            (999, true, false),
            (1_000, false, false),
            (1_001, true, false),
            (1_002, true, false),
            // Exactly the pause.
            (2_002, true, false),
            (2_003, true, false),
            (3_002, true, true),
        ] {
            assert_eq!(opens(millis, is_failure), is_open, "at {millis}");
        }
    }
}
