//! What the cache tells of itself: numbers since it began, and health.

use super::Cache;
use super::output::Output;
use crate::core::time::Instant;

/// What is counted. In this order it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Calls that were given what was in memory.
    Memory,
    /// Calls that were given what was on the disk.
    Disk,
    /// Calls that were given what the remote tier had.
    Remote,
    /// Calls for which no tier had anything that holds.
    Missed,
    /// Calls that were given a stale value.
    Stale,
    /// Calls that were given a stale value because a fetch had failed.
    Degraded,
    /// Fetches that were begun.
    Flights,
    /// Calls that have joined a flight which was there.
    Shared,
    /// Values let go of for space in memory.
    Evicted,
    /// Writes that the disk has refused.
    RefusedByDisk,
    /// Questions that the remote tier was not reached with.
    RefusedByRemote,
}

/// How many there are.
pub const COUNTED: usize = 11;

/// How often each of [`Counted`], then how many values are in memory, and what they take, in bytes.
pub type Stats = [u64; COUNTED + 2];

/// What health was told last.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    refused: u32,
    is_disk_silent: bool,
    is_remote_ill: bool,
}

impl<P: Clone> Cache<P> {
    pub(super) fn count(&mut self, what: Counted) {
        if let Some(count) = self.counts.get_mut(what as usize) {
            *count += 1;
        }
    }

    /// What has happened so far, and what there is.
    pub fn stats(&self) -> Stats {
        let mut stats = self.counts;
        let [.., entries, bytes] = &mut stats;
        (*entries, *bytes) = (self.entries.len() as u64, self.bytes);
        stats
    }

    /// Health hears of a change.
    pub(super) fn tell_tiers(&mut self, now: Instant) {
        let (disk, is_disk_silent) = (self.repairs.len() as u32, self.is_disk_silent(now));
        let is_remote_well = self.is_remote_well;
        let told = Told { refused: disk, is_disk_silent, is_remote_ill: !is_remote_well };
        if told != self.told {
            self.told = told;
            self.outputs.push(Output::Tiers { disk, is_disk_silent, is_remote_well });
        }
    }
}
