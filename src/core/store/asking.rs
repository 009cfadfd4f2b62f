//! What is asked of the browser, and where its answers go.

use std::rc::Rc;

use super::Store;
use super::event::Event;
use super::input::Timer;
use super::names::Kind;
use super::operation::{Answer, Failure, Operation, OperationId};
use super::output::Output;
use super::sparing::Spared;
use crate::core::ids::CallId;
use crate::core::time::Instant;

/// What an operation was asked for.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// Which incarnation counts, before anything is opened.
    Marks,
    Open(Kind),
    /// Whether this incarnation still counts, now that the database is open.
    Check(Kind),
    Mark,
    Read(Kind),
    Append(Kind),
    Fetch(Kind),
    /// The segments that are compacted.
    Collect(Kind),
    Compact(Kind),
    Clear(Kind),
    Draw,
    Hold,
    /// Whether this incarnation still counts, after somebody has deleted a database.
    Doubt(Kind),
    /// The same, after another tab has told of this one.
    Rumour(u64),
    Persist(CallId),
    Estimate(CallId),
    /// For the wipe that a call has asked for: whether other tabs have anything in spills, which incarnation is the highest,
    /// and the mark of the next.
    WipeNames(CallId),
    WipeMarks(CallId, Spared),
    WipeMark(CallId, u64),
    /// The round of the leader: all databases of the project, the marks of their owners, the tabs that live.
    RoundNames,
    RoundMarks,
    RoundHeld,
    SweepNames,
    SweepOpen(Rc<str>),
    SweepClear(Rc<str>),
    SweepDelete(Rc<str>),
    /// Of a spill that has been merged.
    Delete,
}

impl Purpose {
    /// The call that waits for it alone.
    pub(super) const fn call(&self) -> Option<CallId> {
        match self {
            Self::Persist(call)
            | Self::Estimate(call)
            | Self::WipeNames(call)
            | Self::WipeMarks(call, _)
            | Self::WipeMark(call, _) => Some(*call),
            _ => None,
        }
    }

    /// The database whose handle it goes through.
    pub(super) const fn kind(&self) -> Option<Kind> {
        match self {
            Self::Open(kind)
            | Self::Check(kind)
            | Self::Read(kind)
            | Self::Append(kind)
            | Self::Fetch(kind)
            | Self::Collect(kind)
            | Self::Compact(kind)
            | Self::Clear(kind) => Some(*kind),
            Self::Draw => Some(Kind::Epoch),
            _ => None,
        }
    }
}

impl<P: Clone> Store<P> {
    pub(super) fn event(&mut self, now: Instant, event: Event<P>) {
        match event {
            Event::Done { operation, result } => {
                // What was given up or has been closed is not waited for.
                if let Some(purpose) = self.operations.remove(&operation) {
                    self.timers.clear(&Timer::Deadline(operation));
                    self.done(now, purpose, result);
                }
            }
            Event::Blocked { operation } => self.blocked(operation),
            Event::Closed { handle } => {
                if let Some(kind) = self.kind_of(handle) {
                    self.lost(now, kind);
                }
            }
            Event::VersionChange { handle, is_deletion } => self.version_change(now, handle, is_deletion),
        }
    }

    pub(super) fn done(&mut self, now: Instant, purpose: Purpose, result: Result<Answer<P>, Failure>) {
        match (purpose, result) {
            (Purpose::Marks, result) => self.begin(now, self.mark_of(result)),
            (Purpose::Open(kind), Ok(Answer::Opened { version, .. })) => self.opened(now, kind, version),
            (Purpose::Open(kind), result) => self.not_opened(now, kind, result.err()),
            (Purpose::Check(kind), result) => self.checked(now, kind, self.mark_of(result)),
            (Purpose::Rumour(told), result) => self.outlived(self.mark_of(result).unwrap_or(told)),
            (Purpose::Doubt(kind), result) => self.doubted(now, kind, self.mark_of(result)),
            (Purpose::Read(kind), Ok(Answer::Read(slice))) => self.take_slice(now, kind, slice),
            (Purpose::Append(kind), Ok(Answer::Appended { first, last })) => {
                self.appended(now, kind, first, last)
            }
            (Purpose::Append(kind), result) => self.not_appended(now, kind, result.err()),
            (Purpose::Fetch(kind), Ok(Answer::Got(segments))) => self.fetched(now, kind, &segments),
            (Purpose::Collect(kind), Ok(Answer::Got(segments))) => self.collected(now, kind, &segments),
            (Purpose::Compact(kind), Ok(Answer::Compacted(verdict))) => self.compacted(now, kind, verdict),
            (Purpose::Clear(kind), Ok(Answer::Cleared(head))) => self.cleared(now, kind, head),
            (Purpose::Draw, Ok(Answer::Epoch(epoch))) => self.tell_epoch(Some(epoch)),
            (Purpose::Persist(call), result) => self.persisted(call, result),
            (Purpose::Estimate(call), result) => self.estimated(call, result),
            (Purpose::WipeNames(call), result) => self.spills_listed(now, call, result),
            (Purpose::WipeMarks(call, spared), result) => {
                self.mark_wipe(now, call, spared, self.mark_of(result));
            }
            (Purpose::WipeMark(call, mark), result) => self.wipe_marked(now, call, mark, result.is_ok()),
            (Purpose::RoundNames, result) => self.round_names(now, result),
            (Purpose::RoundMarks, result) => self.round_marks(now, result),
            (Purpose::RoundHeld, result) => self.round_held(now, result),
            (Purpose::SweepNames, result) => self.sweep_names(now, result),
            (Purpose::SweepOpen(name), result) => self.sweep_opened(now, name, result),
            (Purpose::SweepClear(name), _) => self.sweep_cleared(now, name),
            (Purpose::SweepDelete(name), result) => self.swept(&name, result.is_ok()),
            // The next round sees what has become of it.
            (Purpose::Hold | Purpose::Mark | Purpose::Delete, _) => {}
            (purpose, _) => {
                if let Some(kind) = purpose.kind() {
                    self.lost(now, kind);
                }
            }
        }
    }

    /// Asks for something, which may take so many milliseconds.
    pub(super) fn ask(
        &mut self,
        now: Instant,
        purpose: Purpose,
        operation: Operation<P>,
        patience: u64,
    ) -> OperationId {
        self.next_operation = self.next_operation.wrapping_add(1);
        let id = OperationId(self.next_operation);
        self.operations.insert(id, purpose);
        self.timers.set(Timer::Deadline(id), now.after(patience));
        self.tell(Output::Operation { id, operation });
        id
    }

    /// Asks for something that has no answer.
    pub(super) fn order(&mut self, operation: Operation<P>) {
        self.next_operation = self.next_operation.wrapping_add(1);
        self.tell(Output::Operation { id: OperationId(self.next_operation), operation });
    }

    /// Forgets what was asked of a database through a handle that is gone.
    pub(super) fn forget_operations(&mut self, kind: Kind) {
        let timers = &mut self.timers;
        self.operations.retain(|id, purpose| {
            let is_kept = purpose.kind() != Some(kind);
            if !is_kept {
                timers.clear(&Timer::Deadline(*id));
            }
            is_kept
        });
    }
}
