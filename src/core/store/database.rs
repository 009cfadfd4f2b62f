//! What is known of one database, and what waits for it.

use std::rc::Rc;

use super::compacting::Compacting;
use super::index::{Index, Order};
use super::names::{Kind, Owner};
use super::operation::{Durability, HandleId};
use super::output::Trouble;
use super::segment::{Entry, EntryId, Head, Segment};
use crate::core::fifo::Fifo;
use crate::core::ids::CallId;
use crate::core::resilience::backoff::{Backoff, Jitter};
use crate::core::time::Instant;

/// How far the opening of a database has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// It is closed.
    Closed,
    /// It is being opened.
    Opening,
    /// The same, and it takes so long that somebody has to be in the way.
    Blocked,
    /// It is open, and whether it was wiped meanwhile is being looked up.
    Checking,
    /// What is in it is being read.
    Loading,
    /// It takes what is written.
    Ready,
}

/// What is written together, or not at all.
#[derive(Clone, Debug)]
pub(super) struct Group<P> {
    pub entries: Vec<Entry<P>>,
    /// Its name: that of its first entry.
    pub id: EntryId,
    /// Of the leader whose act it is; otherwise 0.
    pub epoch: u64,
    /// Who waits for it.
    pub call: Option<CallId>,
    pub since: Instant,
    /// Whether a spill has it: this tab's, or that of a tab that is gone.
    pub is_spilled: bool,
    /// Whether it may be stored already: somebody was asked to, and has not answered.
    pub is_doubtful: bool,
    /// Whether it was in a database of this name that is gone.
    pub is_rewritten: bool,
    /// The spill that it is taken from.
    pub orphan: Option<u64>,
    /// The segment that it was last known to be in.
    pub segment: u64,
}

/// A group as it waits in lists, in which it is moved often.
pub(super) type Queued<P> = Box<Group<P>>;

impl<P> Group<P> {
    /// These, as nobody has seen them yet.
    pub fn new(entries: Vec<Entry<P>>, id: EntryId, epoch: u64, now: Instant) -> Queued<P> {
        Box::new(Self {
            entries,
            id,
            epoch,
            call: None,
            since: now,
            is_spilled: false,
            is_doubtful: false,
            is_rewritten: false,
            orphan: None,
            segment: 0,
        })
    }

    /// Its last entry, which is in a log only if all of it are.
    pub fn last(&self) -> EntryId {
        self.entries.last().map_or(self.id, |entry| entry.id)
    }

    /// Whether this index says neither what it says nor something later of the same keys, although its numbers have been
    /// seen: others had overtaken them. That befalls what was rewritten, and a leader's removals, if they count, by what was
    /// spilled after them.
    pub fn is_lost(&self, index: &Index<P>, is_counted: bool) -> bool
    where
        P: Clone,
    {
        let is_rewritten = self.is_rewritten && self.epoch == 0;
        for entry in &self.entries {
            if is_counted && index.lacks_removal(entry)
                || is_rewritten && entry.is_put() && index.slot(&entry.key).is_none()
            {
                return true;
            }
        }
        false
    }
}

/// Adds an entry that has been written before, in this segment: what was written together stays so.
pub(super) fn regroup<P>(groups: &mut Vec<Queued<P>>, segment: u64, entry: Entry<P>, now: Instant) {
    match groups.last_mut() {
        Some(group) if group.segment == segment && group.id.origin == entry.id.origin => {
            group.entries.push(entry);
        }
        _ => {
            let id = entry.id;
            let mut group = Group::new(vec![entry], id, 0, now);
            group.segment = segment;
            groups.push(group);
        }
    }
}

/// What is being written.
#[derive(Debug)]
pub(super) struct Flight<P> {
    pub segments: Rc<Vec<Segment<P>>>,
    pub groups: Vec<EntryId>,
}

/// What somebody wants to read.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub call: CallId,
    /// `None` for all.
    pub key: Option<Rc<str>>,
    /// How often the log has to have been read to its end before it is answered.
    pub turn: u32,
}

