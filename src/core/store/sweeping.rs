//! How databases that nobody needs any more are emptied and deleted: those of wiped incarnations.
//!
//! The mark is read again before each is emptied, and before it is deleted. Where the site's data have been cleared since, the
//! mark is gone with them, and what has such a name now is not what was wiped.

use std::rc::Rc;

use super::input::Timer;
use super::names::Owner;
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
    /// Whether nothing is left to be done before it is deleted.
    is_empty: bool,
}

impl Sweep {
    pub fn of_wipe(call: CallId, is_marked: bool) -> Self {
        Self { call: Some(call), is_marked, ..Self::default() }
    }

    pub fn add(&mut self, name: Rc<str>) {
        if !self.names.iter().any(|swept| swept.name == name) {
            self.names.push(Swept { name, handle: HandleId(0), is_open: false, is_empty: false });
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

    /// It is open, or cannot be; or it is empty.
    pub(super) fn sweep_on(&mut self, now: Instant, handle: HandleId, is_empty: bool) {
        let Some(sweep) = &mut self.sweep else { return };
        let Some(swept) = sweep.place(handle).and_then(|at| sweep.names.get_mut(at)) else { return };
        swept.is_empty = is_empty;
        let prefix = Owner::incarnation_of(&swept.name).map_or("", |(path, _)| path).into();
        self.ask(now, Purpose::SweepMarks(handle), Operation::ReadMarks { prefix }, DEADLINE);
    }

    pub(super) fn sweep_marked(
        &mut self,
        now: Instant,
        handle: HandleId,
        result: &Result<Answer<P>, Failure>,
    ) {
        let Some(sweep) = &mut self.sweep else { return };
        // Where no mark could be written, there is none to be found.
        let is_bound = sweep.call.is_none() || sweep.is_marked;
        let Some(swept) = sweep.place(handle).and_then(|at| sweep.names.get_mut(at)) else { return };
        let is_spared = match (result, Owner::incarnation_of(&swept.name)) {
            (Ok(Answer::Marks(marks)), Some((path, incarnation))) if is_bound => {
                !marks.iter().any(|(name, mark)| name == path && incarnation < *mark)
            }
            _ => false,
        };
        if !(is_spared || swept.is_empty) {
            self.ask(now, Purpose::SweepClear(handle), Operation::Clear { handle }, DEADLINE);
            return;
        }
        let name = Rc::clone(&swept.name);
        if std::mem::take(&mut swept.is_open) {
            self.order(Operation::Close { handle });
        }
        if is_spared {
            return self.swept(handle, false);
        }
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
