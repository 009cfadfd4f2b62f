//! Which checks there are.

use std::rc::Rc;

use super::check::{Check, CheckConfig};
use super::{Health, MOST_CHECKS, MOST_MILLIS, MOST_NAME, NETWORK, Record, cut};
use crate::core::error::{Code, Error};
use crate::core::time::Instant;

impl Health {
    /// Whether a check of this name and kind may be registered now, and what is wrong if not.
    pub fn admits(&self, name: &str, config: &CheckConfig) -> Result<(), Error> {
        let refused =
            |what: &str| Err(Error::of(Code::InvalidOption, &["The check \"", cut(name, MOST_NAME), what]));
        if name.is_empty() || cut(name, MOST_NAME) != name || name == NETWORK {
            return refused("\" needs another name: 1 to 64 characters, and not \"network\".");
        }
        if self.checks.contains_key(name) {
            return refused("\" is registered already: unregister it first, or choose another name.");
        }
        if self.checks.len() >= MOST_CHECKS {
            return refused("\" is one too many: there are 100 checks already.");
        }
        let CheckConfig { timeout, failures, successes, slow, reminder, .. } = *config;
        let is_in_range = (1..=MOST_MILLIS).contains(&timeout)
            && failures > 0
            && successes > 0
            && slow <= MOST_MILLIS
            && (60_000..=365 * MOST_MILLIS).contains(&reminder);
        if !is_in_range {
            return refused("\" has a time or a count outside of its range.");
        }
        Ok(())
    }

    pub(super) fn register(&mut self, now: Instant, name: Rc<str>, config: CheckConfig) {
        if self.admits(&name, &config).is_err() {
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
