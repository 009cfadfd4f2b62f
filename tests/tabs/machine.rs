//! What serves the calls in each tab: a model of the machine that holds the socket, in the order in which that one tells
//! things.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;
use wedsync_dashboard::core::command::Command;
use wedsync_dashboard::core::edit::Edit;
use wedsync_dashboard::core::error::{Code, Error};
use wedsync_dashboard::core::ids::{CallId, Slot};
use wedsync_dashboard::core::news::{News, Status};

use crate::relayed::{Link, Slots, Wish};

/// Until a socket is open.
const HANDSHAKE: u64 = 120;
/// Until a join is answered.
const JOIN: u64 = 60;

struct Sub {
    wish: Wish,
    slot: Slot,
    waiting: Vec<CallId>,
    live_at: u64,
    is_live: bool,
}

pub enum Said {
    News(News<Value>),
    Routes(Edit<Slots>),
    Link(Link),
    /// A broadcast for the server.
    Broadcast {
        topic: String,
        event: String,
        own: bool,
    },
}

#[derive(Default)]
pub struct Machine {
    subs: BTreeMap<String, Sub>,
    is_kept_open: bool,
    opens_at: Option<u64>,
    pub is_up: bool,
    /// What is tracked on each topic, by which subscription.
    pub tracked: BTreeMap<String, (String, Value)>,
    pub said: VecDeque<Said>,
}

impl Machine {
    pub fn apply(&mut self, now: u64, command: Command<Wish, Value>) {
        match command {
            Command::Subscribe { call, id, subscription, slot } => {
                self.subscribe(now, call, id, subscription, slot)
            }
            Command::Unsubscribe { id } => self.unsubscribe(&id),
            Command::Connect => self.is_kept_open = true,
            Command::Release => self.is_kept_open = false,
            Command::Disconnect => {
                self.is_kept_open = false;
                for id in self.subs.keys().cloned().collect::<Vec<_>>() {
                    self.unsubscribe(&id);
                }
                self.close();
            }
            Command::Broadcast { call, id, event, .. } => {
                let result = match self.subs.get(&id) {
                    None => Err(Error::new(Code::UnknownSubscription, "there is none")),
                    Some(sub) if !sub.is_live => Err(Error::new(Code::NotJoined, "it is not live")),
                    Some(sub) => {
                        let (topic, own) = (sub.wish.topic.clone(), sub.wish.own);
                        self.said.push_back(Said::Broadcast { topic, event, own });
                        Ok(())
                    }
                };
                self.settle(call, result);
            }
            Command::HttpBroadcast(broadcast) => self.settle(broadcast.call, Ok(())),
            Command::Track { call, id, state } => {
                match self.subs.get(&id).map(|sub| sub.wish.topic.clone()) {
                    None => self.settle(call, Err(Error::new(Code::UnknownSubscription, "there is none"))),
                    Some(topic) => {
                        match state {
                            Some(state) => drop(self.tracked.insert(topic, (id, state))),
                            None => drop(self.tracked.remove(&topic)),
                        }
                        self.settle(call, Ok(()));
                    }
                }
            }
        }
        if self.is_wanted() && !self.is_up && self.opens_at.is_none() {
            self.opens_at = Some(now + HANDSHAKE);
        } else if !self.is_wanted() {
            self.close();
        }
    }

    fn close(&mut self) {
        self.opens_at = None;
        if std::mem::take(&mut self.is_up) {
            self.said.push_back(Said::Link(Link::Down));
        }
    }

    fn is_wanted(&self) -> bool {
        self.is_kept_open || !self.subs.is_empty()
    }

    fn settle(&mut self, call: CallId, result: Result<(), Error>) {
        self.said.push_back(Said::News(News::Settled { call, result }));
    }

    fn status(&mut self, id: &str, status: Status) {
        self.said.push_back(Said::News(News::Status { id: id.to_owned(), status }));
    }

    fn subscribe(&mut self, now: u64, call: CallId, id: String, wish: Wish, slot: Slot) {
        let contradicts = |(other, sub): (&String, &Sub)| {
            *other != id && sub.wish.topic == wish.topic && sub.wish.own != wish.own
        };
        if self.subs.iter().any(contradicts) {
            self.settle(call, Err(Error::new(Code::TopicConflict, "other options")));
            return;
        }
        if let Some(sub) = self.subs.get_mut(&id).filter(|sub| sub.wish == wish && sub.slot == slot) {
            if sub.is_live {
                self.settle(call, Ok(()));
            } else {
                sub.waiting.push(call);
            }
            return;
        }
        let mut waiting = self.remove(&id);
        waiting.push(call);
        self.subs.insert(id.clone(), Sub { wish, slot, waiting, live_at: now + JOIN, is_live: false });
        self.status(&id, Status::Joining);
    }

    fn unsubscribe(&mut self, id: &str) {
        if !self.subs.contains_key(id) {
            return;
        }
        let waiting = self.remove(id);
        self.status(id, Status::Closed);
        for call in waiting {
            self.settle(call, Err(Error::new(Code::Unsubscribed, "it was ended")));
        }
    }

    fn remove(&mut self, id: &str) -> Vec<CallId> {
        let Some(sub) = self.subs.remove(id) else { return Vec::new() };
        if self.tracked.get(&sub.wish.topic).is_some_and(|(by, _)| by == id) {
            self.tracked.remove(&sub.wish.topic);
        }
        self.route(&sub.wish.topic);
        self.said.push_back(Said::Routes(Edit::DropSlot { slot: sub.slot }));
        sub.waiting
    }

    fn route(&mut self, topic: &str) {
        let on_it = self.subs.values().filter(|sub| sub.is_live && sub.wish.topic == topic);
        let slots: Vec<Slot> = on_it.map(|sub| sub.slot).collect();
        let topic = topic.to_owned();
        self.said.push_back(Said::Routes(if slots.is_empty() {
            Edit::Unroute { topic }
        } else {
            Edit::Route { topic, routes: Slots(slots) }
        }));
    }

    /// A machine's own timers.
    pub fn next(&self) -> Option<u64> {
        let opens = self.opens_at.filter(|_| !self.is_up);
        let live = self.subs.values().filter(|sub| self.is_up && !sub.is_live).map(|sub| sub.live_at);
        opens.into_iter().chain(live).min()
    }

    pub fn wake(&mut self, now: u64) {
        if self.opens_at.is_some_and(|at| at <= now) && !self.is_up {
            self.is_up = true;
            self.opens_at = None;
            self.said.push_back(Said::Link(Link::Up));
            for sub in self.subs.values_mut() {
                sub.live_at = sub.live_at.max(now + JOIN);
            }
        }
        let is_due = |sub: &Sub| !sub.is_live && sub.live_at <= now;
        let due: Vec<String> =
            self.subs.iter().filter(|(_, sub)| self.is_up && is_due(sub)).map(|(id, _)| id.clone()).collect();
        for id in due {
            let sub = self.subs.get_mut(&id).unwrap();
            sub.is_live = true;
            let (topic, waiting) = (sub.wish.topic.clone(), std::mem::take(&mut sub.waiting));
            self.route(&topic);
            self.status(&id, Status::Live);
            for call in waiting {
                self.settle(call, Ok(()));
            }
        }
    }

    /// Whether the server sends it the broadcasts of a topic.
    pub fn is_joined(&self, topic: &str) -> bool {
        self.is_up && self.subs.values().any(|sub| sub.is_live && sub.wish.topic == topic)
    }

    pub fn ids(&self) -> Vec<String> {
        self.subs.keys().cloned().collect()
    }
}
