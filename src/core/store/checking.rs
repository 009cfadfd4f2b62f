//! How it is noticed that something has changed or gone without anybody having said so.

use super::database::Link;
use super::input::Timer;
use super::names::Kind;
use super::operation::{Failure, OperationId};
use super::output::Trouble;
use super::{DEADLINE, Life, OPENING, PROBE_DEADLINE, Purpose, Store};
use crate::core::time::Instant;

/// How often it is looked for what others have written and whether the databases are still there, in milliseconds.
const CHECK: u64 = 4_000;
/// The same while nobody sees the page.
const CHECK_UNSEEN: u64 = 30_000;

impl<P: Clone> Store<P> {
    pub(super) fn plan_check(&mut self, now: Instant) {
        let pause = if self.is_visible { CHECK } else { CHECK_UNSEEN };
        self.timers.set(Timer::Check, now.after(pause));
    }

    pub(super) fn check(&mut self, now: Instant) {
        if self.life != Life::Running {
            return;
        }
        for kind in self.databases.kinds() {
            if self.is_ready(kind) && kind != Kind::Epoch {
                self.read(now, kind, DEADLINE);
            }
        }
        self.plan_check(now);
    }

    /// Handles die while a page is hidden. What is about to be written waits for a proof that they live.
    pub(super) fn visible(&mut self, now: Instant) {
        if std::mem::replace(&mut self.is_visible, true) || self.life != Life::Running {
            return;
        }
        for kind in self.databases.kinds() {
            let reading = self.asked(Purpose::Read(kind));
            let Some(database) = self.databases.get_mut(kind) else { continue };
            match database.link {
                Link::Ready => {
                    database.is_suspect = true;
                    match reading {
                        Some(operation) => {
                            self.timers.set(Timer::Deadline(operation), now.after(PROBE_DEADLINE));
                        }
                        None => self.read(now, kind, PROBE_DEADLINE),
                    }
                }
                Link::Closed => self.open(now, kind),
                _ => {}
            }
        }
        self.plan_check(now);
        self.plan_compaction(now);
    }

    pub(super) fn announced(&mut self, now: Instant, kind: Kind, through: u64, generation: u64) {
        let is_reading = self.asked(Purpose::Read(kind)).is_some();
        let Some(database) = self.databases.get_mut(kind) else { return };
        let is_known = database.index.through >= through
            && database.head.is_some_and(|head| head.generation >= generation);
        if database.link != Link::Ready || is_known {
            return;
        }
        if is_reading {
            database.is_behind = true;
        } else {
            self.read(now, kind, DEADLINE);
        }
    }

    /// An operation has taken too long: its outcome is unknown, and what it went through is opened anew.
    pub(super) fn overdue(&mut self, now: Instant, operation: OperationId) {
        let Some(purpose) = self.take_operation(operation) else { return };
        if let Purpose::Open(kind) = purpose
            && let Some(database) = self.databases.get_mut(kind)
            && database.link == Link::Opening
        {
            // It waits for others to close the database. Browsers do not always say so: not if those others sleep, and not of
            // what waits behind somebody's deletion.
            database.link = Link::Blocked;
            database.trouble = Some(Trouble::Blocked);
            self.operations.push((operation, purpose));
            self.timers.set(Timer::Deadline(operation), now.after(DEADLINE - OPENING));
            return self.admit_memory(now);
        }
        match purpose.kind() {
            Some(kind) => self.lost(now, kind),
            None => self.done(now, purpose, &Err(Failure::Other(String::new()))),
        }
    }
}
