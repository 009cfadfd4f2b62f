//! A tab: a whole dashboard with its clock, its router, and what its application is told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};
use twin::router::{Router, Verdict};
use wedsync_dashboard::core::connectivity;
use wedsync_dashboard::core::dashboard::{Config, Input, Notification, Output};
use wedsync_dashboard::core::error::Error;
use wedsync_dashboard::core::health::{self, Alert, ProbeId};
use wedsync_dashboard::core::ids::{CallId, Slot, SocketId, TabId};
use wedsync_dashboard::core::news::{News, Status};
use wedsync_dashboard::core::page::Ticking;
use wedsync_dashboard::core::pump::{Heard, Pump, Pumped, Reading};
use wedsync_dashboard::core::realtime::Command;
use wedsync_dashboard::core::realtime::routes::Edit;
use wedsync_dashboard::core::realtime::subscriptions::Subscription;
use wedsync_dashboard::core::session;
use wedsync_dashboard::core::session::token::{Claims, QuestionId};
use wedsync_dashboard::core::store::operation::{Operation, OperationId};
use wedsync_dashboard::core::tabs::role::Role;
use wedsync_dashboard::core::tabs::{Membership, Tabs};

use crate::defaults::defaults;
use crate::server::{Conn, Data, Millis, token};

/// The server's wall clock at the beginning, in milliseconds.
pub const EPOCH: u64 = 1_795_000_000_000;

/// What a tab is to be told.
pub enum Event {
    Input(Input<Value>),
    /// Frames that another tab's router has forwarded.
    Frames(TabId, Vec<twin::forward::Frame>),
}

impl Event {
    pub fn is_message(&self) -> bool {
        use wedsync_dashboard::core::tabs::Event as Of;
        matches!(self, Self::Frames(..) | Self::Input(Input::Tabs { event: Of::Said(_), .. }))
    }

    /// That the lock was taken away.
    pub fn is_loss(&self) -> bool {
        use wedsync_dashboard::core::tabs::Event as Of;
        matches!(self, Self::Input(Input::Tabs { event: Of::Lost, .. }))
    }
}

pub struct Tab {
    pub pump: Pump<Value>,
    pub router: Router,
    pub user: Option<&'static str>,
    /// Whether the application can say whose it is.
    pub has_token: bool,
    pub open: Option<(Membership, String)>,
    /// The tab whose forwarded frames it takes.
    pub takes_from: Option<TabId>,
    /// Its sockets, and their connections.
    pub sockets: BTreeMap<SocketId, Conn>,
    pub is_frozen: bool,
    pub is_gone: bool,
    pub backlog: VecDeque<Event>,
    heard: BTreeMap<SocketId, (u32, Millis)>,
    /// Of each callback, whose it is.
    pub callbacks: BTreeMap<Slot, String>,
    pub wants: BTreeMap<String, (Subscription, Slot)>,
    pub statuses: BTreeMap<String, Status>,
    pub settled: BTreeMap<CallId, Result<(), Error>>,
    pub open_calls: BTreeSet<CallId>,
    /// How often each message came to each subscription.
    pub received: BTreeMap<(String, String), u32>,
    pub questions: Vec<QuestionId>,
    /// What was asked of the browser's storage.
    pub storage: Vec<(OperationId, Operation<Value>)>,
    pub errors: Vec<Error>,
    /// Who was told to keep the time of the tab that holds the connection.
    pub ticking: Vec<Ticking>,
    pub disconnections: Vec<&'static str>,
    /// What was to be asked how it is.
    pub probes: Vec<(ProbeId, String)>,
    pub alerts: Vec<Alert>,
    /// Subscriptions that have ended for good.
    pub given_up: BTreeSet<String>,
    /// What each subscription was told, in order.
    pub told: Vec<(String, &'static str)>,
    pub tracked: BTreeMap<String, Value>,
    calls: u32,
}

impl Tab {
    pub fn new(user: Option<&'static str>, has_token_source: bool, seed: u64) -> Self {
        let project = "https://a.supabase.co".to_owned();
        let config = Config { has_token_source, tabs: Some(1), project, ..defaults() };
        Self {
            router: Router::new(config.protocol),
            pump: Pump::new(config, seed),
            user,
            has_token: true,
            open: None,
            takes_from: None,
            sockets: BTreeMap::new(),
            is_frozen: false,
            is_gone: false,
            backlog: VecDeque::new(),
            heard: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            wants: BTreeMap::new(),
            statuses: BTreeMap::new(),
            settled: BTreeMap::new(),
            open_calls: BTreeSet::new(),
            received: BTreeMap::new(),
            questions: Vec::new(),
            storage: Vec::new(),
            errors: Vec::new(),
            ticking: Vec::new(),
            disconnections: Vec::new(),
            probes: Vec::new(),
            alerts: Vec::new(),
            given_up: BTreeSet::new(),
            told: Vec::new(),
            tracked: BTreeMap::new(),
            calls: 0,
        }
    }

    pub const fn is_awake(&self) -> bool {
        !self.is_frozen && !self.is_gone
    }

    pub fn tabs(&self) -> &Tabs<wedsync_dashboard::core::dashboard::relayed::Relayed<Value>> {
        self.pump.dashboard().tabs()
    }

    /// How a check stands, as this tab's application sees it.
    pub fn health(&self, name: &str) -> (health::Status, Option<String>) {
        let mut states = self.pump.dashboard().health().states();
        let state = states.find(|(of, _)| *of == name).map(|(_, state)| state);
        state.map_or((health::Status::Unknown, None), |state| {
            (state.status, state.message.as_deref().map(str::to_owned))
        })
    }

    pub fn role(&self) -> Role {
        self.tabs().role()
    }

