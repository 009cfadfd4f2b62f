//! The history on the disk: a text for each day.
//!
//! ```text
//! day   = format day checks check*
//! check = name trouble hours (distance hour)*
//! ```
//! The distance is from the hour after the one before. A trouble is 0, or its status and what was told of it: who loads
//! the page again is not alerted to what he knows.

use std::rc::Rc;

use super::alarm::{Open, signed};
use super::hours::{DAY_HOURS, HOUR, HourOf};
use super::registering::is_name;
use super::text::{Reader, Writer};
use super::{Health, MOST_CHECKS, MOST_NAME, Output, Status, TICK};
use crate::core::time::Instant;

/// The format of the text.
const FORMAT: u64 = 1;
/// Bytes of the longest text that is looked at.
const MOST_TEXT: usize = 1 << 20;
/// Days of which something is kept.
const DAYS: u64 = 8;
/// The last moment of JavaScript's calendar, in milliseconds since 1970.
const END_OF_TIME: u64 = 8_640_000_000_000_000;
/// More time than this between two entries is unknown, in milliseconds: the page slept. Timers of a hidden page come once a
/// minute.
const GAP: u64 = 3 * TICK;

/// What is kept of the clock, and of what is stored.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// The wall clock less the driver's.
    offset: Option<i64>,
    /// Up to when time has been entered into the history, while anything is monitored.
    pub(super) entered: Option<Instant>,
    /// Days that are not stored as they are.
    changed: Vec<u64>,
    /// Days whose stored text has been read.
    loaded: Vec<u64>,
    /// Nothing is stored before this.
    next: Option<Instant>,
}

impl Keeping {
    pub(super) fn set_wall(&mut self, now: Instant, epoch: u64) {
        self.offset = Some(epoch.min(END_OF_TIME).cast_signed().saturating_sub(signed(now)));
    }

    /// Milliseconds since 1970.
    pub(super) fn wall(&self, now: Instant) -> Option<u64> {
        let wall = signed(now).saturating_add(self.offset?);
        Some(wall.clamp(0, END_OF_TIME.cast_signed()).cast_unsigned())
    }

    /// As [`Keeping::wall`]; the day is not stored any more as it is.
    pub(super) fn touch(&mut self, now: Instant) -> Option<u64> {
        let wall = self.wall(now)?;
        let day = wall / HOUR / DAY_HOURS;
        if !self.changed.contains(&day) && self.changed.len() < DAYS as usize {
            self.changed.push(day);
        }
        Some(wall)
    }

    /// Nothing is stored for a while, so that what is stored can be read first.
    pub(super) fn hold(&mut self, now: Instant) {
        self.next = Some(now.after(TICK));
    }

    pub(super) fn may_keep(&self, now: Instant) -> bool {
        self.next <= Some(now)
    }
}

/// A day as it was stored.
struct Day<'a> {
    day: u64,
    checks: Vec<Stored<'a>>,
}

struct Stored<'a> {
    name: &'a str,
    /// Its status, since when and when it was told, and how often.
    trouble: Option<(Status, u64, u64, u32)>,
    hours: Vec<HourOf>,
}

impl Health {
    /// Enters the time that has passed into the history, as that of the states as they are shown.
    pub(super) fn enter(&mut self, now: Instant) {
        let Some(before) = self.keeping.entered else { return };
        self.keeping.entered = Some(now);
        let passed = now.since(before);
        if passed == 0 || passed > GAP {
            return;
        }
        // The end of yesterday is its last change.
        self.keeping.touch(before);
        let Some(wall) = self.keeping.touch(now) else { return };
        let own = self.checks.iter().filter(|(name, _)| self.heard.get(name).is_none());
        let own = own.map(|(name, check)| (&**name, &check.state));
        for (name, state) in self.heard.states().chain(own) {
            if let Some(record) = self.records.get_mut(name) {
                record.past.spend(wall, passed, state.status);
            }
        }
    }

    /// Has stored what has changed.
    pub(super) fn keep(&mut self, now: Instant) {
        self.keeping.hold(now);
        for day in std::mem::take(&mut self.keeping.changed) {
            let text = self.written(now, day);
            self.outputs.push(Output::Keep { day, text });
        }
    }

