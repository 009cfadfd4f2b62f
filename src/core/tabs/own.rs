//! What the application of a tab waits for, and all that has to be asked for again.

use super::relay::{CommandOf, Relay};
use super::wants::Wants;
use crate::core::command::{Command, HttpBroadcast};
use crate::core::ids::{CallId, Slot};

/// What a call is about.
pub(super) enum About<R: Relay> {
    /// A subscription, by its id.
    Subscribe(String),
    /// What a subscription tracks.
    Track(String),
    /// Something that is done once: what, until it has been handed over.
    Once(Option<CommandOf<R>>),
    /// A subscription that is begun again: the application has not made this call.
    Again(String),
}

/// What this tab's application wants and waits for.
pub(super) struct Own<R: Relay> {
    pub(super) wants: Wants<R>,
    /// In the order in which they were made.
    calls: Vec<(CallId, About<R>)>,
    /// The application has ended everything while others keep the connection: it is told nothing of that.
    pub(super) has_ended: bool,
    /// The states of the connection as the application knows them.
    pub(super) told: Vec<R::Link>,
}

impl<R: Relay> Default for Own<R> {
    fn default() -> Self {
        Self { wants: Wants::default(), calls: Vec::new(), has_ended: false, told: Vec::new() }
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
        self.calls.push((call, about));
    }

    /// A call is done: what it was about.
    pub(super) fn settled(&mut self, call: CallId) -> Option<About<R>> {
        let at = self.calls.iter().position(|(open, _)| *open == call)?;
        Some(self.calls.remove(at).1)
    }

    /// The calls that ask for a subscription, which are done with it.
    pub(super) fn take_subscribing(&mut self, id: &str) -> Vec<CallId> {
        self.take_calls(&|about| matches!(about, About::Subscribe(of) if of == id))
    }

    /// The calls about what a subscription tracks, which are done with it.
    pub(super) fn take_tracking(&mut self, id: &str) -> Vec<CallId> {
        self.take_calls(&|about| matches!(about, About::Track(of) if of == id))
    }

    /// Calls of which nobody will hear any more: what is done once, and has been handed over.
    pub(super) fn take_lost(&mut self) -> Vec<CallId> {
        self.take_calls(&|about| matches!(about, About::Again(_)));
        self.take_calls(&|about| matches!(about, About::Once(None)))
    }

    fn take_calls(&mut self, is_meant: &dyn Fn(&About<R>) -> bool) -> Vec<CallId> {
        let mut taken = Vec::new();
        for (call, about) in &self.calls {
            if is_meant(about) {
                taken.push(*call);
            }
        }
        for call in &taken {
            self.settled(*call);
        }
        taken
    }

    /// All that whoever serves from now on has to be asked for, and the callbacks that nothing goes to any more. `number`
    /// gives a call for what no call waits for.
    pub(super) fn replay(&mut self, number: &mut dyn FnMut() -> CallId) -> (Vec<CommandOf<R>>, Vec<Slot>) {
        let replaced = self.wants.settle_all();
        let mut commands = Vec::new();
        if self.wants.is_open {
            commands.push(Command::Connect);
        }
        let mut again = Vec::new();
        for want in &mut self.wants.list {
            want.asked_again = None;
            let (mut is_asked, mut is_tracked) = (false, false);
            for (call, about) in &self.calls {
                match about {
                    About::Subscribe(id) if *id == want.id => {
                        if !is_asked {
                            want.call = *call;
                        }
                        is_asked = true;
                        commands.push(want.subscribe(*call));
                    }
                    About::Track(id) => is_tracked |= *id == want.id,
                    _ => {}
                }
            }
            if !is_asked {
                want.call = number();
                again.push((want.call, want.id.clone()));
                commands.push(want.subscribe(want.call));
            }
            if !is_tracked && want.track.is_some() {
                commands.push(want.track(number()));
            }
        }
        for (call, about) in &mut self.calls {
            match about {
                About::Track(id) => {
                    let state = self.wants.get(id).and_then(|want| want.track.clone());
                    commands.push(Command::Track { call: *call, id: id.clone(), state });
                }
                About::Once(held) => {
                    if let Some(command) = held.take() {
                        commands.push(command);
                    }
                }
                About::Subscribe(_) | About::Again(_) => {}
            }
        }
        for (call, id) in again {
            self.calls.push((call, About::Again(id)));
        }
        (commands, replaced)
    }
}
