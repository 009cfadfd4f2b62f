//! The browser around all pages, and the server behind their sockets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wedsync_dashboard::core::ids::TabId;
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::tabs::role::Role;
use wedsync_dashboard::core::tabs::{self, Action, Input, Membership, Output};

use crate::locks::{Change, Locks};
use crate::page::{Event, Outside, Page};
use crate::rest::Rest;

/// A browser's channels between tabs, as `tabs.js` opens them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Channel {
    /// All tabs of a group hear it.
    Group,
    /// One tab hears it.
    Inbox,
}

pub struct Browser {
    pub now: u64,
    rest: Rest,
    pub rng: Rng,
    pub pages: Vec<Page>,
    pub locks: Locks,
    /// What is on its way, by when it comes.
    queue: BTreeMap<(u64, u64), (usize, Event)>,
    queued: u64,
    /// When the last message of one page came to another by a channel.
    last: BTreeMap<(usize, usize, Channel), u64>,
    /// Who wants to know when a tab is gone.
    watchers: BTreeMap<TabId, BTreeSet<usize>>,
    /// The epochs that the store has given, where there is one.
    pub store: Option<BTreeMap<String, u64>>,
    /// Whether applications are slow to say whose tab it is, now and then.
    pub has_slow_users: bool,
    /// One message of so many is lost; 0 for none.
    pub loses: u64,
    /// Each message comes twice, as one does whose acknowledgement was lost.
    pub repeats: bool,
    /// The longest that a message takes, in milliseconds.
    pub delay: u64,
    /// How much longer than usual it takes until it is noticed that a tab is gone, in milliseconds.
    pub notice: u64,
    /// Who has led a group under an epoch.
    led: BTreeMap<(String, u64), TabId>,
    /// Since when a visible page has been without a leader that runs.
    leaderless: BTreeMap<usize, (Membership, u64)>,
    pub digest: u64,
    pub trace: bool,
}

/// Within this a group with a visible page has a leader: silence, its spread, a late timer and the way.
pub const LEADERLESS: u64 = 4_600;

impl Browser {
    pub fn new(seed: u64, has_store: bool) -> Self {
        Self {
            now: 1_000,
            rest: Rest::default(),
            rng: Rng::new(seed),
            pages: Vec::new(),
            locks: Locks::default(),
            queue: BTreeMap::new(),
            queued: 0,
            last: BTreeMap::new(),
            watchers: BTreeMap::new(),
            store: has_store.then(BTreeMap::new),
            has_slow_users: true,
            loses: 0,
            repeats: false,
            delay: 5,
            notice: 0,
            led: BTreeMap::new(),
            leaderless: BTreeMap::new(),
            digest: 0,
            trace: std::env::var_os("TABS_TRACE").is_some(),
        }
    }

    pub fn note(&self, text: impl FnOnce() -> String) {
        if self.trace {
            println!("{:>8} {}", self.now, text());
        }
    }

    fn queue(&mut self, page: usize, delay: u64, event: Event) {
        self.queued += 1;
        self.queue.insert((self.now + delay, self.queued), (page, event));
    }

    /// In the order in which one page has said them to another by this channel. Nobody promises one between two channels.
    fn message(&mut self, from: usize, to: usize, channel: Channel, event: Event) {
        let delay = self.rng.up_to(self.delay);
        let by_channel = (from, to, channel);
        let at = (self.now + delay).max(self.last.get(&by_channel).copied().unwrap_or(0));
        self.last.insert(by_channel, at);
        self.queue(to, at - self.now, event);
    }

    pub fn run(&mut self, until: u64) {
        loop {
            let event = self.queue.first_key_value().map(|((at, _), _)| *at);
            let timer =
                self.pages.iter().enumerate().filter_map(|(page, state)| Some((state.next()?, page))).min();
            let next = event.into_iter().chain(timer.map(|(at, _)| at)).min();
            let Some(next) = next.filter(|next| *next <= until) else { break };
            self.now = self.now.max(next);
            self.rest.step(self.now);
            if event == Some(next) {
                let Some((_, (page, event))) = self.queue.pop_first() else { break };
                self.tell(page, event);
            } else if let Some((_, page)) = timer {
                let outside = self.pages[page].wake(self.now);
                self.perform(page, outside);
            }
            self.check();
        }
        self.now = self.now.max(until);
        self.check();
    }

    fn tell(&mut self, page: usize, event: Event) {
        if self.pages[page].is_gone {
            return;
        }
        if !event.is_message() {
            self.note(|| format!("{page} is to learn {event:?}"));
        }
        if self.pages[page].is_frozen || self.pages[page].is_put_away {
            // What is sent to a page that is put away is lost.
            if self.pages[page].is_frozen || !event.is_message() {
                self.pages[page].backlog.push_back(event);
            }
            return;
        }
        let outside = self.pages[page].told(self.now, event);
        self.perform(page, outside);
    }

