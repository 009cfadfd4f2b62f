//! Whether the open socket still lives, as the client wires it, and what becomes of it and of its successor.

use super::{Client, Status};
use crate::core::error::{Code, Error};
use crate::core::io::{Connection, Continuity, Heartbeat, Level, Notification, Output};
use crate::core::payload::Payload;
use crate::core::realtime::channel::{Channel, State};
use crate::core::realtime::frame::{Outbound, PHOENIX_TOPIC, Reference};
use crate::core::realtime::link::{Link, Overdue, Standing};
use crate::core::realtime::liveness::Doubt;
use crate::core::time::{Instant, Timer};

const LOST: &str = "The connection to the Realtime server was lost.";
const SILENT: &str = "no answer to a heartbeat";

impl<P: Payload> Client<P> {
    /// Asks whether the open socket lives, unless a question that is out serves.
    pub(super) fn ask(&mut self, now: Instant, doubt: Doubt) {
        if self.link.may_ask(now, doubt, &self.timers) {
            self.ask_anyway(now, doubt);
        }
    }

    pub(super) fn ask_anyway(&mut self, now: Instant, doubt: Doubt) {
        let Some(socket) = self.link.open_socket() else { return };
        let reference = self.push_heartbeat(socket);
        self.link.ask(now, reference, doubt, &mut self.timers);
    }

    fn push_heartbeat(&mut self, socket: super::SocketId) -> Reference {
        let reference = self.next_reference();
        let payload = P::object(Vec::new());
        let frame = Outbound { join_ref: None, reference, topic: PHOENIX_TOPIC, event: "heartbeat", payload };
        self.send(socket, frame);
        self.notify(Notification::Heartbeat(Heartbeat::Sent));
        reference
    }

    /// It may be time to ask.
    pub(super) fn heartbeat(&mut self, now: Instant, deadline: Instant) {
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
        self.ask_token_again(now);
        if is_closed {
            self.try_beside(now);
        }
    }

