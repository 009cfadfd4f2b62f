//! What goes wrong in a browser.

use wedsync_dashboard::core::store::event::Event;
use wedsync_dashboard::core::store::operation::{Failure, Operation, OperationId};

use crate::browser::{Browser, Mood, TabId};
use crate::disk::Disk;
use crate::openings::Request;
use crate::transactions::Transaction;

impl Browser {
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
