//! What applications and fate do to tabs.

use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::store::input::{Command, Input, Write};
use wedsync_dashboard::core::store::names::{Kind, Owner};
use wedsync_dashboard::core::store::segment::Encoded;

use crate::browser::{Mood, TabId};
use crate::disk::Value;
use crate::truth::Put;
use crate::world::{Call, Life, PROJECT, USER, World};

impl World {
    pub fn chance(&mut self, thousandths: u64) -> bool {
        self.rng.up_to(999) < thousandths
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let last = from.len().checked_sub(1)?;
        from.get(self.rng.up_to(last as u64) as usize).copied()
    }

    pub fn value(&mut self, tab: TabId, database: Kind, key: &str, is_leaders: bool) -> Write<Value> {
        self.next_value += 1;
        let value = self.next_value;
        let put = Put {
            database,
            key: key.to_owned(),
            tab,
            at: self.now,
            is_leaders,
            is_durable: false,
            is_held: false,
            is_refused: false,
            is_void: false,
        };
        self.truth.puts.insert(value, put);
        let bytes = 10 + self.rng.up_to(90) as u32;
        Write::Put { key: key.into(), value: Encoded { value, bytes }, expires: 0 }
    }

    pub fn write(
        &mut self,
        tab: TabId,
        database: Kind,
        writes: Vec<Write<Value>>,
        is_leaders: bool,
    ) -> CallId {
        let mut call = empty();
        for write in &writes {
            match write {
                Write::Put { value, .. } => call.puts.push(value.value),
                Write::Remove { key } => call.removals.push(key.to_string()),
            }
        }
        self.call(tab, Command::Write { database, writes, is_leaders }, call)
    }

    /// How many are written together: sometimes more than one segment takes, or one transaction.
    fn together(&mut self) -> u64 {
        match self.rng.up_to(99) {
            0..20 => 2,
            20..25 => 3 + self.rng.up_to(12),
            _ => 1,
        }
    }

    /// Something new goes into the outbox, under an id of its own; sometimes several that belong together.
    pub fn enqueue(&mut self, tab: TabId) -> CallId {
        let writes = (0..self.together())
            .map(|_| {
                let key = format!("m{}", self.next_value + 1);
                self.value(tab, Kind::Outbox, &key, false)
            })
            .collect();
        self.write(tab, Kind::Outbox, writes, false)
    }

    fn remove(&mut self, tab: TabId) {
        let keys: Vec<_> = self.truth.puts.iter().filter(|(_, put)| put.database == Kind::Outbox).collect();
        // Recent ones, so that what is still in somebody's spill is removed too.
        let keys: Vec<String> = keys.into_iter().rev().take(12).map(|(_, put)| put.key.clone()).collect();
        let last = keys.len().saturating_sub(1) as u64;
        let Some(key) = keys.get(self.rng.up_to(last) as usize).cloned() else { return };
        let is_leaders = self.tabs[tab].leads && self.chance(500);
        self.truth.removals.insert(key.clone());
        self.write(tab, Kind::Outbox, vec![Write::Remove { key: key.as_str().into() }], is_leaders);
    }

    fn change(&mut self, tab: TabId, database: Kind) {
        let is_leaders = database == Kind::Data;
        let mut writes = Vec::new();
        for _ in 0..self.together() {
            let key = self.name();
            writes.push(if self.chance(150) {
                Write::Remove { key: key.as_str().into() }
            } else {
                self.value(tab, database, &key, is_leaders)
            });
        }
        self.write(tab, database, writes, is_leaders);
    }

    /// The name of a value: few of many, so that some are changed often, and there are more than one read takes.
    fn name(&mut self) -> String {
        let last = if self.chance(600) { 9 } else { 39 };
        format!("k{}", self.rng.up_to(last))
    }

    fn read(&mut self, tab: TabId) {
        let database = self.pick(&[Kind::Outbox, Kind::Data, Kind::Cache]).unwrap();
        let key = match database {
            _ if self.chance(250) => None,
            Kind::Outbox => Some(format!("m{}", 1 + self.rng.up_to(self.next_value))),
            _ => Some(self.name()),
        };
        self.ask(tab, database, key);
    }

    /// The value of a key is read, or all.
    pub fn ask(&mut self, tab: TabId, database: Kind, key: Option<String>) {
        let command = match &key {
            Some(key) if self.chance(300) => Command::Latest { database, key: key.as_str().into() },
            Some(key) => Command::Get { database, key: key.as_str().into() },
            None => Command::All { database },
        };
        let call = Call { reads: Some((database, key)), ..empty() };
        self.call(tab, command, call);
    }

    /// An application does something.
    pub fn act(&mut self) {
        let awake: Vec<_> = self.awake().into_iter().filter(|tab| !self.tabs[*tab].is_ended).collect();
        let Some(tab) = self.pick(&awake) else { return };
        match self.rng.up_to(99) {
            0..38 => {
                self.enqueue(tab);
            }
            38..55 => self.remove(tab),
            55..70 => {
                let leaders: Vec<_> = awake.iter().copied().filter(|tab| self.tabs[*tab].leads).collect();
                let leader = self.pick(&leaders);
                self.change(leader.unwrap_or(tab), Kind::Data);
            }
            70..80 => self.change(tab, Kind::Cache),
            80..97 => self.read(tab),
            _ => {
                for _ in 0..20 {
                    self.enqueue(tab);
                }
            }
        }
    }

