//! What the application is told of its subscriptions and calls.

use crate::core::error::Error;
use crate::core::ids::CallId;

/// The state of one subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Wanted, not yet live.
    Joining,
    /// Live.
    Live,
    /// Was refused or lost, and is tried again.
    Reconnecting,
    /// Given up.
    Failed,
    /// Ended by the application.
    Closed,
}

impl Status {
    /// Its name for users.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Joining => "joining",
            Self::Live => "live",
            Self::Reconnecting => "reconnecting",
            Self::Failed => "failed",
            Self::Closed => "closed",
        }
    }
}

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

/// What a message of the server's changed.
#[derive(Clone, Debug, PartialEq)]
pub enum PresenceEvent<P> {
    /// All of this message is taken in: the state is whole.
    Sync,
    /// Somebody has come, or has come on another connection, if nobody has left; has gone, or has gone on one of several
    /// connections, if nobody has joined; otherwise tracks something else now, which the server says as a leave and a join.
    Change {
        /// The presence key.
        key: String,
        /// What is there under the key now; where somebody has come, what was there before.
        current: Vec<P>,
        /// What has come.
        joined: Vec<P>,
        /// What has gone.
        left: Vec<P>,
    },
}

impl<P> PresenceEvent<P> {
    /// Its name for users.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Change { left, .. } if left.is_empty() => "join",
            Self::Change { joined, .. } if joined.is_empty() => "leave",
            Self::Change { .. } => "update",
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

impl<P> News<P> {
    /// The subscription it is about; `None` if it is about a call.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Status { id, .. }
            | Self::Continuity { id, .. }
            | Self::Error { id, .. }
            | Self::Failed { id, .. }
            | Self::Presence { id, .. }
            | Self::System { id, .. } => Some(id),
            Self::Settled { .. } => None,
        }
    }

    /// The subscription it is about, to call it by another name.
    pub const fn id_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Status { id, .. }
            | Self::Continuity { id, .. }
            | Self::Error { id, .. }
            | Self::Failed { id, .. }
            | Self::Presence { id, .. }
            | Self::System { id, .. } => Some(id),
            Self::Settled { .. } => None,
        }
    }
}
