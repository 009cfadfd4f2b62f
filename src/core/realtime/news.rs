//! What the application is told of its subscriptions and calls.

use crate::core::error::Error;
use crate::core::ids::CallId;
use crate::core::realtime::presence::PresenceEvent;
use crate::core::realtime::subscriptions::Status;

/// What a subscription may have missed while it was not live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuity {
    /// Nothing: the socket outlived the outage, and everything that was sent meanwhile has come on it or is about to.
    Resumed,
    /// Whatever was sent meanwhile.
    Lost,
}

impl Continuity {
    /// Its name for users.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resumed => "resumed",
            Self::Lost => "lost",
        }
    }
}

/// What the application is told.
#[derive(Clone, Debug, PartialEq)]
pub enum News<P> {
    /// A subscription's state has changed.
    Status {
        /// Which.
        id: String,
        /// To what.
        status: Status,
    },
    /// A subscription that had been live is live again.
    Continuity {
        /// Which.
        id: String,
        /// What it may have missed.
        continuity: Continuity,
    },
    /// Something failed and is being retried.
    Error {
        /// Of which subscription.
        id: String,
        /// What failed.
        error: Error,
    },
    /// A subscription is given up.
    Failed {
        /// Which.
        id: String,
        /// Why.
        error: Error,
    },
    /// Who is on a channel has changed.
    Presence {
        /// The subscription.
        id: String,
        /// How.
        event: PresenceEvent<P>,
    },
    /// The server says something about a channel.
    System {
        /// A subscription of the channel.
        id: String,
        /// `{ extension, status, message, channel }`, as the server sends it.
        payload: P,
    },
    /// A call is done.
    Settled {
        /// Which.
        call: CallId,
        /// How it ended.
        result: Result<(), Error>,
    },
}
