//! News for the application.

use crate::core::connectivity::{Connection, Heartbeat};
use crate::core::error::Error;
use crate::core::ids::CallId;
use crate::core::realtime::Continuity;
use crate::core::realtime::presence::PresenceEvent;
use crate::core::realtime::subscriptions::Status;

/// News for the application.
#[derive(Clone, Debug, PartialEq)]
pub enum Notification<P> {
    /// The connection's state has changed.
    Connection {
        /// To what.
        state: Connection,
    },
    /// The socket is open.
    Connected,
    /// The open socket is gone.
    Disconnected {
        /// The close code; 0 if it was the client that found it dead.
        code: u16,
        /// What happened.
        reason: &'static str,
    },
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
    /// Another user's token is set, the first one's, or none any more: what the server refused may be asked for again.
    UserChanged,
    /// Something failed and is being retried.
    Error {
        /// The subscription, if one is meant.
        id: Option<String>,
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
    /// A heartbeat went out, was answered, or was not.
    Heartbeat(Heartbeat),
    /// A call is done.
    Settled {
        /// Which.
        call: CallId,
        /// How it ended.
        result: Result<(), Error>,
    },
}
