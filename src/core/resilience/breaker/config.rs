//! What a breaker is told once.

/// The most calls that a count window holds.
pub const MOST_SIZE: u32 = 10_000;
/// The most buckets of a time window.
pub const MOST_BUCKETS: u32 = 100;

/// What a breaker is told once. Times in milliseconds; a value outside its range counts as the nearest inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What opens the breaker.
    pub detector: DetectorConfig,
    /// From when on a call is slow, and how many may be. Windows alone count slow calls.
    pub slow: Option<Slow>,
    /// How long the first opening lasts.
    pub timeout: u64,
    /// How long one of several openings in a row lasts at most, unless the server asks for more; at least `timeout`.
    pub max_timeout: u64,
    /// How many calls may be under way at once while half-open; at least 1.
    pub probes: u32,
    /// How long the calls under way while half-open may take until one of them succeeds.
    pub probe_timeout: u64,
    /// How many successes while half-open close the breaker; at least 1.
    pub successes: u32,
}

/// What opens a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetectorConfig {
    /// Failures in a row.
    Consecutive {
        /// So many; at least 1.
        threshold: u32,
        /// So many milliseconds without a failure clear the count, as a success does.
        reset_timeout: u64,
    },
    /// The share of failures among the last calls.
    Count {
        /// So many calls are looked at: 1 to [`MOST_SIZE`].
        size: u32,
        /// Fewer calls say nothing: 1 to `size`.
        minimum: u32,
        /// The share that opens, in per cent: 1 to 100.
        rate: u32,
    },
    /// The share of failures among the calls of the last time.
    Time {
        /// So many milliseconds are looked at.
        window: u64,
        /// In so many parts, of which the oldest is forgotten whole: 1 to [`MOST_BUCKETS`].
        buckets: u32,
        /// Fewer calls say nothing; at least 1.
        minimum: u32,
        /// The share that opens, in per cent: 1 to 100.
        rate: u32,
    },
}

/// From when on a call is slow, and how many may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slow {
    /// A call that takes longer is slow, in milliseconds.
    pub millis: u64,
    /// The share of slow calls that opens, in per cent: 1 to 100.
    pub rate: u32,
}
