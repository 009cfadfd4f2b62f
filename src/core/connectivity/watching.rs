//! Whether the open socket still lives, and what becomes of it and of its successor.

use super::{Action, Connection, Connectivity, Heartbeat, News, Output, Timer};
use crate::core::activity::Loss;
use crate::core::connectivity::link::{Link, Overdue, Standing};
use crate::core::connectivity::liveness::Doubt;
use crate::core::error::Code;
use crate::core::ids::SocketId;
use crate::core::log::Level;
use crate::core::time::Instant;

const SILENT: &str = "no answer to a heartbeat";

impl Connectivity {
    /// Takes note of frames that a socket has received, the last of them `at` a moment that is not after `now`.
    pub(super) fn hear(&mut self, now: Instant, socket: SocketId, at: Instant, frames: u32) {
        if self.link.open_socket() == Some(socket) && self.link.hear(at, frames) {
            self.resumed(now);
        }
    }

    /// Asks whether the open socket lives, unless a question that is out serves.
    pub(super) fn ask(&mut self, now: Instant, doubt: Doubt) {
        if self.link.may_ask(now, doubt, &self.timers) {
            self.ask_anyway(now, doubt);
        }
    }

    pub(super) fn ask_anyway(&mut self, now: Instant, doubt: Doubt) {
        if self.link.open_socket().is_some() {
            self.tell(Output::SendHeartbeat);
            self.notify(News::Heartbeat(Heartbeat::Sent));
            self.link.ask(now, doubt, &mut self.timers);
        }
    }

    /// It may be time to ask.
    pub(super) fn heartbeat_due(&mut self, now: Instant, deadline: Instant) {
        if Link::was_asleep(now, deadline) {
            self.awake(now);
        } else if !self.link.is_too_early(now, &mut self.timers) {
            self.ask_anyway(now, Doubt::Usual);
        }
    }

    /// The machine has slept.
    fn awake(&mut self, now: Instant) {
        let is_closed = self.link.was_left_alone(now);
        // What it has slept was no time to answer in.
        self.timers.clear(&Timer::Suspicion);
        self.timers.clear(&Timer::HeartbeatTimeout);
        self.ask_anyway(now, if self.is_offline { Doubt::Offline } else { Doubt::Usual });
        self.tell_return();
        if is_closed {
            self.try_beside(now);
        }
    }

    /// The last heartbeat has been answered.
    pub(super) fn answered(&mut self, now: Instant) {
        let Some(millis) = self.link.answered(now, &mut self.timers) else { return };
        // It was asked after whatever the browser has said.
        self.is_offline = false;
        self.stats.round_trip(millis);
        self.notify(News::Heartbeat(Heartbeat::Answered(millis)));
        if !self.link.is_trusted() {
            self.resumed(now);
        }
    }

    /// A heartbeat's answer is late.
    pub(super) fn answer_late(&mut self, now: Instant, deadline: Instant) {
        match self.link.overdue(now, deadline, &mut self.timers) {
            Overdue::Alive => {}
            Overdue::Asleep if self.is_offline && !Link::was_asleep(now, deadline) => {
                self.link.read_first(now, &mut self.timers);
            }
            Overdue::Asleep => self.awake(now),
            Overdue::Silent if self.is_offline => {
                self.report_down(now, "the browser says that there is no network")
            }
            Overdue::Silent => self.try_beside(now),
        }
    }

    /// Tries another socket beside the open one.
    pub(super) fn try_beside(&mut self, now: Instant) {
        if self.link.suspect() {
            self.tell(Output::Suspected);
        }
        self.log(Level::Info, "suspected", None);
        if !self.link.attempts.is_limited(now) {
            self.connect(now);
        }
    }

    /// The open socket has not answered for as long as it may take.
    pub(super) fn answer_overdue(&mut self, now: Instant, deadline: Instant) {
        match self.link.overdue(now, deadline, &mut self.timers) {
            Overdue::Alive => {}
            Overdue::Asleep => self.awake(now),
            Overdue::Silent => {
                self.notify(News::Heartbeat(Heartbeat::TimedOut));
                self.link.give_up();
                if self.link.attempts.has_successor() {
                    self.take_over(now);
                } else {
                    self.report_down(now, SILENT);
                }
            }
        }
    }

