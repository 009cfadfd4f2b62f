//! The way to an open socket, as the client wires it: attempts, their failures, and rest.

use super::Client;
use crate::core::error::{Code, Error};
use crate::core::io::{Connection, Level, Notification, Output, SocketId};
use crate::core::payload::Payload;
use crate::core::realtime::link::{Opened, Standing};
use crate::core::realtime::liveness::Doubt;
use crate::core::realtime::reach::{Found, PATIENCE};
use crate::core::realtime::remedy::CloseRemedy;
use crate::core::time::{Instant, Timer};

const UNREACHABLE: &str = "The Realtime server could not be reached, or refused the connection. Check the project URL, \
    the key and the network; a browser does not say which of them it is.";
const REPLACED: &str = "another user's token was set";
/// The close code of a browser's socket that nobody closed.
const ABNORMAL: u16 = 1006;

impl<P: Payload> Client<P> {
    /// Whether the link is wanted.
    pub(super) fn is_wanted(&self) -> bool {
        self.is_kept || !self.subscriptions.is_empty()
    }

    /// Begins an attempt if the link is wanted and not trusted.
    pub(super) fn connect(&mut self, now: Instant) {
        if !self.link.may_attempt() {
            return;
        }
        if !self.is_wanted() {
            // Nothing would end a wait whose timer has gone off.
            self.link.attempts.give_up(&mut self.timers);
            return;
        }
        if self.link.attempts.heed_limit(now, &mut self.timers) {
            if self.link.standing() != Some(Standing::Suspected) {
                self.notify(Notification::Connection { state: Connection::Disconnected });
            }
            return;
        }
        let socket = self.link.attempts.begin(now, &mut self.timers);
        self.reach.tried();
        self.log(Level::Debug, "connect");
        match self.link.standing() {
            // Not told yet that anything is wrong.
            Some(Standing::Suspected) => {}
            Some(_) => {
                self.notify(Notification::Connection { state: Connection::Connecting });
                // If the way is back, the old socket may be too.
                self.ask(now, Doubt::Return);
            }
            None => self.notify(Notification::Connection { state: Connection::Connecting }),
        }
        self.outputs.push_back(Output::Open { socket });
    }

    /// The application wants the socket, whether or not it subscribes.
    pub(super) fn keep(&mut self, now: Instant) {
        self.is_kept = true;
        self.timers.clear(&Timer::Idle);
        if !self.link.attempts.is_waiting() {
            self.connect(now);
        }
    }

    pub(super) fn socket_opened(&mut self, now: Instant, socket: SocketId, epoch: u64) {
        let opened = self.link.opened(socket, now, &mut self.timers);
        if opened == Opened::Unknown {
            return;
        }
        self.clock = Some((now, epoch));
        self.is_offline = false;
        self.timers.clear(&Timer::Reach);
        match opened {
            Opened::First => self.come_up(now),
            Opened::Beside { is_given_up: true } => self.ask_anyway(now, Doubt::Return),
            Opened::Beside { .. } | Opened::Unknown => {}
        }
    }

    /// A new socket is the link. An open socket alone proves nothing of the server: the search for the way back goes on
    /// until it has accepted something, and the backoff until it has done so for a while.
    pub(super) fn come_up(&mut self, now: Instant) {
        self.stats.reconnects += u32::from(self.stats.connections > 0);
        self.stats.connections += 1;
        self.was_anothers = false;
        self.token.unsettle();
        self.timers.clear(&Timer::TokenRetry);
        self.log(Level::Info, "connected");
        self.notify(Notification::Connection { state: Connection::Connected });
        self.notify(Notification::Connected);
        self.queue_all();
        self.expect_idleness(now);
    }

    /// The server has accepted something: the link is up for certain.
    pub(super) fn accepted(&mut self, now: Instant) {
        self.link.accept(now);
        self.found_way();
        self.forget_outage(now);
    }

    /// A link that has been up for a while has nothing to do with the outage before it.
    pub(super) fn forget_outage(&mut self, now: Instant) {
        if self.link.is_steady(now) {
            self.link.attempts.forget_failures();
            self.reach.forget();
        }
    }

    pub(super) fn socket_closed(&mut self, now: Instant, socket: SocketId, code: u16) {
        if self.link.open_socket() == Some(socket) {
            if CloseRemedy::of(code) == CloseRemedy::SlowDown {
                self.give_up_attempt();
            }
            self.link_lost(now, code, "the socket closed");
        } else if self.link.attempts.socket() == Some(socket) {
            self.attempt_failed(now, code);
        }
    }

    pub(super) fn give_up_attempt(&mut self) {
        if let Some(socket) = self.link.attempts.socket() {
            self.outputs.push_back(Output::Close { socket });
        }
        self.link.attempts.give_up(&mut self.timers);
    }

    pub(super) fn connect_timed_out(&mut self, now: Instant) {
        if let Some(socket) = self.link.attempts.socket() {
            self.outputs.push_back(Output::Close { socket });
            self.attempt_failed(now, ABNORMAL);
        }
    }

    fn attempt_failed(&mut self, now: Instant, code: u16) {
        let delay = self.wait(now, code);
        if self.link.standing() == Some(Standing::Suspected) {
            // It has been tried beside a socket that may answer yet.
            return;
        }
        let error = Error { code: Code::Unreachable, message: UNREACHABLE.into(), retry_after: Some(delay) };
        self.notify(Notification::Error { id: None, error: error.clone() });
        let is_kept = self.link.open_socket().is_some();
        self.retry_all(now, &error, is_kept);
    }

