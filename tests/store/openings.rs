//! How databases are opened and closed; and what waits until nobody has them open.

use wedsync_dashboard::core::store::event::Event;
use wedsync_dashboard::core::store::operation::{Answer, Failure, HandleId, OperationId};

use crate::browser::{Browser, TabId};
use crate::disk::{Base, Value};

#[derive(Debug)]
pub enum Request {
    Open {
        tab: TabId,
        id: OperationId,
        handle: HandleId,
        version: Option<u32>,
        identity: u64,
        /// It was closed before it was open: no browser takes back the request.
        is_given_up: bool,
    },
    Delete {
        tab: TabId,
        id: OperationId,
    },
    Upgrade {
        oldest_reader: u32,
    },
}

impl Browser {
    pub fn close(&mut self, now: u64, tab: TabId, handle: HandleId) {
        for place in self.places.values_mut() {
            if let Some(is_open) = place.connections.get_mut(&(tab, handle)) {
                *is_open = false;
            }
            for request in &mut place.requests {
                if let Request::Open { tab: of, handle: opening, is_given_up, .. } = request {
                    *is_given_up |= (*of, *opening) == (tab, handle);
                }
            }
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
        while !self.stuck.contains(name) {
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
                Request::Open { tab, id, handle, version, identity, is_given_up } => {
                    let found = self.disk.bases.get(name).map(|base| base.version);
                    let result = match (found, version) {
                        (None, None) => Err(Failure::Other("there is none".to_owned())),
                        // The shell aborts it.
                        (None, Some(_)) if is_given_up => Err(Failure::Dead),
                        (None, Some(_)) if self.is_full => Err(Failure::Quota),
                        (Some(found), Some(wanted)) if found > wanted => Err(Failure::Newer),
                        (found, wanted) => {
                            let version = found.or(wanted).unwrap();
                            let was_made = found.is_none();
                            if was_made {
                                self.disk.bases.insert(name.to_owned(), Base::new(version, identity));
                            }
                            self.places.get_mut(name).unwrap().connections.insert((tab, handle), true);
                            if is_given_up {
                                self.given_up.insert((tab, id), handle);
                            }
                            if is_given_up {
                                Err(Failure::Dead)
                            } else {
                                Ok(Answer::Opened { was_made, version })
                            }
                        }
                    };
                    if is_given_up {
                        // That it is open the shell always learns, once it is awake.
                        self.news.push((tab, Event::Done { operation: id, result }, 1));
                    } else {
                        self.answer(tab, id, result);
                    }
                }
            }
        }
    }

    /// What the shell does by itself: it closes what it was told to close before it was open, and what somebody waits for.
    pub fn heard(&mut self, now: u64, tab: TabId, event: &Event<Value>) {
        let closed = match event {
            Event::VersionChange { handle, .. } => Some(*handle),
            Event::Done { operation, .. } => self.given_up.remove(&(tab, *operation)),
            _ => None,
        };
        if let Some(handle) = closed {
            self.close(now, tab, handle);
        }
    }
}
