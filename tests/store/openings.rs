//! How databases are opened and closed; and what waits until nobody has them open.

use wedsync_dashboard::core::store::event::Event;
use wedsync_dashboard::core::store::operation::{Answer, Failure, HandleId, OperationId};

use crate::browser::{Browser, TabId};
use crate::disk::Base;

#[derive(Debug)]
pub enum Request {
    Open { tab: TabId, id: OperationId, handle: HandleId, version: Option<u32>, identity: u64 },
    Delete { tab: TabId, id: OperationId },
    Upgrade { oldest_reader: u32 },
}

impl Browser {
    pub fn close(&mut self, now: u64, tab: TabId, handle: HandleId) {
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
    pub fn settle_connections(&mut self, name: &str) {
        let Some(place) = self.places.get_mut(name) else { return };
        let transactions = &place.transactions;
        place.connections.retain(|(tab, handle), is_open| {
            *is_open || transactions.iter().any(|one| (one.tab, one.handle) == (*tab, *handle))
        });
    }

    pub fn settle_all(&mut self, now: u64) {
        for name in self.places.keys().cloned().collect::<Vec<_>>() {
            self.settle_connections(&name);
            self.requests(now, &name);
        }
    }

    /// Serves the requests that can be served, in their order.
    pub fn requests(&mut self, _now: u64, name: &str) {
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
}
