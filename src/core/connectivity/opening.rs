//! Opening a socket: attempts, their failures, and what happens when no socket is wanted.

use super::{Action, Connection, Connectivity, News, Output, Timer};
use crate::core::activity::Loss;
use crate::core::connectivity::close_code::CloseRemedy;
use crate::core::connectivity::link::{Opened, Standing};
use crate::core::connectivity::liveness::Doubt;
use crate::core::connectivity::reachability::{Found, PROBE_TIMEOUT};
use crate::core::error::{Code, Error};
use crate::core::ids::SocketId;
use crate::core::log::Level;
use crate::core::time::Instant;

const UNREACHABLE: &str = "The Realtime server could not be reached, or refused the connection. Check the project URL, \
    the key and the network; a browser does not say which of them it is.";
const UNWANTED: &str = "nobody was subscribed";
/// The close code of a browser's socket that nobody closed.
const ABNORMAL: u16 = 1006;

impl Connectivity {
    /// A socket is wanted.
    pub(super) fn want(&mut self, now: Instant) {
        self.is_wanted = true;
        self.timers.clear(&Timer::Idle);
        if !self.link.attempts.is_waiting() {
            self.connect(now);
        }
    }

    /// None is wanted any more: stops trying; an open socket is kept for a while.
    pub(super) fn unwant(&mut self, now: Instant) {
        self.is_wanted = false;
        self.abandon_if_unwanted(now);
    }

    /// None is wanted any more: whatever is open closes.
    pub(super) fn close(&mut self, reason: &'static str) {
        self.is_wanted = false;
        if !self.link.is_idle() {
            self.end(reason);
        }
    }

    /// Begins an attempt if the link is wanted and not trusted.
    pub(super) fn connect(&mut self, now: Instant) {
        if !self.link.may_attempt() {
            return;
        }
        if !self.is_wanted {
            // Nothing would end a wait whose timer has gone off.
            self.link.attempts.give_up(&mut self.timers);
            return;
        }
        if self.link.attempts.heed_limit(now, &mut self.timers) {
            if self.link.standing() != Some(Standing::Suspected) {
                self.notify(News::Connection(Connection::Disconnected));
            }
            return;
        }
        let socket = self.link.attempts.begin(now, &mut self.timers);
        self.reachability.tried();
        self.log(Level::Debug, "connect", None);
        match self.link.standing() {
            // Not told yet that anything is wrong.
            Some(Standing::Suspected) => {}
            Some(_) => {
                self.notify(News::Connection(Connection::Connecting));
                // If the way is back, the old socket may be too.
                self.ask(now, Doubt::Return);
            }
            None => self.notify(News::Connection(Connection::Connecting)),
        }
        self.act(Action::Open { socket });
    }

    pub(super) fn opened(&mut self, now: Instant, socket: SocketId) {
        let opened = self.link.opened(socket, now, &mut self.timers);
        if opened == Opened::Unknown {
            return;
        }
        self.is_offline = false;
        self.timers.clear(&Timer::Probe);
        match opened {
            Opened::First => self.come_up(now),
            Opened::Beside { is_given_up: true } => self.ask_anyway(now, Doubt::Return),
            Opened::Beside { .. } | Opened::Unknown => {}
        }
    }

