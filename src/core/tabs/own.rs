//! What the application of a tab wants and waits for.

use litemap::LiteMap;

use super::relay::{CommandOf, Relay};
use crate::core::command::{Command, HttpBroadcast};
use crate::core::ids::{CallId, Slot};
use crate::core::news::Status;

/// A subscription that the application wants.
pub(super) struct Want<R: Relay> {
    pub(super) subscription: R::Subscription,
    pub(super) slot: Slot,
    /// The call that has set it.
    pub(super) call: CallId,
    /// What the id stood for before, until it is known that this one is not refused.
    former: Option<Box<Want<R>>>,
    /// The number by which the leader has been asked for it.
    pub(super) asked: u64,
    /// What it tracks.
    pub(super) track: Option<R::Payload>,
    /// As last told.
    pub(super) status: Option<Status>,
    /// It has been live, and is begun again by another leader.
    pub(super) is_interrupted: bool,
    /// Who is there, as last told by another tab.
    pub(super) state: Option<R::Payload>,
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
    pub(super) table: LiteMap<String, Want<R>>,
    /// Whether the socket is to stay open without a subscription.
    pub(super) is_open: bool,
}

impl<R: Relay> Default for Wants<R> {
    fn default() -> Self {
        Self { table: LiteMap::new(), is_open: false }
    }
}

impl<R: Relay> Wants<R> {
    /// Takes note of what is asked for. That something ends is noted when it has.
    pub(super) fn note(&mut self, command: &CommandOf<R>) {
        match command {
            Command::Subscribe { call, id, subscription, slot } => {
                self.subscribe(*call, id, subscription, *slot);
            }
            Command::Track { id, state, .. } => {
                if let Some(want) = self.table.get_mut(id) {
                    want.track.clone_from(state);
                }
            }
            Command::Connect => self.is_open = true,
            Command::Release | Command::Disconnect => self.is_open = false,
            Command::Unsubscribe { .. } | Command::Broadcast { .. } | Command::HttpBroadcast(_) => {}
        }
    }

    fn subscribe(&mut self, call: CallId, id: &str, subscription: &R::Subscription, slot: Slot) {
        let is_same = |want: &&mut Want<R>| {
            want.subscription == *subscription && want.slot == slot && !want.has_failed()
        };
        if self.table.get_mut(id).as_ref().is_some_and(is_same) {
            return;
        }
        let former = self.table.remove(id).map(Box::new);
        let want = Want {
            subscription: subscription.clone(),
            slot,
            call,
            asked: 0,
            track: None,
            // That it is joining, of whichever options, has been told.
            status: former.as_ref().and_then(|want| want.status).filter(|status| *status == Status::Joining),
            former,
            is_interrupted: false,
            state: None,
        };
        self.table.insert(id.to_owned(), want);
    }

    /// A call is done. If it was one that has set a subscription, that stands from now on or was refused.
    pub(super) fn settled(&mut self, call: CallId, is_ok: bool) -> Outcome {
        let set_by_it = self.table.iter().find(|(_, want)| want.is_set_by(call));
        let Some(id) = set_by_it.map(|(id, _)| id.clone()) else { return Outcome::Stands };
        let Some(want) = self.table.remove(&id) else { return Outcome::Stands };
        if want.has_failed() {
            self.table.insert(id, want);
            return Outcome::Stands;
        }
        let (left, outcome) = want.settled(call, is_ok);
        if let Some(left) = left {
            self.table.insert(id, *left);
        }
        outcome
    }

    /// Whether anything is wanted.
    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty() && !self.is_open
    }

    /// The topic of a subscription.
    pub(super) fn topic(&self, id: &str) -> Option<String> {
        use super::relay::Subscription;
        self.table.get(id).map(|want| want.subscription.topic())
    }
}

impl<R: Relay> Want<R> {
    /// Whether it is told to be given up, and to be so for good in a moment.
    fn has_failed(&self) -> bool {
        self.status == Some(Status::Failed)
    }

    /// Whether this call has set it, or one of those that it has replaced.
    fn is_set_by(&self, call: CallId) -> bool {
        self.call == call || self.former.as_ref().is_some_and(|former| former.is_set_by(call))
    }

    /// What is left of it, now that the call that has set it or one of its predecessors is done.
    fn settled(mut self, call: CallId, is_ok: bool) -> (Option<Box<Self>>, Outcome) {
        if self.call != call {
            let settled = self.former.take().map(|former| former.settled(call, is_ok));
            let (former, outcome) = settled.unwrap_or((None, Outcome::Stands));
            self.former = former;
            return (Some(Box::new(self)), outcome);
        }
        let former = self.former.take();
        if is_ok { (Some(Box::new(self)), Outcome::Stands) } else { (former, Outcome::Refused(self.slot)) }
    }

