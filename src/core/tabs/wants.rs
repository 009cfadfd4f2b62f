//! What the application of a tab wants.

use super::relay::{CommandOf, Relay, Subscription};
use crate::core::command::Command;
use crate::core::ids::{CallId, Slot};
use crate::core::news::Status;

/// A subscription that the application wants.
pub(super) struct Want<R: Relay> {
    pub(super) id: String,
    pub(super) subscription: R::Subscription,
    pub(super) slot: Slot,
    /// The call that has set it.
    pub(super) call: CallId,
    /// The number by which the leader has been asked for it.
    pub(super) asked: u64,
    /// The latest call that has asked the leader for the very same, and the number by which it did.
    pub(super) asked_again: Option<(CallId, u64)>,
    /// What it tracks.
    pub(super) track: Option<R::Payload>,
    /// As last told.
    pub(super) status: Option<Status>,
    /// It has been live, and is begun again by another leader.
    pub(super) is_interrupted: bool,
    /// It has been live, so that it may have missed something since.
    pub(super) was_live: bool,
    /// Who is there, as last told by another tab.
    pub(super) state: Option<R::Payload>,
}

impl<R: Relay> Want<R> {
    /// Whether it is told to be given up, and to be so for good in a moment.
    fn has_failed(&self) -> bool {
        self.status == Some(Status::Failed)
    }

    /// It is begun again by somebody who knows nothing of it; whether it was live.
    fn interrupt(&mut self) -> bool {
        // Also if it was being brought back already.
        self.is_interrupted |= self.was_live;
        let was_live = self.status == Some(Status::Live);
        if was_live {
            self.status = Some(Status::Reconnecting);
        }
        was_live
    }

    /// What was asked for first has come to nothing. If the same has been asked for again, that stands for it from now on.
    fn begin_again(&mut self) -> bool {
        let Some((call, number)) = self.asked_again.take() else { return false };
        (self.call, self.asked) = (call, number);
        true
    }

    pub(super) fn subscribe(&self, call: CallId) -> CommandOf<R> {
        let (id, subscription) = (self.id.clone(), self.subscription.clone());
        Command::Subscribe { call, id, subscription, slot: self.slot }
    }

    pub(super) fn track(&self, call: CallId) -> CommandOf<R> {
        Command::Track { call, id: self.id.clone(), state: self.track.clone() }
    }
}

/// What became of a subscription whose call has been settled.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It stands, or is given up and told to be.
    Stands,
    /// It was refused, and nothing more goes to its callback.
    Refused(Slot),
}

/// All that it wants.
pub(super) struct Wants<R: Relay> {
    /// In the order in which it was asked for. Before the one that an id stands for are those that it has replaced, until it
    /// is known that it is not refused.
    pub(super) list: Vec<Want<R>>,
    /// Whether the socket is to stay open without a subscription.
    pub(super) is_open: bool,
}

impl<R: Relay> Default for Wants<R> {
    fn default() -> Self {
        Self { list: Vec::new(), is_open: false }
    }
}

impl<R: Relay> Wants<R> {
    /// Where the subscription is that an id stands for.
    fn at(&self, id: &str) -> Option<usize> {
        self.list.iter().rposition(|want| want.id == id)
    }

    /// What an id stands for.
    pub(super) fn get(&self, id: &str) -> Option<&Want<R>> {
        self.list.get(self.at(id)?)
    }

    /// What an id stands for, to change it.
    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Want<R>> {
        let at = self.at(id)?;
        self.list.get_mut(at)
    }

    /// An id stands for nothing any more: the callback of what it stood for.
    pub(super) fn remove(&mut self, id: &str) -> Option<Slot> {
        let removed = self.list.remove(self.at(id)?).slot;
        while let Some(at) = self.at(id) {
            self.list.remove(at);
        }
        Some(removed)
    }