    /// A heartbeat has been answered.
    pub(super) fn heartbeat_answered(&mut self, now: Instant, reference: Option<Reference>) {
        let Some(millis) = self.link.replied(now, reference, &mut self.timers) else { return };
        // It was asked after whatever the browser has said.
        self.is_offline = false;
        self.stats.round_trip(millis);
        self.notify(Notification::Heartbeat(Heartbeat::Answered(millis)));
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
                self.call_down(now, "the browser says that there is no network")
            }
            Overdue::Silent => self.try_beside(now),
        }
    }

    /// Tries another socket beside the open one.
    pub(super) fn try_beside(&mut self, now: Instant) {
        self.link.suspect();
        self.log(Level::Info, "suspected");
        if !self.link.attempts.is_limited(now) {
            self.connect(now);
        }
    }

    /// The open socket has not answered for as long as it may take.
    pub(super) fn patience_over(&mut self, now: Instant, deadline: Instant) {
        match self.link.overdue(now, deadline, &mut self.timers) {
            Overdue::Alive => {}
            Overdue::Asleep => self.awake(now),
            Overdue::Silent => {
                self.notify(Notification::Heartbeat(Heartbeat::TimedOut));
                self.link.give_up();
                if self.link.attempts.has_successor() {
                    self.take_over(now);
                } else {
                    self.call_down(now, SILENT);
                }
            }
        }
    }

    /// Tells the application that it is disconnected, and keeps the socket: it may have outlived what has happened.
    pub(super) fn call_down(&mut self, now: Instant, reason: &'static str) {
        if matches!(self.link.standing(), None | Some(Standing::Down)) {
            return;
        }
        self.link.call_down(now, &mut self.timers);
        self.forget_outage(now);
        if self.link.may_attempt() && !self.link.attempts.is_waiting() {
            self.wait(now, 0);
        } else {
            self.notify(Notification::Connection { state: Connection::Disconnected });
        }
        self.notify(Notification::Disconnected { code: 0, reason });
        if !self.subscriptions.is_empty() {
            self.stats.away(now);
        }
        for (_, channel) in self.channels.iter_mut() {
            channel.outlives = match channel.state {
                State::Live(reference) => Some(reference),
                _ => None,
            };
        }
        for id in self.subscriptions.ids() {
            if self.subscriptions.get(&id).is_some_and(|entry| entry.status == Status::Live) {
                self.set_status(&id, Status::Reconnecting);
            }
        }
        self.rest_if_unwanted(now);
    }

    /// The open socket has answered: it serves on, and whatever was tried beside it is closed.
    pub(super) fn resumed(&mut self, now: Instant) {
        if let Some(socket) = self.link.attempts.socket() {
            self.outputs.push_back(Output::Close { socket });
        }
        let standing = self.link.trust(now, &mut self.timers);
        self.accepted(now);
        self.queue_all();
        if standing != Some(Standing::Down) {
            return;
        }
        self.log(Level::Info, "resumed");
        self.notify(Notification::Connection { state: Connection::Connected });
        self.notify(Notification::Connected);
        for (topic, continuity) in self.live_topics() {
            for id in self.subscriptions.ids_of(&topic) {
                self.subscription_live(&id, continuity);
            }
            self.tell_tracking(now, &topic);
        }
        if self.is_all_live() {
            self.stats.back(now);
        }
        self.ask_token_again(now);
        self.expect_idleness(now);
    }

    /// The channels that are live, and what they may have missed since the link was called down.
    fn live_topics(&self) -> Vec<(String, Continuity)> {
        let continuity = |(topic, channel): (&String, &Channel<P>)| {
            let State::Live(reference) = channel.state else { return None };
            let has_outlived = channel.outlives == Some(reference);
            Some((topic.clone(), if has_outlived { Continuity::Resumed } else { Continuity::Lost }))
        };
        self.channels.iter().filter_map(continuity).collect()
    }

    /// The socket that waits takes the place of the one that is dead.
    pub(super) fn take_over(&mut self, now: Instant) {
        if let Some(socket) = self.link.open_socket() {
            self.outputs.push_back(Output::Close { socket });
        }
        self.succeed(now, 0, SILENT);
    }

    /// The socket that waits becomes the link, now that the other is gone.
    pub(super) fn succeed(&mut self, now: Instant, code: u16, reason: &'static str) {
        let (certain, standing) = (self.link.certain(), self.link.standing());
        self.forget_outage(now);
        self.link.promote(now, &mut self.timers);
        self.tell_lost(now, certain, standing, code, reason);
        self.come_up(now);
    }

    /// A socket that has answered nothing for so long has been closed by the server.
    pub(super) fn kept_long_enough(&mut self, now: Instant) {
        let Some(socket) = self.link.open_socket() else { return };
        self.outputs.push_back(Output::Close { socket });
        self.link_lost(now, 0, SILENT);
    }

    /// The open socket is gone, whatever becomes of attempts.
    pub(super) fn link_lost(&mut self, now: Instant, code: u16, reason: &'static str) {
        self.forget_outage(now);
        if self.link.attempts.has_successor() {
            self.succeed(now, code, reason);
            return;
        }
        let (certain, standing) = (self.link.certain(), self.link.standing());
        self.link.part(&mut self.timers);
        if self.link.attempts.socket().is_none() && !self.link.attempts.is_waiting() {
            self.wait(now, code);
        } else if self.link.attempts.is_waiting() && standing == Some(Standing::Suspected) {
            self.notify(Notification::Connection { state: Connection::Disconnected });
        }
        self.tell_lost(now, certain, standing, code, reason);
    }

    fn tell_lost(
        &mut self,
        now: Instant,
        certain: Option<Instant>,
        standing: Option<Standing>,
        code: u16,
        reason: &'static str,
    ) {
        if standing != Some(Standing::Down) {
            if self.link.attempts.socket().is_some() {
                self.notify(Notification::Connection { state: Connection::Connecting });
            }
            self.notify(Notification::Disconnected { code, reason });
        }
        if !self.subscriptions.is_empty() {
            self.stats.away(now);
        }
        self.channels_lost(now, certain);
        self.retry_all(now, &Error::new(Code::Disconnected, LOST), false);
    }

    /// The server has answered: the search for the way back ends.
    pub(super) fn found_way(&mut self) {
        self.reach.end();
        self.timers.clear(&Timer::Reach);
    }
}
