//! What the client counts and measures about itself.

use std::collections::VecDeque;

use crate::core::time::Instant;

/// Round trips kept for percentiles.
const SAMPLES: usize = 100;

/// Counters since the client was made, and its latest measurements. Times in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Sockets opened.
    pub connections: u32,
    /// Sockets opened after one had been lost.
    pub reconnects: u32,
    /// Joins sent.
    pub joins: u32,
    /// Joins that the server refused, or did not answer in time.
    pub failed_joins: u32,
    /// Frames sent.
    pub sent: u32,
    /// Messages that buffers dropped.
    pub dropped: u32,
    /// Heartbeats that were answered.
    pub heartbeats: u32,
    /// How many times the link was lost and all that was wanted came to be live again.
    pub recoveries: u32,
    /// From the last loss until all that was wanted was live again.
    pub live_again: Option<u64>,
    /// The longest of these times.
    pub longest_live_again: Option<u64>,
    /// Since when something that was live is not.
    away_since: Option<Instant>,
    round_trips: VecDeque<u64>,
}

impl Stats {
    /// A heartbeat was answered after so many milliseconds.
    pub fn round_trip(&mut self, millis: u64) {
        self.heartbeats += 1;
        if self.round_trips.len() == SAMPLES {
            self.round_trips.pop_front();
        }
        self.round_trips.push_back(millis);
    }

    /// The round trip that so many percent of the last hundred heartbeats did not exceed (nearest rank); `None` before
    /// the first.
    pub fn percentile(&self, percent: usize) -> Option<u64> {
        // Few samples, seldom asked for: counting is enough, and code for sorting is dear.
        let reaches = |candidate: u64| {
            let within = self.round_trips.iter().filter(|sample| **sample <= candidate).count();
            within * 100 >= self.round_trips.len() * percent
        };
        self.round_trips.iter().copied().filter(|sample| reaches(*sample)).min()
    }

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
    fn percentiles_are_those_of_the_last_hundred() {
        let mut stats = Stats::default();
        assert_eq!(stats.percentile(50), None);
        stats.round_trip(7);
        assert_eq!((stats.percentile(50), stats.percentile(99)), (Some(7), Some(7)));
        (1..=200).for_each(|millis| stats.round_trip(millis));
        assert_eq!(
            (stats.percentile(50), stats.percentile(95), stats.percentile(99)),
            (Some(150), Some(195), Some(199))
        );
        assert_eq!(stats.heartbeats, 201);
    }

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
