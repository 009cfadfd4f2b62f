//! What is written: jobs, each of which makes one change of the disk and of the remote tier. How they go on is in
//! [`sending`](super::sending).

use std::rc::Rc;

use super::Cache;
use super::counting::Counts;
use super::generation::Generation;
use super::header::Header;
use super::input::{FlightId, Key, RequestId};
use super::output::{Ask, Output, Write};
use crate::core::ids::CallId;
use crate::core::sorted_map::SortedMap;
use crate::core::time::Instant;

/// Key, header and value of an entry for the remote tier.
type Entry<P> = (Rc<str>, String, P);

/// An entry that is written.
#[derive(Debug)]
pub(super) struct Item<P> {
    pub(super) key: Key,
    pub(super) header: Header,
    pub(super) value: P,
    pub(super) compresses: bool,
}

impl<P> Item<P> {
    /// The tag that the entry has by its key.
    pub(super) fn own(&self) -> Option<&(Rc<str>, Generation)> {
        self.header.own(&self.key.text)
    }
}

/// A value of a job that is being encoded, or was.
#[derive(Debug)]
pub(super) struct Encoding<P> {
    pub(super) request: RequestId,
    pub(super) item: Item<P>,
    pub(super) is_encoded: bool,
    /// The remote tier has not taken it, and is given it once more when all else of the job is done.
    pub(super) is_again: bool,
}

/// Something that is being written.
#[derive(Debug)]
pub(super) struct Job<P> {
    pub(super) calls: Vec<CallId>,
    pub(super) encodings: Vec<Encoding<P>>,
    /// What the disk is given once all is encoded.
    pub(super) writes: Vec<Write<P>>,
    /// The answer of the disk that is awaited.
    pub(super) disk: Option<RequestId>,
    pub(super) is_on_disk: bool,
    /// What the remote tier has yet to be asked, and the answers that are awaited.
    pub(super) asks: Vec<Ask<P>>,
    pub(super) remote: Vec<(RequestId, Ask<P>)>,
    pub(super) is_on_remote: Option<bool>,
    /// How often its values were set once more, above what the remote tier has counted.
    pub(super) again: u8,
    /// Whether an invalidation has failed that does not reach the remote tier.
    pub(super) is_strict: bool,
    /// What others are told then.
    pub(super) said: Counts,
    pub(super) is_said: bool,
    pub(super) supplier: Option<Rc<str>>,
    /// The flight that has brought it, and that keeps its lock until the disk has it: whoever is next reads it there.
    pub(super) lock: Option<FlightId>,
}

impl<P> Job<P> {
    /// Whether it writes the entry of a key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.encodings.iter().any(|encoding| *encoding.item.key.text == *key)
    }

    /// Whether it removes the entry of a key. Removals stand before all else, so that nothing is sought among a batch's values.
    fn removes(&self, key: &str) -> bool {
        let removals = self.writes.iter().map_while(|write| match write {
            Write::Remove { key } => Some(key),
            _ => None,
        });
        removals.into_iter().any(|other| **other == *key)
    }

    /// Whether the remote tier has yet to answer that it has heard of a tag.
    pub(super) fn tells(&self, tag: &Rc<str>) -> bool {
        let is_of = |ask: &Ask<P>| match ask {
            Ask::Invalidate { tags, .. } => tags.contains(tag),
            _ => self.said.iter().any(|(said, _)| said == tag),
        };
        self.remote.iter().any(|(_, ask)| is_of(ask))
            || self
                .encodings
                .iter()
                .any(|encoding| encoding.is_again && encoding.item.own().is_some_and(|(own, _)| own == tag))
    }

    /// Whether it has something that the remote tier is given once more.
    pub(super) fn is_again(&self) -> bool {
        self.encodings.iter().any(|encoding| encoding.is_again)
    }

    /// It does not write the entry of a key any more. Whether that was all it did for those who wait for it.
    fn strip(&mut self, key: &str) -> bool {
        if self.disk.is_some() || !self.has(key) {
            return false;
        }
        self.encodings.retain(|encoding| *encoding.item.key.text != *key);
        self.writes.retain(|write| !matches!(write, Write::Entry { key: other, .. } if **other == *key));
        self.encodings.is_empty() && self.writes.is_empty()
    }
}

impl<P: Clone> Cache<P> {
    /// Whether what is in memory of a key is newer than what is on the disk.
    pub(super) fn is_being_written(&self, key: &str) -> bool {
        self.jobs.iter().any(|job| job.has(key) || job.removes(key)) || self.repairs.has(key)
    }

