//! The one socket: whether it is there, whether it is alive, and when to try again.

use crate::core::realtime::frame::Reference;
use crate::core::resilience::backoff::Backoff;
use crate::core::rng::Rng;
use crate::core::time::{Instant, Timer, Timers};

/// How long a heartbeat's reply may take, in milliseconds.
const REPLY_PATIENCE: u64 = 10_000;
/// How long a probe's reply may take, after sleep or a change of network, in milliseconds.
const PROBE_PATIENCE: u64 = 5_000;
/// A refused join silences the server for this long on the whole socket, in milliseconds.
const REFUSED_JOIN_SILENCE: u64 = 5_000;
/// The most that joins under way may add, in milliseconds.
const LONGEST_SILENCE: u64 = 30_000;
/// A timer later than this was not late but asleep, in milliseconds.
const ASLEEP: u64 = 5_000;

/// Names one socket of the driver's, so that late events of a former one are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SocketId(pub u32);

/// A heartbeat that waits for its reply.
#[derive(Clone, Copy, Debug)]
struct Beat {
    reference: Reference,
    sent: Instant,
}

#[derive(Debug)]
enum State {
    Idle,
    Connecting(SocketId),
    Open { socket: SocketId, beat: Option<Beat>, heard: Instant },
    Waiting,
}

/// What an overdue heartbeat means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// Other frames came meanwhile: the link lives.
    Alive,
    /// The machine slept: ask again before judging.
    Asleep,
    /// Nothing came: the link is dead.
    Dead,
}

/// The life of the link.
#[derive(Debug)]
pub struct Link {
    state: State,
    backoff: Backoff,
    heartbeat_interval: u64,
    connect_timeout: u64,
    sockets: u32,
}

impl Link {
    /// A link at rest; times in milliseconds.
    pub fn new(backoff: Backoff, heartbeat_interval: u64, connect_timeout: u64) -> Self {
        Self { state: State::Idle, backoff, heartbeat_interval, connect_timeout, sockets: 0 }
    }

    /// Whether a timer due at `deadline` and firing `now` was held up by sleep: the link may have died meanwhile.
    pub const fn was_asleep(now: Instant, deadline: Instant) -> bool {
        now.since(deadline) > ASLEEP
    }

    /// The open socket.
    pub fn socket(&self) -> Option<SocketId> {
        match self.state {
            State::Open { socket, .. } => Some(socket),
            _ => None,
        }
    }

    /// The socket that is open or opening.
    pub fn any_socket(&self) -> Option<SocketId> {
        match self.state {
            State::Open { socket, .. } | State::Connecting(socket) => Some(socket),
            _ => None,
        }
    }

    /// Whether a new attempt may begin.
    pub fn is_down(&self) -> bool {
        matches!(self.state, State::Idle | State::Waiting)
    }

    /// Whether nobody wants it.
    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle)
    }

    /// Whether it waits for its next attempt.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting)
    }

    /// Begins an attempt.
    pub fn connect(&mut self, now: Instant, timers: &mut Timers) -> SocketId {
        self.sockets = self.sockets.wrapping_add(1);
        let socket = SocketId(self.sockets);
        self.state = State::Connecting(socket);
        timers.clear(&Timer::Reconnect);
        timers.set(Timer::Connect, now.after(self.connect_timeout));
        socket
    }

    /// The socket has opened; false if it is not the one awaited.
    pub fn opened(&mut self, socket: SocketId, now: Instant, timers: &mut Timers) -> bool {
        if !matches!(self.state, State::Connecting(awaited) if awaited == socket) {
            return false;
        }
        self.state = State::Open { socket, beat: None, heard: now };
        timers.clear(&Timer::Connect);
        timers.set(Timer::Heartbeat, now.after(self.heartbeat_interval));
        true
    }

    /// The link is gone: waits for the next attempt, and says after how many milliseconds that will be.
    pub fn wait(&mut self, now: Instant, timers: &mut Timers, rng: &mut Rng) -> u64 {
        self.rest(timers);
        self.state = State::Waiting;
        let delay = self.backoff.next_delay(rng);
        timers.set(Timer::Reconnect, now.after(delay));
        delay
    }

    /// The link is no longer wanted.
    pub fn rest(&mut self, timers: &mut Timers) {
        self.state = State::Idle;
        for timer in [Timer::Connect, Timer::Reconnect, Timer::Heartbeat, Timer::HeartbeatTimeout] {
            timers.clear(&timer);
        }
    }

    /// The server has accepted something, or the network is back: the next loss starts the backoff anew.
    pub fn forget_failures(&mut self) {
        self.backoff.reset();
    }

    /// How long refused joins may silence the server's whole socket while `joins` are under way, in milliseconds.
    pub fn silence(joins: usize) -> u64 {
        REFUSED_JOIN_SILENCE.saturating_mul(joins as u64).min(LONGEST_SILENCE)
    }

    /// A frame has come.
    pub fn hear(&mut self, now: Instant) {
        if let State::Open { heard, .. } = &mut self.state {
            *heard = now;
        }
    }

    /// A regular heartbeat goes out while `joins` wait for their answers.
    pub fn beat(&mut self, now: Instant, reference: Reference, joins: usize, timers: &mut Timers) {
        self.await_reply(now, reference, REPLY_PATIENCE, joins, timers);
    }

    /// A heartbeat goes out because the link may have died unnoticed.
    pub fn probe(&mut self, now: Instant, reference: Reference, joins: usize, timers: &mut Timers) {
        self.await_reply(now, reference, PROBE_PATIENCE, joins, timers);
    }

    fn await_reply(
        &mut self,
        now: Instant,
        reference: Reference,
        patience: u64,
        joins: usize,
        timers: &mut Timers,
    ) {
        if let State::Open { beat, .. } = &mut self.state {
            *beat = Some(Beat { reference, sent: now });
            timers.set(Timer::HeartbeatTimeout, now.after(patience + Self::silence(joins)));
            timers.clear(&Timer::Heartbeat);
        }
    }

    /// A heartbeat's reply has come.
    pub fn replied(&mut self, now: Instant, reference: Option<Reference>, timers: &mut Timers) {
        if let State::Open { beat, .. } = &mut self.state
            && beat.is_some_and(|beat| Some(beat.reference) == reference)
        {
            *beat = None;
            self.rest_until_next_beat(now, timers);
        }
    }

    fn rest_until_next_beat(&mut self, now: Instant, timers: &mut Timers) {
        timers.clear(&Timer::HeartbeatTimeout);
        timers.set(Timer::Heartbeat, now.after(self.heartbeat_interval));
    }

    /// The reply was due at `deadline` and has not come.
    pub fn overdue(&mut self, now: Instant, deadline: Instant, timers: &mut Timers) -> Overdue {
        let State::Open { beat: Some(beat), heard, .. } = &self.state else {
            return Overdue::Alive;
        };
        if *heard > beat.sent {
            self.rest_until_next_beat(now, timers);
            Overdue::Alive
        } else if Self::was_asleep(now, deadline) {
            Overdue::Asleep
        } else {
            Overdue::Dead
        }
    }
}