    /// Tells the application that it is disconnected, and keeps the socket: it may have outlived what has happened.
    pub(super) fn report_down(&mut self, now: Instant, reason: &'static str) {
        if matches!(self.link.standing(), None | Some(Standing::Down)) {
            return;
        }
        self.link.report_down(now, &mut self.timers);
        self.forget_outage(now);
        if self.link.may_attempt() && !self.link.attempts.is_waiting() {
            self.wait(now, 0);
        } else {
            self.notify(News::Connection(Connection::Disconnected));
        }
        self.notify(News::Disconnected { code: 0, reason });
        self.tell(Output::Down);
        self.abandon_if_unwanted(now);
    }

    /// The open socket has answered: it serves on, and whatever was tried beside it is closed.
    pub(super) fn resumed(&mut self, now: Instant) {
        if let Some(socket) = self.link.attempts.socket() {
            self.act(Action::Close { socket });
        }
        let was_down = self.link.trust(now, &mut self.timers) == Some(Standing::Down);
        self.accepted(now);
        if was_down {
            self.troubles.end(&[Code::Unreachable]);
            self.log(Level::Info, "resumed", None);
            self.notify(News::Connection(Connection::Connected));
            self.notify(News::Connected);
        }
        self.tell(Output::Resumed { was_down });
        if was_down {
            self.tell_return();
            self.expect_idleness(now);
        }
    }

    /// If the socket still counts as open, others may have to look whether theirs still holds.
    pub(super) fn tell_return(&mut self) {
        if self.link.socket().is_some() {
            self.tell(Output::Returned);
        }
    }

    /// The socket that waits takes the place of the one that is dead.
    pub(super) fn take_over(&mut self, now: Instant) {
        if let Some(socket) = self.link.open_socket() {
            self.act(Action::Close { socket });
        }
        self.succeed(now, 0, SILENT);
    }

    /// The socket that waits becomes the link, now that the other is gone.
    pub(super) fn succeed(&mut self, now: Instant, code: u16, reason: &'static str) {
        let standing = self.link.standing();
        self.forget_outage(now);
        self.link.promote(now, &mut self.timers);
        self.tell_lost(now, standing, code, reason);
        self.come_up(now);
    }

    /// A socket that has answered nothing for so long has been closed by the server.
    pub(super) fn lingered(&mut self, now: Instant) {
        let Some(socket) = self.link.open_socket() else { return };
        self.act(Action::Close { socket });
        self.link_lost(now, 0, SILENT);
    }

    /// The open socket is gone, whatever becomes of attempts.
    pub(super) fn link_lost(&mut self, now: Instant, code: u16, reason: &'static str) {
        self.forget_outage(now);
        if self.link.attempts.has_successor() {
            self.succeed(now, code, reason);
            return;
        }
        let standing = self.link.standing();
        self.link.drop_open(&mut self.timers);
        if self.link.attempts.socket().is_none() && !self.link.attempts.is_waiting() {
            self.wait(now, code);
        } else if self.link.attempts.is_waiting() && standing == Some(Standing::Suspected) {
            self.notify(News::Connection(Connection::Disconnected));
        }
        self.tell_lost(now, standing, code, reason);
    }

    fn tell_lost(&mut self, now: Instant, standing: Option<Standing>, code: u16, reason: &'static str) {
        if standing != Some(Standing::Down) {
            if self.link.attempts.socket().is_some() {
                self.notify(News::Connection(Connection::Connecting));
            }
            self.notify(News::Disconnected { code, reason });
        }
        self.tell(Output::Lost(Loss::Failure));
        self.abandon_if_unwanted(now);
    }

    /// The server has answered: the search for the way back ends.
    pub(super) fn found_way(&mut self) {
        self.reachability.end();
        self.timers.clear(&Timer::Probe);
    }
}
