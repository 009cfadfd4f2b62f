//! A browser: connections, transactions in their order, requests that wait for connections to close, locks; and its faults.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::store::event::Event;
use wedsync_dashboard::core::store::operation::{Answer, Failure, HandleId, Operation, OperationId};

use crate::disk::{Base, Disk, Result, Value};

pub type TabId = usize;

/// What is written under this key cannot be stored.
pub const NOT_CLONEABLE: &str = "a function";

/// What a tab is told, and after how many milliseconds.
pub type News = (TabId, Event<Value>, u64);

#[derive(Debug)]
struct Transaction {
    tab: TabId,
    handle: HandleId,
    id: OperationId,
    operation: Operation<Value>,
    /// When it is over, once it has begun.
    ends: Option<u64>,
    /// Its tab has been stopped in the middle of it.
    is_caught: bool,
}

#[derive(Debug)]
enum Request {
    Open { tab: TabId, id: OperationId, handle: HandleId, version: Option<u32>, identity: u64 },
    Delete { tab: TabId, id: OperationId },
    Upgrade { oldest_reader: u32 },
}

/// What goes on around one database.
#[derive(Debug, Default)]
struct Place {
    /// Open connections; a closing one is gone when its transactions are over.
    connections: BTreeMap<(TabId, HandleId), bool>,
    transactions: VecDeque<Transaction>,
    requests: VecDeque<Request>,
    /// Those that the first request has been announced to.
    told: BTreeSet<(TabId, HandleId)>,
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
    places: BTreeMap<String, Place>,
    locks: BTreeMap<String, TabId>,
    waiting: Vec<(String, TabId, OperationId)>,
    pub stopped: BTreeSet<TabId>,
    dead: BTreeSet<(TabId, HandleId)>,
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

    fn chance(&mut self, thousandths: u64) -> bool {
        self.rng.up_to(999) < thousandths
    }

