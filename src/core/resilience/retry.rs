//! Whether and when a call that has failed is made again.

use crate::core::resilience::backoff::Backoff;
use crate::core::resilience::budget::Budget;
use crate::core::resilience::steady::Steady;
use crate::core::rng::Rng;
use crate::core::time::Instant;

/// How often and how long a call is tried. Times in milliseconds.
#[derive(Clone, Debug)]
pub struct Config {
    /// So many times after the first.
    pub max_retries: u32,
    /// The delays in between, at their first step.
    pub backoff: Backoff,
    /// How long all attempts and the delays between them may take together.
    pub deadline: Option<u64>,
    /// The longest that a server may ask for by `Retry-After`.
    pub most_retry_after: u64,
}

/// A call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whether the same call may succeed later, and may be made twice.
    pub is_retryable: bool,
    /// What the server asks for by `Retry-After`, in milliseconds.
    pub retry_after: Option<u64>,
}

/// Why a call is not made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was tried often enough.
    Exhausted,
    /// The wait would leave no time.
    Deadline,
    /// Too many calls of the service fail.
    Budget,
    /// It would not succeed, or must not be made twice.
    NotRetryable,
}

impl Reason {
    /// The name that users compare with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exhausted => "exhausted",
            Self::Deadline => "deadline",
            Self::Budget => "budget",
            Self::NotRetryable => "not-retryable",
        }
    }
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Wait, and make the call again.
    Wait {
        /// So long, in milliseconds.
        millis: u64,
        /// Whether the server has asked for more than the longest wait that is kept.
        capped: bool,
    },
    /// Give up, with the failure.
    GiveUp(Reason),
}

/// The attempts of one call.
#[derive(Debug)]
pub struct Retry {
    left: u32,
    backoff: Backoff,
    ends: Option<Instant>,
    most_retry_after: u64,
    clock: Steady,
}

impl Retry {
    /// At the first attempt.
    pub fn begin(config: &Config, now: Instant) -> Self {
        let mut clock = Steady::default();
        let now = clock.read(now);
        Self {
            left: config.max_retries,
            backoff: config.backoff.clone(),
            ends: config.deadline.map(|millis| now.after(millis)),
            most_retry_after: config.most_retry_after,
            clock,
        }
    }

    /// An attempt has failed. The wait is what jitter draws, or what the server asks for if that is longer; each failure
    /// that might be tried again takes from the service's budget, if it has one.
    pub fn failed(
        &mut self,
        now: Instant,
        failure: Failure,
        budget: Option<&mut Budget>,
        rng: &mut Rng,
    ) -> Next {
        let now = self.clock.read(now);
        if !failure.is_retryable {
            return Next::GiveUp(Reason::NotRetryable);
        }
        let is_affordable = budget.is_none_or(Budget::fail);
        let Some(left) = self.left.checked_sub(1) else { return Next::GiveUp(Reason::Exhausted) };
        if !is_affordable {
            return Next::GiveUp(Reason::Budget);
        }
        let asked = failure.retry_after.unwrap_or(0);
        let millis = self.backoff.next_delay(rng).max(asked.min(self.most_retry_after));
        if self.ends.is_some_and(|ends| now.after(millis) >= ends) {
            return Next::GiveUp(Reason::Deadline);
        }
        self.left = left;
        Next::Wait { millis, capped: asked > self.most_retry_after }
    }
}