    /// Writes what needs no encoding.
    pub(super) fn write(
        &mut self,
        now: Instant,
        calls: Vec<CallId>,
        writes: Vec<Write<P>>,
        said: Counts,
        asks: Vec<Ask<P>>,
    ) {
        if calls.is_empty() && writes.is_empty() && asks.is_empty() {
            return;
        }
        let supplier = asks.iter().find_map(|ask| match ask {
            Ask::Invalidate { supplier, .. } => Some(supplier.clone()),
            _ => None,
        });
        let is_strict = !asks.is_empty();
        self.start(now, Job { calls, writes, said, asks, supplier, is_strict, ..blank() });
    }

    /// Removes the entry of a key from the disk; with counters, from everywhere.
    pub(super) fn remove(
        &mut self,
        now: Instant,
        calls: Vec<CallId>,
        key: &Key,
        said: Counts,
        mut writes: Vec<Write<P>>,
    ) {
        let mut asks = Vec::new();
        if !said.is_empty() {
            asks.push(self.invalidation(&key.supplier, &said));
        }
        let mut calls = calls;
        calls.append(&mut self.strip(&key.text));
        writes.insert(0, Write::Remove { key: key.text.clone() });
        self.write(now, calls, writes, said, asks);
    }

    /// What is not on its way to the disk yet of the entry of a key is not written any more: something newer is. Gives the calls
    /// that waited for nothing else.
    pub(super) fn strip(&mut self, key: &str) -> Vec<CallId> {
        let mut calls = Vec::new();
        for job in &mut self.jobs {
            if job.strip(key) {
                calls.append(&mut job.calls);
            }
        }
        calls
    }

    /// Writes the entry of a key that is in memory, if it is the last that does.
    pub(super) fn write_entry(&mut self, now: Instant, key: &str, compresses: bool, is_for_remote: bool) {
        let Some(item) = self.item(key, compresses) else { return };
        // What a tier refuses that was only fetched, others can fetch as well.
        let is_for_remote = is_for_remote && self.is_remote_well;
        self.write_items(now, Vec::new(), vec![item], Counts::new(), is_for_remote);
    }

    /// What there is of a key in memory, to be written.
    pub(super) fn item(&self, key: &str, compresses: bool) -> Option<Item<P>> {
        let entry = self.entries.get(key)?;
        Some(Item {
            key: entry.key.clone(),
            header: entry.header.clone(),
            value: entry.value.clone()?,
            compresses,
        })
    }

    /// Writes entries in one batch.
    pub(super) fn write_items(
        &mut self,
        now: Instant,
        calls: Vec<CallId>,
        items: Vec<Item<P>>,
        said: Counts,
        is_for_remote: bool,
    ) {
        let asks = if is_for_remote { self.puts(now, &items) } else { Vec::new() };
        let supplier = items.first().map(|item| item.key.supplier.clone());
        self.start_items(now, Job { calls, said, asks, supplier, ..blank() }, items);
    }

    /// Starts a job that writes entries.
    pub(super) fn start_items(&mut self, now: Instant, mut job: Job<P>, items: Vec<Item<P>>) {
        let mut keys = SortedMap::new();
        for item in items {
            let (request, key) = (self.request(), item.key.text.clone());
            let (value, version) = (item.value.clone(), item.header.version.clone());
            let compresses = item.compresses;
            job.calls.append(&mut self.strip(&key));
            // Twice in one batch: the last one counts.
            if keys.contains_key(&*key) {
                job.strip(&key);
            }
            keys.insert(key.clone(), ());
            job.encodings.push(Encoding { request, item, is_encoded: false, is_again: false });
            self.outputs.push(Output::Encode { request, key, value, version, compresses });
        }
        self.start(now, job);
    }

    /// What the remote tier is asked to take.
    pub(super) fn puts(&self, now: Instant, items: &[Item<P>]) -> Vec<Ask<P>> {
        let wall = self.wall(now);
        let mut asks: Vec<(Rc<str>, Vec<Entry<P>>)> = Vec::new();
        for Item { key, header, value, .. } in items.iter().filter(|_| self.settings.has_remote) {
            // It counts from now on how old it is.
            let mut header = header.clone();
            header.ttl = header.ttl.saturating_sub(header.age(wall));
            if header.ttl == 0 {
                continue;
            }
            let one = (key.text.clone(), header.to_text(), value.clone());
            match asks.iter_mut().find(|(supplier, _)| *supplier == key.supplier) {
                Some((_, entries)) => entries.push(one),
                None => asks.push((key.supplier.clone(), vec![one])),
            }
        }
        asks.into_iter().map(|(supplier, entries)| Ask::Put { supplier, entries }).collect()
    }
}

pub(super) const fn blank<P>() -> Job<P> {
    Job {
        calls: Vec::new(),
        encodings: Vec::new(),
        writes: Vec::new(),
        disk: None,
        is_on_disk: false,
        asks: Vec::new(),
        remote: Vec::new(),
        is_on_remote: None,
        again: 0,
        is_strict: false,
        said: Vec::new(),
        is_said: false,
        supplier: None,
        lock: None,
    }
}
