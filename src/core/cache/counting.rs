//! What is known of the counters of tags.

use std::rc::Rc;

use super::Cache;
use super::generation::Generation;
use super::header::{Header, escape};
use super::input::{Key, RequestId};
use super::output::{Output, Write};
use crate::core::time::Instant;

/// For how long it is remembered that a key was removed, in milliseconds.
const REMEMBERED: u64 = 86_400_000;
/// The first character of a tag says what it is of.
pub(super) const KEY: char = 'k';
const SUPPLIER: char = 's';
const TABLE: char = 't';
const GIVEN: char = 'x';

/// What counters say, by their tags.
pub(super) type Counts = Vec<(Rc<str>, Generation)>;

/// The counter of a tag is being read from the disk.
#[derive(Debug)]
pub(super) struct Counting {
    request: RequestId,
    tag: Rc<str>,
}

/// The tag that each entry has by its key.
pub(super) fn key_tag(key: &str) -> Rc<str> {
    tag(KEY, key)
}

/// That of all entries of a supplier.
pub(super) fn supplier_tag(supplier: &str) -> Rc<str> {
    tag(SUPPLIER, supplier)
}

/// That which an application has given.
pub fn given_tag(given: &str) -> Rc<str> {
    tag(GIVEN, given)
}

/// In the place of a row's key: a row of which nobody knows which. All that depends on one row depends on it too.
pub const SOME_ROW: &str = "";

/// That of all that depends on a table of a supplier's, or on one of its rows.
pub fn table_tag(supplier: &str, table: &str, row: Option<&str>) -> Rc<str> {
    let mut text = String::from(TABLE);
    escape(&mut text, supplier);
    for part in [Some(table), row].into_iter().flatten() {
        text.push(' ');
        escape(&mut text, part);
    }
    text.into()
}

fn tag(kind: char, name: &str) -> Rc<str> {
    let mut text = String::from(kind);
    text.push_str(name);
    text.into()
}

/// Of which tags these are.
#[inline(never)]
pub(super) fn names_of(counts: &[(Rc<str>, Generation)]) -> Vec<Rc<str>> {
    let mut names = Vec::new();
    for (tag, _) in counts {
        names.push(tag.clone());
    }
    names
}

impl<P: Clone> Cache<P> {
    /// Whether the counters of all these tags are known. What is not is asked for.
    pub(super) fn knows(&mut self, tags: &[Rc<str>]) -> bool {
        let mut is_known = true;
        for tag in tags {
            if self.generations.get(tag).is_some() {
                continue;
            }
            is_known = false;
            if self.generations.set_counting(tag, true) {
                let request = self.request();
                self.counting.push(Counting { request, tag: tag.clone() });
                self.outputs.push(Output::Count { request, tag: tag.clone() });
            }
        }
        is_known
    }

    /// As [`Cache::knows`], but what the disk could not say is not asked for again.
    pub(super) fn knows_rest(&mut self, tags: &[Rc<str>]) -> bool {
        for tag in tags {
            if !self.generations.is_settled(tag) {
                self.knows(std::slice::from_ref(tag));
            }
        }
        tags.iter().all(|tag| self.generations.is_known(tag))
    }

    /// The disk says what a tag's counter says.
    pub(super) fn counted(&mut self, now: Instant, request: RequestId, said: Option<&str>) {
        let Some(tag) = self.take_counting(request) else { return };
        let mut said = said.and_then(Generation::from_text).unwrap_or_default();
        // What the disk has refused is not on it yet.
        if let Some(refused) = self.repairs.count(&tag).filter(|refused| refused.is_above(said)) {
            said = refused;
        }
        let least = self.generations.least(&tag);
        // The counter of a key is on the disk only if it was removed: what was set has it in its header.
        if said != Generation::default() && least.is_above(said) {
            // Another tab that had not heard of it has written over it: who comes after it reads it there.
            let writes = vec![self.count_of(self.wall(now), &tag, least)];
            self.write(now, Vec::new(), writes, Vec::new(), Vec::new());
        }
        if let Some(next) = self.generations.learn(&tag, said, self.wall(now)) {
            let writes = vec![self.count_of(self.wall(now), &tag, next)];
            self.echo(now, None, &[(tag, next)], writes);
        }
        self.go_on(now);
    }

