//! What lies in a database: segments, each one commit, and the two records beside them.
//!
//! The schema is frozen (version [`VERSION`]). Each database has two object stores without key paths:
//! - `segments`, with a key generator: the log. A [`Segment`] is written once under the key that IndexedDB gives it; only
//!   compaction replaces what lies under a range of keys.
//! - `manifest`, without one: the [`Head`] under key 0, the [`Directory`] under key 1.
//!
//! Numbers are whole and below 2^53, as JavaScript's are.

use std::rc::Rc;

/// The version of the schema: what a database is opened with.
pub const VERSION: u32 = 1;

/// The format of the records that this build writes. It reads those from 1 up to this.
pub const FORMAT: u32 = 1;

/// [`Content::Put::expires`] of a pinned value, and what anything later counts as: it is never given up for space by itself,
/// only with everything else.
pub const PINNED: u64 = (1 << 53) - 1;

/// Which entry: who made it, and the how-many-th of its maker's it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// The life of a tab, by a random number; drawn anew at each load of the page.
    pub origin: u64,
    /// Counts the entries of the origin, from 1, over all of its databases.
    pub number: u64,
}

/// A value that is written as it is: the handle of its text, or of what only a structured clone holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded<P> {
    /// The handle. The shell alone knows what is behind it.
    pub value: P,
    /// Its size in bytes as it lies on the disk: of the text, which takes one byte a character or, if one of them needs
    /// two, two; or an estimate of the clone.
    pub bytes: u32,
}

/// What an entry says of its key.
#[derive(Clone, Debug, PartialEq)]
pub enum Content<P> {
    /// It has this value.
    Put {
        /// The value.
        value: Encoded<P>,
        /// From when on it is the first to be given up for space, in milliseconds of the wall clock; 0 for never, and
        /// [`PINNED`] if it is not given up by itself at all.
        expires: u64,
    },
    /// It is removed.
    Remove {
        /// The entry that is removed; its number is 0 if whoever removes it has not seen it.
        of: EntryId,
    },
}

/// One entry of a segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<P> {
    /// The key, of any spelling.
    pub key: Rc<str>,
    /// Which entry this is.
    pub id: EntryId,
    /// What it says.
    pub content: Content<P>,
}

/// One record of the log: what was committed together.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment<P> {
    /// The epoch of the leader whose act this is; 0 for what any tab may do. One without entries is a leader's first
    /// record: what a leader of a lower epoch appends after it does not count.
    pub epoch: u64,
    /// What was written, in this order.
    pub entries: Vec<Entry<P>>,
    /// Only of a segment that a compaction has put in the place of others: the highest number of each origin that was in
    /// them, so that what was dropped with them is known when somebody appends it again.
    pub seen: Vec<Seen>,
}

/// The small record that says which database this is, and whether an index of it still holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// A random number that a database is given when it is made; another one means another database of the same name. 0 where
    /// the record is damaged, as all of the head is then.
    pub identity: u64,
    /// Counts the compactions. An index that was built in an earlier one does not hold any more.
    pub generation: u64,
    /// The epoch of the leader that compacted last. In the database of the epoch: the last epoch that was drawn.
    pub epoch: u64,
    /// The lowest version of the schema whose builds can read this database: [`VERSION`] when this build makes it.
    pub oldest_reader: u32,
}

/// What of an origin has been seen in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The origin.
    pub origin: u64,
    /// Its highest number: what comes later with this number or a lower one has been there before.
    pub number: u64,
}

impl Seen {
    /// The last entry that has been seen.
    pub const fn last(&self) -> EntryId {
        EntryId { origin: self.origin, number: self.number }
    }
}

/// Where a live entry lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The key of the entry.
    pub key: Rc<str>,
    /// Which entry it is.
    pub id: EntryId,
    /// The key of its segment.
    pub segment: u64,
    /// Its index among the entries of the segment.
    pub position: u32,
    /// The size of its value in bytes.
    pub bytes: u32,
    /// As of [`Content::Put`].
    pub expires: u64,
    /// When it was last used, by a counter that goes on from one life of a tab to the next; 0 if that is not known.
    pub used: u32,
}

/// What spares a cold start the reading of the whole log. The log alone says the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Describes the segments up to this key; 0 if it describes none, and nothing of it counts.
    pub through: u64,
    /// The highest epoch up to there.
    pub epoch: u64,
    /// All live entries up to there, in their order.
    pub places: Vec<Place>,
    /// The keys and sizes in bytes of all segments up to there.
    pub segments: Vec<(u64, u32)>,
    /// What was seen of the origins up to there.
    pub seen: Vec<Seen>,
}

impl<P> Segment<P> {
    /// One that says nothing.
    pub const fn empty() -> Self {
        Self { epoch: 0, entries: Vec::new(), seen: Vec::new() }
    }

    /// The sizes of its values and keys in bytes, with something for each entry: what limits are held against.
    pub fn bytes(&self) -> u32 {
        bytes(&self.entries)
    }
}

/// What these take of a segment, in bytes.
pub fn bytes<P>(entries: &[Entry<P>]) -> u32 {
    entries.iter().fold(0_u32, |sum, entry| sum.saturating_add(entry.bytes()))
}

/// What an entry takes beside its key and its value, in bytes.
const OVERHEAD: u32 = 32;

impl<P> Entry<P> {
    /// Whether it gives its key a value.
    pub fn is_put(&self) -> bool {
        matches!(self.content, Content::Put { .. })
    }

    /// What its value takes, in bytes.
    pub fn value_bytes(&self) -> u32 {
        match &self.content {
            Content::Put { value, .. } => value.bytes,
            Content::Remove { .. } => 0,
        }
    }

    /// What it takes of a segment, in bytes.
    pub fn bytes(&self) -> u32 {
        let key = u32::try_from(self.key.len()).unwrap_or(u32::MAX);
        OVERHEAD.saturating_add(key).saturating_add(self.value_bytes())
    }
}
