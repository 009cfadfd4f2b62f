//! How others hear of what counters say, and what is done when it is heard.
//!
//! ```text
//! message = ("1" | "2") supplier (tag generation)*
//! ```
//! Names are escaped as in a [`header`](super::header), and a supplier of `-` is none. `2` is an echo: whoever says it has heard of
//! what was raised without him, and has raised it above both. A message has no values.

use std::rc::Rc;

use super::Cache;
use super::counting::{Counts, KEY};
use super::generation::Generation;
use super::header::{escape, unescape};
use super::output::{Ask, Output, Write};
use crate::core::time::Instant;

/// Begin a message; another form would begin otherwise.
const FORM: &str = "1";
const ECHO: &str = "2";
const NOBODY: &str = "-";
/// The most tags of a message that are looked at.
const MOST_HEARD: usize = 1_000;

impl<P: Clone> Cache<P> {
    /// Others are told what counters say.
    pub(super) fn publish(&mut self, supplier: Option<Rc<str>>, said: &[(Rc<str>, Generation)]) {
        self.publish_as(FORM, supplier, said);
    }

    fn publish_as(&mut self, form: &str, supplier: Option<Rc<str>>, said: &[(Rc<str>, Generation)]) {
        let mut text = String::from(form);
        text.push(' ');
        match &supplier {
            Some(supplier) => escape(&mut text, supplier),
            None => text.push_str(NOBODY),
        }
        for (tag, generation) in said {
            text.push(' ');
            escape(&mut text, tag);
            text.push(' ');
            text.push_str(&generation.to_text());
        }
        self.outputs.push(Output::Publish { supplier, text });
    }

    /// Somebody else has told what counters say: a tab, which has written it to the same disk, or another device.
    pub(super) fn heard(&mut self, now: Instant, text: &str, is_written: bool) {
        let mut fields = text.split(' ');
        let is_echo = match fields.next() {
            Some(FORM) => false,
            Some(ECHO) => true,
            _ => return,
        };
        let supplier = fields.next().filter(|supplier| *supplier != NOBODY).and_then(unescape);
        let (wall, mut writes, mut raised) = (self.wall(now), Vec::new(), Counts::new());
        for _ in 0..MOST_HEARD {
            let (Some(tag), Some(said)) = (fields.next(), fields.next()) else { break };
            let (Some(tag), Some(said)) = (unescape(tag), Generation::from_text(said)) else { break };
            let is_news = !is_written && said.is_after(self.generations.least(&tag));
            let next = if is_echo {
                self.generations.learn_from_afar(&tag, said);
                None
            } else {
                self.generations.hear(&tag, said, wall)
            };
            if let Some(next) = next {
                writes.push(self.count_of(wall, &tag, next));
                raised.push((tag.clone(), next));
            } else if is_news {
                writes.push(self.count_of(wall, &tag, said));
            }
            if let Some(key) = tag.strip_prefix(KEY) {
                self.replaced_elsewhere(now, &key.into());
            }
        }
        self.echo(now, supplier, &raised, writes);
        self.doubt(now);
    }

    /// What others have counted without this tab was raised here once more: all have to hear of that.
    pub(super) fn echo(
        &mut self,
        now: Instant,
        supplier: Option<Rc<str>>,
        raised: &[(Rc<str>, Generation)],
        writes: Vec<Write<P>>,
    ) {
        let mut asks = Vec::new();
        if !raised.is_empty() {
            let suppliers =
                supplier.clone().map_or_else(|| self.suppliers.clone(), |supplier| vec![supplier]);
            asks.extend(suppliers.iter().map(|supplier| self.invalidation(supplier, raised)));
            self.publish_as(ECHO, supplier, raised);
        }
        self.write(now, Vec::new(), writes, Counts::new(), asks);
    }

