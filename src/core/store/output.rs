//! What the store tells.

use std::rc::Rc;

use super::names::Kind;
use super::operation::{Operation, OperationId};
use super::segment::{Encoded, EntryId};
use crate::core::error::{Code, Error};
use crate::core::ids::CallId;

/// What is to be done, in this order, and what others may want to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Output<P> {
    /// Do this, and answer with [`Event::Done`](super::event::Event::Done).
    Operation {
        /// Its name.
        id: OperationId,
        /// What.
        operation: Operation<P>,
    },
    /// News for the application.
    News(News<P>),
    /// What is known of these keys has changed; if none is named, anything may have. For what is built
    /// on the store.
    Changed {
        /// Where.
        database: Kind,
        /// The keys.
        keys: Vec<Rc<str>>,
        /// Whether what counts of all of them now is this tab's own.
        is_own: bool,
    },
    /// Tell the other tabs: [`Input::Announced`](super::input::Input::Announced).
    Announce {
        /// The database.
        database: Kind,
        /// The highest key of its log.
        through: u64,
        /// Its generation.
        generation: u64,
    },
    /// The epoch that was drawn; `None` if there is no place to keep it.
    Epoch(Option<u64>),
    /// There is a leader of this higher epoch: this tab leads no longer.
    Fenced {
        /// Its epoch.
        epoch: u64,
    },
    /// What was stored has been wiped, by this tab or another one: nothing that is in memory counts any more. Tell the
    /// other tabs: [`Input::Wiped`](super::input::Input::Wiped).
    Wiped {
        /// The incarnation that counts from now on.
        incarnation: u64,
    },
}

/// News for the application.
#[derive(Clone, Debug, PartialEq)]
pub enum News<P> {
    /// A call has come to its end.
    Settled {
        /// Which.
        call: CallId,
        /// How.
        outcome: Outcome<P>,
    },
    /// How well things are kept has changed.
    Status(Status),
    /// A database was gone, and with it so many entries that this tab did not hold and cannot write again.
    Lost {
        /// Which.
        database: Kind,
        /// How many.
        entries: u32,
    },
    /// So many records of a database cannot be read, and are left alone.
    SetAside {
        /// Which.
        database: Kind,
        /// How many.
        records: u32,
    },
    /// What was stored has been wiped, by this tab or another one: nothing that is in memory counts any more.
    Wiped,
}

/// A value that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<P> {
    /// Its key.
    pub key: Rc<str>,
    /// The entry that wrote it.
    pub id: EntryId,
    /// The value.
    pub value: Encoded<P>,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<P> {
    /// It is committed, with the durability of its database, or that of the spill.
    Durable,
    /// No database has confirmed it in time. It may be committed all the same; it is held in memory and written as soon as
    /// a database takes it, once.
    Held,
    /// The value, if there is one.
    Value(Option<Found<P>>),
    /// All values.
    All(Vec<Found<P>>),
    /// Whether what is stored is kept.
    Persisted(bool),
    /// Space in bytes; 0 where the browser does not tell.
    Space {
        /// What is used.
        usage: u64,
        /// What may be used.
        quota: u64,
    },
    /// It is wiped.
    Wiped {
        /// Whether the other tabs are bound by it: the mark is written.
        is_marked: bool,
        /// Whether everything is deleted. The rest is, once no tab holds it open any more.
        is_complete: bool,
    },
    /// Nothing came of it, and nothing will.
    Failed(Refusal),
}

/// Why nothing comes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no space, although the cache was given up. May be tried again.
    Quota,
    /// The value cannot be stored.
    NotCloneable,
    /// The database belongs to a newer build: this page has to be loaded again.
    Newer,
    /// Only the leader may do this, and this tab does not lead, or did not any more. Where that cannot be told with
    /// certainty, it may have been done all the same.
    NotLeading,
    /// What was stored has been wiped, and the store was not started again.
    Wiped,
    /// The page became another user's before it was done. It may have been done all the same.
    Ended,
    /// It could not be read in time. May be tried again.
    Unavailable,
    /// So many writes, at least, are still in the outbox.
    Pending(u32),
}

/// Where writes end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Not known yet.
    #[default]
    Opening,
    /// On the disk.
    Disk,
    /// In memory: no database can be opened, after three attempts. Tried again now and then.
    Memory,
}

/// What is wrong with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It waits to be opened, for longer than that takes: for another tab of an older build that holds it open, or for one that
    /// sleeps.
    Blocked,
    /// It does not answer in time, or its handle dies: opened again.
    Failing,
    /// The browser does not give any: private mode, blocked site data.
    Refused,
    /// It belongs to a newer build, and is only read.
    Newer,
}

impl Durability {
    /// Its name for users.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Disk => "disk",
            Self::Memory => "memory",
        }
    }
}

impl Trouble {
    /// Its name for users.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Failing => "failing",
            Self::Refused => "refused",
            Self::Newer => "newer",
        }
    }
}

impl<P> Outcome<P> {
    /// The error of a call that did not come to what it asked for.
    pub fn error(&self) -> Option<Error> {
        match self {
            Self::Held => Some(Error::new(
                Code::NotDurable,
                "No database has confirmed it in time. It is kept in memory and written as soon as one does: do not \
                repeat it, and keep the page open.",
            )),
            Self::Failed(refusal) => Some(refusal.error()),
            _ => None,
        }
    }
}

impl Refusal {
    /// The error for users.
    pub fn error(self) -> Error {
        let (code, message) = match self {
            Self::Quota => (
                Code::StorageFull,
                "There is no space left on this device. Free some, or ask less to be kept.",
            ),
            Self::NotCloneable => (
                Code::NotCloneable,
                "The browser cannot store this value. Functions and DOM nodes cannot be stored.",
            ),
            Self::Newer => (
                Code::NewerBuild,
                "What this device keeps belongs to a newer version of the application. Load the page again.",
            ),
            Self::NotLeading => {
                (Code::NotLeading, "Only the tab that leads may write this, and this one does not.")
            }
            Self::Wiped => (Code::Wiped, "What this user had on this device has been wiped. Sign in again."),
            Self::Ended => (
                Code::UserChanged,
                "Another user has signed in before it was done. It may have been done all the same.",
            ),
            Self::Unavailable => {
                (Code::StorageUnavailable, "The browser's storage does not answer, or there is none here.")
            }
            Self::Pending(_) => (
                Code::PendingWrites,
                "Writes are not confirmed by the server yet, and signing out would lose them. Wait until they are, or \
                sign out with `pending: \"discard\"`.",
            ),
        };
        Error::new(code, message)
    }
}

/// How well things are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Where what is enqueued ends.
    pub durability: Durability,
    /// Whether it goes into this tab's own database, because the shared one does not take it.
    pub is_spilling: bool,
    /// What is wrong with the outbox.
    pub outbox: Option<Trouble>,
    /// With the data.
    pub data: Option<Trouble>,
    /// With the cache.
    pub cache: Option<Trouble>,
}