    /// The callbacks of what it has replaced.
    fn replaced(&mut self) -> Vec<Slot> {
        let mut slots = Vec::new();
        while let Some(mut former) = self.former.take() {
            slots.push(former.slot);
            self.former = former.former.take();
        }
        slots
    }
}

/// What a call of the application's is about.
pub(super) enum About<R: Relay> {
    /// A subscription, by its id.
    Subscribe(String),
    /// What a subscription tracks.
    Track(String),
    /// Something that is done once: what, until it has been handed over.
    Once(Option<CommandOf<R>>),
}

/// What this tab's application wants and waits for.
pub(super) struct Own<R: Relay> {
    pub(super) wants: Wants<R>,
    pub(super) calls: LiteMap<CallId, About<R>>,
    /// Calls that the application has not made: those by which its subscriptions are begun again.
    pub(super) again: LiteMap<CallId, String>,
    /// The application has ended everything while others keep the connection: it is told nothing of that.
    pub(super) has_ended: bool,
    /// The states of the connection as the application knows them.
    pub(super) told: Vec<R::Link>,
}

impl<R: Relay> Default for Own<R> {
    fn default() -> Self {
        Self {
            wants: Wants::default(),
            calls: LiteMap::new(),
            again: LiteMap::new(),
            has_ended: false,
            told: Vec::new(),
        }
    }
}

impl<R: Relay> Own<R> {
    /// Takes note of what is asked for; `is_held` if it is not handed over yet.
    pub(super) fn note(&mut self, command: &CommandOf<R>, is_held: bool) {
        self.wants.note(command);
        let (call, about) = match command {
            Command::Subscribe { call, id, .. } => (*call, About::Subscribe(id.clone())),
            Command::Track { call, id, .. } => (*call, About::Track(id.clone())),
            Command::Broadcast { call, .. } | Command::HttpBroadcast(HttpBroadcast { call, .. }) => {
                (*call, About::Once(is_held.then(|| command.clone())))
            }
            _ => return,
        };
        self.calls.insert(call, about);
    }

    /// The calls about a subscription.
    pub(super) fn calls_of(&self, id: &str) -> Vec<CallId> {
        let is_of = |about: &About<R>| matches!(about, About::Subscribe(of) | About::Track(of) if of == id);
        self.calls.iter().filter(|(_, about)| is_of(about)).map(|(call, _)| *call).collect()
    }

    /// Calls of which nobody will hear any more: what is done once, and has been handed over.
    pub(super) fn take_lost(&mut self) -> Vec<CallId> {
        let is_lost =
            |(call, about): (&CallId, &About<R>)| matches!(about, About::Once(None)).then_some(*call);
        let lost: Vec<CallId> = self.calls.iter().filter_map(is_lost).collect();
        for call in &lost {
            self.calls.remove(call);
        }
        lost
    }

    /// All that whoever serves from now on has to be asked for, and the callbacks that nothing goes to any more. `number`
    /// gives a call for what no call waits for.
    pub(super) fn replay(&mut self, number: &mut dyn FnMut() -> CallId) -> (Vec<CommandOf<R>>, Vec<Slot>) {
        let (mut commands, mut replaced) = (Vec::new(), Vec::new());
        if self.wants.is_open {
            commands.push(Command::Connect);
        }
        for (id, want) in self.wants.table.iter_mut() {
            replaced.extend(want.replaced());
            let waiting =
                self.calls.iter().filter(|(_, about)| matches!(about, About::Subscribe(of) if of == id));
            let mut calls: Vec<CallId> = waiting.map(|(call, _)| *call).collect();
            if calls.is_empty() {
                let call = number();
                self.again.insert(call, id.clone());
                calls.push(call);
            }
            want.call = calls.first().copied().unwrap_or(want.call);
            let (subscription, slot) = (&want.subscription, want.slot);
            commands.extend(calls.into_iter().map(|call| Command::Subscribe {
                call,
                id: id.clone(),
                subscription: subscription.clone(),
                slot,
            }));
            let tracks = self.calls.iter().any(|(_, about)| matches!(about, About::Track(of) if of == id));
            if !tracks && let Some(state) = &want.track {
                commands.push(Command::Track { call: number(), id: id.clone(), state: Some(state.clone()) });
            }
        }
        for (call, about) in self.calls.iter_mut() {
            match about {
                About::Subscribe(_) => {}
                About::Track(id) => {
                    let state = self.wants.table.get(id).and_then(|want| want.track.clone());
                    commands.push(Command::Track { call: *call, id: id.clone(), state });
                }
                About::Once(held) => commands.extend(held.take()),
            }
        }
        (commands, replaced)
    }
}
