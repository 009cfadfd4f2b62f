//! A client in a world of the test's making: a clock that jumps, a socket whose other end is the test.

use std::collections::BTreeMap;

use crate::defaults::defaults;
use serde_json::{Value, json};
use twin::router::Router;
use wedsync_dashboard::core::dashboard::{Config, Dashboard, Input, Notification, Output, RequestId};
use wedsync_dashboard::core::ids::{CallId, SocketId};
use wedsync_dashboard::core::log::LogEntry;
use wedsync_dashboard::core::pump::{Heard, Pump, Pumped, Reading};
use wedsync_dashboard::core::realtime::binding::Binding;
use wedsync_dashboard::core::realtime::frame::Encoding;
use wedsync_dashboard::core::realtime::routes::{Edit, Slot};
use wedsync_dashboard::core::realtime::subscriptions::{Source, Subscription};
use wedsync_dashboard::core::realtime::{Action, Command};
use wedsync_dashboard::core::time::Instant;
use wedsync_dashboard::core::{connectivity, dashboard};

/// The wall clock when the world begins.
pub const EPOCH: u64 = 1_790_000_000_000;

/// The calls of `subscribe` come after this one, those of a test's own before.
const SUBSCRIBED: u32 = 1_000;

/// A request over HTTP that the client has made.
#[derive(Debug)]
pub struct Request {
    pub request: RequestId,
    pub path: String,
    pub body: Option<Value>,
    pub token: Option<String>,
}

pub struct World {
    pump: Pump<Value>,
    /// The socket that was last sent on.
    pub serving: Option<SocketId>,
    /// Frames that the client has not been told of.
    pub heard: Option<Heard>,
    pub now: Instant,
    pub opened: Vec<SocketId>,
    pub closed: Vec<SocketId>,
    pub sent: Vec<Value>,
    pub news: Vec<Notification<Value>>,
    pub log: Vec<LogEntry>,
    pub requests: Vec<Request>,
    pub reach_asked: usize,
    /// Binary broadcasts sent: header, payload, and how it is written.
    pub broadcasts: Vec<(Vec<u8>, Value, Encoding)>,
    pub tokens_asked: usize,
    /// What each slot was given.
    pub delivered: Vec<(Slot, Value)>,
    /// Slots that were dropped.
    pub dropped: Vec<Slot>,
    pub malformed: usize,
    pub unrouted: usize,
    pub duplicates: usize,
    /// Whether the server answers heartbeats.
    pub answers: bool,
    pub router: Router,
    slots: BTreeMap<String, Slot>,
    /// The last call of `subscribe`.
    calls: u32,
}

impl World {
    pub fn new() -> Self {
        Self::with(defaults(), 1)
    }

    pub fn with(config: Config, seed: u64) -> Self {
        let router = Router::new(config.protocol);
        Self {
            pump: Pump::new(config, seed),
            serving: None,
            heard: None,
            now: Instant::from_millis(1_000),
            opened: Vec::new(),
            closed: Vec::new(),
            sent: Vec::new(),
            news: Vec::new(),
            log: Vec::new(),
            requests: Vec::new(),
            reach_asked: 0,
            broadcasts: Vec::new(),
            tokens_asked: 0,
            delivered: Vec::new(),
            malformed: 0,
            unrouted: 0,
            duplicates: 0,
            answers: true,
            router,
            slots: BTreeMap::new(),
            calls: SUBSCRIBED,
            dropped: Vec::new(),
        }
    }

    /// With one subscription, and its socket open.
    pub fn open_with(id: &str, subscription: Subscription) -> Self {
        let mut world = Self::new();
        world.subscribe(id, subscription);
        world.open();
        world
    }

    pub fn input(&mut self, input: impl Into<Input<Value>>) {
        let before = self.sent.len();
        let now = self.now.as_millis();
        let reading = Reading { monotonic: now, wall: EPOCH + now };
        let Pumped { outputs, .. } = self.pump.run(reading, self.heard.take(), input.into());
        for output in outputs {
            match output {
                Output::Connectivity(connectivity::Action::Open { socket }) => self.opened.push(socket),
                Output::Connectivity(connectivity::Action::Close { socket }) => self.closed.push(socket),
                Output::Realtime(Action::Send { socket, frame }) => {
                    assert!(!self.closed.contains(&socket), "sent on a closed socket: {frame}");
                    self.serving = Some(socket);
                    self.sent.push(frame);
                }
                Output::Routes(Edit::Route { topic, routes }) => self.router.route(&topic, routes),
                Output::Routes(Edit::Unroute { topic }) => {
                    assert!(self.router.unroute(&topic).is_some(), "{topic}");
                }
                Output::AskToken { question } => {
                    self.tokens_asked += 1;
                    assert_eq!(question.0 as usize, self.tokens_asked);
                }
                Output::Connectivity(connectivity::Action::Probe { .. }) => self.reach_asked += 1,
                Output::Http { request, path, body, token, .. } => {
                    self.requests.push(Request { request, path, body, token });
                }
                Output::Realtime(Action::SendBroadcast { header, payload, encoding, .. }) => {
                    self.broadcasts.push((header, payload, encoding));
                }
                Output::Routes(Edit::DropSlot { slot }) => self.dropped.push(slot),
                Output::Log(entry) => self.log.push(entry),
                Output::Storage { .. } | Output::RenewStorage | Output::RememberUser(_) => {}
                Output::Tabs(_) | Output::Forward { .. } | Output::Deliver(_) => {
                    unreachable!("a tab that shares nothing")
                }
                Output::Notify(notification) => self.news.push(notification),
            }
        }
        assert_eq!(self.router.routes(), self.client().routes(), "what is written is what is held");
        let beat = self.sent[before..].iter().find(|frame| frame[3] == "heartbeat").cloned();
        if let Some(beat) = beat.filter(|_| self.answers) {
            let ok = json!({ "status": "ok", "response": {} });
            self.receive_json(json!([null, beat[1], "phoenix", "phx_reply", ok]));
        }
    }

