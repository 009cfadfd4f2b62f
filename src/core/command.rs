//! What the application asks of the connection, whichever tab holds it.

use crate::core::ids::{CallId, Slot};

/// What the application asks for. `S` is a subscription's options.
#[derive(Clone, Debug, PartialEq)]
pub enum Command<S, P> {
    /// The application wants a subscription. The same id with the same options is a no-op, other options replace it.
    Subscribe {
        /// The call to settle, once it is live or has ended.
        call: CallId,
        /// The application's name for it.
        id: String,
        /// What it wants.
        subscription: S,
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
    /// The socket need not stay open without a subscription any more.
    Release,
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
}

/// A broadcast to be sent by HTTP.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpBroadcast<P> {
    /// The call to settle.
    pub call: CallId,
    /// The topic as the user names it.
    pub channel: String,
    /// The broadcast's name.
    pub event: String,
    /// Its content: an object, or bytes.
    pub payload: P,
    /// Whether it goes to the private channel of this name.
    pub private: bool,
}
