//! How databases are opened, given up, and opened again.

use std::rc::Rc;

use super::database::{Database, Link};
use super::input::Timer;
use super::names::{Kind, SHARED};
use super::operation::{Answer, Failure, HandleId, Operation, OperationId};
use super::output::{Outcome, Refusal, Trouble};
use super::segment::VERSION;
use super::writing::settle;
use super::{DEADLINE, Life, OPENING, Purpose, Store};
use crate::core::time::Instant;

impl<P: Clone> Store<P> {
    pub(super) fn start(&mut self, now: Instant) {
        if self.life == Life::Ended {
            self.life = Life::Starting;
            self.hold_lock(now);
            self.ask_marks(now, Purpose::Marks);
        }
    }

    pub(super) fn hold_lock(&mut self, now: Instant) {
        let lock = self.owner.lock(self.origin);
        // It may be that it is never answered.
        let id = self.ask(now, Purpose::Hold, Operation::Hold { lock }, DEADLINE);
        self.timers.clear(&Timer::Deadline(id));
    }

    pub(super) fn ask_marks(&mut self, now: Instant, purpose: Purpose) {
        let prefix = self.owner.mark();
        self.ask(now, purpose, Operation::ReadMarks { prefix }, DEADLINE);
    }

    /// The incarnation that the owner's mark names, 0 without one; `None` where marks cannot be kept.
    pub(super) fn mark_of(&self, result: &Result<Answer<P>, Failure>) -> Option<u64> {
        let Ok(Answer::Marks(marks)) = result else { return None };
        let mark = self.owner.mark();
        for (name, incarnation) in marks {
            if **name == *mark {
                return Some(*incarnation);
            }
        }
        Some(0)
    }

    pub(super) fn begin(&mut self, now: Instant, mark: Option<u64>) {
        if self.life != Life::Starting {
            return;
        }
        self.incarnation = self.incarnation.max(mark.unwrap_or(0));
        self.life = Life::Running;
        for kind in self.databases.kinds() {
            self.open(now, kind);
        }
        if self.drawing.is_some() {
            self.open(now, Kind::Epoch);
        }
        if self.is_used {
            self.open_shared(now);
        }
    }

    pub(super) fn open_all(&mut self, now: Instant) {
        let is_first = !std::mem::replace(&mut self.is_used, true);
        if is_first && self.life == Life::Running {
            self.open_shared(now);
        }
        if is_first {
            self.plan_round(now);
        }
    }

    /// What somebody waits for is opened and read before the others are: the browser's storage does one thing after another, and
    /// a page shows first what it has asked for first.
    fn open_shared(&mut self, now: Instant) {
        for &kind in &SHARED {
            if self.databases.get(kind).is_some_and(|database| !database.asks.is_empty()) {
                self.open(now, kind);
            }
        }
        self.is_put_off = true;
        self.open_put_off(now);
        self.plan_check(now);
    }

    /// Opens the databases that were put off, unless they still are.
    pub(super) fn open_put_off(&mut self, now: Instant) {
        if !self.is_put_off || self.life != Life::Running || self.is_reading_first() {
            return;
        }
        self.is_put_off = false;
        for &kind in &SHARED {
            // One that has failed meanwhile has a time of its own for the next attempt.
            if self.timers.deadline(&Timer::Retry(kind)).is_none() {
                self.open(now, kind);
            }
        }
    }

    /// Whether what somebody waits for is being read, and nobody waits for a database that is not even being opened.
    fn is_reading_first(&self) -> bool {
        let mut is_reading = false;
        for &kind in &SHARED {
            let Some(database) = self.databases.get(kind) else { continue };
            let is_asked = !database.asks.is_empty();
            match database.link {
                Link::Opening | Link::Checking | Link::Loading => is_reading |= is_asked,
                Link::Closed if is_asked || !database.queue.is_empty() => return false,
                Link::Closed | Link::Blocked | Link::Ready => {}
            }
        }
        is_reading
    }

    /// Opens a database, unless that is under way.
    pub(super) fn open(&mut self, now: Instant, kind: Kind) {
        if self.life != Life::Running {
            return;
        }
        if self.databases.get(kind).is_some_and(|database| database.link != Link::Closed) {
            return;
        }
        let handle = self.next_handle();
        let identity = self.rng.next_id();
        let Some(database) = self.database(kind) else { return };
        database.link = Link::Opening;
        database.handle = Some(handle);
        let version = (!database.is_newer).then_some(VERSION);
        let name = Rc::clone(&database.name);
        self.timers.clear(&Timer::Retry(kind));
        let operation = Operation::Open { handle, name, version, identity };
        self.ask(now, Purpose::Open(kind), operation, OPENING);
    }

