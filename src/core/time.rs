//! Time as an argument: instants on the driver's monotonic clock, and the one table of timers.

use litemap::LiteMap;

use crate::core::realtime::frame::Reference;

/// A moment on the driver's monotonic clock, in milliseconds since an origin of the driver's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(u64);

impl Instant {
    /// The moment `millis` after the origin.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the origin.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The moment `millis` later.
    pub const fn after(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds since `earlier`; 0 if that lies ahead.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Why the client wants to be woken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The socket has taken too long to open.
    Connect,
    /// The backoff before the next connection attempt is over.
    Reconnect,
    /// A heartbeat is due.
    Heartbeat,
    /// The heartbeat's reply is overdue.
    HeartbeatTimeout,
    /// The access token runs out soon.
    TokenRenewal,
    /// The application has taken too long to give a token.
    TokenAnswer,
    /// The backoff after a failed attempt to get a token is over.
    TokenRetry,
    /// The server has not answered the topic's join, or not said that its subscription is live.
    Join(String),
    /// The backoff before the topic's next join is over.
    Rejoin(String),
    /// The pace allows the next join.
    Pace,
    /// Nobody has been subscribed for a while.
    Idle,
    /// It is time to ask whether the way to the server is back.
    Reach,
    /// The server has not answered a message.
    Push(Reference),
    /// The server's limit allows the topic's next presence call.
    Tracking(String),
}

/// The deadlines of all timers, at most one each.
///
/// A linear scan finds the next one: there are seldom more than a few dozen, and it is asked once a pump.
#[derive(Debug, Default)]
pub struct Timers {
    deadlines: LiteMap<Timer, Instant>,
}

impl Timers {
    /// Sets `timer`, replacing its former deadline.
    pub fn set(&mut self, timer: Timer, deadline: Instant) {
        self.deadlines.insert(timer, deadline);
    }

    /// Stops `timer`.
    pub fn clear(&mut self, timer: &Timer) {
        self.deadlines.remove(timer);
    }

    /// Stops all.
    pub fn clear_all(&mut self) {
        self.deadlines.clear();
    }

    /// When `timer` is due, if it runs.
    pub fn deadline(&self, timer: &Timer) -> Option<Instant> {
        self.deadlines.get(timer).copied()
    }

    /// Whether `timer` runs.
    pub fn is_set(&self, timer: &Timer) -> bool {
        self.deadlines.contains_key(timer)
    }

    /// The earliest deadline and its reason.
    pub fn next(&self) -> Option<(Instant, &Timer)> {
        self.deadlines
            .iter()
            .map(|(timer, deadline)| (*deadline, timer))
            .min_by_key(|(deadline, _)| *deadline)
    }

    /// Takes the earliest timer that is due at `now`, with its deadline.
    pub fn take_due(&mut self, now: Instant) -> Option<(Timer, Instant)> {
        let (deadline, timer) = self.next()?;
        if deadline > now {
            return None;
        }
        let timer = timer.clone();
        self.deadlines.remove(&timer);
        Some((timer, deadline))
    }

    /// How many timers run.
    pub fn len(&self) -> usize {
        self.deadlines.len()
    }

    /// Whether none runs.
    pub fn is_empty(&self) -> bool {
        self.deadlines.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_timers_come_in_the_order_of_their_deadlines() {
        let mut timers = Timers::default();
        timers.set(Timer::Heartbeat, Instant::from_millis(30));
        timers.set(Timer::Reconnect, Instant::from_millis(10));
        timers.set(Timer::Connect, Instant::from_millis(99));
        timers.set(Timer::Connect, Instant::from_millis(20));
        let now = Instant::from_millis(25);
        assert_eq!(timers.take_due(now).map(|due| due.0), Some(Timer::Reconnect));
        assert_eq!(timers.take_due(now).map(|due| due.0), Some(Timer::Connect));
        assert_eq!(timers.take_due(now), None);
        assert_eq!(timers.next(), Some((Instant::from_millis(30), &Timer::Heartbeat)));
    }

    #[test]
    fn the_clock_saturates_instead_of_wrapping() {
        let end = Instant::from_millis(u64::MAX);
        assert_eq!(end.after(1), end);
        assert_eq!(Instant::from_millis(3).since(end), 0);
    }
}
