//! Whether there is a connection to be had, and why one is gone.

/// Whether sockets are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// None is wanted.
    Idle,
    /// The page is put away.
    PutAway,
    /// One is open, opening, or waited for.
    Active,
}

/// Why the open socket is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It closed, or answers nothing any more.
    Failure,
    /// Another takes its place because somebody asked for that.
    Replaced,
    /// The page is put away.
    PutAway,
}
