//! When what is probed, by whoever leads.

use std::rc::Rc;

use super::check::Check;
use super::registering::checks_mut;
use super::settling::earlier;
use super::{Health, Output, ProbeId, ProbeResult, Status};
use crate::core::time::Instant;

/// The longest pause between two probes of what is down, in milliseconds, unless the interval is longer.
const LONGEST_PAUSE: u64 = 300_000;
/// So many intervals are the longest pause too.
const MOST_INTERVALS: u64 = 8;
/// The most milliseconds until something is found out that is worth knowing soon.
const SOON: u64 = 10_000;
/// What a probe has failed of that was not answered.
const NO_ANSWER: &str = "It did not answer in time.";

impl Health {
    /// Whether this tab probes at all.
    pub(super) const fn may_probe(&self) -> bool {
        self.is_leading && self.interval.is_some()
    }

    /// A sixth of the interval, but at most ten seconds.
    fn soon(&self) -> u64 {
        self.interval.map_or(SOON, |interval| (interval / 6).min(SOON))
    }

    /// Up to a tenth less, and up to a tenth more.
    fn jittered(&mut self, millis: u64) -> u64 {
        millis - millis / 10 + self.rng.up_to(millis / 5)
    }

    pub(super) fn schedule(&mut self, now: Instant, name: &str) {
        let delay = self.rng.up_to(self.soon());
        self.bring_forward(name, now.after(delay));
    }

    /// The signals of a check are about to decide something: the next one is brought about soon.
    pub(super) fn hasten_one(&mut self, now: Instant, name: &str) {
        let soon = self.soon();
        let delay = self.jittered(soon);
        self.bring_forward(name, now.after(delay));
    }

    fn bring_forward(&mut self, name: &str, due: Instant) {
        let may_probe = self.may_probe();
        if let Some(check) = self.check_mut(name)
            && may_probe
            && check.config.is_active
            && check.probe.is_none()
        {
            check.due = earlier(check.due, Some(due));
        }
    }

    /// All these are probed soon, one after the other.
    pub(super) fn hasten(&mut self, now: Instant, is_meant: &dyn Fn(&Check) -> bool) {
        if !self.may_probe() {
            return;
        }
        let is_meant =
            |check: &&mut Check| check.config.is_active && check.probe.is_none() && is_meant(check);
        let count = checks_mut(&mut self.watched).filter(is_meant).count() as u64;
        let share = self.soon() / count.max(1);
        let mut start = now;
        for check in checks_mut(&mut self.watched).filter(is_meant) {
            check.due = earlier(check.due, Some(start.after(self.rng.up_to(share))));
            start = start.after(share);
        }
    }

    pub(super) fn schedule_all(&mut self, now: Instant) {
        self.unschedule_all();
        self.hasten(now, &|_| true);
        if self.doubt.is_on() {
            self.plan_lone(now);
        }
    }

    pub(super) fn unschedule_all(&mut self) {
        for check in checks_mut(&mut self.watched) {
            check.due = None;
            check.probe = None;
        }
        self.doubt.due = None;
    }

    /// The page is seen: what was not heard of for an interval is found out.
    pub(super) fn look_again(&mut self, now: Instant) {
        let Some(interval) = self.interval else { return };
        self.hasten(now, &|check| check.state.checked.is_none_or(|at| now.since(at) > interval));
        self.is_unsettled = true;
    }

    /// When one of all is probed while it is us.
    pub(super) fn plan_lone(&mut self, now: Instant) {
        if self.may_probe() {
            let pause = self.doubt.pause(self.soon());
            self.doubt.due = Some(now.after(self.jittered(pause)));
        }
    }

