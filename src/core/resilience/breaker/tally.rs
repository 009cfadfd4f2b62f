//! What windows count, and when it is too much.

use super::event::Reason;

/// How a call that counts has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Whether it failed.
    pub is_failure: bool,
    /// Whether it was slow, successful or not.
    pub is_slow: bool,
}

/// Calls, and how many of them were bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All.
    pub calls: u32,
    /// Those that failed.
    pub failures: u32,
    /// Those that were slow.
    pub slow: u32,
}

impl Tally {
    /// Counts one more.
    pub const fn add(&mut self, mark: Mark) {
        self.calls = self.calls.saturating_add(1);
        self.failures = self.failures.saturating_add(mark.is_failure as u32);
        self.slow = self.slow.saturating_add(mark.is_slow as u32);
    }

    /// No longer counts these.
    pub const fn subtract(&mut self, other: Self) {
        self.calls = self.calls.saturating_sub(other.calls);
        self.failures = self.failures.saturating_sub(other.failures);
        self.slow = self.slow.saturating_sub(other.slow);
    }
}

/// How much of it is too much. Rates in per cent.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Fewer calls say nothing.
    pub minimum: u32,
    /// The share of failures.
    pub rate: u32,
    /// The share of slow calls, if they count.
    pub slow_rate: Option<u32>,
}

impl Limits {
    /// Why it is too much after a call that ended so. Only a bad call opens a breaker: right after a good one the service
    /// is known to answer.
    pub fn exceeded(&self, tally: Tally, mark: Mark) -> Option<Reason> {
        let is_over = |bad: u32, rate: u32| {
            tally.calls >= self.minimum && u64::from(bad) * 100 >= u64::from(rate) * u64::from(tally.calls)
        };
        if mark.is_failure && is_over(tally.failures, self.rate) {
            return Some(Reason::Failures);
        }
        (mark.is_slow && is_over(tally.slow, self.slow_rate?)).then_some(Reason::Slow)
    }
}
