//! What is shown: it stays in memory, is read again when it may not hold any more, and is told to be older.

use std::rc::Rc;

use super::input::Key;
use super::serving::Look;
use super::{Cache, earlier};
use crate::core::time::Instant;

/// How often it is told how old what is shown is, in milliseconds.
const TICK: u64 = 30_000;

/// A key that is shown.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    key: Key,
    count: u32,
}

impl<P: Clone> Cache<P> {
    /// A component shows a key.
    pub(super) fn watch(&mut self, now: Instant, key: Key) {
        self.meet(&key.supplier);
        let none = || Watched { key: key.clone(), count: 0 };
        if let Some(watched) = self.watched.get_or_insert_with(key.text.clone(), none) {
            watched.count = watched.count.saturating_add(1);
        }
        self.look_at(now, &key);
    }

    /// The key, if it is shown.
    pub(super) fn watched(&self, key: &str) -> Option<Key> {
        self.watched.get(key).map(|watched| watched.key.clone())
    }

    pub(super) fn unwatch(&mut self, key: &Rc<str>) {
        let Some(watched) = self.watched.get_mut(&**key) else { return };
        watched.count = watched.count.saturating_sub(1);
        if watched.count == 0 {
            self.watched.remove(&**key);
        }
    }

    /// What is shown may not hold any more.
    pub(super) fn look_again(&mut self, now: Instant) {
        let keys: Vec<Key> = self.watched.values().map(|watched| watched.key.clone()).collect();
        for key in keys {
            self.look_at(now, &key);
        }
    }

    /// When what is shown becomes stale or is a little older.
    pub(super) fn next_age(&self, now: Instant) -> Option<Instant> {
        let wall = self.wall(now);
        let mut next = None;
        for key in self.watched.keys() {
            if let Some(entry) = self.entries.get(&**key) {
                let tick = now.after(TICK - self.wall(now) % TICK);
                let turn = entry.turn(now, wall);
                next = earlier(next, turn.map_or(Some(tick), |turn| Some(turn.min(tick))));
            }
        }
        next
    }

    /// Tells how old what is shown is now.
    pub(super) fn age(&mut self, now: Instant) {
        let keys: Vec<Rc<str>> = self.watched.keys().cloned().collect();
        for key in keys {
            self.show(now, &key);
        }
    }

    /// A key that is shown is read if need be, and dropped if it does not hold.
    pub(super) fn look_at(&mut self, now: Instant, key: &Key) {
        let is_unknown = !self.is_operated_on(&key.text) && matches!(self.look(now, key), Look::Unknown);
        if is_unknown && !self.is_reading(&key.text) {
            self.read_latest(now, key);
        }
        if !self.entries.contains_key(&*key.text) && !self.is_reading(&key.text) {
            self.read_entry(now, key);
        }
    }

    pub(super) fn look_at_watched(&mut self, now: Instant, key: &str) {
        if self.watched.contains_key(key) && self.entries.contains_key(key) {
            self.show(now, &key.into());
        }
    }
}
