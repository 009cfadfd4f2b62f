//! What follows from what has happened: what is shown, which alerts are told, and when to look again.

use super::alarm::Condition;
use super::registering::checks;
use super::{Health, NETWORK, News, Output, Status, Timer};
use crate::core::time::Instant;

/// How long nothing has to answer before somebody is told, in milliseconds: tunnels are shorter.
const NETWORK_HOLD: u64 = 60_000;
/// The interval of reminders of that, in milliseconds.
const NETWORK_REMINDER: u64 = 3_600_000;

impl Health {
    /// After anything that a status, an alert or a deadline may depend on.
    pub(super) fn settle(&mut self, now: Instant) {
        self.find_stale(now);
        self.show(now);
        let (mut alert, mut answer, mut probe) = (None, None, self.doubt.due);
        if self.may_probe() {
            self.sound(now, &mut alert);
        }
        for check in checks(&self.watched) {
            answer = earlier(answer, check.probe.map(|(_, deadline)| deadline));
            probe = earlier(probe, check.due);
        }
        for (timer, deadline) in [(Timer::Alert, alert), (Timer::Answer, answer), (Timer::Probe, probe)] {
            match deadline {
                Some(deadline) => self.timers.set(timer, deadline),
                None => self.timers.clear(&timer),
            }
        }
    }

    /// Shows each check as it is now.
    fn show(&mut self, now: Instant) {
        let is_us = self.doubt.is_on();
        if checks(&self.watched).any(|check| check.status(is_us) != check.state.status) {
            // The time up to now had the former status.
            self.enter(now);
        }
        let mut is_changed = false;
        for entry in self.watched.values_mut() {
            let Some(check) = &mut entry.check else { continue };
            let status = check.status(is_us);
            if status != check.state.status {
                check.state.status = status;
                check.state.since = now;
                is_changed |= entry.heard.is_none();
            }
        }
        if is_changed {
            self.changed();
        }
    }

    /// Tells all alerts that are due; `next` becomes no later than when to look again.
    fn sound(&mut self, now: Instant, next: &mut Option<Instant>) {
        let mut alerts = Vec::new();
        for (name, entry) in self.watched.iter_mut() {
            let Some(check) = &entry.check else { continue };
            let state = &check.state;
            let condition = Condition {
                name,
                status: state.status,
                since: state.since,
                is_critical: state.is_critical,
                message: state.message.as_ref(),
                hold: check.hold(),
                reminder: check.config.reminder,
            };
            alerts.extend(entry.alarm.step(now, &condition, next));
        }
        let (status, since) = self.doubt.network(now);
        let condition = Condition {
            name: NETWORK,
            status,
            since,
            is_critical: false,
            message: None,
            hold: if status == Status::Unhealthy { NETWORK_HOLD } else { 0 },
            reminder: NETWORK_REMINDER,
        };
        if let Some(mut alert) = self.network.step(now, &condition, next) {
            // Nobody knows whether anything is down.
            for status in [&mut alert.status, &mut alert.previous] {
                if *status == Status::Unhealthy {
                    *status = Status::Unknown;
                }
            }
            alerts.push(alert);
        }
        for alert in alerts {
            self.alerts.push(alert.clone());
            self.outputs.push(Output::News(News::Alert(alert)));
            self.changed();
        }
    }
}

/// The earlier of two deadlines that may not be there.
pub(super) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
