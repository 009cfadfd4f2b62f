//! What happens when a database was gone, because the site's data were cleared, and is there again, empty or filled by
//! another tab: what is in memory is written again.
//!
//! Each tab writes again what is its own, under the same numbers; it does so before anything new of its own, so the order
//! of its numbers holds. The leader also writes what tabs made that may be gone: entries that it holds, and the removals
//! that it knows of. It does not matter who is first: an entry counts once, a removal hides its id for good.

use super::database::{Queued, regroup};
use super::names::{Kind, SHARED};
use super::output::{News, Outcome};
use super::writing::settle;
use super::{Life, Store};
use crate::core::fifo::Fifo;
use crate::core::time::Instant;

impl<P: Clone> Store<P> {
    /// The database of this name is another one than before.
    pub(super) fn replaced(&mut self, now: Instant, kind: Kind) {
        let is_spill = kind == self.spill_kind();
        if is_spill && let Some(outbox) = self.databases.get_mut(Kind::Outbox) {
            for group in &mut outbox.queue {
                group.is_spilled &= group.orphan.is_some();
            }
        }
        let Some(database) = self.databases.get_mut(kind) else { return };
        let fresh = database.fresh_index();
        let former = std::mem::replace(&mut database.index, fresh);
        database.head = None;
        database.is_loaded = false;
        database.unreadable.clear();
        database.held = Fifo::default();
        database.held_bytes = 0;
        let is_shared = SHARED.contains(&kind);
        let spill = self.databases.get(self.spill_kind());
        let has_spilled =
            kind == Kind::Outbox && spill.is_some_and(|spill| !spill.index.extents().is_empty());
        let epoch = if kind == Kind::Outbox { 0 } else { self.epoch };
        let (mut groups, mut written) = (Vec::new(), Vec::new());
        let mut lost = 0_u32;
        for (key, slot) in former.slots() {
            let Some(entry) = slot.entry(key) else {
                lost = lost.saturating_add(1);
                continue;
            };
            let is_own = kind == Kind::Outbox && slot.id.origin == self.origin;
            if is_shared && (is_own || self.is_leading()) {
                written.push(entry.id);
                regroup(&mut groups, slot.segment, entry, now);
            }
        }
        let mut overtaken = Vec::new();
        if let Some(database) = self.databases.get_mut(kind) {
            let mut committed = std::mem::take(&mut database.awaiting);
            for group in &mut committed {
                group.is_spilled = false;
                group.is_rewritten = true;
            }
            let queued = std::mem::take(&mut database.queue);
            for mut group in groups {
                group.epoch = epoch;
                group.is_rewritten = true;
                // What is in the spill has later numbers.
                let is_overtaken = has_spilled && group.id.origin == self.origin;
                if is_overtaken { &mut overtaken } else { &mut database.queue }.push(group);
            }
            for (groups, is_committed) in [(committed, true), (queued, false)] {
                for mut group in groups {
                    // What was in the log already comes from there, each entry of its own: a read finds none twice.
                    let is_record = group.entries.is_empty();
                    group.entries.retain(|entry| !written.contains(&entry.id));
                    group.id = group.entries.first().map_or(group.id, |entry| entry.id);
                    // As above.
                    let is_overtaken = is_committed && has_spilled && group.id.origin == self.origin;
                    if is_overtaken && group.epoch == 0 && !group.entries.is_empty() {
                        overtaken.push(group);
                    } else if is_record || !group.entries.is_empty() {
                        database.queue.push(group);
                    } else {
                        settle(&mut self.outputs, group.call, Outcome::Held);
                    }
                }
            }
        }
        self.renumber(kind, overtaken);
        if lost > 0 && self.is_leading() && is_shared {
            self.tell_news(News::Lost { database: kind, entries: lost });
        }
        self.plan_spilling();
        if self.life == Life::Running {
            self.rebuild(now, kind);
        }
    }

    /// What was in the former database and is not in this one, although later numbers of its origin are: somebody else has
    /// merged those from a spill. Under its own numbers it would not count any more, so it is written under new ones.
    pub(super) fn renumber(&mut self, kind: Kind, groups: Vec<Queued<P>>) {
        for mut group in groups {
            for mut entry in std::mem::take(&mut group.entries) {
                let database = self.databases.get(kind);
                let is_missing = database.is_some_and(|database| {
                    database.index.slot(&entry.key).is_none() || database.index.lacks_removal(&entry)
                });
                if is_missing {
                    entry.id = self.next_id();
                    group.entries.push(entry);
                }
            }
            group.id = group.entries.first().map_or(group.id, |entry| entry.id);
            group.is_spilled = false;
            group.is_doubtful = false;
            self.enqueue(kind, group);
        }
    }
}
