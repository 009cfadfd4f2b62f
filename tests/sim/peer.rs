//! One simulated client: the real core, the router's twin, and what its application wants and has been told. This is
//! the only place that knows the core's inputs and outputs.

use std::collections::{BTreeMap, BTreeSet};

use crate::defaults::defaults;
use serde_json::{Value, json};
use twin::router::{Router, Verdict};
use wedsync_dashboard::core::dashboard::{Config, Dashboard, Input, Output, RequestId};
use wedsync_dashboard::core::http::HttpAnswer;
use wedsync_dashboard::core::ids::{CallId, SocketId};
use wedsync_dashboard::core::pump::{Heard, Pump, Pumped, Reading};
use wedsync_dashboard::core::realtime::frame::{Encoding, Protocol};
use wedsync_dashboard::core::realtime::http_broadcast::HttpBroadcast;
use wedsync_dashboard::core::realtime::routes::{Edit, Slot};
use wedsync_dashboard::core::realtime::subscriptions::Status;
use wedsync_dashboard::core::realtime::{Action, Command, Traffic};
use wedsync_dashboard::core::session::token::QuestionId;
use wedsync_dashboard::core::time::Instant;
use wedsync_dashboard::core::{connectivity, session};

use crate::server::{Data, Millis, Version};
use crate::tokens::{Issued, Tokens};
use crate::wishes::{Kind, Wish};

/// The wall clock when the world begins, by whoever's clock is right.
pub const EPOCH: Millis = 1_795_000_000_000;

