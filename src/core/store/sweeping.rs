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
    /// What is to be deleted, with the handle it is emptied through.
    names: Vec<(Rc<str>, Option<HandleId>)>,
}

impl Sweep {
    pub fn of_wipe(call: CallId, is_marked: bool) -> Self {
        Self { call: Some(call), is_marked, ..Self::default() }
    }

    pub fn add(&mut self, name: Rc<str>) {
        if self.handle(&name).is_none() {
            self.names.push((name, None));
        }
    }

    fn handle(&mut self, name: &str) -> Option<&mut Option<HandleId>> {
        self.names.iter_mut().find(|(found, _)| **found == *name).map(|(_, handle)| handle)
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

impl<P: Clone> Store<P> {
    pub(super) fn sweep_names(&mut self, now: Instant, result: Result<Answer<P>, Failure>) {
        let incarnation = self.incarnation;
        let Some(sweep) = &mut self.sweep else { return };
        if let Ok(Answer::Names(names)) = result {
            for name in names {
                if self.owner.parse(&name).is_some_and(|(found, _)| found < incarnation) {
                    sweep.add(name.as_str().into());
                }
            }
        }
        self.begin_sweep(now);
    }

    /// Empties each first: that succeeds also where another tab, which may sleep, holds it open.
    pub(super) fn begin_sweep(&mut self, now: Instant) {
        let names: Vec<_> =
            self.sweep.iter().flat_map(|sweep| &sweep.names).map(|(name, _)| Rc::clone(name)).collect();
        for name in names {
            let handle = self.next_handle();
            if let Some(held) = self.sweep.as_mut().and_then(|sweep| sweep.handle(&name)) {
                *held = Some(handle);
            }
            let operation = Operation::Open { handle, name: Rc::clone(&name), version: None, identity: 0 };
            self.ask(now, Purpose::SweepOpen(name), operation, DEADLINE);
        }
    }

    pub(super) fn sweep_opened(&mut self, now: Instant, name: Rc<str>, result: Result<Answer<P>, Failure>) {
        let handle = self.sweep.as_mut().and_then(|sweep| *sweep.handle(&name)?);
        match handle.filter(|_| result.is_ok()) {
            Some(handle) => {
                self.ask(now, Purpose::SweepClear(name), Operation::Clear { handle }, DEADLINE);
            }
            None => self.sweep_cleared(now, name),
        }
    }

    pub(super) fn sweep_cleared(&mut self, now: Instant, name: Rc<str>) {
        let Some(sweep) = &mut self.sweep else { return };
        let Some(handle) = sweep.handle(&name).map(Option::take) else { return };
        if let Some(handle) = handle {
            self.order(Operation::Close { handle });
        }
        let operation = Operation::Delete { name: Rc::clone(&name) };
        self.ask(now, Purpose::SweepDelete(name), operation, DEADLINE);
    }

    pub(super) fn swept(&mut self, name: &str, is_deleted: bool) {
        let Some(sweep) = &mut self.sweep else { return };
        if let Some(at) = sweep.names.iter().position(|(found, _)| **found == *name) {
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
        for handle in sweep.names.into_iter().filter_map(|(_, handle)| handle) {
            self.order(Operation::Close { handle });
        }
        if let Some(call) = sweep.call {
            self.settle(call, Outcome::Wiped { is_marked: sweep.is_marked, is_complete });
        }
    }
}
