//! What may happen to tabs, and what each of them may be given then.

use std::collections::BTreeMap;

use crate::asking::{fetching, keeping, key};
use crate::world::World;
use proptest::prelude::*;
use wedsync_dashboard::core::cache::input::{Command, Input};
use wedsync_dashboard::core::cache::output::Outcome;
use wedsync_dashboard::core::cache::policy::Fetching;

/// For so long a message or a notice of the disk's may be under way in a device.
const NEAR: u64 = 50;
/// After so many milliseconds everything is known that was asked for.
const SETTLED: u64 = 60_000;

pub const NAMES: [&str; 4] = ["a", "b", "c\"]", "婚"];

#[derive(Clone, Debug)]
pub enum Act {
    Wait(u64),
    Fetch(usize, usize),
    /// The server's value changes, no cache is told, and a tab fetches whatever there is.
    Refresh(usize, usize),
    Set(usize, usize),
    /// Two keys at once.
    Warm(usize, usize),
    /// The server's value changes, and the key is removed.
    Delete(usize, usize),
    /// All of the server's values change, and the supplier's entries are invalidated.
    Invalidate(usize),
    Reload(usize),
    Gap(usize),
    /// A component that shows a key is mounted, or unmounted.
    Show(usize, usize),
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
        4 => (tab.clone(), name.clone()).prop_map(|(tab, name)| Act::Refresh(tab, name)),
        3 => (tab.clone(), name.clone()).prop_map(|(tab, name)| Act::Set(tab, name)),
        1 => (tab.clone(), name.clone()).prop_map(|(tab, name)| Act::Warm(tab, name)),
        3 => (tab.clone(), name.clone()).prop_map(|(tab, name)| Act::Delete(tab, name)),
        4 => (tab.clone(), name).prop_map(|(tab, name)| Act::Show(tab, name)),
        2 => tab.clone().prop_map(Act::Invalidate),
        1 => tab.clone().prop_map(Act::Reload),
        3 => tab.prop_map(Act::Gap),
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
    /// What each tab shows, and since when.
    shown: BTreeMap<(usize, usize), u64>,
    /// What a tab has shown that was older than what it was given before.
    shows_older: Option<String>,
    /// Tab, call, key, the lowest version that it may be given, and when it was asked for.
    asked: Vec<(usize, u32, usize, u64, u64)>,
    /// Tab, call and key of every change that was told, and when it began.
    changes: Vec<(usize, u32, usize, u64)>,
}

impl Model {
    pub fn act(&mut self, world: &mut World, act: Act) {
        self.settle(world);
        match act {
            Act::Wait(millis) => {
                world.wait(millis);
                if millis > SETTLED && self.shows_older.is_none() {
                    self.shows_older = self.is_shown(world).err();
                }
            }
            Act::Fetch(tab, name) => self.fetch(world, tab, name, false),
            Act::Refresh(tab, name) => {
                world.change(NAMES[name]);
                self.fetch(world, tab, name, true);
            }
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
                self.shown.retain(|(other, _), _| *other != tab);
                world.reload(tab);
            }
            Act::Gap(tab) => world.tell(tab, Input::Gap),
            Act::Show(tab, name) => {
                if self.shown.remove(&(tab, name)).is_some() {
                    world.tell(tab, Input::Unwatch { key: NAMES[name].into() });
                } else {
                    self.shown.insert((tab, name), world.now);
                    world.tell(tab, Input::Watch { key: key(NAMES[name]) });
                }
            }
            Act::Fail([reads, writes, fetches, far, slow]) => {
                let faults = &mut world.faults;
                (faults.reads_fail, faults.writes_fail, faults.fetches_fail) = (reads, writes, fetches);
                (faults.remote_fails, faults.remote_slow) = (far, slow);
                world.slow_down();
            }
        }
    }

    pub fn fetch(&mut self, world: &mut World, tab: usize, name: usize, is_forced: bool) {
        let floor = self.floors.get(&(tab, name)).copied().unwrap_or_default();
        let call = world.fetch_with(tab, NAMES[name], Fetching { is_forced, ..fetching() });
        self.asked.push((tab, call, name, floor, world.now));
    }

    fn raise(&mut self, tab: usize, name: usize, version: u64) {
        let floor = self.floors.entry((tab, name)).or_default();
        *floor = (*floor).max(version);
    }

    /// What a tab changes from now on, others will have heard of once the call has resolved. Which of two comes last that have not
    /// heard of each other nobody knows: where another tab is setting a value, that may be the one.
    fn change(&mut self, world: &World, tab: usize, call: u32, name: usize, is_set: bool, kind: &str) {
        let version = world.server[NAMES[name]];
        self.changes.push((tab, call, name, world.now));
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

    /// Whether anybody has changed a key meanwhile: whether that or what was fetched is newer nobody knows.
    fn is_changed(&self, world: &World, name: usize, from: u64, until: u64) -> bool {
        self.changes.iter().filter(|(_, _, changed, at)| *changed == name && *at <= until).any(
            |(tab, call, ..)| world.tabs[*tab].ended.get(call).is_none_or(|ended| ended.at + NEAR >= from),
        )
    }

    /// What has resolved long enough ago that everybody has heard.
    fn settle(&mut self, world: &World) {
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
                // The disk may have refused what the page before has heard.
                let is_same_page = world.tabs[other].loaded <= change.at;
                if world.tabs[other].device == device
                    || is_same_page && world.has_heard(other, change.tab, &change.tag, change.at, ended.at)
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
        if let Some(shown) = &self.shows_older {
            return Err(shown.clone());
        }
        let mut strict = 0;
        for (tab, call, name, floor, _) in &self.asked {
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

    /// Nobody shows anything any more.
    pub fn show_nothing(&mut self, world: &mut World) {
        for (tab, name) in std::mem::take(&mut self.shown).into_keys() {
            world.tell(tab, Input::Unwatch { key: NAMES[name].into() });
        }
    }

    /// What a tab shows is not older than what it was given meanwhile, once everything is known.
    pub fn is_shown(&self, world: &World) -> Result<(), String> {
        // What another device has shared is shown in the place of what nobody has kept.
        if world.remote.is_some() {
            return Ok(());
        }
        for (tab, call, name, _, at) in self.asked.iter().filter(|(_, _, name, ..)| !self.disputed[*name]) {
            let Some(ended) = world.tabs[*tab].ended.get(call) else { continue };
            let Outcome::Got { value: Some(given), .. } = &ended.outcome else { continue };
            if self.shown.get(&(*tab, *name)).is_none_or(|since| *since > ended.at)
                // What it brought is not kept where the disk does not say what it has.
                || world.tabs[*tab].unread >= *at
                || self.is_changed(world, *name, *at, ended.at)
            {
                continue;
            }
            let slot = world.tabs[*tab].table.get(NAMES[*name]);
            if let Some(shown) = slot.and_then(|slot| slot.value.as_ref())
                && version(shown) < version(given)
            {
                return Err(format!("tab {tab} was given {given} and shows {shown}"));
            }
        }
        Ok(())
    }
}

fn version(value: &str) -> u64 {
    value.rsplit('#').next().and_then(|text| text.parse().ok()).expect("a version")
}
