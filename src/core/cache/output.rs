//! What the cache tells.

use std::rc::Rc;

use super::input::{FlightId, Key, RequestId, SlotId};
use crate::core::error::{Code, Error};
use crate::core::ids::CallId;

/// How a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is as new as was asked for.
    Fresh,
    /// It is older; a newer one is fetched or may be.
    Stale,
    /// It is older, and the last fetch of a newer one has failed.
    Degraded,
}

/// An entry of JavaScript's table. Moments are the wall clock's, in milliseconds: it goes on while the machine sleeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot<P> {
    /// Its name.
    pub id: SlotId,
    /// Its value; `None` if there is nothing under the key.
    pub value: Option<P>,
    /// Its version.
    pub version: Option<Rc<str>>,
    /// When its value was set, or its fetch began.
    pub since: u64,
    /// Until then it is given without a question; 0 if the core is to be asked.
    pub until: u64,
    /// How it stands.
    pub state: State,
}

/// What the remote tier is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask<P> {
    /// The entry of a key.
    Get {
        /// The key.
        key: Key,
    },
    /// To take entries: key, header, and the value.
    Put {
        /// Whose.
        supplier: Rc<str>,
        /// All of them.
        entries: Vec<(Rc<str>, String, P)>,
    },
    /// To count on the counters of these tags.
    Invalidate {
        /// Whose.
        supplier: Rc<str>,
        /// Which.
        tags: Vec<Rc<str>>,
        /// What each of them says here. The remote tier's becomes that where it was not further, and else counts on by one.
        generations: Vec<String>,
    },
    /// What the counters of these tags say.
    Generations {
        /// Whose.
        supplier: Rc<str>,
        /// Which.
        tags: Vec<Rc<str>>,
    },
}

/// A change of the disk.
#[derive(Clone, Debug, PartialEq)]
pub enum Write<P> {
    /// An entry: its value as it was encoded. It is the first to go for space from `expires` on, in milliseconds of the wall clock.
    Entry {
        /// The key.
        key: Rc<str>,
        /// Its header.
        header: String,
        /// Its value.
        value: P,
        /// Its size in bytes.
        bytes: u32,
        /// When.
        expires: u64,
    },
    /// No entry.
    Remove {
        /// The key.
        key: Rc<str>,
    },
    /// The counter of a tag.
    Count {
        /// The tag.
        tag: Rc<str>,
        /// What it says.
        generation: String,
        /// When it may go; `u64::MAX` for never.
        expires: u64,
    },
}

/// How a call has ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<P> {
    /// This is the value; `None` if there is nothing under the key.
    Got {
        /// It.
        value: Option<P>,
        /// How it stands.
        state: State,
        /// How old it is, in milliseconds.
        age: u64,
    },
    /// No tier has anything.
    Missing,
    /// It is done.
    Done {
        /// Whether the disk has it. If not, it is written later.
        on_disk: bool,
        /// Whether the remote tier has it; `None` where there is none.
        on_remote: Option<bool>,
    },
    /// The fetcher has failed with this, and there is nothing to be shown in its place.
    Rejected(P),
    /// Nothing came of it.
    Failed(Error),
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output<P> {
    /// Write an entry of the table.
    Put {
        /// The key.
        key: Rc<str>,
        /// The entry.
        slot: Slot<P>,
    },
    /// Remove one.
    Drop {
        /// The key.
        key: Rc<str>,
    },
    /// Remove all.
    Clear,
    /// No entry of the table is given without a question, until it is written anew: a counter has gone on.
    Doubt,
    /// Make a value ready to be written; answer with [`Input::Encoded`](super::input::Input::Encoded).
    Encode {
        /// Its name.
        request: RequestId,
        /// Of which key.
        key: Rc<str>,
        /// The value.
        value: P,
        /// Its version: what is encrypted is read as that of this key and version alone.
        version: Option<Rc<str>>,
        /// Whether it may be compressed.
        compresses: bool,
    },
    /// Read the entry of a key; answer with [`Input::Read`](super::input::Input::Read).
    Load {
        /// Its name.
        request: RequestId,
        /// The key.
        key: Rc<str>,
        /// Whether all that other tabs have written up to now counts.
        is_latest: bool,
    },
    /// Read the counter of a tag; answer with [`Input::Counted`](super::input::Input::Counted).
    Count {
        /// Its name.
        request: RequestId,
        /// The tag.
        tag: Rc<str>,
    },
    /// Write all of these or none; answer with [`Input::Written`](super::input::Input::Written).
    Write {
        /// Its name.
        request: RequestId,
        /// What.
        writes: Vec<Write<P>>,
    },
    /// Get the lock for a fetch; answer with [`Input::Locked`](super::input::Input::Locked).
    Lock {
        /// For this.
        flight: FlightId,
        /// Of this key.
        key: Rc<str>,
        /// Answer as if it were held after so many milliseconds: whoever has it may sleep, and be slower than a second fetch.
        within: u64,
    },
    /// Release it, or wait for it no longer.
    Unlock {
        /// Of this.
        flight: FlightId,
    },
    /// Fetch; answer with [`Input::Fetched`](super::input::Input::Fetched).
    Fetch {
        /// Its name.
        flight: FlightId,
        /// What fetches.
        fetcher: P,
    },
    /// Nobody wants to know any more.
    AbortFetch {
        /// Of this.
        flight: FlightId,
    },
    /// Ask the remote tier; answer with [`Input::Remote`](super::input::Input::Remote).
    Remote {
        /// Its name.
        request: RequestId,
        /// What.
        ask: Ask<P>,
        /// Give up after so many milliseconds.
        within: u64,
    },
    /// Tell the user's other tabs, and if it is of this supplier, the members' other devices.
    Publish {
        /// Whose it is.
        supplier: Option<Rc<str>>,
        /// A message without values.
        text: String,
    },
    /// A call has come to its end.
    Settled {
        /// Which.
        call: CallId,
        /// How.
        outcome: Outcome<P>,
    },
    /// Whether the disk and the remote tier answer and take what they are given, for health.
    Tiers {
        /// How many keys wait for the disk.
        disk: u32,
        /// Whether the disk owes an answer for so long that nobody waits for it.
        is_disk_silent: bool,
        /// Whether the remote tier was reached when it was last asked.
        is_remote_well: bool,
    },
}

impl<P> Outcome<P> {
    /// Another user is here.
    pub fn user_changed() -> Self {
        Self::Failed(Error::new(
            Code::UserChanged,
            "Another user has signed in, or nobody is signed in any more. Nothing of it was kept.",
        ))
    }

    /// It took too long.
    pub fn timed_out() -> Self {
        Self::Failed(Error::new(
            Code::TimedOut,
            "The value was not fetched in time. The fetch goes on, and what it brings will be in the cache.",
        ))
    }

    /// An invalidation that others may not hear of.
    pub fn not_reached() -> Self {
        Self::Failed(Error::new(
            Code::RemoteUnavailable,
            "The shared cache was not reached: other devices may yet see what was to be invalidated. It is tried again by itself.",
        ))
    }
}
