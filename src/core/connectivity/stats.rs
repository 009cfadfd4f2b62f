//! What connectivity counts and measures.

/// Round trips kept for percentiles.
const SAMPLES: usize = 100;

/// Counters since the start, and the latest round trips.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Sockets opened.
    pub connections: u32,
    /// Sockets opened after one had been lost.
    pub reconnects: u32,
    /// Heartbeats that were answered.
    pub heartbeats: u32,
    round_trips: Vec<u64>,
}

impl Stats {
    /// A socket has opened.
    pub fn opened(&mut self) {
        self.reconnects += u32::from(self.connections > 0);
        self.connections += 1;
    }

    /// A heartbeat was answered after so many milliseconds.
    pub fn round_trip(&mut self, millis: u64) {
        self.heartbeats += 1;
        if self.round_trips.len() == SAMPLES {
            self.round_trips.remove(0);
        }
        self.round_trips.push(millis);
    }

    /// The round trip in milliseconds that so many percent of the last hundred heartbeats did not exceed (nearest rank);
    /// `None` before the first.
    pub fn percentile(&self, percent: usize) -> Option<u64> {
        // Few samples, seldom asked for: counting is enough, and code for sorting is dear.
        let mut least = None;
        for sample in &self.round_trips {
            let within = self.round_trips.iter().filter(|other| *other <= sample).count();
            let reaches = within * 100 >= self.round_trips.len() * percent;
            if reaches && least.is_none_or(|least| *sample < least) {
                least = Some(*sample);
            }
        }
        least
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
}
