//! Which checks there are.

use std::rc::Rc;

use super::check::{Check, CheckConfig};
use super::text::cut;
use super::{Health, MOST_CHECKS, MOST_MILLIS, MOST_NAME, NETWORK, Record};
use crate::core::time::Instant;

/// The shortest interval of reminders, in milliseconds.
const LEAST_REMINDER: u64 = 60_000;

impl Health {
    /// Whether a check of this name and kind may be registered now: if there is none of this name, fewer than
    /// [`MOST_CHECKS`], a name of 1 to [`MOST_NAME`] characters other than [`NETWORK`], and no number out of its range.
    pub fn admits(&self, name: &str, config: &CheckConfig) -> bool {
        let CheckConfig { timeout, failures, successes, slow, reminder, .. } = *config;
        is_name(name)
            && name != NETWORK
            && !self.checks.contains_key(name)
            && self.checks.len() < MOST_CHECKS
            && (1..=MOST_MILLIS).contains(&timeout)
            && failures > 0
            && successes > 0
            && slow <= MOST_MILLIS
            && (LEAST_REMINDER..=365 * MOST_MILLIS).contains(&reminder)
    }

    pub(super) fn register(&mut self, now: Instant, name: Rc<str>, config: CheckConfig) {
        if !self.admits(&name, &config) {
            return;
        }
        self.checks.insert(name.clone(), Check::new(now, config));
        self.remember(&name);
        self.schedule(now, &name);
        self.changed();
        self.is_unsettled = true;
    }

    /// Room for what is to be remembered of a check, if need be that of one that is not there any more.
    pub(super) fn remember(&mut self, name: &Rc<str>) {
        if self.records.len() >= MOST_CHECKS && !self.records.contains_key(name) {
            let is_gone =
                |other: &&Rc<str>| !self.checks.contains_key(&***other) && self.heard.get(other).is_none();
            let Some(gone) = self.records.keys().find(is_gone).cloned() else { return };
            self.records.remove(&gone);
        }
        self.records.get_or_insert_with(name.clone(), Record::default);
    }
}

/// Whether a check may have this name.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && cut(name, MOST_NAME) == name
}
