//! The store's port: what it asks of the shell, and what the shell answers.
//!
//! An operation is one transaction of IndexedDB or one call of the browser's. Each is answered once, with
//! [`Done`](super::event::Event::Done), or never: the store does not wait for ever, and an answer that comes after its
//! deadline is still taken in. All requests of a writing operation are made in one turn, followed by an explicit
//! `commit()`. Operations on one handle are started in the order in which they are asked for; none waits for another.

use std::rc::Rc;

use super::segment::{Directory, Head, Segment};

/// Names an operation, for its answer. Never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperationId(pub u32);

/// Names one opening of a database: another one of the same database has another handle, so that late events of a former
/// one are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HandleId(pub u32);

/// When a transaction counts as committed: the `durability` it is opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Once it is on the disk.
    Strict,
    /// Once the operating system has it.
    Relaxed,
}

/// What is asked of the shell.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation<P> {
    /// Opens a database, and makes it if there is none: both object stores, and a [`Head`] with this identity. Answered
    /// with [`Answer::Opened`]. While another tab holds an older version of it open, `Blocked` is told, and the answer
    /// comes later. A database of a higher version is [`Failure::Newer`].
    Open {
        /// The name of this opening.
        handle: HandleId,
        /// The name of the database.
        name: Rc<str>,
        /// The version; `None` to open it as it is, whatever its version. Where it does not exist, that fails with
        /// [`Failure::Other`] and leaves nothing behind.
        version: Option<u32>,
        /// The identity that it is given if it is made.
        identity: u64,
    },
    /// Closes this opening at once. Has no answer; none of its events is told any more.
    Close {
        /// The opening.
        handle: HandleId,
    },
    /// Deletes a database. Answered with [`Answer::Done`], also where there is none. While somebody holds it open,
    /// `Blocked` is told, and the answer comes later.
    Delete {
        /// The name of the database.
        name: Rc<str>,
    },
    /// Removes all segments and the directory, in one relaxed transaction. It puts nothing, not even a head, because a browser
    /// without space refuses whatever puts anything: whoever has an index of the log learns of it by
    /// [`Slice::first`]. Keys go on from where they were. Answered with [`Answer::Done`].
    Clear {
        /// The opening.
        handle: HandleId,
    },
    /// Adds segments to the log, in this order, in one transaction. Answered with [`Answer::Appended`] once it is
    /// committed.
    Append {
        /// The opening.
        handle: HandleId,
        /// When it counts as committed.
        durability: Durability,
        /// At least one.
        segments: Rc<Vec<Segment<P>>>,
    },
    /// Reads the head and a slice of the log in one transaction. Answered with [`Answer::Read`].
    Read {
        /// The opening.
        handle: HandleId,
        /// Where the slice begins.
        from: From,
        /// The most segments that are read.
        most: u32,
    },
    /// Reads single segments. Answered with [`Answer::Got`], which lacks those that are not there (any more).
    Get {
        /// The opening.
        handle: HandleId,
        /// Their keys.
        segments: Vec<u64>,
    },
    /// Replaces a part of the log in one transaction: reads the head, the highest and the lowest key of the log, asks
    /// [`Compaction::verdict`], and either leaves everything as it is or does what it says. Answered with
    /// [`Answer::Compacted`].
    Compact {
        /// The opening.
        handle: HandleId,
        /// When it counts as committed.
        durability: Durability,
        /// What is done.
        compaction: Rc<Compaction<P>>,
    },
    /// Sets the head's epoch to one more than it is, and more than `above`, in one strict transaction. Answered with
    /// [`Answer::Epoch`].
    DrawEpoch {
        /// The opening of the database of the epoch.
        handle: HandleId,
        /// What the result has to be above.
        above: u64,
    },
    /// The names of all databases that begin with this. Answered with [`Answer::Names`]: from `indexedDB.databases()`, and
    /// from the list of opened databases that the shell keeps in `localStorage` for browsers without it.
    Names {
        /// What they begin with.
        prefix: Rc<str>,
    },
    /// What is used and what may be. Answered with [`Answer::Estimate`].
    Estimate,
    /// Asks the browser to keep what is stored. Answered with [`Answer::Persisted`].
    Persist,
    /// Reads all marks whose names begin with this: numbers kept outside the databases, in `localStorage`. Answered with
    /// [`Answer::Marks`].
    ReadMarks {
        /// What their names begin with.
        prefix: Rc<str>,
    },
    /// Sets a mark. Answered with [`Answer::Done`].
    WriteMark {
        /// Its name.
        name: Rc<str>,
        /// Its number.
        value: u64,
    },
    /// Takes a Web Lock of this name and keeps it: it says that this tab lives. Answered with [`Answer::Done`] once it is
    /// held; [`Failure::Refused`] where there are no Web Locks.
    Hold {
        /// The name of the lock.
        lock: Rc<str>,
    },
    /// Gives back the lock that was taken by [`Operation::Hold`], or asks for it no longer. Has no answer.
    Release {
        /// The name of the lock.
        lock: Rc<str>,
    },
    /// The names of all Web Locks that are held, by any tab, and begin with this. Answered with [`Answer::Names`];
    /// [`Failure::Refused`] where there are none to be asked for.
    Held {
        /// What they begin with.
        prefix: Rc<str>,
    },
}

