//! How values are read: from what is queued, from memory, or from the segment where the index has them.

use std::rc::Rc;

use super::database::{Ask, Database};
use super::index::{Index, Slot, State};
use super::input::Timer;
use super::names::{Kind, SHARED};
use super::operation::Operation;
use super::output::{Found, Outcome, Refusal};
use super::segment::{Content, Entry, Segment};
use super::table::Places;
use super::writing::settle;
use super::{DEADLINE, Life, Purpose, Store};
use crate::core::ids::CallId;
use crate::core::time::Instant;

impl<P: Clone> Store<P> {
    pub(super) fn get(
        &mut self,
        now: Instant,
        call: CallId,
        kind: Kind,
        key: Option<Rc<str>>,
        is_latest: bool,
    ) {
        if self.life == Life::Ended {
            return self.refuse(call, Refusal::Wiped);
        }
        if !SHARED.contains(&kind) {
            return self.refuse(call, Refusal::Unavailable);
        }
        self.wait(now, call);
        let is_reading = self.asked(Purpose::Read(kind)).is_some();
        let is_ready = self.is_ready(kind);
        let Some(database) = self.database(kind) else { return };
        let mut turn = 0;
        if is_latest && is_ready {
            // A reading that is under way may have begun before.
            turn = database.turns.saturating_add(1 + u32::from(is_reading));
            database.is_behind |= is_reading;
        }
        database.asks.push(Ask { call, key, turn });
        if turn > 0 {
            return self.read(now, kind, DEADLINE);
        }
        let Some(database) = self.databases.get(kind) else { return };
        let groups = database.queue.len() + database.awaiting.len();
        if groups > MANY || database.queue.iter().any(|group| group.entries.len() > MANY) {
            // What is wanted in this turn is looked up together.
            self.timers.set(Timer::Flush, now);
        } else {
            self.serve(now, kind);
        }
    }

    /// Answers what can be answered, and reads what is missing for the rest.
    pub(super) fn serve(&mut self, now: Instant, kind: Kind) {
        let fetch = Purpose::Fetch(kind);
        // One that has been given up for a newer one may still be waited for: nothing is read from what is not open.
        let is_free = self.is_ready(kind) && self.asked(fetch).is_none();
        let Some(database) = self.databases.get_mut(kind) else { return };
        if !database.is_whole() || database.asks.is_empty() {
            return;
        }
        // What is not open is not read to its end: what is known is all there is.
        let turns = if database.handle.is_some() { database.turns } else { u32::MAX };
        let asks: Vec<Ask> = database.asks.extract_if(.., |ask| ask.turn <= turns).collect();
        for ask in &asks {
            if let Some(key) = &ask.key {
                database.index.touch(key);
            }
        }
        let mut missing = Vec::new();
        let mut left = Vec::new();
        let unread = Unread::of(database, asks.len());
        for ask in asks {
            let mut segments = Vec::new();
            let outcome = match &ask.key {
                Some(key) => Outcome::Value(value(&database.index, &unread, key, &mut segments)),
                None => Outcome::All(all(database, &mut segments)),
            };
            if segments.is_empty() {
                settle(&mut self.outputs, Some(ask.call), outcome);
                continue;
            }
            for segment in segments {
                if let Err(at) = missing.binary_search(&segment) {
                    missing.insert(at, segment);
                }
            }
            left.push(ask);
        }
        database.asks.append(&mut left);
        self.let_go(kind);
        if self.databases.get(kind).is_some_and(|database| database.is_worth_listing(&self.limits)) {
            self.plan_compaction(now);
        }
        let Some(database) = self.databases.get(kind) else { return };
        let (Some(handle), true, false) = (database.handle, is_free, missing.is_empty()) else { return };
        missing.truncate(self.limits.slice as usize);
        self.ask(now, fetch, Operation::Get { handle, segments: missing }, DEADLINE);
    }

    pub(super) fn fetched(&mut self, now: Instant, kind: Kind, segments: &[(u64, Segment<P>)]) {
        let Some(database) = self.databases.get_mut(kind) else { return };
        let mut is_stale = database.building.is_none();
        for (key, segment) in segments {
            for (position, entry) in (0..).zip(&segment.entries) {
                let is_new = database.index.hold(*key, position, entry);
                is_stale &= is_new.is_none();
                if is_new == Some(true) && !database.holds_all() {
                    database.list_held(&entry.key, entry.id, entry.value_bytes());
                }
            }
        }
        let before = database.asks.len();
        self.serve(now, kind);
        let Some(database) = self.databases.get(kind) else { return };
        if is_stale && before > 0 && database.asks.len() == before {
            // Nothing lies where it should: the log has been compacted, and nobody has said so.
            self.read(now, kind, DEADLINE);
        }
    }

