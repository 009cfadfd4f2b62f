//! What comes out of connectivity.

use super::News;
use crate::core::activity::{Activity, Loss};
use crate::core::error::Error;
use crate::core::ids::SocketId;
use crate::core::log::LogEntry;

/// What the driver is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
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
    /// Find out whether anything answers at the server's address; answer with [`Event::Probed`](super::Event::Probed).
    Probe {
        /// Not later than after so many milliseconds.
        within: u64,
    },
}

/// What is to be done, in this order, and what others may want to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// By the driver.
    Action(Action),
    /// Tell the application.
    News(News),
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
    /// Something failed and is being retried, for the application.
    Error(Error),
    /// Write this down.
    Log(LogEntry),
}
