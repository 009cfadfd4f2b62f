//! What a test asks of the tabs, and what it sees of them.

use std::rc::Rc;

use crate::world::{Ended, P, Post, World};
use wedsync_dashboard::core::cache::Timer;
use wedsync_dashboard::core::cache::input::{Command, FlightId, Input, Key};
use wedsync_dashboard::core::cache::output::{Outcome, State};
use wedsync_dashboard::core::cache::policy::{Fetching, Keeping};
use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::time::Instant;

pub fn key(name: &str) -> Key {
    Key { text: name.into(), supplier: "s1".into() }
}

pub fn keeping() -> Keeping {
    Keeping { ttl: 300_000, stale: 86_400_000, tags: Vec::new(), version: None, compresses: false }
}

pub fn fetching() -> Fetching {
    Fetching {
        keeping: keeping(),
        negative_ttl: 30_000,
        soft_timeout: 0,
        hard_timeout: 10_000,
        eager: 80,
        throttle: 30_000,
        is_forced: false,
    }
}

pub fn tagged(tags: &[&str]) -> Vec<Rc<str>> {
    tags.iter().map(|tag| format!("x{tag}").into()).collect()
}

impl World {
    /// Until anything is fetched.
    pub fn wait_for_a_fetch(&mut self) {
        for _ in 0..10_000 {
            if !self.fetched.is_empty() {
                return;
            }
            self.wait(1);
        }
        panic!("nothing is fetched");
    }

    pub fn ask(&mut self, tab: usize, command: Command<P>) -> u32 {
        self.calls += 1;
        let call = CallId(self.calls);
        self.tell(tab, Input::Command { call, command });
        call.0
    }

    pub fn fetch(&mut self, tab: usize, name: &str) -> u32 {
        self.fetch_with(tab, name, fetching())
    }

    /// What JavaScript's table gives without a question.
    fn hit(&mut self, tab: usize, name: &str, fetching: &Fetching) -> Option<u32> {
        let wall = self.wall(tab);
        let slot = self.tabs[tab].table.get(name).filter(|slot| slot.until > wall)?;
        if fetching.keeping.version.is_some() && fetching.keeping.version != slot.version {
            return None;
        }
        let (value, state, age, id) = (slot.value.clone(), slot.state, wall - slot.since, slot.id);
        self.calls += 1;
        let ended = Ended { at: self.now, outcome: Outcome::Got { value, state, age } };
        self.tabs[tab].ended.insert(self.calls, ended);
        let call = self.calls;
        self.tell(tab, Input::Touched(vec![id]));
        Some(call)
    }

    pub fn fetch_with(&mut self, tab: usize, name: &str, fetching: Fetching) -> u32 {
        let hit = if fetching.is_forced { None } else { self.hit(tab, name, &fetching) };
        if let Some(call) = hit {
            return call;
        }
        self.ask(tab, Command::Fetch { key: key(name), fetcher: name.into(), fetching: fetching.into() })
    }

    /// The server's value changes, and with it a tab's.
    pub fn set(&mut self, tab: usize, name: &str) -> u32 {
        let value = self.change(name);
        self.ask(tab, Command::Set { key: key(name), value, keeping: keeping() })
    }

    pub fn change(&mut self, name: &str) -> P {
        let version = self.server.entry(name.into()).or_insert(1);
        *version += 1;
        format!("{name}#{version}")
    }

    pub fn delete(&mut self, tab: usize, name: &str) -> u32 {
        self.ask(tab, Command::Delete { key: key(name) })
    }

    pub fn invalidate(&mut self, tab: usize, tags: &[&str]) -> u32 {
        let tags = tags.iter().map(|tag| (*tag).into()).collect();
        self.ask(tab, Command::Invalidate { tags, supplier: Some("s1".into()) })
    }

    pub fn ended(&self, tab: usize, call: u32) -> Option<&Outcome<P>> {
        self.tabs[tab].ended.get(&call).map(|ended| &ended.outcome)
    }

    /// The value of a call, and how it stands.
    pub fn got(&self, tab: usize, call: u32) -> Option<(Option<&str>, State)> {
        match self.ended(tab, call)? {
            Outcome::Got { value, state, .. } => Some((value.as_deref(), *state)),
            _ => None,
        }
    }

    /// Each tab was given this value for its call, and as fresh.
    #[track_caller]
    pub fn each_got(&self, calls: &[u32], value: &str) {
        for (tab, call) in calls.iter().enumerate() {
            assert_eq!(self.got(tab, *call), Some((Some(value), State::Fresh)), "tab {tab}");
        }
    }

    /// All tabs ask for a key at once, and are given what one of them fetches, within so many milliseconds.
    #[track_caller]
    pub fn share_a_fetch(&mut self, name: &str, within: u64) {
        let calls: Vec<u32> = (0..self.tabs.len()).map(|tab| self.fetch(tab, name)).collect();
        self.wait(within);
        self.each_got(&calls, &format!("{name}#1"));
        assert_eq!(self.fetched[name], 1);
    }

    /// The fetch of a key that is under way in a tab, which then ends as the caller says.
    pub fn under_way(&mut self, tab: usize, name: &str) -> Option<FlightId> {
        let flights = &mut self.tabs[tab].flights;
        let flight = *flights.iter().find(|(_, key)| *key == name)?.0;
        flights.remove(&flight);
        Some(FlightId(flight))
    }

    /// Whether a tab has heard all that another one has told of a tag between two moments, and that was something.
    pub fn has_heard(&self, tab: usize, from: usize, tag: &str, since: u64, until: u64) -> bool {
        let is_it = |post: &&Post| {
            post.from == from
                && (since..=until).contains(&post.at)
                && post.text.split(' ').any(|field| field == escaped(tag))
        };
        let mut posts = self.posts.iter().filter(is_it).peekable();
        posts.peek().is_some() && posts.all(|post| !post.coming.contains(&tab) && !post.lost.contains(&tab))
    }

    pub fn is_fetching(&self, tab: usize) -> bool {
        !self.tabs[tab].flights.is_empty()
    }

    pub fn timer(&self, tab: usize, timer: Timer) -> Option<u64> {
        self.tabs[tab].cache.deadline(timer).map(Instant::as_millis)
    }
}

/// As tags are written in messages.
fn escaped(tag: &str) -> String {
    let escape = |byte: u8| match byte {
        byte if byte.is_ascii_graphic() && byte != b'%' => char::from(byte).to_string(),
        byte => format!("%{byte:02x}"),
    };
    tag.bytes().map(escape).collect()
}