    pub fn input(&mut self, page: usize, input: Input<crate::relayed::Model>) {
        let outside = self.pages[page].input(self.now, input);
        self.perform(page, outside);
    }

    /// A page is awake again: it handles what was said before anything else.
    pub fn thaw(&mut self, page: usize) {
        self.pages[page].is_frozen = false;
        self.catch_up(page);
    }

    pub fn catch_up(&mut self, page: usize) {
        let backlog = std::mem::take(&mut self.pages[page].backlog);
        let (messages, others): (Vec<_>, Vec<_>) = backlog.into_iter().partition(Event::is_message);
        for event in messages.into_iter().chain(others) {
            self.tell(page, event);
            self.check();
        }
    }

    /// A page is closed or has crashed: whatever it held is free.
    pub fn remove(&mut self, page: usize) {
        self.pages[page].is_gone = true;
        self.leave(page);
    }

    fn leave(&mut self, page: usize) {
        self.pages[page].open = None;
        for change in self.locks.release(page) {
            self.changed(change);
        }
        let tab = self.pages[page].tabs.tab();
        for watcher in self.watchers.remove(&tab).unwrap_or_default() {
            if let Some((membership, _)) = self.pages[watcher].open.clone() {
                let delay = self.notice + self.rng.up_to(20);
                self.queue(watcher, delay, Event::Tabs(membership, tabs::Event::Gone(tab)));
            }
        }
        for watchers in self.watchers.values_mut() {
            watchers.remove(&page);
        }
    }

    fn changed(&mut self, change: Change) {
        let delay = self.rng.up_to(10);
        match change {
            Change::Granted((page, entered)) => {
                self.queue(page, delay, Event::Tabs(Membership(entered), tabs::Event::Granted))
            }
            Change::Lost((page, entered)) => {
                self.queue(page, delay, Event::Tabs(Membership(entered), tabs::Event::Lost))
            }
        }
    }

    pub fn perform(&mut self, page: usize, outside: Vec<Outside>) {
        for effect in outside {
            match effect {
                Outside::Broadcast { topic, number, own } => self.broadcast(page, &topic, number, own),
                Outside::Output(output) => self.output(page, output),
            }
        }
    }

    fn output(&mut self, page: usize, output: Output<crate::relayed::Model>) {
        match output {
            Output::AskUser => {
                // Now and then the application is slow to say.
                let is_slow = self.has_slow_users && self.rng.up_to(9) == 0;
                let delay = if is_slow { 3_500 } else { self.rng.up_to(50) };
                self.queue(page, delay, Event::User);
            }
            Output::Draw { membership, above } => self.draw(page, membership, above),
            Output::Action(action) => self.act_on(page, action),
            _ => unreachable!("the page's own"),
        }
    }

    fn act_on(&mut self, page: usize, action: Action<Value>) {
        let open = self.pages[page].open.clone();
        match action {
            Action::Enter { membership, group } => {
                self.note(|| format!("{page} enters {group}"));
                self.pages[page].open = Some((membership, group));
                let delay = self.rng.up_to(10);
                self.queue(page, delay, Event::Tabs(membership, tabs::Event::Entered));
            }
            Action::Leave => {
                self.note(|| format!("{page} leaves"));
                self.leave(page);
            }
            Action::Queue => {
                let (membership, group) = open.unwrap();
                if let Some(change) = self.locks.queue(&group, (page, membership.0)) {
                    self.changed(change);
                }
            }
            Action::Steal => {
                self.note(|| format!("{page} steals"));
                let (membership, group) = open.unwrap();
                for change in self.locks.steal(&group, (page, membership.0)) {
                    self.changed(change);
                }
            }
            Action::Check => {
                let (membership, group) = open.unwrap();
                let is_held = self.locks.holder(&group) == Some((page, membership.0));
                let delay = self.rng.up_to(10);
                self.queue(page, delay, Event::Tabs(membership, tabs::Event::Checked(is_held)));
            }
            Action::TakeFrom(tab) => self.pages[page].takes_from = Some(tab),
            Action::Watch(tab) => self.watch(page, tab),
            Action::Unwatch(tab) => drop(self.watchers.entry(tab).or_default().remove(&page)),
            Action::Post { to, message } => self.post(page, to, &message),
        }
    }

    fn watch(&mut self, page: usize, tab: TabId) {
        let is_there = self.pages.iter().any(|other| other.tabs.tab() == tab && other.open.is_some());
        if is_there {
            self.watchers.entry(tab).or_default().insert(page);
        } else if let Some((membership, _)) = self.pages[page].open.clone() {
            self.queue(page, 5, Event::Tabs(membership, tabs::Event::Gone(tab)));
        }
    }