    /// These values of data and cache are held in memory from now on.
    pub(super) fn remember_held(&mut self, kind: Kind, keys: &[Rc<str>]) {
        let Some(database) = self.databases.get_mut(kind).filter(|database| !database.holds_all()) else {
            return;
        };
        for key in keys {
            let index = database.building.as_ref().unwrap_or(&database.index);
            if let Some(slot) = index.slot(key)
                && let State::Live { held: Some(value), .. } = &slot.state
                // What both indexes hold is in the list already.
                && (database.building.is_none() || !database.index.holds(key, slot.id))
            {
                let (id, bytes) = (slot.id, value.bytes);
                database.list_held(key, id, bytes);
            }
        }
        self.let_go(kind);
    }

    /// What is held is let go of, oldest first, if it is too much. Nothing is while somebody waits for all values, which have
    /// to be held together.
    fn let_go(&mut self, kind: Kind) {
        let most = self.limits.held;
        let Some(database) = self.databases.get_mut(kind) else { return };
        if database.asks.iter().any(|ask| ask.key.is_none()) {
            return;
        }
        while database.held_bytes > most
            && let Some((key, id, bytes)) = database.held.pop()
        {
            database.index.release(&key, id);
            if let Some(building) = &mut database.building {
                building.release(&key, id);
            }
            database.held_bytes = database.held_bytes.saturating_sub(u64::from(bytes));
        }
    }
}

/// More keys than this are not looked for one by one.
const MANY: usize = 8;

/// What has been written and is not in the index yet, in its order.
struct Unread<'a, P> {
    entries: Vec<&'a Entry<P>>,
    /// Where the last entry of each key is.
    places: Option<Places>,
}

impl<'a, P: Clone> Unread<'a, P> {
    /// That of a database, to look for so many keys.
    fn of(database: &'a Database<P>, count: usize) -> Self {
        let mut unread = Self { entries: database.unread(), places: None };
        if count > MANY {
            let mut places = Places::with_capacity(unread.entries.len());
            for (at, entry) in unread.entries.iter().enumerate().rev() {
                if places.find(&entry.key, &|found| unread.is_of(found, &entry.key)).is_none() {
                    places.add(&entry.key, at);
                }
            }
            unread.places = Some(places);
        }
        unread
    }

    fn is_of(&self, at: usize, key: &str) -> bool {
        self.entries.get(at).is_some_and(|entry| *entry.key == *key)
    }

    /// The last entry of a key.
    fn last(&self, key: &str) -> Option<&'a Entry<P>> {
        let at = match &self.places {
            Some(places) => places.find(key, &|at| self.is_of(at, key)),
            None => (0..self.entries.len()).rev().find(|at| self.is_of(*at, key)),
        };
        self.entries.get(at?).copied()
    }
}

fn found<P: Clone>(entry: &Entry<P>) -> Option<Found<P>> {
    match &entry.content {
        Content::Put { value, .. } => {
            Some(Found { key: Rc::clone(&entry.key), id: entry.id, value: value.clone() })
        }
        Content::Remove { .. } => None,
    }
}

/// The value of a slot; the segment that has to be read for it, if it is not held, is added to what is missing.
fn held<P: Clone>(key: &Rc<str>, slot: &Slot<P>, missing: &mut Vec<u64>) -> Option<Found<P>> {
    let State::Live { held, .. } = &slot.state else { return None };
    if held.is_none() && missing.last() != Some(&slot.segment) {
        missing.push(slot.segment);
    }
    Some(Found { key: Rc::clone(key), id: slot.id, value: held.clone()? })
}

/// The value of a key.
fn value<P: Clone>(
    index: &Index<P>,
    unread: &Unread<'_, P>,
    key: &Rc<str>,
    missing: &mut Vec<u64>,
) -> Option<Found<P>> {
    match unread.last(key) {
        Some(entry) => found(entry),
        None => held(key, index.slot(key)?, missing),
    }
}

/// How many values there are, at least.
pub(super) fn count<P: Clone>(database: &Database<P>) -> u32 {
    let mut missing = Vec::new();
    let held = all(database, &mut missing).len();
    u32::try_from(held + missing.len()).unwrap_or(u32::MAX)
}

/// All values in the order of the log, what is queued behind them; none, if some are missing, which are added.
fn all<P: Clone>(database: &Database<P>, missing: &mut Vec<u64>) -> Vec<Found<P>> {
    let unread = Unread::of(database, usize::MAX);
    let mut all = Vec::new();
    // What is missing is found out first: a value's handle is not copied in vain each time that some have been read.
    for wants_held in [false, true] {
        for (key, slot) in database.index.slots() {
            let is_held = matches!(&slot.state, State::Live { held: Some(_), .. });
            if is_held == wants_held
                && (unread.entries.is_empty() || unread.last(key).is_none())
                && let Some(found) = held(key, slot, missing)
            {
                all.push(found);
            }
        }
        if !missing.is_empty() {
            return all;
        }
    }
    for entry in &unread.entries {
        if unread.last(&entry.key).is_some_and(|last| last.id == entry.id)
            && let Some(found) = found(entry)
        {
            all.push(found);
        }
    }
    all
}
