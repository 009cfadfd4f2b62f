//! What goes into the client and what comes out of it.

use crate::core::error::Error;
use crate::core::realtime::frame::{Encoding, Inbound};
use crate::core::realtime::http_send::{HttpAnswer, HttpBroadcast};
pub use crate::core::realtime::link::SocketId;
pub use crate::core::realtime::presence::PresenceEvent;
use crate::core::realtime::routes::{Slot, TopicRoutes};
pub use crate::core::realtime::subscriptions::Status;
use crate::core::realtime::subscriptions::Subscription;

/// Names one call of the application's, so that its promise can be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallId(pub u32);

/// Names one request over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(pub u32);

/// What has happened.
#[derive(Clone, Debug)]
pub enum Input<P> {
    /// The application wants a subscription. The same id with the same options is a no-op, other options replace it.
    Subscribe {
        /// The application's name for it.
        id: String,
        /// What it wants.
        subscription: Subscription,
        /// Its callback.
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
    /// The application sets its access token by itself.
    SetToken {
        /// The token; `None` for the key's own role.
        value: Option<String>,
        /// Milliseconds until it expires, negative if it has; `None` if it does not say.
        lifetime: Option<i64>,
    },
    /// The access token that was asked for.
    Token {
        /// The token; `None` for the key's own role.
        value: Option<String>,
        /// Milliseconds until it expires, negative if it has; `None` if it does not say.
        lifetime: Option<i64>,
    },
    /// The application could not give a token.
    TokenFailed {
        /// Why, in the application's words.
        reason: String,
    },
    /// A socket is open.
    SocketOpened {
        /// Which.
        socket: SocketId,
        /// The wall clock, in milliseconds since 1970.
        epoch: u64,
    },
    /// A socket has closed, or has failed to open.
    SocketClosed {
        /// Which.
        socket: SocketId,
        /// The close code.
        code: u16,
    },
    /// A control frame has come.
    Frame {
        /// On which socket.
        socket: SocketId,
        /// The frame.
        frame: Inbound<P>,
    },
    /// Data frames have come since the last input; the router has dealt with them.
    Heard {
        /// On which socket.
        socket: SocketId,
    },
    /// Whether anything answered the question of [`Output::AskReach`].
    Reached {
        /// Whether anything did, whatever it was.
        answered: bool,
    },
    /// The answer to a request.
    HttpDone {
        /// Which.
        request: RequestId,
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
    /// The page is put away or frozen: whatever is open closes.
    Suspend,
    /// The page is back.
    Resume,
    /// What the browser says of the connection.
    Network {
        /// The user asks for less traffic (`Save-Data`).
        saves_data: bool,
        /// `slow-2g`, `2g`, `3g` or `4g`, where the browser knows.
        effective_type: Option<String>,
    },
    /// The system says that there is a network again.
    Online,
    /// The system says that there is none.
    Offline,
    /// The page has become visible.
    Visible,
    /// The time asked for by `next_timeout` has come.
    Wake,
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output<P> {
    /// Open a socket.
    Open {
        /// Its name from now on.
        socket: SocketId,
    },
    /// Close a socket, with code 1000. Its events are of no interest any more.
    Close {
        /// Which.
        socket: SocketId,
    },
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
    /// Find out whether anything answers at the project's address; answer with `Reached`.
    AskReach {
        /// Not later than after so many milliseconds.
        within: u64,
    },
    /// Send a request to the project; answer with `HttpDone`.
    Http {
        /// Its name.
        request: RequestId,
        /// Where to, below the project's URL.
        path: String,
        /// What to post, bytes or JSON; `None` to get.
        body: Option<P>,
        /// The access token; `None` for the key's own role.
        token: Option<String>,
        /// Give up after so many milliseconds.
        within: u64,
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
    /// Ask the application for its access token; answer with `Token` or `TokenFailed`.
    AskToken,
    /// Tell the application.
    Notify(Notification<P>),
    /// Write down what happens, where that is asked for.
    Log(LogEntry),
}

/// How much an entry of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The ordinary course of things.
    Debug,
    /// A change of state.
    Info,
    /// Something went wrong and is being dealt with.
    Warn,
}

impl Level {
    /// Its name for users.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
        }
    }
}

/// One thing that happened. Never holds a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// How much it matters.
    pub level: Level,
    /// What happened, as a stable word.
    pub event: &'static str,
    /// The topic on the wire, if one is meant.
    pub topic: Option<String>,
    /// A number that goes with it: a close code, milliseconds.
    pub number: Option<u64>,
    /// The server's words, if it gave any.
    pub detail: Option<String>,
}

/// What became of a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heartbeat {
    /// It went out.
    Sent,
    /// It was answered after so many milliseconds.
    Answered(u64),
    /// It was not answered in time.
    TimedOut,
}

/// The state of the one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Not wanted.
    Idle,
    /// An attempt is under way.
    Connecting,
    /// The socket is open.
    Connected,
    /// The socket is lost or could not be opened, and the next attempt waits.
    Disconnected,
}

impl Connection {
    /// Its name for users.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
        }
    }
}

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
    /// A subscription that had been live is live again: something may have been missed.
    Continuity {
        /// Which.
        id: String,
    },
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
