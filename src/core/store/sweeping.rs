//! How databases that nobody needs any more are emptied and deleted: those of wiped incarnations.

use std::rc::Rc;

use super::input::Timer;
use super::operation::{Answer, Failure, HandleId, Operation};
use super::output::Outcome;
use super::{DEADLINE, Purpose, Store};
use crate::core::ids::CallId;
use crate::core::time::Instant;

/// What is being deleted, and who waits for it.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    /// The wipe that waits.
    call: Option<CallId>,
    /// Whether its mark is written.
    is_marked: bool,
    /// Something could not be deleted.
    has_failed: bool,
    /// What is to be deleted.
    names: Vec<Swept>,
}

#[derive(Debug)]
struct Swept {
    name: Rc<str>,
    /// What it is emptied through, once that has begun.
    handle: HandleId,
    is_open: bool,
}

impl Sweep {
    pub fn of_wipe(call: CallId, is_marked: bool) -> Self {
        Self { call: Some(call), is_marked, ..Self::default() }
    }

    pub fn add(&mut self, name: Rc<str>) {
        if !self.names.iter().any(|swept| swept.name == name) {
            self.names.push(Swept { name, handle: HandleId(0), is_open: false });
        }
    }

    fn place(&self, handle: HandleId) -> Option<usize> {
        self.names.iter().position(|swept| swept.handle == handle)
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

impl<P: Clone> Store<P> {
    pub(super) fn sweep_names(&mut self, now: Instant, result: &Result<Answer<P>, Failure>) {
        let incarnation = self.incarnation;
        let Some(sweep) = &mut self.sweep else { return };
        if let Ok(Answer::Names(names)) = result {
            for name in names {
                if self.owner.parse(name).is_some_and(|(found, _)| found < incarnation) {
                    sweep.add(name.as_str().into());
                }
            }
        }
        self.begin_sweep(now);
    }

    /// Empties each first: that succeeds also where another tab, which may sleep, holds it open.
    pub(super) fn begin_sweep(&mut self, now: Instant) {
        let count = self.sweep.as_ref().map_or(0, |sweep| sweep.names.len());
        for at in 0..count {
            let handle = self.next_handle();
            let Some(swept) = self.sweep.as_mut().and_then(|sweep| sweep.names.get_mut(at)) else { return };
            swept.handle = handle;
            swept.is_open = true;
            let name = Rc::clone(&swept.name);
            let operation = Operation::Open { handle, name, version: None, identity: 0 };
            self.ask(now, Purpose::SweepOpen(handle), operation, DEADLINE);
        }
    }

    pub(super) fn sweep_opened(&mut self, now: Instant, handle: HandleId) {
        if self.sweep.as_ref().is_some_and(|sweep| sweep.place(handle).is_some()) {
            self.ask(now, Purpose::SweepClear(handle), Operation::Clear { handle }, DEADLINE);
        }
    }

    pub(super) fn sweep_cleared(&mut self, now: Instant, handle: HandleId) {
        let Some(sweep) = &mut self.sweep else { return };
        let Some(swept) = sweep.place(handle).and_then(|at| sweep.names.get_mut(at)) else { return };
        swept.is_open = false;
        let name = Rc::clone(&swept.name);
        self.order(Operation::Close { handle });
        self.ask(now, Purpose::SweepDelete(handle), Operation::Delete { name }, DEADLINE);
    }

    pub(super) fn swept(&mut self, handle: HandleId, is_deleted: bool) {
        let Some(sweep) = &mut self.sweep else { return };
        if let Some(at) = sweep.place(handle) {
            sweep.names.remove(at);
            sweep.has_failed |= !is_deleted;
        }
        if sweep.is_empty() {
            self.end_sweep();
        }
    }

    /// It is over, or has taken too long. The browser goes on with the deletions that it was asked for.
    pub(super) fn end_sweep(&mut self) {
        self.timers.clear(&Timer::Sweep);
        let Some(sweep) = self.sweep.take() else { return };
        let is_complete = sweep.is_empty() && !sweep.has_failed;
        for Swept { handle, is_open, .. } in &sweep.names {
            if *is_open {
                self.order(Operation::Close { handle: *handle });
            }
        }
        if let Some(call) = sweep.call {
            self.settle(call, Outcome::Wiped { is_marked: sweep.is_marked, is_complete });
        }
    }
}
