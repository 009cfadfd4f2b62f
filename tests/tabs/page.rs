//! A page: the tab's machine, the machine that serves it, its router and its application.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};
use wedsync_dashboard::core::command::Command;
use wedsync_dashboard::core::edit::Edit;
use wedsync_dashboard::core::ids::{CallId, Slot, TabId};
use wedsync_dashboard::core::news::{Continuity, News, Status};
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::tabs::role::Health;
use wedsync_dashboard::core::tabs::{self, Config, Input, Membership, Output, Tabs};
use wedsync_dashboard::core::time::Instant;
use wedsync_dashboard::core::user::User;

use crate::machine::{Machine, Said};
use crate::relayed::{Link, Model, Slots, Wish};

/// What a page has to be told by the browser.
#[derive(Clone, Debug)]
pub enum Event {
    Tabs(Membership, tabs::Event<Value>),
    Drawn(Membership, u64),
    /// A frame that another tab has forwarded.
    Frame(TabId, String, u64),
    User,
}

impl Event {
    pub const fn is_message(&self) -> bool {
        matches!(self, Self::Tabs(_, tabs::Event::Said(_)) | Self::Frame(..))
    }
}

/// What the application sees.
#[derive(Default)]
pub struct App {
    pub wants: BTreeMap<String, (Wish, Slot)>,
    callbacks: BTreeMap<Slot, (String, Wish)>,
    /// Calls that are not settled yet, and since when.
    pub open: BTreeMap<CallId, u64>,
    pub results: BTreeMap<CallId, bool>,
    pub statuses: BTreeMap<String, Status>,
    has_been_live: BTreeSet<String>,
    /// Live again, and not told yet what was missed.
    owed: BTreeSet<String>,
    /// How often each message came to each subscription.
    pub received: BTreeMap<(String, u64), u32>,
    pub dropped: BTreeSet<Slot>,
    pub tracked: BTreeMap<String, Value>,
    pub link: Option<Link>,
    calls: u32,
    slots: Slot,
}

pub struct Page {
    pub tabs: Tabs<Model>,
    pub machine: Machine,
    pub app: App,
    pub user: Option<String>,
    pub build: u64,
    pub protocol: u32,
    /// The group whose channels are open.
    pub open: Option<(Membership, String)>,
    pub is_visible: bool,
    pub is_frozen: bool,
    pub is_put_away: bool,
    pub is_gone: bool,
    /// Between two looks at the timers while the page is hidden, in milliseconds.
    pub throttle: u64,
    /// What came while it was frozen.
    pub backlog: VecDeque<Event>,
    pub table: BTreeMap<String, Slots>,
    /// Where a topic's frames go, and whether somebody sees these tabs.
    pub forwards: BTreeMap<String, Vec<(TabId, bool)>>,
    pub takes_from: Option<TabId>,
    /// What it was told of the tabs.
    pub health: Vec<Health>,
}

impl Page {
    pub fn new(user: Option<&str>, build: u64, protocol: u32, seed: u64) -> Self {
        let config =
            Config { is_shared: true, project: "project".into(), protocol, build, user: User::Unknown };
        Self {
            tabs: Tabs::new(config, Rng::new(seed)),
            machine: Machine::default(),
            app: App::default(),
            user: user.map(str::to_owned),
            build,
            protocol,
            open: None,
            is_visible: true,
            is_frozen: false,
            is_put_away: false,
            is_gone: false,
            throttle: 1_000,
            backlog: VecDeque::new(),
            table: BTreeMap::new(),
            forwards: BTreeMap::new(),
            takes_from: None,
            health: Vec::new(),
        }
    }

    /// Whether it runs.
    pub const fn is_awake(&self) -> bool {
        !self.is_frozen && !self.is_gone && !self.is_put_away
    }

    pub fn group(&self) -> Option<&str> {
        self.open.as_ref().map(|(_, group)| group.as_str())
    }

