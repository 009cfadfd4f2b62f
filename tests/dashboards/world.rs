//! The browser around the tabs, the way to the server, and the server.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use wedsync_dashboard::core::connectivity;
use wedsync_dashboard::core::dashboard::{Input, RequestId};
use wedsync_dashboard::core::ids::{SocketId, TabId};
use wedsync_dashboard::core::page::PageEvent;
use wedsync_dashboard::core::realtime::subscriptions::Subscription;
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::store::event::Event::Done;
use wedsync_dashboard::core::store::operation::{Answer, Failure, Operation, Slice};
use wedsync_dashboard::core::store::segment::{Directory, Head};
use wedsync_dashboard::core::tabs::{Event as Of, Membership};

use crate::locks::Locks;
use crate::rest::Rest;
use crate::server::{Conn, Data, Emission, Millis, Server, Settings, Version};
use crate::tab::{EPOCH, Event, Tab};

/// What happens later.
pub enum Later {
    Tab(usize, Event),
    /// A socket's handshake reaches the server.
    Handshake(usize, SocketId, Conn),
    ToServer(Conn, Data),
    ToClient(Conn, Emission),
}

/// Once a tab's subscription has been told something, the tab subscribes as it says.
pub struct Reply {
    pub tab: usize,
    pub told: (&'static str, &'static str),
    pub id: &'static str,
    pub subscription: Subscription,
}

