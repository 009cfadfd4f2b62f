//! One check: what is known of it, and when that changes.

use std::rc::Rc;

use super::status::Status;
use crate::core::time::Instant;

/// How a check is done. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckConfig {
    /// Whether nothing works without it.
    pub is_critical: bool,
    /// Whether it depends on the network: nothing is known of it while that is gone.
    pub is_remote: bool,
    /// Whether it can be asked for, by a probe.
    pub is_active: bool,
    /// How long a probe may take; at most an hour.
    pub timeout: u64,
    /// Failures in a row after which it is down, and slow answers after which it is degraded.
    pub failures: u32,
    /// Successes in a row after which it is back, and quick answers after which it is no longer degraded.
    pub successes: u32,
    /// An answer that takes longer is slow; 0 if none is.
    pub slow: u64,
    /// The interval of reminders of one alert, at least a minute.
    pub reminder: u64,
}

impl Default for CheckConfig {
    fn default() -> Self {
        Self {
            is_critical: false,
            is_remote: true,
            is_active: false,
            timeout: 10_000,
            failures: 3,
            successes: 2,
            slow: 0,
            reminder: 3_600_000,
        }
    }
}

/// A question for how something is, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeId(pub u32);

/// How a check stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckState {
    /// How it is.
    pub status: Status,
    /// Since when.
    pub since: Instant,
    /// How long its last good answer took in milliseconds, if that was measured.
    pub latency: Option<u64>,
    /// What was said with the last signal, at most 200 characters.
    pub message: Option<Rc<str>>,
    /// When the last signal came.
    pub checked: Option<Instant>,
    /// As of [`CheckConfig`].
    pub is_critical: bool,
    /// As of [`CheckConfig`].
    pub is_remote: bool,
    /// As of [`CheckConfig`].
    pub is_active: bool,
}

impl CheckState {
    /// One of which nothing is known.
    pub(super) const fn unknown(now: Instant) -> Self {
        Self {
            status: Status::Unknown,
            since: now,
            latency: None,
            message: None,
            checked: None,
            is_critical: false,
            is_remote: false,
            is_active: false,
        }
    }
}

/// A check, and what came of it.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) config: CheckConfig,
    /// As it is shown.
    pub(super) state: CheckState,
    /// As its own signals say, whatever is believed of the network.
    pub(super) level: Status,
    /// It says itself how it is; what is observed does not change that.
    pub(super) is_reported: bool,
    /// Nothing has been heard of it since the network was gone, or for too long.
    pub(super) is_doubted: bool,
    /// In a row: failures, successes, slow answers, quick ones.
    failures: u32,
    successes: u32,
    slow: u32,
    quick: u32,
    /// Since when it fails.
    pub(super) failing: Option<Instant>,
    /// When something that was not asked for told of it.
    pub(super) observed: Option<Instant>,
    /// When to probe it.
    pub(super) due: Option<Instant>,
    /// What it was asked, and until when it has to answer.
    pub(super) probe: Option<(ProbeId, Instant)>,
    /// Its first probe has yet to come.
    pub(super) is_fresh: bool,
    /// How often it failed since it is down.
    pub(super) backoff: u32,
}

impl Check {
    pub(super) fn new(now: Instant, config: CheckConfig) -> Self {
        let CheckConfig { is_critical, is_remote, is_active, .. } = config;
        let state = CheckState { is_critical, is_remote, is_active, ..CheckState::unknown(now) };
        Self {
            config,
            state,
            level: Status::Unknown,
            is_reported: false,
            is_doubted: false,
            failures: 0,
            successes: 0,
            slow: 0,
            quick: 0,
            failing: None,
            observed: None,
            due: None,
            probe: None,
            is_fresh: true,
            backoff: 0,
        }
    }

    /// It has answered.
    pub(super) fn succeed(&mut self, latency: Option<u64>) {
        self.failures = 0;
        self.successes = self.successes.saturating_add(1);
        let is_slow = latency.filter(|_| self.config.slow > 0).map(|latency| latency > self.config.slow);
        match is_slow {
            Some(true) => (self.slow, self.quick) = (self.slow.saturating_add(1), 0),
            Some(false) => (self.slow, self.quick) = (0, self.quick.saturating_add(1)),
            None => {}
        }
        self.state.latency = latency.or(self.state.latency);
        if self.is_reported {
            return;
        }
        self.failing = None;
        self.is_doubted = false;
        let CheckConfig { failures, successes, .. } = self.config;
        self.level = match self.level {
            Status::Unhealthy if self.successes < successes => return,
            Status::Unhealthy if self.slow >= successes => Status::Degraded,
            Status::Degraded if self.quick < successes => return,
            Status::Healthy if self.slow >= failures => Status::Degraded,
            _ => Status::Healthy,
        };
        self.backoff = 0;
    }

    /// It has failed.
    pub(super) fn fail(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        (self.successes, self.slow, self.quick) = (0, 0, 0);
        if self.is_reported {
            return;
        }
        self.failing.get_or_insert(now);
        if self.failures >= self.config.failures {
            self.level = Status::Unhealthy;
            self.is_doubted = false;
        }
    }

    /// It says itself how it is.
    pub(super) fn report(&mut self, now: Instant, status: Status) {
        self.is_reported = true;
        self.is_doubted = false;
        self.level = status;
        if status == Status::Unhealthy {
            self.failing.get_or_insert(now);
        } else {
            self.failing = None;
        }
    }

    /// Another tab knows how it is.
    pub(super) fn inherit(&mut self, state: &CheckState) {
        self.level = state.status;
        self.is_doubted = false;
        let CheckState { status, since, latency, checked, .. } = *state;
        self.state =
            CheckState { status, since, latency, checked, message: state.message.clone(), ..self.state };
    }

    /// What it was is not known to be so any more, until it says something. What failed does not count.
    pub(super) fn doubt(&mut self) {
        self.failures = 0;
        self.failing = self.failing.filter(|_| self.is_reported);
        // What is reported is true until something else is.
        self.is_doubted = !self.is_reported;
    }

    /// How it is, if `is_us` whose network is gone.
    pub(super) fn status(&self, is_us: bool) -> Status {
        if self.is_doubted || is_us && self.config.is_remote { Status::Unknown } else { self.level }
    }

    /// Whether the next signal may change much: it fails and is not down, or answers and is not back.
    pub(super) const fn is_undecided(&self) -> bool {
        match self.level {
            Status::Unhealthy if !self.is_doubted => self.successes > 0,
            _ => self.failures > 0,
        }
    }

    /// Whether it is known to be well.
    pub(super) const fn is_well(&self) -> bool {
        self.failures == 0 && !self.is_doubted && matches!(self.level, Status::Healthy | Status::Degraded)
    }

    /// How long its status has to hold before an alert, in milliseconds.
    ///
    /// A part of this page that heals itself is given time for it. What depends on the network fails a moment before the
    /// others do if it is the network that fails.
    pub(super) const fn hold(&self) -> u64 {
        if self.is_reported {
            30_000
        } else if self.config.is_remote && self.state.status.is_trouble() {
            5_000
        } else {
            0
        }
    }
}
