//! A browser's locks: they are queued for, stolen, and kept by a page that is frozen.

use std::collections::{BTreeMap, VecDeque};

/// A page, and by which entering of a group it has asked.
pub type Asker = (usize, u32);

#[derive(Debug, Default)]
struct Lock {
    holder: Option<Asker>,
    queue: VecDeque<Asker>,
}

/// What a page learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Granted(Asker),
    Lost(Asker),
}

#[derive(Debug, Default)]
pub struct Locks(BTreeMap<String, Lock>);

impl Locks {
    pub fn queue(&mut self, name: &str, asker: Asker) -> Option<Change> {
        let lock = self.0.entry(name.to_owned()).or_default();
        if lock.holder.is_none() {
            lock.holder = Some(asker);
            return Some(Change::Granted(asker));
        }
        lock.queue.push_back(asker);
        None
    }

    pub fn steal(&mut self, name: &str, asker: Asker) -> Vec<Change> {
        let lock = self.0.entry(name.to_owned()).or_default();
        lock.queue.retain(|queued| *queued != asker);
        // Of what a page has taken from itself it is told nothing.
        let former = lock.holder.replace(asker).filter(|former| *former != asker);
        former.map(Change::Lost).into_iter().chain([Change::Granted(asker)]).collect()
    }

    pub fn holder(&self, name: &str) -> Option<Asker> {
        self.0.get(name)?.holder
    }

    /// A page gives back whatever it holds or waits for.
    pub fn release(&mut self, page: usize) -> Vec<Change> {
        let mut changes = Vec::new();
        for lock in self.0.values_mut() {
            lock.queue.retain(|(queued, _)| *queued != page);
            if lock.holder.is_some_and(|(holder, _)| holder == page) {
                lock.holder = lock.queue.pop_front();
                changes.extend(lock.holder.map(Change::Granted));
            }
        }
        changes
    }
}
