//! Tabs with a cache each, on one or more devices with a disk each, over one server, a remote tier if there is one, and the channels
//! between tabs and between devices, on a clock that jumps.

use std::collections::{BTreeMap, VecDeque};

use crate::remote::Remote;

use wedsync_dashboard::core::cache::Cache;
use wedsync_dashboard::core::cache::input::{FlightId, Input, RequestId, Settings};
use wedsync_dashboard::core::cache::output::{Ask, Outcome, Slot, Write};
use wedsync_dashboard::core::error::Code;
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::time::Instant;

/// A value: what the server had of a key, by its version there. A fetcher is named by its key, an error by a text.
pub type P = String;

pub const WALL: u64 = 1_790_000_000_000;
/// By how much a device's clock may be ahead or behind.
const SKEW: u64 = 3_600_000;

/// How long things take, in milliseconds, and how often they fail, in per cent.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    pub disk: u64,
    /// How long it takes at least to answer what is read.
    pub silence: u64,
    pub fetch: u64,
    pub message: u64,
    pub reads_fail: u64,
    /// Counters that the disk does not say.
    pub counts_fail: u64,
    pub writes_fail: u64,
    pub fetches_fail: u64,
    /// Of the remote tier: how often it is not reached, and how often it answers too late.
    pub remote_fails: u64,
    pub remote_slow: u64,
    /// How often the disk answers what is read after seconds, or not at all.
    pub disk_slow: u64,
    /// Messages between devices that nobody hears.
    pub lost: u64,
}

pub const NONE: Faults = Faults {
    disk: 3,
    silence: 0,
    fetch: 50,
    message: 2,
    reads_fail: 0,
    counts_fail: 0,
    writes_fail: 0,
    fetches_fail: 0,
    remote_fails: 0,
    remote_slow: 0,
    disk_slow: 0,
    lost: 0,
};

/// How long a message between devices may take, in milliseconds.
pub const FAR: u64 = 40;

pub enum Event {
    Input(usize, u32, Input<P>),
    Written {
        tab: usize,
        life: u32,
        request: RequestId,
        writes: Vec<Write<P>>,
        is_written: bool,
    },
    Fetched {
        tab: usize,
        life: u32,
        flight: FlightId,
        key: String,
        version: u64,
    },
    /// A question has come to the remote tier, which answers after so many milliseconds, if it does.
    Asked {
        tab: usize,
        life: u32,
        request: RequestId,
        ask: Ask<P>,
        answers: Option<u64>,
    },
    /// Another device's message has come to a tab.
    Heard {
        tab: usize,
        life: u32,
        post: usize,
    },
}

/// A message to other devices.
pub struct Post {
    pub from: usize,
    pub at: u64,
    pub text: String,
    /// The tabs that have yet to hear it, and those that never will.
    pub coming: Vec<usize>,
    pub lost: Vec<usize>,
}

/// A device's disk: header and value by key, and counters by tag.
#[derive(Default)]
pub struct Disk {
    pub entries: BTreeMap<String, (String, P)>,
    pub counts: BTreeMap<String, String>,
}

/// How a call has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    pub at: u64,
    pub outcome: Outcome<P>,
}

pub struct Tab {
    pub cache: Cache<P>,
    pub device: usize,
    pub life: u32,
    /// Since when it is this page.
    pub loaded: u64,
    pub table: BTreeMap<String, Slot<P>>,
    pub ended: BTreeMap<u32, Ended>,
    pub flights: BTreeMap<u32, String>,
    pub aborted: u32,
    /// When the disk has last not said what it has.
    pub unread: u64,
    /// What its store still takes for what is on the disk, of keys that another tab has written and of which it has yet to hear.
    pub former: BTreeMap<String, Option<(String, P)>>,
}

/// Who waits for a lock: tab, its life, and for what. The first one has it.
type Waiting = VecDeque<(usize, u32, FlightId)>;

pub struct World {
    pub now: u64,
    pub is_traced: bool,
    pub faults: Faults,
    pub tabs: Vec<Tab>,
    pub disks: Vec<Disk>,
    /// By how much each device's clock is ahead.
    ahead: Vec<u64>,
    pub remote: Option<Remote>,
    pub posts: Vec<Post>,
    /// The key whose values take long to be encoded.
    pub laborious: Option<String>,
    /// The key that no disk takes.
    pub refused: Option<String>,
    /// The key of a value that cannot be stored, and why.
    pub unfit: Option<(String, Code)>,
    /// What the server has, by key.
    pub server: BTreeMap<String, u64>,
    /// How often each key was fetched.
    pub fetched: BTreeMap<String, u32>,
    pub tiers: Vec<(u32, bool, bool)>,
    /// How often a disk was asked for a counter.
    pub counted: u32,
    pub locks: BTreeMap<(usize, String), Waiting>,
    /// Whether the disk may take seconds, of most seeds.
    has_slow_disk: bool,
    queue: BTreeMap<(u64, u64), Event>,
    count: u64,
    pub calls: u32,
    rng: Rng,
}

