//! How queues go to their logs: one transaction at a time, from the front.

use std::rc::Rc;

use super::database::{Flight, Group};
use super::evicting::Space;
use super::input::Limits;
use super::names::Kind;
use super::operation::{Failure, Operation};
use super::output::{Outcome, Output, Refusal};
use super::segment::{EntryId, Segment, bytes};
use super::writing::settle;
use super::{DEADLINE, Purpose, Store};
use crate::core::time::Instant;

/// Groups as they are written together, in segments of one epoch each. What is more than a segment takes lies in several:
/// whoever wants one of the values reads that value's segment.
pub(super) struct Batch<P> {
    segments: Vec<Segment<P>>,
    pub groups: Vec<EntryId>,
    bytes: u32,
    /// What is in the last segment, in bytes.
    filled: u32,
    limits: Limits,
}

impl<P: Clone> Batch<P> {
    pub fn new(limits: Limits) -> Self {
        Self { segments: Vec::new(), groups: Vec::new(), bytes: 0, filled: 0, limits }
    }

    /// Adds a group, unless it is too much. A first one never is.
    pub fn add(&mut self, group: &Group<P>) -> bool {
        let bytes = self.bytes.saturating_add(bytes(&group.entries));
        if bytes > self.limits.transaction && !self.groups.is_empty() {
            return false;
        }
        self.bytes = bytes;
        self.groups.push(group.id);
        if self.segments.last().is_none_or(|segment| segment.epoch != group.epoch) {
            self.begin(group.epoch);
        }
        for entry in &group.entries {
            if self.filled >= self.limits.segment {
                self.begin(group.epoch);
            }
            self.filled = self.filled.saturating_add(entry.bytes());
            if let Some(segment) = self.segments.last_mut() {
                segment.entries.push(entry.clone());
            }
        }
        true
    }

    fn begin(&mut self, epoch: u64) {
        self.filled = 0;
        self.segments.push(Segment { epoch, entries: Vec::new(), seen: Vec::new() });
    }
}

impl<P: Clone> Store<P> {
    pub(super) fn flush_all(&mut self, now: Instant) {
        for kind in self.databases.kinds() {
            self.serve(now, kind);
            self.flush(now, kind);
        }
        if self.is_spilling {
            self.spill(now);
        }
    }

    /// Writes what has been queued, if nothing is being written.
    pub(super) fn flush(&mut self, now: Instant, kind: Kind) {
        if kind == self.spill_kind() {
            return self.spill(now);
        }
        self.drop_stale(kind);
        let Some(database) = self.databases.get(kind) else { return };
        if database.ready().is_none() || database.flight.is_some() || self.is_making_space() {
            return;
        }
        let mut batch = Batch::new(self.limits);
        for group in &database.queue {
            if !batch.add(group) || database.is_single {
                break;
            }
        }
        self.append(now, kind, batch);
    }

    pub(super) fn append(&mut self, now: Instant, kind: Kind, batch: Batch<P>) {
        let Some(database) = self.databases.get(kind).filter(|_| !batch.groups.is_empty()) else { return };
        let Some(handle) = database.ready() else { return };
        let durability = database.durability();
        let segments = Rc::new(batch.segments);
        let operation = Operation::Append { handle, durability, segments: Rc::clone(&segments) };
        self.ask(now, Purpose::Append(kind), operation, DEADLINE);
        if let Some(database) = self.databases.get_mut(kind) {
            database.flight = Some(Flight { segments, groups: batch.groups });
        }
    }

    pub(super) fn appended(&mut self, now: Instant, kind: Kind, first: u64, last: u64) {
        let Some(database) = self.databases.get_mut(kind) else { return };
        let Some(flight) = database.flight.take() else { return };
        database.has_made_space = false;
        self.recovered(kind);
        if kind == self.spill_kind() {
            self.spilled(&flight.groups);
        } else {
            self.settle_flight(kind, &flight, first);
        }
        self.take_in(now, kind, first, last, &flight.segments);
        self.settle_awaiting(kind);
        self.announce(kind, last);
        self.flush(now, kind);
        self.after_progress(now, kind);
    }

    /// What has been committed leaves the queue. A leader's acts are settled once the log has been read up to them.
    fn settle_flight(&mut self, kind: Kind, flight: &Flight<P>, first: u64) {
        let Some(database) = self.databases.get_mut(kind) else { return };
        let mut left = flight.groups.as_slice();
        let (mut segment, mut position) = (0, 0);
        for mut group in std::mem::take(&mut database.queue) {
            // They are in the same order here and there.
            let Some(at) = left.iter().position(|id| *id == group.id) else {
                database.queue.push(group);
                continue;
            };
            left = left.get(at + 1..).unwrap_or_default();
            if group.epoch == 0 {
                settle(&mut self.outputs, group.call.take(), Outcome::Durable);
            }
            // A leader's first record has none.
            let Some(last) = group.entries.last().map(|entry| entry.id) else { continue };
            while let Some(written) = flight.segments.get(segment) {
                match written.entries.get(position) {
                    Some(entry) if entry.id == last => break,
                    Some(_) => position += 1,
                    None => (segment, position) = (segment + 1, 0),
                }
            }
            group.segment = first.saturating_add(segment as u64);
            database.awaiting.push(group);
        }
        if database.queue.is_empty() {
            database.is_single = false;
        }
    }

