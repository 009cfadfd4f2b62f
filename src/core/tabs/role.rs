//! Who serves a tab.

use crate::core::ids::TabId;
use crate::core::tabs::message::Epoch;

/// Who serves a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It serves itself, and no other.
    Alone(Reason),
    /// Nobody yet, or nobody any more.
    Waiting,
    /// Another tab.
    Following {
        /// Which.
        leader: TabId,
        /// Since when that one leads.
        epoch: Epoch,
    },
    /// It serves itself and the others.
    Leading {
        /// Since when; `None` until that is drawn. Nothing is said to the others before.
        epoch: Option<Epoch>,
    },
}

impl Role {
    /// Its name for users.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alone(_) => "alone",
            Self::Waiting => "waiting",
            Self::Following { .. } => "following",
            Self::Leading { .. } => "leading",
        }
    }
}

/// Why a tab serves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The application wants it, or the browser has no locks or no channels.
    Wanted,
    /// The browser refuses or withholds its locks.
    NoLock,
    /// It is not known whose tab it is.
    Unknown,
    /// The leader speaks another protocol.
    Protocol,
}

/// What is shown of the tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Who serves this tab.
    pub role: Role,
    /// How many tabs share the connection.
    pub tabs: u32,
    /// Where this tab depends on another one, whether it has given that one up: nothing was heard of it for long, and this
    /// tab is about to take its place.
    pub is_silent: bool,
}