    fn written(&self, now: Instant, day: u64) -> String {
        let first = day * DAY_HOURS;
        let wall = |at: i64| {
            let at = at.saturating_add(self.keeping.offset.unwrap_or_default());
            at.clamp(0, END_OF_TIME.cast_signed()).cast_unsigned()
        };
        let mut writer = Writer::default();
        writer.number(FORMAT);
        writer.number(day);
        let is_today = self.keeping.wall(now).is_some_and(|now| now / HOUR / DAY_HOURS == day);
        let hours = |record: &super::Record| record.past.hours.within(first, first + DAY_HOURS - 1).count();
        let is_told = |record: &super::Record| hours(record) > 0 || is_today && record.alarm.open.is_some();
        writer.number(self.records.values().filter(|record| is_told(record)).count() as u64);
        for (name, record) in self.records.iter().filter(|(_, record)| is_told(record)) {
            writer.text(name);
            match record.alarm.open.filter(|_| is_today) {
                Some(Open { status, since, told, count }) => {
                    writer.number(status as u64);
                    writer.number(wall(since));
                    writer.number(wall(told));
                    writer.number(count.into());
                }
                None => writer.number(0),
            }
            writer.number(hours(record) as u64);
            let mut next = first;
            for hour in record.past.hours.within(first, first + DAY_HOURS - 1) {
                writer.number(hour.hour - next);
                hour.write(&mut writer);
                next = hour.hour + 1;
            }
        }
        writer.written()
    }

    /// A day was stored.
    pub(super) fn load(&mut self, now: Instant, text: &str) {
        let Some(Day { day, checks }) = read(text) else { return };
        let wall = self.keeping.wall(now);
        let today = wall.map(|wall| wall / HOUR / DAY_HOURS);
        if today.is_some_and(|today| day > today || day + DAYS <= today) {
            return;
        }
        // What this page has entered itself is not in a text that is read for the first time.
        let is_new = !self.keeping.loaded.contains(&day);
        if is_new {
            if self.keeping.loaded.len() >= 2 * DAYS as usize {
                self.keeping.loaded.remove(0);
            }
            self.keeping.loaded.push(day);
        }
        let hour = wall.map(|wall| wall / HOUR);
        for Stored { name, trouble, hours } in checks {
            let name = Rc::from(name);
            self.remember(&name);
            let Some(record) = self.records.get_mut(&name) else { continue };
            if let (Some((status, since, told, count)), Some(wall)) = (trouble, wall)
                && today == Some(day)
                && record.alarm.is_untouched()
            {
                let (before, ago) = (wall.saturating_sub(since), wall.saturating_sub(told));
                record.alarm.adopt(now, Some((status, count)), before, ago);
            }
            for stored in hours {
                let around = hour.unwrap_or(stored.hour);
                record.past.hours.take(stored, is_new, around);
            }
        }
    }
}

fn read(text: &str) -> Option<Day<'_>> {
    if text.len() > MOST_TEXT {
        return None;
    }
    let mut reader = Reader(text);
    if reader.number()? != FORMAT {
        return None;
    }
    let day = reader.up_to(END_OF_TIME / HOUR / DAY_HOURS)?;
    let mut checks = Vec::new();
    for _ in 0..reader.up_to(MOST_CHECKS as u64)? {
        checks.push(stored(&mut reader, day)?);
    }
    reader.is_at_end().then_some(Day { day, checks })
}

fn stored<'a>(reader: &mut Reader<'a>, day: u64) -> Option<Stored<'a>> {
    let name = name(reader)?;
    let trouble = match Status::of_bits(reader.up_to(2)?) {
        Status::Healthy => None,
        status => Some((
            status,
            reader.up_to(END_OF_TIME)?,
            reader.up_to(END_OF_TIME)?,
            reader.up_to(u32::MAX.into())? as u32,
        )),
    };
    let mut hours = Vec::new();
    let mut next = 0;
    for _ in 0..reader.up_to(DAY_HOURS)? {
        let hour = next + reader.up_to(DAY_HOURS)?;
        if hour >= DAY_HOURS {
            return None;
        }
        hours.push(HourOf::read(reader, day * DAY_HOURS + hour)?);
        next = hour + 1;
    }
    Some(Stored { name, trouble, hours })
}

/// The name of a check.
pub(super) fn name<'a>(reader: &mut Reader<'a>) -> Option<&'a str> {
    let name = reader.text(4 * MOST_NAME)?;
    is_name(name).then_some(name)
}
