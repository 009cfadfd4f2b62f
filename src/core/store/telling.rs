//! What is told of how things stand: status, epochs, and what the browser says of space.

use super::database::{Group, Link};
use super::input::Timer;
use super::names::{Kind, SHARED};
use super::operation::{Answer, Failure, Operation};
use super::output::{Durability, News, Outcome, Output, Status};
use super::{DEADLINE, Life, Purpose, Store};
use crate::core::ids::CallId;
use crate::core::time::Instant;

/// How long the drawing of an epoch may take, with the opening of its database, in milliseconds.
const DRAW: u64 = 2_000;

/// How long the user may think about a question, in milliseconds.
const QUESTION: u64 = 120_000;

impl<P: Clone> Store<P> {
    pub(super) fn tell_status(&mut self) {
        let trouble = |kind: Kind| self.databases.get(kind).and_then(|database| database.trouble);
        let is_open = |kind: Kind| {
            self.databases
                .get(kind)
                .is_some_and(|database| database.link == Link::Ready && !database.is_newer)
        };
        let durability = if is_open(Kind::Outbox) || is_open(self.spill_kind()) {
            Durability::Disk
        } else if self.is_memory() {
            Durability::Memory
        } else {
            self.status.durability
        };
        let status = Status {
            durability,
            is_spilling: self.is_spilling,
            outbox: trouble(Kind::Outbox),
            data: trouble(Kind::Data),
            cache: trouble(Kind::Cache),
        };
        if status != self.status {
            self.status = status;
            self.tell_news(News::Status(status));
        }
    }

    pub(super) fn draw(&mut self, now: Instant, above: u64) {
        if self.life == Life::Ended {
            return self.tell(Output::Epoch(None));
        }
        let mut above = above;
        for &kind in &SHARED {
            above = above.max(self.databases.get(kind).map_or(0, |database| database.index.epoch));
        }
        self.drawing = Some(above);
        self.timers.set(Timer::Draw, now.after(DRAW));
        self.open(now, Kind::Epoch);
        self.draw_now(now);
    }

    pub(super) fn draw_now(&mut self, now: Instant) {
        let Some(above) = self.drawing else { return };
        if self.asked(Purpose::Draw).is_some() {
            return;
        }
        if let Some(handle) = self.databases.get(Kind::Epoch).and_then(super::database::Database::ready) {
            self.ask(now, Purpose::Draw, Operation::DrawEpoch { handle, above }, DEADLINE);
        }
    }

    pub(super) fn tell_epoch(&mut self, epoch: Option<u64>) {
        if self.drawing.take().is_some() {
            self.timers.clear(&Timer::Draw);
            self.tell(Output::Epoch(epoch));
        }
    }

    pub(super) fn lead(&mut self, now: Instant, epoch: u64) {
        if self.life == Life::Ended {
            return;
        }
        self.epoch = epoch;
        for &kind in &SHARED {
            self.ensure_record(now, kind);
            self.notice_epoch(kind);
        }
        self.timers.set(Timer::Flush, now);
        self.plan_round(now);
        self.plan_compaction(now);
    }

    pub(super) fn follow(&mut self, now: Instant) {
        self.epoch = 0;
        self.timers.clear(&Timer::Round);
        self.timers.clear(&Timer::Compact);
        // What is queued as a leader's act is given up.
        self.timers.set(Timer::Flush, now);
    }

    /// A leader's first record: from there on, what leaders before it append does not count.
    pub(super) fn ensure_record(&mut self, now: Instant, kind: Kind) {
        let epoch = self.epoch;
        let Some(database) = self.databases.get(kind).filter(|_| epoch > 0 && SHARED.contains(&kind)) else {
            return;
        };
        let is_queued = database.queue.iter().any(|group| group.epoch == epoch && group.entries.is_empty());
        if is_queued || !database.is_loaded || database.is_newer || database.index.epoch >= epoch {
            return;
        }
        let id = self.next_id();
        let group = Group::new(Vec::new(), id, epoch, now);
        if let Some(database) = self.databases.get_mut(kind) {
            database.queue.insert(0, group);
        }
    }

    /// A log with a higher epoch in it says that this tab leads no longer, whatever it holds.
    pub(super) fn notice_epoch(&mut self, kind: Kind) {
        let highest = self.databases.get(kind).map_or(0, |database| database.index.epoch);
        self.fence(highest);
    }

    pub(super) fn fence(&mut self, epoch: u64) {
        if self.is_leading() && epoch > self.epoch {
            self.epoch = 0;
            self.timers.clear(&Timer::Round);
            self.timers.clear(&Timer::Compact);
            self.tell(Output::Fenced { epoch });
        }
    }

    pub(super) fn persist(&mut self, now: Instant, call: CallId) {
        // It may show a question to the user, who answers when it suits them.
        self.ask(now, Purpose::Persist(call), Operation::Persist, QUESTION);
    }

    pub(super) fn persisted(&mut self, call: CallId, result: &Result<Answer<P>, Failure>) {
        let is_kept = matches!(result, Ok(Answer::Persisted(true)));
        self.settle(call, Outcome::Persisted(is_kept));
    }

    pub(super) fn estimated(&mut self, call: CallId, result: &Result<Answer<P>, Failure>) {
        let (usage, quota) = match result {
            Ok(Answer::Estimate { usage, quota }) => (*usage, *quota),
            _ => (0, 0),
        };
        self.settle(call, Outcome::Space { usage, quota });
    }
}
