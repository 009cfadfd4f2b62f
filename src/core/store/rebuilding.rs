//! What happens when a database was gone, because the site's data were cleared, and is there again, empty or filled by
//! another tab: what is in memory is written again.
//!
//! Each tab writes again what is its own, under the same numbers; it does so before anything new of its own, so the order
//! of its numbers holds. The leader also writes what tabs made that may be gone: entries that it holds, and the removals
//! that it knows of. It does not matter who is first: an entry counts once, a removal hides its id for good.

use super::database::{Group, regroup};
use super::names::Kind;
use super::output::News;
use super::segment::{Entry, EntryId};
use super::{Life, Store};
use crate::core::time::Instant;

impl<P: Clone> Store<P> {
    /// The database of this name is another one than before.
    pub(super) fn replaced(&mut self, now: Instant, kind: Kind) {
        let is_spill = kind == self.spill_kind();
        if is_spill && let Some(outbox) = self.databases.get_mut(&Kind::Outbox) {
            for group in outbox.queue.iter_mut().filter(|group| group.orphan.is_none()) {
                group.is_spilled = false;
            }
        }
        let Some(database) = self.databases.get_mut(&kind) else { return };
        let fresh = database.fresh_index();
        let former = std::mem::replace(&mut database.index, fresh);
        database.head = None;
        database.is_loaded = false;
        database.unreadable.clear();
        database.held.clear();
        database.held_bytes = 0;
        let mut entries = Vec::new();
        let mut leaders = 0;
        let (mut overtaken, mut held) = (Vec::new(), Vec::new());
        let spill = self.databases.get(&self.spill_kind());
        let has_spilled =
            kind == Kind::Outbox && spill.is_some_and(|spill| !spill.index.extents().is_empty());
        let mut lost = 0_u32;
        let is_orphan = self.is_orphan(kind);
        for (key, slot) in former.slots() {
            let Some(entry) = slot.entry(key) else {
                lost = lost.saturating_add(1);
                continue;
            };
            let is_own = slot.id.origin == self.origin;
            let epoch = match kind {
                _ if is_spill || is_orphan => continue,
                Kind::Outbox if is_own || self.is_leading() => 0,
                Kind::Data | Kind::Cache if self.is_leading() => self.epoch,
                _ => continue,
            };
            entries.push((slot.segment, entry));
            leaders = epoch;
        }
        let written: Vec<EntryId> = match self.databases.get(&kind) {
            Some(database) if !database.queue.is_empty() || !database.awaiting.is_empty() => {
                entries.iter().map(|(_, entry)| entry.id).collect()
            }
            _ => Vec::new(),
        };
        if let Some(database) = self.databases.get_mut(&kind) {
            let mut queue = Vec::new();
            for group in regroup(entries, now) {
                let group = Group { epoch: leaders, is_rewritten: true, ..group };
                // What is in the spill has later numbers.
                let is_overtaken = has_spilled && group.id.origin == self.origin;
                if is_overtaken { &mut overtaken } else { &mut queue }.push(group);
            }
            // What was in the log already comes from there.
            let is_again = |entry: &Entry<P>| written.contains(&entry.id);
            let committed = std::mem::take(&mut database.awaiting).into_iter().map(|awaiting| awaiting.group);
            let committed = committed.map(|group| Group { is_spilled: false, is_rewritten: true, ..group });
            for group in committed.chain(std::mem::take(&mut database.queue)) {
                if group.entries.is_empty() || !group.entries.iter().all(is_again) {
                    queue.push(group);
                } else {
                    held.extend(group.call);
                }
            }
            database.queue = queue;
        }
        self.settle_held(held);
        self.renumber(kind, overtaken);
        if lost > 0 && self.is_leading() && !is_spill && !is_orphan {
            self.tell_news(News::Lost { database: kind, entries: lost });
        }
        self.plan_spilling();
        if self.life == Life::Running {
            self.rebuild(now, kind);
        }
    }

    /// What was in the former database and is not in this one, although later numbers of its origin are: somebody else has
    /// merged those from a spill. Under its own numbers it would not count any more, so it is written under new ones.
    pub(super) fn renumber(&mut self, kind: Kind, groups: Vec<Group<P>>) {
        for mut group in groups {
            let index = self.databases.get(&kind).map(|database| &database.index);
            group.entries.retain(|entry| index.is_some_and(|index| index.slot(&entry.key).is_none()));
            for entry in &mut group.entries {
                entry.id = self.next_id();
            }
            group.id = group.entries.first().map_or(group.id, |entry| entry.id);
            self.enqueue(kind, Group { is_spilled: false, is_doubtful: false, ..group });
        }
    }
}
