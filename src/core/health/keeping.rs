//! The history on the disk: a text for each day.
//!
//! ```text
//! day   = format day checks (name trouble hours hour*)*
//! ```
//! A trouble is 0, or its status, since when it is, when it was told, and how often: who loads the page again is not alerted
//! to what he knows.

use std::rc::Rc;

use super::alarm::{Open, signed};
use super::hours::{DAY_HOURS, HOUR, HourOf};
use super::text::Text;
use super::{Health, MOST_ENTRIES, Output, Status, TICK};
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

    /// Milliseconds since 1970, if that is known.
    pub(super) fn wall(&self, now: Instant) -> Option<u64> {
        self.offset.map(|_| self.wall_of(signed(now)))
    }

    /// Milliseconds since 1970.
    fn wall_of(&self, at: i64) -> u64 {
        let wall = at.saturating_add(self.offset.unwrap_or_default());
        wall.clamp(0, END_OF_TIME.cast_signed()).cast_unsigned()
    }

    /// The day, counted from 1970 on.
    fn day(&self, now: Instant) -> Option<u64> {
        self.wall(now).map(|wall| wall / HOUR / DAY_HOURS)
    }

    /// As [`Keeping::wall`]; the day is not stored any more as it is.
    pub(super) fn touch(&mut self, now: Instant) -> Option<u64> {
        let day = self.day(now)?;
        if !self.changed.contains(&day) && self.changed.len() < DAYS as usize {
            self.changed.push(day);
        }
        self.wall(now)
    }

    /// Nothing is stored for a while, so that what is stored can be read first.
    pub(super) fn hold(&mut self, now: Instant) {
        self.next = Some(now.after(TICK));
    }
}

/// A day as it is stored.
#[derive(Default)]
struct Day {
    day: u64,
    checks: Vec<DayOf>,
}

/// A check's part of it. Times in milliseconds since 1970.
struct DayOf {
    name: Rc<str>,
    /// Healthy if there is no trouble.
    status: Status,
    since: u64,
    told: u64,
    count: u32,
    hours: Vec<HourOf>,
}

impl DayOf {
    fn of(name: Rc<str>) -> Self {
        Self { name, status: Status::Healthy, since: 0, told: 0, count: 0, hours: Vec::new() }
    }
}

impl Day {
    fn pass(&mut self, text: &mut Text<'_>) {
        let mut format = FORMAT;
        text.number(&mut format, FORMAT);
        text.number(&mut self.day, END_OF_TIME / HOUR / DAY_HOURS);
        let day = self.day;
        if format != FORMAT {
            text.refuse();
        }
        text.each(&mut self.checks, MOST_ENTRIES as u64, &|| DayOf::of("".into()), &mut |text, check| {
            text.name(&mut check.name);
            let mut status = check.status as u64;
            text.number(&mut status, 2);
            check.status = Status::of_bits(status);
            if check.status.is_trouble() {
                text.number(&mut check.since, END_OF_TIME);
                text.number(&mut check.told, END_OF_TIME);
                text.small(&mut check.count, u32::MAX);
            }
            text.each(&mut check.hours, DAY_HOURS, &HourOf::default, &mut |text, hour| {
                hour.pass(text, day);
            });
        });
    }
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
        for entry in self.watched.values_mut() {
            let status = entry.shown().map_or(Status::Unknown, |state| state.status);
            entry.past.hours.spend(wall, passed, status);
        }
    }

    /// Has stored what has changed, unless something was stored just now.
    pub(super) fn keep(&mut self, now: Instant) {
        if !self.is_leading || self.keeping.next > Some(now) {
            return;
        }
        self.keeping.hold(now);
        for day in std::mem::take(&mut self.keeping.changed) {
            let mut text = Text::writing();
            self.day(now, day).pass(&mut text);
            self.outputs.push(Output::Keep { day, text: text.written() });
        }
    }

    fn day(&self, now: Instant, day: u64) -> Day {
        let mut checks = Vec::new();
        let is_today = self.keeping.day(now) == Some(day);
        for (name, entry) in &self.watched {
            let mut of = DayOf::of(name.clone());
            if let Some(open) = entry.alarm.open.filter(|_| is_today) {
                let Open { status, since, told, count } = open;
                (of.status, of.count) = (status, count);
                (of.since, of.told) = (self.keeping.wall_of(since), self.keeping.wall_of(told));
            }
            of.hours.extend(entry.past.hours.within(day * DAY_HOURS, (day + 1) * DAY_HOURS - 1).cloned());
            if of.status.is_trouble() || !of.hours.is_empty() {
                checks.push(of);
            }
        }
        Day { day, checks }
    }

    /// A day was stored.
    pub(super) fn load(&mut self, now: Instant, stored: &str) {
        let (mut text, mut of) = (Text::reading(stored), Day::default());
        if stored.len() <= MOST_TEXT {
            of.pass(&mut text);
        }
        let Day { day, checks } = of;
        let today = self.keeping.day(now);
        if !text.is_whole() || today.is_some_and(|today| day > today || day + DAYS <= today) {
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
        let wall = self.keeping.wall(now);
        for DayOf { name, status, since, told, count, hours } in checks {
            let Some(entry) = self.entry(name) else { continue };
            if status.is_trouble() && today == Some(day) && entry.alarm.is_untouched() {
                let ago = |at| wall.unwrap_or_default().saturating_sub(at);
                entry.alarm.adopt(now, Some((status, count)), ago(since), ago(told));
            }
            for stored in hours {
                let around = wall.map_or(stored.hour, |wall| wall / HOUR);
                entry.past.hours.take(stored, is_new, around);
            }
        }
    }
}
