//! What a leader says to its followers, in one text.
//!
//! ```text
//! said   = format interval checks check* alerts alert*
//! check  = name bits latency since checked message
//! alert  = name bits count lasted since message
//! ```
//! Moments are told as how long ago they were. An interval of 0 says that nothing is monitored any more.

use std::rc::Rc;

use super::alarm::Alert;
use super::check::CheckState;
use super::history::Sample;
use super::text::{Reader, Writer, cut};
use super::{Health, MOST_CHECKS, MOST_MESSAGE, MOST_MILLIS, NETWORK, News, Output, Severity, Status, Timer};
use crate::core::sorted_map::SortedMap;
use crate::core::time::Instant;

/// The format of the text.
const FORMAT: u64 = 1;
/// The most alerts of one text: one a check, and the network's.
const MOST_ALERTS: u64 = MOST_CHECKS as u64 + 1;
/// So many intervals without a word, and a minute, end what the leader has said.
const SILENCE: u64 = 3;

/// The leader's checks, as it has told them.
#[derive(Debug, Default)]
pub(super) struct Heard(SortedMap<Rc<str>, CheckState>);

impl Heard {
    pub(super) fn get(&self, name: &str) -> Option<&CheckState> {
        self.0.get(name)
    }

    pub(super) fn states(&self) -> impl Iterator<Item = (&str, &CheckState)> {
        self.0.iter().map(|(name, state)| (&**name, state))
    }
}

/// All that a text says.
struct Said {
    interval: u64,
    states: Vec<(Rc<str>, CheckState)>,
    alerts: Vec<Alert>,
}

impl Health {
    /// What is new for the followers.
    pub(super) fn spoken(&mut self) -> String {
        let now = self.now;
        self.told = now;
        let mut writer = Writer::default();
        writer.number(FORMAT);
        writer.number(self.interval.unwrap_or_default());
        writer.number(self.checks.len() as u64);
        for (name, check) in &self.checks {
            let state = &check.state;
            writer.text(name);
            writer.number(
                state.status as u64
                    | u64::from(state.is_critical) << 2
                    | u64::from(state.is_remote) << 3
                    | u64::from(state.is_active) << 4,
            );
            writer.maybe(state.latency);
            writer.number(now.since(state.since));
            writer.maybe(state.checked.map(|checked| now.since(checked)));
            writer.text(state.message.as_deref().unwrap_or_default());
        }
        let alerts = std::mem::take(&mut self.alerts);
        writer.number(alerts.len() as u64);
        for alert in &alerts {
            writer.text(&alert.name);
            writer.number(
                alert.status as u64
                    | (alert.previous as u64) << 2
                    | (alert.severity as u64) << 4
                    | u64::from(alert.is_recovery) << 6
                    | u64::from(alert.is_reminder) << 7,
            );
            writer.number(alert.count.into());
            writer.number(alert.lasted);
            writer.number(now.since(alert.since));
            writer.text(alert.message.as_deref().unwrap_or_default());
        }
        writer.written()
    }

    /// The leader has said something.
    pub(super) fn hear(&mut self, now: Instant, text: &str) {
        if self.is_leading {
            return;
        }
        let Some(Said { interval, states, alerts }) = read(now, text) else { return };
        // The time up to now had the former states.
        self.enter(now);
        if interval == 0 {
            self.forget_heard();
            return;
        }
        let silence = interval.saturating_mul(SILENCE).saturating_add(super::TICK);
        self.timers.set(Timer::Silence, now.after(silence));
        let former = std::mem::take(&mut self.heard.0);
        self.is_changed |= former.len() != states.len();
        let mut signals = Vec::new();
        for (name, mut state) in states {
            let before = former.get(&name);
            match before.filter(|before| before.status == state.status) {
                // How long ago it was may be a little longer on the way.
                Some(before) => state.since = before.since,
                None => self.is_changed = true,
            }
            if state.checked > before.and_then(|before| before.checked) {
                signals.push((name.clone(), state.latency, state.status != Status::Unhealthy));
            }
            self.heard.0.insert(name, state);
        }
        for (name, latency, is_ok) in signals {
            self.remember(&name);
            if let (Some(wall), Some(record)) = (self.keeping.wall(now), self.records.get_mut(&name)) {
                record.past.sample(Sample { wall, latency, is_ok });
            }
        }
        for alert in alerts {
            self.hear_alert(now, alert);
        }
    }