/// What the client does to the world.
#[derive(Debug)]
pub enum Effect {
    Open(SocketId),
    Close(SocketId),
    Send(SocketId, Data),
    AskToken(QuestionId),
    /// Whether anything answers.
    Probe,
    /// A request: whether a token is good, or a broadcast.
    Http(RequestId),
    /// A subscription is given up: what was kept for it is no longer owed.
    GivenUp(Kind),
    /// A subscription is live, as the client says.
    Live(&'static str),
    /// The open socket answers nothing, as the client says.
    Dead,
    /// It is live again and has missed nothing, as the client says.
    Resumed(&'static str),
}

/// What became of a frame.
#[derive(Debug)]
pub enum Arrival {
    /// Nothing that concerns the application.
    Nothing,
    Unrouted,
    /// A replay of what was delivered before.
    Duplicate,
    /// For these subscriptions.
    Delivered(Vec<&'static str>),
}

pub struct Peer {
    pump: Pump<Value>,
    /// Frames by socket that the client is told of at its next pump: how many, and when the last came on its clock.
    heard: BTreeMap<SocketId, (u32, Millis)>,
    /// Whether its monotonic clock stands still while the machine sleeps.
    pub stops_in_sleep: bool,
    /// How long that has stood still.
    pub stood_still: Millis,
    /// What the application was last told of the connection.
    pub is_connected: bool,
    /// Whether nobody sees its page.
    pub is_hidden: bool,
    pub user: String,
    pub version: Version,
    pub has_token_source: bool,
    /// How far its wall clock is ahead, in milliseconds.
    pub skew: i64,
    /// How far it was when the client last read it.
    pub read_skew: i64,
    /// Whether it has ever been told that the connection saves data.
    pub saved_data: bool,
    /// Everything it may want, with its topic on the wire.
    pub menu: Vec<(Wish, String)>,
    pub tokens: Tokens,
    /// Whose session the application has: a user's, or nobody's.
    pub session: Option<String>,
    /// Its source gives the token it has until that runs out.
    pub keeps_token: bool,
    /// The last one that the source has made.
    pub kept_token: Option<Issued>,
    /// What it wants now, with the topic.
    pub wanted: BTreeMap<&'static str, (Wish, String)>,
    /// Channels that it may have lost the right to: there, and only there, a subscription may be given up.
    pub forbidden: BTreeSet<&'static str>,
    /// What it tracks on a subscription to presence.
    pub tracked: BTreeMap<&'static str, Value>,
    pub status: BTreeMap<&'static str, Status>,
    pub has_been_live: BTreeSet<&'static str>,
    /// Topics that were a former user's, and whether the server has answered the present one's join: until its
    /// subscription to the database's changes stands too, rows may still be the former one's.
    pub anothers: BTreeMap<String, bool>,
    /// Subscriptions that the server has begun anew, until they hear that they may have missed something.
    pub begun_anew: BTreeSet<&'static str>,
    /// Those of them that come back with this very frame, on a socket that was in doubt: they may hear it too.
    pub back_with_it: BTreeSet<&'static str>,
    /// Topics of which the server has said that the token's signature is wrong, since they were last live.
    pub forged: BTreeSet<String>,
    pub router: Router,
    owners: BTreeMap<Slot, &'static str>,
    next_slot: Slot,
    calls: u32,
    /// Calls without an answer.
    pub unsettled: BTreeSet<u32>,
    /// Those of them that are settled once a subscription is live.
    pub subscribing: BTreeMap<u32, &'static str>,
}

impl Peer {
    pub fn new(number: usize, menu: Vec<Wish>, has_token_source: bool, version: Version, seed: u64) -> Self {
        let protocol = if version == Version::One { Protocol::V1 } else { Protocol::V2 };
        let config = Config { has_token_source, protocol, ..defaults() };
        let user = format!("user{number}");
        Self {
            pump: Pump::new(config, seed),
            heard: BTreeMap::new(),
            stops_in_sleep: seed & 1 == 0,
            stood_still: 0,
            is_connected: false,
            is_hidden: false,
            version,
            has_token_source,
            skew: 0,
            read_skew: 0,
            saved_data: false,
            menu: menu.into_iter().map(|wish| (wish, wish.subscription(&user).topic())).collect(),
            session: has_token_source.then(|| user.clone()),
            user,
            tokens: Tokens::default(),
            keeps_token: false,
            kept_token: None,
            wanted: BTreeMap::new(),
            forbidden: BTreeSet::new(),
            tracked: BTreeMap::new(),
            status: BTreeMap::new(),
            has_been_live: BTreeSet::new(),
            anothers: BTreeMap::new(),
            begun_anew: BTreeSet::new(),
            back_with_it: BTreeSet::new(),
            forged: BTreeSet::new(),
            router: Router::new(protocol),
            owners: BTreeMap::new(),
            next_slot: 0,
            calls: 0,
            unsettled: BTreeSet::new(),
            subscribing: BTreeMap::new(),
        }
    }

    pub fn is_live(&self, id: &str) -> bool {
        self.status.get(id) == Some(&Status::Live)
    }

    /// When it wants to be woken.
    pub fn deadline(&self) -> Option<Millis> {
        self.core().next_timeout().map(|(at, _)| self.world_time(at))
    }

    /// When a heartbeat's reply is due.
    pub fn reply_due(&self) -> Option<Millis> {
        let deadline = |timer| self.core().deadline(timer);
        let due = deadline(connectivity::Timer::Suspicion)
            .or_else(|| deadline(connectivity::Timer::HeartbeatTimeout));
        due.map(|at| self.world_time(at))
    }

    pub fn core(&self) -> &Dashboard<Value> {
        self.pump.dashboard()
    }

    /// What its clock has lost: a sleep too short to be told from a correction of the wall clock goes unnoticed.
    pub fn unnoticed(&self) -> Millis {
        self.stood_still.saturating_sub(self.pump.clock().slept())
    }

    /// A moment of the client's clock in the world's time.
    fn world_time(&self, at: Instant) -> Millis {
        (at.as_millis() + self.stood_still).saturating_sub(self.pump.clock().slept())
    }

    pub fn want(&mut self, now: Millis, wish: Wish) -> Vec<Effect> {
        let id = wish.id;
        let subscription = wish.subscription(&self.user);
        if self.wanted.insert(id, (wish, subscription.topic())).is_none() {
            self.next_slot += 1;
            self.owners.insert(self.next_slot, id);
        }
        let slot = *self.owners.iter().find(|(_, owner)| **owner == id).expect("a slot").0;
        let call = self.call();
        self.subscribing.insert(call.0, id);
        self.input(now, Command::Subscribe { call, id: id.into(), subscription, slot })
    }

    pub fn no_longer_want(&mut self, now: Millis, id: &'static str) -> Vec<Effect> {
        self.forget(id);
        let effects = self.input(now, Command::Unsubscribe { id: id.into() });
        self.has_been_live.remove(id);
        effects
    }

    pub fn forget(&mut self, id: &str) {
        self.wanted.remove(id);
        self.anothers.retain(|topic, _| self.wanted.values().any(|(_, wanted)| wanted == topic));
        self.tracked.remove(id);
        self.owners.retain(|_, owner| *owner != id);
        self.has_been_live.remove(id);
    }

    fn call(&mut self) -> CallId {
        self.calls += 1;
        self.unsettled.insert(self.calls);
        CallId(self.calls)
    }

    /// Sends a broadcast: bytes if the payload is an array, JSON otherwise.
    pub fn broadcast(&mut self, now: Millis, id: &str, event: &str, payload: Value) -> Vec<Effect> {
        let (call, id, event, is_bytes) = (self.call(), id.into(), event.into(), payload.is_array());
        self.input(now, Command::Broadcast { call, id, event, payload, is_bytes })
    }

    pub fn http_broadcast(&mut self, now: Millis, channel: &str, event: &str, payload: Value) -> Vec<Effect> {
        let (channel, event) = (channel.into(), event.into());
        let broadcast = HttpBroadcast { call: self.call(), channel, event, payload, private: false };
        self.input(now, Command::HttpBroadcast(broadcast))
    }

    /// Tracks something, or nothing any more.
    pub fn track(&mut self, now: Millis, id: &'static str, state: Option<Value>) -> Vec<Effect> {
        match &state {
            Some(state) => drop(self.tracked.insert(id, state.clone())),
            None => drop(self.tracked.remove(id)),
        }
        let call = self.call();
        self.input(now, Command::Track { call, id: id.into(), state })
    }

    /// The application answers a question, perhaps one of long ago.
    pub fn token(&mut self, now: Millis, wall: u64, question: QuestionId, issued: Issued) -> Vec<Effect> {
        let claims = issued.claims(wall, self.skew);
        let former = self.tokens.right.clone().and(self.tokens.user.clone());
        let counts =
            self.tokens.given(now, question, &issued, claims.lifetime.unwrap_or_default(), self.skew);
        let is_other = counts && former.is_some_and(|former| former != issued.user);
        let effects = self.input(now, session::Event::Token { question, value: Some(issued.token), claims });
        if is_other {
            self.assert_new_beginning();
        }
        effects
    }

    /// The client is told what it has heard.
    pub fn hear(&mut self, now: Millis) -> Vec<Effect> {
        if self.heard.is_empty() { Vec::new() } else { self.input(now, Input::Wake) }
    }

    /// The application sets a token by itself, or none.
    pub fn set_token(&mut self, now: Millis, wall: u64, issued: Option<Issued>) -> Vec<Effect> {
        let claims = issued.as_ref().map(|issued| issued.claims(wall, self.skew)).unwrap_or_default();
        let former = self.tokens.user.clone();
        let is_known = self.tokens.right.is_some() || !self.has_token_source;
        self.tokens.set(now, issued.as_ref(), claims.lifetime.unwrap_or_default(), self.skew);
        let is_other = is_known && self.tokens.user != former;
        let effects =
            self.input(now, session::Event::SetToken { value: issued.map(|issued| issued.token), claims });
        if is_other {
            self.assert_new_beginning();
        }
        effects
    }

    /// Another user has come: nothing of the former one's is left.
    fn assert_new_beginning(&mut self) {
        self.tracked.clear();
        self.anothers = self.wanted.values().map(|(_, topic)| (topic.clone(), false)).collect();
        for (id, (wish, _)) in &self.wanted {
            assert!(!self.is_live(id), "{id} is still live for the former user");
            if wish.kind == Kind::Presence {
                assert_eq!(self.core().presence(id), Some(json!({})), "{id}: those that the former user saw");
            }
        }
        assert!(self.core().routes().is_empty(), "routes of the former user's: {:?}", self.core().routes());
    }

    /// The project answers a request, and all is well; or nothing answers.
    pub fn answer(&mut self, now: Millis, request: RequestId, answers: bool) -> Vec<Effect> {
        let status = if answers { 200 } else { 0 };
        self.input(
            now,
            Input::HttpDone { request, answer: HttpAnswer { status, body: None, retry_after: None } },
        )
    }

    /// A frame goes the way it goes in a browser: through the router.
    pub fn receive(&mut self, now: Millis, socket: SocketId, data: &Data) -> (Arrival, Vec<Effect>) {
        let verdict: Verdict<Value> = match data {
            Data::Text(text) => self.router.text(text),
            Data::Binary(bytes) => self.router.binary(bytes),
        };
        let heard = self.heard.entry(socket).or_default();
        *heard = (heard.0 + 1, now - self.stood_still);
        match verdict {
            // What is no control frame is heard of at the next pump.
            Verdict::Control(frame) => (Arrival::Nothing, self.input(now, Traffic::Frame { socket, frame })),
            Verdict::Malformed => (Arrival::Nothing, Vec::new()),
            Verdict::Unrouted | Verdict::Forwarded => (Arrival::Unrouted, Vec::new()),
            Verdict::Duplicate => (Arrival::Duplicate, Vec::new()),
            Verdict::Deliver { slots, .. } => {
                let owner = |slot: Slot| *self.owners.get(&slot).expect("a callback of nobody's");
                (Arrival::Delivered(slots.into_iter().map(owner).collect()), Vec::new())
            }
        }
    }

    pub fn input(&mut self, now: Millis, input: impl Into<Input<Value>>) -> Vec<Effect> {
        let monotonic = now - self.stood_still;
        let reading = Reading { monotonic, wall: (EPOCH + now).saturating_add_signed(self.skew) };
        self.read_skew = self.skew;
        let heard = std::mem::take(&mut self.heard);
        let heard = heard.into_iter().map(|(socket, (frames, at))| Heard { socket, frames, at });
        let Pumped { outputs, .. } = self.pump.run(reading, heard, input.into());
        let mut effects = Vec::new();
        let mut due: BTreeSet<&'static str> = BTreeSet::new();
        for output in outputs {
            match output {
                Output::Connectivity(connectivity::Action::Open { socket }) => {
                    effects.push(Effect::Open(socket));
                }
                Output::Connectivity(connectivity::Action::Close { socket }) => {
                    effects.push(Effect::Close(socket));
                }
                Output::Realtime(Action::Send { socket, frame }) => {
                    effects.push(Effect::Send(socket, Data::Text(frame.to_string())));
                }
                Output::Realtime(Action::SendBroadcast { socket, header, payload, encoding }) => {
                    let payload = match encoding {
                        Encoding::Json => payload.to_string().into_bytes(),
                        Encoding::Binary => serde_json::from_value(payload).expect("bytes"),
                    };
                    effects.push(Effect::Send(socket, Data::Binary([header, payload].concat())));
                }
                Output::AskToken { question } => {
                    self.tokens.asked(question);
                    effects.push(Effect::AskToken(question));
                }
                Output::Connectivity(connectivity::Action::Probe { .. }) => effects.push(Effect::Probe),
                Output::Http { request, .. } => effects.push(Effect::Http(request)),
                Output::Routes(Edit::Route { topic, routes }) => self.router.route(&topic, routes),
                Output::Routes(Edit::Unroute { topic }) => drop(self.router.unroute(&topic)),
                Output::Routes(Edit::DropSlot { slot }) => {
                    assert!(!self.is_routed_to(slot), "a route to a callback that is dropped");
                }
                Output::Notify(notification) => effects.extend(self.notice(notification, &mut due)),
                Output::Storage { .. } | Output::RenewStorage | Output::RememberUser(_) | Output::Log(_) => {}
                Output::Tabs(_) | Output::Forward { .. } | Output::Deliver(_) => {
                    unreachable!("a tab that shares nothing")
                }
            }
        }
        // Where a successor has taken its place, closing it says as much.
        let has_closed = effects.iter().any(|effect| matches!(effect, Effect::Close(_)));
        effects.retain(|effect| !(has_closed && matches!(effect, Effect::Dead)));
        assert!(due.is_empty(), "{due:?} live again, and not told that something may have been missed");
        let left = self.subscribing.values().find(|id| self.is_live(id));
        assert!(left.is_none(), "{left:?} is live, and a call that waits for that is not settled");
        assert_eq!(self.router.routes(), self.core().routes(), "the routes that were written are those held");
        assert_eq!(
            self.is_connected,
            self.core().is_connected(),
            "what is told of the connection is what there is"
        );
        effects
    }
}
