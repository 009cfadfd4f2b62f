//! Wiping: everything of the owner's is removed, and nobody brings it back.
//!
//! What counts is the mark outside the databases: the incarnation in the names of the databases. It is written first. A tab
//! reads it after each opening of a database, before it uses what it has opened, and whenever somebody deletes one; where it
//! has been counted up, all that the tab has in memory is void. The mark stays, since a tab that wakes months later has to
//! find it. What is left of earlier incarnations is emptied and deleted, at once or by the leader's next round.

use std::rc::Rc;

use super::database::Link;
use super::input::Timer;
use super::names::Kind;
use super::operation::Operation;
use super::output::{News, Outcome, Output, Refusal};
use super::sparing::Spared;
use super::sweeping::Sweep;
use super::writing::settle;
use super::{DEADLINE, Life, Purpose, Store};
use crate::core::ids::CallId;
use crate::core::time::Instant;

impl<P: Clone> Store<P> {
    pub(super) fn wipe(&mut self, now: Instant, call: CallId, spared: Spared) {
        self.ask_marks(now, Purpose::WipeMarks(call, spared));
    }

    pub(super) fn mark_wipe(&mut self, now: Instant, call: CallId, spared: Spared, mark: Option<u64>) {
        // Written since it was looked.
        if spared == Spared::Pending && self.refuses_wipe(call) {
            return;
        }
        // By the clock, so that no incarnation comes again, also where the mark has been lost in between.
        let wall = self.wall.saturating_add(now.as_millis());
        let value = self.incarnation.max(mark.unwrap_or(0)).saturating_add(1).max(wall);
        let operation = Operation::WriteMark { name: self.owner.mark(), value };
        self.ask(now, Purpose::WipeMark(call, value), operation, DEADLINE);
    }

    pub(super) fn wipe_marked(&mut self, now: Instant, call: CallId, mark: u64, is_marked: bool) {
        let former = self.incarnation;
        self.outlived(mark);
        self.end_sweep();
        let mut sweep = Sweep::of_wipe(call, is_marked);
        // Where names cannot be listed, these are known.
        for kind in [Kind::Outbox, Kind::Data, Kind::Cache, Kind::Epoch, Kind::Key, self.spill_kind()] {
            sweep.add(self.owner.database(former, kind));
        }
        self.sweep = Some(sweep);
        self.timers.set(Timer::Sweep, now.after(DEADLINE));
        let prefix = self.owner.prefix();
        self.ask(now, Purpose::SweepNames, Operation::Names { prefix }, DEADLINE);
    }

    /// Another incarnation counts: all that is in memory is void.
    pub(super) fn outlived(&mut self, incarnation: u64) {
        if incarnation <= self.incarnation {
            return;
        }
        self.incarnation = incarnation;
        self.tell_news(News::Wiped);
        self.tell(Output::Wiped { incarnation });
        self.end(Refusal::Wiped);
    }

    /// The page is another user's: whatever is asked for comes to its end, and nothing more is heard.
    pub(super) fn abandon(&mut self) {
        self.end_sweep();
        self.end(Refusal::Ended);
        for (_, purpose) in std::mem::take(&mut self.operations) {
            settle(&mut self.outputs, purpose.call(), Outcome::Failed(Refusal::Ended));
        }
        self.timers.clear_all();
    }

    /// Gives up everything.
    pub(super) fn end(&mut self, refusal: Refusal) {
        if self.life == Life::Ended {
            return;
        }
        for kind in self.databases.kinds() {
            self.close(kind);
            if let Some(database) = self.databases.get_mut(kind) {
                debug_assert_eq!(database.link, Link::Closed);
                for groups in &[&database.queue, &database.awaiting] {
                    for group in *groups {
                        settle(&mut self.outputs, group.call, Outcome::Failed(refusal));
                    }
                }
                for ask in &database.asks {
                    settle(&mut self.outputs, Some(ask.call), Outcome::Failed(refusal));
                }
            }
        }
        for call in std::mem::take(&mut self.leaving) {
            self.refuse(call, refusal);
        }
        self.databases.clear();
        self.tell_epoch(None);
        let lock: Rc<str> = self.owner.lock(self.origin);
        self.order(Operation::Release { lock });
        for timer in &[Timer::Flush, Timer::Spill, Timer::Check, Timer::Limit, Timer::Round, Timer::Compact] {
            self.timers.clear(timer);
        }
        self.waiting.clear();
        self.life = Life::Ended;
        self.is_spilling = false;
        self.epoch = 0;
        self.round = super::orphans::Round::default();
    }
}
