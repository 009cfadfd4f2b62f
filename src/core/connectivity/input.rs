//! What goes into connectivity.

use crate::core::connectivity::link::HeldUp;
use crate::core::ids::SocketId;
use crate::core::page::PageEvent;
use crate::core::time::Instant;

/// What has happened to a socket or a probe.
#[derive(Clone, Debug)]
pub enum Event {
    /// A socket has closed, or has failed to open.
    Closed {
        /// Which.
        socket: SocketId,
        /// The close code.
        code: u16,
    },
    /// The probe of [`Action::Probe`](super::Action::Probe) is done.
    Probed {
        /// Whether anything answered, whatever it was.
        answered: bool,
    },
}

/// What has happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// Outside.
    Event(Event),
    /// To the page or the network.
    Page(PageEvent),
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
    /// Time has passed.
    Wake,
}