    pub fn client(&self) -> &Dashboard<Value> {
        self.pump.dashboard()
    }

    pub fn slot(&mut self, id: &str) -> Slot {
        let next = self.slots.len() as Slot + 1;
        *self.slots.entry(id.to_owned()).or_insert(next)
    }

    pub fn subscribe(&mut self, id: &str, subscription: Subscription) {
        self.ask_for(id, subscription);
    }

    /// Subscribes, and gives the call that is settled with that.
    pub fn ask_for(&mut self, id: &str, subscription: Subscription) -> u32 {
        let slot = self.slot(id);
        self.calls += 1;
        let call = CallId(self.calls);
        self.input(Command::Subscribe { call, id: id.to_owned(), subscription, slot });
        self.calls
    }

    pub fn unsubscribe(&mut self, id: &str) {
        self.input(Command::Unsubscribe { id: id.to_owned() });
    }

    pub fn socket(&self) -> SocketId {
        *self.opened.last().expect("a socket was asked for")
    }

    /// The socket asked for last opens.
    pub fn open(&mut self) {
        let epoch = EPOCH + self.now.as_millis();
        self.input(Input::SocketOpened { socket: self.socket(), epoch });
    }

    /// The socket asked for last closes, or fails to open.
    pub fn close(&mut self, code: u16) {
        self.input(connectivity::Event::Closed { socket: self.socket(), code });
    }

    /// Time passes; every timer that falls due wakes the client at its very moment.
    pub fn pass(&mut self, millis: u64) {
        let end = self.now.after(millis);
        while let Some((deadline, _)) = self.client().next_timeout().filter(|(deadline, _)| *deadline <= end)
        {
            self.now = deadline.max(self.now);
            self.input(Input::Wake);
        }
        self.now = end;
    }

    /// The machine sleeps: no timer fires until it wakes.
    pub fn sleep(&mut self, millis: u64) {
        self.now = self.now.after(millis);
        self.input(Input::Wake);
    }

    /// Milliseconds to the timer's deadline.
    pub fn left(&self, timer: impl Into<dashboard::Timer>) -> Option<u64> {
        Some(self.client().deadline(timer)?.since(self.now))
    }

    /// Jumps to the next timer that is about more than finding out whether anything answers.
    pub fn jump(&mut self) -> dashboard::Timer {
        loop {
            let (deadline, timer) = self.client().next_timeout().expect("a timer runs");
            let (deadline, timer) = (deadline, timer.clone());
            self.now = deadline.max(self.now);
            self.input(Input::Wake);
            if timer != dashboard::Timer::Connectivity(connectivity::Timer::Probe) {
                return timer;
            }
        }
    }

    pub fn broadcast(&mut self, call: u32, id: &str, event: &str, payload: Value) {
        let (id, event, call) = (id.to_owned(), event.to_owned(), CallId(call));
        self.input(Command::Broadcast { call, id, event, payload, is_bytes: false });
    }

    pub fn track(&mut self, call: u32, id: &str, state: Option<Value>) {
        self.input(Command::Track { call: CallId(call), id: id.to_owned(), state });
    }

    /// The last frame of this event that was sent.
    pub fn last_sent(&self, event: &str) -> &Value {
        self.sent.iter().rev().find(|frame| frame[3] == event).unwrap_or_else(|| panic!("no {event}"))
    }

    pub fn sent_events(&self) -> Vec<&str> {
        self.sent.iter().filter_map(|frame| frame[3].as_str()).collect()
    }
}

pub fn broadcasts(channel: &str) -> Subscription {
    Subscription::to(channel, Source::Broadcast { event: None, own: false })
}

pub fn event(channel: &str, event: &str) -> Subscription {
    Subscription {
        source: Source::Broadcast { event: Some(event.to_owned()), own: false },
        ..broadcasts(channel)
    }
}

pub fn changes(channel: &str, table: &str, filter: Option<&str>) -> Subscription {
    let binding = Binding {
        event: "*".to_owned(),
        schema: "public".to_owned(),
        table: Some(table.to_owned()),
        filter: filter.map(str::to_owned),
        select: None,
    };
    Subscription::to(channel, Source::Changes(vec![binding]))
}

pub fn presence(channel: &str, key: &str) -> Subscription {
    Subscription::to(channel, Source::Presence { key: key.to_owned(), is_chosen: true, enabled: true })
}

pub fn private(subscription: Subscription) -> Subscription {
    Subscription { private: true, ..subscription }
}
