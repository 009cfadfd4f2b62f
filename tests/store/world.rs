//! Tabs, the time, and the way of news between them.

use std::collections::{BTreeMap, BTreeSet};

use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::store::Store;
use wedsync_dashboard::core::store::input::{Command, Config, Input, Limits};
use wedsync_dashboard::core::store::names::{Kind, Owner};
use wedsync_dashboard::core::store::operation::Operation;
use wedsync_dashboard::core::store::output::{News, Outcome};
use wedsync_dashboard::core::time::Instant;

use crate::browser::{Browser, TabId};
use crate::disk::Value;
use crate::rest::Rest;
use crate::truth::Truth;

pub const PROJECT: &str = "https://a.supabase.co";
pub const USER: &str = "anna";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Awake,
    /// Its tasks do not run, but what it has asked for goes on.
    Frozen,
    /// Stopped where it stands, perhaps in the middle of a transaction.
    Stopped,
    /// In the back/forward cache.
    Away,
    Dead,
}

#[derive(Clone, Debug)]
pub struct Call {
    pub since: u64,
    pub puts: Vec<Value>,
    pub removals: Vec<String>,
    /// What it reads: the key, or `None` for all.
    pub reads: Option<(Kind, Option<String>)>,
    pub is_wipe: bool,
    /// The tab has slept meanwhile.
    pub has_slept: bool,
}

pub struct Tab {
    pub origin: u64,
    pub store: Store<Value>,
    pub life: Life,
    pub inbox: Vec<Input<Value>>,
    pub calls: BTreeMap<CallId, Call>,
    next_call: u32,
    /// Keys of the outbox that it knows to be removed.
    pub gone: BTreeSet<String>,
    /// The incarnation is over, and the application has not begun again.
    pub is_ended: bool,
    pub leads: bool,
    pub is_hidden: bool,
    pub drawing: bool,
}

pub struct World {
    pub now: u64,
    rest: Rest,
    pub browser: Browser,
    pub tabs: Vec<Tab>,
    news: BTreeMap<(u64, u64), (TabId, Input<Value>)>,
    next_news: u64,
    /// Who has the lock of the leader.
    pub holder: Option<TabId>,
    pub truth: Truth,
    pub rng: Rng,
    pub loss: u64,
    /// What the wall clock of the next tab says at the beginning.
    pub wall: u64,
    pub next_value: Value,
    pub trace: bool,
    pub settled: u64,
    /// What is there, by database and key, once nothing happens any more: what is read has to be just that.
    pub expected: Option<BTreeMap<(Kind, String), Value>>,
    pub stats: BTreeMap<&'static str, u64>,
    /// For tests of single rules: what was asked of the browser, and how calls ended.
    pub record: Option<Record>,
}

#[derive(Debug, Default)]
pub struct Record {
    pub operations: Vec<(TabId, Operation<Value>)>,
    pub outcomes: Vec<(TabId, CallId, Outcome<Value>)>,
    pub others: Vec<News<Value>>,
}

pub const LIMITS: Limits = Limits {
    transaction: 700,
    segment: 300,
    slice: 3,
    cache: 900,
    pinned: 20,
    held: 400,
    garbage: 300,
    small: 250,
    segments: 6,
};

impl World {
    pub fn new(seed: u64, trace: bool) -> Self {
        let mut rng = Rng::new(seed);
        Self {
            now: 0,
            rest: Rest::default(),
            browser: Browser::new(rng.split()),
            tabs: Vec::new(),
            news: BTreeMap::new(),
            next_news: 0,
            holder: None,
            truth: Truth::default(),
            rng,
            loss: 0,
            wall: 1_000_000,
            next_value: 0,
            trace,
            settled: 0,
            expected: None,
            stats: BTreeMap::new(),
            record: None,
        }
    }

    pub fn count(&mut self, what: &'static str) {
        *self.stats.entry(what).or_default() += 1;
    }

    pub fn say(&self, text: impl FnOnce() -> String) {
        if self.trace {
            println!("{:>7} {}", self.now, text());
        }
    }

