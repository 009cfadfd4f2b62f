//! What comes out of connectivity.

use crate::core::activity::{Activity, Loss};
use crate::core::error::Error;
use crate::core::ids::SocketId;
use crate::core::log::LogEntry;

/// What becomes of a heartbeat.
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

/// What is to be done, in this order, and what others may want to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
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
    /// Find out whether anything answers at the server's address; answer with [`Input::Probed`](super::Input::Probed).
    Probe {
        /// Not later than after so many milliseconds.
        within: u64,
    },
    /// Send a heartbeat on the open socket; answer with [`Input::Answered`](super::Input::Answered).
    SendHeartbeat,
    /// A socket is open and is the one to use.
    Up {
        /// Which.
        socket: SocketId,
    },
    /// The open socket is in doubt, and the application is not told yet: nothing new is begun on it.
    Suspected,
    /// The application has been told that it is disconnected; the open socket may still live.
    Down,
    /// The open socket lives after all.
    Resumed {
        /// Whether the application had been told that it is disconnected.
        was_down: bool,
    },
    /// The open socket is gone, if there was one.
    Lost(Loss),
    /// An attempt has failed.
    AttemptFailed {
        /// How, for the application.
        error: Error,
        /// Whether the socket that is down may still live.
        has_other: bool,
    },
    /// The server answers, and still no socket opens.
    HandshakeRefused,
    /// Whether sockets are opened has changed.
    Activity(Activity),
    /// The machine or the page has slept, or the network was away: what was agreed before may be over.
    Returned,
    /// Somebody looks at the page.
    Seen,
    /// The state of the connection, for the application.
    Connection(Connection),
    /// The socket is open, for the application.
    Connected,
    /// The open socket is gone, for the application.
    Disconnected {
        /// The close code; 0 if it was found dead.
        code: u16,
        /// What happened.
        reason: &'static str,
    },
    /// What becomes of a heartbeat, for the application.
    Heartbeat(Heartbeat),
    /// Something failed and is being retried, for the application.
    Error(Error),
    /// Write this down.
    Log(LogEntry),
}
