//! The one socket: whether it is there, whether it is alive, and when to try again.

use crate::core::realtime::frame::Reference;
use crate::core::resilience::backoff::Backoff;
use crate::core::rng::Rng;
use crate::core::time::{Instant, Timer, Timers};

/// How long a heartbeat's reply may take, in milliseconds.
const REPLY_PATIENCE: u64 = 10_000;
/// How long a probe's reply may take, after sleep or a change of network, in milliseconds.
const PROBE_PATIENCE: u64 = 4_000;
/// A refused join silences the server for this long on the whole socket, in milliseconds.
const REFUSED_JOIN_SILENCE: u64 = 5_000;
/// The most that joins under way may add, in milliseconds.
const LONGEST_SILENCE: u64 = 30_000;
/// A timer later than this was not late but asleep, in milliseconds.
const ASLEEP: u64 = 5_000;
/// A timer later than this went off before what had come meanwhile was read, in milliseconds: the machine slept for
/// seconds, or the page was busy.
const LATE: u64 = 250;
/// What is read within this time after a heartbeat went out may have waited since before it, in milliseconds.
const UNREAD: u64 = 1_000;
/// How long the server's limiters are given, in milliseconds: they average over as much.
const SLOW_DOWN: u64 = 60_000;
/// Those that were limited together come back over so many milliseconds.
const SLOW_SPREAD: u64 = 30_000;
/// An attempt that is older than this is begun anew when the network returns, in milliseconds.
const HANGING: u64 = 1_000;
/// The longest pause between heartbeats on a connection that is to be spared, in milliseconds: the server closes a
/// socket after 60,000 of silence.
const SPARING_INTERVAL: u64 = 50_000;

/// How long to leave a server alone that limits something, in milliseconds.
pub fn slow_down(rng: &mut Rng) -> u64 {
    SLOW_DOWN + rng.up_to(SLOW_SPREAD)
}

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
    Connecting {
        socket: SocketId,
        since: Instant,
    },
    Open {
        socket: SocketId,
        beat: Option<Beat>,
        heard: Instant,
        /// When the last question was asked that has been answered.
        certain: Instant,
        /// Joins that were left before their answer came: a refusal silences the socket all the same.
        left: Vec<Reference>,
    },
    Waiting,
    Suspended,
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
    /// The server limits connections: none before then, whatever the browser says.
    slow_until: Option<Instant>,
    is_sparing: bool,
    /// A heartbeat has been repeated because its timer was late; once is enough.
    is_excused: bool,
}

impl Link {
    /// A link at rest; times in milliseconds.
    pub fn new(backoff: Backoff, heartbeat_interval: u64, connect_timeout: u64) -> Self {
        Self {
            state: State::Idle,
            backoff,
            heartbeat_interval,
            connect_timeout,
            sockets: 0,
            slow_until: None,
            is_sparing: false,
            is_excused: false,
        }
    }

    /// Whether the connection is to be spared: heartbeats come as rarely as the server allows.
    pub fn spare(&mut self, is_sparing: bool) {
        self.is_sparing = is_sparing;
    }

    /// Whether the connection is to be spared.
    pub fn is_sparing(&self) -> bool {
        self.is_sparing
    }

