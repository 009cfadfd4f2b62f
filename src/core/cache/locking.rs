//! The lock of a key: of the tabs that want to fetch it one does, and the others read what that has brought.

use super::Cache;
use super::entry::Standing;
use super::flying::{Flight, Phase, SHORTEST_LIFE};
use super::input::FlightId;
use super::output::Output;
use super::serving::Tier;
use crate::core::time::Instant;

/// How long another tab's fetch of a key is waited for, in milliseconds: one that sleeps keeps its locks.
const PATIENCE: u64 = 3_000;

impl<P: Clone> Cache<P> {
    /// The lock, if there are any.
    pub(super) fn take_off(&mut self, now: Instant, id: FlightId) {
        // What another tab brings does not come over a disk that is silent.
        let has_locks = self.settings.has_locks && !self.is_disk_silent(now);
        let disk_ends = Some(self.disk_end(now));
        let Some(flight) = self.flight(id) else { return };
        let (key, locks) = (flight.key.clone(), has_locks && flight.fetcher.is_some());
        if self.is_operated_on(&key.text) {
            return;
        }
        if let Some(flight) = self.flight(id) {
            flight.disk_ends = disk_ends;
        }
        // They are read meanwhile.
        self.knows_of_flight(id, false);
        if locks {
            self.set_phase(id, Phase::Locking);
            self.outputs.push(Output::Lock { flight: id, key: key.text, within: PATIENCE });
        } else {
            self.ask_remote(now, id);
        }
    }

    /// The lock is held.
    pub(super) fn locked(&mut self, now: Instant, id: FlightId, was_contended: bool) {
        let disk_ends = Some(self.disk_end(now));
        let is_locking = |flight: &&mut Flight<P>| matches!(flight.phase, Phase::Locking);
        let Some(flight) = self.flight(id).filter(is_locking) else { return };
        flight.has_lock = true;
        let key = flight.key.clone();
        if !was_contended {
            return self.ask_remote(now, id);
        }
        (flight.phase, flight.disk_ends) = (Phase::Reading, disk_ends);
        // What the other tab has brought is on the disk.
        if let Some(entry) = self.entries.get_mut(&*key.text) {
            entry.is_suspect = true;
        }
        self.read_latest(now, &key);
    }

    /// The disk was read for flights whose lock another tab had before.
    pub(super) fn flights_have_read(&mut self, now: Instant, key: &str) {
        let waits = |flight: &&Flight<P>| matches!(flight.phase, Phase::Reading) && *flight.key.text == *key;
        let Some(flight) = self.flights.iter().find(waits) else { return };
        let patience = if flight.is_forced { 0 } else { SHORTEST_LIFE };
        let (id, since) = (flight.id, flight.began.saturating_sub(patience));
        let wall = self.wall(now);
        // Something that another tab has fetched since this flight began, or, unless that is too old, while it waited.
        let is_new = self.entries.get(key).is_some_and(|entry| {
            entry.standing(wall) == Standing::Fresh && entry.eager.is_none() && entry.header.stored >= since
        });
        if !is_new {
            return self.ask_remote(now, id);
        }
        let Some(flight) = self.take_flight(id) else { return };
        self.end_outside(&flight);
        self.serve_callers_of(now, id, Tier::Disk);
    }
}