    /// When it looks at its timers next.
    pub fn next(&self) -> Option<u64> {
        if !self.is_awake() {
            return None;
        }
        let tabs = self.tabs.next_timeout().map(|(at, _)| at.as_millis());
        let at = tabs.into_iter().chain(self.machine.next()).min()?;
        Some(if self.is_visible { at } else { at.div_ceil(self.throttle) * self.throttle })
    }

    /// Tells the machine something; what is left to be done outside.
    pub fn input(&mut self, now: u64, input: Input<Model>) -> Vec<Outside> {
        if let Input::Command(command) = &input
            && std::env::var_os("TABS_TRACE").is_some()
        {
            println!("{now:>8} tab {} {:?} wants {command:?}", self.tabs.tab().0, self.tabs.role());
        }
        self.tabs.handle(Instant::from_millis(now), input);
        self.drain(now)
    }

    pub fn wake(&mut self, now: u64) -> Vec<Outside> {
        self.machine.wake(now);
        let mut outside = self.drain(now);
        while self.tabs.next_timeout().is_some_and(|(at, _)| at.as_millis() <= now) {
            outside.extend(self.input(now, Input::Wake));
        }
        outside
    }

    /// In the order in which the composition passes things on.
    fn drain(&mut self, now: u64) -> Vec<Outside> {
        let mut outside = Vec::new();
        let at = Instant::from_millis(now);
        loop {
            if let Some(said) = self.machine.said.pop_front() {
                match said {
                    Said::News(news) => self.tabs.handle(at, Input::News { news, state: None }),
                    Said::Routes(edit) => self.tabs.handle(at, Input::Routes(edit)),
                    Said::Link(link) => self.tabs.handle(at, Input::Link(link)),
                    Said::Broadcast { topic, event, own } => {
                        outside.push(Outside::Broadcast { topic, number: event.parse().unwrap(), own });
                    }
                }
            } else if let Some(output) = self.tabs.poll() {
                match output {
                    Output::Apply(command) => self.machine.apply(now, command),
                    Output::News(news) => {
                        if std::env::var_os("TABS_TRACE").is_some() {
                            println!(
                                "{now:>8} tab {} {:?} is told {news:?}",
                                self.tabs.tab().0,
                                self.tabs.role()
                            );
                        }
                        self.app.news(news);
                    }
                    Output::Link(link) => {
                        assert_ne!(self.app.link, Some(link), "told again");
                        self.app.link = Some(link);
                        if std::env::var_os("TABS_TRACE").is_some() {
                            println!("{now:>8} tab {} is told {link:?}", self.tabs.tab().0);
                        }
                    }
                    Output::Routes(edit) => self.write(edit),
                    Output::Forward { topic, tabs } => drop(self.forwards.insert(topic, tabs)),
                    Output::Deliver(echo) => self.deliver(&echo.topic, echo.event.parse().unwrap()),
                    Output::Health(health) => self.health.push(health),
                    Output::SetToken(_) | Output::Overflow { .. } | Output::Aside(_) => {}
                    other => outside.push(Outside::Output(other)),
                }
            } else {
                return outside;
            }
        }
    }

    fn write(&mut self, edit: Edit<Slots>) {
        match edit {
            Edit::Route { topic, routes } => drop(self.table.insert(topic, routes)),
            Edit::Unroute { topic } => drop(self.table.remove(&topic)),
            Edit::DropSlot { slot } => drop(self.app.dropped.insert(slot)),
        }
    }

    /// The router: a message goes to the callbacks that the table names.
    pub fn deliver(&mut self, topic: &str, number: u64) {
        let slots = self.table.get(topic).map(|routes| routes.0.clone()).unwrap_or_default();
        for slot in slots.into_iter().filter(|slot| !self.app.dropped.contains(slot)) {
            // One that is replaced gets messages until the other one is there.
            let (id, wish) = &self.app.callbacks[&slot];
            assert_eq!(wish.topic, topic, "a message of another topic");
            *self.app.received.entry((id.clone(), number)).or_default() += 1;
        }
    }

