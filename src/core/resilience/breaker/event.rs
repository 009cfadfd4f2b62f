//! What a breaker tells of.

use super::state::State;

/// Why a breaker changed its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Too many calls failed.
    Failures,
    /// Too many calls were slow, or a probe was.
    Slow,
    /// The open time is over.
    Elapsed,
    /// A probe failed.
    ProbeFailed,
    /// Probes did not come back.
    ProbeTimeout,
    /// Enough probes succeeded.
    Recovered,
    /// The application has isolated it.
    Isolated,
    /// The application has reset it.
    Reset,
    /// Another tab, or the page before this one, has told of it.
    Shared,
}

impl Reason {
    /// The name that users compare with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failures => "failures",
            Self::Slow => "slow",
            Self::Elapsed => "elapsed",
            Self::ProbeFailed => "probe-failed",
            Self::ProbeTimeout => "probe-timeout",
            Self::Recovered => "recovered",
            Self::Isolated => "isolated",
            Self::Reset => "reset",
            Self::Shared => "shared",
        }
    }
}

/// What a breaker tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It is in another state.
    Changed {
        /// The state before.
        from: State,
        /// The state now.
        to: State,
        /// The generation of the state now.
        generation: u32,
        /// Why.
        reason: Reason,
        /// How long it will be open, in milliseconds, if it is.
        retry_after: Option<u64>,
    },
    /// It has refused calls.
    Rejected {
        /// So many one after another.
        count: u32,
    },
    /// It has let a call pass while half-open.
    Probe {
        /// The generation of the state.
        generation: u32,
        /// How many are under way now.
        out: u32,
    },
}

/// So many events wait to be taken; of more the oldest go.
const MOST_EVENTS: usize = 32;

/// Events that wait to be taken: where nobody takes them, they take no memory.
#[derive(Debug, Default)]
pub(super) struct Events(Vec<Event>);

impl Events {
    /// Puts one at the end.
    pub fn push(&mut self, event: Event) {
        if let Event::Rejected { count: more } = event
            && let Some(Event::Rejected { count }) = self.0.last_mut()
        {
            *count = count.saturating_add(more);
            return;
        }
        if self.0.len() >= MOST_EVENTS {
            self.0.remove(0);
        }
        self.0.push(event);
    }

    /// Takes the first.
    pub fn pop(&mut self) -> Option<Event> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_in_a_row_are_one_and_what_nobody_takes_is_bounded() {
        let mut events = Events::default();
        for generation in 0..1_000 {
            events.push(Event::Probe { generation, out: 1 });
            for _ in 0..50 {
                events.push(Event::Rejected { count: 1 });
            }
        }
        assert_eq!(events.pop(), Some(Event::Probe { generation: 984, out: 1 }));
        assert_eq!(events.pop(), Some(Event::Rejected { count: 50 }));
        assert_eq!(std::iter::from_fn(|| events.pop()).count(), 30);
    }
}
