//! What may happen to tabs, and what each of them may be given then.

use std::collections::BTreeMap;

use crate::asking::{keeping, key};
use crate::world::World;
use proptest::prelude::*;
use wedsync_dashboard::core::cache::input::{Command, Input};
use wedsync_dashboard::core::cache::output::Outcome;

pub const NAMES: [&str; 4] = ["a", "b", "c\"]", "婚"];

#[derive(Clone, Debug)]
pub enum Act {
    Wait(u64),
    Fetch(usize, usize),
    Set(usize, usize),
    /// Two keys at once.
    Warm(usize, usize),
    /// The server's value changes, and the key is removed.
    Delete(usize, usize),
    /// All of the server's values change, and the supplier's entries are invalidated.
    Invalidate(usize),
    Reload(usize),
    Gap(usize),
    /// How often reads, writes and fetches fail from now on, and the remote tier; and how often it is slow.
    Fail([u64; 5]),
}

pub fn acts(tabs: usize) -> impl Strategy<Value = Act> {
    let (tab, name, often) = (0..tabs, 0..NAMES.len(), || prop_oneof![2 => Just(0), 1 => 0..90_u64]);
    let fetches = prop_oneof![1 => Just(0), 1 => 50..101_u64];
    let fail = (often(), often(), fetches, often(), often());
    prop_oneof![
        6 => prop_oneof![0..5_u64, 0..200_u64, 0..600_000_u64].prop_map(Act::Wait),
        10 => (tab.clone(), name.clone()).prop_map(|(tab, name)| Act::Fetch(tab, name)),
        3 => (tab.clone(), name.clone()).prop_map(|(tab, name)| Act::Set(tab, name)),
        1 => (tab.clone(), name.clone()).prop_map(|(tab, name)| Act::Warm(tab, name)),
        3 => (tab.clone(), name).prop_map(|(tab, name)| Act::Delete(tab, name)),
        2 => tab.clone().prop_map(Act::Invalidate),
        1 => tab.clone().prop_map(Act::Reload),
        1 => tab.prop_map(Act::Gap),
        1 => fail.prop_map(|(reads, writes, fetches, far, slow)| Act::Fail([reads, writes, fetches, far, slow])),
    ]
}

/// A change that not everybody has heard of.
struct Change {
    tab: usize,
    call: u32,
    name: usize,
    /// 0 if another one may have been the last.
    version: u64,
    is_set: bool,
    at: u64,
    tag: String,
}

/// The lowest version that a tab may be given of a key.
#[derive(Default)]
pub struct Model {
    floors: BTreeMap<(usize, usize), u64>,
    coming: Vec<Change>,
    /// Keys that were set while others changed them unheard: whose value stays is settled by the next change alone.
    pub disputed: [bool; NAMES.len()],
    /// Tab, call, key, and the lowest version that it may be given.
    asked: Vec<(usize, u32, usize, u64)>,
}

impl Model {
    pub fn act(&mut self, world: &mut World, act: Act) {
        self.settle(world);
        match act {
            Act::Wait(millis) => world.wait(millis),
            Act::Fetch(tab, name) => self.fetch(world, tab, name),
            Act::Set(tab, name) => {
                let call = world.set(tab, NAMES[name]);
                self.change(world, tab, call, name, true, "k");
            }
            Act::Warm(tab, name) => {
                let names = [name, (name + 1) % NAMES.len()];
                let entries = names.map(|name| (key(NAMES[name]), world.change(NAMES[name]), keeping()));
                let call = world.ask(tab, Command::Warm { entries: entries.into() });
                for name in names {
                    self.change(world, tab, call, name, true, "k");
                }
            }
            Act::Delete(tab, name) => {
                world.change(NAMES[name]);
                let call = world.delete(tab, NAMES[name]);
                self.change(world, tab, call, name, false, "k");
            }
            Act::Invalidate(tab) => {
                for name in NAMES {
                    world.change(name);
                }
                let call = world.invalidate(tab, &[]);
                for name in 0..NAMES.len() {
                    self.change(world, tab, call, name, false, "s");
                }
            }
            Act::Reload(tab) => {
                // What it did not wait for may be lost with it.
                if world.remote.is_none() {
                    self.coming.retain(|change| change.tab != tab);
                }
                self.asked.retain(|(other, ..)| *other != tab);
                self.floors.retain(|(other, _), _| *other != tab);
                world.reload(tab);
            }
            Act::Gap(tab) => world.tell(tab, Input::Gap),
            Act::Fail([reads, writes, fetches, far, slow]) => {
                let faults = &mut world.faults;
                (faults.reads_fail, faults.writes_fail, faults.fetches_fail) = (reads, writes, fetches);
                (faults.remote_fails, faults.remote_slow) = (far, slow);
                world.slow_down();
            }
        }
    }

