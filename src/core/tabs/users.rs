//! Whose tab this is, and when the page is there: by that it belongs to a group.

use super::message::Message;
use super::output::{Action, Membership, Output};
use super::relay::Relay;
use super::role::{Reason, Role};
use super::{Tabs, Timer};
use crate::core::time::Instant;
use crate::core::user::User;

/// How long a tab waits to learn whose it is before it serves itself, in milliseconds.
const USER_TIMEOUT: u64 = 2_000;
/// How long the browser may take to open channels and give a lock that nobody else wants, in milliseconds.
const ENTERING_TIMEOUT: u64 = 2_000;

impl<R: Relay> Tabs<R> {
    /// The application asks for something for the first time.
    pub(super) fn start(&mut self, now: Instant) {
        if std::mem::replace(&mut self.is_started, true) || !self.config.is_shared {
            return;
        }
        if self.user == User::Unknown {
            self.timers.set(Timer::User, now.after(USER_TIMEOUT));
            self.tell(Output::AskUser);
        }
        self.enter(now);
    }

    /// Another user's tab belongs to another group.
    pub(super) fn set_user(&mut self, now: Instant, user: User) {
        if self.user == user || !self.config.is_shared {
            self.user = user;
            return;
        }
        self.leave(now);
        self.forget_token();
        self.user = user;
        if self.is_started {
            self.enter(now);
        }
    }

    /// The group's name; `None` if it is not known or not to be shared.
    fn group(&self) -> Option<String> {
        let (kind, user) = match &self.user {
            User::Nobody => ("-", ""),
            User::Known(user) => ("+", user.as_str()),
            User::Unknown | User::Presumed(_) | User::Unclear => return None,
        };
        Some(["wedsync/", &self.config.project, "/", kind, user].concat())
    }

    pub(super) fn group_name(&self) -> String {
        self.group().unwrap_or_default()
    }

    fn enter(&mut self, now: Instant) {
        if self.is_put_away {
            return;
        }
        let Some(group) = self.group() else {
            if self.user == User::Unclear {
                self.serve_alone(now, Reason::Unknown);
            }
            return;
        };
        self.timers.clear(&Timer::User);
        self.entered = self.entered.wrapping_add(1);
        let membership = Membership(self.entered);
        self.membership = Some(membership);
        self.timers.set(Timer::Entering, now.after(ENTERING_TIMEOUT));
        self.role = Role::Waiting;
        self.tell(Output::Action(Action::Enter { membership, group }));
    }

    /// The others may be spoken to from now on.
    pub(super) fn entered(&mut self, now: Instant) {
        self.timers.clear(&Timer::Entering);
        self.is_entered = true;
        self.leader.is_taken_over = false;
        self.role = Role::Waiting;
        self.tell(Output::Action(Action::Queue));
        self.heard_at = now;
        self.say_hello(now);
        self.mind_silence(now);
    }

    /// The browser refuses its locks: this page has none.
    pub(super) fn unavailable(&mut self, now: Instant) {
        self.leave(now);
        self.serve_alone(now, Reason::NoLock);
    }

    /// This tab serves itself. Where it belongs to a group all the same, it goes on queueing for the lead.
    pub(super) fn serve_alone(&mut self, now: Instant, reason: Reason) {
        self.timers.clear(&Timer::User);
        self.lose_leader(now);
        self.role = Role::Alone(reason);
        self.mind_silence(now);
        self.serve(now);
    }

    /// This tab no longer belongs to its group. Its own machine goes on if it serves, for this tab alone.
    fn leave(&mut self, now: Instant) {
        if self.membership.is_none() {
            return;
        }
        if self.is_entered {
            self.post(None, Message::Goodbye);
        }
        self.forget_followers(now);
        self.lose_leader(now);
        self.membership = None;
        self.is_entered = false;
        self.highest = 0;
        for timer in [Timer::Hello, Timer::Entering, Timer::Beat, Timer::Silence, Timer::Recheck] {
            self.timers.clear(&timer);
        }
        self.role = Role::Waiting;
        self.tell(Output::Action(Action::Leave));
    }

    pub(super) fn suspend(&mut self, now: Instant) {
        self.is_put_away = true;
        if self.membership.is_none() {
            return;
        }
        self.leave(now);
        self.unserve(now);
    }

    pub(super) fn resume(&mut self, now: Instant) {
        if std::mem::take(&mut self.is_put_away) && self.is_started && self.config.is_shared {
            self.enter(now);
        }
    }
}
