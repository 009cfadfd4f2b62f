//! Operations: what sets, removes and invalidates. They are done in the order in which they were asked for, each once the
//! counters of its tags are known, or the disk could not say them.

use std::rc::Rc;

use super::Cache;
use super::counting::{Counts, SOME_ROW, given_tag, key_tag, supplier_tag, table_tag};
use super::header::Header;
use super::input::Key;
use super::output::{Output, Write};
use super::policy::Keeping;
use super::writing::Item;
use crate::core::ids::CallId;
use crate::core::sorted_map::SortedMap;
use crate::core::time::Instant;

/// What is done.
#[derive(Debug)]
enum Work<P> {
    Set(Vec<(Key, P, Keeping)>),
    Delete(Key),
    /// The tags, and whose they are.
    Invalidate(Vec<Rc<str>>, Option<Rc<str>>),
    /// Changes of tables, which everybody hears of by himself: for each tag of the operation when, if that is known.
    Changed(Vec<Option<u64>>),
}

/// The most tags of changes that wait together. Beyond that everything of the supplier's is taken to have changed.
const MOST_CHANGED: usize = 1_000;

/// An operation.
#[derive(Debug)]
pub(super) struct Operation<P> {
    pub(super) calls: Vec<CallId>,
    work: Work<P>,
    /// The tags whose counters have to be known.
    tags: Vec<Rc<str>>,
    /// So many of them were known when they were looked at, from the first on.
    known: usize,
}

impl<P: Clone> Cache<P> {
    /// Sets values, all in one batch.
    pub(super) fn set(&mut self, now: Instant, call: CallId, entries: Vec<(Key, P, Keeping)>) {
        let mut tags = SortedMap::new();
        for (key, _, keeping) in &entries {
            self.meet(&key.supplier);
            self.supersede(&key.text);
            for tag in Self::tags_of(key, &keeping.tags) {
                tags.insert(tag, ());
            }
        }
        let tags = tags.keys().cloned().collect();
        self.begin(now, vec![call], Work::Set(entries), tags);
    }

    /// Removes the value of a key. In this tab it is gone at once.
    pub(super) fn delete(&mut self, now: Instant, call: CallId, key: Key) {
        self.meet(&key.supplier);
        self.supersede(&key.text);
        self.drop_entry(&key.text);
        let tags = vec![key_tag(&key.text)];
        self.begin(now, vec![call], Work::Delete(key), tags);
    }

    /// Makes invalid what has one of these tags, or all of a supplier's if there is none.
    pub(super) fn invalidate(
        &mut self,
        now: Instant,
        call: Option<CallId>,
        tags: Vec<Rc<str>>,
        supplier: Option<Rc<str>>,
    ) {
        let tags: Vec<Rc<str>> = match &supplier {
            Some(supplier) if tags.is_empty() => vec![supplier_tag(supplier)],
            _ => tags.iter().map(|tag| given_tag(tag)).collect(),
        };
        self.begin(now, call.into_iter().collect(), Work::Invalidate(tags.clone(), supplier), tags);
    }

    /// A table has changed: what depends on it, or on the row, does not hold any more. Without a row, it may be any.
    pub(super) fn table_changed(
        &mut self,
        now: Instant,
        supplier: &str,
        table: &str,
        row: Option<&str>,
        at: Option<u64>,
    ) {
        let row = row.unwrap_or(SOME_ROW);
        let mut tags = vec![table_tag(supplier, table, None), table_tag(supplier, table, Some(row))];
        // Changes come in bursts, and each of them may have to wait for the disk.
        if let Some(Operation { work: Work::Changed(moments), tags: waiting, .. }) =
            self.operations.last_mut()
        {
            let everything = supplier_tag(supplier);
            if waiting.len() < MOST_CHANGED {
                moments.extend(tags.iter().map(|_| at));
            } else if waiting.contains(&everything) {
                tags.clear();
            } else {
                moments.push(None);
                tags = vec![everything];
            }
            for tag in &tags {
                self.generations.hold(tag);
            }
            waiting.extend(tags.iter().cloned());
            self.overtake_tagged(&tags);
            return self.operate(now);
        }
        let moments = tags.iter().map(|_| at).collect();
        self.begin(now, Vec::new(), Work::Changed(moments), tags);
    }

    fn begin(&mut self, now: Instant, calls: Vec<CallId>, work: Work<P>, tags: Vec<Rc<str>>) {
        for tag in &tags {
            self.generations.hold(tag);
        }
        // Those that wait for others have theirs read meanwhile.
        let has_to_wait = !self.knows(&tags) || !self.operations.is_empty();
        if has_to_wait && matches!(work, Work::Invalidate(..) | Work::Changed(_)) {
            self.overtake_tagged(&tags);
        }
        self.operations.push(Operation { calls, work, tags, known: 0 });
        self.operate(now);
        if !self.operations.is_empty() {
            // Until it is done, nobody is given what it is about.
            self.outputs.push(Output::Doubt);
        }
    }

    /// Whether an operation on a key waits.
    pub(super) fn is_operated_on(&self, key: &str) -> bool {
        let is_about_all =
            |operation: &Operation<P>| matches!(operation.work, Work::Invalidate(..) | Work::Changed(_));
        self.operations.iter().any(is_about_all) || self.is_replaced(key)
    }