/// One database.
#[derive(Debug)]
pub(super) struct Database<P> {
    pub kind: Kind,
    pub name: Rc<str>,
    pub link: Link,
    pub handle: Option<HandleId>,
    /// The mark, where it names an earlier incarnation than this tab has.
    pub lower_mark: Option<u64>,
    /// The mark was gone already when it was first read: it may have been made after that, and says nothing of what went with
    /// the mark.
    pub is_late: bool,
    /// As it was read last.
    pub head: Option<Head>,
    pub index: Index<P>,
    /// The index that takes its place once everything has been read.
    pub building: Option<Index<P>>,
    /// Whether the index is complete, up to its key.
    pub is_loaded: bool,
    /// More may have been written since that was asked for.
    pub is_behind: bool,
    /// How often the log was read to its end.
    pub turns: u32,
    /// Whether it has to be shown that the handle lives before anything is written.
    pub is_suspect: bool,
    /// Of a newer build: it is only read.
    pub is_newer: bool,
    pub queue: Vec<Queued<P>>,
    pub flight: Option<Flight<P>>,
    /// What is committed in segments that the index has not come to yet. A leader's act, whose call waits still, counts only
    /// if no record of a higher epoch lies before it.
    pub awaiting: Vec<Queued<P>>,
    pub asks: Vec<Ask>,
    pub compacting: Option<Compacting<P>>,
    /// How far the log went when its compaction was considered last.
    pub considered: u64,
    /// How far the directory goes that this tab has written.
    pub listed: u64,
    /// How much had been used when that was written, or was to be.
    pub listed_uses: u32,
    /// Whether its directory cannot be read: the whole log is read instead, until there is another one.
    pub is_undirected: bool,
    /// Of an orphaned spill: it was read once more after the outbox had everything.
    pub is_confirmed: bool,
    pub unreadable: Vec<u64>,
    /// How often in a row it had to be opened again.
    pub failures: u32,
    pub backoff: Backoff,
    pub trouble: Option<Trouble>,
    /// Whether this tab has emptied it, and has not read it since.
    pub was_cleared: bool,
    /// Whether the space of the cache has been given up for what is written next.
    pub has_made_space: bool,
    /// Whether groups go one by one, to find the one that cannot be stored.
    pub is_single: bool,
    /// Values that are held although the log has them, each with its size in bytes, oldest first; and the sum of the sizes.
    pub held: Fifo<(Rc<str>, EntryId, u32)>,
    pub held_bytes: u64,
}

/// So often a database is opened again before it is told that there is none.
pub(super) const MOST_FAILURES: u32 = 3;
/// The first pause between attempts and the longest, in milliseconds.
const PAUSE: u64 = 250;
const LONGEST_PAUSE: u64 = 30_000;

impl<P: Clone> Database<P> {
    pub fn new(kind: Kind, name: Rc<str>) -> Self {
        Self {
            kind,
            name,
            link: Link::Closed,
            handle: None,
            lower_mark: None,
            is_late: false,
            head: None,
            index: Index::new(order(kind)),
            building: None,
            is_loaded: false,
            is_behind: false,
            turns: 0,
            is_suspect: false,
            is_newer: false,
            queue: Vec::new(),
            flight: None,
            awaiting: Vec::new(),
            asks: Vec::new(),
            compacting: None,
            considered: 0,
            listed: 0,
            listed_uses: 0,
            is_undirected: false,
            is_confirmed: false,
            unreadable: Vec::new(),
            failures: 0,
            backoff: Backoff::new(PAUSE, LONGEST_PAUSE, Jitter::Equal),
            trouble: None,
            was_cleared: false,
            has_made_space: false,
            is_single: false,
            held: Fifo::default(),
            held_bytes: 0,
        }
    }

    /// An index of nothing.
    pub fn fresh_index(&self) -> Index<P> {
        Index::new(order(self.kind))
    }

    /// Whether all values are held in memory.
    pub fn holds_all(&self) -> bool {
        matches!(self.kind, Kind::Outbox | Kind::Spill(_))
    }