    /// An entry of the disk has seen these counters. One that was counted here, and that the entry says more of, was on the disk with
    /// less than others knew of it: what was invalidated here has to be above that too. Of a key another tab has just set, its entry
    /// says more before that is heard, and is the newer one.
    pub(super) fn outdo(&mut self, now: Instant, supplier: &Rc<str>, seen: &[(Rc<str>, Generation)]) {
        let (wall, mut writes, mut raised) = (self.wall(now), Vec::new(), Counts::new());
        for (tag, seen) in seen {
            let is_less = seen.is_above(self.generations.least(tag)) && !tag.starts_with(KEY);
            if is_less && self.generations.is_ours(tag) {
                self.generations.learn_from_afar(tag, *seen);
                let next = self.generations.raise(tag, wall);
                writes.push(self.count_of(wall, tag, next));
                raised.push((tag.clone(), next));
            }
        }
        if !raised.is_empty() {
            self.outputs.push(Output::Doubt);
            self.echo(now, Some(supplier.clone()), &raised, writes);
        }
    }

    /// The remote tier is told that these were raised.
    pub(super) fn invalidation(&self, supplier: &Rc<str>, said: &[(Rc<str>, Generation)]) -> Ask<P> {
        let (tags, generations) =
            said.iter().map(|(tag, generation)| (tag.clone(), generation.to_text())).unzip();
        Ask::Invalidate { supplier: supplier.clone(), tags, generations }
    }

    /// Another tab has changed the disk.
    pub(super) fn disk_changed(&mut self, now: Instant, keys: &[Rc<str>]) {
        if keys.is_empty() {
            return self.gap(now);
        }
        for key in keys {
            if let Some(tag) = key.strip_prefix('g') {
                self.generations.doubt(tag);
                self.overtake_blind(Some(tag));
                if self.generations.is_ours(tag) {
                    // What was written may be less than was counted here.
                    self.knows(&[tag.into()]);
                }
            } else if let Some(key) = key.strip_prefix('e') {
                self.doubt_flights(key);
                self.read_again(now, &key.into());
            }
        }
        self.doubt(now);
    }

    /// Something may have been missed: what is known is read again before anything is given.
    pub(super) fn gap(&mut self, now: Instant) {
        self.generations.doubt_all();
        self.overtake_blind(None);
        let under_way: Vec<Rc<str>> = self.flights.iter().map(|flight| flight.key.text.clone()).collect();
        for key in under_way {
            self.doubt_flights(&key);
        }
        let keys: Vec<Rc<str>> = self.entries.keys().cloned().collect();
        for key in keys {
            // What the disk has refused is nowhere but here.
            if !self.repairs.has(&key) {
                self.outdate(&key);
                self.read_again(now, &key);
            }
        }
        self.doubt(now);
    }

    /// A counter has gone on: nothing is given from JavaScript's table before the core has looked at it, and what is shown is
    /// looked at now.
    pub(super) fn doubt(&mut self, now: Instant) {
        self.outputs.push(Output::Doubt);
        self.release_outdated();
        self.look_again(now);
        self.ask_of_landed(now);
        self.go_on(now);
    }

    /// Another tab or device has replaced or removed the entry of a key.
    pub(super) fn replaced_elsewhere(&mut self, now: Instant, key: &Rc<str>) {
        self.supersede(key);
        self.read_again(now, key);
    }

    /// What the disk has of a key may be another entry.
    pub(super) fn read_again(&mut self, now: Instant, key: &Rc<str>) {
        self.repairs.forget_entry(key);
        if self.jobs.iter().any(|job| job.has(key)) {
            // Which of the two is the last on the disk shows once this one is there.
            if !self.contested.contains(key) {
                self.contested.push(key.clone());
            }
            return;
        }
        match self.watched(key) {
            Some(key) => {
                if let Some(entry) = self.entries.get_mut(&*key.text) {
                    entry.is_suspect = true;
                }
                self.look_at(now, &key);
            }
            None => self.drop_entry(key),
        }
    }
}
