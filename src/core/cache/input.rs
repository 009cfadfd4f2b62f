//! What the cache is told.

use std::rc::Rc;

use super::policy::{Fetching, Keeping};
use crate::core::error::Error;
use crate::core::ids::CallId;

/// What the cache is told when the application begins to use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The most bytes that values take in memory.
    pub memory: u64,
    /// Whether there is a remote tier.
    pub has_remote: bool,
    /// Whether the browser has Web Locks: then the user's tabs fetch a key once for all.
    pub has_locks: bool,
}

/// Names an entry in JavaScript's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotId(pub u32);

/// Names a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlightId(pub u32);

/// Names a question to a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(pub u32);

/// What a value is kept under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// All of it as one text; no two keys have the same.
    pub text: Rc<str>,
    /// Whose it is.
    pub supplier: Rc<str>,
}

/// A value, or that there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<P> {
    /// There is nothing.
    Nothing,
    /// This.
    Some(P),
}

/// What a tier has under a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<P> {
    /// The line of the entry's [`Header`](super::header::Header).
    pub header: Rc<str>,
    /// The value, ready to be given.
    pub value: P,
    /// For how long the tier has had it, if it says so, in milliseconds: its clock may be another one.
    pub age: Option<u64>,
}

/// What the remote tier says.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<P> {
    /// It has this.
    Hit(Found<P>),
    /// It has nothing under the key.
    Miss,
    /// It has done what it was asked for, and this is what the counters of tags say.
    Done(Vec<(Rc<str>, Rc<str>)>),
    /// It has not taken entries of which a counter has gone on since, and this is what it says of all their tags; the others it has
    /// taken.
    Superseded(Vec<(Rc<str>, Rc<str>)>),
}

/// What is asked of the cache.
#[derive(Clone, Debug, PartialEq)]
pub enum Command<P> {
    /// The value of a key, if any tier has it.
    Get {
        /// The key.
        key: Key,
        /// The version that it must have.
        version: Option<Rc<str>>,
    },
    /// The value of a key; it is fetched if need be.
    Fetch {
        /// The key.
        key: Key,
        /// What fetches it.
        fetcher: P,
        /// How.
        fetching: Rc<Fetching>,
    },
    /// Sets the value of a key.
    Set {
        /// The key.
        key: Key,
        /// The value.
        value: P,
        /// How it is kept.
        keeping: Keeping,
    },
    /// Sets many, in one batch for each tier.
    Warm {
        /// All of them.
        entries: Vec<(Key, P, Keeping)>,
    },
    /// Removes the value of a key.
    Delete {
        /// The key.
        key: Key,
    },
    /// Makes all entries invalid that have one of these tags.
    Invalidate {
        /// The tags.
        tags: Vec<Rc<str>>,
        /// Whose; `None` for all suppliers.
        supplier: Option<Rc<str>>,
    },
}

/// What became of something that the disk was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is on the disk.
    Durable,
    /// The store keeps it in memory, and writes it itself as soon as it can.
    Held,
    /// It was refused.
    Refused,
}

/// What has happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input<P> {
    /// The application uses the cache from now on.
    Begin(Settings),
    /// Another user is here, or nobody: nothing of the former one's is known any more.
    User,
    /// Somebody wants something. It is settled by this name, once.
    Command {
        /// The call.
        call: CallId,
        /// What.
        command: Command<P>,
    },
    /// Whoever has made the call does not wait for it any more.
    Leave {
        /// The call; it is not settled.
        call: CallId,
    },
    /// A key is shown from now on, by one more: its value is read if it is not there, and kept in memory.
    Watch {
        /// The key.
        key: Key,
    },
    /// By one less.
    Unwatch {
        /// The key.
        key: Rc<str>,
    },
    /// What the table has of a key is about to be shown, and it is not certain that it holds: its entry is written anew, or removed.
    Look {
        /// The key.
        key: Rc<str>,
    },
    /// These entries were given since the last time, in this order.
    Touched(Vec<SlotId>),
    /// A value is ready to be written.
    Encoded {
        /// The answer to this.
        request: RequestId,
        /// What is written, its flags, and its size in bytes.
        result: Result<(P, u8, u32), Error>,
    },
    /// The disk has written what it was asked to, or has not.
    Written {
        /// The answer to this.
        request: RequestId,
        /// What became of it.
        written: Written,
    },
    /// The disk has read an entry.
    Read {
        /// The answer to this.
        request: RequestId,
        /// What there is.
        found: Option<Found<P>>,
    },
    /// The disk has read the counter of a tag.
    Counted {
        /// The answer to this.
        request: RequestId,
        /// What it says.
        generation: Option<Rc<str>>,
    },
    /// The disk could not read an entry or a counter, or not in time.
    Unread {
        /// The answer to this.
        request: RequestId,
    },
    /// Another tab has changed these keys on the disk; if none is named, anything may have changed.
    Disk {
        /// As they are stored.
        keys: Vec<Rc<str>>,
    },
    /// The lock for a fetch is held.
    Locked {
        /// For this.
        flight: FlightId,
        /// Whether another tab had it.
        was_contended: bool,
    },
    /// A fetch has come to its end: a value, or the fetcher's own error.
    Fetched {
        /// Which.
        flight: FlightId,
        /// How.
        result: Result<Value<P>, P>,
    },
    /// The remote tier has answered, or was not reached.
    Remote {
        /// The answer to this.
        request: RequestId,
        /// What.
        answer: Option<Answer<P>>,
    },
    /// Another tab, or another device of a member's, says what it has changed.
    Heard {
        /// A message as of [`Output::Publish`](super::output::Output::Publish).
        text: Rc<str>,
        /// Whether it is written on this device's disk already: another tab has said it.
        is_written: bool,
    },
    /// A table of a supplier has changed.
    Changed {
        /// Whose rows.
        supplier: Rc<str>,
        /// The table.
        table: Rc<str>,
        /// The row's key, if it is known.
        row: Option<Rc<str>>,
        /// When it was committed by the server's clock, if that is known, in milliseconds since 1970.
        at: Option<u64>,
    },
    /// Messages of other devices, or changes, may have been missed: what is known of counters is asked for again.
    Gap,
    /// The network is back, or the page is seen: what waits for a tier is tried now.
    Retry,
    /// The time asked for by `next_timeout` has come.
    Wake,
}
