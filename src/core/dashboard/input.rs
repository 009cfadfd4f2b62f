//! What goes in.

use super::RequestId;
use crate::core::http::HttpAnswer;
use crate::core::ids::{CallId, SocketId};
use crate::core::realtime::frame::Inbound;
use crate::core::realtime::http_broadcast::HttpBroadcast;
use crate::core::realtime::routes::Slot;
use crate::core::realtime::subscriptions::Subscription;
use crate::core::session::token::{Claims, QuestionId};

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
    /// The application sets its access token by itself.
    SetToken {
        /// The token; `None` for the key's own role.
        value: Option<String>,
        /// What it says of itself.
        claims: Claims,
    },
    /// The access token that was asked for.
    Token {
        /// The question that this answers.
        question: QuestionId,
        /// The token; `None` for the key's own role.
        value: Option<String>,
        /// What it says of itself.
        claims: Claims,
    },
    /// The application could not give a token.
    TokenFailed {
        /// The question that this answers.
        question: QuestionId,
        /// Why, in the application's words.
        reason: String,
    },
    /// An answer of the server's has stated the time.
    Clock {
        /// Milliseconds that this machine's clock is ahead of it, negative if it is behind.
        ahead: i64,
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
    /// The probe of [`Output::Probe`](super::Output::Probe) is done.
    Probed {
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
    /// Nobody sees the page any more.
    Hidden,
    /// The time asked for by `next_timeout` has come.
    Wake,
}
