//! The store of whoever's page this is. What is asked of it waits until that is known.

use std::rc::Rc;

use crate::core::fifo::Fifo;
use crate::core::ids::CallId;
use crate::core::rng::Rng;
use crate::core::store::input::{Command, Config, Input, Limits, Timer};
use crate::core::store::names::{Kind, Owner};
use crate::core::store::output::{News, Outcome, Output as StoreOutput, Refusal};
use crate::core::store::{Store, event::Event};
use crate::core::time::Instant;
use crate::core::user::User;

/// What is to be done, in this order.
#[derive(Debug)]
pub(super) enum Output<P> {
    /// It has to be known whose page this is.
    WantUser,
    /// Another store begins: what the one before it has opened is closed, and nothing more is heard of it.
    Renew,
    /// What the store says.
    Store(StoreOutput<P>),
}

/// At most one store at a time: the present user's.
#[derive(Debug)]
pub(super) struct Vault<P> {
    project: Rc<str>,
    /// The wall clock at the origin of the driver's clock, in milliseconds.
    wall: u64,
    user: User,
    owner: Option<Owner>,
    store: Option<Store<P>>,
    /// What was asked for before it was known of whom.
    waiting: Vec<(CallId, Command<P>)>,
    /// The application uses the store.
    is_used: bool,
    /// The epoch in which this tab leads, if it does.
    epoch: Option<u64>,
    /// This tab leads itself and no other.
    is_alone: bool,
    is_hidden: bool,
    is_put_away: bool,
    rng: Rng,
    outputs: Fifo<Output<P>>,
}

impl<P: Clone> Vault<P> {
    pub(super) fn new(project: &str, wall: u64, user: User, is_alone: bool, rng: Rng) -> Self {
        Self {
            project: project.into(),
            wall,
            owner: owner_of(project, &user),
            user,
            store: None,
            waiting: Vec::new(),
            is_used: false,
            epoch: None,
            is_alone,
            is_hidden: false,
            is_put_away: false,
            rng,
            outputs: Fifo::default(),
        }
    }

    /// Names the project on this device.
    pub(super) fn project(&self) -> Rc<str> {
        self.project.clone()
    }

    pub(super) fn call(&mut self, now: Instant, call: CallId, command: Command<P>) {
        match self.user {
            User::Unknown => {
                self.waiting.push((call, command));
                self.outputs.push(Output::WantUser);
            }
            // Nothing is kept of somebody whom nobody could tell from another.
            User::Unclear => {
                let outcome = Outcome::Failed(Refusal::Unavailable);
                self.outputs.push(Output::Store(StoreOutput::News(News::Settled { call, outcome })));
            }
            _ => {
                self.begin(now);
                self.tell(now, Input::Call { call, command });
            }
        }
    }

    /// The application is going to use the store.
    pub(super) fn open(&mut self, now: Instant) {
        self.is_used = true;
        self.begin(now);
        if self.user == User::Unknown {
            self.outputs.push(Output::WantUser);
        }
        self.tell(now, Input::Open);
    }

    /// This tab is about to lead the user's tabs. Without a place for a counter of epochs that is told at once.
    pub(super) fn draw_epoch(&mut self, now: Instant, above: u64) {
        self.begin(now);
        if self.store.is_none() {
            self.outputs.push(Output::Store(StoreOutput::Epoch(None)));
        }
        self.tell(now, Input::DrawEpoch { above });
    }

    /// Whether this tab leads itself and no other, as where nothing is shared: it then draws an epoch of its own. The epochs of
    /// several such tabs tell the last of them from the others.
    pub(super) fn set_alone(&mut self, now: Instant, is_alone: bool) {
        if std::mem::replace(&mut self.is_alone, is_alone) == is_alone {
            return;
        }
        if is_alone {
            self.draw_if_alone(now);
        } else {
            // The epoch of its own counts no longer.
            self.tell_who_leads(now);
        }
    }

    fn draw_if_alone(&mut self, now: Instant) {
        if self.is_alone {
            self.tell(now, Input::DrawEpoch { above: 0 });
        }
    }