    /// Those who have lost everything begin again; there is a leader again.
    pub fn tend(&mut self) {
        for tab in self.awake() {
            if self.tabs[tab].is_ended && self.chance(400) {
                self.say(|| format!("tab {tab} begins again"));
                self.tabs[tab].is_ended = false;
                self.handle(tab, Input::Start);
                self.handle(tab, Input::Open);
            }
        }
        let is_held = self.holder.is_some_and(|tab| self.tabs[tab].leads || self.tabs[tab].drawing);
        if !is_held && self.chance(700) {
            let awake = self.awake();
            if let Some(tab) = self.pick(&awake) {
                self.holder = self.holder.filter(|holder| *holder != tab);
                self.crown(tab);
            }
        }
    }

    /// Fate strikes.
    pub fn strike(&mut self) {
        let awake = self.awake();
        let all: Vec<_> = (0..self.tabs.len()).filter(|tab| self.tabs[*tab].life != Life::Dead).collect();
        let Some(tab) = self.pick(&all) else { return };
        let life = self.tabs[tab].life;
        match self.rng.up_to(99) {
            0..8 if life != Life::Away => {
                self.count("crashes");
                self.crash(tab);
            }
            8..22 if life == Life::Awake => self.sleep(tab, Life::Frozen),
            22..36 if life == Life::Awake => {
                self.count("stops");
                self.sleep(tab, Life::Stopped);
            }
            36..42 if life == Life::Awake => {
                self.handle(tab, Input::Suspend);
                self.sleep(tab, Life::Away);
                if self.holder == Some(tab) {
                    self.holder = None;
                    self.tabs[tab].leads = false;
                    // It gives back the lock itself.
                    self.handle(tab, Input::NotLeading);
                }
            }
            42..50 => {
                // A steal.
                if let Some(tab) = self.pick(&awake) {
                    self.count("steals");
                    self.crown(tab);
                }
            }
            50..56 => {
                self.count("dead handles");
                self.browser.kill_handles(tab);
            }
            56..62 => self.browser.is_full = true,
            62..66 => {
                self.browser.is_private.insert(tab);
            }
            66..72 => {
                let (fails, loses, slow) = (self.rng.up_to(200), self.rng.up_to(200), self.rng.up_to(200));
                self.browser.mood = Mood { fails, loses_answer: loses, is_slow: slow };
                self.loss = self.rng.up_to(500);
            }
            72..84 => {
                self.browser.heal();
                self.loss = 0;
            }
            84..90 => {
                let is_hidden = !self.tabs[tab].is_hidden;
                if life == Life::Awake {
                    self.tabs[tab].is_hidden = is_hidden;
                    self.handle(tab, if is_hidden { Input::Hidden } else { Input::Visible });
                }
            }
            90..94 if self.tabs.len() < 7 => {
                self.open_tab();
            }
            94..96 if life == Life::Awake && !self.tabs[tab].is_ended && self.chance(600) => {
                let spares_pending = self.rng.up_to(1) == 0;
                self.call(tab, Command::Wipe { spares_pending }, Call { is_wipe: true, ..empty() });
            }
            96..98 if self.chance(400) => {
                self.count("clears");
                self.truth.last_clear = Some(self.now);
                if self.chance(300) {
                    self.lose_one();
                } else {
                    let tells = self.chance(600);
                    self.say(|| format!("the site's data are cleared, {tells}"));
                    self.browser.clear_site(self.now, tells);
                }
                self.collect();
            }
            98 if self.chance(150) => {
                self.count("upgrades");
                self.truth.is_upgraded = true;
                let kind = self.pick(&[Kind::Outbox, Kind::Data, Kind::Cache]).unwrap();
                let owner = Owner::new(PROJECT, Some(USER));
                let mark = self.browser.disk.marks.get(&*owner.mark()).copied().unwrap_or(0);
                let oldest = 1 + self.rng.up_to(1) as u32;
                self.browser.upgrade(self.now, &owner.database(mark, kind), oldest);
                self.collect();
            }
            _ => {}
        }
    }

    /// One database is deleted, as by the developer's tools.
    fn lose_one(&mut self) {
        let names: Vec<_> = self.browser.disk.bases.keys().cloned().collect();
        let last = names.len().saturating_sub(1) as u64;
        let Some(name) = names.get(self.rng.up_to(last) as usize) else { return };
        self.say(|| format!("{name} is deleted"));
        self.browser.lose(name);
    }

    /// Sleepers wake sooner or later.
    pub fn wake_some(&mut self, thousandths: u64) {
        for tab in 0..self.tabs.len() {
            if !self.chance(thousandths) {
                continue;
            }
            match self.tabs[tab].life {
                Life::Frozen | Life::Stopped => self.thaw(tab),
                Life::Away => {
                    self.say(|| format!("tab {tab} is back"));
                    self.tabs[tab].life = Life::Awake;
                    self.handle(tab, Input::Resume);
                }
                _ => {}
            }
        }
    }
}

pub fn empty() -> Call {
    Call { since: 0, puts: Vec::new(), removals: Vec::new(), reads: None, is_wipe: false, has_slept: false }
}