    /// A new socket is the link. An open socket alone proves nothing of the server: the search for the way back goes on
    /// until it has accepted something, and the backoff until it has done so for a while.
    pub(super) fn come_up(&mut self, now: Instant) {
        let Some(socket) = self.link.open_socket() else { return };
        self.stats.opened();
        self.troubles.end(&[Code::Unreachable]);
        self.log(Level::Info, "connected", None);
        self.notify(News::Connection(Connection::Connected));
        self.notify(News::Connected);
        self.tell(Output::Up { socket });
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
            self.reachability.forget();
        }
    }

    pub(super) fn closed(&mut self, now: Instant, socket: SocketId, code: u16) {
        if self.link.open_socket() == Some(socket) {
            if CloseRemedy::of(code) == CloseRemedy::SlowDown {
                self.abandon_attempt();
            }
            self.link_lost(now, code, "the socket closed");
        } else if self.link.attempts.socket() == Some(socket) {
            self.attempt_failed(now, code);
        }
    }

    pub(super) fn abandon_attempt(&mut self) {
        if let Some(socket) = self.link.attempts.socket() {
            self.act(Action::Close { socket });
        }
        self.link.attempts.give_up(&mut self.timers);
    }

    pub(super) fn connect_timed_out(&mut self, now: Instant) {
        if let Some(socket) = self.link.attempts.socket() {
            self.act(Action::Close { socket });
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
        self.tell_error(error.clone());
        let has_other = self.link.open_socket().is_some();
        self.tell(Output::AttemptFailed { error, has_other });
        self.abandon_if_unwanted(now);
    }

    /// The link is down: waits as the close code asks for. Where the code does not say that the server closed it, finds out
    /// when the server is reachable.
    pub(super) fn wait(&mut self, now: Instant, code: u16) -> u64 {
        let remedy = CloseRemedy::of(code);
        let is_limited = remedy == CloseRemedy::SlowDown;
        let delay = self.link.attempts.wait(now, is_limited, &mut self.timers, &mut self.rng);
        if remedy == CloseRemedy::FindOut {
            let next = self.reachability.begin(now, self.asks_rarely(), &mut self.rng);
            self.timers.set(Timer::Probe, now.after(next));
        }
        self.log(Level::Warn, "closed", Some(u64::from(code)));
        if self.link.standing() != Some(Standing::Suspected) {
            self.notify(News::Connection(Connection::Disconnected));
        }
        delay
    }

    /// Whether questions are to be rare. A browser that knows that there is no network will say `online`.
    fn asks_rarely(&self) -> bool {
        self.link.saves_data() || self.is_offline
    }

    /// Finds out whether the way to the server is back.
    pub(super) fn probe(&mut self) {
        if self.link.attempts.is_waiting() && self.reachability.ask() {
            self.act(Action::Probe { within: PROBE_TIMEOUT });
        }
    }

    pub(super) fn probed(&mut self, now: Instant, answered: bool) {
        match self.reachability.answered(now, answered, self.asks_rarely(), &mut self.rng) {
            _ if !self.link.attempts.is_waiting() => {}
            Found::Back if self.link.attempts.may_hurry(now) => self.connect(now),
            Found::AskAfter(millis) => self.timers.set(Timer::Probe, now.after(millis)),
            // The project answers, and still the socket did not open.
            Found::Nothing if answered => self.tell(Output::HandshakeRefused),
            Found::Back | Found::Nothing => {}
        }
    }

    /// Closes the open socket, and opens another at once if one is wanted.
    pub(super) fn replace(&mut self, now: Instant, reason: &'static str) {
        let standing = self.link.standing();
        if standing.is_none() {
            return;
        }
        if !self.is_wanted {
            self.end(reason);
            return;
        }
        self.close_all();
        self.link.abandon(&mut self.timers);
        self.connect(now);
        if standing != Some(Standing::Down) {
            self.notify(News::Disconnected { code: 1000, reason });
        }
        self.tell(Output::Lost(Loss::Replaced));
    }

    pub(super) fn close_all(&mut self) {
        for socket in self.link.sockets() {
            self.act(Action::Close { socket });
        }
    }

    /// With nobody subscribed, an open socket is closed after a while.
    pub(super) fn expect_idleness(&mut self, now: Instant) {
        if !self.link.sockets().is_empty() && !self.is_wanted {
            self.timers.set(Timer::Idle, now.after(self.idle_timeout));
        }
    }

    pub(super) fn idle(&mut self) {
        if !self.is_wanted {
            self.end(UNWANTED);
        }
    }

    /// With nothing left to reconnect for, stops trying; an open socket is kept for a while.
    pub(super) fn abandon_if_unwanted(&mut self, now: Instant) {
        if self.is_wanted {
            return;
        }
        if self.link.attempts.is_waiting() {
            self.end(UNWANTED);
        } else if self.link.attempts.is_suspended() {
            self.stop_searching();
        } else {
            self.expect_idleness(now);
        }
    }

    /// None is wanted: whatever is open closes and no timer is left running. A page that is put away stays so.
    fn end(&mut self, reason: &'static str) {
        let was_connected = self.link.socket().is_some();
        self.close_all();
        if !self.link.attempts.is_suspended() {
            self.link.abandon(&mut self.timers);
        }
        self.stop_searching();
        self.tell_activity();
        self.notify(News::Connection(Connection::Idle));
        if was_connected {
            self.notify(News::Disconnected { code: 1000, reason });
        }
    }

    /// The server's reachability is no longer asked about.
    pub(super) fn stop_searching(&mut self) {
        self.reachability.end();
        self.reachability.forget();
        for timer in [Timer::Idle, Timer::Probe] {
            self.timers.clear(&timer);
        }
    }
}