    pub(super) fn opened(&mut self, now: Instant, kind: Kind, version: u32) {
        self.unblocked(kind);
        let Some(database) = self.databases.get_mut(kind) else { return };
        database.link = Link::Checking;
        database.is_newer = version > VERSION;
        self.ask_marks(now, Purpose::Check(kind));
    }

    /// Nobody is in the way of its opening any more.
    fn unblocked(&mut self, kind: Kind) {
        if let Some(database) = self.databases.get_mut(kind)
            && database.trouble == Some(Trouble::Blocked)
        {
            database.trouble = None;
        }
    }

    /// It is open; a wipe may have come between, and then what was opened is not to be used.
    pub(super) fn checked(&mut self, now: Instant, kind: Kind, mark: Option<u64>) {
        if mark.is_some_and(|mark| mark > self.incarnation) {
            return self.outlived(mark.unwrap_or(0));
        }
        if let Some(database) = self.databases.get_mut(kind) {
            database.link = Link::Loading;
            database.lower_mark = mark.filter(|mark| *mark < self.incarnation);
            if !database.is_loaded && database.building.is_none() {
                database.building = Some(database.fresh_index());
            }
            self.read(now, kind, DEADLINE);
        }
    }

    /// The mark is gone. If the database is the same, it is written again; if it is another one, all of the site's data
    /// were cleared, and everybody begins with the incarnation that the mark says now.
    pub(super) fn unmarked(&mut self, now: Instant, mark: u64, is_same: bool) {
        if is_same {
            let operation = Operation::WriteMark { name: self.owner.mark(), value: self.incarnation };
            self.ask(now, Purpose::Mark, operation, DEADLINE);
        } else {
            self.move_to(now, mark);
        }
    }

    /// Others begin with this incarnation again. What is in memory goes there too, as after any loss of a database.
    fn move_to(&mut self, now: Instant, incarnation: u64) {
        self.incarnation = incarnation;
        // What was being deleted may be what counts again.
        self.end_sweep();
        for kind in self.databases.kinds() {
            self.close(kind);
            if self.is_orphan(kind) {
                self.forget_orphan(kind);
            } else if let Some(database) = self.databases.get_mut(kind) {
                database.name = self.owner.database(incarnation, kind);
                database.is_late = false;
                self.open(now, kind);
            }
        }
    }

    pub(super) fn not_opened(&mut self, now: Instant, kind: Kind, failure: Option<&Failure>) {
        self.unblocked(kind);
        let Some(database) = self.databases.get_mut(kind) else { return };
        match failure {
            Some(Failure::Newer) if !database.is_newer => {
                self.belongs_to_newer(kind);
                self.close(kind);
                self.open(now, kind);
            }
            Some(Failure::Refused) => {
                database.trouble = Some(Trouble::Refused);
                if kind == Kind::Epoch {
                    // Whoever leads needs none that outlives the tabs.
                    self.tell_epoch(None);
                }
                self.lost(now, kind);
            }
            _ => {
                // It may be gone, and is then made anew.
                database.is_newer = false;
                if matches!(failure, Some(Failure::Quota)) {
                    self.make_space(now);
                }
                self.lost(now, kind);
            }
        }
    }

    /// A newer build has it: what has been queued for it will never be written. The outbox's queue goes to the spill.
    pub(super) fn belongs_to_newer(&mut self, kind: Kind) {
        let Some(database) = self.databases.get_mut(kind) else { return };
        database.is_newer = true;
        database.trouble = Some(Trouble::Newer);
        self.give_up(kind, Refusal::Newer, &|group| kind != Kind::Outbox || group.epoch != 0);
    }

    /// Closes a database, if it is open. What was under way there has an unknown outcome.
    pub(super) fn close(&mut self, kind: Kind) {
        self.forget_operations(kind);
        self.timers.clear(&Timer::Retry(kind));
        let Some(database) = self.databases.get_mut(kind) else { return };
        let flight = database.flight.take();
        database.link = Link::Closed;
        database.forget_operations();
        if let Some(handle) = database.handle.take() {
            self.order(Operation::Close { handle });
        }
        let queue = if kind == self.spill_kind() { Kind::Outbox } else { kind };
        if let (Some(flight), Some(database)) = (flight, self.databases.get_mut(queue)) {
            for group in &mut database.queue {
                group.is_doubtful |= flight.groups.contains(&group.id);
            }
        }
    }