    /// Own segments are known without being read, if nothing lies before them that is not.
    fn take_in(&mut self, now: Instant, kind: Kind, first: u64, last: u64, segments: &[Segment<P>]) {
        let is_own_spill = kind == self.spill_kind();
        let is_reading = self.asked(Purpose::Read(kind)).is_some();
        let Some(database) = self.databases.get_mut(kind) else { return };
        let count = u64::try_from(segments.len()).unwrap_or(u64::MAX);
        let follows = first == database.index.through.saturating_add(1)
            && last.saturating_sub(first).saturating_add(1) == count;
        if !follows || database.building.is_some() {
            database.is_behind |= is_reading;
            return self.read(now, kind, DEADLINE);
        }
        let mut changed = Vec::new();
        for (key, segment) in (first..).zip(segments) {
            database.index.apply(key, segment, !is_own_spill, &mut changed);
        }
        self.remember_held(kind, &changed);
        self.tell_changed(kind, changed);
        self.notice_epoch(kind);
    }

    fn announce(&mut self, kind: Kind, through: u64) {
        let Some(database) = self.databases.get(kind) else { return };
        if let (Some(head), false) = (database.head, matches!(kind, Kind::Spill(_))) {
            self.tell(Output::Announce { database: kind, through, generation: head.generation });
        }
    }

    pub(super) fn not_appended(&mut self, now: Instant, kind: Kind, failure: Option<&Failure>) {
        let Some(database) = self.databases.get_mut(kind) else { return };
        let Some(flight) = database.flight.take() else { return };
        match failure {
            Some(Failure::Quota) => {
                let space = if database.has_made_space { Space::None } else { self.make_space(now) };
                match (space, self.databases.get_mut(kind)) {
                    (Space::Coming, Some(database)) => database.has_made_space = true,
                    // The cache is not there yet. Once it is, all queues go on.
                    (Space::Later, _) => {}
                    _ => self.no_space(now, kind, &flight.groups),
                }
            }
            Some(Failure::NotCloneable) => {
                if flight.groups.len() > 1 {
                    database.is_single = true;
                } else {
                    let queue = if kind == self.spill_kind() { Kind::Outbox } else { kind };
                    self.drop_groups(queue, &flight.groups, Refusal::NotCloneable);
                }
                self.flush(now, kind);
            }
            _ => self.lost(now, kind),
        }
    }

    /// There is no space, and none to be made. Nothing of this was written; what has been promised is tried again later.
    fn no_space(&mut self, now: Instant, kind: Kind, groups: &[EntryId]) {
        if kind == self.spill_kind() || !self.drop_groups(kind, groups, Refusal::Quota) {
            return self.lost(now, kind);
        }
        if let Some(database) = self.databases.get_mut(kind) {
            database.has_made_space = false;
        }
        self.flush(now, kind);
    }

    /// Gives up what somebody still waits for. Whether there was such.
    fn drop_groups(&mut self, kind: Kind, groups: &[EntryId], refusal: Refusal) -> bool {
        let spill = self.databases.get(self.spill_kind()).and_then(|spill| spill.flight.as_ref());
        let in_spill = spill.map_or_else(Vec::new, |flight| flight.groups.clone());
        self.give_up(kind, refusal, &|group| {
            let is_promised = group.is_spilled || group.call.is_none();
            let is_doubtful = group.is_doubtful || in_spill.contains(&group.id);
            groups.contains(&group.id) && !is_promised && !is_doubtful
        })
    }

    /// What this tab would do as a leader that it is no longer.
    fn drop_stale(&mut self, kind: Kind) {
        let epoch = self.epoch;
        let Some(database) = self.databases.get(kind) else { return };
        let flight = database.flight.as_ref();
        let in_flight = flight.map_or_else(Vec::new, |flight| flight.groups.clone());
        self.give_up(kind, Refusal::NotLeading, &|group| {
            group.epoch != 0 && group.epoch != epoch && !in_flight.contains(&group.id)
        });
    }

    /// Takes groups out of a queue. Whether anybody waited for one of them.
    pub(super) fn give_up(
        &mut self,
        kind: Kind,
        refusal: Refusal,
        is_given_up: &dyn Fn(&Group<P>) -> bool,
    ) -> bool {
        let Some(database) = self.databases.get_mut(kind) else { return false };
        let mut has_refused = false;
        for group in std::mem::take(&mut database.queue) {
            if is_given_up(&group) {
                has_refused |= group.call.is_some();
                settle(&mut self.outputs, group.call, Outcome::Failed(refusal));
            } else {
                database.queue.push(group);
            }
        }
        has_refused
    }
}
