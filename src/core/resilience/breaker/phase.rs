//! A state, with what must be known while it lasts.

use super::state::State;
use crate::core::time::Instant;

/// The probes of a half-open breaker.
#[derive(Debug, Default)]
pub struct Probing {
    /// How many are under way.
    pub out: u32,
    /// How many have succeeded.
    pub successes: u32,
    /// When one of those under way must have succeeded. While none is, nothing is waited for: a half-open breaker whose
    /// probes were all given back stays ready for the next.
    pub deadline: Option<Instant>,
}

impl Probing {
    /// One goes out, and must have succeeded by then; whether it is the only one.
    pub fn go_out(&mut self, deadline: Instant) -> bool {
        self.out = self.out.saturating_add(1);
        self.deadline.get_or_insert(deadline);
        self.out == 1
    }

    /// One is back, and if the service is alive, those that are still out have until then; whether one had gone out, for
    /// else it was told of twice.
    pub fn come_back(&mut self, is_alive: bool, deadline: Instant) -> bool {
        let Some(out) = self.out.checked_sub(1) else { return false };
        self.out = out;
        if is_alive {
            self.successes = self.successes.saturating_add(1);
            self.deadline = Some(deadline);
        }
        if out == 0 {
            self.deadline = None;
        }
        true
    }
}

/// A state, with what must be known while it lasts.
#[derive(Debug)]
pub enum Phase {
    /// Calls pass.
    Closed,
    /// They are refused.
    Open {
        /// Until then.
        until: Instant,
        /// Another tab probes, and its probes must be back by then.
        probed: Option<Instant>,
    },
    /// A few pass.
    HalfOpen(Probing),
    /// They are refused until the application says otherwise.
    Isolated,
}

impl Phase {
    /// Open until then, and nobody probes.
    pub const fn open(until: Instant) -> Self {
        Self::Open { until, probed: None }
    }

    /// The state without the rest.
    pub const fn state(&self) -> State {
        match self {
            Self::Closed => State::Closed,
            Self::Open { .. } => State::Open,
            Self::HalfOpen(_) => State::HalfOpen,
            Self::Isolated => State::Isolated,
        }
    }

    /// When it ends by itself, if it does.
    pub fn ends(&self) -> Option<Instant> {
        match self {
            Self::Open { until, probed } => (*probed).max(Some(*until)),
            Self::HalfOpen(probing) => probing.deadline,
            _ => None,
        }
    }

    /// Whether another tab's being so changes nothing here: the application's word stands until it takes it back, and
    /// only to a closed breaker it is news that there is something to find out.
    pub fn yields_to(&self, ours: State) -> bool {
        match self {
            Self::Open { .. } => ours == State::Isolated,
            Self::HalfOpen(_) => ours != State::Closed,
            _ => false,
        }
    }

    /// How long it will yet be open, in milliseconds, if it is.
    pub fn open_for(&self, now: Instant) -> Option<u64> {
        self.ends().filter(|_| self.state() == State::Open).map(|ends| ends.since(now))
    }

    /// How many probes are under way.
    pub const fn probes(&self) -> u32 {
        match self {
            Self::HalfOpen(probing) => probing.out,
            _ => 0,
        }
    }
}
