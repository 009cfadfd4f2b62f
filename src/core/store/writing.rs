//! What is asked to be written, and how such calls come to their end.

use super::database::{Group, Link};
use super::index::State;
use super::input::{Timer, Write};
use super::names::Kind;
use super::opening::SHARED;
use super::output::{News, Outcome, Refusal};
use super::segment::{Content, Entry, EntryId};
use super::{Life, Store};
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
            return self.refuse(vec![call], Refusal::Wiped);
        }
        if is_leaders && !self.is_leading() {
            return self.refuse(vec![call], Refusal::NotLeading);
        }
        let is_newer = self.databases.get(&kind).is_some_and(|database| database.is_newer);
        if is_newer && (kind != Kind::Outbox || is_leaders) {
            return self.refuse(vec![call], Refusal::Newer);
        }
        if !SHARED.contains(&kind) || writes.is_empty() {
            return self.refuse(vec![call], Refusal::Unavailable);
        }
        let entries: Vec<_> = writes.into_iter().map(|write| self.entry(kind, write)).collect();
        let Some(id) = entries.first().map(|entry| entry.id) else { return };
        let epoch = if is_leaders { self.epoch } else { 0 };
        let group = Group {
            entries,
            id,
            epoch,
            call: Some(call),
            since: now,
            is_spilled: false,
            is_doubtful: false,
            is_rewritten: false,
            orphan: None,
        };
        self.enqueue(kind, group);
        self.wait(now, call);
        self.timers.set(Timer::Flush, now);
        if kind == Kind::Outbox && !self.is_spilling && !self.timers.is_set(&Timer::Spill) {
            self.timers.set(Timer::Spill, now.after(SPILL_AFTER));
        }
        self.admit_memory(now);
    }

    pub(super) fn enqueue(&mut self, kind: Kind, group: Group<P>) {
        self.database(kind).queue.push(group);
    }

    pub(super) fn next_id(&mut self) -> EntryId {
        self.number = self.number.saturating_add(1);
        EntryId { origin: self.origin, number: self.number }
    }

    fn entry(&mut self, kind: Kind, write: Write<P>) -> Entry<P> {
        let id = self.next_id();
        match write {
            Write::Put { key, value, expires } => Entry { key, id, content: Content::Put { value, expires } },
            Write::Remove { key } => {
                let of = self.entry_of(kind, &key).unwrap_or(EntryId { origin: 0, number: 0 });
                Entry { key, id, content: Content::Remove { of } }
            }
        }
    }

    /// The entry that a key's value comes from, as far as it is known.
    fn entry_of(&self, kind: Kind, key: &str) -> Option<EntryId> {
        let database = self.databases.get(&kind)?;
        let mut queued = database.queue.iter().flat_map(|group| &group.entries).rev();
        let is_put = |entry: &&Entry<P>| matches!(entry.content, Content::Put { .. }) && &*entry.key == key;
        if let Some(entry) = queued.find(is_put) {
            return Some(entry.id);
        }
        let slot = database.index.slot(key)?;
        matches!(slot.state, State::Live { .. }).then_some(slot.id)
    }

    /// When the outbox has had its time, reckoned from the oldest that a spill would take.
    pub(super) fn plan_spilling(&mut self) {
        let oldest = self.databases.get(&Kind::Outbox).and_then(|outbox| {
            outbox.queue.iter().find(|group| self.is_spillable(group)).map(|group| group.since)
        });
        match oldest {
            Some(since) if !self.is_spilling => self.timers.set(Timer::Spill, since.after(SPILL_AFTER)),
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
        let due = self.waiting.iter().take_while(|(deadline, _)| *deadline <= now).count();
        let due: Vec<_> = self.waiting.drain(..due).collect();
        if let Some((deadline, _)) = self.waiting.first() {
            self.timers.set(Timer::Limit, *deadline);
        }
        for (_, call) in due {
            self.end_call(call);
        }
    }

    fn end_call(&mut self, call: CallId) {
        let (mut held, mut refused) = (Vec::new(), Vec::new());
        for kind in SHARED {
            let Some(database) = self.databases.get_mut(&kind) else { continue };
            for group in database.queue.iter_mut().filter(|group| group.call == Some(call)) {
                held.extend(group.call.take());
            }
            for awaiting in &mut database.awaiting {
                held.extend(awaiting.group.call.take_if(|waiting| *waiting == call));
            }
            let before = database.asks.len();
            database.asks.retain(|ask| ask.call != call);
            if database.asks.len() < before {
                refused.push(call);
            }
        }
        refused.extend(self.leaving.extract_if(.., |leaving| *leaving == call));
        self.settle_held(held);
        self.refuse(refused, Refusal::Unavailable);
    }

    pub(super) fn settle(&mut self, call: CallId, outcome: Outcome<P>) {
        self.tell_news(News::Settled { call, outcome });
    }

    pub(super) fn settle_durable(&mut self, calls: Vec<CallId>) {
        for call in calls {
            self.settle(call, Outcome::Durable);
        }
    }

    pub(super) fn settle_held(&mut self, calls: Vec<CallId>) {
        for call in calls {
            self.settle(call, Outcome::Held);
        }
    }

    pub(super) fn refuse(&mut self, calls: Vec<CallId>, refusal: Refusal) {
        for call in calls {
            self.settle(call, Outcome::Failed(refusal));
        }
    }

    /// The index has come to what was committed, and says whether a leader's acts count.
    pub(super) fn settle_awaiting(&mut self, kind: Kind) {
        let Some(database) = self.databases.get_mut(&kind) else { return };
        if database.building.is_some() || database.link != Link::Ready {
            return;
        }
        let through = database.index.through;
        let (mut counted, mut fenced, mut stranded) = (Vec::new(), Vec::new(), Vec::new());
        let index = &database.index;
        for mut awaiting in std::mem::take(&mut database.awaiting) {
            if awaiting.segment > through {
                database.awaiting.push(awaiting);
            } else if !awaiting.group.is_in(index) {
                stranded.push(awaiting.group);
            } else {
                let is_counted = index.counts(awaiting.group.epoch, Some(awaiting.segment));
                let list = if is_counted { &mut counted } else { &mut fenced };
                list.extend(awaiting.group.call.take());
            }
        }
        self.renumber(kind, stranded);
        self.settle_durable(counted);
        self.refuse(fenced, Refusal::NotLeading);
    }
}
