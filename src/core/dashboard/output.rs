//! What comes out.

use super::Notification;
use crate::core::ids::{CallId, SocketId};
use crate::core::log::LogEntry;
use crate::core::realtime::frame::Encoding;
use crate::core::realtime::routes::{Slot, TopicRoutes};
use crate::core::session::token::QuestionId;

/// Names a request over HTTP by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestId {
    /// Whether the project takes key and token. There is one at a time.
    Credentials,
    /// A broadcast, by the call that its answer settles.
    Broadcast(CallId),
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
    /// Find out whether anything answers at the project's address; answer with `Probed`.
    Probe {
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
    /// Nothing more goes to a callback: drop it.
    DropSlot {
        /// Whose.
        slot: Slot,
    },
    /// Ask the application for its access token; answer with `Token` or `TokenFailed`.
    AskToken {
        /// The question's name, for the answer.
        question: QuestionId,
    },
    /// Tell the application.
    Notify(Notification<P>),
    /// Write down what happens, where that is asked for.
    Log(LogEntry),
}
