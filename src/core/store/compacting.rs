//! How a log is compacted: a run of segments, of which much does not count any more, is replaced by fewer with the rest, in
//! its place.
//!
//! Only the leader does this, by its epoch and not by the lock it may believe to hold: the transaction finds out whether
//! anything has been appended since the log was read, so also the record of a leader of a higher epoch, and then changes
//! nothing. Nor does it where the log has been emptied. The order of what is left stays. Two things must outlive what is dropped: the highest epoch, and what has been
//! seen of each origin. A removal is dropped only where the log begins, since what it hides may lie before it; only if no
//! entry that it hides lies behind it; and only if what it hides cannot be appended any more.

use std::rc::Rc;

use super::index::{Extent, Slot, State, raise};
use super::input::{Limits, Timer};
use super::names::{Kind, SHARED};
use super::operation::{Compaction, Operation, Verdict};
use super::output::Output;
use super::segment::{Directory, Entry, EntryId, Seen, Segment};
use super::{DEADLINE, Purpose, Store};
use crate::core::time::Instant;

/// How long it waits for more to come, in milliseconds.
const PAUSE: u64 = 1_000;

/// What is under way.
#[derive(Debug)]
pub(super) enum Compacting<P> {
    /// The segments of a run are read.
    Collecting {
        first: u64,
        last: u64,
        /// Whether the log begins with it.
        is_start: bool,
    },
    /// A part of the log is replaced, or only its directory.
    Replacing {
        compaction: Rc<Compaction<P>>,
        /// The keys of the removals that are dropped.
        dropped: Vec<Rc<str>>,
    },
}

/// A run of segments.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    keys: Vec<u64>,
    is_start: bool,
}

/// What is left of a run, in segments that are not larger than they have to be.
struct Packing<P> {
    segments: Vec<Segment<P>>,
    /// What is in the last of them, in bytes.
    filled: u32,
    /// What has been seen since the one before it ended: what comes behind it with such a number does not count.
    seen: Vec<Seen>,
    /// So many there are keys for.
    most: usize,
}

impl<P> Packing<P> {
    fn new(most: usize) -> Self {
        Self { segments: vec![Segment::empty()], filled: 0, seen: Vec::new(), most }
    }

    fn add(&mut self, entry: Entry<P>, full: u32) {
        if self.filled >= full && self.segments.len() < self.most {
            self.end();
            self.segments.push(Segment::empty());
            self.filled = 0;
        }
        self.filled = self.filled.saturating_add(entry.bytes());
        if let Some(segment) = self.segments.last_mut() {
            segment.entries.push(entry);
        }
    }

    /// The last of them is complete.
    fn end(&mut self) {
        if let Some(segment) = self.segments.last_mut() {
            segment.seen = std::mem::take(&mut self.seen);
        }
    }
}