    /// Probes what is due.
    pub(super) fn probe(&mut self, now: Instant) {
        let Some(interval) = self.interval else { return };
        let is_us = self.doubt.is_on();
        let mut asked = Vec::new();
        for (name, entry) in self.watched.iter_mut() {
            let Some(check) = &mut entry.check else { continue };
            if check.due.is_none_or(|due| due > now) {
                continue;
            }
            check.due = None;
            if is_us && check.config.is_remote {
                continue;
            }
            match check.observed.filter(|at| check.is_well() && now.since(*at) < interval) {
                Some(at) => {
                    check.is_fresh = false;
                    check.due = Some(at.after(interval).after(self.rng.up_to(interval / 10)));
                }
                None => asked.push(name.clone()),
            }
        }
        if is_us && self.doubt.due.is_some_and(|due| due <= now) {
            asked.extend(self.longest_unheard());
            self.plan_lone(now);
        }
        for name in asked {
            self.ask(now, name);
        }
        self.is_unsettled = true;
    }

    /// Of all that depends on the network, what was not heard of for the longest time.
    fn longest_unheard(&self) -> Option<Rc<str>> {
        let mut found: Option<(&Rc<str>, Option<Instant>)> = None;
        for (name, entry) in &self.watched {
            if let Some(check) = &entry.check
                && check.config.is_remote
                && check.config.is_active
                && check.probe.is_none()
                && found.is_none_or(|(_, checked)| check.state.checked < checked)
            {
                found = Some((name, check.state.checked));
            }
        }
        found.map(|(name, _)| name.clone())
    }

    fn ask(&mut self, now: Instant, name: Rc<str>) {
        self.probes = self.probes.wrapping_add(1);
        let probe = ProbeId(self.probes);
        let Some(check) = self.check_mut(&name) else { return };
        check.probe = Some((probe, now.after(check.config.timeout)));
        check.due = None;
        self.outputs.push(Output::Probe { probe, name });
    }

    /// The answer to a probe, if it is still awaited.
    pub(super) fn probed(&mut self, now: Instant, probe: ProbeId, result: &ProbeResult) {
        if let Some(name) = self.probing(&|asked, deadline| asked == probe && now <= deadline) {
            match result {
                ProbeResult::Ok { latency } => self.answered(now, &name, Some(*latency), None),
                ProbeResult::Failed { message } => self.answered(now, &name, None, Some(message)),
            }
        }
    }

    /// A probe that was not answered in time has failed. If there are several, the timer goes off again.
    pub(super) fn expire(&mut self, now: Instant) {
        if let Some(name) = self.probing(&|_, deadline| deadline <= now) {
            self.answered(now, &name, None, Some(NO_ANSWER));
        }
        self.is_unsettled = true;
    }

    /// The check whose probe this is said of.
    fn probing(&self, is_meant: &dyn Fn(ProbeId, Instant) -> bool) -> Option<Rc<str>> {
        for (name, entry) in &self.watched {
            let probe = entry.check.as_ref().and_then(|check| check.probe);
            if probe.is_some_and(|(probe, deadline)| is_meant(probe, deadline)) {
                return Some(name.clone());
            }
        }
        None
    }

    /// A probe is over, after `latency` milliseconds or for the reason `failure`.
    fn answered(&mut self, now: Instant, name: &str, latency: Option<u64>, failure: Option<&str>) {
        if let Some(check) = self.check_mut(name) {
            check.probe = None;
        }
        self.signal(now, name, failure.is_none(), latency, failure);
        self.is_unsettled = true;
        let (is_us, interval) = (self.doubt.is_on(), self.interval);
        let (Some(interval), Some(check)) = (interval, self.check_mut(name)) else { return };
        if check.due.is_some() || is_us && check.config.is_remote {
            return;
        }
        // Those that were probed soon after each other spread with their second probe.
        let is_fresh = std::mem::take(&mut check.is_fresh);
        let delay = if check.level == Status::Unhealthy && !check.is_doubted {
            let longest = LONGEST_PAUSE.min(interval.saturating_mul(MOST_INTERVALS)).max(interval);
            let pause =
                interval.checked_mul(1 << check.backoff.min(20)).map_or(longest, |pause| pause.min(longest));
            check.backoff = check.backoff.saturating_add(1);
            self.jittered(pause)
        } else if is_fresh {
            interval / 2 + self.rng.up_to(interval)
        } else {
            self.jittered(interval)
        };
        if let Some(check) = self.check_mut(name) {
            check.due = Some(now.after(delay));
        }
    }
}
