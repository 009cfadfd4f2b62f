//! A client in a world of the test's making: a clock that jumps, a socket whose other end is the test.

use std::collections::BTreeMap;

use crate::defaults::defaults;
use serde_json::{Value, json};
use twin::router::{Router, Verdict};
use wedsync_dashboard::core::dashboard::{Config, Dashboard, Input, Notification, Output, RequestId};
use wedsync_dashboard::core::http::HttpAnswer;
use wedsync_dashboard::core::ids::{CallId, SocketId};
use wedsync_dashboard::core::log::LogEntry;
use wedsync_dashboard::core::pump::{Heard, Pump, Pumped, Reading};
use wedsync_dashboard::core::realtime::binding::Binding;
use wedsync_dashboard::core::realtime::frame::Encoding;
use wedsync_dashboard::core::realtime::presence::PresenceEvent;
use wedsync_dashboard::core::realtime::routes::{Edit, Slot};
use wedsync_dashboard::core::realtime::subscriptions::Status;
use wedsync_dashboard::core::realtime::subscriptions::{Source, Subscription};
use wedsync_dashboard::core::realtime::{Action, Command, News, Traffic};
use wedsync_dashboard::core::time::Instant;
use wedsync_dashboard::core::{connectivity, dashboard};

use crate::recording::Data;

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
    serving: Option<SocketId>,
    /// Frames that the client has not been told of.
    heard: Option<Heard>,
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
    router: Router,
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

    /// A frame from the server goes the way it goes in a browser: through the router. It comes on the socket that was last
    /// sent on.
    pub fn receive(&mut self, data: &Data) {
        let socket = self.serving.unwrap_or_else(|| self.socket());
        self.take(socket, data);
    }

    /// The same on another socket than the last one.
    pub fn receive_on(&mut self, socket: SocketId, frame: Value) {
        self.take(socket, &Data::Text(frame.to_string()));
    }

    fn take(&mut self, socket: SocketId, data: &Data) {
        self.hear(socket, 1);
        let verdict: Verdict<Value> = match data {
            Data::Text(text) => self.router.text(text),
            Data::Binary(bytes) => self.router.binary(bytes),
        };
        match verdict {
            Verdict::Malformed => self.malformed += 1,
            Verdict::Unrouted | Verdict::Forwarded => self.unrouted += 1,
            Verdict::Duplicate => self.duplicates += 1,
            Verdict::Control(frame) => self.input(Traffic::Frame { socket, frame }),
            Verdict::Deliver { slots, message } => {
                self.delivered.extend(slots.into_iter().map(|slot| (slot, message.clone())));
            }
        }
    }

    /// Frames come that the client is told of at its next pump, as in a browser.
    pub fn hear(&mut self, socket: SocketId, frames: u32) {
        let frames =
            self.heard.filter(|heard| heard.socket == socket).map_or(0, |heard| heard.frames) + frames;
        self.heard = Some(Heard { socket, frames, at: self.now.as_millis() });
    }

    /// Frames came at that time, and the client is told of them at its next pump.
    pub fn hear_at(&mut self, socket: SocketId, frames: u32, at: u64) {
        self.heard = Some(Heard { socket, frames, at });
    }

    /// Whether the application has been told that a link was dead.
    pub fn is_told_down(&self) -> bool {
        self.news.iter().any(|news| {
            matches!(news, Notification::Connectivity(connectivity::News::Disconnected { code: 0, .. }))
        })
    }

    /// What a subscription was told of its returns.
    pub fn continuity(&self, wanted: &str) -> Vec<&'static str> {
        self.news
            .iter()
            .filter_map(|news| match news {
                Notification::Realtime(News::Continuity { id, continuity }) if id == wanted => {
                    Some(continuity.as_str())
                }
                _ => None,
            })
            .collect()
    }

    pub fn receive_json(&mut self, frame: Value) {
        self.receive(&Data::Text(frame.to_string()));
    }

    /// The last join sent of a channel, whatever its binding's digest: its reference, its topic on the wire, its payload.
    pub fn join(&self, beginning: &str) -> (Value, String, Value) {
        let topic = ["realtime:", beginning].concat();
        let is_ours = |sent: &str| {
            sent.strip_prefix(&topic)
                .is_some_and(|digest| digest.is_empty() || digest.len() == ":".len() + 16)
        };
        let frame = self
            .sent
            .iter()
            .rev()
            .find(|frame| frame[3] == "phx_join" && is_ours(frame[2].as_str().unwrap()))
            .unwrap_or_else(|| panic!("no join of {topic}"));
        assert_eq!(frame[0], frame[1], "a join's own reference is its join_ref");
        (frame[1].clone(), frame[2].as_str().unwrap().to_owned(), frame[4].clone())
    }

    /// A recorded frame, with the references and the topic of our own join in the place of the recording's.
    pub fn receive_recorded(&mut self, data: &Data, recorded_topic: &str, beginning: &str) {
        let Data::Text(text) = data else {
            self.receive(data);
            return;
        };
        let mut frame: Value = serde_json::from_str(text).unwrap();
        assert_eq!(frame[2], recorded_topic);
        let (reference, topic, _) = self.join(beginning);
        frame[2] = json!(topic);
        for position in [0, 1] {
            if !frame[position].is_null() {
                frame[position] = reference.clone();
            }
        }
        self.receive_json(frame);
    }

    /// The server takes the last join of a topic, and its binding if it has one.
    pub fn accept(&mut self, beginning: &str) {
        self.accept_join(beginning);
        let (reference, topic, payload) = self.join(beginning);
        if payload["config"]["postgres_changes"].get(0).is_some() {
            self.receive_json(json!([reference, null, topic, "system", {
                "message": "Subscribed to PostgreSQL", "status": "ok", "extension": "postgres_changes",
                "channel": beginning,
            }]));
        }
    }

    /// The server takes the last join of a topic; its database subscription is still to come.
    pub fn accept_join(&mut self, beginning: &str) {
        let (reference, topic, payload) = self.join(beginning);
        let mut bindings = payload["config"]["postgres_changes"].clone();
        for (id, binding) in (77..).zip(bindings.as_array_mut().unwrap()) {
            binding["id"] = json!(id);
        }
        let payload = json!({ "status": "ok", "response": { "postgres_changes": bindings } });
        self.receive_json(json!([reference, reference, topic, "phx_reply", payload]));
    }

    /// The server refuses the last join of a topic.
    pub fn refuse(&mut self, beginning: &str, reason: &str) {
        let (reference, topic, _) = self.join(beginning);
        let payload = json!({ "status": "error", "response": { "reason": reason } });
        self.receive_json(json!([reference, reference, topic, "phx_reply", payload]));
    }

    pub fn statuses(&self, wanted: &str) -> Vec<Status> {
        self.news
            .iter()
            .filter_map(|news| match news {
                Notification::Realtime(News::Status { id, status }) if id == wanted => Some(*status),
                _ => None,
            })
            .collect()
    }

    pub fn is_live(&self, id: &str) -> bool {
        self.statuses(id).last() == Some(&Status::Live)
    }

    /// The codes of a subscription's errors, those that ended it included.
    pub fn errors(&self, wanted: &str) -> Vec<&'static str> {
        self.news
            .iter()
            .filter_map(|news| match news {
                Notification::Realtime(News::Error { id, error } | News::Failed { id, error })
                    if id == wanted =>
                {
                    Some(error.code.as_str())
                }
                _ => None,
            })
            .collect()
    }

    pub fn failure(&self, wanted: &str) -> Option<&wedsync_dashboard::core::error::Error> {
        self.news.iter().find_map(|news| match news {
            Notification::Realtime(News::Failed { id, error }) if id == wanted => Some(error),
            _ => None,
        })
    }

    /// The client is told whether anything answers.
    pub fn reached(&mut self, answered: bool) {
        self.input(connectivity::Event::Probed { answered });
    }

    /// Time passes until the next probe is out, and something answers it or nothing does.
    pub fn probe(&mut self, answered: bool) {
        let pause = self.left(connectivity::Timer::Probe).expect("a probe is planned");
        self.pass(pause);
        self.reached(answered);
    }

    /// The last request is answered.
    pub fn answer(&mut self, status: u16, body: Value) {
        let request = self.requests.last().expect("a request").request;
        let answer = HttpAnswer { status, body: Some(body), retry_after: None };
        self.input(Input::HttpDone { request, answer });
    }

    /// How a call ended: `None` while it waits.
    pub fn settled(&self, wanted: u32) -> Option<Result<(), &'static str>> {
        self.news.iter().find_map(|news| match news {
            Notification::Realtime(News::Settled { call: CallId(call), result }) if *call == wanted => {
                Some(result.clone().map_err(|error| error.code.as_str()))
            }
            _ => None,
        })
    }

    /// How many times a call was settled.
    pub fn settlements(&self, wanted: u32) -> usize {
        let is_wanted = |news: &&Notification<Value>| matches!(news, Notification::Realtime(News::Settled { call, .. }) if call.0 == wanted);
        self.news.iter().filter(is_wanted).count()
    }

    pub fn broadcast(&mut self, call: u32, id: &str, event: &str, payload: Value) {
        let (id, event, call) = (id.to_owned(), event.to_owned(), CallId(call));
        self.input(Command::Broadcast { call, id, event, payload, is_bytes: false });
    }

    pub fn track(&mut self, call: u32, id: &str, state: Option<Value>) {
        self.input(Command::Track { call: CallId(call), id: id.to_owned(), state });
    }

    pub fn presence_events(&self, wanted: &str) -> Vec<PresenceEvent<Value>> {
        self.news
            .iter()
            .filter_map(|news| match news {
                Notification::Realtime(News::Presence { id, event }) if id == wanted => Some(event.clone()),
                _ => None,
            })
            .collect()
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
