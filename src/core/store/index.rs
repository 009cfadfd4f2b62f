//! What a log says: which entries live and where they lie, learnt by reading its segments in the order of their keys.
//!
//! Three rules make every tab that has read the same segments know the same:
//! - **Seen.** Whoever appends an origin's entries appends them in the order of their numbers: a tab its own, one batch at
//!   a time, a merge those of a spill. So an entry whose number is not above what has been seen of its origin has been
//!   there before: a commit whose outcome was unknown, a spill that was merged twice. It does not count.
//! - **Epoch.** What a leader of a lower epoch appends after a record of a higher one does not count.
//! - **Order.** Where keys are ids ([`Order::Ids`]), an id never comes again: its removal is final, also if what it removes
//!   is appended later. Where they are not ([`Order::Values`]), the last entry of a key counts.

use std::rc::Rc;

use super::segment::{Content, Directory, Encoded, Entry, EntryId, PINNED, Place, Seen, Segment};
use super::table::Table;

/// What the keys of a database are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Ids that are never used again.
    Ids,
    /// Names of values that change.
    Values,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot<P> {
    /// The entry that counts.
    pub id: EntryId,
    /// The key of its segment.
    pub segment: u64,
    /// Its index there.
    pub position: u32,
    /// What it takes there, in bytes.
    pub bytes: u32,
    /// What it says.
    pub state: State<P>,
}

/// What the entry of a slot says.
#[derive(Clone, Debug, PartialEq)]
pub enum State<P> {
    /// The key has a value.
    Live {
        /// The value, if it is held in memory.
        held: Option<Encoded<P>>,
        /// As of [`Content::Put`].
        expires: u64,
        /// When it was last used, by a counter.
        used: u32,
    },
    /// The key is removed.
    Removed {
        /// What was.
        of: EntryId,
        /// Whether the log has an entry behind the removal that is hidden by it.
        hides: bool,
    },
}

impl<P: Clone> Slot<P> {
    /// Which is given up first, the lowest: what has expired by the wall clock, then what was used longest ago;
    /// [`u32::MAX`] is not given up.
    pub fn rank(&self, wall: u64) -> u32 {
        match self.state {
            State::Live { expires: PINNED, .. } => u32::MAX,
            State::Live { expires, .. } if expires != 0 && expires <= wall => 0,
            State::Live { used, .. } => used.saturating_add(1).min(u32::MAX - 1),
            State::Removed { .. } => u32::MAX,
        }
    }

    /// Whether it is of this entry in this place.
    pub fn is_at(&self, segment: u64, position: u32, id: EntryId) -> bool {
        self.segment == segment && self.position == position && self.id == id
    }

    /// Its entry, to be written again; `None` if its value is not held.
    pub fn entry(&self, key: &Rc<str>) -> Option<Entry<P>> {
        let content = match &self.state {
            State::Live { held, expires, .. } => {
                Content::Put { value: held.as_ref()?.clone(), expires: *expires }
            }
            State::Removed { of, .. } => Content::Remove { of: *of },
        };
        Some(Entry { key: Rc::clone(key), id: self.id, content })
    }
}

/// A segment of the log, as far as space goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Its key.
    pub key: u64,
    /// Its size in bytes.
    pub bytes: u32,
    /// What of that still counts.
    pub live: u32,
    /// Whether it counts at all, by its epoch.
    pub is_counted: bool,
    /// Its epoch; `u64::MAX` if that is not known.
    pub epoch: u64,
}

/// The index of a database.
#[derive(Debug)]
pub struct Index<P> {
    order: Order,
    /// Everything up to this key has been read.
    pub through: u64,
    /// The highest epoch of a leader up to there.
    pub epoch: u64,
    /// In the order of the log.
    slots: Table<Slot<P>>,
    /// In the order of the origins.
    seen: Vec<Seen>,
    /// In the order of their keys.
    extents: Vec<Extent>,
    uses: u32,
}

impl<P: Clone> Index<P> {
    /// Of an empty log.
    pub fn new(order: Order) -> Self {
        let (slots, seen) = (Table::default(), Vec::new());
        Self { order, through: 0, epoch: 0, slots, seen, extents: Vec::new(), uses: 0 }
    }

    /// Whether nothing has been read.
    pub fn is_fresh(&self) -> bool {
        self.through == 0
    }

    /// Whether this entry has been in the log.
    pub fn has_seen(&self, id: EntryId) -> bool {
        match place_of(&self.seen, id.origin) {
            Ok(at) => self.seen.get(at).is_some_and(|seen| id.number <= seen.number),
            Err(_) => id.number == 0,
        }
    }

    /// Whether the act of a leader of this epoch counts, in this segment, if it has been in the log. In doubt it does not.
    pub fn counts(&self, epoch: u64, segment: Option<u64>) -> bool {
        // A compacted segment in its place has the highest epoch of those that count there.
        let is_here = |extent: &Extent| extent.is_counted && extent.epoch == epoch;
        let is_counted = |key| self.extents.iter().any(|extent| extent.key == key && is_here(extent));
        self.epoch <= epoch || segment.is_some_and(is_counted)
    }

