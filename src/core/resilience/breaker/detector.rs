//! What opens a breaker.

use super::config::{Config, DetectorConfig};
use super::consecutive::Consecutive;
use super::count_window::CountWindow;
use super::event::Reason;
use super::tally::{Limits, Mark};
use super::time_window::TimeWindow;
use crate::core::time::Instant;

/// What has become of the calls, as far as the breaker must know.
#[derive(Debug)]
enum Kind {
    Consecutive(Consecutive),
    Count(CountWindow, Limits),
    Time(TimeWindow, Limits),
}

/// What opens a breaker.
#[derive(Debug)]
pub struct Detector {
    kind: Kind,
    /// A call that takes longer is slow, in milliseconds.
    slow: u64,
}

impl Detector {
    /// Of no calls yet.
    pub fn new(config: &Config) -> Self {
        let limits = |minimum: u32, rate: u32| Limits {
            minimum: minimum.max(1),
            rate: rate.clamp(1, 100),
            slow_rate: config.slow.map(|slow| slow.rate.clamp(1, 100)),
        };
        let slow = config.slow.map_or(u64::MAX, |slow| slow.millis);
        match config.detector {
            DetectorConfig::Consecutive { threshold, reset_timeout } => {
                let kind = Kind::Consecutive(Consecutive::new(threshold, reset_timeout));
                Self { kind, slow: u64::MAX }
            }
            DetectorConfig::Count { size, minimum, rate } => {
                let window = CountWindow::new(size);
                let minimum = minimum.min(window.size());
                Self { kind: Kind::Count(window, limits(minimum, rate)), slow }
            }
            DetectorConfig::Time { window, buckets, minimum, rate } => {
                Self { kind: Kind::Time(TimeWindow::new(window, buckets), limits(minimum, rate)), slow }
            }
        }
    }

    /// Whether a call that took so many milliseconds counts as slow.
    pub const fn is_slow(&self, latency: u64) -> bool {
        latency > self.slow
    }

    /// Whether any call can be slow.
    pub const fn is_timed(&self) -> bool {
        self.slow < u64::MAX
    }

    /// Whether a success would change nothing.
    pub const fn ignores_success(&self) -> bool {
        matches!(&self.kind, Kind::Consecutive(row) if row.failures() == 0)
    }

    /// Forgets what is too long ago.
    pub fn advance(&mut self, now: Instant) {
        match &mut self.kind {
            Kind::Consecutive(row) => row.advance(now),
            Kind::Count(..) => {}
            Kind::Time(window, _) => window.advance(now),
        }
    }

    /// A call has ended; why the breaker must open, if it must.
    pub fn record(&mut self, now: Instant, mark: Mark) -> Option<Reason> {
        let (tally, limits) = match &mut self.kind {
            Kind::Consecutive(row) => return row.record(now, mark.is_failure).then_some(Reason::Failures),
            Kind::Count(window, limits) => {
                window.record(mark);
                (window.tally(), limits)
            }
            Kind::Time(window, limits) => {
                window.record(now, mark);
                (window.tally(), limits)
            }
        };
        limits.exceeded(tally, mark)
    }

    /// How many failures it counts now.
    pub const fn failures(&self) -> u32 {
        match &self.kind {
            Kind::Consecutive(row) => row.failures(),
            Kind::Count(window, _) => window.tally().failures,
            Kind::Time(window, _) => window.tally().failures,
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        match &mut self.kind {
            Kind::Consecutive(row) => row.clear(),
            Kind::Count(window, _) => window.clear(),
            Kind::Time(window, _) => window.clear(),
        }
    }
}
