//! One call, as far as a breaker is concerned.

/// How a call has ended, as far as a breaker is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Success,
    /// The service did not do its work.
    Failure,
    /// In a way that says nothing of the service, an abort of the caller's for one: the permit is given back.
    Neutral,
    /// The service has answered, though not with what was asked for: counts as a success while half-open, because the
    /// service lives, and as nothing while closed.
    Answered,
}

impl Outcome {
    /// Whether the service is known to live.
    pub const fn is_alive(self) -> bool {
        matches!(self, Self::Success | Self::Answered)
    }
}

/// The right to make one call: the generation of the state that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit(pub u32);

/// No right to make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The least time until one may be permitted, in milliseconds; `None` while isolated.
    pub retry_after: Option<u64>,
}