    fn answer(&mut self, tab: TabId, operation: OperationId, result: Result) {
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
                let request = Request::Open { tab, id, handle, version, identity };
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

    fn place_of(&self, tab: TabId, handle: HandleId) -> Option<String> {
        let mut places = self.places.iter();
        places
            .find(|(_, place)| place.connections.get(&(tab, handle)) == Some(&true))
            .map(|(name, _)| name.clone())
    }

    fn begin(
        &mut self,
        now: u64,
        tab: TabId,
        handle: HandleId,
        id: OperationId,
        operation: Operation<Value>,
    ) {
        let Some(name) = self.place_of(tab, handle).filter(|_| !self.dead.contains(&(tab, handle))) else {
            return self.answer(tab, id, Err(Failure::Dead));
        };
        let transaction = Transaction { tab, handle, id, operation, ends: None, is_caught: false };
        self.places.get_mut(&name).unwrap().transactions.push_back(transaction);
        self.run(now, &name);
    }

    /// Lets the first transaction begin.
    fn run(&mut self, now: u64, name: &str) {
        let is_slow = self.chance(self.mood.is_slow);
        let takes = if is_slow { self.rng.up_to(4_000) } else { 1 + self.rng.up_to(8) };
        if let Some(first) = self.places.get_mut(name).and_then(|place| place.transactions.front_mut())
            && first.ends.is_none()
        {
            first.ends = Some(now + takes);
        }
    }

    /// When the next transaction is over.
    pub fn next(&self) -> Option<u64> {
        let firsts = self.places.values().filter_map(|place| place.transactions.front());
        firsts.filter(|first| !first.is_caught).filter_map(|first| first.ends).min()
    }

    /// Ends a transaction that is over.
    pub fn work(&mut self, now: u64) {
        let is_over = |place: &Place| {
            place
                .transactions
                .front()
                .is_some_and(|first| !first.is_caught && first.ends.is_some_and(|ends| ends <= now))
        };
        let names: Vec<String> =
            self.places.iter().filter(|(_, place)| is_over(place)).map(|(name, _)| name.clone()).collect();
        for name in names {
            let transaction = self.places.get_mut(&name).unwrap().transactions.pop_front().unwrap();
            let Transaction { tab, handle, id, operation, .. } = transaction;
            let result = self.commit(&name, tab, handle, &operation);
            let is_silent =
                self.silent.as_ref() == Some(&name) && matches!(operation, Operation::Append { .. });
            if !is_silent {
                self.answer(tab, id, result);
            }
            self.settle_connections(&name);
            self.run(now, &name);
            self.requests(now, &name);
        }
    }

    fn commit(&mut self, name: &str, tab: TabId, handle: HandleId, operation: &Operation<Value>) -> Result {
        if self.dead.contains(&(tab, handle)) {
            return Err(Failure::Dead);
        }
        if self.chance(self.mood.fails) {
            let is_dead = self.chance(500);
            if is_dead {
                self.dead.insert((tab, handle));
            }
            return Err(if is_dead { Failure::Dead } else { Failure::Other(String::new()) });
        }
        if let Operation::Append { segments, .. } = operation
            && segments.iter().flat_map(|segment| &segment.entries).any(|entry| &*entry.key == NOT_CLONEABLE)
        {
            return Err(Failure::NotCloneable);
        }
        if self.is_full && matches!(operation, Operation::Append { .. }) {
            return Err(Failure::Quota);
        }
        let base = self.disk.bases.get_mut(name).expect("a connection keeps its database");
        let answer = match operation {
            Operation::Append { segments, .. } => base.append(segments),
            Operation::Read { from, most, .. } => base.read(*from, *most),
            Operation::Get { segments, .. } => base.get(segments),
            Operation::Compact { compaction, .. } => base.compact(compaction),
            Operation::Clear { .. } => base.clear(),
            Operation::DrawEpoch { above, .. } => base.draw(*above),
            other => panic!("{other:?} is no transaction"),
        };
        if matches!(operation, Operation::Clear { .. }) && name.ends_with("/cache") {
            let frees = self.frees_by_clearing.unwrap_or_else(|| self.rng.up_to(999) < 700);
            self.is_full &= !frees;
        }
        if !matches!(operation, Operation::Read { .. } | Operation::Get { .. }) {
            self.commits.push((name.to_owned(), operation.clone(), answer.clone()));
        }
        Ok(answer)
    }

    fn close(&mut self, now: u64, tab: TabId, handle: HandleId) {
        for place in self.places.values_mut() {
            if let Some(is_open) = place.connections.get_mut(&(tab, handle)) {
                *is_open = false;
            }
            // What is being opened is closed when it is open; here that makes no difference.
            place.requests.retain(|request| {
                !matches!(request, Request::Open { tab: of, handle: opening, .. }
                if (*of, *opening) == (tab, handle))
            });
        }
        self.settle_all(now);
    }

    /// A closing connection is gone once its transactions are over.
    fn settle_connections(&mut self, name: &str) {
        let Some(place) = self.places.get_mut(name) else { return };
        let transactions = &place.transactions;
        place.connections.retain(|(tab, handle), is_open| {
            *is_open || transactions.iter().any(|one| (one.tab, one.handle) == (*tab, *handle))
        });
    }

    fn settle_all(&mut self, now: u64) {
        for name in self.places.keys().cloned().collect::<Vec<_>>() {
            self.settle_connections(&name);
            self.requests(now, &name);
        }
    }

    /// Serves the requests that can be served, in their order.
    fn requests(&mut self, _now: u64, name: &str) {
        loop {
            let Some(place) = self.places.get_mut(name) else { return };
            let Some(first) = place.requests.front() else { return };
            let needs_alone = !matches!(first, Request::Open { .. });
            if needs_alone && !place.connections.is_empty() {
                let is_deletion = matches!(first, Request::Delete { .. });
                let blocked = match first {
                    Request::Delete { tab, id } => Some((*tab, *id)),
                    _ => None,
                };
                let all: Vec<_> =
                    place.connections.iter().filter(|(_, is_open)| **is_open).map(|(key, _)| *key).collect();
                let untold: Vec<_> = all.into_iter().filter(|key| place.told.insert(*key)).collect();
                for (tab, handle) in &untold {
                    self.news.push((*tab, Event::VersionChange { handle: *handle, is_deletion }, 1));
                }
                if let (Some((tab, operation)), false) = (blocked, untold.is_empty()) {
                    self.news.push((tab, Event::Blocked { operation }, 2));
                }
                return;
            }
            let request = place.requests.pop_front().unwrap();
            place.told.clear();
            match request {
                Request::Delete { tab, id } => {
                    self.disk.bases.remove(name);
                    self.answer(tab, id, Ok(Answer::Done));
                }
                Request::Upgrade { oldest_reader } => {
                    if let Some(base) = self.disk.bases.get_mut(name) {
                        base.version = 2;
                        base.head.oldest_reader = oldest_reader;
                    }
                }
                Request::Open { tab, id, handle, version, identity } => {
                    let found = self.disk.bases.get(name).map(|base| base.version);
                    let result = match (found, version) {
                        (None, None) => Err(Failure::Other("there is none".to_owned())),
                        (Some(found), Some(wanted)) if found > wanted => Err(Failure::Newer),
                        (found, wanted) => {
                            let version = found.or(wanted).unwrap();
                            let was_made = found.is_none();
                            if was_made {
                                self.disk.bases.insert(name.to_owned(), Base::new(version, identity));
                            }
                            self.places.get_mut(name).unwrap().connections.insert((tab, handle), true);
                            Ok(Answer::Opened { was_made, version })
                        }
                    };
                    self.answer(tab, id, result);
                }
            }
        }
    }

    /// The shell closes a handle before it tells of a version change.
    pub fn version_changed(&mut self, now: u64, tab: TabId, handle: HandleId) {
        self.close(now, tab, handle);
    }

    // What goes wrong.

    /// The tab is stopped where it stands: what it has begun there goes on only when it does.
    pub fn stop(&mut self, tab: TabId) {
        self.stopped.insert(tab);
        for place in self.places.values_mut() {
            if let Some(first) = place.transactions.front_mut().filter(|first| first.tab == tab)
                && self.rng.up_to(2) > 0
            {
                first.is_caught = true;
            }
        }
    }

    /// This tab sleeps inside a transaction of this database.
    pub fn jam(&mut self, name: &str, tab: TabId) {
        let place = self.places.get_mut(name).unwrap();
        let handle = place.connections.keys().find(|(of, _)| *of == tab).unwrap().1;
        let operation = Operation::Get { handle, segments: Vec::new() };
        let (id, ends) = (OperationId(u32::MAX), Some(0));
        place.transactions.push_front(Transaction { tab, handle, id, operation, ends, is_caught: true });
    }

    pub fn open_connections(&self) -> usize {
        self.places.values().map(|place| place.connections.len()).sum()
    }

    pub fn held_locks(&self) -> Vec<&String> {
        self.locks.keys().collect()
    }

    pub fn go_on(&mut self, tab: TabId) {
        self.stopped.remove(&tab);
        for place in self.places.values_mut() {
            for one in place.transactions.iter_mut().filter(|one| one.tab == tab) {
                one.is_caught = false;
            }
        }
    }

    /// The tab is gone: of what it has asked to be committed, some is and some is not.
    pub fn crash(&mut self, now: u64, tab: TabId) {
        self.go_on(tab);
        for name in self.places.keys().cloned().collect::<Vec<_>>() {
            let place = self.places.get_mut(&name).unwrap();
            let mut commits = Vec::new();
            let mut is_cut = false;
            let rng = &mut self.rng;
            place.transactions.retain(|one| {
                if one.tab != tab {
                    return true;
                }
                is_cut |= rng.up_to(1) == 0;
                if !is_cut {
                    commits.push((one.handle, one.operation.clone()));
                }
                false
            });
            place.requests.retain(|request| match request {
                Request::Open { tab: of, .. } => *of != tab,
                _ => true,
            });
            for (handle, operation) in commits {
                let _ = self.commit(&name, tab, handle, &operation);
            }
            self.places.get_mut(&name).unwrap().connections.retain(|(of, _), _| *of != tab);
            self.run(now, &name);
        }
        self.locks.retain(|_, of| *of != tab);
        self.waiting.retain(|(_, of, _)| *of != tab);
        self.settle_all(now);
    }

    /// Handles of a tab die, all at once, and nobody says so.
    pub fn kill_handles(&mut self, tab: TabId) {
        let all = self.places.values().flat_map(|place| place.connections.keys());
        let all: Vec<_> = all.filter(|(of, _)| *of == tab).copied().collect();
        self.dead.extend(all);
    }

    /// The site's data are cleared: databases and marks.
    pub fn clear_site(&mut self, _now: u64, tells: bool) {
        self.disk = Disk::default();
        for place in self.places.values_mut() {
            let lost = std::mem::take(&mut place.transactions);
            for one in lost {
                self.news.push((one.tab, Event::Done { operation: one.id, result: Err(Failure::Dead) }, 1));
            }
            for (tab, handle) in std::mem::take(&mut place.connections).into_keys() {
                if tells {
                    self.news.push((tab, Event::Closed { handle }, 1));
                }
            }
            for request in std::mem::take(&mut place.requests) {
                if let Request::Open { tab, id, .. } | Request::Delete { tab, id } = request {
                    let failure = Failure::Other(String::new());
                    self.news.push((tab, Event::Done { operation: id, result: Err(failure) }, 1));
                }
            }
        }
    }

    /// One database is gone.
    pub fn lose(&mut self, name: &str) {
        self.disk.bases.remove(name);
        if let Some(place) = self.places.get_mut(name) {
            place.transactions.clear();
            for (tab, handle) in std::mem::take(&mut place.connections).into_keys() {
                self.news.push((tab, Event::Closed { handle }, 1));
            }
        }
    }

    /// A newer build upgrades a database.
    pub fn upgrade(&mut self, now: u64, name: &str, oldest_reader: u32) {
        if let Some(place) = self.places.get_mut(name) {
            place.requests.push_back(Request::Upgrade { oldest_reader });
            self.requests(now, name);
        }
    }

    pub fn heal(&mut self) {
        self.mood = Mood::default();
        self.is_full = false;
        self.is_private.clear();
    }
}
