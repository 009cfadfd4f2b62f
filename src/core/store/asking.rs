//! What is asked of the browser, and where its answers go.

use std::mem::discriminant;

use super::Store;
use super::event::Event;
use super::input::Timer;
use super::names::Kind;
use super::operation::{Answer, Failure, HandleId, Operation, OperationId};
use super::output::Output;
use super::sparing::Spared;
use crate::core::ids::CallId;
use crate::core::time::Instant;

/// What an operation was asked for.
#[derive(Clone, Copy, Debug)]
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
    SweepOpen(HandleId),
    SweepMarks(HandleId),
    SweepClear(HandleId),
    SweepDelete(HandleId),
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
    #[inline(never)]
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
                if let Some(purpose) = self.take_operation(operation) {
                    self.timers.clear(&Timer::Deadline(operation));
                    self.done(now, purpose, &result);
                }
            }
            Event::Blocked { operation } => self.blocked(operation),
            Event::Closed { handle } => {
                if let Some(kind) = self.databases.kind_of(handle) {
                    self.lost(now, kind);
                }
            }
            Event::VersionChange { handle, is_deletion } => self.version_change(now, handle, is_deletion),
        }
    }

    pub(super) fn done(&mut self, now: Instant, purpose: Purpose, result: &Result<Answer<P>, Failure>) {
        let mark = self.mark_of(result);
        match (purpose, result) {
            (Purpose::Marks, _) => self.begin(now, mark),
            (Purpose::Open(kind), Ok(Answer::Opened { version, .. })) => self.opened(now, kind, *version),
            (Purpose::Open(kind), _) => self.not_opened(now, kind, result.as_ref().err()),
            (Purpose::Check(kind), _) => self.checked(now, kind, mark),
            (Purpose::Rumour(told), _) => self.outlived(mark.unwrap_or(told)),
            (Purpose::Doubt(kind), _) => self.doubted(now, kind, mark),
            (Purpose::Read(kind), Ok(Answer::Read(slice))) => self.take_slice(now, kind, slice),
            (Purpose::Read(kind), Err(Failure::Corrupt)) => self.not_readable(now, kind),
            (Purpose::Append(kind), Ok(Answer::Appended { first, last })) => {
                self.appended(now, kind, *first, *last);
            }
            (Purpose::Append(kind), _) => self.not_appended(now, kind, result.as_ref().err()),
            (Purpose::Fetch(kind), Ok(Answer::Got(segments))) => self.fetched(now, kind, segments),
            (Purpose::Collect(kind), Ok(Answer::Got(segments))) => self.collected(now, kind, segments),
            (Purpose::Compact(kind), Ok(Answer::Compacted(verdict))) => self.compacted(now, kind, *verdict),
            // It costs no call anything, and is due again when the log has grown.
            (Purpose::Compact(kind), Err(Failure::Quota)) => self.give_up_compaction(kind),
            (Purpose::Clear(kind), Ok(_)) => self.cleared(now, kind),
            (Purpose::Draw, Ok(Answer::Epoch(epoch))) => self.tell_epoch(Some(*epoch)),
            (Purpose::Persist(call), _) => self.persisted(call, result),
            (Purpose::Estimate(call), _) => self.estimated(call, result),
            (Purpose::WipeNames(call), _) => self.spills_listed(now, call, result),
            (Purpose::WipeMarks(call, spared), _) => self.mark_wipe(now, call, spared, mark),
            (Purpose::WipeMark(call, mark), _) => self.wipe_marked(now, call, mark, result.is_ok()),
            (Purpose::RoundNames, _) => self.round_names(now, result),
            (Purpose::RoundMarks, _) => self.round_marks(now, result),
            (Purpose::RoundHeld, _) => self.round_held(now, result),
            (Purpose::SweepNames, _) => self.sweep_names(now, result),
            (Purpose::SweepOpen(handle), Ok(_)) => self.sweep_on(now, handle, false),
            (Purpose::SweepOpen(handle) | Purpose::SweepClear(handle), _) => self.sweep_on(now, handle, true),
            (Purpose::SweepMarks(handle), _) => self.sweep_marked(now, handle, result),
            (Purpose::SweepDelete(handle), _) => self.swept(handle, result.is_ok()),
            // The next round sees what has become of it.
            (Purpose::Hold | Purpose::Mark | Purpose::Delete, _) => {}
            (purpose, _) => {
                if matches!(result, Err(Failure::Quota)) {
                    self.make_space(now);
                }
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
        let id = self.order(operation);
        self.operations.push((id, purpose));
        self.timers.set(Timer::Deadline(id), now.after(patience));
        id
    }

    /// Asks for something that has no answer.
    pub(super) fn order(&mut self, operation: Operation<P>) -> OperationId {
        self.next_operation = self.next_operation.wrapping_add(1);
        let id = OperationId(self.next_operation);
        self.tell(Output::Operation { id, operation });
        id
    }

    /// What is under way on a database for this.
    pub(super) fn asked(&self, purpose: Purpose) -> Option<OperationId> {
        for (id, asked) in &self.operations {
            if discriminant(asked) == discriminant(&purpose) && asked.kind() == purpose.kind() {
                return Some(*id);
            }
        }
        None
    }

    pub(super) fn take_operation(&mut self, operation: OperationId) -> Option<Purpose> {
        let at = self.operations.iter().position(|(id, _)| *id == operation)?;
        Some(self.operations.remove(at).1)
    }

    /// Forgets what was asked of a database through a handle that is gone.
    pub(super) fn forget_operations(&mut self, kind: Kind) {
        for (id, purpose) in std::mem::take(&mut self.operations) {
            if purpose.kind() == Some(kind) {
                self.timers.clear(&Timer::Deadline(id));
            } else {
                self.operations.push((id, purpose));
            }
        }
    }
}
