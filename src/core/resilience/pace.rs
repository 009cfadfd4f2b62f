//! A pace that is kept: so many at once, then so many a second.

use crate::core::time::Instant;

/// A token bucket (Turner, "New directions in communications", 1986): it holds a second's worth, so that no second sees
/// more than twice the rate and no longer span more than the rate and one second's worth.
#[derive(Clone, Debug)]
pub struct Pace {
    per_second: u64,
    /// What is in the bucket, in thousandths.
    held: u64,
    filled: Instant,
}

impl Pace {
    /// A full bucket; `per_second` at least 1.
    pub const fn new(per_second: u64) -> Self {
        let per_second = if per_second == 0 { 1 } else { per_second };
        Self { per_second, held: per_second * 1_000, filled: Instant::from_millis(0) }
    }

    /// Takes one if there is one.
    pub fn take(&mut self, now: Instant) -> bool {
        let gained = now.since(self.filled).saturating_mul(self.per_second);
        self.held = self.held.saturating_add(gained).min(self.per_second * 1_000);
        self.filled = now;
        let taken = self.held >= 1_000;
        if taken {
            self.held -= 1_000;
        }
        taken
    }

    /// Milliseconds until there is one again, after [`Pace::take`] has said no.
    pub const fn wait(&self) -> u64 {
        1_000u64.saturating_sub(self.held).div_ceil(self.per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_s_worth_goes_at_once_and_then_the_rate_is_kept() {
        let mut pace = Pace::new(50);
        let mut now = Instant::from_millis(5_000);
        let mut taken = Vec::new();
        for _ in 0..200 {
            while !pace.take(now) {
                assert!(pace.wait() > 0);
                now = now.after(pace.wait());
            }
            taken.push(now.since(Instant::from_millis(5_000)));
        }
        assert!(taken[..50].iter().all(|millis| *millis == 0));
        assert_eq!((taken[50], taken[100], taken[199]), (20, 1_020, 3_000));
    }

    #[test]
    fn rest_fills_no_more_than_the_bucket() {
        let mut pace = Pace::new(2);
        let later = Instant::from_millis(3_600_000);
        assert_eq!((0..5).filter(|_| pace.take(later)).count(), 2);
    }
}
