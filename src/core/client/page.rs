//! What the browser says of the page and of the network: seen, put away and back, offline and online.

use super::Client;
use crate::core::io::{Connection, Level, Notification, Status};
use crate::core::payload::Payload;
use crate::core::realtime::link::Standing;
use crate::core::realtime::liveness::Doubt;
use crate::core::time::Instant;

impl<P: Payload> Client<P> {
    /// The browser says that there is no network: finds out whether that is so.
    pub(super) fn offline(&mut self, now: Instant) {
        self.is_offline = true;
        if self.link.attempts.has_successor() {
            // It opened while there was one.
            self.give_up_attempt();
            if self.link.standing() == Some(Standing::Down) {
                self.wait(now, 0);
            }
        }
        self.ask(now, Doubt::Offline);
    }

    /// The browser says that the network is back.
    pub(super) fn online(&mut self, now: Instant) {
        let was_offline = std::mem::take(&mut self.is_offline);
        if was_offline && !matches!(self.link.standing(), None | Some(Standing::Down)) {
            // It may be another network, on which the open socket is dead: a successor does not wait until that is known.
            self.ask_anyway(now, Doubt::Return);
            self.ask_token_again(now);
            self.try_beside(now);
        }
        self.hurry_hanging(now);
        self.hurry(now);
    }

    /// An attempt that began while nothing could come of it begins anew.
    fn hurry_hanging(&mut self, now: Instant) {
        if self.link.attempts.hanging(now).is_some() {
            self.give_up_attempt();
            self.connect(now);
        }
    }

    /// Something says that the network may be back: tries at once, and finds out whether the open socket still lives.
    fn hurry(&mut self, now: Instant) {
        if self.link.is_trusted() {
            self.ask(now, Doubt::Usual);
            self.ask_token_again(now);
            return;
        }
        self.ask(now, Doubt::Return);
        if self.link.attempts.may_hurry(now) {
            self.link.attempts.forget_failures();
            self.connect(now);
        }
    }

    /// The page is put away: an open socket would keep it out of the back/forward cache, and a frozen page answers
    /// nothing.
    pub(super) fn suspend(&mut self, now: Instant) {
        if self.link.attempts.is_suspended() {
            return;
        }
        let (certain, standing) = (self.link.certain(), self.link.standing());
        let was_idle = self.link.is_idle();
        self.close_all();
        self.link.suspend(&mut self.timers);
        self.clear_link_timers();
        // A question asked of a page that is frozen may never be answered.
        self.forget_question();
        if was_idle {
            return;
        }
        self.log(Level::Info, "suspended");
        self.notify(Notification::Connection { state: Connection::Disconnected });
        if certain.is_some() && standing != Some(Standing::Down) {
            self.notify(Notification::Disconnected { code: 1000, reason: "the page was put away" });
        }
        if certain.is_some() && !self.subscriptions.is_empty() {
            self.stats.away(now);
        }
        self.channels_lost(now, certain);
        self.stop_rejoins();
        for id in self.subscriptions.ids() {
            if self.subscriptions.get(&id).is_some_and(|entry| entry.was_live) {
                self.set_status(&id, Status::Reconnecting);
            }
        }
    }

    /// The page is back.
    pub(super) fn resume(&mut self, now: Instant) {
        if !self.link.attempts.is_suspended() {
            self.hurry_hanging(now);
            self.seen(now);
            return;
        }
        // Whatever the browser has said since then was not heard.
        self.is_offline = false;
        self.link.rest(&mut self.timers);
        self.link.attempts.forget_failures();
        self.ask_for_held(now);
        self.heed_limits(now);
        if self.is_wanted() {
            self.connect(now);
        } else {
            self.notify(Notification::Connection { state: Connection::Idle });
        }
    }

    /// Somebody looks at the page. Whatever events have come or not: one that is seen is not put away.
    pub(super) fn seen(&mut self, now: Instant) {
        if self.link.attempts.is_suspended() {
            self.resume(now);
        } else {
            self.ask_for_held(now);
            self.hurry(now);
        }
    }
}
