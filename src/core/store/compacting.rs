//! How a log is compacted: a run of segments, of which much does not count any more, is replaced by one segment with the
//! rest, in its place.
//!
//! Only the leader does this, by its epoch and not by the lock it may believe to hold: the transaction finds out whether
//! anything has been appended since the log was read, so also the record of a leader of a higher epoch, and then changes
//! nothing. The order of what is left stays. Two things must outlive what is dropped: the highest epoch, and what has been
//! seen of each origin. A removal is dropped only where the log begins, since what it hides may lie before it; only if no
//! entry that it hides lies behind it; and only if what it hides cannot be appended any more.

use std::rc::Rc;

use litemap::LiteMap;

use super::index::{Extent, Index, Slot, State};
use super::input::{Limits, Timer};
use super::names::Kind;
use super::opening::SHARED;
use super::operation::{Compaction, Operation, OperationId, Verdict};
use super::output::Output;
use super::segment::{Content, Directory, EntryId, Place, Seen, Segment};
use super::{DEADLINE, Purpose, Store};
use crate::core::time::Instant;

/// How long it waits for more to come, in milliseconds.
const PAUSE: u64 = 1_000;
/// A directory with more entries costs more than it spares.
const MOST_PLACES: usize = 2_000;

/// What is under way.
#[derive(Debug)]
pub(super) struct Compacting<P> {
    /// What it waits for.
    pub operation: OperationId,
    /// The first and the last segment of the run; `None` where only the directory is written.
    range: Option<(u64, u64)>,
    /// Whether the log begins with it.
    is_start: bool,
    /// What it has come to.
    result: Option<Result<P>>,
}

#[derive(Debug)]
struct Result<P> {
    compaction: Rc<Compaction<P>>,
    /// The keys of the removals that are dropped.
    dropped: Vec<Rc<str>>,
}

/// A run of segments.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    keys: Vec<u64>,
    is_start: bool,
}

/// Whether compacting a log gains enough.
fn is_worthwhile(extents: &[Extent], limits: &Limits) -> bool {
    let sum = |part: fn(&Extent) -> u32| extents.iter().map(|extent| u64::from(part(extent))).sum::<u64>();
    let (live, all) = (sum(|extent| extent.live), sum(|extent| extent.bytes));
    let garbage = all.saturating_sub(live);
    let small = extents.iter().filter(|extent| extent.bytes < limits.small).count();
    (garbage >= limits.garbage && garbage * 2 >= all) || small > limits.segments
}

/// The first run of segments that are small or half empty, as long as one transaction may be. What lies among them and
/// cannot be read ends it.
fn plan(extents: &[Extent], unreadable: &[u64], limits: &Limits) -> Option<Run> {
    let is_good = |extent: &Extent| {
        extent.is_counted && extent.live >= extent.bytes / 2 && extent.bytes >= limits.small
    };
    let mut begin = 0;
    while let Some(first) = extents.get(begin) {
        let mut bytes = 0_u32;
        let mut keys: Vec<u64> = Vec::new();
        let mut gain = 0_u32;
        for extent in extents.get(begin..).unwrap_or_default() {
            bytes = bytes.saturating_add(extent.bytes);
            let is_cut =
                keys.last().is_some_and(|last| unreadable.iter().any(|key| key > last && *key < extent.key));
            if is_good(extent) || is_cut || (bytes > limits.transaction && !keys.is_empty()) {
                break;
            }
            gain = gain.saturating_add(extent.bytes.saturating_sub(extent.live));
            keys.push(extent.key);
        }
        if keys.len() > 1 || gain > 0 {
            let is_start = begin == 0 && unreadable.iter().all(|key| *key > first.key);
            return Some(Run { keys, is_start });
        }
        begin += keys.len().max(1);
    }
    None
}

impl<P: Clone> Store<P> {
    pub(super) fn plan_compaction(&mut self, now: Instant) {
        let has_grown = |kind: &Kind| {
            self.databases.get(kind).is_some_and(|database| database.index.through != database.considered)
        };
        let is_wanted = self.is_leading() && !self.is_hidden_or_away() && SHARED.iter().any(has_grown);
        if is_wanted && !self.timers.is_set(&Timer::Compact) {
            self.timers.set(Timer::Compact, now.after(PAUSE));
        }
    }

