//! What realtime counts and measures.

use crate::core::time::Instant;

/// Counters since the start, and the latest measurements. Times in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Joins sent.
    pub joins: u32,
    /// Joins that the server refused, or did not answer in time.
    pub failed_joins: u32,
    /// Frames sent.
    pub sent: u32,
    /// Messages that buffers dropped.
    pub dropped: u32,
    /// How many times the link was lost and all that was wanted came to be live again.
    pub recoveries: u32,
    /// From the last loss until all that was wanted was live again.
    pub live_again: Option<u64>,
    /// The longest of these times.
    pub longest_live_again: Option<u64>,
    /// Since when something that was live is not.
    away_since: Option<Instant>,
}

impl Stats {
    /// The link is lost.
    pub fn away(&mut self, now: Instant) {
        self.away_since.get_or_insert(now);
    }

    /// All that is wanted is live.
    pub fn back(&mut self, now: Instant) {
        if let Some(since) = self.away_since.take() {
            let millis = now.since(since);
            self.recoveries += 1;
            self.live_again = Some(millis);
            self.longest_live_again = self.longest_live_again.max(Some(millis));
        }
    }

    /// Nothing is wanted any more.
    pub fn forget_absence(&mut self) {
        self.away_since = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_is_measured_from_its_first_loss() {
        let mut stats = Stats::default();
        let at = Instant::from_millis;
        stats.away(at(1_000));
        stats.away(at(2_000));
        stats.back(at(5_000));
        stats.back(at(9_000));
        stats.away(at(10_000));
        stats.back(at(11_000));
        assert_eq!(
            (stats.recoveries, stats.live_again, stats.longest_live_again),
            (2, Some(1_000), Some(4_000))
        );
    }
}
