//! The spill: where what the outbox does not accept in time is kept meanwhile.

use super::appending::Batch;
use super::database::{Group, Link};
use super::names::Kind;
use super::operation::Operation;
use super::output::Outcome;
use super::segment::EntryId;
use super::writing::settle;
use super::{DEADLINE, Purpose, Store};
use crate::core::time::Instant;

impl<P: Clone> Store<P> {
    /// Whether a spill has any use for it: it is this tab's own, not a leader's, and not in one yet.
    pub(super) fn is_spillable(&self, group: &Group<P>) -> bool {
        !group.is_spilled && group.epoch == 0 && group.id.origin == self.origin
    }

    /// The outbox has had its time.
    pub(super) fn begin_spilling(&mut self, now: Instant) {
        let outbox = self.databases.get(Kind::Outbox);
        if outbox.is_some_and(|outbox| outbox.queue.iter().any(|group| self.is_spillable(group))) {
            self.is_spilling = true;
            self.open(now, self.spill_kind());
            self.spill(now);
        }
    }

    /// Writes to the spill what it has not got.
    pub(super) fn spill(&mut self, now: Instant) {
        let kind = self.spill_kind();
        let Some(spill) = self.databases.get(kind).filter(|_| self.is_spilling) else { return };
        if spill.ready().is_none()
            || spill.flight.is_some()
            || self.asked(Purpose::Clear(kind)).is_some()
            || self.is_making_space()
        {
            return;
        }
        let mut batch = Batch::new(self.limits);
        let Some(outbox) = self.databases.get(Kind::Outbox) else { return };
        for group in &outbox.queue {
            if self.is_spillable(group) && (!batch.add(group) || spill.is_single) {
                break;
            }
        }
        self.append(now, kind, batch);
    }

    pub(super) fn spilled(&mut self, groups: &[EntryId]) {
        let Some(outbox) = self.databases.get_mut(Kind::Outbox) else { return };
        for group in &mut outbox.queue {
            if groups.contains(&group.id) {
                group.is_spilled = true;
                settle(&mut self.outputs, group.call.take(), Outcome::Durable);
            }
        }
    }

    /// Once the outbox has everything, it takes what comes next as well, and the spill is emptied. It stays open as long as
    /// the tab lives; the leader deletes it afterwards.
    pub(super) fn end_spilling(&mut self, now: Instant) {
        let is_own = |group: &Group<P>| group.id.origin == self.origin && group.epoch == 0;
        let outbox = self.databases.get(Kind::Outbox);
        if outbox
            .is_none_or(|outbox| outbox.link != Link::Ready || outbox.queue.iter().any(|group| is_own(group)))
        {
            return;
        }
        self.is_spilling = false;
        let kind = self.spill_kind();
        let is_clearing = self.asked(Purpose::Clear(kind)).is_some();
        let Some(spill) = self.databases.get(kind) else { return };
        if spill.index.extents().is_empty() || spill.flight.is_some() || is_clearing {
            return;
        }
        if let Some(handle) = spill.ready() {
            self.ask(now, Purpose::Clear(kind), Operation::Clear { handle }, DEADLINE);
        }
    }
}