    fn interval(&self) -> u64 {
        if self.is_sparing { self.heartbeat_interval.max(SPARING_INTERVAL) } else { self.heartbeat_interval }
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
            State::Open { socket, .. } | State::Connecting { socket, .. } => Some(socket),
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

    /// Whether the page is put away.
    pub fn is_suspended(&self) -> bool {
        matches!(self.state, State::Suspended)
    }

    /// Whether an attempt may begin before the backoff ends.
    pub fn may_hurry(&self, now: Instant) -> bool {
        self.is_waiting() && self.slow_until.is_none_or(|until| until <= now)
    }

    /// An attempt from rest waits too while the server limits connections; whether it does.
    pub fn heed_limit(&mut self, now: Instant, timers: &mut Timers) -> bool {
        let Some(until) = self.slow_until.filter(|until| *until > now) else { return false };
        self.state = State::Waiting;
        timers.set(Timer::Reconnect, until);
        true
    }

    /// The socket of an attempt that has been under way for a while, and hangs if it began without a network.
    pub fn hanging(&self, now: Instant) -> Option<SocketId> {
        match self.state {
            State::Connecting { socket, since } if now.since(since) >= HANGING => Some(socket),
            _ => None,
        }
    }

    /// The last moment at which the open link was certain to be alive: whatever the server said before then has come.
    /// That is when the last answered heartbeat was sent, not when a frame was last heard, for after sleep the frames
    /// of long ago are heard first.
    pub fn certain(&self) -> Option<Instant> {
        match self.state {
            State::Open { certain, .. } => Some(certain),
            _ => None,
        }
    }

    /// Begins an attempt.
    pub fn connect(&mut self, now: Instant, timers: &mut Timers) -> SocketId {
        self.sockets = self.sockets.wrapping_add(1);
        let socket = SocketId(self.sockets);
        self.state = State::Connecting { socket, since: now };
        timers.clear(&Timer::Reconnect);
        timers.set(Timer::Connect, now.after(self.connect_timeout));
        socket
    }

    /// The socket has opened; false if it is not the one awaited.
    pub fn opened(&mut self, socket: SocketId, now: Instant, timers: &mut Timers) -> bool {
        if !matches!(self.state, State::Connecting { socket: awaited, .. } if awaited == socket) {
            return false;
        }
        self.state = State::Open { socket, beat: None, heard: now, certain: now, left: Vec::new() };
        timers.clear(&Timer::Connect);
        self.slow_until = None;
        self.is_excused = false;
        timers.set(Timer::Heartbeat, now.after(self.interval()));
        true
    }

    /// The link is gone: waits for the next attempt, and says after how many milliseconds that will be. `is_limited`
    /// says that the server limits connections.
    pub fn wait(&mut self, now: Instant, is_limited: bool, timers: &mut Timers, rng: &mut Rng) -> u64 {
        self.rest(timers);
        self.state = State::Waiting;
        let delay = self.backoff.next_delay(rng) + if is_limited { slow_down(rng) } else { 0 };
        self.slow_until = is_limited.then(|| now.after(delay));
        timers.set(Timer::Reconnect, now.after(delay));
        delay
    }

    /// The server limits connections, as has been found out since: waits at least a minute from `now`.
    pub fn slow_down(&mut self, now: Instant, timers: &mut Timers, rng: &mut Rng) {
        if self.may_hurry(now) {
            self.wait(now, true, timers, rng);
        }
    }

    /// The page is put away: nothing runs until it is back.
    pub fn suspend(&mut self, timers: &mut Timers) {
        self.rest(timers);
        self.state = State::Suspended;
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

    /// A join is left before its answer has come.
    pub fn leave_join(&mut self, reference: Reference) {
        if let State::Open { left, .. } = &mut self.state {
            left.push(reference);
        }
    }

    /// A reply has come, to whatever it was.
    pub fn take_reply(&mut self, reference: Option<Reference>) {
        if let State::Open { left, .. } = &mut self.state {
            left.retain(|join| Some(*join) != reference);
        }
    }

    /// How many joins were left and are not answered yet.
    pub fn left_joins(&self) -> usize {
        match &self.state {
            State::Open { left, .. } => left.len(),
            _ => 0,
        }
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
        let patience = if self.is_sparing { REPLY_PATIENCE } else { PROBE_PATIENCE };
        self.await_reply(now, reference, patience, joins, timers);
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

    /// A heartbeat's reply has come: how many milliseconds it took; `None` if it is no reply to the last one.
    pub fn replied(
        &mut self,
        now: Instant,
        reference: Option<Reference>,
        timers: &mut Timers,
    ) -> Option<u64> {
        let State::Open { beat, certain, .. } = &mut self.state else { return None };
        let answered = beat.take_if(|beat| Some(beat.reference) == reference)?;
        *certain = answered.sent;
        self.rest_until_next_beat(now, timers);
        self.is_excused = false;
        Some(now.since(answered.sent))
    }

    fn rest_until_next_beat(&mut self, now: Instant, timers: &mut Timers) {
        timers.clear(&Timer::HeartbeatTimeout);
        timers.set(Timer::Heartbeat, now.after(self.interval()));
    }

    /// The reply was due at `deadline` and has not come.
    pub fn overdue(&mut self, now: Instant, deadline: Instant, timers: &mut Timers) -> Overdue {
        let State::Open { beat: Some(beat), heard, .. } = self.state else {
            return Overdue::Alive;
        };
        let late = now.since(deadline);
        if late > ASLEEP || (late > LATE && !self.is_excused) {
            self.is_excused = true;
            Overdue::Asleep
        } else if heard > beat.sent.after(UNREAD) {
            self.rest_until_next_beat(heard, timers);
            Overdue::Alive
        } else {
            Overdue::Dead
        }
    }
}