    /// Whether this removes what is there all the same, or may come yet from a spill. Where removals are final, it has never been in the
    /// log then, whatever has been seen of its origin: what is spilled overtakes a leader's acts, which are not.
    pub fn lacks_removal(&self, entry: &Entry<P>) -> bool {
        let is_removed = |slot: &Slot<P>| matches!(slot.state, State::Removed { .. });
        self.order == Order::Ids && !entry.is_put() && !self.slot(&entry.key).is_some_and(is_removed)
    }

    /// What has been seen of the origins.
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// What is known of a key.
    pub fn slot(&self, key: &str) -> Option<&Slot<P>> {
        self.slots.get(key)
    }

    /// All keys in the order of the log.
    pub fn slots(&self) -> impl Iterator<Item = &(Rc<str>, Slot<P>)> {
        self.slots.iter()
    }

    /// The segments.
    pub fn extents(&self) -> &[Extent] {
        &self.extents
    }

    /// The key of the first; `u64::MAX` if there is none.
    pub fn first(&self) -> u64 {
        self.extents.first().map_or(u64::MAX, |extent| extent.key)
    }

    /// Takes in the next segment, if it counts; its values are held if `holds`. Adds the keys that it has changed.
    pub fn apply(&mut self, key: u64, segment: &Segment<P>, holds: bool, changed: &mut Vec<Rc<str>>) {
        self.through = self.through.max(key);
        let is_counted = segment.epoch == 0 || segment.epoch >= self.epoch;
        self.extents.push(Extent { key, bytes: segment.bytes(), live: 0, is_counted, epoch: segment.epoch });
        if !is_counted {
            return;
        }
        self.epoch = self.epoch.max(segment.epoch);
        for (position, entry) in (0..).zip(&segment.entries) {
            if self.has_seen(entry.id) {
                continue;
            }
            raise(&mut self.seen, entry.id);
            if self.take(key, position, entry, holds) {
                changed.push(Rc::clone(&entry.key));
            }
        }
        for seen in &segment.seen {
            raise(&mut self.seen, seen.last());
        }
    }

    fn take(&mut self, segment: u64, position: u32, entry: &Entry<P>, holds: bool) -> bool {
        let state = match (&entry.content, self.slots.get_mut(&entry.key)) {
            (Content::Put { .. }, Some(former)) if self.order == Order::Ids => {
                if let State::Removed { hides, .. } = &mut former.state {
                    *hides = true;
                }
                return false;
            }
            (Content::Put { value, expires }, _) => {
                self.uses = self.uses.saturating_add(1);
                let held = holds.then(|| value.clone());
                State::Live { held, expires: *expires, used: self.uses }
            }
            (Content::Remove { .. }, Some(Slot { state: State::Removed { .. }, .. })) => return false,
            (Content::Remove { of }, _) => State::Removed { of: *of, hides: false },
        };
        self.forget(&entry.key);
        let bytes = entry.bytes();
        if matches!(state, State::Live { .. }) {
            self.count(segment, bytes, true);
        }
        self.slots.push(Rc::clone(&entry.key), Slot { id: entry.id, segment, position, bytes, state });
        true
    }

    /// What was known of a key does not count any more.
    fn forget(&mut self, key: &str) {
        if let Some(slot) = self.slots.remove(key) {
            self.count(slot.segment, slot.bytes, false);
        }
    }

    fn count(&mut self, segment: u64, bytes: u32, is_live: bool) {
        if let Ok(at) = self.extents.binary_search_by_key(&segment, |extent| extent.key)
            && let Some(extent) = self.extents.get_mut(at)
        {
            extent.live =
                if is_live { extent.live.saturating_add(bytes) } else { extent.live.saturating_sub(bytes) };
        }
    }

    /// Holds the value of an entry that has been read. Whether it was not held before; `None` if the entry does not lie where
    /// the index has it.
    pub fn hold(&mut self, segment: u64, position: u32, entry: &Entry<P>) -> Option<bool> {
        let slot = self.slots.get_mut(&entry.key).filter(|slot| slot.is_at(segment, position, entry.id))?;
        let (State::Live { held, .. }, Content::Put { value, .. }) = (&mut slot.state, &entry.content) else {
            return Some(false);
        };
        let is_new = held.is_none();
        if is_new {
            *held = Some(value.clone());
        }
        Some(is_new)
    }

    /// Whether the value of this entry is held.
    pub fn holds(&self, key: &str, id: EntryId) -> bool {
        let slot = self.slots.get(key);
        slot.is_some_and(|slot| slot.id == id && matches!(slot.state, State::Live { held: Some(_), .. }))
    }

