//! What follows from what has happened: what is shown, which alerts are told, and when to look again.

use std::rc::Rc;

use super::alarm::{Alert, Condition, Told};
use super::{Health, NETWORK, News, Output, Severity, Status, Timer};
use crate::core::time::Instant;

/// How long nothing has to answer before somebody is told, in milliseconds: tunnels are shorter.
const NETWORK_HOLD: u64 = 60_000;
/// The interval of reminders of that, in milliseconds.
const NETWORK_REMINDER: u64 = 3_600_000;

impl Health {
    /// After anything that a status, an alert or a deadline may depend on.
    pub(super) fn settle(&mut self, now: Instant) {
        self.find_stale(now);
        for place in 0..self.checks.len() {
            self.show(now, place);
        }
        let alert = if self.is_leading && self.interval.is_some() { self.sound(now) } else { None };
        self.set(Timer::Alert, alert);
        let mut answer = None;
        for check in self.checks.values() {
            answer = earlier(answer, check.probe.map(|(_, deadline)| deadline));
        }
        self.set(Timer::Answer, answer);
        self.set(Timer::Probe, self.next_probe());
    }

    /// Shows the check at a place as it is now.
    fn show(&mut self, now: Instant, place: usize) {
        let Some((name, check)) = self.checks.get_indexed(place) else { return };
        let status = check.status(self.doubt.is_on());
        if status == check.state.status {
            return;
        }
        let name = name.clone();
        if self.heard.get(&name).is_none() {
            // The time up to now had the former status.
            self.enter(now);
            self.changed();
        }
        if let Some(check) = self.checks.get_mut(&name) {
            check.state.status = status;
            check.state.since = now;
        }
    }

    /// Tells all alerts that are due, and when to look again.
    fn sound(&mut self, now: Instant) -> Option<Instant> {
        let (mut next, mut found) = (None, Vec::new());
        for (name, check) in &self.checks {
            let Some(record) = self.records.get_mut(name) else { continue };
            let state = &check.state;
            let condition = Condition {
                status: state.status,
                since: state.since,
                hold: check.hold(),
                reminder: check.config.reminder,
            };
            if let Some(told) = record.alarm.turn(now, condition, &mut next) {
                found.push(alert(name.clone(), told, state.is_critical, state.message.clone()));
            }
        }
        let (status, since) = self.doubt.network(now);
        let hold = if status == Status::Unhealthy { NETWORK_HOLD } else { 0 };
        let condition = Condition { status, since, hold, reminder: NETWORK_REMINDER };
        if let Some(told) = self.network.turn(now, condition, &mut next) {
            let mut alert = alert(Rc::from(NETWORK), told, false, None);
            // Nobody knows whether anything is down.
            for status in [&mut alert.status, &mut alert.previous] {
                if *status == Status::Unhealthy {
                    *status = Status::Unknown;
                }
            }
            found.push(alert);
        }
        for alert in found {
            self.alerts.push(alert.clone());
            self.outputs.push(Output::News(News::Alert(alert)));
            self.changed();
        }
        next
    }

    fn set(&mut self, timer: Timer, deadline: Option<Instant>) {
        match deadline {
            Some(deadline) => self.timers.set(timer, deadline),
            None => self.timers.clear(&timer),
        }
    }
}

fn alert(name: Rc<str>, told: Told, is_critical: bool, message: Option<Rc<str>>) -> Alert {
    let Told { status, previous, since, lasted, is_reminder, count } = told;
    Alert {
        name,
        severity: match status {
            Status::Unhealthy if is_critical => Severity::Critical,
            Status::Unhealthy | Status::Degraded => Severity::Warning,
            Status::Healthy | Status::Unknown => Severity::Info,
        },
        status,
        previous,
        message,
        since: Instant::from_millis(since.max(0).cast_unsigned()),
        lasted,
        is_recovery: status == Status::Healthy,
        is_reminder,
        count,
        is_own: true,
    }
}

/// The earlier of two deadlines that may not be there.
pub(super) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
