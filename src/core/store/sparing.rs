//! A wipe that nothing pending is lost by: it looks at what every tab has written, not only at what this one knows.

use super::database::Link;
use super::names::Kind;
use super::operation::{Answer, Failure, Operation};
use super::output::Refusal;
use super::{DEADLINE, Purpose, Store};
use crate::core::ids::CallId;
use crate::core::time::Instant;

/// What keeps a wipe from being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spared {
    /// Nothing.
    Nothing,
    /// Anything in the outbox.
    Pending,
}

impl<P: Clone> Store<P> {
    /// The outbox is read up to its end first: another tab may have written what nobody has told of.
    pub(super) fn wipe_unless_pending(&mut self, now: Instant, call: CallId) {
        self.leaving.push(call);
        self.wait(now, call);
        let is_reading = self.asked(Purpose::Read(Kind::Outbox)).is_some();
        let Some(outbox) = self.database(Kind::Outbox) else { return };
        if is_reading {
            outbox.is_behind = true;
        } else {
            self.read(now, Kind::Outbox, DEADLINE);
        }
        self.leave(now);
    }

    /// All of the outbox is known now, if nothing of it is being read.
    pub(super) fn leave(&mut self, now: Instant) {
        let is_reading = self.asked(Purpose::Read(Kind::Outbox)).is_some();
        let is_known = self.databases.get(Kind::Outbox).is_some_and(|outbox| {
            let is_gone = !outbox.is_loaded && outbox.is_whole();
            !is_reading && (outbox.link == Link::Ready || is_gone)
        });
        if !is_known {
            return;
        }
        for call in std::mem::take(&mut self.leaving) {
            if !self.refuses_wipe(call) {
                let prefix = self.owner.prefix();
                self.ask(now, Purpose::WipeNames(call), Operation::Names { prefix }, DEADLINE);
            }
        }
    }

    /// Refuses a wipe because of what this tab knows to be in the outbox, or on its way there.
    pub(super) fn refuses_wipe(&mut self, call: CallId) -> bool {
        let pending = self.databases.get(Kind::Outbox).map_or(0, super::serving::count);
        if pending > 0 {
            self.refuse(call, Refusal::Pending(pending));
        }
        pending > 0
    }

    /// A spill is there as long as something in it is not in the outbox.
    pub(super) fn spills_listed(&mut self, now: Instant, call: CallId, result: &Result<Answer<P>, Failure>) {
        let names = match result {
            Ok(Answer::Names(names)) => names.as_slice(),
            // Where the browser gives no databases there are no spills.
            Err(Failure::Refused) => &[],
            _ => return self.refuse(call, Refusal::Unavailable),
        };
        let mut spills = 0;
        for name in names {
            if let Some((incarnation, Kind::Spill(origin))) = self.owner.parse(name)
                && incarnation == self.incarnation
                && origin != self.origin
            {
                spills += 1;
            }
        }
        if spills == 0 {
            self.wipe(now, call, Spared::Pending);
        } else {
            self.refuse(call, Refusal::Pending(spills));
        }
    }
}
