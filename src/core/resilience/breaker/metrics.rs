//! What a breaker counts for people to look at.

use super::state::State;
use crate::core::time::Instant;

/// What a breaker counts. Calls that came back after the state that let them pass was over are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// The state now.
    pub state: State,
    /// The failures that the detector counts now.
    pub failure_count: u32,
    /// All successes.
    pub success_count: u32,
    /// All failures.
    pub failures: u32,
    /// All refused calls.
    pub rejections: u32,
    /// How often in a row it has opened without closing in between.
    pub openings: u32,
    /// The probes under way.
    pub probes: u32,
    /// When the last failure came back.
    pub last_failure: Option<Instant>,
    /// How long it will be open, in milliseconds, if it is.
    pub retry_after: Option<u64>,
    /// The generation of the state.
    pub generation: u32,
}

/// What of it is counted from the beginning.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub successes: u32,
    pub failures: u32,
    pub rejections: u32,
    pub last_failure: Option<Instant>,
}