    pub fn open_tab(&mut self) -> TabId {
        let tab = self.tabs.len();
        let origin = 1_000 + tab as u64;
        let owner = Owner::new(PROJECT, Some(USER));
        let config = Config { owner, origin, wall: self.wall, limits: LIMITS };
        let store = Store::new(config, self.rng.split());
        self.tabs.push(Tab {
            origin,
            store,
            life: Life::Awake,
            inbox: Vec::new(),
            calls: BTreeMap::new(),
            next_call: 0,
            gone: BTreeSet::new(),
            is_ended: false,
            leads: false,
            is_hidden: false,
            drawing: false,
        });
        self.say(|| format!("tab {tab} opens"));
        self.handle(tab, Input::Start);
        self.handle(tab, Input::Open);
        tab
    }

    pub fn awake(&self) -> Vec<TabId> {
        (0..self.tabs.len()).filter(|tab| self.tabs[*tab].life == Life::Awake).collect()
    }

    pub fn call(&mut self, tab: TabId, command: Command<Value>, mut call: Call) -> CallId {
        call.since = self.now;
        self.tabs[tab].next_call += 1;
        let id = CallId(self.tabs[tab].next_call);
        self.say(|| format!("tab {tab} calls {id:?} {command:?}"));
        self.tabs[tab].calls.insert(id, call);
        self.handle(tab, Input::Call { call: id, command });
        id
    }

    pub fn handle(&mut self, tab: TabId, input: Input<Value>) {
        let now = Instant::from_millis(self.now);
        if self.trace && !matches!(input, Input::Wake | Input::Call { .. }) {
            let text = format!("{input:?}");
            self.say(|| format!("tab {tab} <- {}", &text[..text.len().min(300)]));
        }
        self.tabs[tab].store.handle(now, input);
        while let Some(output) = self.tabs[tab].store.poll() {
            self.output(tab, output);
        }
        self.collect();
    }

    /// What the browser has done.
    pub fn collect(&mut self) {
        for (name, operation, answer) in std::mem::take(&mut self.browser.commits) {
            if let Some(base) = self.browser.disk.bases.get(&name) {
                self.truth.committed(&name, &operation, &answer, base);
            }
            self.say(|| format!("committed {name} {operation:?} {answer:?}"));
        }
        for (_, mark) in std::mem::take(&mut self.browser.marked) {
            self.say(|| format!("marked {mark}"));
        }
        for (tab, event, late) in std::mem::take(&mut self.browser.news) {
            self.tell(tab, Input::Event(event), late);
        }
    }

    pub fn tell(&mut self, tab: TabId, input: Input<Value>, late: u64) {
        self.next_news += 1;
        self.news.insert((self.now + late, self.next_news), (tab, input));
    }

    /// Goes on to a moment.
    pub fn run_until(&mut self, until: u64) {
        loop {
            let timers = self.tabs.iter().filter(|tab| tab.life == Life::Awake);
            let timer = timers.filter_map(|tab| tab.store.next_timeout()).map(|(at, _)| at.as_millis()).min();
            let news = self.news.keys().next().map(|(at, _)| *at);
            let next = [timer, news, self.browser.next()].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= until) else { break };
            self.now = self.now.max(next);
            self.rest.step(self.now);
            while let Some(entry) = self.news.first_entry()
                && entry.key().0 <= self.now
            {
                let (tab, input) = entry.remove();
                self.deliver(tab, input);
            }
            self.browser.work(self.now);
            self.collect();
            for tab in self.awake() {
                let mut rounds = 0;
                while self.tabs[tab].store.next_timeout().is_some_and(|(at, _)| at.as_millis() <= self.now) {
                    self.handle(tab, Input::Wake);
                    rounds += 1;
                    assert!(rounds < 1_000, "tab {tab} does not come to rest");
                }
            }
        }
        self.now = until;
    }

    pub fn deliver(&mut self, tab: TabId, input: Input<Value>) {
        if let (Input::Event(event), Life::Awake | Life::Away) = (&input, self.tabs[tab].life) {
            // A browser gives up a page that is put away and is in somebody's way.
            self.browser.heard(self.now, tab, event);
        }
        match self.tabs[tab].life {
            Life::Awake => {
                if matches!(input, Input::NotLeading) {
                    self.tabs[tab].leads = false;
                }
                self.handle(tab, input);
            }
            Life::Frozen | Life::Stopped => self.tabs[tab].inbox.push(input),
            Life::Away | Life::Dead => {}
        }
    }
}