/// Where a slice of the log begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// At the start, for a new index: the directory is read too, and the slice begins after what it covers.
    Start,
    /// After this key.
    After(u64),
}

/// Replaces a part of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Compaction<P> {
    /// The epoch of the leader that asks.
    pub epoch: u64,
    /// The head that is expected; the new one differs from it by one more generation and by the epoch above.
    pub head: Head,
    /// The highest key of the log that this was decided by: if there is a higher one, nothing is done.
    pub through: u64,
    /// The lowest key of the log that this was decided by: if that is not there any more, the log has been emptied, and nothing
    /// is done.
    pub first: u64,
    /// The segments with keys from the first to the second, both included, are removed; `None` for none.
    pub removed: Option<(u64, u64)>,
    /// What is put in their place, each under this key, which lies in that range.
    pub added: Vec<(u64, Segment<P>)>,
    /// The directory, which replaces the former one.
    pub directory: Directory,
}

/// What becomes of a compaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is done, and this is the new head.
    Done(Head),
    /// Nothing is done: the log has changed since it was decided.
    Behind,
    /// Nothing is done: a leader of this higher epoch has compacted.
    Fenced(u64),
}

impl<P> Compaction<P> {
    /// What becomes of it, by what its transaction finds: the head, the highest key of the log (0 if it is empty), and the
    /// lowest (`u64::MAX` if it is).
    pub fn verdict(&self, found: &Head, newest: u64, first: u64) -> Verdict {
        if found.epoch > self.epoch {
            return Verdict::Fenced(found.epoch);
        }
        if *found != self.head || newest > self.through || first > self.first {
            return Verdict::Behind;
        }
        Verdict::Done(Head { generation: found.generation.saturating_add(1), epoch: self.epoch, ..*found })
    }
}

/// A slice of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice<P> {
    /// The head, read in the same transaction.
    pub head: Head,
    /// The directory, for [`From::Start`]; an empty one where none has been written.
    pub directory: Option<Directory>,
    /// The lowest key of the whole log; `u64::MAX` if it is empty.
    pub first: u64,
    /// Segments by their keys, ascending.
    pub segments: Vec<(u64, Segment<P>)>,
    /// Keys of records in the slice that this build cannot read: damaged, foreign, or of a newer format.
    pub unreadable: Vec<u64>,
    /// Whether there was nothing after the slice: fewer records than asked for.
    pub is_end: bool,
}

/// The result of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<P> {
    /// It is done.
    Done,
    /// The database is open.
    Opened {
        /// Whether it was made by this.
        was_made: bool,
        /// The version it has.
        version: u32,
    },
    /// The segments are committed.
    Appended {
        /// The key of the first.
        first: u64,
        /// The key of the last.
        last: u64,
    },
    /// A slice of the log.
    Read(Slice<P>),
    /// Segments by their keys.
    Got(Vec<(u64, Segment<P>)>),
    /// What has become of a compaction.
    Compacted(Verdict),
    /// The epoch that was drawn.
    Epoch(u64),
    /// Names.
    Names(Vec<String>),
    /// Space in bytes; 0 where the browser does not tell.
    Estimate {
        /// What is used.
        usage: u64,
        /// What may be used.
        quota: u64,
    },
    /// Whether what is stored is kept.
    Persisted(bool),
    /// Marks by their names.
    Marks(Vec<(String, u64)>),
}

/// Why an operation failed. Its transaction, if there was one, has been aborted: nothing of it is stored. Only of a
/// connection that was lost while it committed ([`Failure::Dead`]) nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The handle is dead: `InvalidStateError` at its use, `UnknownError` of its requests, `AbortError` of a transaction that
    /// nobody aborted. It never works again.
    Dead,
    /// `QuotaExceededError`.
    Quota,
    /// `VersionError`: the database is of a newer build.
    Newer,
    /// The browser gives no such thing here: private mode, blocked site data, `SecurityError`, a missing API.
    Refused,
    /// `DataCloneError`: this cannot be stored, ever.
    NotCloneable,
    /// What was read is damaged: a head or a directory that is none, or a database without the store's object stores.
    Corrupt,
    /// Anything else, with the name of the exception and its message.
    Other(String),
}
