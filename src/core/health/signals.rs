//! What is heard of a check, and what it says of the network.

use std::rc::Rc;

use super::check::Check;
use super::history::Sample;
use super::registering::{checks, checks_mut};
use super::text::cut;
use super::{Health, MOST_MESSAGE, Status};
use crate::core::time::Instant;

/// How recent an answer has to be to show that the network is there, in milliseconds.
const RECENT: u64 = 2_000;
/// The most milliseconds until a witness is asked.
const WITNESS: u64 = 500;
/// What was heard of something that is probed is out of date after three intervals and this, in milliseconds: twice the
/// longest pause between probes.
const STALE: u64 = 600_000;
/// How long ago what fails at once may have begun to, where nothing is monitored, in milliseconds.
const WINDOW: u64 = 60_000;

impl Health {
    /// Something was used.
    pub(super) fn observed(
        &mut self,
        now: Instant,
        name: &str,
        is_ok: bool,
        latency: Option<u64>,
        message: Option<&str>,
    ) {
        let Some(check) = self.check_mut(name) else { return };
        check.observed = Some(now);
        self.signal(now, name, is_ok, latency, message);
    }

    /// A check has answered or failed, asked or not.
    pub(super) fn signal(
        &mut self,
        now: Instant,
        name: &str,
        is_ok: bool,
        latency: Option<u64>,
        message: Option<&str>,
    ) {
        let is_us = self.doubt.is_on();
        let Some(check) = self.check_mut(name) else { return };
        let is_remote = check.config.is_remote;
        check.state.checked = Some(now);
        note(check, message);
        if is_ok {
            check.succeed(latency);
        } else if is_us && is_remote {
            // That it fails says nothing of it.
            return;
        } else {
            check.fail(now);
        }
        let is_first = check.failing == Some(now);
        let is_undecided = check.is_undecided();
        self.is_unsettled |= !is_ok || is_undecided || check.status(is_us) != check.state.status;
        let is_kept = self.interval.is_some();
        if let (Some(wall), Some(entry)) = (self.keeping.touch(now), self.watched.get_mut(name)) {
            entry.past.sample(Sample { wall, latency, is_ok }, is_kept);
        }
        if is_undecided {
            self.hasten_one(now, name);
        }
        if is_remote && is_ok {
            self.believe(now);
        } else if is_remote && !is_ok {
            self.suspect(now);
            if is_first && !self.doubt.is_on() {
                self.call_witness(now);
            }
        }
    }

    /// A part of this page says how it is.
    pub(super) fn reported(&mut self, now: Instant, name: &str, status: Status, message: Option<&str>) {
        let Some(check) = self.check_mut(name) else { return };
        check.report(now, status);
        check.state.checked = Some(now);
        note(check, message);
        let is_remote = check.config.is_remote;
        self.is_unsettled = true;
        match status {
            Status::Healthy if is_remote => self.believe(now),
            Status::Unhealthy if is_remote && !self.doubt.is_on() => self.suspect(now),
            _ => {}
        }
    }

    /// The browser says whether there is a network.
    pub(super) fn online(&mut self, now: Instant, is_online: bool) {
        if !self.doubt.online(is_online) {
            return;
        }
        self.is_unsettled = true;
        if !is_online {
            self.doubt_all(now);
        } else if self.doubt.is_on() {
            self.plan_lone(now);
        } else {
            self.doubt.due = None;
            self.hasten(now, &|check| check.config.is_remote);
        }
    }

    /// Something answers: the network is there. If that is news, what else there is has to be found out.
    fn believe(&mut self, now: Instant) {
        if self.doubt.end(now) {
            self.is_unsettled = true;
            self.hasten(now, &|check| check.config.is_remote && check.state.checked != Some(now));
        }
    }

    /// Whether everything fails at once that was lately heard of: then it is the network, unless the browser says so anyway.
    /// What has failed for long is no sign of it.
    fn suspect(&mut self, now: Instant) {
        let window = self.interval.map_or(WINDOW, |interval| interval.saturating_add(interval / 4));
        let mut count = 0;
        for check in checks(&self.watched).filter(|check| check.config.is_remote) {
            let is_late = |at: Instant| now.since(at) > window;
            if check.state.checked.is_none_or(is_late) || check.failing.is_some_and(is_late) {
                continue;
            }
            if check.failing.is_some() {
                count += 1;
            } else if !check.is_doubted {
                return;
            }
        }
        if count >= 2 {
            self.doubt.begin(now);
            self.doubt_all(now);
        }
    }

    fn doubt_all(&mut self, now: Instant) {
        for check in checks_mut(&mut self.watched).filter(|check| check.config.is_remote) {
            check.doubt();
            check.due = None;
        }
        self.plan_lone(now);
        self.is_unsettled = true;
    }

    /// Something fails that did not: whether it is the network shows at the one of the others that was not heard of for the
    /// longest time, if none has just answered. If that fails too, it is the next one's turn.
    fn call_witness(&mut self, now: Instant) {
        if !self.may_probe() {
            return;
        }
        let mut witness: Option<&mut Check> = None;
        for check in checks_mut(&mut self.watched).filter(|check| check.config.is_remote && check.is_well()) {
            if check.probe.is_some() || check.state.checked.is_some_and(|at| now.since(at) < RECENT) {
                return;
            }
            let is_older = witness.as_ref().is_none_or(|other| check.state.checked < other.state.checked);
            if check.config.is_active && is_older {
                witness = Some(check);
            }
        }
        if let Some(check) = witness {
            // What was observed before says nothing of now.
            check.observed = None;
            check.due = Some(now.after(self.rng.up_to(WITNESS)));
        }
    }

    /// What was not heard of for long, as after the machine has slept, is not known any more.
    pub(super) fn find_stale(&mut self, now: Instant) {
        let Some(interval) = self.interval else { return };
        let most = interval.saturating_mul(3).saturating_add(STALE);
        for check in checks_mut(&mut self.watched) {
            let is_late = check.state.checked.is_some_and(|at| now.since(at) > most);
            if is_late && check.config.is_active && !check.is_doubted {
                check.doubt();
            }
        }
    }
}

fn note(check: &mut Check, message: Option<&str>) {
    let message = message.map(|message| cut(message, MOST_MESSAGE));
    if check.state.message.as_deref() != message {
        check.state.message = message.map(Rc::from);
    }
}
