//! What the remote tier has not taken, because a counter there has gone on and this device has not heard of it.
//!
//! What was fetched is given up: it may be older than what the counter is about. What was set is newer than what its key had before,
//! whatever the clock says that has counted it, and than an invalidation of a tag that this device sets for the first time, if that
//! was more than [`MARGIN`] ago: it is set once more, above what the remote tier says.

use std::rc::Rc;

use super::Cache;
use super::counting::{Counts, KEY, names_of};
use super::generation::Generation;
use super::header::Header;
use super::input::Key;
use super::output::Write;
use super::remote::counts_of;
use super::writing::{Job, blank};
use crate::core::sorted_map::SortedMap;
use crate::core::time::Instant;

/// How often a value is set once more. If others set it as often meanwhile, it is in memory and on the disk, and is given to the
/// remote tier again with what that has refused.
const MOST: u8 = 3;
/// By how much clocks of devices are taken to differ at most, in milliseconds.
const MARGIN: u64 = 60_000;

/// Key, header and value, as the remote tier was given them.
type Given<P> = (Rc<str>, String, P);

/// How what was not taken came about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Fetched,
    Set,
    /// It was set, or fetched, some time ago. What others have set meanwhile is newer.
    Waited,
}

/// What becomes of what was not taken.
struct Superseded {
    /// What is set once more, by key, with its tags as they are from now on.
    raised: SortedMap<Rc<str>, Counts>,
    dropped: Vec<Rc<str>>,
    /// What was not known of counters.
    news: Counts,
}

impl<P: Clone> Cache<P> {
    /// The remote tier has not taken all that a job has given it.
    pub(super) fn job_superseded(
        &mut self,
        now: Instant,
        place: usize,
        entries: &[Given<P>],
        said: &[(Rc<str>, Rc<str>)],
    ) {
        let is_set = self.jobs.get(place).is_some_and(|job| !job.said.is_empty());
        let origin = if is_set { Origin::Set } else { Origin::Fetched };
        let superseded = self.superseded(now, entries, said, origin);
        if let Some(job) = self.jobs.get_mut(place) {
            if !superseded.dropped.is_empty() {
                job.is_on_remote = Some(false);
            }
            for encoding in &mut job.encodings {
                if let Some(tags) = superseded.raised.get(&*encoding.item.key.text) {
                    (encoding.item.header.tags, encoding.is_again) = (tags.clone(), true);
                }
            }
        }
        self.give_up(now, &superseded);
    }

    /// Nor what it had refused before. Gives the tags that it is yet to be told of.
    pub(super) fn repair_superseded(
        &mut self,
        now: Instant,
        entries: &[Given<P>],
        said: &[(Rc<str>, Rc<str>)],
    ) -> Vec<Rc<str>> {
        let superseded = self.superseded(now, entries, said, Origin::Waited);
        self.give_up(now, &superseded);
        let items: Vec<_> = superseded.raised.keys().filter_map(|key| self.item(key, false)).collect();
        let said: Counts = items.iter().filter_map(|item| item.own().cloned()).collect();
        let tags = names_of(&said);
        self.write_items(now, Vec::new(), items, said, false);
        tags
    }

    fn superseded(
        &mut self,
        now: Instant,
        entries: &[Given<P>],
        said: &[(Rc<str>, Rc<str>)],
        origin: Origin,
    ) -> Superseded {
        // What has been replaced meanwhile is somebody else's business.
        let mut current: Vec<(Rc<str>, Header)> = Vec::new();
        for (key, header, _) in entries {
            if let Some(header) = Header::from_text(header).filter(|header| self.is_current(&header.tags)) {
                current.push((key.clone(), header));
            }
        }
        let said = counts_of(said);
        let news = self.news_from_afar(&said);
        let mut told = Superseded { raised: SortedMap::new(), dropped: Vec::new(), news };
        let said: SortedMap<Rc<str>, Generation> = said.into_iter().collect();
        for (key, header) in current {
            let is_set = match origin {
                Origin::Fetched => false,
                Origin::Set => true,
                Origin::Waited => self.entries.get(&*key).is_some_and(|entry| entry.is_set),
            };
            let (mut is_taken, mut is_raised) = (true, is_set);
            for (tag, seen) in &header.tags {
                self.generations.check(tag, true);
                let Some(theirs) = said.get(&**tag).filter(|theirs| !seen.holds(**theirs)) else { continue };
                is_taken = false;
                // One that has not counted since it was begun is about nothing that has happened.
                let is_begun_anew = theirs.count == 0;
                let is_own = tag.strip_prefix(KEY) == Some(&*key);
                // Nor is what this device has never heard of, and is older than the value.
                let is_past =
                    *seen == Generation::default() && theirs.epoch.saturating_add(MARGIN) <= header.stored;
                is_raised &= is_begun_anew || is_past || is_own && origin == Origin::Set;
            }
            if is_taken {
                continue;
            }
            if is_raised {
                // Other questions about the key leave that to this answer.
                if let Some((tag, theirs)) =
                    header.own(&key).and_then(|(tag, _)| Some((tag, said.get(&**tag)?)))
                {
                    self.generations.learn_from_afar(tag, *theirs);
                }
                let tags = self.raise_entry(now, &key, header.tags);
                told.raised.insert(key, tags);
            } else {
                told.dropped.push(key);
            }
        }
        told
    }

