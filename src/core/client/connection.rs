//! The link, as the client wires it.

use super::Client;
use crate::core::error::{Code, Error};
use crate::core::io::{Connection, Heartbeat, Level, Notification, Output, SocketId};
use crate::core::payload::Payload;
use crate::core::realtime::frame::{Outbound, PHOENIX_TOPIC, Reference};
use crate::core::realtime::link::{Link, Overdue};
use crate::core::realtime::reach::{Found, PATIENCE};
use crate::core::realtime::remedy::CloseRemedy;
use crate::core::time::{Instant, Timer};

const UNREACHABLE: &str = "The Realtime server could not be reached, or refused the connection. Check the project URL, \
    the key and the network; a browser does not say which of them it is.";
const LOST: &str = "The connection to the Realtime server was lost.";
/// The close code of a browser's socket that nobody closed.
const ABNORMAL: u16 = 1006;

impl<P: Payload> Client<P> {
    /// Whether the link is wanted.
    fn is_wanted(&self) -> bool {
        self.is_kept || !self.subscriptions.is_empty()
    }

    /// Begins an attempt if the link is down and wanted.
    pub(super) fn connect(&mut self, now: Instant) {
        if self.link.is_down() && self.is_wanted() {
            if self.link.heed_limit(now, &mut self.timers) {
                self.notify(Notification::Connection { state: Connection::Disconnected });
                return;
            }
            let socket = self.link.connect(now, &mut self.timers);
            self.reach.tried();
            self.log(Level::Debug, "connect");
            self.notify(Notification::Connection { state: Connection::Connecting });
            self.outputs.push_back(Output::Open { socket });
        }
    }

    /// The application wants the socket, whether or not it subscribes.
    pub(super) fn keep(&mut self, now: Instant) {
        self.is_kept = true;
        self.timers.clear(&Timer::Idle);
        if !self.link.is_waiting() {
            self.connect(now);
        }
    }

    pub(super) fn socket_opened(&mut self, now: Instant, socket: SocketId, epoch: u64) {
        if !self.link.opened(socket, now, &mut self.timers) {
            return;
        }
        self.clock = Some((now, epoch));
        self.stats.reconnects += u32::from(self.stats.connections > 0);
        self.stats.connections += 1;
        self.reach.end();
        self.token.unsettle();
        for timer in [Timer::TokenRetry, Timer::Reach] {
            self.timers.clear(&timer);
        }
        self.log(Level::Info, "connected");
        self.notify(Notification::Connection { state: Connection::Connected });
        self.notify(Notification::Connected);
        self.queue_all();
        self.expect_idleness(now);
    }

    pub(super) fn socket_closed(&mut self, now: Instant, socket: SocketId, code: u16) {
        if self.link.socket() == Some(socket) {
            self.link_lost(now, code, "the socket closed");
        } else if self.link.any_socket() == Some(socket) {
            self.attempt_failed(now, code);
        }
    }

    pub(super) fn connect_timed_out(&mut self, now: Instant) {
        if let Some(socket) = self.link.any_socket() {
            self.outputs.push_back(Output::Close { socket });
            self.attempt_failed(now, ABNORMAL);
        }
    }

    fn attempt_failed(&mut self, now: Instant, code: u16) {
        let delay = self.wait(now, code);
        let error = Error { code: Code::Unreachable, message: UNREACHABLE.into(), retry_after: Some(delay) };
        self.notify(Notification::Error { id: None, error: error.clone() });
        self.retry_all(now, &error);
    }

    fn link_lost(&mut self, now: Instant, code: u16, reason: &'static str) {
        let certain = self.link.certain();
        self.wait(now, code);
        self.notify(Notification::Disconnected { code, reason });
        if !self.subscriptions.is_empty() {
            self.stats.away(now);
        }
        self.channels_lost(now, certain);
        self.retry_all(now, &Error::new(Code::Disconnected, LOST));
    }

    /// The link is down: waits as the close code asks for, and finds out when the way is back where nobody said that it
    /// was the server.
    fn wait(&mut self, now: Instant, code: u16) -> u64 {
        let remedy = CloseRemedy::of(code);
        let is_limited = remedy == CloseRemedy::SlowDown;
        let delay = self.link.wait(now, is_limited, &mut self.timers, &mut self.rng);
        if remedy == CloseRemedy::FindOut {
            let next = self.reach.begin(now, self.is_sparing(), &mut self.rng);
            self.timers.set(Timer::Reach, now.after(next));
        }
        self.log_number(Level::Warn, "closed", u64::from(code));
        self.notify(Notification::Connection { state: Connection::Disconnected });
        delay
    }

    /// Counts a failed attempt against every subscription; without any left the link rests.
    fn retry_all(&mut self, now: Instant, error: &Error) {
        for id in self.subscriptions.ids() {
            self.retry_or_fail(now, &id, error);
        }
        self.rest_if_unwanted(now);
    }

    /// Whether questions are to be rare. A browser that knows that there is no network will say `online`.
    fn is_sparing(&self) -> bool {
        self.link.is_sparing() || self.is_offline
    }

    /// Asks whether the way to the server is back.
    pub(super) fn ask_reach(&mut self) {
        if self.link.is_waiting() && self.reach.ask() {
            self.outputs.push_back(Output::AskReach { within: PATIENCE });
        }
    }

    pub(super) fn reached(&mut self, now: Instant, answered: bool) {
        match self.reach.answered(now, answered, self.is_sparing(), &mut self.rng) {
            _ if !self.link.is_waiting() => {}
            Found::Back if self.link.may_hurry(now) => self.connect(now),
            Found::AskAfter(millis) => self.timers.set(Timer::Reach, now.after(millis)),
            // The project answers, and still the socket did not open.
            Found::Nothing if answered => self.ask_why(now),
            Found::Back | Found::Nothing => {}
        }
    }

