//! Reading from the disk: once for all who want a key.

use super::Cache;
use super::counting::names_of;
use super::entry::Standing;
use super::header::{CLONE, COMPRESSED, ENCRYPTED, Header};
use super::input::{Found, Key, RequestId};
use super::output::Output;
use crate::core::time::Instant;

/// What is known of a key's entry on the disk.
#[derive(Debug)]
enum Progress<P> {
    /// The disk is asked.
    Asked(RequestId),
    /// There is this, and the counters of its tags have yet to become known.
    Known(Header, P),
}

/// A key's entry that is being read.
#[derive(Debug)]
pub(super) struct Reading<P> {
    pub(super) key: Key,
    progress: Progress<P>,
    /// When its answer is late.
    pub(super) due: Instant,
    /// The entry was replaced or removed since: what is read may be what was there before.
    is_outdated: bool,
}

impl<P: Clone> Cache<P> {
    /// Reads the entry of a key, unless that is under way.
    pub(super) fn read_entry(&mut self, now: Instant, key: &Key) {
        if !self.is_reading(&key.text) {
            self.begin_reading(now, key, false);
        }
    }

    /// Reads what is on the disk now, with what another tab has written of which this one may not have heard yet.
    pub(super) fn read_latest(&mut self, now: Instant, key: &Key) {
        self.readings.retain(|reading| reading.key != *key);
        self.begin_reading(now, key, true);
    }

    fn begin_reading(&mut self, now: Instant, key: &Key, is_latest: bool) {
        let request = self.request();
        self.readings.push(Reading {
            key: key.clone(),
            progress: Progress::Asked(request),
            due: Self::answer_due(now),
            is_outdated: false,
        });
        self.outputs.push(Output::Load { request, key: key.text.clone(), is_latest });
        // The counters that every entry has are asked for in the same turn.
        self.knows(&Self::tags_of(key, &[]));
    }

    pub(super) fn is_reading(&self, key: &str) -> bool {
        self.readings.iter().any(|reading| *reading.key.text == *key)
    }

    /// The entry of a key was replaced or removed: what is being read of it is read again.
    pub(super) fn outdate(&mut self, key: &str) {
        for reading in self.readings.iter_mut().filter(|reading| *reading.key.text == *key) {
            reading.is_outdated = true;
        }
    }

    /// Reads what may have been replaced while it was read.
    fn read_outdated(&mut self, now: Instant) {
        for place in 0..self.readings.len() {
            let request = self.request();
            if let Some(reading) = self.readings.get_mut(place).filter(|reading| reading.is_outdated) {
                (reading.progress, reading.is_outdated) = (Progress::Asked(request), false);
                reading.due = Self::answer_due(now);
                let key = reading.key.text.clone();
                self.outputs.push(Output::Load { request, key, is_latest: true });
            }
        }
    }

    /// The disk has answered.
    pub(super) fn read(&mut self, now: Instant, request: RequestId, found: Option<Found<P>>) {
        let is_it =
            |reading: &Reading<P>| matches!(reading.progress, Progress::Asked(asked) if asked == request);
        let Some(place) = self.readings.iter().position(is_it) else { return };
        if self.readings.get(place).is_some_and(|reading| reading.is_outdated) {
            return self.read_outdated(now);
        }
        let found = found.and_then(|found| Some((Header::from_text(&found.header)?, found.value)));
        match found {
            Some((header, value)) => {
                if let Some(reading) = self.readings.get_mut(place) {
                    reading.progress = Progress::Known(header, value);
                }
            }
            None => {
                let reading = self.readings.remove(place);
                self.have_read(now, &reading.key, None);
            }
        }
        self.go_on(now);
    }

    /// Ends the readings of which everything is known.
    pub(super) fn end_readings(&mut self, now: Instant) {
        let is_known = |reading: &Reading<P>| matches!(reading.progress, Progress::Known(..));
        if self.readings.iter().any(|reading| reading.is_outdated && is_known(reading)) {
            self.read_outdated(now);
        }
        let mut place = 0;
        while let Some(reading) = self.readings.get(place) {
            let header = match &reading.progress {
                Progress::Known(header, _) => header.clone(),
                Progress::Asked(_) => {
                    place += 1;
                    continue;
                }
            };
            if !self.knows_header(&header) {
                place += 1;
                continue;
            }
            let Reading { key, progress, .. } = self.readings.remove(place);
            if let Progress::Known(header, value) = progress {
                self.have_read(now, &key, Some((header, value)));
            }
        }
    }

    /// What was read with a tag whose counter the disk does not say is as good as not there.
    pub(super) fn drop_readings(&mut self, now: Instant, tag: &str) {
        let has_tag = |reading: &Reading<P>| match &reading.progress {
            Progress::Known(header, _) => header.tags.iter().any(|(other, _)| **other == *tag),
            Progress::Asked(_) => false,
        };
        while let Some(place) = self.readings.iter().position(has_tag) {
            let reading = self.readings.remove(place);
            self.have_read(now, &reading.key, None);
        }
    }

    /// Whether what is in memory still holds, and another tab has written something over it on the disk that was fetched before.
    fn is_replaced_by_older(&mut self, now: Instant, key: &str, found: &Header) -> bool {
        let Some(entry) = self.entries.get(key) else { return false };
        let (header, own) = (entry.header.clone(), entry.header.own(key));
        own == found.own(key) && header.is_later(found.stored, self.wall(now)) && self.holds(&header.tags)
    }

    /// An entry was read, or there is none: what is in memory becomes that, and whoever waits goes on.
    fn have_read(&mut self, now: Instant, key: &Key, found: Option<(Header, P)>) {
        // What was written meanwhile is newer, and what has not reached the disk yet is not read from it.
        let is_newer = self.is_being_written(&key.text)
            || self.entries.get(&*key.text).is_some_and(|entry| !entry.is_suspect);
        if let Some(entry) = self.entries.get_mut(&*key.text).filter(|_| is_newer) {
            entry.is_suspect = false;
        } else if found.as_ref().is_some_and(|(header, _)| self.is_replaced_by_older(now, &key.text, header))
        {
            if let Some(entry) = self.entries.get_mut(&*key.text) {
                entry.is_suspect = false;
            }
            self.show(now, &key.text);
            self.write_entry(now, &key.text, false, false);
        } else if !is_newer {
            if let Some((header, _)) = &found {
                self.outdo(now, &key.supplier, &header.tags);
            }
            let wall = self.wall(now);
            let found = found
                .filter(|(header, _)| self.holds(&header.tags) && header.standing(wall) != Standing::Gone);
            match found {
                Some((mut header, value)) => {
                    let tags = names_of(&header.tags);
                    self.check(&key.supplier, &tags);
                    header.flags &= !(CLONE | COMPRESSED | ENCRYPTED);
                    let kept = self.entries.get_mut(&*key.text);
                    if let Some(entry) = kept.filter(|entry| entry.header == header) {
                        // What is shown stays the same object.
                        entry.is_suspect = false;
                        self.show(now, &key.text);
                        return self.go_on_with(now, &key.text);
                    }
                    let value = (header.flags == 0).then_some(value);
                    self.put(now, key.clone(), header, value, None);
                }
                None => {
                    self.drop_entry(&key.text);
                    self.give_up_unsure(&key.text);
                }
            }
        }
        self.go_on_with(now, &key.text);
    }
}
