//! What goes into realtime.

use super::Command;
use crate::core::access::{Access, Change};
use crate::core::activity::{Activity, Loss};
use crate::core::error::Error;
use crate::core::http::HttpAnswer;
use crate::core::ids::{CallId, SocketId};
use crate::core::realtime::frame::Inbound;
use crate::core::realtime::routes::Slot;

/// What the router says of the traffic.
#[derive(Clone, Debug)]
pub enum Traffic<P> {
    /// A control frame has come.
    Frame {
        /// On which socket.
        socket: SocketId,
        /// The frame.
        frame: Inbound<P>,
    },
    /// Messages of a callback were dropped, because it did not keep up.
    Overflow {
        /// Whose.
        slot: Slot,
        /// How many since the last time.
        count: u32,
    },
}

/// What has happened.
#[derive(Clone, Debug)]
pub enum Input<P> {
    /// The application asks for something.
    Command(Command<P>),
    /// The router says something.
    Traffic(Traffic<P>),
    /// The answer to a broadcast by HTTP.
    HttpDone {
        /// Which call it settles.
        call: CallId,
        /// How it ended.
        answer: HttpAnswer<P>,
    },
    /// What the wall clock says, in milliseconds since 1970.
    WallClock(u64),
    /// A socket is open.
    SocketUp {
        /// Which.
        socket: SocketId,
    },
    /// The socket is in doubt: nothing new is begun on it.
    SocketSuspected,
    /// The application has been told that it is disconnected; the socket may still live.
    SocketDown,
    /// The socket lives after all.
    SocketResumed {
        /// Whether the application had been told that it is disconnected.
        was_down: bool,
    },
    /// The socket is gone, if there was one.
    SocketLost(Loss),
    /// An attempt to open a socket has failed.
    AttemptFailed {
        /// How.
        error: Error,
        /// Whether the socket that is down may still live.
        has_other: bool,
    },
    /// Whether sockets are opened has changed.
    Activity(Activity),
    /// A heartbeat is to be sent.
    SendHeartbeat,
    /// The access token has changed, or whether it may be used.
    Access(Access),
    /// The application has given or set a token.
    TokenGiven(Change),
    /// The application has not given a token, and is asked again.
    TokenNotGiven(Error),
    /// What waits for a token waits longer.
    TokenDelayed(Error),
    /// Time has passed.
    Wake,
}