    /// Whether an operation waits that sets or removes the value of a key.
    pub(super) fn is_replaced(&self, key: &str) -> bool {
        self.operations.iter().any(|operation| match &operation.work {
            Work::Set(entries) => entries.iter().any(|(other, _, _)| *other.text == *key),
            Work::Delete(other) => *other.text == *key,
            Work::Invalidate(..) | Work::Changed(_) => false,
        })
    }

    /// Does the operations of which everything is known, from the first on.
    pub(super) fn operate(&mut self, now: Instant) {
        while let Some(operation) = self.operations.first_mut() {
            // Counters are told one at a time: of a batch's thousand those are not looked at again that were known before.
            while operation.tags.get(operation.known).is_some_and(|tag| self.generations.is_settled(tag)) {
                operation.known += 1;
            }
            if operation.tags.get(operation.known).is_some_and(|tag| self.generations.is_counting(tag)) {
                return;
            }
            // They may be in doubt again.
            operation.known = 0;
            let tags = operation.tags.clone();
            if !tags.iter().all(|tag| self.generations.is_settled(tag)) {
                self.knows(&tags);
                return;
            }
            let Operation { calls, work, .. } = self.operations.remove(0);
            self.carry_out(now, calls, work, &tags);
            for tag in &tags {
                self.generations.release(tag);
            }
            self.serve_waiting(now);
        }
    }

    fn carry_out(&mut self, now: Instant, calls: Vec<CallId>, work: Work<P>, tags: &[Rc<str>]) {
        match work {
            Work::Set(entries) => self.do_set(now, calls, entries),
            Work::Delete(key) => self.do_delete(now, calls, &key),
            Work::Invalidate(tags, supplier) => self.do_invalidate(now, calls, &tags, supplier),
            Work::Changed(moments) => self.do_change(now, tags, &moments),
        }
    }

    fn do_set(&mut self, now: Instant, calls: Vec<CallId>, entries: Vec<(Key, P, Keeping)>) {
        let mut said = Vec::new();
        let mut items = Vec::new();
        for (key, value, keeping) in entries {
            self.supersede(&key.text);
            said.extend(self.raise(now, &[key_tag(&key.text)]).0);
            let tags = Self::tags_of(&key, &keeping.tags);
            let header = Header {
                flags: 0,
                stored: self.wall(now),
                ttl: keeping.ttl,
                stale: keeping.stale,
                version: keeping.version,
                bytes: 0,
                tags: self.seen(&tags),
            };
            self.put(now, key.clone(), header.clone(), Some(value.clone()), None);
            if let Some(entry) = self.entries.get_mut(&*key.text) {
                entry.is_set = true;
            }
            items.push(Item { key, header, value, compresses: keeping.compresses });
        }
        self.write_items(now, calls, items, said, true);
    }

    fn do_delete(&mut self, now: Instant, calls: Vec<CallId>, key: &Key) {
        self.supersede(&key.text);
        self.drop_entry(&key.text);
        let (said, writes) = self.raise(now, &[key_tag(&key.text)]);
        self.remove(now, calls, key, said, writes);
    }

    fn do_invalidate(
        &mut self,
        now: Instant,
        calls: Vec<CallId>,
        tags: &[Rc<str>],
        supplier: Option<Rc<str>>,
    ) {
        let (said, writes) = self.raise(now, tags);
        let suppliers = supplier.map_or_else(|| self.suppliers.clone(), |supplier| vec![supplier]);
        let asks = suppliers.iter().map(|supplier| self.invalidation(supplier, &said)).collect();
        self.write(now, calls, writes, said, asks);
        self.doubt(now);
    }

    fn do_change(&mut self, now: Instant, tags: &[Rc<str>], moments: &[Option<u64>]) {
        let wall = self.wall(now);
        let mut writes: Vec<Write<P>> = Vec::new();
        for (tag, at) in tags.iter().zip(moments) {
            let next = match at {
                Some(at) => self.generations.change(tag, *at),
                None => Some(self.generations.raise(tag, wall)),
            };
            let Some(next) = next else { continue };
            let is_it = |write: &Write<P>| matches!(write, Write::Count { tag: other, .. } if other == tag);
            writes.retain(|write| !is_it(write));
            writes.push(self.count_of(wall, tag, next));
        }
        if !writes.is_empty() {
            self.write(now, Vec::new(), writes, Vec::new(), Vec::new());
            self.doubt(now);
        }
    }

    /// Counts on, and gives what the counters say now with what is to be written of it.
    fn raise(&mut self, now: Instant, tags: &[Rc<str>]) -> (Counts, Vec<Write<P>>) {
        let wall = self.wall(now);
        let (mut said, mut writes) = (Vec::new(), Vec::new());
        for tag in tags {
            let generation = self.generations.raise(tag, wall);
            said.push((tag.clone(), generation));
            writes.push(self.count_of(wall, tag, generation));
        }
        (said, writes)
    }

    /// Whoever has waited for an operation is served.
    fn serve_waiting(&mut self, now: Instant) {
        let keys: Vec<Rc<str>> = self
            .callers
            .iter()
            .filter(|caller| caller.flight.is_none())
            .map(|caller| caller.key.text.clone())
            .collect();
        for key in keys {
            if !self.is_operated_on(&key) && !self.is_reading(&key) {
                self.serve_again(now, &key);
            }
        }
    }
}
