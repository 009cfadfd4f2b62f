//! What a breaker does with calls.

/// What a breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// They pass.
    Closed,
    /// They are refused for a time.
    Open,
    /// A few pass, to find out whether the service answers again.
    HalfOpen,
    /// They are refused until the application resets the breaker.
    Isolated,
}

impl State {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Closed, Self::Open, Self::HalfOpen, Self::Isolated];

    /// The name that users compare with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
            Self::Isolated => "isolated",
        }
    }
}
