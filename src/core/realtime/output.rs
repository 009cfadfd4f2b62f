//! What comes out of realtime.

use super::News;
use crate::core::ids::{CallId, SocketId};
use crate::core::log::LogEntry;
use crate::core::realtime::frame::Encoding;
use crate::core::realtime::routes::Edit;

/// What the driver is to send.
#[derive(Clone, Debug, PartialEq)]
pub enum Action<P> {
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
}

/// What is to be done, in this order, and what others may want to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Output<P> {
    /// Send something.
    Action(Action<P>),
    /// Write to the routing table.
    Routes(Edit),
    /// Tell the application.
    News(News<P>),
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
    /// Write this down.
    Log(LogEntry),
}
