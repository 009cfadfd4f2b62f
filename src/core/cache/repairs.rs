//! What a tier has refused is kept, the newest of each key.

use std::rc::Rc;

use super::counting::supplier_tag;
use super::generation::Generation;
use super::input::RequestId;
use super::output::{Ask, Write};
use crate::core::sorted_map::SortedMap;
use crate::core::time::Instant;

/// The most values that wait for the disk, and the most bytes of them. What is beyond is in memory alone, and what the disk has of
/// its key is removed.
const MOST_VALUES: usize = 500;
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// The most counters, and keys to be removed. Values make room for them: without a counter something would be given that was
/// invalidated. No more counters than that are known.
const MOST: usize = 5_000;
/// The most invalidations that wait for the remote tier. Beyond that, all of a supplier's is invalidated.
const MOST_REMOTE: usize = 500;
/// The most values of one attempt. There are fewer after each that was refused: the fault may be of one of them.
pub(super) const BATCH: usize = 20;
/// The first pause before another attempt, and the longest, in milliseconds.
const FIRST: u64 = 1_000;
const LONGEST: u64 = 60_000;

/// What waits for a tier.
#[derive(Debug)]
pub(super) struct Repairs<P> {
    /// By what they are of; entries and counters are told apart by their first character.
    pub(super) disk: SortedMap<Rc<str>, Write<P>>,
    /// Suppliers and tags whose invalidation did not reach the remote tier.
    pub(super) remote: Vec<(Rc<str>, Rc<str>)>,
    /// The attempts that are under way.
    pub(super) asked: Option<(RequestId, Vec<Write<P>>)>,
    pub(super) asked_remote: Option<(RequestId, Ask<P>, Vec<Rc<str>>)>,
    /// The last value that was tried.
    tried: Rc<str>,
    pub(super) attempts: u32,
    pub(super) due: Option<Instant>,
}

impl<P> Default for Repairs<P> {
    fn default() -> Self {
        Self {
            disk: SortedMap::new(),
            remote: Vec::new(),
            asked: None,
            asked_remote: None,
            tried: "".into(),
            attempts: 0,
            due: None,
        }
    }
}

pub(super) fn name<P>(write: &Write<P>) -> Rc<str> {
    match write {
        Write::Entry { key, .. } | Write::Remove { key } => named('e', key),
        Write::Count { tag, .. } => named('g', tag),
    }
}

fn named(kind: char, name: &str) -> Rc<str> {
    let mut text = String::from(kind);
    text.push_str(name);
    text.into()
}

const fn is_value<P>(write: &Write<P>) -> bool {
    matches!(write, Write::Entry { .. })
}

impl<P: Clone> Repairs<P> {
    /// Whether the entry of a key waits for the disk.
    pub(super) fn has(&self, key: &str) -> bool {
        self.disk.contains_key(&*named('e', key))
    }

    /// What a tag's counter says that waits for the disk.
    pub(super) fn count(&self, tag: &str) -> Option<Generation> {
        if self.disk.is_empty() {
            return None;
        }
        match self.disk.get(&*named('g', tag)) {
            Some(Write::Count { generation, .. }) => Generation::from_text(generation),
            _ => None,
        }
    }

    /// Whether the remote tier has yet to hear of a tag.
    pub(super) fn tells(&self, tag: &Rc<str>) -> bool {
        self.remote.iter().any(|(supplier, other)| other == tag || *other == supplier_tag(supplier))
    }

    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// How many wait for the disk.
    pub(super) fn len(&self) -> usize {
        self.disk.len()
    }

    /// The disk has refused these.
    pub(super) fn add(&mut self, now: Instant, writes: Vec<Write<P>>) {
        for mut write in writes {
            let name = name(&write);
            self.disk.remove(&*name);
            if let Write::Entry { key, bytes, .. } = &write
                && !self.has_room(u64::from(*bytes))
            {
                write = Write::Remove { key: key.clone() };
            }
            if self.disk.len() >= MOST {
                let given_up = |(name, write): (&Rc<str>, &Write<P>)| is_value(write).then(|| name.clone());
                let Some(given_up) = self.disk.iter().find_map(given_up) else { continue };
                self.disk.remove(&*given_up);
            }
            self.disk.insert(name, write);
        }
        self.put_off(now);
    }

    fn has_room(&self, more: u64) -> bool {
        let (mut values, mut bytes) = (0, more);
        for write in self.disk.values() {
            if let Write::Entry { bytes: other, .. } = write {
                values += 1;
                bytes += u64::from(*other);
            }
        }
        values < MOST_VALUES && bytes <= MOST_BYTES
    }

    pub(super) fn add_remote(
        &mut self,
        now: Instant,
        supplier: &Rc<str>,
        tags: impl Iterator<Item = Rc<str>>,
    ) {
        for tag in tags {
            let mut one = (supplier.clone(), tag);
            if self.remote.len() >= MOST_REMOTE && !self.remote.contains(&one) {
                self.remote.retain(|(other, _)| other != supplier);
                one.1 = supplier_tag(supplier);
            }
            if !self.remote.contains(&one) {
                self.remote.push(one);
            }
        }
        self.put_off(now);
    }

    /// These were written: what waits of the same is older.
    pub(super) fn forget(&mut self, writes: &[Write<P>]) {
        for write in writes {
            self.disk.remove(&*name(write));
        }
    }

    /// The entry of a key was written by another tab.
    pub(super) fn forget_entry(&mut self, key: &str) {
        self.disk.remove(&*named('e', key));
    }

    pub(super) fn put_off(&mut self, now: Instant) {
        let pause = (FIRST << self.attempts.min(6)).min(LONGEST);
        self.due.get_or_insert(now.after(pause));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.disk.is_empty() && self.remote.is_empty()
    }

    /// What is tried next: counters before all values, then values in turn.
    pub(super) fn batch(&mut self) -> Vec<Write<P>> {
        let small: Vec<Write<P>> = self.disk.values().filter(|write| !is_value(*write)).cloned().collect();
        if !small.is_empty() {
            return small;
        }
        let after = |(name, write): (&Rc<str>, &Write<P>)| (*name > self.tried).then(|| write.clone());
        let most = (BATCH >> self.attempts.saturating_sub(1).min(5)).max(1);
        let mut batch: Vec<Write<P>> = self.disk.iter().filter_map(after).take(most).collect();
        if batch.is_empty() {
            batch = self.disk.values().take(most).cloned().collect();
        }
        self.tried = batch.last().map_or("".into(), name);
        batch
    }
}

/// Whether what was written is what waits, or newer.
pub(super) fn is_as_new<P>(written: &Write<P>, waiting: &Write<P>) -> bool {
    match (written, waiting) {
        (Write::Entry { header, .. }, Write::Entry { header: other, .. }) => header == other,
        (Write::Count { generation, .. }, Write::Count { generation: other, .. }) => {
            let of = |text: &str| Generation::from_text(text).unwrap_or_default();
            !of(other).is_above(of(generation))
        }
        (Write::Remove { .. }, Write::Remove { .. }) => true,
        _ => false,
    }
}