pub struct World {
    pub now: Millis,
    rest: Rest,
    pub rng: Rng,
    pub tabs: Vec<Tab>,
    pub server: Server,
    pub locks: Locks,
    queue: BTreeMap<(Millis, u64), Later>,
    queued: u64,
    pub conns: BTreeMap<Conn, (usize, SocketId)>,
    last: BTreeMap<(usize, usize), Millis>,
    pub watchers: BTreeMap<TabId, BTreeSet<usize>>,
    /// The counters of epochs, by user.
    epochs: BTreeMap<Option<&'static str>, u64>,
    /// How many sockets were opened.
    pub opened: u32,
    /// The requests over HTTP that nobody has answered.
    pub http: Vec<(usize, RequestId)>,
    /// How many frames each tab has sent.
    pub sent: BTreeMap<usize, u32>,
    /// What an application asks for in the very step in which it is told something.
    pub replies: Vec<Reply>,
    /// Which tabs have asked how something is.
    pub asked: Vec<usize>,
    /// Whether the application's function for tokens ever answers.
    pub answers_tokens: bool,
    pub trace: bool,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let settings = Settings {
            epoch: EPOCH,
            messages: 10_000,
            presences: 10_000,
            joins: 10_000,
            ..Settings::default()
        };
        let mut server = Server::new(settings, seed);
        server.advance(1_000);
        Self {
            now: 1_000,
            rest: Rest::default(),
            rng: Rng::new(seed),
            tabs: Vec::new(),
            server,
            locks: Locks::default(),
            queue: BTreeMap::new(),
            queued: 0,
            conns: BTreeMap::new(),
            last: BTreeMap::new(),
            watchers: BTreeMap::new(),
            epochs: BTreeMap::new(),
            opened: 0,
            http: Vec::new(),
            sent: BTreeMap::new(),
            replies: Vec::new(),
            asked: Vec::new(),
            answers_tokens: true,
            trace: std::env::var_os("TABS_TRACE").is_some(),
        }
    }

    pub fn open(&mut self, user: Option<&'static str>, has_token_source: bool) -> usize {
        let seed = self.rng.next_u64();
        self.tabs.push(Tab::new(user, has_token_source, seed));
        let tab = self.tabs.len() - 1;
        if !has_token_source && user.is_some() {
            self.set_token(tab);
        }
        tab
    }

    /// The application sets its user's token.
    pub fn set_token(&mut self, tab: usize) {
        let event = self.tabs[tab].token(None, self.now);
        self.input(tab, event);
    }

    pub fn later(&mut self, delay: Millis, later: Later) {
        self.queued += 1;
        self.queue.insert((self.now + delay, self.queued), later);
    }

    pub fn event(&mut self, tab: usize, membership: Membership, event: Of<Value>) {
        let delay = self.rng.up_to(5);
        self.later(delay, Later::Tab(tab, Event::Input(Input::Tabs { membership, event })));
    }

    pub fn run(&mut self, millis: Millis) {
        let until = self.now + millis;
        loop {
            let event = self.queue.first_key_value().map(|((at, _), _)| *at);
            let timers = self.tabs.iter().enumerate().filter_map(|(tab, state)| Some((state.next()?, tab)));
            let timer = timers.min();
            let task = self.server.next_timeout();
            let all = event.into_iter().chain(timer.map(|(at, _)| at)).chain(task);
            let Some(next) = all.min().filter(|next| *next <= until) else { break };
            self.now = self.now.max(next);
            self.rest.step(self.now);
            if task == Some(next) {
                self.server.advance(self.now);
                self.deliver();
            } else if event == Some(next) {
                let Some((_, later)) = self.queue.pop_first() else { break };
                self.happen(later);
            } else if let Some((_, tab)) = timer {
                self.input(tab, Input::Wake);
            }
        }
        self.now = self.now.max(until);
        self.server.advance(self.now);
        self.deliver();
    }

    fn happen(&mut self, later: Later) {
        match later {
            Later::Tab(tab, event) => self.tell(tab, event),
            Later::Handshake(tab, socket, conn) => {
                if self.conns.contains_key(&conn) {
                    self.server.connect(conn, Version::Two, "anon");
                    self.input(tab, Input::SocketOpened { socket, epoch: EPOCH + self.now });
                }
            }
            Later::ToServer(conn, data) => {
                self.server.advance(self.now);
                self.server.receive(conn, data);
                self.deliver();
            }
            Later::ToClient(conn, emission) => {
                let Some((tab, socket)) = self.conns.get(&conn).copied() else { return };
                // A frozen page's frames wait, and what it held is gone by then.
                if !self.tabs[tab].is_awake() {
                    return;
                }
                match emission {
                    Emission::Frame(data) => {
                        if let Some(input) = self.tabs[tab].frame(self.now, socket, &data) {
                            self.input(tab, input);
                        }
                        self.forward(tab);
                    }
                    Emission::Close(code) => {
                        self.conns.remove(&conn);
                        self.input(tab, connectivity::Event::Closed { socket, code });
                    }
                }
            }
        }
    }

    /// What the server has given its sockets.
    pub fn deliver(&mut self) {
        for (conn, emission) in self.server.take() {
            self.later(5, Later::ToClient(conn, emission));
        }
    }

    pub fn tell(&mut self, tab: usize, event: Event) {
        let state = &mut self.tabs[tab];
        if state.is_gone {
            return;
        }
        if state.is_frozen {
            state.backlog.push_back(event);
            return;
        }
        match event {
            Event::Input(input) => self.input(tab, input),
            Event::Frames(from, _) if self.tabs[tab].takes_from != Some(from) => {}
            Event::Frames(_, frames) => {
                for frame in frames {
                    let verdict = self.tabs[tab].router.taken(&frame);
                    self.tabs[tab].deliver(verdict);
                }
            }
        }
    }

    pub fn input(&mut self, tab: usize, input: impl Into<Input<Value>>) {
        let outputs = self.tabs[tab].input(self.now, input.into());
        for output in outputs {
            self.perform(tab, output);
        }
        for (operation, what) in std::mem::take(&mut self.tabs[tab].storage) {
            let result = self.store(tab, &what);
            let event = Done { operation, result };
            self.later(2, Later::Tab(tab, Event::Input(Input::Storage(event))));
        }
        let answered =
            if self.answers_tokens { std::mem::take(&mut self.tabs[tab].questions) } else { Vec::new() };
        for question in answered {
            let answer = self.tabs[tab].token(Some(question), self.now);
            let delay = self.rng.up_to(80);
            self.later(delay, Later::Tab(tab, Event::Input(Input::Session(answer))));
        }
        while let Some(at) = self.replies.iter().position(|reply| {
            let is_told = |(id, what): &(String, &str)| (id.as_str(), *what) == reply.told;
            reply.tab == tab && self.tabs[tab].told.iter().any(is_told)
        }) {
            let Reply { id, subscription, .. } = self.replies.remove(at);
            let input = self.tabs[tab].subscribe(id, subscription);
            self.input(tab, input);
        }
    }

    /// The browser's storage, as far as it takes to draw epochs.
    fn store(&mut self, tab: usize, operation: &Operation<Value>) -> Result<Answer<Value>, Failure> {
        match operation {
            Operation::ReadMarks { .. } => Ok(Answer::Marks(Vec::new())),
            Operation::Open { version, .. } => {
                Ok(Answer::Opened { was_made: false, version: version.unwrap_or(1) })
            }
            Operation::DrawEpoch { above, .. } => {
                let drawn = self.epochs.entry(self.tabs[tab].user).or_default();
                *drawn = (*drawn).max(*above) + 1;
                Ok(Answer::Epoch(*drawn))
            }
            Operation::Read { .. } => Ok(Answer::Read(Slice {
                head: Head { identity: 1, oldest_reader: 1, ..Head::default() },
                directory: Some(Directory::default()),
                first: u64::MAX,
                segments: Vec::new(),
                unreadable: Vec::new(),
                is_end: true,
            })),
            Operation::Hold { .. } | Operation::WriteMark { .. } => Ok(Answer::Done),
            _ => Err(Failure::Refused),
        }
    }

    /// What the router has for others.
    fn forward(&mut self, tab: usize) {
        self.tabs[tab].router.forwarder().flush();
        for forwarded in self.tabs[tab].router.forwarder().take() {
            for name in &forwarded.tabs {
                let id = TabId(name.parse().unwrap());
                if let Some(other) = self.tabs.iter().position(|other| other.tabs().tab() == id) {
                    let from = self.tabs[tab].tabs().tab();
                    self.message(tab, other, Event::Frames(from, forwarded.frames.clone()));
                }
            }
        }
    }

    pub fn message(&mut self, from: usize, to: usize, event: Event) {
        if self.tabs[to].open.is_none() {
            return;
        }
        let delay = self.rng.up_to(5);
        let at = (self.now + delay).max(self.last.get(&(from, to)).copied().unwrap_or(0));
        self.last.insert((from, to), at);
        self.later(at - self.now, Later::Tab(to, event));
    }

    pub fn leave(&mut self, tab: usize) {
        self.tabs[tab].open = None;
        for change in self.locks.release(tab) {
            self.changed(change);
        }
        let id = self.tabs[tab].tabs().tab();
        for watcher in self.watchers.remove(&id).unwrap_or_default() {
            if let Some((membership, _)) = self.tabs[watcher].open.clone() {
                self.event(watcher, membership, Of::Gone(id));
            }
        }
        for watchers in self.watchers.values_mut() {
            watchers.remove(&tab);
        }
    }

    /// The tab is gone, without a word if it has not been told before.
    pub fn crash(&mut self, tab: usize) {
        for socket in self.tabs[tab].sockets.keys().copied().collect::<Vec<_>>() {
            self.close_socket(tab, socket);
        }
        self.tabs[tab].is_gone = true;
        self.leave(tab);
    }

    pub fn close(&mut self, tab: usize) {
        self.input(tab, PageEvent::Suspend);
        self.crash(tab);
    }

    /// What was said to a frozen tab comes first, then all else.
    pub fn thaw(&mut self, tab: usize) {
        self.tabs[tab].is_frozen = false;
        let backlog = std::mem::take(&mut self.tabs[tab].backlog);
        let (messages, others): (Vec<_>, Vec<_>) = backlog.into_iter().partition(Event::is_message);
        for event in messages.into_iter().chain(others) {
            self.tell(tab, event);
        }
    }

    /// The sockets that the server has open.
    pub fn sockets(&self) -> usize {
        self.conns.keys().filter(|conn| self.server.has_socket(**conn)).count()
    }

    /// The server broadcasts something of its own accord.
    pub fn server_says(&mut self, channel: &str, text: &str) {
        self.server.send(channel, false, "said", json!({ "text": text }));
        self.deliver();
    }

    /// A user becomes another in one tab.
    pub fn become_user(&mut self, tab: usize, user: Option<&'static str>) {
        self.tabs[tab].user = user;
        self.set_token(tab);
    }

    pub fn fail_tokens(&mut self, tab: usize) {
        self.tabs[tab].has_token = false;
    }
}