    fn draw(&mut self, page: usize, membership: Membership, above: u64) {
        let (_, group) = self.pages[page].open.clone().unwrap();
        let epoch = match &mut self.store {
            Some(store) => {
                let epoch = store.entry(group).or_default();
                *epoch = above.max(*epoch) + 1;
                *epoch
            }
            None => above + 1,
        };
        let delay = if self.store.is_some() { self.rng.up_to(60) } else { 0 };
        self.queue(page, delay, Event::Drawn(membership, epoch));
    }

    fn post(&mut self, page: usize, to: Option<TabId>, message: &Value) {
        let (_, group) = self.pages[page].open.clone().unwrap();
        self.note(|| format!("{page} says to {to:?}: {message}"));
        self.digest = self.digest.wrapping_mul(31).wrapping_add(self.now ^ message.to_string().len() as u64);
        for other in 0..self.pages.len() {
            let is_meant = to.is_none_or(|to| self.pages[other].tabs.tab() == to);
            let Some((membership, _)) = self.pages[other].open.clone().filter(|(_, open)| *open == group)
            else {
                continue;
            };
            if other == page || !is_meant || (self.loses > 0 && self.rng.up_to(self.loses) == 0) {
                continue;
            }
            let channel = if to.is_some() { Channel::Inbox } else { Channel::Group };
            let event = Event::Tabs(membership, tabs::Event::Said(message.clone()));
            if self.repeats {
                self.message(page, other, channel, event.clone());
            }
            self.message(page, other, channel, event);
        }
    }

    /// The server: a broadcast goes to every socket of the same user that has joined its topic.
    pub fn broadcast(&mut self, from: usize, topic: &str, number: u64, own: bool) {
        let user = self.pages[from].user.clone();
        for page in 0..self.pages.len() {
            let state = &self.pages[page];
            if state.user != user
                || !state.is_awake()
                || !state.machine.is_joined(topic)
                || (page == from && !own)
            {
                continue;
            }
            self.receive(page, topic, number);
        }
    }

    /// A frame on a page's socket.
    fn receive(&mut self, page: usize, topic: &str, number: u64) {
        self.pages[page].deliver(topic, number);
        let from = self.pages[page].tabs.tab();
        for (tab, _) in self.pages[page].forwards.get(topic).cloned().unwrap_or_default() {
            let other = self.pages.iter().position(|other| other.tabs.tab() == tab);
            if let Some(other) = other.filter(|other| self.pages[*other].open.is_some()) {
                self.message(page, other, Channel::Inbox, Event::Frame(from, topic.into(), number));
            }
        }
    }

    /// What holds at every moment.
    fn check(&mut self) {
        for page in self.pages.iter().filter(|page| !page.is_gone) {
            let Some(group) = page.group() else { continue };
            let leads = match page.tabs.role() {
                Role::Leading { epoch: Some(epoch) } => Some((epoch, page.tabs.tab())),
                Role::Following { leader, epoch } => Some((epoch, leader)),
                _ => None,
            };
            if let Some((epoch, tab)) = leads.filter(|_| self.store.is_some()) {
                let led = self.led.entry((group.to_owned(), epoch)).or_insert(tab);
                assert_eq!(*led, tab, "two tabs lead {group} in epoch {epoch}");
            }
        }
        self.check_leaders();
    }

    /// A visible page that runs is never long without a leader that runs.
    fn check_leaders(&mut self) {
        let led: BTreeSet<String> = self
            .pages
            .iter()
            .filter(|page| page.is_awake() && matches!(page.tabs.role(), Role::Leading { .. }))
            .filter_map(|page| page.group().map(str::to_owned))
            .collect();
        for (number, page) in self.pages.iter().enumerate() {
            // One of another protocol serves itself.
            let depends = page.is_awake() && page.is_visible && !matches!(page.tabs.role(), Role::Alone(_));
            let Some((membership, group)) =
                page.open.as_ref().filter(|(_, group)| depends && !led.contains(group))
            else {
                self.leaderless.remove(&number);
                continue;
            };
            let (of, since) = self.leaderless.entry(number).or_insert((*membership, self.now));
            if of != membership {
                (*of, *since) = (*membership, self.now);
            }
            let without = self.now - *since;
            assert!(without <= LEADERLESS, "page {number} of {group} has had no leader for {without} ms");
        }
    }

    /// The whole machine sleeps.
    pub fn sleep(&mut self, millis: u64) {
        self.now += millis;
        self.leaderless.clear();
    }
}
