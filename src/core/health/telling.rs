//! What a leader says to its followers, in one text.
//!
//! ```text
//! said  = format interval checks (name bits latency since checked message)*
//!         alerts (name bits count lasted since message)*
//! ```
//! Moments are told as how long ago they were. An interval of 0 says that nothing is monitored any more.

use std::rc::Rc;

use super::alarm::Alert;
use super::check::CheckState;
use super::history::Sample;
use super::text::Text;
use super::{Health, MOST_CHECKS, MOST_MESSAGE, MOST_MILLIS, NETWORK, News, Output, Severity, Status, Timer};
use crate::core::time::Instant;

/// The format of the text.
const FORMAT: u64 = 1;
/// So many intervals without a word, and a minute, end what the leader has said.
const SILENCE: u64 = 3;

/// All that a text says.
struct Said {
    now: Instant,
    interval: u64,
    states: Vec<(Rc<str>, CheckState)>,
    alerts: Vec<Alert>,
}

impl Said {
    fn pass(&mut self, text: &mut Text<'_>) {
        let (now, mut format) = (self.now, FORMAT);
        text.number(&mut format, FORMAT);
        if format != FORMAT {
            text.refuse();
        }
        text.number(&mut self.interval, MOST_MILLIS);
        let blank = || ("".into(), CheckState::unknown(now));
        text.each(&mut self.states, MOST_CHECKS as u64, &blank, &mut |text, (name, state)| {
            text.name(name);
            let mut bits = state.status as u64
                | u64::from(state.is_critical) << 2
                | u64::from(state.is_remote) << 3
                | u64::from(state.is_active) << 4;
            text.number(&mut bits, 31);
            state.status = Status::of_bits(bits);
            state.is_critical = bits >> 2 & 1 == 1;
            state.is_remote = bits >> 3 & 1 == 1;
            state.is_active = bits >> 4 & 1 == 1;
            text.maybe(&mut state.latency);
            pass_moment(text, now, &mut state.since);
            let mut checked = state.checked.map(|at| now.since(at));
            text.maybe(&mut checked);
            state.checked = checked.map(|ago| before(now, ago));
            pass_message(text, &mut state.message);
        });
        // One a check at most, and the network's.
        text.each(&mut self.alerts, MOST_CHECKS as u64 + 1, &|| Alert::blank(now), &mut |text, alert| {
            text.name(&mut alert.name);
            let mut bits = alert.status as u64
                | (alert.previous as u64) << 2
                | (alert.severity as u64) << 4
                | u64::from(alert.is_recovery) << 6
                | u64::from(alert.is_reminder) << 7;
            text.number(&mut bits, 255);
            alert.status = Status::of_bits(bits);
            alert.previous = Status::of_bits(bits >> 2);
            alert.severity = Severity::of_bits(bits >> 4);
            alert.is_recovery = bits >> 6 & 1 == 1;
            alert.is_reminder = bits >> 7 & 1 == 1;
            text.small(&mut alert.count, u32::MAX);
            text.number(&mut alert.lasted, u64::MAX);
            pass_moment(text, now, &mut alert.since);
            pass_message(text, &mut alert.message);
        });
    }
}

impl Health {
    /// What is new for the followers.
    pub(super) fn spoken(&mut self) -> String {
        let mut said = Said {
            now: self.now,
            interval: self.interval.unwrap_or_default(),
            states: Vec::new(),
            alerts: std::mem::take(&mut self.alerts),
        };
        self.told = self.now;
        for (name, state) in self.states() {
            said.states.push((name.into(), state.clone()));
        }
        let mut text = Text::writing();
        said.pass(&mut text);
        text.written()
    }

    /// The leader has said something.
    pub(super) fn hear(&mut self, now: Instant, said: &str) {
        let mut text = Text::reading(said);
        let mut said = Said { now, interval: 0, states: Vec::new(), alerts: Vec::new() };
        said.pass(&mut text);
        if self.is_leading || !text.is_whole() {
            return;
        }
        // The time up to now had the former states.
        self.enter(now);
        if said.interval == 0 {
            self.forget_heard();
            return;
        }
        let mut former = self.take_heard();
        let silence = said.interval.saturating_mul(SILENCE).saturating_add(super::TICK);
        self.timers.set(Timer::Silence, now.after(silence));
        for (name, mut state) in said.states {
            let place = former.iter().position(|(other, _)| *other == name);
            let before = place.map(|place| former.swap_remove(place).1);
            let is_new = before.as_ref().is_none_or(|before| before.status != state.status);
            self.is_changed |= is_new;
            if let Some(before) = before.as_ref().filter(|_| !is_new) {
                // How long ago it was may be a little longer on the way.
                state.since = before.since;
            }
            let (wall, is_kept) = (self.keeping.wall(now), self.interval.is_some());
            let Some(entry) = self.entry(name) else { continue };
            if state.checked > before.and_then(|before| before.checked)
                && let Some(wall) = wall
            {
                let is_ok = state.status != Status::Unhealthy;
                entry.past.sample(Sample { wall, latency: state.latency, is_ok }, is_kept);
            }
            entry.heard = Some(state);
        }
        self.is_changed |= !former.is_empty();
        for alert in said.alerts {
            self.hear_alert(now, alert);
        }
    }

    /// Whoever leads next does not tell it again.
    fn hear_alert(&mut self, now: Instant, alert: Alert) {
        let mut trouble = if alert.is_recovery { None } else { Some((alert.status, alert.count)) };
        let alarm = if &*alert.name == NETWORK {
            trouble = trouble.map(|(_, count)| (Status::Unhealthy, count));
            self.doubt.forget();
            Some(&mut self.network)
        } else {
            self.watched.get_mut(&alert.name).map(|entry| &mut entry.alarm)
        };
        if let Some(alarm) = alarm {
            alarm.adopt(now, trouble, alert.lasted, 0);
        }
        if self.interval.is_some() {
            self.is_changed = true;
            self.outputs.push(Output::News(News::Alert(alert)));
        }
    }

    fn take_heard(&mut self) -> Vec<(Rc<str>, CheckState)> {
        let mut heard = Vec::new();
        for (name, entry) in self.watched.iter_mut() {
            if let Some(state) = entry.heard.take() {
                heard.push((name.clone(), state));
            }
        }
        heard
    }

    /// What the leader has said does not count any more.
    pub(super) fn forget_heard(&mut self) {
        self.timers.clear(&Timer::Silence);
        self.is_changed |= !self.take_heard().is_empty();
    }

    /// This tab leads from now on: what the former leader knew is known, unless something newer is.
    pub(super) fn inherit(&mut self) {
        for entry in self.watched.values_mut() {
            if let (Some(check), Some(state)) = (&mut entry.check, &entry.heard)
                && !check.is_reported
                && state.status != Status::Unknown
                && state.checked > check.state.checked
            {
                check.inherit(state);
            }
        }
        self.forget_heard();
    }
}

fn before(now: Instant, millis: u64) -> Instant {
    Instant::from_millis(now.as_millis().saturating_sub(millis))
}

fn pass_moment(text: &mut Text<'_>, now: Instant, at: &mut Instant) {
    let mut ago = now.since(*at);
    text.number(&mut ago, u64::MAX);
    *at = before(now, ago);
}

/// A message; an empty one is none.
fn pass_message(text: &mut Text<'_>, message: &mut Option<Rc<str>>) {
    let mut read = message.take().unwrap_or_default();
    text.text(&mut read, MOST_MESSAGE);
    *message = Some(read).filter(|message| !message.is_empty());
}