    pub fn subscribe(&mut self, now: u64, id: &str, wish: Wish) -> Vec<Outside> {
        let known = self.app.wants.get(id).filter(|(known, _)| *known == wish).map(|(_, slot)| *slot);
        let slot = known.unwrap_or_else(|| {
            // Another subscription: it misses nothing of the former's.
            self.app.has_been_live.remove(id);
            self.app.tracked.remove(id);
            self.app.slots += 1;
            self.app.slots
        });
        let call = self.app.call(now);
        self.app.callbacks.insert(slot, (id.into(), wish.clone()));
        self.app.wants.insert(id.into(), (wish.clone(), slot));
        self.input(now, Input::Command(Command::Subscribe { call, id: id.into(), subscription: wish, slot }))
    }

    pub fn unsubscribe(&mut self, now: u64, id: &str) -> Vec<Outside> {
        self.app.wants.remove(id);
        self.app.tracked.remove(id);
        self.input(now, Input::Command(Command::Unsubscribe { id: id.into() }))
    }

    pub fn disconnect(&mut self, now: u64) -> Vec<Outside> {
        self.app.wants.clear();
        self.app.tracked.clear();
        self.input(now, Input::Command(Command::Disconnect))
    }

    pub fn broadcast(&mut self, now: u64, id: &str, number: u64) -> (CallId, Vec<Outside>) {
        let call = self.app.call(now);
        let (id, event) = (id.to_owned(), number.to_string());
        let payload = json!({ "number": number });
        let command = Command::Broadcast { call, id, event, payload, is_bytes: false };
        (call, self.input(now, Input::Command(command)))
    }

    pub fn track(&mut self, now: u64, id: &str, state: Option<Value>) -> Vec<Outside> {
        match &state {
            Some(state) => drop(self.app.tracked.insert(id.into(), state.clone())),
            None => drop(self.app.tracked.remove(id)),
        }
        let call = self.app.call(now);
        self.input(now, Input::Command(Command::Track { call, id: id.into(), state }))
    }

    pub fn told(&mut self, now: u64, event: Event) -> Vec<Outside> {
        let input = match event {
            Event::Tabs(membership, event) => Input::Event { membership, event },
            Event::Drawn(membership, epoch) => Input::Drawn { membership, epoch },
            Event::Frame(from, topic, number) => {
                if self.takes_from == Some(from) {
                    self.deliver(&topic, number);
                }
                return Vec::new();
            }
            Event::User => Input::User(self.user.clone().map_or(User::Nobody, User::Known)),
        };
        self.input(now, input)
    }
}

/// What a page wants done that is not its own.
pub enum Outside {
    Output(Output<Model>),
    Broadcast { topic: String, number: u64, own: bool },
}

impl App {
    fn call(&mut self, now: u64) -> CallId {
        self.calls += 1;
        self.open.insert(CallId(self.calls), now);
        CallId(self.calls)
    }

    fn news(&mut self, news: News<Value>) {
        if let News::Settled { call, result } = news {
            assert!(self.open.remove(&call).is_some(), "{call:?} is settled twice");
            self.results.insert(call, result.is_ok());
            return;
        }
        let id = news.id().unwrap().to_owned();
        match news {
            News::Status { status, .. } => {
                let former = self.statuses.insert(id.clone(), status);
                assert_ne!(former, Some(status), "{id} is told {status:?} again");
                assert!(!self.owed.contains(&id), "{id}: {status:?} before it is known what was missed");
                if status == Status::Live && !self.has_been_live.insert(id.clone()) {
                    self.owed.insert(id.clone());
                }
                if matches!(status, Status::Closed | Status::Failed) {
                    self.has_been_live.remove(&id);
                    self.statuses.remove(&id);
                }
            }
            News::Continuity { continuity, .. } => {
                assert_eq!(continuity, Continuity::Lost);
                assert!(self.owed.remove(&id), "{id} was not live again");
            }
            News::Failed { .. } => drop(self.wants.remove(&id)),
            _ => {}
        }
    }
}