    pub fn fetch(&mut self, world: &mut World, tab: usize, name: usize) {
        let floor = self.floors.get(&(tab, name)).copied().unwrap_or_default();
        let call = world.fetch(tab, NAMES[name]);
        self.asked.push((tab, call, name, floor));
    }

    fn raise(&mut self, tab: usize, name: usize, version: u64) {
        let floor = self.floors.entry((tab, name)).or_default();
        *floor = (*floor).max(version);
    }

    /// What a tab changes from now on, others will have heard of once the call has resolved. Which of two comes last that have not
    /// heard of each other nobody knows: where another tab is setting a value, that may be the one.
    fn change(&mut self, world: &World, tab: usize, call: u32, name: usize, is_set: bool, kind: &str) {
        let version = world.server[NAMES[name]];
        let rivals = self.coming.iter().filter(|other| other.tab != tab && other.name == name);
        let is_first = !rivals.clone().any(|other| is_set || other.is_set);
        let mut change =
            Change { tab, call, name, version, is_set, at: world.now, tag: format!("{kind}{}", NAMES[name]) };
        if kind == "s" {
            change.tag = "ss1".into();
        }
        if is_first {
            self.raise(tab, name, version);
        } else {
            change.version = 0;
            self.disputed[name] = true;
        }
        if is_set {
            for other in self.coming.iter_mut().filter(|other| other.tab != tab && other.name == name) {
                other.version = 0;
            }
        }
        self.coming.push(change);
    }

    /// What has resolved long enough ago that everybody has heard.
    fn settle(&mut self, world: &World) {
        /// For so long a message or a notice of the disk's may be under way in a device.
        const NEAR: u64 = 50;
        let mut rest = Vec::new();
        for change in std::mem::take(&mut self.coming) {
            let Some(ended) = world.tabs[change.tab].ended.get(&change.call) else {
                rest.push(change);
                continue;
            };
            let is_far = world.remote.is_some();
            let (is_on_disk, is_on_remote) = match ended.outcome {
                Outcome::Done { on_disk, on_remote } => (on_disk, on_remote == Some(true)),
                _ => (false, false),
            };
            // What the disk has refused a page that is loaded later does not know, and what the remote tier has, another device.
            if is_far && !(is_on_disk && is_on_remote) || ended.at + NEAR >= world.now {
                if is_far || is_on_disk {
                    rest.push(change);
                }
                continue;
            }
            if !is_on_disk {
                continue;
            }
            let device = world.tabs[change.tab].device;
            let mut has_everybody = true;
            for other in 0..world.tabs.len() {
                if world.tabs[other].device == device
                    || world.has_heard(other, change.tab, &change.tag, change.at, ended.at)
                {
                    self.raise(other, change.name, change.version);
                } else {
                    has_everybody = false;
                }
            }
            if !has_everybody {
                rest.push(change);
            }
        }
        self.coming = rest;
    }

    /// What anybody was given who ought not to have been; how many were asked, and how many of them were to be given something new.
    pub fn verdict(&self, world: &World) -> Result<(usize, usize), String> {
        let mut strict = 0;
        for (tab, call, name, floor) in &self.asked {
            strict += usize::from(*floor > 1);
            match world.ended(*tab, *call) {
                Some(Outcome::Got { value: Some(value), state, .. }) => {
                    if !value.starts_with(NAMES[*name]) || version(value) < *floor {
                        return Err(format!("tab {tab}, call {call}: {value} {state:?}, at least {floor}"));
                    }
                }
                Some(Outcome::Rejected(_) | Outcome::Failed(_)) => {}
                other => return Err(format!("tab {tab}, call {call}: {other:?}")),
            }
        }
        Ok((self.asked.len(), strict))
    }
}

fn version(value: &str) -> u64 {
    value.rsplit('#').next().and_then(|text| text.parse().ok()).expect("a version")
}