    /// A database has failed: it is closed and opened again, the first time at once.
    pub(super) fn lost(&mut self, now: Instant, kind: Kind) {
        self.close(kind);
        if self.is_orphan(kind) {
            // The next round comes upon it again.
            return self.forget_orphan(kind);
        }
        if self.life != Life::Running {
            return;
        }
        let Some(database) = self.databases.get_mut(kind) else { return };
        database.failures = database.failures.saturating_add(1);
        let is_refused = database.trouble == Some(Trouble::Refused);
        // A browser says once that an opening is blocked, and lets the next ones wait behind it without a word.
        let is_explained = is_refused || database.trouble == Some(Trouble::Blocked);
        if !is_explained && !database.is_newer {
            database.trouble = Some(Trouble::Failing);
        }
        if database.failures == 1 && !is_refused {
            self.open(now, kind);
        } else {
            self.try_later(now, kind);
            if kind == Kind::Outbox {
                // So that it is known whether there is any place left.
                self.open(now, self.spill_kind());
            }
        }
        self.admit_memory(now);
    }

    pub(super) fn try_later(&mut self, now: Instant, kind: Kind) {
        if let Some(database) = self.databases.get_mut(kind) {
            let pause = database.backoff.next_delay(&mut self.rng);
            self.timers.set(Timer::Retry(kind), now.after(pause));
        }
    }

    /// It works: what failed before is forgotten.
    pub(super) fn recovered(&mut self, kind: Kind) {
        if let Some(database) = self.databases.get_mut(kind) {
            database.failures = 0;
            database.backoff.reset();
        }
    }

    /// Where no database takes what is written, nobody waits for it any longer.
    pub(super) fn admit_memory(&mut self, now: Instant) {
        for &kind in &SHARED {
            let is_down = if kind == Kind::Outbox { self.is_memory() } else { self.is_down(kind) };
            let Some(database) = self.databases.get_mut(kind).filter(|_| is_down) else { continue };
            for group in &mut database.queue {
                settle(&mut self.outputs, group.call.take(), Outcome::Held);
            }
            self.serve(now, kind);
        }
        self.leave(now);
    }

    pub(super) fn blocked(&mut self, operation: OperationId) {
        for (id, purpose) in &self.operations {
            if let Purpose::Open(kind) = purpose
                && *id == operation
                && let Some(database) = self.databases.get_mut(*kind)
            {
                database.trouble = Some(Trouble::Blocked);
            }
        }
    }

    /// Somebody wants to upgrade or delete it. The shell has closed the handle.
    pub(super) fn version_change(&mut self, now: Instant, handle: HandleId, is_deletion: bool) {
        let Some(kind) = self.databases.kind_of(handle) else { return };
        if let Some(database) = self.databases.get_mut(kind) {
            database.handle = None;
        }
        self.close(kind);
        if self.is_orphan(kind) {
            self.forget_orphan(kind);
        } else if is_deletion {
            // To open it would make it anew; what is being wiped is not.
            self.ask_marks(now, Purpose::Doubt(kind));
        } else {
            self.open(now, kind);
        }
    }

    pub(super) fn doubted(&mut self, now: Instant, kind: Kind, mark: Option<u64>) {
        let mark = mark.unwrap_or(0);
        if mark > self.incarnation {
            self.outlived(mark);
        } else if self.databases.get(kind).is_some() {
            self.open(now, kind);
        }
    }

    pub(super) fn suspend(&mut self) {
        if self.life != Life::Running {
            return;
        }
        self.life = Life::Suspended;
        for kind in self.databases.kinds() {
            self.close(kind);
            if self.is_orphan(kind) {
                self.forget_orphan(kind);
            }
        }
        let lock = self.owner.lock(self.origin);
        self.order(Operation::Release { lock });
        // Whoever was about to lead does not any more.
        self.drawing = None;
        for timer in &[Timer::Flush, Timer::Check, Timer::Round, Timer::Compact, Timer::Draw] {
            self.timers.clear(timer);
        }
    }

    pub(super) fn resume(&mut self, now: Instant) {
        if self.life != Life::Suspended {
            return;
        }
        self.life = Life::Running;
        self.hold_lock(now);
        for kind in self.databases.kinds() {
            self.open(now, kind);
        }
        if self.is_used {
            self.plan_check(now);
        }
        self.plan_round(now);
    }

    /// Whether the application has to be told that there is only memory.
    pub(super) fn is_memory(&self) -> bool {
        self.is_down(Kind::Outbox) && self.is_down(self.spill_kind())
    }

    fn is_down(&self, kind: Kind) -> bool {
        self.databases.get(kind).is_some_and(Database::is_down)
    }

    /// This tab's own spill.
    pub(super) const fn spill_kind(&self) -> Kind {
        Kind::Spill(self.origin)
    }

    pub(super) fn is_orphan(&self, kind: Kind) -> bool {
        matches!(kind, Kind::Spill(origin) if origin != self.origin)
    }
}
