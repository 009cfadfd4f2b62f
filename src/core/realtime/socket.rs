//! The socket that there is, as far as the protocol goes: how far it is trusted, what it has proven, and what becomes of
//! the channels with it.

use super::{Continuity, Output, Realtime, Timer};
use crate::core::activity::{Activity, Loss};
use crate::core::error::{Code, Error};
use crate::core::ids::SocketId;
use crate::core::payload::Payload;
use crate::core::realtime::channel::State;
use crate::core::realtime::frame::{Outbound, PHOENIX_TOPIC, Reference};
use crate::core::realtime::subscriptions::Status;
use crate::core::time::Instant;

/// A refused join silences the server for this long on the whole socket, in milliseconds.
const REFUSED_JOIN_SILENCE: u64 = 5_000;
/// The most that joins under way may add, in milliseconds.
const LONGEST_SILENCE: u64 = 30_000;
const LOST: &str = "The connection to the Realtime server was lost.";

/// How long the server's whole socket is silent if it refuses so many joins, in milliseconds.
fn silence(joins: usize) -> u64 {
    REFUSED_JOIN_SILENCE.saturating_mul(joins as u64).min(LONGEST_SILENCE)
}

/// How far the socket is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// It lives, as far as is known.
    Full,
    /// It is in doubt: nothing new is begun on it.
    Suspected,
    /// The application has been told that it is disconnected.
    Down,
}

/// An open socket.
#[derive(Debug)]
pub(super) struct Socket {
    id: SocketId,
    trust: Trust,
    /// When the last heartbeat was sent that has been answered: whatever the server said before then has come. Not when a
    /// frame was last heard, for after sleep the frames of long ago are heard first.
    certain: Instant,
    /// The heartbeat whose answer is awaited, and when it was sent.
    heartbeat: Option<(Reference, Instant)>,
    /// Joins that the server may still refuse, in the order in which they went out; those that were left since are among
    /// them, for their refusal silences the socket all the same.
    joins: Vec<Reference>,
}

impl Socket {
    /// One that has just opened.
    pub(super) const fn new(id: SocketId, now: Instant) -> Self {
        Self { id, trust: Trust::Full, certain: now, heartbeat: None, joins: Vec::new() }
    }
}

impl<P: Payload> Realtime<P> {
    /// The socket, however far it is trusted.
    pub(super) fn open_socket(&self) -> Option<SocketId> {
        self.socket.as_ref().map(|socket| socket.id)
    }

    /// The socket, while the application counts as connected.
    pub(super) fn connected_socket(&self) -> Option<SocketId> {
        self.socket.as_ref().filter(|socket| socket.trust != Trust::Down).map(|socket| socket.id)
    }

    /// The socket, if something new may be begun on it.
    pub(super) fn trusted_socket(&self) -> Option<SocketId> {
        self.socket.as_ref().filter(|socket| socket.trust == Trust::Full).map(|socket| socket.id)
    }

    /// The last moment at which the socket was certain to be alive.
    pub(super) fn certain(&self) -> Option<Instant> {
        self.socket.as_ref().map(|socket| socket.certain)
    }

    /// How long the server's whole socket may be silent, in milliseconds: it may refuse every join that is under way, and
    /// `more` that are still to go out.
    pub(super) fn silence(&self, more: usize) -> u64 {
        silence(more + self.socket.as_ref().map_or(0, |socket| socket.joins.len()))
    }

    /// The silence because of all joins under way, and because of those that went out after the heartbeat whose answer is
    /// awaited.
    pub(super) fn held_up(&self) -> (u64, u64) {
        let Some(socket) = &self.socket else { return (0, 0) };
        let is_later = |join: &&Reference| socket.heartbeat.is_some_and(|(heartbeat, _)| **join > heartbeat);
        (silence(socket.joins.len()), silence(socket.joins.iter().filter(is_later).count()))
    }

    /// A join goes out.
    pub(super) fn join_is_out(&mut self, reference: Reference) {
        if let Some(socket) = &mut self.socket {
            socket.joins.push(reference);
        }
    }

    /// A reply has come, to whatever it was.
    pub(super) fn take_reply(&mut self, reference: Option<Reference>) {
        if let Some(socket) = &mut self.socket {
            let place = socket.joins.iter().position(|join| Some(*join) == reference);
            if let Some(place) = place {
                socket.joins.remove(place);
            }
        }
    }

    pub(super) fn send_heartbeat(&mut self, now: Instant) {
        let Some(socket) = self.open_socket() else { return };
        let reference = self.next_reference();
        let payload = P::object(Vec::new());
        let frame = Outbound { join_ref: None, reference, topic: PHOENIX_TOPIC, event: "heartbeat", payload };
        self.send(socket, frame);
        if let Some(socket) = &mut self.socket {
            socket.heartbeat = Some((reference, now));
        }
    }

    /// A reply to a heartbeat has come; only that to the last one counts.
    pub(super) fn heartbeat_answered(&mut self, reference: Option<Reference>) {
        let Some(socket) = &mut self.socket else { return };
        let last = socket.heartbeat.take_if(|(heartbeat, _)| Some(*heartbeat) == reference);
        if let Some((heartbeat, sent)) = last {
            socket.certain = sent;
            // The server's socket answers in order.
            while socket.joins.first().is_some_and(|join| *join <= heartbeat) {
                socket.joins.remove(0);
            }
            self.tell(Output::HeartbeatAnswered);
        }
    }

    pub(super) fn socket_up(&mut self, now: Instant, socket: SocketId) {
        self.socket = Some(Socket::new(socket, now));
        self.was_anothers = false;
        self.queue_all();
    }

    pub(super) fn socket_suspected(&mut self) {
        if let Some(socket) = &mut self.socket {
            socket.trust = Trust::Suspected;
        }
    }

