//! The link and the access token, as the client wires them.

use super::Client;
use crate::core::error::{Code, Error};
use crate::core::io::{Connection, Notification, Output, SocketId};
use crate::core::payload::Payload;
use crate::core::realtime::frame::{Outbound, PHOENIX_TOPIC, Reference};
use crate::core::realtime::link::{Link, Overdue};
use crate::core::time::{Instant, Timer};

const UNREACHABLE: &str = "The Realtime server could not be reached, or refused the connection. Check the project URL, \
    the key and the network; a browser does not say which of them it is.";
const LOST: &str = "The connection to the Realtime server was lost.";
/// How long the application may take to give a token, in milliseconds.
const TOKEN_PATIENCE: u64 = 10_000;
const EXPIRED: &str = "The access token has expired. Sign in again, return a fresh one from `accessToken`, or set one with `setAuth`.";

impl<P: Payload> Client<P> {
    /// Begins an attempt if the link is down and wanted.
    pub(super) fn connect(&mut self, now: Instant) {
        if self.link.is_down() && !self.subscriptions.is_empty() {
            let socket = self.link.connect(now, &mut self.timers);
            self.notify(Notification::Connection { state: Connection::Connecting });
            self.outputs.push_back(Output::Open { socket });
        }
    }

    pub(super) fn socket_opened(&mut self, now: Instant, socket: SocketId) {
        if !self.link.opened(socket, now, &mut self.timers) {
            return;
        }
        self.stats.connections += 1;
        self.token.unsettle();
        self.timers.clear(&Timer::TokenRetry);
        self.notify(Notification::Connection { state: Connection::Connected });
        self.notify(Notification::Connected);
        self.join_all(now);
    }

    pub(super) fn socket_closed(&mut self, now: Instant, socket: SocketId, code: u16) {
        if self.link.socket() == Some(socket) {
            self.link_lost(now, code, "the socket closed");
        } else if self.link.any_socket() == Some(socket) {
            self.attempt_failed(now);
        }
    }

    pub(super) fn connect_timed_out(&mut self, now: Instant) {
        if let Some(socket) = self.link.any_socket() {
            self.outputs.push_back(Output::Close { socket });
            self.attempt_failed(now);
        }
    }

    fn attempt_failed(&mut self, now: Instant) {
        let delay = self.link.wait(now, &mut self.timers, &mut self.rng);
        self.notify(Notification::Connection { state: Connection::Disconnected });
        let error = Error { code: Code::Unreachable, message: UNREACHABLE.into(), retry_after: Some(delay) };
        self.notify(Notification::Error { id: None, error: error.clone() });
        self.retry_all(&error);
    }

    fn link_lost(&mut self, now: Instant, code: u16, reason: &'static str) {
        self.link.wait(now, &mut self.timers, &mut self.rng);
        self.notify(Notification::Connection { state: Connection::Disconnected });
        self.notify(Notification::Disconnected { code, reason });
        self.channels_lost();
        self.retry_all(&Error::new(Code::Disconnected, LOST));
    }

    /// Counts a failed attempt against every subscription; without any left the link rests.
    fn retry_all(&mut self, error: &Error) {
        for id in self.subscriptions.ids() {
            self.retry_or_fail(&id, error);
        }
        self.rest_if_unwanted();
    }

    /// Something says that the network may be back: tries at once, or finds out whether the link still lives.
    pub(super) fn hurry(&mut self, now: Instant) {
        if self.link.is_waiting() {
            self.link.forget_failures();
            self.connect(now);
        } else {
            self.probe(now);
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
        reference
    }

    pub(super) fn heartbeat_overdue(&mut self, now: Instant, deadline: Instant) {
        match self.link.overdue(now, deadline, &mut self.timers) {
            Overdue::Alive => {}
            Overdue::Asleep => self.probe(now),
            Overdue::Dead => {
                if let Some(socket) = self.link.socket() {
                    self.outputs.push_back(Output::Close { socket });
                    self.link_lost(now, 0, "no answer to a heartbeat");
                }
            }
        }
    }

    /// Joins wait for a token: asks for it, or says that the one it was given is of no use.
    pub(super) fn want_token(&mut self, now: Instant) {
        if !self.config.has_token_source {
            self.tell_of_expiry();
        } else if !self.timers.is_set(&Timer::TokenRetry) {
            // Otherwise the end of the failed attempt's backoff asks.
            self.ask_token(now);
        }
    }

    pub(super) fn ask_token(&mut self, now: Instant) {
        if self.token.ask() {
            self.timers.set(Timer::TokenAnswer, now.after(TOKEN_PATIENCE));
            self.outputs.push_back(Output::AskToken);
        }
    }

    pub(super) fn set_token(&mut self, now: Instant, value: Option<String>, lifetime: Option<i64>) {
        let changed = self.token.set(now, value, lifetime);
        self.timers.clear(&Timer::TokenAnswer);
        self.subscriptions.forget_told();
        if self.token.is_expired(now) && !self.link.is_idle() {
            self.token_trouble(now, Error::new(Code::TokenExpired, EXPIRED));
            return;
        }
        self.token_backoff.reset();
        self.timers.clear(&Timer::TokenRetry);
        match self.token.renewal(now).filter(|_| !self.link.is_idle()) {
            Some(deadline) => self.timers.set(Timer::TokenRenewal, deadline),
            None => self.timers.clear(&Timer::TokenRenewal),
        }
        if changed && self.token.value().is_some() {
            self.push_token();
        } else if changed {
            self.leave_all();
        }
        self.join_all(now);
    }

    pub(super) fn token_failed(&mut self, now: Instant, reason: &str) {
        self.token.withdraw();
        self.timers.clear(&Timer::TokenAnswer);
        if self.link.is_idle() {
            return;
        }
        let message = ["The `accessToken` function failed: ", reason, ". It is asked again."].concat();
        self.token_trouble(now, Error::new(Code::TokenUnavailable, message));
    }

    /// Channels that are live stay so; those that wait for a token are told why, and the application is asked again.
    fn token_trouble(&mut self, now: Instant, error: Error) {
        let delay = self.token_backoff.next_delay(&mut self.rng);
        if self.config.has_token_source {
            self.timers.set(Timer::TokenRetry, now.after(delay));
        }
        self.notify(Notification::Error { id: None, error: error.clone() });
        self.tell_waiting(&error);
    }

    /// A fixed token has expired: each subscription that waits is told once, until another token is set.
    fn tell_of_expiry(&mut self) {
        for topic in self.topics_waiting() {
            for id in self.subscriptions.ids_of(&topic) {
                let told =
                    self.subscriptions.get_mut(&id).map(|entry| std::mem::replace(&mut entry.told, true));
                if told == Some(false) {
                    self.retry_or_fail(&id, &Error::new(Code::TokenExpired, EXPIRED));
                }
            }
        }
    }

    /// Counts a failed attempt against every subscription whose channel waits.
    fn tell_waiting(&mut self, error: &Error) {
        for topic in self.topics_waiting() {
            for id in self.subscriptions.ids_of(&topic) {
                self.retry_or_fail(&id, error);
            }
        }
    }
}