impl World {
    /// One device, and no remote tier.
    pub fn new(tabs: usize, faults: Faults, seed: u64) -> Self {
        Self::of(&[tabs], false, faults, seed)
    }

    /// Devices with so many tabs each. The clocks of the later ones are ahead or behind.
    pub fn of(devices: &[usize], has_remote: bool, faults: Faults, seed: u64) -> Self {
        let mut world = Self {
            now: 1_000,
            is_traced: false,
            faults,
            tabs: Vec::new(),
            disks: Vec::new(),
            ahead: Vec::new(),
            remote: has_remote.then(Remote::default),
            posts: Vec::new(),
            laborious: None,
            refused: None,
            unfit: None,
            server: BTreeMap::new(),
            fetched: BTreeMap::new(),
            tiers: Vec::new(),
            counted: 0,
            locks: BTreeMap::new(),
            has_slow_disk: !(seed % 7).is_multiple_of(3),
            queue: BTreeMap::new(),
            count: 0,
            calls: 0,
            rng: Rng::new(seed),
        };
        for (device, tabs) in devices.iter().enumerate() {
            world.disks.push(Disk::default());
            let ahead = if device == 0 { SKEW } else { world.rng.up_to(2 * SKEW) };
            world.ahead.push(ahead);
            for _ in 0..*tabs {
                let tab = world.fresh(device, world.tabs.len() as u32);
                world.tabs.push(tab);
            }
        }
        world
    }

    fn fresh(&mut self, device: usize, life: u32) -> Tab {
        let has_remote = self.remote.is_some();
        let settings = Settings { memory: 100_000, has_remote, has_locks: true };
        let mut cache = Cache::new(WALL - SKEW + self.ahead[device], self.rng.split());
        cache.handle(self.at(), Input::Begin(settings));
        Tab {
            cache,
            device,
            life,
            loaded: self.now,
            table: BTreeMap::new(),
            ended: BTreeMap::new(),
            flights: BTreeMap::new(),
            aborted: 0,
            unread: 0,
            former: BTreeMap::new(),
        }
    }

    /// A tab is loaded anew: what it has asked for ends nowhere.
    pub fn reload(&mut self, tab: usize) {
        self.calls += 1_000;
        let (device, life) = (self.tabs[tab].device, self.tabs[tab].life + 1_000);
        self.tabs[tab] = self.fresh(device, life);
        for waiting in self.locks.values_mut() {
            waiting.retain(|(other, _, _)| *other != tab);
        }
        for key in self.locks.keys().cloned().collect::<Vec<_>>() {
            self.next_lock(&key, true);
        }
    }

    pub fn later(&mut self, millis: u64, event: Event) {
        self.count += 1;
        self.queue.insert((self.now + millis, self.count), event);
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        percent > 0 && self.rng.up_to(99) < percent
    }

    pub fn within(&mut self, millis: u64) -> u64 {
        1 + self.rng.up_to(millis)
    }

    pub fn at(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    /// What a tab's wall clock says.
    pub fn wall(&self, tab: usize) -> u64 {
        WALL - SKEW + self.ahead[self.tabs[tab].device] + self.now
    }

    pub fn tell(&mut self, tab: usize, input: Input<P>) {
        let now = self.at();
        if self.is_traced {
            println!("{} {tab} <- {input:?}", self.now);
        }
        self.tabs[tab].cache.handle(now, input);
        while let Some(output) = self.tabs[tab].cache.poll() {
            self.perform(tab, output);
        }
    }

    /// The earliest deadline of any tab.
    fn deadline(&self) -> Option<u64> {
        self.tabs.iter().filter_map(|tab| tab.cache.next_timeout()).map(|(at, _)| at.as_millis()).min()
    }

    /// From now on the disk answers late more often, or less, or fails to say counters, if it is one that does.
    pub fn slow_down(&mut self) {
        if self.has_slow_disk {
            self.faults.disk_slow = self.within(120).saturating_sub(60);
            self.faults.counts_fail = self.within(60).saturating_sub(40);
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, millis: u64) {
        let end = self.now + millis;
        loop {
            let next = self.queue.keys().next().map(|(at, _)| *at);
            let deadline = self.deadline();
            match (next, deadline) {
                (Some(at), _) if at <= end && deadline.is_none_or(|deadline| at <= deadline) => {
                    self.now = self.now.max(at);
                    let (_, event) = self.queue.pop_first().expect("it is there");
                    self.happen(event);
                }
                (_, Some(at)) if at <= end => {
                    self.now = self.now.max(at);
                    for tab in 0..self.tabs.len() {
                        if self.tabs[tab]
                            .cache
                            .next_timeout()
                            .is_some_and(|(at, _)| at.as_millis() <= self.now)
                        {
                            self.tell(tab, Input::Wake);
                        }
                    }
                }
                _ => break,
            }
        }
        self.now = end;
    }
}