    /// The application has been told that it is disconnected. Whatever is joined stays so: the socket may have outlived
    /// what has happened.
    pub(super) fn socket_down(&mut self, now: Instant) {
        if let Some(socket) = &mut self.socket {
            socket.trust = Trust::Down;
        }
        self.count_absence(now);
        for channel in self.channels.values_mut() {
            channel.outlives = match channel.state {
                State::Live(reference) => Some(reference),
                _ => None,
            };
        }
        for id in self.subscriptions.ids() {
            self.tell_interrupted(&id);
        }
    }

    /// The socket lives after all.
    pub(super) fn socket_resumed(&mut self, now: Instant, was_down: bool) {
        if let Some(socket) = &mut self.socket {
            socket.trust = Trust::Full;
        }
        self.queue_all();
        if !was_down {
            return;
        }
        for topic in self.topics(&|channel| matches!(channel.state, State::Live(_))) {
            // What it may have missed since the application was told that it is disconnected.
            let has_outlived =
                self.channels.get(&topic).is_some_and(|channel| channel.outlives == channel.join_ref());
            let continuity = if has_outlived { Continuity::Resumed } else { Continuity::Lost };
            for id in self.subscriptions.ids_of(&topic) {
                self.subscription_live(&id, continuity);
            }
            self.tell_tracking(now, &topic);
        }
        if self.is_all_live() {
            self.stats.back(now);
        }
    }

    /// The socket is gone, and every channel with it.
    pub(super) fn socket_lost(&mut self, now: Instant, loss: Loss) {
        if loss != Loss::PutAway || self.socket.is_some() {
            self.count_absence(now);
        }
        self.lose_channels(now);
        match loss {
            Loss::Failure => self.retry_all(now, &Error::new(Code::Disconnected, LOST), false),
            Loss::Replaced => {}
            Loss::PutAway => {
                for id in self.subscriptions.ids() {
                    if self.subscriptions.get(&id).is_some_and(|entry| entry.has_been_live) {
                        self.set_status(&id, Status::Reconnecting);
                    }
                }
            }
        }
    }

    /// Every channel is gone with the socket.
    pub(super) fn lose_channels(&mut self, now: Instant) {
        let certain = self.certain();
        self.socket = None;
        for topic in self.topics(&|_| true) {
            self.drop_pushes(&topic);
            let Some(channel) = self.channels.get_mut(&topic) else { continue };
            if matches!(channel.state, State::Live(_)) {
                channel.record_interruption(now, certain);
            }
            channel.state = State::Waiting;
            self.clear_timer(Timer::Join, &topic);
            self.clear_timer(Timer::Tracking, &topic);
        }
    }

    /// Whether sockets are opened has changed. The server's limits are kept to all the same.
    pub(super) fn set_activity(&mut self, now: Instant, activity: Activity) {
        let was_put_away = std::mem::replace(&mut self.activity, activity) == Activity::PutAway;
        if activity != Activity::Active {
            self.timers.clear(&Timer::Pace);
        }
        if activity == Activity::PutAway {
            self.stop_rejoins();
        } else if was_put_away {
            self.heed_limits(now);
        }
        if activity == Activity::Idle {
            self.socket = None;
            if !self.is_socket_wanted() {
                self.stats.forget_absence();
            }
        }
    }

    fn count_absence(&mut self, now: Instant) {
        if !self.subscriptions.is_empty() {
            self.stats.away(now);
        }
    }

    /// Counts a loss or a failed attempt against every subscription. `has_other` says that the socket that they are joined
    /// on may live.
    pub(super) fn retry_all(&mut self, now: Instant, error: &Error, has_other: bool) {
        for id in self.subscriptions.ids() {
            // A subscription without `autoReconnect` may still have its join on the other socket.
            let holds = self.subscriptions.get(&id).is_some_and(|entry| !entry.subscription.auto_reconnect);
            if !(has_other && holds) {
                self.retry_or_fail(now, &id, error);
            }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::core::realtime::{Action, Config, Input};
    use crate::core::resilience::backoff::{Backoff, Jitter};
    use crate::core::rng::Rng;
    use serde_json::{Value, json};

    const NOW: Instant = Instant::from_millis(1_000);

    fn on_a_socket() -> Realtime<Value> {
        let config = Config {
            protocol: crate::core::realtime::frame::Protocol::V2,
            join_timeout: 15_000,
            push_timeout: 10_000,
            joins_per_second: 50,
            backoff: Backoff::new(1_000, 30_000, Jitter::Spaced),
        };
        let mut realtime = Realtime::new(config, Rng::new(1));
        realtime.handle(NOW, Input::SocketUp { socket: SocketId(1) });
        realtime
    }

    #[test]
    fn an_answered_heartbeat_tells_that_earlier_joins_hold_up_nothing() {
        let mut realtime = on_a_socket();
        realtime.references = 1;
        realtime.join_is_out(Reference(1));
        realtime.handle(NOW, Input::SendHeartbeat);
        realtime.join_is_out(Reference(3));
        realtime.join_is_out(Reference(4));
        assert_eq!(realtime.held_up(), (15_000, 10_000));
        realtime.take_reply(Some(Reference(4)));
        realtime.heartbeat_answered(Some(Reference(2)));
        assert_eq!(realtime.held_up(), (5_000, 0), "that which went out after it may still be refused");
        let outputs: Vec<_> = std::iter::from_fn(|| realtime.poll()).collect();
        assert!(outputs.contains(&Output::HeartbeatAnswered));
        let frame = json!([null, "2", "phoenix", "heartbeat", {}]);
        assert!(outputs.contains(&Output::Action(Action::Send { socket: SocketId(1), frame })));
    }
}