    /// Something says that the network may be back: tries at once, or finds out whether the link still lives.
    pub(super) fn hurry(&mut self, now: Instant) {
        if self.link.may_hurry(now) {
            self.link.forget_failures();
            self.connect(now);
        } else if let Some(socket) = self.link.hanging(now) {
            // It began while nothing could come of it.
            self.outputs.push_back(Output::Close { socket });
            self.link.rest(&mut self.timers);
            self.connect(now);
        } else {
            self.probe(now);
            self.ask_token_again(now);
        }
    }

    pub(super) fn probe(&mut self, now: Instant) {
        if let Some(socket) = self.link.socket().filter(|_| !self.timers.is_set(&Timer::HeartbeatTimeout)) {
            let joins = self.joins_under_way();
            let reference = self.push_heartbeat(socket);
            self.link.probe(now, reference, joins, &mut self.timers);
        }
    }

    pub(super) fn heartbeat(&mut self, now: Instant, deadline: Instant) {
        if Link::was_asleep(now, deadline) {
            self.probe(now);
            self.ask_token_again(now);
        } else if let Some(socket) = self.link.socket() {
            let joins = self.joins_under_way();
            let reference = self.push_heartbeat(socket);
            self.link.beat(now, reference, joins, &mut self.timers);
        }
    }

    fn push_heartbeat(&mut self, socket: SocketId) -> Reference {
        let reference = self.next_reference();
        let payload = P::object(Vec::new());
        let frame = Outbound { join_ref: None, reference, topic: PHOENIX_TOPIC, event: "heartbeat", payload };
        self.send(socket, frame);
        self.notify(Notification::Heartbeat(Heartbeat::Sent));
        reference
    }

    pub(super) fn heartbeat_overdue(&mut self, now: Instant, deadline: Instant) {
        match self.link.overdue(now, deadline, &mut self.timers) {
            Overdue::Alive => {}
            Overdue::Asleep => {
                self.probe(now);
                self.ask_token_again(now);
            }
            Overdue::Dead => {
                if let Some(socket) = self.link.socket() {
                    self.notify(Notification::Heartbeat(Heartbeat::TimedOut));
                    self.outputs.push_back(Output::Close { socket });
                    self.link_lost(now, 0, "no answer to a heartbeat");
                }
            }
        }
    }

    /// The page is put away: an open socket would keep it out of the back/forward cache, and a frozen page answers
    /// nothing.
    pub(super) fn suspend(&mut self, now: Instant) {
        if self.link.is_idle() || self.link.is_suspended() {
            return;
        }
        let certain = self.link.certain();
        if let Some(socket) = self.link.any_socket() {
            self.outputs.push_back(Output::Close { socket });
        }
        self.link.suspend(&mut self.timers);
        self.clear_link_timers();
        // A question asked of a page that is frozen may never be answered.
        self.forget_question();
        self.log(Level::Info, "suspended");
        self.notify(Notification::Connection { state: Connection::Disconnected });
        if certain.is_some() {
            self.notify(Notification::Disconnected { code: 1000, reason: "the page was put away" });
        }
        if certain.is_some() && !self.subscriptions.is_empty() {
            self.stats.away(now);
        }
        self.channels_lost(now, certain);
        for id in self.subscriptions.ids() {
            if self.subscriptions.get(&id).is_some_and(|entry| entry.was_live) {
                self.set_status(&id, super::Status::Reconnecting);
            }
        }
    }

    /// The page is back.
    pub(super) fn resume(&mut self, now: Instant) {
        self.ask_for_held(now);
        if !self.link.is_suspended() {
            self.hurry(now);
            return;
        }
        self.link.rest(&mut self.timers);
        self.link.forget_failures();
        if self.is_wanted() {
            self.connect(now);
        } else {
            self.notify(Notification::Connection { state: Connection::Idle });
        }
    }

    /// With nobody subscribed, an open socket is closed after a while.
    pub(super) fn expect_idleness(&mut self, now: Instant) {
        if self.link.any_socket().is_some() && !self.is_wanted() {
            self.timers.set(Timer::Idle, now.after(self.config.idle_timeout));
        }
    }

    pub(super) fn idle(&mut self, _now: Instant) {
        if self.is_wanted() {
            return;
        }
        let was_open = self.link.socket().is_some();
        if let Some(socket) = self.link.any_socket() {
            self.outputs.push_back(Output::Close { socket });
        }
        self.rest();
        if was_open {
            self.notify(Notification::Disconnected { code: 1000, reason: "nobody was subscribed" });
        }
    }

    /// With nothing left to reconnect for, stops trying; an open socket is kept for a while.
    pub(super) fn rest_if_unwanted(&mut self, now: Instant) {
        if self.is_wanted() {
            return;
        }
        if self.link.is_waiting() || self.link.is_suspended() {
            self.rest();
        } else {
            self.expect_idleness(now);
        }
    }

    /// Nothing is wanted: no timer is left running, and the application is not asked for tokens, unless a broadcast by
    /// HTTP waits for one.
    pub(super) fn rest(&mut self) {
        self.link.rest(&mut self.timers);
        self.clear_link_timers();
        self.forget_question();
        self.stats.forget_absence();
        self.notify(Notification::Connection { state: Connection::Idle });
    }

    fn clear_link_timers(&mut self) {
        self.reach.end();
        for timer in [Timer::TokenRenewal, Timer::TokenRetry, Timer::Idle, Timer::Pace, Timer::Reach] {
            self.timers.clear(&timer);
        }
    }
}