    /// Lets go of a value, if it is still that of this entry.
    pub fn release(&mut self, key: &str, id: EntryId) {
        if let Some(Slot { id: found, state: State::Live { held, .. }, .. }) = self.slots.get_mut(key)
            && *found == id
        {
            *held = None;
        }
    }

    /// The key has been used.
    pub fn touch(&mut self, key: &str) {
        if let Some(Slot { state: State::Live { used, .. }, .. }) = self.slots.get_mut(key)
            && *used != self.uses
        {
            self.uses = self.uses.saturating_add(1);
            *used = self.uses;
        }
    }

    /// Begins with what a directory says instead of the segments that it covers.
    pub fn seed(&mut self, directory: &Directory) {
        if directory.through == 0 || !self.is_fresh() {
            return;
        }
        self.through = directory.through;
        self.epoch = directory.epoch;
        for seen in &directory.seen {
            raise(&mut self.seen, seen.last());
        }
        for (key, bytes) in &directory.segments {
            self.extents.push(Extent {
                key: *key,
                bytes: *bytes,
                live: 0,
                is_counted: true,
                epoch: u64::MAX,
            });
        }
        for place in &directory.places {
            let Place { key, id, segment, position, bytes, expires, used } = place;
            self.count(*segment, *bytes, true);
            self.uses = self.uses.max(*used);
            let state = State::Live { held: None, expires: *expires, used: *used };
            let slot = Slot { id: *id, segment: *segment, position: *position, bytes: *bytes, state };
            self.slots.push(Rc::clone(key), slot);
        }
    }

    /// What a compaction has done: these segments lie where those from `first` to `last` lay, and these removals are gone.
    pub fn relocate(&mut self, (first, last): (u64, u64), added: &[(u64, Segment<P>)], dropped: &[Rc<str>]) {
        let mut at = self.extents.partition_point(|extent| extent.key < first);
        while self.extents.get(at).is_some_and(|extent| extent.key <= last) {
            self.extents.remove(at);
        }
        for key in dropped {
            // It may have been written again since.
            if self.slots.get(key).is_some_and(|slot| slot.segment <= last) {
                self.slots.remove(key);
            }
        }
        for (key, segment) in added {
            let mut live = 0_u32;
            for (position, entry) in (0..).zip(&segment.entries) {
                let slot = self.slots.get_mut(&entry.key).filter(|slot| slot.id == entry.id);
                if slot.is_some() || !entry.is_put() {
                    live = live.saturating_add(entry.bytes());
                }
                if let Some(slot) = slot {
                    slot.segment = *key;
                    slot.position = position;
                }
            }
            // What is kept of removals counts as live: compacting it again gains nothing.
            self.extents.insert(
                at,
                Extent { key: *key, bytes: segment.bytes(), live, is_counted: true, epoch: segment.epoch },
            );
            at += 1;
        }
    }

    /// Values that another index of the same database holds are held here too, and were used when that one says; what it does
    /// not know came later.
    pub fn inherit(&mut self, former: &Self) {
        let mut uses = self.uses.max(former.uses);
        for (key, slot) in self.slots.iter_mut() {
            let State::Live { held, used, .. } = &mut slot.state else { continue };
            match former.slots.get(key) {
                Some(Slot { id, state: State::Live { held: value, used: before, .. }, .. })
                    if *id == slot.id =>
                {
                    *used = *before;
                    if held.is_none() {
                        held.clone_from(value);
                    }
                }
                _ => {
                    uses = uses.saturating_add(1);
                    *used = uses;
                }
            }
        }
        self.uses = uses;
    }

    /// Counts what has been used, and written.
    pub const fn uses(&self) -> u32 {
        self.uses
    }

    /// Number of keys, removed ones included.
    pub const fn keys(&self) -> usize {
        self.slots.len()
    }

    /// What the live entries take, in bytes.
    pub fn live(&self) -> u64 {
        self.extents.iter().fold(0, |sum, extent| sum + u64::from(extent.live))
    }

    /// Number of live entries, and their size and that of the whole log in bytes.
    pub fn sizes(&self) -> (u32, u64, u64) {
        let mut count = 0_u32;
        for (_, slot) in self.slots.iter() {
            count = count.saturating_add(u32::from(matches!(slot.state, State::Live { .. })));
        }
        (count, self.live(), self.extents.iter().fold(0, |sum, extent| sum + u64::from(extent.bytes)))
    }
}

/// Where an origin is in what has been seen, or belongs.
fn place_of(seen: &[Seen], origin: u64) -> Result<usize, usize> {
    seen.binary_search_by_key(&origin, |seen| seen.origin)
}

/// This entry has been seen.
pub(super) fn raise(seen: &mut Vec<Seen>, EntryId { origin, number }: EntryId) {
    match place_of(seen, origin) {
        Ok(at) => {
            if let Some(known) = seen.get_mut(at) {
                known.number = known.number.max(number);
            }
        }
        Err(at) => seen.insert(at, Seen { origin, number }),
    }
}