/// Whether compacting a log gains enough.
fn is_worthwhile(extents: &[Extent], limits: &Limits) -> bool {
    let (mut live, mut all, mut small) = (0_u64, 0_u64, 0);
    for extent in extents {
        live += u64::from(extent.live);
        all += u64::from(extent.bytes);
        small += usize::from(extent.bytes < limits.small);
    }
    let garbage = all.saturating_sub(live);
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
            self.databases.get(*kind).is_some_and(|database| {
                database.index.through != database.considered || database.is_worth_listing(&self.limits)
            })
        };
        let is_wanted = self.is_leading() && !self.is_hidden_or_away() && SHARED.iter().any(has_grown);
        if is_wanted && !self.timers.is_set(&Timer::Compact) {
            self.timers.set(Timer::Compact, now.after(PAUSE));
        }
    }

    pub(super) fn compact_all(&mut self, now: Instant) {
        for &kind in &SHARED {
            self.compact(now, kind);
        }
    }

    /// Begins with the next run, if there is one and nothing else is going on.
    fn compact(&mut self, now: Instant, kind: Kind) {
        if !self.is_leading() || self.is_hidden_or_away() {
            return;
        }
        let Some(database) = self.databases.get(kind) else { return };
        let is_busy = database.flight.is_some()
            || !database.queue.is_empty()
            || database.building.is_some()
            || database.compacting.is_some()
            || self.asked(Purpose::Clear(kind)).is_some();
        let (index, limits) = (&database.index, &self.limits);
        if is_busy {
            return;
        }
        let through = index.through;
        let is_worthwhile = is_worthwhile(index.extents(), limits);
        let run = if is_worthwhile { plan(index.extents(), &database.unreadable, limits) } else { None };
        let Some(handle) = database.ready() else { return };
        if let Some(database) = self.databases.get_mut(kind) {
            database.considered = through;
        }
        let Some(Run { keys, is_start }) = run else { return self.list(now, kind) };
        let (Some(first), Some(last)) = (keys.first().copied(), keys.last().copied()) else { return };
        let operation = Operation::Get { handle, segments: keys };
        self.ask(now, Purpose::Collect(kind), operation, DEADLINE);
        if let Some(database) = self.databases.get_mut(kind) {
            database.compacting = Some(Compacting::Collecting { first, last, is_start });
        }
    }

    /// Has a part of the log replaced.
    pub(super) fn replace(
        &mut self,
        now: Instant,
        kind: Kind,
        compaction: Compaction<P>,
        dropped: Vec<Rc<str>>,
    ) {
        let Some(database) = self.databases.get_mut(kind) else { return };
        let Some(handle) = database.ready() else { return };
        let (compaction, durability) = (Rc::new(compaction), database.durability());
        let operation = Operation::Compact { handle, durability, compaction: Rc::clone(&compaction) };
        database.compacting = Some(Compacting::Replacing { compaction, dropped });
        self.ask(now, Purpose::Compact(kind), operation, DEADLINE);
    }

    /// The segments of the run have been read: what counts of them is written in their place.
    pub(super) fn collected(&mut self, now: Instant, kind: Kind, segments: &[(u64, Segment<P>)]) {
        let taken = self.databases.get_mut(kind).and_then(|database| database.compacting.take());
        let Some(Compacting::Collecting { first, last, is_start }) = taken else { return };
        let Some(database) = self.databases.get(kind) else { return };
        let Some(head) = database.head else { return };
        if !self.is_leading() || database.building.is_some() || self.is_hidden_or_away() {
            return;
        }
        let index = &database.index;
        let mut packing = Packing::new(segments.len());
        let (mut epoch, mut dropped) = (0, Vec::new());
        for (key, segment) in segments {
            let is_counted = index.extents().iter().any(|extent| extent.key == *key && extent.is_counted);
            if !is_counted {
                continue;
            }
            epoch = segment.epoch.max(epoch);
            for (position, entry) in (0..).zip(&segment.entries) {
                let is_kept = match index.slot(&entry.key) {
                    // A directory does not list removals; this one may hide what lies before the run.
                    None => !entry.is_put() && !is_start,
                    Some(slot) if !slot.is_at(*key, position, entry.id) => false,
                    Some(Slot { state: State::Removed { of, hides }, .. })
                        if !*hides && is_start && self.may_forget(now, kind, *of, *key) =>
                    {
                        dropped.push(Rc::clone(&entry.key));
                        false
                    }
                    Some(_) => true,
                };
                if is_kept {
                    packing.add(entry.clone(), self.limits.segment);
                }
                raise(&mut packing.seen, entry.id);
            }
            for last in &segment.seen {
                raise(&mut packing.seen, last.last());
            }
        }
        packing.end();
        let mut added = Vec::new();
        let keys = segments.get(segments.len().saturating_sub(packing.segments.len())..).unwrap_or_default();
        for ((key, _), mut segment) in keys.iter().zip(packing.segments) {
            segment.epoch = epoch;
            for last in std::mem::take(&mut segment.seen) {
                if !(is_start && self.round.is_long_gone(now, last.origin)) {
                    segment.seen.push(last);
                }
            }
            if epoch > 0 || !segment.entries.is_empty() || !segment.seen.is_empty() {
                added.push((*key, segment));
            }
        }
        let (epoch, through) = (self.epoch, index.through);
        let directory = Directory::default();
        let removed = Some((first, last));
        let first = index.first();
        let compaction = Compaction { epoch, head, through, first, removed, added, directory };
        self.replace(now, kind, compaction, dropped);
    }

    pub(super) fn give_up_compaction(&mut self, kind: Kind) {
        if let Some(database) = self.databases.get_mut(kind) {
            database.compacting = None;
        }
    }

    /// Whether the removal of this entry, in that segment, has nothing left to hide.
    fn may_forget(&self, now: Instant, kind: Kind, of: EntryId, segment: u64) -> bool {
        let Some(database) = self.databases.get(kind) else { return false };
        if matches!(kind, Kind::Data | Kind::Cache) {
            return true;
        }
        (of.number > 0 && database.index.has_seen(of)) || self.round.is_settled(now, segment)
    }

    pub(super) fn compacted(&mut self, now: Instant, kind: Kind, verdict: Verdict) {
        let Some(database) = self.databases.get_mut(kind) else { return };
        let Some(Compacting::Replacing { compaction, dropped }) = database.compacting.take() else { return };
        match verdict {
            Verdict::Done(head) if database.building.is_none() && database.head == Some(compaction.head) => {
                database.head = Some(head);
                if let Some(range) = compaction.removed {
                    database.index.relocate(range, &compaction.added, &dropped);
                    // The directory has gone with it.
                    database.listed_uses = 0;
                }
                database.listed = compaction.directory.through;
                database.is_undirected = false;
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