    /// Whether reading all of it begins with the directory. That has no values.
    pub fn begins_with_directory(&self) -> bool {
        self.building.is_some() && !self.holds_all() && !self.is_undirected
    }

    pub fn durability(&self) -> Durability {
        match self.kind {
            Kind::Data | Kind::Cache => Durability::Relaxed,
            _ => Durability::Strict,
        }
    }

    /// The open handle of a database that takes what is written.
    pub fn ready(&self) -> Option<HandleId> {
        self.handle.filter(|_| self.link == Link::Ready && !self.is_suspect && !self.is_newer)
    }

    /// Whether it has been given up for now. The cache is as soon as somebody is in the way of it, as what is in it can be had elsewhere.
    pub fn is_down(&self) -> bool {
        let is_out_of_reach = match self.trouble {
            Some(Trouble::Refused) => true,
            Some(Trouble::Blocked) => self.kind == Kind::Cache,
            _ => false,
        };
        self.link != Link::Ready && (self.failures >= MOST_FAILURES || is_out_of_reach)
    }

    /// Whether all that there is of it is in memory: it is read, or the browser gives none to be read. Nor is the cache waited for while
    /// it cannot be read.
    pub fn is_whole(&self) -> bool {
        let is_dispensable = self.trouble == Some(Trouble::Refused) || self.kind == Kind::Cache;
        self.is_loaded || (is_dispensable && self.is_down())
    }

    /// What was under way on the handle that is gone. Its outcome is unknown: what was to be written is still in the queue,
    /// and what has been committed of it is found when the log is read.
    pub fn forget_operations(&mut self) {
        self.flight = None;
        self.compacting = None;
        self.is_suspect = false;
    }

    /// A value is held from now on, until it is the oldest and too much is held.
    pub fn list_held(&mut self, key: &Rc<str>, id: EntryId, bytes: u32) {
        self.held_bytes = self.held_bytes.saturating_add(u64::from(bytes));
        self.held.push((Rc::clone(key), id, bytes));
    }

    /// What has been written and is not in the index yet, in its order.
    pub fn unread(&self) -> Vec<&Entry<P>> {
        let mut unread = Vec::new();
        for groups in &[&self.awaiting, &self.queue] {
            for group in *groups {
                for entry in &group.entries {
                    unread.push(entry);
                }
            }
        }
        unread
    }
}

/// Those of a user that this tab has to do with, in the order of their kinds.
#[derive(Debug)]
pub(super) struct Databases<P>(Vec<Database<P>>);

impl<P> Default for Databases<P> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<P: Clone> Databases<P> {
    #[inline(never)]
    pub fn get(&self, kind: Kind) -> Option<&Database<P>> {
        self.0.iter().find(|database| database.kind == kind)
    }

    #[inline(never)]
    pub fn get_mut(&mut self, kind: Kind) -> Option<&mut Database<P>> {
        self.0.iter_mut().find(|database| database.kind == kind)
    }

    /// One that there is from now on, if there was none.
    pub fn of(&mut self, kind: Kind, owner: &Owner, incarnation: u64) -> Option<&mut Database<P>> {
        if self.get(kind).is_none() {
            let at = self.0.iter().filter(|database| database.kind < kind).count();
            self.0.insert(at, Database::new(kind, owner.database(incarnation, kind)));
        }
        self.get_mut(kind)
    }

    pub fn remove(&mut self, kind: Kind) {
        if let Some(at) = self.0.iter().position(|database| database.kind == kind) {
            self.0.remove(at);
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn kinds(&self) -> Vec<Kind> {
        let mut kinds = Vec::new();
        for database in &self.0 {
            kinds.push(database.kind);
        }
        kinds
    }

    /// Whose opening this is.
    pub fn kind_of(&self, handle: HandleId) -> Option<Kind> {
        let mut databases = self.0.iter();
        databases.find(|database| database.handle == Some(handle)).map(|database| database.kind)
    }
}

pub(super) fn order(kind: Kind) -> Order {
    match kind {
        Kind::Data | Kind::Cache => Order::Values,
        _ => Order::Ids,
    }
}
