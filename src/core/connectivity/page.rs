//! What the browser says of the page and of the network: seen, put away and back, offline and online.

use super::{Connection, Connectivity, News, Output};
use crate::core::activity::Loss;
use crate::core::connectivity::link::Standing;
use crate::core::connectivity::liveness::Doubt;
use crate::core::log::Level;
use crate::core::page::{PageEvent, Ticking};
use crate::core::time::Instant;

impl Connectivity {
    pub(super) fn page(&mut self, now: Instant, event: PageEvent) {
        match event {
            PageEvent::Suspend => self.suspend(),
            PageEvent::Resume => self.resume(now),
            PageEvent::Network { saves_data, effective_type } => {
                self.link.set_saves_data(
                    saves_data || matches!(effective_type.as_deref(), Some("slow-2g" | "2g")),
                );
                // It may be another network, on which the link is dead.
                self.ask(now, Doubt::Usual);
            }
            PageEvent::Online => self.online(now),
            PageEvent::Offline => self.offline(now),
            PageEvent::Visible => {
                self.link.hide(false);
                self.seen(now);
            }
            PageEvent::Hidden => self.link.hide(true),
            PageEvent::Ticking(Ticking::InWorker) => self.log(Level::Debug, "ticking_in_worker", None),
            PageEvent::Ticking(Ticking::InPage) => self.log(Level::Warn, "ticking_in_page", None),
        }
    }

    /// The browser says that there is no network: finds out whether that is so.
    fn offline(&mut self, now: Instant) {
        self.is_offline = true;
        if self.link.attempts.has_successor() {
            // It opened while there was one.
            self.abandon_attempt();
            if self.link.standing() == Some(Standing::Down) {
                self.wait(now, 0);
            }
        }
        self.ask(now, Doubt::Offline);
    }

    /// The browser says that the network is back.
    fn online(&mut self, now: Instant) {
        let was_offline = std::mem::take(&mut self.is_offline);
        if was_offline && !matches!(self.link.standing(), None | Some(Standing::Down)) {
            // It may be another network, on which the open socket is dead: a successor does not wait until that is known.
            self.ask_anyway(now, Doubt::Return);
            self.tell_return();
            self.try_beside(now);
        }
        self.hurry_hanging(now);
        self.hurry(now);
    }

    /// An attempt that began while nothing could come of it begins anew.
    fn hurry_hanging(&mut self, now: Instant) {
        if self.link.attempts.hanging(now).is_some() {
            self.abandon_attempt();
            self.connect(now);
        }
    }

    /// Something says that the network may be back: tries at once, and finds out whether the open socket still lives.
    fn hurry(&mut self, now: Instant) {
        if self.link.is_trusted() {
            self.ask(now, Doubt::Usual);
            self.tell_return();
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
    fn suspend(&mut self) {
        if self.link.attempts.is_suspended() {
            return;
        }
        let standing = self.link.standing();
        let was_idle = self.link.is_idle();
        self.close_all();
        self.link.suspend(&mut self.timers);
        self.stop_searching();
        self.tell_activity();
        if was_idle {
            return;
        }
        self.log(Level::Info, "suspended", None);
        self.notify(News::Connection(Connection::Disconnected));
        if standing.is_some_and(|standing| standing != Standing::Down) {
            self.notify(News::Disconnected { code: 1000, reason: "the page was put away" });
        }
        self.tell(Output::Lost(Loss::PutAway));
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
        self.link.abandon(&mut self.timers);
        self.link.attempts.forget_failures();
        self.tell_activity();
        if self.is_wanted {
            self.connect(now);
        } else {
            self.notify(News::Connection(Connection::Idle));
        }
    }

    /// Somebody looks at the page. Whatever events have come or not: one that is seen is not put away.
    pub(super) fn seen(&mut self, now: Instant) {
        if self.link.attempts.is_suspended() {
            self.resume(now);
        } else {
            self.tell(Output::Seen);
            self.hurry(now);
        }
    }
}