    /// All ids.
    pub(super) fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for want in &self.list {
            if !ids.contains(&want.id) {
                ids.push(want.id.clone());
            }
        }
        ids
    }

    /// Takes note of what is asked for. That something ends is noted when it has.
    pub(super) fn note(&mut self, command: &CommandOf<R>) {
        match command {
            Command::Subscribe { call, id, subscription, slot } => {
                self.subscribe(*call, id, subscription, *slot);
            }
            Command::Track { id, state, .. } => {
                if let Some(want) = self.get_mut(id) {
                    want.track.clone_from(state);
                }
            }
            Command::Connect => self.is_open = true,
            Command::Release | Command::Disconnect => self.is_open = false,
            Command::Unsubscribe { .. } | Command::Broadcast { .. } | Command::HttpBroadcast(_) => {}
        }
    }

    fn subscribe(&mut self, call: CallId, id: &str, subscription: &R::Subscription, slot: Slot) {
        let mut status = None;
        if let Some(want) = self.get(id) {
            if want.has_failed() {
                self.remove(id);
            } else if want.subscription == *subscription && want.slot == slot {
                return;
            } else {
                // That it is joining, of whichever options, has been told.
                status = want.status.filter(|status| *status == Status::Joining);
            }
        }
        self.list.push(Want {
            id: id.to_owned(),
            subscription: subscription.clone(),
            slot,
            call,
            asked: 0,
            asked_again: None,
            track: None,
            status,
            is_interrupted: false,
            was_live: false,
            state: None,
        });
    }

    /// A call is done. If it was one that has set a subscription, that stands from now on or was refused.
    pub(super) fn settled(&mut self, call: CallId, is_ok: bool) -> Outcome {
        let Some(at) = self.list.iter().position(|want| want.call == call) else { return Outcome::Stands };
        let Some(id) = self.list.get(at).map(|want| want.id.clone()) else { return Outcome::Stands };
        if self.get(&id).is_none_or(Want::has_failed) {
            return Outcome::Stands;
        }
        if !is_ok {
            if self.list.get_mut(at).is_some_and(Want::begin_again) {
                return Outcome::Stands;
            }
            let refused = self.list.remove(at).slot;
            return Outcome::Refused(refused);
        }
        for before in (0..at).rev() {
            if self.list.get(before).is_some_and(|want| want.id == id) {
                self.list.remove(before);
            }
        }
        Outcome::Stands
    }

    /// Takes note of the number by which the leader is asked for a subscription.
    pub(super) fn asked(&mut self, id: &str, call: CallId, number: u64) {
        let Some(want) = self.get_mut(id) else { return };
        if want.call == call {
            want.asked = number;
        } else {
            want.asked_again = Some((call, number));
        }
    }

    /// The leader has given a subscription up, after it had heard what has this number. If the application asked for the very
    /// same later, the leader begins it anew; whether it was live.
    pub(super) fn begins_again(&mut self, id: &str, after: u64) -> Option<bool> {
        let want = self.get_mut(id)?;
        want.asked_again.filter(|(_, number)| *number > after)?;
        want.begin_again();
        Some(want.interrupt())
    }

    /// Whether anything goes to a callback.
    pub(super) fn has_slot(&self, slot: Slot) -> bool {
        let is_present = |want: &Want<R>| want.slot == slot && !want.has_failed();
        self.list.iter().any(|want| is_present(want) && self.get(&want.id).is_some_and(is_present))
    }

    /// Whoever served them does so no longer: those that were live.
    pub(super) fn interrupt(&mut self) -> Vec<String> {
        let mut interrupted = Vec::new();
        for id in self.ids() {
            let Some(want) = self.get_mut(&id) else { continue };
            if want.interrupt() {
                interrupted.push(id);
            }
        }
        interrupted
    }

    /// Forgets what has been replaced: the callbacks that nothing goes to any more.
    pub(super) fn settle_all(&mut self) -> Vec<Slot> {
        let mut slots = Vec::new();
        for at in (0..self.list.len()).rev() {
            let Some(want) = self.list.get(at) else { continue };
            if self.at(&want.id) != Some(at) {
                slots.push(self.list.remove(at).slot);
            }
        }
        slots
    }

    /// Whether anything is wanted.
    pub(super) const fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.is_open
    }

    /// The topic of a subscription.
    pub(super) fn topic(&self, id: &str) -> Option<String> {
        self.get(id).map(|want| want.subscription.topic())
    }
}
