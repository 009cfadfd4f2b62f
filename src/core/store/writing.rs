//! What is asked to be written, and how such calls come to their end.

use super::database::{Group, Link, Queued};
use super::index::State;
use super::input::{Timer, Write};
use super::names::{Kind, SHARED};
use super::output::{News, Outcome, Output, Refusal};
use super::segment::{Content, Entry, EntryId, PINNED};
use super::{Life, Store};
use crate::core::fifo::Fifo;
use crate::core::ids::CallId;
use crate::core::time::Instant;

/// How long a call waits before it comes to an end without a result, in milliseconds.
const LIMIT: u64 = 10_000;
/// How long the outbox may take to accept what is written, before it goes to the spill, in milliseconds.
const SPILL_AFTER: u64 = 1_000;

impl<P: Clone> Store<P> {
    pub(super) fn write(
        &mut self,
        now: Instant,
        call: CallId,
        kind: Kind,
        writes: Vec<Write<P>>,
        is_leaders: bool,
    ) {
        if self.life == Life::Ended {
            return self.refuse(call, Refusal::Wiped);
        }
        if is_leaders && !self.is_leading() {
            return self.refuse(call, Refusal::NotLeading);
        }
        let is_newer = self.databases.get(kind).is_some_and(|database| database.is_newer);
        if is_newer && (kind != Kind::Outbox || is_leaders) {
            return self.refuse(call, Refusal::Newer);
        }
        if !SHARED.contains(&kind) || writes.is_empty() {
            return self.refuse(call, Refusal::Unavailable);
        }
        let mut entries = Vec::new();
        for write in writes {
            entries.push(self.entry(kind, write));
        }
        let Some(id) = entries.first().map(|entry| entry.id) else { return };
        let epoch = if is_leaders { self.epoch } else { 0 };
        let mut group = Group::new(entries, id, epoch, now);
        group.call = Some(call);
        self.enqueue(kind, group);
        self.wait(now, call);
        self.timers.set(Timer::Flush, now);
        if kind == Kind::Outbox && !self.is_spilling && !self.timers.is_set(&Timer::Spill) {
            self.timers.set(Timer::Spill, now.after(SPILL_AFTER));
        }
        self.admit_memory(now);
    }

    pub(super) fn enqueue(&mut self, kind: Kind, group: Queued<P>) {
        if let Some(database) = self.database(kind) {
            database.queue.push(group);
        }
    }

    pub(super) fn next_id(&mut self) -> EntryId {
        self.number = self.number.saturating_add(1);
        EntryId { origin: self.origin, number: self.number }
    }

    fn entry(&mut self, kind: Kind, write: Write<P>) -> Entry<P> {
        let id = self.next_id();
        match write {
            Write::Put { key, value, expires } => {
                Entry { key, id, content: Content::Put { value, expires: expires.min(PINNED) } }
            }
            Write::Remove { key } => {
                let of = self.entry_of(kind, &key).unwrap_or(EntryId { origin: 0, number: 0 });
                Entry { key, id, content: Content::Remove { of } }
            }
        }
    }

    /// The entry that a key's value comes from, as far as it is known.
    fn entry_of(&self, kind: Kind, key: &str) -> Option<EntryId> {
        let database = self.databases.get(kind)?;
        for group in database.queue.iter().rev() {
            for entry in group.entries.iter().rev() {
                if entry.is_put() && *entry.key == *key {
                    return Some(entry.id);
                }
            }
        }
        let slot = database.index.slot(key)?;
        matches!(slot.state, State::Live { .. }).then_some(slot.id)
    }

    /// When the outbox has had its time, reckoned from the oldest that a spill would take.
    pub(super) fn plan_spilling(&mut self) {
        let outbox = self.databases.get(Kind::Outbox);
        let oldest = outbox.and_then(|outbox| outbox.queue.iter().find(|group| self.is_spillable(group)));
        match oldest {
            Some(group) if !self.is_spilling => {
                self.timers.set(Timer::Spill, group.since.after(SPILL_AFTER));
            }
            _ => self.timers.clear(&Timer::Spill),
        }
    }

    /// The call comes to an end at the latest when it has waited long enough.
    pub(super) fn wait(&mut self, now: Instant, call: CallId) {
        self.waiting.push((now.after(LIMIT), call));
        if !self.timers.is_set(&Timer::Limit) {
            self.timers.set(Timer::Limit, now.after(LIMIT));
        }
    }

    pub(super) fn end_of_patience(&mut self, now: Instant) {
        let due = self.waiting.partition_point(|(deadline, _)| *deadline <= now);
        let rest = self.waiting.split_off(due);
        for (_, call) in std::mem::replace(&mut self.waiting, rest) {
            self.end_call(call);
        }
        if let Some((deadline, _)) = self.waiting.first() {
            self.timers.set(Timer::Limit, *deadline);
        }
    }

    fn end_call(&mut self, call: CallId) {
        for &kind in &SHARED {
            let Some(database) = self.databases.get_mut(kind) else { continue };
            for groups in &mut [&mut database.queue, &mut database.awaiting] {
                for group in groups.iter_mut() {
                    if group.call == Some(call) {
                        settle(&mut self.outputs, group.call.take(), Outcome::Held);
                    }
                }
            }
            if let Some(at) = database.asks.iter().position(|ask| ask.call == call) {
                database.asks.remove(at);
                self.refuse(call, Refusal::Unavailable);
            }
        }
        if let Some(at) = self.leaving.iter().position(|leaving| *leaving == call) {
            self.leaving.remove(at);
            self.refuse(call, Refusal::Unavailable);
        }
    }

    pub(super) fn settle(&mut self, call: CallId, outcome: Outcome<P>) {
        settle(&mut self.outputs, Some(call), outcome);
    }

    pub(super) fn refuse(&mut self, call: CallId, refusal: Refusal) {
        self.settle(call, Outcome::Failed(refusal));
    }

    /// The index has come to what was committed, and says whether a leader's acts count.
    pub(super) fn settle_awaiting(&mut self, kind: Kind) {
        let Some(database) = self.databases.get_mut(kind) else { return };
        if database.building.is_some() || database.link != Link::Ready {
            return;
        }
        let mut stranded = Vec::new();
        for group in std::mem::take(&mut database.awaiting) {
            if group.segment > database.index.through {
                database.awaiting.push(group);
                continue;
            }
            let is_counted = database.index.counts(group.epoch, Some(group.segment));
            if group.is_lost(&database.index, is_counted) {
                stranded.push(group);
            } else {
                settle(&mut self.outputs, group.call, end_of_write(is_counted));
            }
        }
        self.renumber(kind, stranded);
    }
}

/// What becomes of a write that is committed: an act of a leader's does not always count.
pub(super) const fn end_of_write<P>(is_counted: bool) -> Outcome<P> {
    if is_counted { Outcome::Durable } else { Outcome::Failed(Refusal::NotLeading) }
}

/// Tells how a call has come to its end, if anybody waits.
pub(super) fn settle<P>(outputs: &mut Fifo<Output<P>>, call: Option<CallId>, outcome: Outcome<P>) {
    if let Some(call) = call {
        outputs.push(Output::News(News::Settled { call, outcome }));
    }
}