    /// Whether nothing is known by which an entry does not hold.
    pub(super) fn is_current(&self, tags: &Counts) -> bool {
        tags.iter().all(|(tag, seen)| seen.holds(self.generations.least(tag)))
    }

    /// Takes over what is known of the tags of an entry, and counts on what its key says.
    fn raise_entry(&mut self, now: Instant, key: &str, tags: Counts) -> Counts {
        let wall = self.wall(now);
        let mut raised = tags.clone();
        for (tag, seen) in &mut raised {
            if tag.strip_prefix(KEY) == Some(key) {
                let is_certain = self.generations.get(tag).is_some();
                *seen = self.generations.raise(tag, wall);
                if !is_certain {
                    self.generations.doubt(tag);
                }
            } else if !seen.holds(self.generations.least(tag)) {
                *seen = self.generations.least(tag);
            }
        }
        if let Some(entry) = self.entries.get_mut(key).filter(|entry| entry.header.tags == tags) {
            entry.header.tags.clone_from(&raised);
        }
        raised
    }

    /// What is not set once more is nowhere here either.
    fn give_up(&mut self, now: Instant, superseded: &Superseded) {
        let (mut calls, mut writes) = (Vec::new(), Vec::new());
        for key in &superseded.dropped {
            self.supersede(key);
            self.drop_entry(key);
            calls.append(&mut self.strip(key));
            writes.push(Write::Remove { key: key.clone() });
        }
        for (tag, said) in &superseded.news {
            // What has been raised since is in the header of an entry that is being written.
            if self.generations.least(tag) == *said {
                writes.push(self.count_of(self.wall(now), tag, *said));
            }
        }
        if !writes.is_empty() {
            self.start(now, Job { calls, writes, is_on_remote: Some(false), ..blank() });
        }
        if !superseded.news.is_empty() {
            self.doubt(now);
        }
    }

    /// A job is done but for what the remote tier has not taken: that is written everywhere once more. Gives back the job if nothing
    /// of it is to be.
    pub(super) fn set_again(&mut self, now: Instant, mut job: Job<P>) -> Option<Job<P>> {
        let mut items = Vec::new();
        for encoding in job.encodings.extract_if(.., |encoding| encoding.is_again) {
            let item = encoding.item;
            if item.own().is_some_and(|(tag, own)| self.generations.least(tag) == *own) {
                items.push(item);
            } else {
                job.is_on_remote = Some(false);
            }
        }
        let Some(Key { supplier, .. }) = items.first().map(|item| item.key.clone()) else { return Some(job) };
        let mut asks = Vec::new();
        if job.again < MOST {
            asks = self.puts(now, &items);
        } else {
            let tags = items.iter().filter_map(|item| Some(item.own()?.0.clone()));
            self.repairs.add_remote(now, &supplier, tags);
            job.is_on_remote = Some(false);
        }
        for (tag, said) in &mut job.said {
            *said = self.generations.least(tag);
        }
        let Job { calls, said, supplier, is_on_remote, again, .. } = job;
        let again = again.saturating_add(1);
        self.start_items(now, Job { calls, said, asks, supplier, is_on_remote, again, ..blank() }, items);
        None
    }
}
