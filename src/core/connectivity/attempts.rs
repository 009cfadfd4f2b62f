//! The attempts to open a socket: one at a time, after a backoff, and not before the server's limits allow it.

use crate::core::connectivity::Timer;
use crate::core::ids::SocketId;
use crate::core::resilience::backoff::Backoff;
use crate::core::resilience::limit::slow_down;
use crate::core::rng::Rng;
use crate::core::time::{Instant, Timers};

/// An attempt that is older than this is begun anew when the network returns, in milliseconds.
const HANGING: u64 = 1_000;

/// How far the way to another socket is.
#[derive(Debug)]
enum Attempt {
    /// None is wanted.
    Idle,
    Connecting {
        socket: SocketId,
        since: Instant,
    },
    /// It is open, and waits until the one beside it is given up.
    Ready(SocketId),
    /// Until the backoff is over.
    Waiting,
    /// The page is put away.
    Suspended,
}

/// The attempts to open a socket.
#[derive(Debug)]
pub struct Attempts {
    attempt: Attempt,
    backoff: Backoff,
    timeout: u64,
    sockets: u32,
    /// The server limits connections: none before then, whatever the browser says.
    slow_until: Option<Instant>,
}

impl Attempts {
    /// None is wanted yet. An attempt that has not opened a socket after `timeout` milliseconds has failed.
    pub const fn new(backoff: Backoff, timeout: u64) -> Self {
        Self { attempt: Attempt::Idle, backoff, timeout, sockets: 0, slow_until: None }
    }

    /// The socket of the attempt under way.
    pub fn socket(&self) -> Option<SocketId> {
        match self.attempt {
            Attempt::Connecting { socket, .. } | Attempt::Ready(socket) => Some(socket),
            _ => None,
        }
    }

    /// Whether a new one may begin.
    pub fn may_begin(&self) -> bool {
        matches!(self.attempt, Attempt::Idle | Attempt::Waiting)
    }

    /// Whether none is wanted.
    pub fn are_idle(&self) -> bool {
        matches!(self.attempt, Attempt::Idle)
    }

    /// Whether the backoff before the next one runs.
    pub fn is_waiting(&self) -> bool {
        matches!(self.attempt, Attempt::Waiting)
    }

    /// Whether a successor is open beside the socket.
    pub fn has_successor(&self) -> bool {
        matches!(self.attempt, Attempt::Ready(_))
    }

    /// Whether the page is put away.
    pub fn is_suspended(&self) -> bool {
        matches!(self.attempt, Attempt::Suspended)
    }

    /// Whether an attempt may begin before the backoff ends.
    pub fn may_hurry(&self, now: Instant) -> bool {
        self.is_waiting() && !self.is_limited(now)
    }

    /// Whether the server limits connections.
    pub fn is_limited(&self, now: Instant) -> bool {
        self.slow_until.is_some_and(|until| until > now)
    }

    /// Also the first attempt waits while the server limits connections. Returns whether it does.
    pub fn heed_limit(&mut self, now: Instant, timers: &mut Timers<Timer>) -> bool {
        let Some(until) = self.slow_until.filter(|until| *until > now) else { return false };
        self.attempt = Attempt::Waiting;
        timers.set(Timer::Reconnect, until);
        true
    }

    /// The socket of an attempt that has been under way for a while, and hangs if it began without a network.
    pub fn hanging(&self, now: Instant) -> Option<SocketId> {
        match self.attempt {
            Attempt::Connecting { socket, since } if now.since(since) >= HANGING => Some(socket),
            _ => None,
        }
    }

    /// Begins an attempt.
    pub fn begin(&mut self, now: Instant, timers: &mut Timers<Timer>) -> SocketId {
        self.sockets = self.sockets.wrapping_add(1);
        let socket = SocketId(self.sockets);
        self.attempt = Attempt::Connecting { socket, since: now };
        timers.clear(&Timer::Reconnect);
        timers.set(Timer::Connect, now.after(self.timeout));
        socket
    }

    /// A socket has opened; whether it is the one awaited.
    pub fn opened(&mut self, socket: SocketId, timers: &mut Timers<Timer>) -> bool {
        let is_awaited =
            matches!(self.attempt, Attempt::Connecting { socket: awaited, .. } if awaited == socket);
        if is_awaited {
            timers.clear(&Timer::Connect);
            self.slow_until = None;
            self.attempt = Attempt::Ready(socket);
        }
        is_awaited
    }

    /// The socket that is open and waits, which becomes the link.
    pub fn take_successor(&mut self) -> Option<SocketId> {
        let Attempt::Ready(socket) = self.attempt else { return None };
        self.attempt = Attempt::Idle;
        Some(socket)
    }

    /// Waits for the next attempt, and says after how many milliseconds that will be. `is_limited` says that the server
    /// limits connections.
    pub fn wait(&mut self, now: Instant, is_limited: bool, timers: &mut Timers<Timer>, rng: &mut Rng) -> u64 {
        self.give_up(timers);
        self.attempt = Attempt::Waiting;
        let own = self.backoff.next_delay(rng) + if is_limited { slow_down(rng) } else { 0 };
        let limited = self.slow_until.map_or(0, |until| until.since(now));
        let delay = own.max(limited);
        self.slow_until = (is_limited || limited > 0).then(|| now.after(delay));
        timers.set(Timer::Reconnect, now.after(delay));
        delay
    }

    /// The attempt under way is of no use any more.
    pub fn give_up(&mut self, timers: &mut Timers<Timer>) {
        self.attempt = Attempt::Idle;
        timers.clear(&Timer::Connect);
        timers.clear(&Timer::Reconnect);
    }

    /// The server limits connections, as has been found out since: waits at least a minute from `now`.
    pub fn slow_down(&mut self, now: Instant, timers: &mut Timers<Timer>, rng: &mut Rng) {
        if self.may_hurry(now) {
            self.wait(now, true, timers, rng);
        }
    }

    /// The page is put away: none begins until it is back.
    pub fn suspend(&mut self, timers: &mut Timers<Timer>) {
        self.give_up(timers);
        self.attempt = Attempt::Suspended;
    }

    /// The server has accepted something, or the network is back: the next loss starts the backoff anew.
    pub fn forget_failures(&mut self) {
        self.backoff.reset();
    }
}
