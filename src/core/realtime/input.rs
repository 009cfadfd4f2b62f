//! What goes into realtime.

use crate::core::access::{Access, Change};
use crate::core::activity::{Activity, Loss};
use crate::core::error::Error;
use crate::core::http::HttpAnswer;
use crate::core::ids::{CallId, SocketId};
use crate::core::realtime::frame::Inbound;
use crate::core::realtime::http_broadcast::HttpBroadcast;
use crate::core::realtime::routes::Slot;
use crate::core::realtime::subscriptions::Subscription;

/// What has happened.
#[derive(Clone, Debug)]
pub enum Input<P> {
    /// The application wants a subscription. The same id with the same options is a no-op, other options replace it.
    Subscribe {
        /// The call to settle, once it is live or has ended.
        call: CallId,
        /// The application's name for it.
        id: String,
        /// What it wants.
        subscription: Subscription,
        /// Its callback: that of the subscription that is there if it is the very same, otherwise one of its own.
        slot: Slot,
    },
    /// The application no longer wants a subscription.
    Unsubscribe {
        /// Its name.
        id: String,
    },
    /// The application wants the socket open before it subscribes, and to stay open.
    Connect,
    /// The application wants nothing any more: every subscription ends and the socket closes.
    Disconnect,
    /// The application sends a broadcast on the channel of a subscription.
    Broadcast {
        /// The call to settle.
        call: CallId,
        /// The subscription's name.
        id: String,
        /// The broadcast's name.
        event: String,
        /// Its content.
        payload: P,
        /// Whether the content is bytes.
        is_bytes: bool,
    },
    /// The application sends a broadcast by HTTP.
    HttpBroadcast(HttpBroadcast<P>),
    /// The application tracks something on the channel of a subscription to presence, or nothing more.
    Track {
        /// The call to settle.
        call: CallId,
        /// The subscription's name.
        id: String,
        /// What is tracked from now on.
        state: Option<P>,
    },
    /// The answer to a broadcast by HTTP.
    HttpDone {
        /// Which call it settles.
        call: CallId,
        /// How it ended.
        answer: HttpAnswer<P>,
    },
    /// Messages of a callback were dropped, because it did not keep up.
    Overflow {
        /// Whose.
        slot: Slot,
        /// How many since the last time.
        count: u32,
    },
    /// What the wall clock says, in milliseconds since 1970.
    WallClock(u64),
    /// A control frame has come.
    Frame {
        /// On which socket.
        socket: SocketId,
        /// The frame.
        frame: Inbound<P>,
    },
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
