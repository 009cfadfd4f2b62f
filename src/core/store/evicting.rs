//! How space is won: the cache is kept below its limit, and given up as a whole when the browser refuses more.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::database::Group;
use super::index::State;
use super::names::Kind;
use super::operation::Operation;
use super::segment::{Content, Entry, Head};
use super::{DEADLINE, Purpose, Store};
use crate::core::time::Instant;

impl<P: Clone> Store<P> {
    /// What follows when a database has got further.
    pub(super) fn after_progress(&mut self, now: Instant, kind: Kind) {
        if kind == Kind::Outbox || kind == self.spill_kind() {
            self.plan_spilling();
            self.end_spilling(now);
            self.finish_orphans(now);
        }
        if kind == Kind::Cache {
            self.evict(now);
        }
        if kind == Kind::Epoch {
            self.draw_now(now);
        }
        self.plan_compaction(now);
    }

    /// Whether the cache is being given up.
    pub(super) fn is_making_space(&self) -> bool {
        self.databases.get(&Kind::Cache).is_some_and(|cache| cache.clearing.is_some())
    }

    /// Gives up the cache, which needs no space, unlike removing its entries one by one. Whether that is possible.
    pub(super) fn make_space(&mut self, now: Instant) -> bool {
        let Some(cache) = self.databases.get(&Kind::Cache) else { return false };
        if cache.clearing.is_some() {
            return true;
        }
        let Some(handle) = cache.ready() else { return false };
        let operation = self.ask(now, Purpose::Clear(Kind::Cache), Operation::Clear { handle }, DEADLINE);
        if let Some(cache) = self.databases.get_mut(&Kind::Cache) {
            cache.clearing = Some(operation);
        }
        true
    }

    /// The database is empty. Others find out by its generation.
    pub(super) fn cleared(&mut self, now: Instant, kind: Kind, head: Head) {
        let Some(database) = self.databases.get_mut(&kind) else { return };
        database.clearing = None;
        database.unreadable.clear();
        if database.head.is_some_and(|known| known.generation.saturating_add(1) != head.generation) {
            return self.rebuild(now, kind);
        }
        self.rebuild(now, kind);
        self.flush_all(now);
    }

    /// Removes what has expired, then what was used longest ago, until the cache is below its limit by a tenth.
    fn evict(&mut self, now: Instant) {
        let Some(cache) = self.databases.get(&Kind::Cache).filter(|_| self.is_leading()) else { return };
        let live = cache.index.live();
        if live <= self.limits.cache || cache.flight.is_some() || !cache.queue.is_empty() {
            return;
        }
        let wall = self.wall.saturating_add(now.as_millis());
        let slots: Vec<_> = cache.index.slots().collect();
        // A heap, because only a few of them are looked at.
        let mut victims: BinaryHeap<Reverse<(bool, u32, usize)>> = (0..)
            .zip(&slots)
            .filter_map(|(at, (_, slot))| match slot.state {
                State::Live { expires, used, .. } => {
                    let is_expired = expires != 0 && expires <= wall;
                    Some(Reverse((!is_expired, used, at)))
                }
                State::Removed { .. } => None,
            })
            .collect();
        let mut excess = live.saturating_sub(self.limits.cache - self.limits.cache / 10);
        let mut keys = Vec::new();
        while excess > 0
            && let Some(Reverse((.., at))) = victims.pop()
            && let Some((key, slot)) = slots.get(at)
        {
            excess = excess.saturating_sub(u64::from(slot.bytes));
            keys.push((key.clone(), slot.id));
        }
        for (key, of) in keys {
            let id = self.next_id();
            let entries = vec![Entry { key, id, content: Content::Remove { of } }];
            let (epoch, since, orphan) = (self.epoch, now, None);
            let group = Group {
                entries,
                id,
                epoch,
                call: None,
                since,
                is_spilled: false,
                is_doubtful: false,
                is_rewritten: false,
                orphan,
            };
            self.enqueue(Kind::Cache, group);
        }
        self.flush(now, Kind::Cache);
    }
}
