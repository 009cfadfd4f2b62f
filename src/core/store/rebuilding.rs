//! What happens when a database was gone, because the site's data were cleared, and is there again, empty or filled by
//! another tab: what is in memory is written again.
//!
//! Each tab writes again what is its own, under the same numbers; it does so before anything new of its own, so the order
//! of its numbers holds. The leader also writes what tabs made that may be gone: entries that it holds, and the removals
//! that it knows of. It does not matter who is first: an entry counts once, a removal hides its id for good.

use super::database::{Group, regroup};
use super::names::Kind;
use super::output::News;
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
        if let Some(database) = self.databases.get_mut(&kind) {
            let mut queue = regroup(entries, now);
            for group in &mut queue {
                group.epoch = leaders;
            }
            for awaiting in std::mem::take(&mut database.awaiting) {
                queue.push(Group { is_spilled: false, ..awaiting.group });
            }
            queue.append(&mut database.queue);
            database.queue = queue;
        }
        if lost > 0 && self.is_leading() && !is_spill && !is_orphan {
            self.tell_news(News::Lost { database: kind, entries: lost });
        }
        self.plan_spilling();
        if self.life == Life::Running {
            self.rebuild(now, kind);
        }
    }
}
