//! What was, hour by hour: how long something was up, and how long its answers took.

use super::histogram::Histogram;
use super::status::Status;
use super::text::Text;

/// An hour in milliseconds.
pub(super) const HOUR: u64 = 3_600_000;
/// Hours of a day.
pub(super) const DAY_HOURS: u64 = 24;
/// Hours of which the history tells.
const WEEK_HOURS: u64 = 7 * DAY_HOURS;
/// Hours that are kept: the week, and what a clock that was wrong has put elsewhere.
const KEPT: usize = 192;

/// One hour of a check's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct HourOf {
    /// Counted from 1970 on, UTC.
    pub(super) hour: u64,
    /// Milliseconds healthy, degraded and unhealthy. The rest of the hour is unknown.
    pub(super) times: [u32; 3],
    pub(super) latencies: Histogram,
}

impl HourOf {
    /// Milliseconds of which something is known.
    pub(super) fn known(&self) -> u64 {
        self.times.iter().map(|time| u64::from(*time)).sum()
    }

    /// So many milliseconds more, but never more than an hour: a clock that was set back tells an hour twice.
    fn spend(&mut self, status: Status, millis: u64) {
        let left = HOUR.saturating_sub(self.known());
        if let Some(time) = self.times.get_mut(status as usize) {
            *time += millis.min(left) as u32;
        }
    }

    fn add(&mut self, other: &Self) {
        for status in Status::ALL {
            let millis = other.times.get(status as usize).copied().unwrap_or_default();
            self.spend(status, millis.into());
        }
        self.latencies.merge(&other.latencies);
    }

    /// The hour of the day, which times are not 0, those times, and the latencies.
    pub(super) fn pass(&mut self, text: &mut Text<'_>, day: u64) {
        let (mut hour, mut present) = (self.hour % DAY_HOURS, 0);
        for (place, time) in self.times.iter().enumerate() {
            present |= u64::from(*time > 0) << place;
        }
        text.number(&mut hour, DAY_HOURS - 1);
        text.number(&mut present, 7);
        self.hour = day * DAY_HOURS + hour;
        for (place, time) in self.times.iter_mut().enumerate() {
            if present >> place & 1 == 1 {
                text.small(time, HOUR as u32);
            }
        }
        self.latencies.pass(text);
        if self.known() > HOUR {
            text.refuse();
        }
    }
}

/// The hours of a check, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hours(Vec<HourOf>);

impl Hours {
    /// The check had this status for so many milliseconds up to `wall`, milliseconds since 1970.
    pub(super) fn spend(&mut self, wall: u64, millis: u64, status: Status) {
        if status == Status::Unknown {
            return;
        }
        let begins = wall - wall % HOUR;
        let in_last = millis.min(wall - begins);
        for (hour, millis) in
            [(begins / HOUR, in_last), ((begins / HOUR).saturating_sub(1), millis - in_last)]
        {
            if millis > 0
                && let Some(hour) = self.hour(hour, wall / HOUR)
            {
                hour.spend(status, millis);
            }
        }
    }

    /// It has answered after `latency` milliseconds.
    pub(super) fn sample(&mut self, wall: u64, latency: u64) {
        if let Some(hour) = self.hour(wall / HOUR, wall / HOUR) {
            hour.latencies.add(latency);
        }
    }

    /// What was stored, of which nothing is in memory if `is_new`; otherwise whichever knows more of an hour counts.
    pub(super) fn take(&mut self, stored: HourOf, is_new: bool, now: u64) {
        if let Some(hour) = self.hour(stored.hour, now) {
            if is_new {
                hour.add(&stored);
            } else if stored.known() > hour.known() {
                *hour = stored;
            }
        }
    }

    /// Those from one hour up to another, both included.
    pub(super) fn within(&self, from: u64, to: u64) -> impl Iterator<Item = &HourOf> {
        self.0.iter().filter(move |hour| from <= hour.hour && hour.hour <= to)
    }

    /// Those of the week that ends with this hour.
    pub(super) fn week(&self, now: u64) -> impl Iterator<Item = &HourOf> {
        self.within((now + 1).saturating_sub(WEEK_HOURS), now)
    }

    /// The hour, made if there is none. If there are too many, the one that is farthest from `now` goes: so neither a clock
    /// that was ahead for a while nor one that was behind costs what was right.
    fn hour(&mut self, hour: u64, now: u64) -> Option<&mut HourOf> {
        // Nearly always it is the last one.
        let place = self.0.iter().rposition(|other| other.hour <= hour);
        if let Some(place) = place
            && self.0.get(place).is_some_and(|other| other.hour == hour)
        {
            return self.0.get_mut(place);
        }
        let mut place = place.map_or(0, |place| place + 1);
        if self.0.len() >= KEPT {
            let distance = |hour: Option<&HourOf>| hour.map_or(0, |hour| hour.hour.abs_diff(now));
            let (first, last) = (distance(self.0.first()), distance(self.0.last()));
            if hour.abs_diff(now) >= first.max(last) {
                return None;
            }
            if first > last {
                self.0.remove(0);
                place = place.saturating_sub(1);
            } else {
                self.0.pop();
            }
        }
        let place = place.min(self.0.len());
        self.0.insert(place, HourOf { hour, ..HourOf::default() });
        self.0.get_mut(place)
    }
}
