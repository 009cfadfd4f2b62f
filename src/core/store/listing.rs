//! When the directory is written: it spares others the reading of the log, and tells them what was used when.

use std::rc::Rc;

use super::Store;
use super::database::Database;
use super::index::{Index, Slot, State};
use super::input::Limits;
use super::names::Kind;
use super::operation::Compaction;
use super::segment::{Directory, Place};
use crate::core::time::Instant;

/// A directory with more entries costs more than it spares.
const MOST_PLACES: usize = 2_000;
/// So many uses are lost at the most when a page ends.
const MOST_USES: u32 = 100;

impl<P: Clone> Database<P> {
    /// Whether so much of the cache has been used since its directory was written that another order of eviction is worth
    /// writing. Where there is much room left nothing is evicted soon.
    pub(super) fn is_worth_listing(&self, limits: &Limits) -> bool {
        self.kind == Kind::Cache
            && self.index.uses().saturating_sub(self.listed_uses) >= MOST_USES
            && self.index.live() > limits.cache / 2
    }
}

impl<P: Clone> Store<P> {
    /// Writes the directory, once enough has been appended or used since the last one. Where all values are held in memory,
    /// all have to be read anyway.
    pub(super) fn list(&mut self, now: Instant, kind: Kind) {
        let limits = self.limits;
        let Some(database) = self.databases.get_mut(kind).filter(|database| !database.holds_all()) else {
            return;
        };
        let Some(head) = database.head else { return };
        let index = &database.index;
        let mut new = 0_u64;
        for extent in index.extents() {
            if extent.key > database.listed {
                new += u64::from(extent.bytes);
            }
        }
        if new < limits.garbage && !database.is_worth_listing(&limits) {
            return;
        }
        database.listed_uses = index.uses();
        let directory = directory(index);
        if directory.through == 0 || !database.unreadable.is_empty() {
            return;
        }
        let (through, first, added) = (index.through, index.first(), Vec::new());
        let epoch = self.epoch;
        let compaction = Compaction { epoch, head, through, first, removed: None, added, directory };
        self.replace(now, kind, compaction, Vec::new());
    }
}

/// What spares others the reading of the log so far.
fn directory<P: Clone>(index: &Index<P>) -> Directory {
    let (mut places, mut segments) = (Vec::new(), Vec::new());
    for (key, slot) in index.slots() {
        if let Slot { id, segment, position, bytes, state: State::Live { expires, used, .. } } = slot {
            let key = Rc::clone(key);
            let (id, segment, position) = (*id, *segment, *position);
            let (bytes, expires, used) = (*bytes, *expires, *used);
            places.push(Place { key, id, segment, position, bytes, expires, used });
        }
    }
    if places.len() > MOST_PLACES {
        return Directory::default();
    }
    for extent in index.extents() {
        segments.push((extent.key, extent.bytes));
    }
    Directory { through: index.through, epoch: index.epoch, places, segments, seen: index.seen().to_vec() }
}
