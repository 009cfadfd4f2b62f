//! What goes into connectivity.

use crate::core::connectivity::link::HeldUp;
use crate::core::ids::SocketId;
use crate::core::time::Instant;

/// What has happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// A socket is wanted.
    Want,
    /// None is wanted any more: an open one is closed after a while.
    Unwant,
    /// None is wanted any more: an open one is closed at once.
    Close {
        /// Why, for the application.
        reason: &'static str,
    },
    /// The open socket is of no use any more: another takes its place at once.
    Replace {
        /// Why, for the application.
        reason: &'static str,
    },
    /// The server limits connections.
    Limited,
    /// A socket is open.
    Opened {
        /// Which.
        socket: SocketId,
    },
    /// A socket has closed, or has failed to open.
    Closed {
        /// Which.
        socket: SocketId,
        /// The close code.
        code: u16,
    },
    /// Frames have come.
    Heard {
        /// On which socket.
        socket: SocketId,
        /// When the last of them came.
        at: Instant,
        /// How many.
        frames: u32,
    },
    /// The server has accepted something that was said on the open socket.
    Accepted,
    /// The last heartbeat has been answered.
    Answered,
    /// How long the server may yet be silent because of what was sent has changed.
    HeldUp(HeldUp),
    /// The probe of [`Output::Probe`](super::Output::Probe) is done.
    Probed {
        /// Whether anything answered, whatever it was.
        answered: bool,
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
    /// The browser says that there is a network again.
    Online,
    /// The browser says that there is none.
    Offline,
    /// The page has become visible.
    Visible,
    /// Nobody sees the page any more.
    Hidden,
    /// Time has passed.
    Wake,
}
