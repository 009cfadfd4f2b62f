//! Which checks there are, and what is remembered of those that there were.

use std::rc::Rc;

use super::alarm::Alarm;
use super::check::{Check, CheckConfig, CheckState};
use super::history::Past;
use super::text::cut;
use super::{Health, MOST_CHECKS, MOST_ENTRIES, MOST_MILLIS, MOST_NAME, NETWORK};
use crate::core::sorted_map::SortedMap;
use crate::core::time::Instant;

/// The shortest interval of reminders, in milliseconds.
const LEAST_REMINDER: u64 = 60_000;

/// All of a name.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// The check, while it is registered.
    pub(super) check: Option<Check>,
    /// What the leader says of it.
    pub(super) heard: Option<CheckState>,
    pub(super) past: Past,
    pub(super) alarm: Alarm,
}

impl Entry {
    /// As it is shown.
    pub(super) fn shown(&self) -> Option<&CheckState> {
        self.heard.as_ref().or(self.check.as_ref().map(|check| &check.state))
    }
}

/// Whatever there is, by its name.
pub(super) type Entries = SortedMap<Rc<str>, Entry>;

/// The checks that are registered.
pub(super) fn checks(watched: &Entries) -> impl Iterator<Item = &Check> {
    watched.values().filter_map(|entry| entry.check.as_ref())
}

/// The checks that are registered, to be changed.
pub(super) fn checks_mut(watched: &mut Entries) -> impl Iterator<Item = &mut Check> {
    watched.values_mut().filter_map(|entry| entry.check.as_mut())
}

impl Health {
    /// Whether a check of this name and kind may be registered now: if there is none of this name, fewer than
    /// [`MOST_CHECKS`], a name of 1 to [`MOST_NAME`] characters other than [`NETWORK`], and no number out of its range.
    pub fn admits(&self, name: &str, config: &CheckConfig) -> bool {
        let CheckConfig { timeout, failures, successes, slow, reminder, .. } = *config;
        !name.is_empty()
            && cut(name, MOST_NAME) == name
            && name != NETWORK
            && self.watched.get(name).is_none_or(|entry| entry.check.is_none())
            && checks(&self.watched).count() < MOST_CHECKS
            && (1..=MOST_MILLIS).contains(&timeout)
            && failures > 0
            && successes > 0
            && slow <= MOST_MILLIS
            && (LEAST_REMINDER..=365 * MOST_MILLIS).contains(&reminder)
    }

    pub(super) fn register(&mut self, now: Instant, name: &Rc<str>, config: CheckConfig) {
        if self.admits(name, &config)
            && let Some(entry) = self.entry(name.clone())
        {
            entry.check = Some(Check::new(now, config));
            self.schedule(now, name);
            self.changed();
            self.is_unsettled = true;
        }
    }

    pub(super) fn unregister(&mut self, name: &str) {
        if self.watched.get_mut(name).is_some_and(|entry| entry.check.take().is_some()) {
            self.changed();
            self.is_unsettled = true;
        }
    }

    pub(super) fn check_mut(&mut self, name: &str) -> Option<&mut Check> {
        self.watched.get_mut(name)?.check.as_mut()
    }

    /// All of a name, if there is room: if need be, that of one that is not there any more.
    pub(super) fn entry(&mut self, name: Rc<str>) -> Option<&mut Entry> {
        if self.watched.len() >= MOST_ENTRIES && !self.watched.contains_key(&name) {
            let gone = self.watched.iter().find(|(_, entry)| entry.shown().is_none())?.0.clone();
            self.watched.remove(&gone);
        }
        self.watched.get_or_insert_with(name, Entry::default)
    }
}
