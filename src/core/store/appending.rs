//! How queues go to their logs: one transaction at a time, from the front.

use std::rc::Rc;

use super::database::{Awaiting, Flight, Group, take_out};
use super::names::Kind;
use super::operation::{Failure, Operation};
use super::output::{Output, Refusal};
use super::segment::{EntryId, Segment};
use super::{DEADLINE, Purpose, Store};
use crate::core::time::Instant;

/// Groups as they are written together, in segments of one epoch each.
pub(super) struct Batch<P> {
    segments: Vec<Segment<P>>,
    pub groups: Vec<EntryId>,
    bytes: u32,
}

impl<P: Clone> Batch<P> {
    pub fn new() -> Self {
        Self { segments: Vec::new(), groups: Vec::new(), bytes: 0 }
    }

    /// Adds a group, unless it is too much. A first one never is.
    pub fn add(&mut self, group: &Group<P>, most: u32) -> bool {
        let bytes = self.bytes.saturating_add(group.bytes());
        if bytes > most && !self.groups.is_empty() {
            return false;
        }
        self.bytes = bytes;
        self.groups.push(group.id);
        match self.segments.last_mut().filter(|segment| segment.epoch == group.epoch) {
            Some(segment) => segment.entries.extend(group.entries.iter().cloned()),
            None => {
                let (epoch, entries) = (group.epoch, group.entries.clone());
                self.segments.push(Segment { epoch, entries, seen: Vec::new() });
            }
        }
        true
    }
}

impl<P: Clone> Store<P> {
    pub(super) fn flush_all(&mut self, now: Instant) {
        for kind in self.kinds() {
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
        let most = self.limits.transaction;
        let Some(database) = self.databases.get(&kind) else { return };
        if database.ready().is_none() || database.flight.is_some() || self.is_making_space() {
            return;
        }
        let mut batch = Batch::new();
        for group in &database.queue {
            if !batch.add(group, most) || database.is_single {
                break;
            }
        }
        self.append(now, kind, batch);
    }

    pub(super) fn append(&mut self, now: Instant, kind: Kind, batch: Batch<P>) {
        let Some(database) = self.databases.get(&kind).filter(|_| !batch.groups.is_empty()) else { return };
        let Some(handle) = database.ready() else { return };
        let durability = database.durability();
        let segments: Vec<_> = batch.segments.into_iter().map(Rc::new).collect();
        let operation = Operation::Append { handle, durability, segments: segments.clone() };
        self.ask(now, Purpose::Append(kind), operation, DEADLINE);
        if let Some(database) = self.databases.get_mut(&kind) {
            database.flight = Some(Flight { segments, groups: batch.groups });
        }
    }

    pub(super) fn appended(&mut self, now: Instant, kind: Kind, first: u64, last: u64) {
        let Some(database) = self.databases.get_mut(&kind) else { return };
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
        let Some(database) = self.databases.get_mut(&kind) else { return };
        let mut durable = Vec::new();
        let mut groups = flight.groups.as_slice();
        for mut group in std::mem::take(&mut database.queue) {
            // They are in the same order here and there.
            let Some(at) = groups.iter().position(|id| *id == group.id) else {
                database.queue.push(group);
                continue;
            };
            groups = groups.get(at + 1..).unwrap_or_default();
            if group.epoch == 0 {
                durable.extend(group.call.take());
            }
            if !group.entries.is_empty() {
                let has = |segment: &Rc<Segment<P>>| segment.entries.iter().any(|entry| entry.id == group.id);
                let before = flight.segments.iter().take_while(|segment| !has(segment)).count();
                let segment = first.saturating_add(u64::try_from(before).unwrap_or(0));
                database.awaiting.push(Awaiting { segment, group });
            }
        }
        if database.queue.is_empty() {
            database.is_single = false;
        }
        self.settle_durable(durable);
    }

    /// Own segments are known without being read, if nothing lies before them that is not.
    fn take_in(&mut self, now: Instant, kind: Kind, first: u64, last: u64, segments: &[Rc<Segment<P>>]) {
        let is_own_spill = kind == self.spill_kind();
        let Some(database) = self.databases.get_mut(&kind) else { return };
        let count = u64::try_from(segments.len()).unwrap_or(u64::MAX);
        let follows = first == database.index.through.saturating_add(1)
            && last.saturating_sub(first).saturating_add(1) == count;
        if !follows || database.building.is_some() {
            database.is_behind |= database.reading.is_some();
            return self.read(now, kind, DEADLINE);
        }
        let mut changed = Vec::new();
        for (key, segment) in (first..).zip(segments) {
            changed.extend(database.index.apply(key, segment, !is_own_spill).unwrap_or_default());
        }
        self.remember_held(kind, &changed);
        self.tell_changed(kind, changed);
        self.notice_epoch(kind);
    }

    fn announce(&mut self, kind: Kind, through: u64) {
        let Some(database) = self.databases.get(&kind) else { return };
        if let (Some(head), false) = (database.head, matches!(kind, Kind::Spill(_))) {
            self.tell(Output::Announce { database: kind, through, generation: head.generation });
        }
    }

    pub(super) fn not_appended(&mut self, now: Instant, kind: Kind, failure: Option<Failure>) {
        let Some(database) = self.databases.get_mut(&kind) else { return };
        let Some(flight) = database.flight.take() else { return };
        match failure {
            Some(Failure::Quota) => {
                let has_made_space = std::mem::replace(&mut database.has_made_space, true);
                if has_made_space || !self.make_space(now) {
                    self.no_space(now, kind, &flight.groups);
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
        if let Some(database) = self.databases.get_mut(&kind) {
            database.has_made_space = false;
        }
        self.flush(now, kind);
    }

    /// Gives up what somebody still waits for. Whether there was such.
    fn drop_groups(&mut self, kind: Kind, groups: &[EntryId], refusal: Refusal) -> bool {
        let spill = self.databases.get(&self.spill_kind()).and_then(|spill| spill.flight.as_ref());
        let in_spill = spill.map_or_else(Vec::new, |flight| flight.groups.clone());
        let Some(database) = self.databases.get_mut(&kind) else { return false };
        let calls = take_out(&mut database.queue, &|group| {
            let is_promised = group.is_spilled || group.call.is_none();
            let is_doubtful = group.is_doubtful || in_spill.contains(&group.id);
            groups.contains(&group.id) && !is_promised && !is_doubtful
        });
        let has_dropped = !calls.is_empty();
        self.refuse(calls, refusal);
        has_dropped
    }

    /// What this tab would do as a leader that it is no longer.
    fn drop_stale(&mut self, kind: Kind) {
        let epoch = self.epoch;
        let Some(database) = self.databases.get_mut(&kind) else { return };
        let in_flight = database.flight.as_ref().map_or(&[][..], |flight| &flight.groups);
        let calls = take_out(&mut database.queue, &|group| {
            group.epoch != 0 && group.epoch != epoch && !in_flight.contains(&group.id)
        });
        self.refuse(calls, Refusal::NotLeading);
    }
}
