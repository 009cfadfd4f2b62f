//! How space is won: the cache is kept below its limit, and given up as a whole when the browser refuses more.

use std::rc::Rc;

use super::database::{Group, Link};
use super::index::State;
use super::names::Kind;
use super::operation::Operation;
use super::segment::{Content, Entry};
use super::{DEADLINE, Purpose, Store};
use crate::core::time::Instant;

/// Whether there will be more space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// The cache is being given up.
    Coming,
    /// The cache will be, once it is open.
    Later,
    /// There is none to be given up.
    None,
}

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
        self.asked(Purpose::Clear(Kind::Cache)).is_some()
    }

    /// Gives up the cache, which needs no space, unlike removing its entries one by one.
    pub(super) fn make_space(&mut self, now: Instant) -> Space {
        if self.is_making_space() {
            return Space::Coming;
        }
        let Some(cache) = self.databases.get(Kind::Cache) else { return Space::None };
        match (cache.ready(), cache.link) {
            (Some(handle), _) => {
                self.ask(now, Purpose::Clear(Kind::Cache), Operation::Clear { handle }, DEADLINE);
                Space::Coming
            }
            (None, Link::Closed) => Space::None,
            (None, _) if cache.is_newer => Space::None,
            (None, _) => Space::Later,
        }
    }

    /// The database is empty. Others find out by the lowest key of its log.
    pub(super) fn cleared(&mut self, now: Instant, kind: Kind) {
        if let Some(database) = self.databases.get_mut(kind) {
            database.was_cleared = true;
        }
        self.emptied(now, kind);
        self.flush_all(now);
    }

    /// What was read of a log is not there any more.
    pub(super) fn emptied(&mut self, now: Instant, kind: Kind) {
        if let Some(database) = self.databases.get_mut(kind) {
            database.unreadable.clear();
            database.is_undirected = false;
        }
        self.rebuild(now, kind);
    }

    /// Removes what has expired, then what was used longest ago, until the cache is below its limit by a tenth.
    fn evict(&mut self, now: Instant) {
        let Some(cache) = self.databases.get(Kind::Cache).filter(|_| self.is_leading()) else { return };
        let is_full = cache.index.live() > self.limits.cache;
        let is_crowded = cache.index.keys() > self.limits.pinned;
        if !(is_full || is_crowded) || cache.flight.is_some() || !cache.queue.is_empty() {
            return;
        }
        let wall = self.wall.saturating_add(now.as_millis());
        let (mut ranks, mut pinned) = (Vec::new(), 0);
        for (_, slot) in cache.index.slots() {
            if matches!(slot.state, State::Live { .. }) {
                let rank = slot.rank(wall);
                pinned += usize::from(rank == u32::MAX);
                ranks.push((rank, slot.bytes));
            }
        }
        // Removals that are kept take some of what the log counts as live, and cannot be given up.
        let all = bytes_up_to(&ranks, u32::MAX);
        let is_full = all > self.limits.cache;
        let excess = if is_full { all.saturating_sub(self.limits.cache - self.limits.cache / 10) } else { 0 };
        if pinned > self.limits.pinned || bytes_up_to(&ranks, u32::MAX - 1) < excess {
            // What is pinned goes only together with what it is about.
            self.make_space(now);
            return;
        }
        if !is_full {
            return;
        }
        // Halving, because sorting would be more code: the lowest rank up to which there is enough.
        let (mut low, mut high) = (0, u32::MAX - 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if bytes_up_to(&ranks, middle) < excess {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let mut rest = match low.checked_sub(1) {
            Some(below) => excess.saturating_sub(bytes_up_to(&ranks, below)),
            None => excess,
        };
        let mut victims = Vec::new();
        for (key, slot) in cache.index.slots() {
            let rank = slot.rank(wall);
            if rank < low || (rank == low && rest > 0) {
                victims.push((Rc::clone(key), slot.id));
            }
            if rank == low {
                rest = rest.saturating_sub(u64::from(slot.bytes));
            }
        }
        for (key, of) in victims {
            let id = self.next_id();
            let entries = vec![Entry { key, id, content: Content::Remove { of } }];
            self.enqueue(Kind::Cache, Group::new(entries, id, self.epoch, now));
        }
        self.flush(now, Kind::Cache);
    }
}

/// What entries up to this rank take, in bytes.
fn bytes_up_to(ranks: &[(u32, u32)], rank: u32) -> u64 {
    let mut sum = 0;
    for (of, bytes) in ranks {
        if *of <= rank {
            sum += u64::from(*bytes);
        }
    }
    sum
}