    pub(super) fn compact_all(&mut self, now: Instant) {
        for kind in SHARED {
            self.compact(now, kind);
        }
    }

    /// Begins with the next run, if there is one and nothing else is going on.
    fn compact(&mut self, now: Instant, kind: Kind) {
        if !self.is_leading() || self.is_hidden_or_away() {
            return;
        }
        let Some(database) = self.databases.get(&kind) else { return };
        let is_busy = database.flight.is_some()
            || !database.queue.is_empty()
            || database.building.is_some()
            || database.compacting.is_some()
            || database.clearing.is_some();
        let (index, limits) = (&database.index, &self.limits);
        if is_busy {
            return;
        }
        let through = index.through;
        let run = Some(index.extents())
            .filter(|extents| is_worthwhile(extents, limits))
            .and_then(|extents| plan(extents, &database.unreadable, limits));
        let Some(handle) = database.ready() else { return };
        if let Some(database) = self.databases.get_mut(&kind) {
            database.considered = through;
        }
        let Some(Run { keys, is_start }) = run else { return self.list(now, kind) };
        let (Some(first), Some(last)) = (keys.first().copied(), keys.last().copied()) else { return };
        let operation = Operation::Get { handle, segments: keys };
        let operation = self.ask(now, Purpose::Collect(kind), operation, DEADLINE);
        if let Some(database) = self.databases.get_mut(&kind) {
            database.compacting =
                Some(Compacting { operation, range: Some((first, last)), is_start, result: None });
        }
    }

    /// Writes the directory, once enough has been appended since the last one. Where all values are held in memory, all
    /// have to be read anyway.
    fn list(&mut self, now: Instant, kind: Kind) {
        let Some(database) = self.databases.get(&kind).filter(|database| !database.holds_all()) else {
            return;
        };
        let (Some(head), Some(handle)) = (database.head, database.ready()) else { return };
        let index = &database.index;
        let new = index.extents().iter().filter(|extent| extent.key > database.listed);
        if new.map(|extent| u64::from(extent.bytes)).sum::<u64>() < self.limits.garbage {
            return;
        }
        let directory = directory(index);
        if directory.through == 0 || !database.unreadable.is_empty() {
            return;
        }
        let (epoch, through, added) = (self.epoch, index.through, Vec::new());
        let compaction = Rc::new(Compaction { epoch, head, through, removed: None, added, directory });
        let durability = database.durability();
        let operation = Operation::Compact { handle, durability, compaction: Rc::clone(&compaction) };
        let operation = self.ask(now, Purpose::Compact(kind), operation, DEADLINE);
        let result = Some(Result { compaction, dropped: Vec::new() });
        if let Some(database) = self.databases.get_mut(&kind) {
            database.compacting = Some(Compacting { operation, range: None, is_start: false, result });
        }
    }

