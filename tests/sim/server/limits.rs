//! Rates as the server measures them: averaged over buckets of five seconds, up to twelve of them.

use std::collections::VecDeque;

use super::Millis;

const BUCKET: Millis = 5_000;
const BUCKETS: u64 = 12;

/// Events a second, averaged over the last minute or as long as there have been any.
#[derive(Debug, Default)]
pub struct Averages {
    /// Each bucket's number and count, the oldest first.
    buckets: VecDeque<(u64, u64)>,
}

impl Averages {
    /// Counts events that happen now.
    pub fn count(&mut self, now: Millis, events: u64) {
        let bucket = now / BUCKET;
        match self.buckets.back_mut() {
            Some((last, count)) if *last == bucket => *count += events,
            _ => self.buckets.push_back((bucket, events)),
        }
        self.forget(bucket);
    }

    /// Whether there are more than `limit` a second. A bucket counts once it is over.
    pub fn exceeds(&mut self, now: Millis, limit: u64) -> bool {
        let bucket = now / BUCKET;
        self.forget(bucket);
        let Some((first, _)) = self.buckets.front() else { return false };
        let over: u64 =
            self.buckets.iter().filter(|(number, _)| *number < bucket).map(|(_, count)| count).sum();
        over > limit * (BUCKET / 1_000) * (bucket - first).clamp(1, BUCKETS)
    }

    fn forget(&mut self, bucket: u64) {
        while self.buckets.front().is_some_and(|(number, _)| number + BUCKETS < bucket) {
            self.buckets.pop_front();
        }
    }
}
