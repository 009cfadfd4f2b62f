//! A browser: connections, transactions in their order, requests that wait for connections to close, locks. What it does with them is in `openings` and
//! `transactions`, what goes wrong in `faults`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::store::event::Event;
use wedsync_dashboard::core::store::operation::{Answer, Failure, HandleId, Operation, OperationId};

use crate::disk::{Disk, Result, Value};
use crate::openings::Request;
use crate::transactions::Transaction;

pub type TabId = usize;

/// What is written under this key cannot be stored.
pub const NOT_CLONEABLE: &str = "a function";

/// What a tab is told, and after how many milliseconds.
pub type News = (TabId, Event<Value>, u64);

/// What goes on around one database.
#[derive(Debug, Default)]
pub struct Place {
    /// Open connections; a closing one is gone when its transactions are over.
    pub connections: BTreeMap<(TabId, HandleId), bool>,
    pub transactions: VecDeque<Transaction>,
    pub requests: VecDeque<Request>,
    /// Those that the first request has been announced to.
    pub told: BTreeSet<(TabId, HandleId)>,
}

/// How badly it behaves, in thousandths.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mood {
    pub fails: u64,
    pub loses_answer: u64,
    pub is_slow: u64,
}

#[derive(Debug)]
pub struct Browser {
    pub disk: Disk,
    pub places: BTreeMap<String, Place>,
    pub locks: BTreeMap<String, TabId>,
    pub waiting: Vec<(String, TabId, OperationId)>,
    pub stopped: BTreeSet<TabId>,
    pub dead: BTreeSet<(TabId, HandleId)>,
    /// What was opened after it was given up, and is closed when its tab learns of it.
    pub given_up: BTreeMap<(TabId, OperationId), HandleId>,
    /// Databases that somebody waits for who never comes, so that all others wait behind, in silence.
    pub stuck: BTreeSet<String>,
    pub has_locks: bool,
    /// What is appended to this database is not answered.
    pub silent: Option<String>,
    pub is_full: bool,
    /// Whether space is won by giving up the cache; by chance if it is not said.
    pub frees_by_clearing: Option<bool>,
    pub is_private: BTreeSet<TabId>,
    pub mood: Mood,
    pub rng: Rng,
    pub news: Vec<News>,
    /// What has been committed since it was asked last: the database, and the operation.
    pub commits: Vec<(String, Operation<Value>, Answer<Value>)>,
    pub marked: Vec<(String, u64)>,
}

impl Browser {
    pub fn new(rng: Rng) -> Self {
        Self {
            disk: Disk::default(),
            places: BTreeMap::new(),
            locks: BTreeMap::new(),
            waiting: Vec::new(),
            stopped: BTreeSet::new(),
            dead: BTreeSet::new(),
            given_up: BTreeMap::new(),
            stuck: BTreeSet::new(),
            has_locks: true,
            silent: None,
            is_full: false,
            frees_by_clearing: None,
            is_private: BTreeSet::new(),
            mood: Mood::default(),
            rng,
            news: Vec::new(),
            commits: Vec::new(),
            marked: Vec::new(),
        }
    }

    pub fn chance(&mut self, thousandths: u64) -> bool {
        self.rng.up_to(999) < thousandths
    }

    pub fn answer(&mut self, tab: TabId, operation: OperationId, result: Result) {
        if self.chance(self.mood.loses_answer) {
            return;
        }
        let late = if self.chance(self.mood.is_slow) { self.rng.up_to(7_000) } else { self.rng.up_to(3) };
        self.news.push((tab, Event::Done { operation, result }, late));
    }

    pub fn perform(&mut self, now: u64, tab: TabId, id: OperationId, operation: Operation<Value>) {
        match operation {
            Operation::Open { handle, name, version, identity } => {
                if self.is_private.contains(&tab) {
                    return self.answer(tab, id, Err(Failure::Refused));
                }
                let request = Request::Open { tab, id, handle, version, identity, is_given_up: false };
                self.places.entry(name.to_string()).or_default().requests.push_back(request);
                self.requests(now, &name);
            }
            Operation::Delete { name } => {
                let request = Request::Delete { tab, id };
                self.places.entry(name.to_string()).or_default().requests.push_back(request);
                self.requests(now, &name);
            }
            Operation::Close { handle } => self.close(now, tab, handle),
            Operation::Names { prefix } => {
                let names =
                    self.disk.bases.keys().filter(|name| name.starts_with(&*prefix)).cloned().collect();
                self.answer(tab, id, Ok(Answer::Names(names)));
            }
            Operation::Estimate => self.answer(tab, id, Ok(Answer::Estimate { usage: 1, quota: 2 })),
            Operation::Persist => self.answer(tab, id, Ok(Answer::Persisted(true))),
            Operation::ReadMarks { prefix } => {
                let marks = self.disk.marks.iter().filter(|(name, _)| name.starts_with(&*prefix));
                let marks = marks.map(|(name, value)| (name.clone(), *value)).collect();
                // Nothing goes wrong here, and nothing takes long: it is no database.
                self.news.push((tab, Event::Done { operation: id, result: Ok(Answer::Marks(marks)) }, 0));
            }
            Operation::WriteMark { name, value } => {
                self.disk.marks.insert(name.to_string(), value);
                self.marked.push((name.to_string(), value));
                self.news.push((tab, Event::Done { operation: id, result: Ok(Answer::Done) }, 0));
            }
            Operation::Hold { .. } | Operation::Held { .. } if !self.has_locks => {
                self.answer(tab, id, Err(Failure::Refused));
            }
            Operation::Hold { lock } => {
                if self.locks.contains_key(&*lock) {
                    self.waiting.push((lock.to_string(), tab, id));
                } else {
                    self.locks.insert(lock.to_string(), tab);
                    self.answer(tab, id, Ok(Answer::Done));
                }
            }
            Operation::Release { lock } => {
                self.waiting.retain(|(name, waiting, _)| (name.as_str(), *waiting) != (&*lock, tab));
                if self.locks.get(&*lock) == Some(&tab) {
                    self.locks.remove(&*lock);
                }
            }
            Operation::Held { prefix } => {
                let names = self.locks.keys().filter(|name| name.starts_with(&*prefix)).cloned().collect();
                self.answer(tab, id, Ok(Answer::Names(names)));
            }
            Operation::Clear { handle }
            | Operation::Append { handle, .. }
            | Operation::Read { handle, .. }
            | Operation::Get { handle, .. }
            | Operation::Compact { handle, .. }
            | Operation::DrawEpoch { handle, .. } => self.begin(now, tab, handle, id, operation),
        }
    }
}
