//! What is told of a check's past.

use super::histogram::Histogram;
use super::hours::{DAY_HOURS, HOUR, HourOf, Hours};

/// Signals that are kept one by one.
const RECENT: usize = 60;

/// The latencies of a span of time, in milliseconds, each at most 1/16 off; `None` without a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// What half of the answers did not exceed.
    pub p50: Option<u64>,
    /// What 95 per cent did not.
    pub p95: Option<u64>,
    /// What 99 per cent did not.
    pub p99: Option<u64>,
    /// How many answers there were.
    pub samples: u64,
}

/// A span of a check's past. Times in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// How long it was healthy.
    pub up: u64,
    /// How long it was degraded.
    pub degraded: u64,
    /// How long it was unhealthy.
    pub down: u64,
    /// How long nothing was known of it: no page was open, or the network was gone.
    pub unknown: u64,
    /// How long its answers took.
    pub latency: Latency,
}

impl Span {
    /// The part of the known time in which it worked, degraded or not, per thousand; `None` if nothing is known.
    pub const fn uptime(&self) -> Option<u32> {
        let up = self.up + self.degraded;
        match up + self.down {
            0 => None,
            known => Some((up * 1_000 / known) as u32),
        }
    }
}

/// One hour of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// When it began, in milliseconds since 1970.
    pub start: u64,
    /// What was in it.
    pub span: Span,
}

/// One signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When, in milliseconds since 1970.
    pub wall: u64,
    /// How long it took in milliseconds, if that was measured.
    pub latency: Option<u64>,
    /// Whether it was good.
    pub is_ok: bool,
}

/// The past of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The hours of the last 7 days of which anything is known, in their order. The last may not be over.
    pub hours: Vec<Hour>,
    /// The last 24 hours, the current one included.
    pub day: Span,
    /// The last 7 days, the current hour included.
    pub week: Span,
    /// The last 60 signals since the page was loaded, in their order.
    pub recent: Vec<Sample>,
}

/// Spans put together.
#[derive(Default)]
struct Sum {
    span: Span,
    latencies: Histogram,
}

impl Sum {
    fn add(&mut self, hour: &HourOf) {
        let [up, degraded, down] = hour.times.map(u64::from);
        self.span.up += up;
        self.span.degraded += degraded;
        self.span.down += down;
        self.latencies.merge(&hour.latencies);
    }

    /// All of it, if the span is so long.
    fn of(mut self, length: u64) -> Span {
        let Span { up, degraded, down, .. } = self.span;
        self.span.unknown = length.saturating_sub(up + degraded + down);
        let percentile = |percent| self.latencies.percentile(percent);
        self.span.latency = Latency {
            p50: percentile(50),
            p95: percentile(95),
            p99: percentile(99),
            samples: self.latencies.samples(),
        };
        self.span
    }
}

/// Keeps the past of a check.
#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    pub(super) hours: Hours,
    recent: Vec<Sample>,
}

impl Past {
    /// Takes in a signal; what `is_kept` stays for a week.
    pub(super) fn sample(&mut self, sample: Sample, is_kept: bool) {
        if self.recent.len() >= RECENT {
            self.recent.remove(0);
        }
        self.recent.push(sample);
        if let Some(latency) = sample.latency.filter(|_| is_kept && sample.is_ok) {
            self.hours.sample(sample.wall, latency);
        }
    }

    /// As of `wall`, milliseconds since 1970.
    pub(super) fn told(&self, wall: u64) -> History {
        let now = wall / HOUR;
        let passed = wall % HOUR;
        let (mut day, mut week) = (Sum::default(), Sum::default());
        let mut hours = Vec::new();
        for hour in self.hours.week(now) {
            let mut sum = Sum::default();
            sum.add(hour);
            week.add(hour);
            if hour.hour + DAY_HOURS > now {
                day.add(hour);
            }
            let length = if hour.hour == now { passed } else { HOUR };
            hours.push(Hour { start: hour.hour * HOUR, span: sum.of(length) });
        }
        let length = |hours: u64| (hours - 1) * HOUR + passed;
        History {
            hours,
            day: day.of(length(DAY_HOURS)),
            week: week.of(length(7 * DAY_HOURS)),
            recent: self.recent.clone(),
        }
    }
}