    /// Whoever leads next does not tell it again.
    fn hear_alert(&mut self, now: Instant, alert: Alert) {
        let trouble = if alert.is_recovery { None } else { Some((alert.status, alert.count)) };
        if &*alert.name == NETWORK {
            let trouble = trouble.map(|(_, count)| (Status::Unhealthy, count));
            self.network.adopt(now, trouble, alert.lasted, 0);
        } else if let Some(record) = self.records.get_mut(&alert.name) {
            record.alarm.adopt(now, trouble, alert.lasted, 0);
        }
        if self.interval.is_some() {
            self.is_changed = true;
            self.outputs.push(Output::News(News::Alert(alert)));
        }
    }

    /// What the leader has said does not count any more.
    pub(super) fn forget_heard(&mut self) {
        self.timers.clear(&Timer::Silence);
        self.is_changed |= !self.heard.0.is_empty();
        self.heard.0.clear();
    }

    /// This tab leads from now on: what the former leader knew is known, unless something newer is.
    pub(super) fn inherit(&mut self) {
        for (name, state) in &self.heard.0 {
            if let Some(check) = self.checks.get_mut(name)
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

fn read(now: Instant, text: &str) -> Option<Said> {
    let mut reader = Reader(text);
    if reader.number()? != FORMAT {
        return None;
    }
    let interval = reader.up_to(MOST_MILLIS)?;
    let mut states = Vec::new();
    for _ in 0..reader.up_to(MOST_CHECKS as u64)? {
        states.push(state(&mut reader, now)?);
    }
    let mut alerts = Vec::new();
    for _ in 0..reader.up_to(MOST_ALERTS)? {
        alerts.push(alert(&mut reader, now)?);
    }
    reader.is_at_end().then_some(Said { interval, states, alerts })
}

fn state(reader: &mut Reader<'_>, now: Instant) -> Option<(Rc<str>, CheckState)> {
    let name = Rc::from(super::keeping::name(reader)?);
    let bits = reader.up_to(31)?;
    let latency = reader.maybe()?;
    let since = ago(now, reader.number()?);
    let checked = reader.maybe()?.map(|checked| ago(now, checked));
    let state = CheckState {
        status: Status::of_bits(bits),
        since,
        latency,
        message: message(reader)?,
        checked,
        is_critical: bits >> 2 & 1 == 1,
        is_remote: bits >> 3 & 1 == 1,
        is_active: bits >> 4 & 1 == 1,
    };
    Some((name, state))
}

fn alert(reader: &mut Reader<'_>, now: Instant) -> Option<Alert> {
    let name = Rc::from(super::keeping::name(reader)?);
    let bits = reader.up_to(255)?;
    Some(Alert {
        name,
        status: Status::of_bits(bits),
        previous: Status::of_bits(bits >> 2),
        severity: Severity::of_bits(bits >> 4),
        is_recovery: bits >> 6 & 1 == 1,
        is_reminder: bits >> 7 & 1 == 1,
        count: reader.up_to(u32::MAX.into())? as u32,
        lasted: reader.number()?,
        since: ago(now, reader.number()?),
        message: message(reader)?,
        is_own: false,
    })
}

/// A message; an empty one is none.
fn message(reader: &mut Reader<'_>) -> Option<Option<Rc<str>>> {
    let message = reader.text(4 * MOST_MESSAGE)?;
    Some((!message.is_empty()).then(|| Rc::from(cut(message, MOST_MESSAGE))))
}

fn ago(now: Instant, millis: u64) -> Instant {
    Instant::from_millis(now.as_millis().saturating_sub(millis))
}
