//! What the store is told.

use std::rc::Rc;

use super::event::Event;
use super::names::{Kind, Owner};
use super::operation::OperationId;
use super::segment::Encoded;
use crate::core::ids::CallId;

/// What the store is told once.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whose values they are.
    pub owner: Owner,
    /// This life of this tab: a random number below 2^53 from 1 on.
    pub origin: u64,
    /// What the wall clock says at the origin of the driver's clock, in milliseconds.
    pub wall: u64,
    /// How large values may become.
    pub limits: Limits,
}

/// Sizes in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most that one transaction writes, unless a single write is larger.
    pub transaction: u32,
    /// A segment that has as much takes nothing more.
    pub segment: u32,
    /// So many segments are read in one transaction.
    pub slice: u32,
    /// The most that the values in the cache's database take, before the oldest are given up.
    pub cache: u64,
    /// The most values of the cache's database that are pinned, before all of it is given up.
    pub pinned: usize,
    /// The most that values of data and cache take in memory.
    pub held: u64,
    /// What of a log has to count for nothing before it is compacted; also at least half of the log.
    pub garbage: u64,
    /// Segments smaller than this are packed together.
    pub small: u32,
    /// So many small segments have to be there before they are packed.
    pub segments: usize,
}

impl Limits {
    /// What users get.
    pub const USUAL: Self = Self {
        transaction: 256 * 1024,
        // A little more than 64 KB: Chromium reads and writes records above that four times as fast as the same bytes in
        // smaller ones, and larger ones take longer for who wants one value of them.
        segment: 72 * 1024,
        slice: 16,
        cache: 50 * 1024 * 1024,
        pinned: 20_000,
        held: 4 * 1024 * 1024,
        garbage: 256 * 1024,
        small: 64 * 1024,
        segments: 64,
    };
}

/// Why the store wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// What was asked for in this turn is written.
    Flush,
    /// An operation has taken too long.
    Deadline(OperationId),
    /// The outbox has not taken in time what was written to it.
    Spill,
    /// A database is opened again.
    Retry(Kind),
    /// What other tabs have written is looked for, in case that nobody has told.
    Check,
    /// A call has waited too long.
    Limit,
    /// Nobody has drawn an epoch.
    Draw,
    /// Spills and databases that nobody needs any more are looked for.
    Round,
    /// Space is won back.
    Compact,
    /// The deletion of what was wiped has taken too long.
    Sweep,
}

/// A change that is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Write<P> {
    /// The key has this value.
    Put {
        /// The key. In the outbox an id that is never used again.
        key: Rc<str>,
        /// The value.
        value: Encoded<P>,
        /// From when on it is the first to be given up for space, in milliseconds of the wall clock; 0 for never, and
        /// [`PINNED`](super::segment::PINNED) or more if it is not given up by itself at all.
        expires: u64,
    },
    /// The key is removed. In the outbox for good.
    Remove {
        /// The key.
        key: Rc<str>,
    },
}

/// What is asked of the store.
#[derive(Clone, Debug, PartialEq)]
pub enum Command<P> {
    /// Writes all of these or none, in this order. Settled with [`Outcome::Durable`](super::output::Outcome::Durable), or
    /// what else became of it.
    Write {
        /// Where: outbox, data or cache.
        database: Kind,
        /// What; something.
        writes: Vec<Write<P>>,
        /// Whether it is an act of the leader's, which does not count once there is another one.
        is_leaders: bool,
    },
    /// The value of a key.
    Get {
        /// Where.
        database: Kind,
        /// The key.
        key: Rc<str>,
    },
    /// As [`Command::Get`], with what other tabs have written up to now.
    Latest {
        /// Where.
        database: Kind,
        /// The key.
        key: Rc<str>,
    },
    /// All values, in the order in which they were written.
    All {
        /// Where.
        database: Kind,
    },
    /// Asks the browser to keep what is stored.
    Persist,
    /// How much space there is.
    Estimate,
    /// Removes everything that this owner has stored, for all tabs and for good. The store then does nothing until it is
    /// started again.
    Wipe {
        /// Whether nothing is wiped while there is anything in the outbox, in whichever tab.
        spares_pending: bool,
    },
}

/// What has happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Input<P> {
    /// Begin: find out which incarnation counts. No database is opened before something needs it.
    Start,
    /// The store is going to be used: open the databases. Any call says the same.
    Open,
    /// Somebody wants something.
    Call {
        /// Names the call, to settle it.
        call: CallId,
        /// What.
        command: Command<P>,
    },
    /// Of the browser's storage.
    Event(Event<P>),
    /// This tab is about to lead: an epoch is wanted, above all that it knows of. Answered with
    /// [`Output::Epoch`](super::output::Output::Epoch).
    DrawEpoch {
        /// The highest that is known.
        above: u64,
    },
    /// This tab leads, in this epoch.
    Leading {
        /// The epoch.
        epoch: u64,
    },
    /// It does not.
    NotLeading,
    /// Another tab has written, as its [`Output::Announce`](super::output::Output::Announce) says.
    Announced {
        /// The database.
        database: Kind,
        /// The highest key of its log.
        through: u64,
        /// The generation of its log.
        generation: u64,
    },
    /// Another tab has wiped, as its [`Output::Wiped`](super::output::Output::Wiped) says.
    Wiped {
        /// The incarnation that counts from now on.
        incarnation: u64,
    },
    /// The page is another user's now: what is asked for is refused, and everything is given up.
    End,
    /// The page is seen.
    Visible,
    /// It is not.
    Hidden,
    /// The page is put away (`pagehide`): everything is closed.
    Suspend,
    /// It is back (`pageshow`).
    Resume,
    /// Time has passed.
    Wake,
}
