//! One simulated client: the real core, the router's twin, and what its application wants and has been told. This is
//! the only place that knows the core's inputs and outputs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wedsync_dashboard::core::client::{Client, Config};
use wedsync_dashboard::core::io::{CallId, Input, Notification, Output, SocketId, Status};
use wedsync_dashboard::core::realtime::routes::{Routes, Slot, Verdict, route_binary, route_text};
use wedsync_dashboard::core::time::Instant;

use crate::server::{Data, Millis, Version};
use crate::wishes::Wish;

/// What the client does to the world.
#[derive(Debug)]
pub enum Effect {
    Open(SocketId),
    Close,
    Send(SocketId, Data),
    AskToken,
    /// A subscription is live, as the client says.
    Live(&'static str),
}

/// What became of a frame.
#[derive(Debug)]
pub enum Arrival {
    Malformed,
    Control,
    Unrouted,
    /// For these subscriptions.
    Delivered(Vec<&'static str>, Value),
}

pub struct Peer {
    pub core: Client<Value>,
    pub user: String,
    pub version: Version,
    pub has_token_source: bool,
    /// How far its wall clock is ahead, in milliseconds.
    pub skew: i64,
    /// Everything it may want, with its topic on the wire.
    pub menu: Vec<(Wish, String)>,
    /// When the token that it was given last runs out, as it was told.
    pub told_expiry: Millis,
    /// What it wants now, with the topic.
    pub wanted: BTreeMap<&'static str, (Wish, String)>,
    status: BTreeMap<&'static str, Status>,
    was_live: BTreeSet<&'static str>,
    routes: Routes,
    owners: BTreeMap<Slot, &'static str>,
    next_slot: Slot,
    calls: u32,
}

impl Peer {
    pub fn new(number: usize, menu: Vec<Wish>, has_token_source: bool, seed: u64) -> Self {
        let config = Config { has_token_source, ..Config::default() };
        Self {
            core: Client::new(config, seed),
            user: format!("user{number}"),
            version: Version::Two,
            has_token_source,
            skew: 0,
            menu: menu.into_iter().map(|wish| (wish, wish.topic())).collect(),
            told_expiry: 0,
            wanted: BTreeMap::new(),
            status: BTreeMap::new(),
            was_live: BTreeSet::new(),
            routes: Routes::new(),
            owners: BTreeMap::new(),
            next_slot: 0,
            calls: 0,
        }
    }

    pub fn is_live(&self, id: &str) -> bool {
        self.status.get(id) == Some(&Status::Live)
    }

    /// When it wants to be woken.
    pub fn deadline(&self) -> Option<Millis> {
        self.core.next_timeout().map(|(at, _)| at.as_millis())
    }

    pub fn want(&mut self, now: Millis, wish: Wish) -> Vec<Effect> {
        let id = wish.id;
        if self.wanted.insert(id, (wish, wish.topic())).is_none() {
            self.next_slot += 1;
            self.owners.insert(self.next_slot, id);
        }
        let slot = *self.owners.iter().find(|(_, owner)| **owner == id).expect("a slot").0;
        self.input(now, Input::Subscribe { id: id.into(), subscription: wish.subscription(), slot })
    }

    pub fn no_longer_want(&mut self, now: Millis, id: &'static str) -> Vec<Effect> {
        self.wanted.remove(id);
        self.owners.retain(|_, owner| *owner != id);
        let effects = self.input(now, Input::Unsubscribe { id: id.into() });
        self.was_live.remove(id);
        effects
    }

    pub fn broadcast(&mut self, now: Millis, id: &str, event: &str, payload: Value) -> Vec<Effect> {
        self.calls += 1;
        let call = CallId(self.calls);
        self.input(now, Input::Broadcast { call, id: id.into(), event: event.into(), payload })
    }

    pub fn token(&mut self, now: Millis, token: String, lifetime: i64) -> Vec<Effect> {
        self.told_expiry = now.saturating_add_signed(lifetime);
        self.input(now, Input::Token { value: Some(token), lifetime: Some(lifetime) })
    }

    /// A frame goes the way it goes in a browser: through the router.
    pub fn receive(&mut self, now: Millis, socket: SocketId, data: &Data) -> (Arrival, Vec<Effect>) {
        let verdict: Verdict<Value> = match data {
            Data::Text(text) => route_text(&self.routes, text),
            Data::Binary(bytes) => route_binary(&self.routes, bytes),
        };
        let (arrival, input) = match verdict {
            Verdict::Control(frame) => (Arrival::Control, Input::Frame { socket, frame }),
            Verdict::Malformed => (Arrival::Malformed, Input::Heard { socket }),
            Verdict::Unrouted => (Arrival::Unrouted, Input::Heard { socket }),
            Verdict::Deliver { slots, message } => {
                let owner = |slot: Slot| *self.owners.get(&slot).expect("a callback of nobody's");
                let ids = slots.into_iter().map(owner).collect();
                (Arrival::Delivered(ids, message), Input::Heard { socket })
            }
        };
        (arrival, self.input(now, input))
    }

    pub fn input(&mut self, now: Millis, input: Input<Value>) -> Vec<Effect> {
        self.core.handle(Instant::from_millis(now), input);
        let mut effects = Vec::new();
        let mut due: BTreeSet<&'static str> = BTreeSet::new();
        while let Some(output) = self.core.poll() {
            match output {
                Output::Open { socket } => effects.push(Effect::Open(socket)),
                Output::Close { .. } => effects.push(Effect::Close),
                Output::Send { socket, frame } => {
                    effects.push(Effect::Send(socket, Data::Text(frame.to_string())))
                }
                Output::AskToken => effects.push(Effect::AskToken),
                Output::Route { topic, routes } => drop(self.routes.insert(topic, routes)),
                Output::Unroute { topic } => drop(self.routes.remove(&topic)),
                Output::Notify(Notification::Status { id, status }) => {
                    if let Some(id) = self.told(&id, status) {
                        effects.push(Effect::Live(id));
                        if !self.was_live.insert(id) {
                            due.insert(id);
                        }
                    }
                }
                Output::Notify(Notification::Continuity { id }) => {
                    assert!(due.remove(id.as_str()), "{id}: told of a gap where there was none");
                }
                Output::Notify(Notification::Failed { id, error }) => {
                    panic!("{id} was given up: {error:?}");
                }
                Output::Notify(_) => {}
            }
        }
        assert!(due.is_empty(), "{due:?} live again, and not told that something may have been missed");
        assert_eq!(&self.routes, self.core.routes(), "the routes that were written are those that are held");
        effects
    }

    /// The id, if the subscription has become live.
    fn told(&mut self, id: &str, status: Status) -> Option<&'static str> {
        let (wish, _) = self.menu.iter().find(|(wish, _)| wish.id == id).expect("an id of the menu");
        let before = self.status.insert(wish.id, status);
        (status == Status::Live && before != Some(Status::Live)).then(|| {
            assert!(self.wanted.contains_key(wish.id), "{id} is live and nobody wants it");
            wish.id
        })
    }

    /// What is left of it once nothing is wanted.
    pub fn assert_at_rest(&self) {
        assert!(self.core.next_timeout().is_none(), "a timer is left: {:?}", self.core.next_timeout());
        assert!(self.core.routes().is_empty(), "a route is left: {:?}", self.core.routes());
    }
}