    pub fn next(&self) -> Option<Millis> {
        let deadline = self.pump.dashboard().next_timeout().map(|(at, _)| at.as_millis());
        deadline.filter(|_| self.is_awake())
    }

    pub fn call(&mut self) -> CallId {
        self.calls += 1;
        self.open_calls.insert(CallId(self.calls));
        CallId(self.calls)
    }

    pub fn subscribe(&mut self, id: &str, subscription: Subscription) -> Input<Value> {
        let call = self.call();
        let same = self.pump.dashboard().slot_of(id, &subscription);
        let slot = same.unwrap_or(call.0);
        if self.pump.dashboard().conflict(id, &subscription).is_none() {
            self.callbacks.insert(slot, id.into());
            self.wants.insert(id.into(), (subscription.clone(), slot));
            if same.is_none() {
                self.tracked.remove(id);
            }
        }
        Command::Subscribe { call, id: id.into(), subscription, slot }.into()
    }

    /// The answer to the question for the token, or what the application sets by itself.
    pub fn token(&self, question: Option<QuestionId>, now: Millis) -> session::Event {
        let value = self.user.map(|user| token(user, EPOCH / 1_000 + 3_600 + now / 1_000));
        let user = self.user.map(str::to_owned);
        let claims = Claims { user, lifetime: Some(3_600_000), age: Some(0) };
        match question {
            Some(question) if !self.has_token => {
                session::Event::TokenFailed { question, reason: "it is offline".into() }
            }
            Some(question) => session::Event::Token { question, value, claims },
            None => session::Event::SetToken { value, claims },
        }
    }

    /// What is left to be done outside.
    pub fn input(&mut self, now: Millis, input: Input<Value>) -> Vec<Output<Value>> {
        let heard = std::mem::take(&mut self.heard);
        let heard = heard.into_iter().map(|(socket, (frames, at))| Heard { socket, frames, at });
        let reading = Reading { monotonic: now, wall: EPOCH + now };
        let Pumped { outputs, .. } = self.pump.run(reading, heard, input);
        let mut outside = Vec::new();
        for output in outputs {
            match output {
                Output::Routes(Edit::Route { topic, routes }) => self.router.route(&topic, routes),
                Output::Routes(Edit::Unroute { topic }) => drop(self.router.unroute(&topic)),
                Output::Routes(Edit::DropSlot { slot }) => drop(self.callbacks.remove(&slot)),
                Output::Forward { topic, tabs } => {
                    let of = |seen: bool| -> Vec<String> {
                        let tabs = tabs.iter().filter(|(_, is_seen)| *is_seen == seen);
                        tabs.map(|(tab, _)| tab.0.to_string()).collect()
                    };
                    self.router.forwarder().set(&topic, &of(true), &of(false));
                }
                Output::Deliver(echo) => {
                    let message =
                        json!({ "type": "broadcast", "event": echo.event, "payload": echo.payload });
                    let frame = json!([null, null, echo.topic, "broadcast", message]).to_string();
                    let verdict = self.router.taken(&twin::forward::Frame::Text(frame));
                    self.deliver(verdict);
                }
                Output::AskToken { question } => self.questions.push(question),
                Output::Notify(notification) => self.told(notification),
                Output::Storage { id, operation } => self.storage.push((id, operation)),
                Output::Log(_) | Output::RenewStorage | Output::RememberUser(_) => {}
                other => outside.push(other),
            }
        }
        outside
    }

    fn told(&mut self, notification: Notification<Value>) {
        match notification {
            Notification::Realtime(News::Settled { call, result }) => {
                assert!(self.open_calls.remove(&call), "{call:?} is settled twice");
                self.settled.insert(call, result);
            }
            Notification::Realtime(News::Status { id, status }) => {
                self.told.push((id.clone(), status.as_str()));
                self.statuses.insert(id, status);
            }
            Notification::Realtime(News::Continuity { id, continuity }) => {
                self.told.push((id, continuity.as_str()));
            }
            Notification::Realtime(News::Failed { id, .. }) => {
                self.wants.remove(&id);
                self.given_up.insert(id);
            }
            Notification::Error(error) => self.errors.push(error),
            Notification::Ticking(ticking) => self.ticking.push(ticking),
            Notification::Health(health::Output::Probe { probe, name }) => {
                self.probes.push((probe, name.to_string()));
            }
            Notification::Health(health::Output::News(health::News::Alert(alert))) => self.alerts.push(alert),
            Notification::Connectivity(connectivity::News::Disconnected { reason, .. }) => {
                self.disconnections.push(reason);
            }
            _ => {}
        }
    }

    /// A frame of the server's; what of it the core is to be told.
    pub fn frame(&mut self, now: Millis, socket: SocketId, data: &Data) -> Option<Input<Value>> {
        let entry = self.heard.entry(socket).or_default();
        *entry = (entry.0 + 1, now);
        let verdict = match data {
            Data::Text(text) => self.router.text(text),
            Data::Binary(bytes) => self.router.binary(bytes),
        };
        match verdict {
            Verdict::Control(frame) => {
                Some(wedsync_dashboard::core::realtime::Traffic::Frame { socket, frame }.into())
            }
            other => {
                self.deliver(other);
                None
            }
        }
    }

    pub fn deliver(&mut self, verdict: Verdict<Value>) {
        if let Verdict::Deliver { slots, message } = verdict {
            let text = message["payload"]["text"].as_str().unwrap_or_default().to_owned();
            for slot in slots {
                if let Some(id) = self.callbacks.get(&slot) {
                    *self.received.entry((id.clone(), text.clone())).or_default() += 1;
                }
            }
        }
    }
}
