//! What comes out of realtime.

use crate::core::error::Error;
use crate::core::ids::{CallId, SocketId};
use crate::core::log::LogEntry;
use crate::core::realtime::frame::Encoding;
use crate::core::realtime::presence::PresenceEvent;
use crate::core::realtime::routes::{Slot, TopicRoutes};
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

/// What is to be done, in this order, and what others may want to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Output<P> {
    /// Send a frame as JSON text.
    Send {
        /// On which socket.
        socket: SocketId,
        /// The frame.
        frame: P,
    },
    /// Send a broadcast as a binary frame: the header with the payload behind it.
    SendBroadcast {
        /// On which socket.
        socket: SocketId,
        /// The frame's beginning, from [`BroadcastPush::header`](crate::core::realtime::frame::BroadcastPush::header).
        header: Vec<u8>,
        /// What the header is sent with: bytes, or a value to be written as JSON.
        payload: P,
        /// Which of the two.
        encoding: Encoding,
    },
    /// Send a broadcast by HTTP; answer with [`Input::HttpDone`](super::Input::HttpDone).
    HttpBroadcast {
        /// The call that the answer settles.
        call: CallId,
        /// Where to, below the project's URL.
        path: String,
        /// What to post, bytes or JSON.
        body: P,
        /// The access token; `None` for the key's own role.
        token: Option<String>,
    },
    /// Replace a topic's routes.
    Route {
        /// The topic on the wire.
        topic: String,
        /// Where its frames go.
        routes: TopicRoutes,
    },
    /// Drop a topic's routes.
    Unroute {
        /// The topic on the wire.
        topic: String,
    },
    /// Nothing more goes to a callback: drop it.
    DropSlot {
        /// Whose.
        slot: Slot,
    },
    /// A socket is wanted.
    WantSocket,
    /// None is wanted any more.
    UnwantSocket,
    /// The application has ended everything: the socket is to be closed at once.
    CloseSocket {
        /// Why, for the application.
        reason: &'static str,
    },
    /// The socket is of no use any more: another is wanted at once.
    ReplaceSocket {
        /// Why, for the application.
        reason: &'static str,
    },
    /// The server has accepted something.
    Accepted,
    /// The last heartbeat has been answered.
    HeartbeatAnswered,
    /// How long the server may yet be silent because of joins that it may refuse, in milliseconds.
    HeldUp {
        /// Because of all of them.
        by_all: u64,
        /// Because of those that went out after the last heartbeat.
        by_later: u64,
    },
    /// Joins wait for a token.
    WantToken,
    /// A broadcast by HTTP waits for a token.
    AwaitToken,
    /// None waits for one any more.
    UnawaitToken,
    /// The server has refused the token.
    TokenRefused {
        /// Which, by its version.
        version: u32,
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
    /// Write this down.
    Log(LogEntry),
}
