//! What the application is told of the connection.

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

/// What the application is told.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The connection's state has changed.
    Connection(Connection),
    /// The socket is open.
    Connected,
    /// The open socket is gone.
    Disconnected {
        /// The close code; 0 if it was the client that found it dead.
        code: u16,
        /// What happened.
        reason: &'static str,
    },
    /// A heartbeat went out, was answered, or was not.
    Heartbeat(Heartbeat),
}
