//! The calls of the last time, however many there were.

use super::config::MOST_BUCKETS;
use super::tally::{Mark, Tally};
use crate::core::time::Instant;

/// A ring of buckets, each of which counts the calls of its part of the time.
///
/// The newest bucket is not full yet, so what is looked at is between the window less one bucket and the whole window. A
/// bucket belongs to its number, the time divided by its width: whatever time has passed without a call, all that
/// have expired are cleared.
#[derive(Debug)]
pub struct TimeWindow {
    /// The width of a bucket, in milliseconds.
    width: u64,
    buckets: Vec<Tally>,
    /// The number of the newest bucket.
    newest: u64,
    /// Where it stands.
    place: usize,
    /// All buckets together.
    tally: Tally,
    /// How many buckets calls have touched, all told.
    #[cfg(test)]
    touched: u64,
}

impl TimeWindow {
    /// Of no calls yet; `window` in milliseconds.
    pub fn new(window: u64, buckets: u32) -> Self {
        let buckets = buckets.clamp(1, MOST_BUCKETS);
        Self {
            width: window.div_ceil(u64::from(buckets)).max(1),
            buckets: vec![Tally::default(); buckets as usize],
            newest: 0,
            place: 0,
            tally: Tally::default(),
            #[cfg(test)]
            touched: 0,
        }
    }

    /// What is in it.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// Forgets what has expired.
    pub fn advance(&mut self, now: Instant) {
        let number = now.as_millis() / self.width;
        let passed = number.saturating_sub(self.newest).min(self.buckets.len() as u64);
        for _ in 0..passed {
            self.place = (self.place + 1) % self.buckets.len();
            if let Some(bucket) = self.buckets.get_mut(self.place) {
                self.tally.subtract(std::mem::take(bucket));
            }
        }
        #[cfg(test)]
        {
            self.touched += passed;
        }
        self.newest = self.newest.max(number);
    }

    /// Puts a call in.
    pub fn record(&mut self, now: Instant, mark: Mark) {
        self.advance(now);
        if let Some(bucket) = self.buckets.get_mut(self.place) {
            bucket.add(mark);
            self.tally.add(mark);
        }
        #[cfg(test)]
        {
            self.touched += 1;
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.buckets.fill(Tally::default());
        self.tally = Tally::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILURE: Mark = Mark { is_failure: true, is_slow: false };

    #[test]
    fn an_idle_hour_clears_every_bucket() {
        let mut window = TimeWindow::new(5_000, 10);
        let record = |window: &mut TimeWindow, millis| {
            window.record(Instant::from_millis(millis), FAILURE);
            window.tally().failures
        };
        assert_eq!((0..9).map(|call| record(&mut window, 1_000 + call * 400)).last(), Some(9));
        assert_eq!(record(&mut window, 3_600_000), 1);
    }

    #[test]
    fn a_bucket_is_forgotten_whole_once_the_window_has_passed_since_it_began() {
        let mut window = TimeWindow::new(1_000, 4);
        for millis in [0, 249, 250, 600] {
            window.record(Instant::from_millis(millis), FAILURE);
        }
        for (millis, failures) in
            [(999, 4), (1_000, 2), (1_249, 2), (1_250, 1), (1_499, 1), (1_500, 0), (2_000, 0)]
        {
            window.advance(Instant::from_millis(millis));
            assert_eq!(window.tally().failures, failures, "at {millis}");
        }
    }

    #[test]
    fn a_call_costs_the_same_among_a_thousand_and_among_a_hundred_thousand() {
        for calls in [1_000, 100_000] {
            let mut window = TimeWindow::new(60_000, 60);
            for call in 0..calls {
                window.record(Instant::from_millis(call * 60_000 / calls), FAILURE);
            }
            assert_eq!(window.tally().failures, calls as u32);
            // One for each call, and one for each part of the time.
            assert_eq!(window.touched, calls + 59);
        }
    }

    #[test]
    fn any_size_is_brought_within_its_bounds() {
        for (window, buckets, width, count) in
            [(0, 0, 1, 1), (u64::MAX, u32::MAX, u64::MAX.div_ceil(100), 100), (7, 100, 1, 100)]
        {
            let window = TimeWindow::new(window, buckets);
            assert_eq!((window.width, window.buckets.len()), (width, count));
        }
    }
}