    /// An epoch was drawn that no other tab waits for.
    pub(super) fn lead_alone(&mut self, now: Instant, epoch: u64) {
        if self.is_alone {
            self.tell(now, Input::Leading { epoch });
        }
    }

    /// Tells the store that this tab leads in this epoch, or does not.
    pub(super) fn lead(&mut self, now: Instant, epoch: Option<u64>) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.tell_who_leads(now);
        }
    }

    fn tell_who_leads(&mut self, now: Instant) {
        self.tell(now, self.epoch.map_or(Input::NotLeading, |epoch| Input::Leading { epoch }));
    }

    /// Another tab has written.
    pub(super) fn announced(&mut self, now: Instant, database: Kind, through: u64, generation: u64) {
        self.tell(now, Input::Announced { database, through, generation });
    }

    /// Another tab has wiped.
    pub(super) fn wiped(&mut self, now: Instant, incarnation: u64) {
        self.tell(now, Input::Wiped { incarnation });
    }

    /// Whose page this is has become known, or has changed.
    pub(super) fn set_user(&mut self, now: Instant, user: User) {
        let owner = owner_of(&self.project, &user);
        self.user = user;
        if self.owner != owner {
            self.tell(now, Input::End);
            self.flush();
            self.owner = owner;
            if self.store.take().is_some() {
                self.outputs.push(Output::Renew);
            }
        }
        if self.is_used {
            self.open(now);
        }
        for (call, command) in std::mem::take(&mut self.waiting) {
            self.call(now, call, command);
        }
    }

    pub(super) fn event(&mut self, now: Instant, event: Event<P>) {
        self.tell(now, Input::Event(event));
    }

    pub(super) fn set_hidden(&mut self, now: Instant, is_hidden: bool) {
        self.is_hidden = is_hidden;
        self.tell(now, if is_hidden { Input::Hidden } else { Input::Visible });
    }

    pub(super) fn set_put_away(&mut self, now: Instant, is_put_away: bool) {
        self.is_put_away = is_put_away;
        self.tell(now, if is_put_away { Input::Suspend } else { Input::Resume });
    }

    pub(super) fn wake(&mut self, now: Instant) {
        self.tell(now, Input::Wake);
    }

    pub(super) fn poll(&mut self) -> Option<Output<P>> {
        self.flush();
        self.outputs.pop()
    }

    pub(super) fn next_timeout(&self) -> Option<(Instant, Timer)> {
        self.store.as_ref()?.next_timeout()
    }

    pub(super) const fn store(&self) -> Option<&Store<P>> {
        self.store.as_ref()
    }

    /// Tells the store, if there is one.
    fn tell(&mut self, now: Instant, input: Input<P>) {
        if let Some(store) = &mut self.store {
            store.handle(now, input);
        }
    }

    /// Starts the owner's store, unless it runs.
    fn begin(&mut self, now: Instant) {
        let Some(owner) = self.owner.clone().filter(|_| self.store.is_none()) else { return };
        let origin = self.rng.next_id();
        let config = Config { owner, origin, wall: self.wall, limits: Limits::USUAL };
        self.store = Some(Store::new(config, self.rng.split()));
        self.tell(now, Input::Start);
        if self.epoch.is_some() {
            self.tell_who_leads(now);
        }
        self.draw_if_alone(now);
        if self.is_hidden {
            self.tell(now, Input::Hidden);
        }
        if self.is_put_away {
            self.tell(now, Input::Suspend);
        }
    }

    fn flush(&mut self) {
        if let Some(store) = &mut self.store {
            while let Some(output) = store.poll() {
                self.outputs.push(Output::Store(output));
            }
        }
    }
}

/// Whose databases a user has; nobody's, if it cannot be told whose page this is.
pub(super) fn owner_of(project: &str, user: &User) -> Option<Owner> {
    match user {
        User::Unknown | User::Unclear => None,
        User::Nobody => Some(Owner::new(project, None)),
        User::Known(user) | User::Presumed(user) => Some(Owner::new(project, Some(user))),
    }
}

#[cfg(test)]
mod tests;