    /// The tag whose counter the disk was asked for by this, which it has answered.
    pub(super) fn take_counting(&mut self, request: RequestId) -> Option<Rc<str>> {
        let place = self.counting.iter().position(|counting| counting.request == request)?;
        let Counting { tag, .. } = self.counting.remove(place);
        self.generations.set_counting(&tag, false);
        Some(tag)
    }

    /// Something has become known that others may wait for.
    pub(super) fn go_on(&mut self, now: Instant) {
        self.operate(now);
        self.end_readings(now);
        self.advance_flights(now);
    }

    /// What the counters of an entry's tags say now, or at least where that is not known.
    pub(super) fn seen(&self, tags: &[Rc<str>]) -> Counts {
        let mut seen = Counts::new();
        for tag in tags {
            seen.push((tag.clone(), self.generations.least(tag)));
        }
        seen
    }

    /// Whether it is certain that no counter of these has gone on since. Those that say more than is known teach it.
    pub(super) fn holds(&mut self, seen: &[(Rc<str>, Generation)]) -> bool {
        let generations = &mut self.generations;
        let mut holds = true;
        for (tag, seen) in seen {
            holds &= generations.get(tag).is_some_and(|known| seen.holds(known));
        }
        if holds {
            for (tag, seen) in seen {
                generations.learn(tag, *seen, 0);
            }
        }
        holds
    }

    /// The tags that an entry has, with those that it has by itself.
    pub(super) fn tags_of(key: &Key, given: &[Rc<str>]) -> Vec<Rc<str>> {
        let mut tags = vec![key_tag(&key.text), supplier_tag(&key.supplier)];
        for tag in given {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        tags
    }

    /// Whether the counters of an entry's tags are known.
    pub(super) fn knows_header(&mut self, header: &Header) -> bool {
        let tags = names_of(&header.tags);
        self.knows(&tags)
    }

    /// The remote tier says what counters say: what is more than is known has to be known after a reload too. If anything is,
    /// what is shown is looked at again. The counter of `own` is in the header of an entry that is being written.
    pub(super) fn learn_from_afar(
        &mut self,
        now: Instant,
        said: &[(Rc<str>, Generation)],
        own: Option<&str>,
    ) {
        let (wall, mut writes) = (self.wall(now), Vec::new());
        let news = self.news_from_afar(said);
        for (tag, said) in &news {
            if own.is_none_or(|own| tag.strip_prefix(KEY) != Some(own)) {
                writes.push(self.count_of(wall, tag, *said));
            }
        }
        self.write(now, Vec::new(), writes, Vec::new(), Vec::new());
        if !news.is_empty() {
            self.doubt(now);
        }
    }

    /// Learns what the remote tier says, and gives what of it was not known. The counter of a key that is being set is left out: the
    /// answer to that says it, and only then is it known whether the value is above it.
    pub(super) fn news_from_afar(&mut self, said: &[(Rc<str>, Generation)]) -> Counts {
        let mut news = Counts::new();
        for (tag, said) in said {
            let is_being_set = tag.starts_with(KEY) && self.jobs.iter().any(|job| job.tells(tag));
            if !is_being_set && self.generations.learn_from_afar(tag, *said) {
                news.push((tag.clone(), *said));
            }
        }
        news
    }

    pub(super) fn count_of(&self, wall: u64, tag: &Rc<str>, generation: Generation) -> Write<P> {
        let expires = self.forgotten(wall, tag);
        Write::Count { tag: tag.clone(), generation: generation.to_text(), expires }
    }

    /// When a tag's counter may be forgotten, on the wall clock. That a key was removed has to be known for as long as a fetch may
    /// take that began before.
    fn forgotten(&self, wall: u64, tag: &str) -> u64 {
        if tag.starts_with(KEY) { wall.saturating_add(REMEMBERED) } else { u64::MAX }
    }
}