    /// The segments of the run have been read: what counts of them is written in their place.
    pub(super) fn collected(&mut self, now: Instant, kind: Kind, segments: &[(u64, Segment<P>)]) {
        let taken = self.databases.get_mut(&kind).and_then(|database| database.compacting.take());
        let (Some(mut compacting), Some(database)) = (taken, self.databases.get(&kind)) else { return };
        let (Some(head), Some(handle)) = (database.head, database.ready()) else { return };
        if !self.is_leading() || database.building.is_some() || self.is_hidden_or_away() {
            return;
        }
        let index = &database.index;
        let Some((first, last)) = compacting.range else { return };
        let mut run = Segment { epoch: 0, entries: Vec::new(), seen: Vec::new() };
        let mut seen: LiteMap<u64, u64> = LiteMap::new();
        let mut dropped = Vec::new();
        for (key, segment) in segments {
            let is_counted = index.extents().iter().any(|extent| extent.key == *key && extent.is_counted);
            if !is_counted {
                continue;
            }
            run.epoch = run.epoch.max(segment.epoch);
            for Seen { origin, number } in &segment.seen {
                raise(&mut seen, EntryId { origin: *origin, number: *number });
            }
            for (position, entry) in (0_u32..).zip(&segment.entries) {
                raise(&mut seen, entry.id);
                let here =
                    |slot: &&Slot<P>| (slot.id, slot.segment, slot.position) == (entry.id, *key, position);
                let is_kept = match (index.slot(&entry.key), &entry.content) {
                    // A directory does not list removals; this one may hide what lies before the run.
                    (None, Content::Remove { .. }) => !compacting.is_start,
                    (slot, _) => slot.filter(here).is_some_and(|slot| match &slot.state {
                        State::Live { .. } => true,
                        State::Removed { of, hides } => {
                            *hides || !compacting.is_start || !self.may_forget(now, kind, *of, slot.segment)
                        }
                    }),
                };
                if is_kept {
                    run.entries.push(entry.clone());
                } else if index.slot(&entry.key).filter(here).is_some() {
                    dropped.push(Rc::clone(&entry.key));
                }
            }
        }
        let is_forgotten = |origin: u64| compacting.is_start && self.round.is_long_gone(now, origin);
        run.seen = seen
            .iter()
            .filter(|(origin, _)| !is_forgotten(**origin))
            .map(|(origin, number)| Seen { origin: *origin, number: *number })
            .collect();
        let mut added = Vec::new();
        if run.epoch > 0 || !run.entries.is_empty() || !run.seen.is_empty() {
            added.push((last, Rc::new(run)));
        }
        let (epoch, through) = (self.epoch, index.through);
        let directory = Directory::default();
        let removed = Some((first, last));
        let compaction = Rc::new(Compaction { epoch, head, through, removed, added, directory });
        let durability = database.durability();
        let operation = Operation::Compact { handle, durability, compaction: Rc::clone(&compaction) };
        compacting.operation = self.ask(now, Purpose::Compact(kind), operation, DEADLINE);
        compacting.result = Some(Result { compaction, dropped });
        if let Some(database) = self.databases.get_mut(&kind) {
            database.compacting = Some(compacting);
        }
    }

    /// Whether the removal of this entry, in that segment, has nothing left to hide.
    fn may_forget(&self, now: Instant, kind: Kind, of: EntryId, segment: u64) -> bool {
        let Some(database) = self.databases.get(&kind) else { return false };
        if matches!(kind, Kind::Data | Kind::Cache) {
            return true;
        }
        (of.number > 0 && database.index.has_seen(of)) || self.round.is_settled(now, segment)
    }

    pub(super) fn compacted(&mut self, now: Instant, kind: Kind, verdict: Verdict) {
        let Some(database) = self.databases.get_mut(&kind) else { return };
        let Some(Compacting { range, result: Some(Result { compaction, dropped }), .. }) =
            database.compacting.take()
        else {
            return;
        };
        match verdict {
            Verdict::Done(head) if database.building.is_none() && database.head == Some(compaction.head) => {
                database.head = Some(head);
                if let Some(range) = range {
                    database.index.relocate(range, &compaction.added, &dropped);
                }
                database.listed = compaction.directory.through;
                let (through, generation) = (database.index.through, head.generation);
                self.tell(Output::Announce { database: kind, through, generation });
                self.compact(now, kind);
            }
            // Somebody was faster, or the index is being read anew.
            Verdict::Done(_) | Verdict::Behind => self.read(now, kind, DEADLINE),
            Verdict::Fenced(epoch) => self.fence(epoch),
        }
    }
}

fn raise(seen: &mut LiteMap<u64, u64>, id: EntryId) {
    if seen.get(&id.origin).is_none_or(|number| *number < id.number) {
        seen.insert(id.origin, id.number);
    }
}

/// What spares others the reading of the log so far.
fn directory<P: Clone>(index: &Index<P>) -> Directory {
    let places: Vec<Place> = index
        .slots()
        .filter_map(|(key, slot)| match slot.state {
            State::Live { expires, .. } => {
                let Slot { id, segment, position, bytes, .. } = *slot;
                Some(Place { key: Rc::clone(key), id, segment, position, bytes, expires })
            }
            State::Removed { .. } => None,
        })
        .collect();
    if places.len() > MOST_PLACES {
        return Directory::default();
    }
    let segments = index.extents().iter().map(|extent| (extent.key, extent.bytes)).collect();
    Directory { through: index.through, epoch: index.epoch, places, segments, seen: index.seen().collect() }
}
