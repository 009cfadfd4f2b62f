//! The access token, as those may use it that ask for something in the user's name.

use crate::core::time::Instant;

/// What may be done with the access token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// The token; `None` for the key's own role.
    pub value: Option<String>,
    /// Tells this value from those before and after it.
    pub version: u32,
    /// Whether it may be used: the application has answered for this connection, if it can be asked.
    pub is_ready: bool,
    /// From when on it seems over; what needs an authorization waits then for another.
    pub over: Option<Instant>,
}

impl Access {
    /// Whether what needs an authorization waits for another token.
    pub fn is_doubted(&self, now: Instant) -> bool {
        self.over.is_some_and(|over| over <= now)
    }
}

/// What another token changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it is the same.
    Nothing,
    /// The same user has a fresh token.
    Refreshed,
    /// It is another user's, or nobody's.
    User {
        /// Whether it was known before whose session this is.
        had_former: bool,
    },
}