    /// The link is down: waits as the close code asks for, and finds out when the way is back where nobody said that it
    /// was the server.
    pub(super) fn wait(&mut self, now: Instant, code: u16) -> u64 {
        let remedy = CloseRemedy::of(code);
        let is_limited = remedy == CloseRemedy::SlowDown;
        let delay = self.link.attempts.wait(now, is_limited, &mut self.timers, &mut self.rng);
        if remedy == CloseRemedy::FindOut {
            let next = self.reach.begin(now, self.is_sparing(), &mut self.rng);
            self.timers.set(Timer::Reach, now.after(next));
        }
        self.log_number(Level::Warn, "closed", u64::from(code));
        if self.link.standing() != Some(Standing::Suspected) {
            self.notify(Notification::Connection { state: Connection::Disconnected });
        }
        delay
    }

    /// Counts a failed attempt against every subscription; without any left the link rests. `is_kept` says that the socket
    /// that they are joined on may live.
    pub(super) fn retry_all(&mut self, now: Instant, error: &Error, is_kept: bool) {
        for id in self.subscriptions.ids() {
            // Whoever wants no second join still has the first one.
            let holds = self.subscriptions.get(&id).is_some_and(|entry| !entry.subscription.auto_reconnect);
            if !(is_kept && holds) {
                self.retry_or_fail(now, &id, error);
            }
        }
        self.rest_if_unwanted(now);
    }

    /// Whether questions are to be rare. A browser that knows that there is no network will say `online`.
    fn is_sparing(&self) -> bool {
        self.link.is_sparing() || self.is_offline
    }

    /// Asks whether the way to the server is back.
    pub(super) fn ask_reach(&mut self) {
        if self.link.attempts.is_waiting() && self.reach.ask() {
            self.outputs.push_back(Output::AskReach { within: PATIENCE });
        }
    }

    pub(super) fn reached(&mut self, now: Instant, answered: bool) {
        match self.reach.answered(now, answered, self.is_sparing(), &mut self.rng) {
            _ if !self.link.attempts.is_waiting() => {}
            Found::Back if self.link.attempts.may_hurry(now) => self.connect(now),
            Found::AskAfter(millis) => self.timers.set(Timer::Reach, now.after(millis)),
            // The project answers, and still the socket did not open.
            Found::Nothing if answered => self.ask_why(now),
            Found::Back | Found::Nothing => {}
        }
    }

    /// Closes the open socket, and opens another at once if one is wanted.
    pub(super) fn replace_socket(&mut self, now: Instant) {
        let (certain, standing) = (self.link.certain(), self.link.standing());
        if standing.is_none() {
            return;
        }
        if !self.is_wanted() {
            self.end(REPLACED);
            return;
        }
        self.close_all();
        self.link.rest(&mut self.timers);
        self.connect(now);
        if standing != Some(Standing::Down) {
            self.notify(Notification::Disconnected { code: 1000, reason: REPLACED });
        }
        if !self.subscriptions.is_empty() {
            self.stats.away(now);
        }
        self.channels_lost(now, certain);
    }

    pub(super) fn close_all(&mut self) {
        for socket in self.link.sockets() {
            self.outputs.push_back(Output::Close { socket });
        }
    }

    /// With nobody subscribed, an open socket is closed after a while.
    pub(super) fn expect_idleness(&mut self, now: Instant) {
        if !self.link.sockets().is_empty() && !self.is_wanted() {
            self.timers.set(Timer::Idle, now.after(self.config.idle_timeout));
        }
    }

    pub(super) fn idle(&mut self, _now: Instant) {
        if !self.is_wanted() {
            self.end("nobody was subscribed");
        }
    }

    /// With nothing left to reconnect for, stops trying; an open socket is kept for a while.
    pub(super) fn rest_if_unwanted(&mut self, now: Instant) {
        if self.is_wanted() {
            return;
        }
        if self.link.attempts.is_waiting() {
            self.end("nobody was subscribed");
        } else if self.link.attempts.is_suspended() {
            self.clear_link_timers();
            self.forget_question();
            self.stats.forget_absence();
        } else {
            self.expect_idleness(now);
        }
    }

    /// Nothing is wanted: whatever is open closes, no timer is left running, and the application is not asked for
    /// tokens, unless a broadcast by HTTP waits for one. A page that is put away stays so.
    pub(super) fn end(&mut self, reason: &'static str) {
        let was_connected = self.link.socket().is_some();
        self.close_all();
        if !self.link.attempts.is_suspended() {
            self.link.rest(&mut self.timers);
        }
        self.clear_link_timers();
        self.forget_question();
        self.stats.forget_absence();
        self.notify(Notification::Connection { state: Connection::Idle });
        if was_connected {
            self.notify(Notification::Disconnected { code: 1000, reason });
        }
    }

    pub(super) fn clear_link_timers(&mut self) {
        self.reach.end();
        self.reach.forget();
        for timer in [Timer::TokenRenewal, Timer::TokenRetry, Timer::Idle, Timer::Pace, Timer::Reach] {
            self.timers.clear(&timer);
        }
    }
}
