//! One rule each.

mod compacting;
mod evicting;
mod failing;
mod leaving;
mod reading;
mod space;
mod spilling;
mod writing;

use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::store::event::Event;
use wedsync_dashboard::core::store::index::State;
use wedsync_dashboard::core::store::input::{Command, Input, Write};
use wedsync_dashboard::core::store::names::{Kind, Owner};
use wedsync_dashboard::core::store::operation::{Answer, Failure, Operation};
use wedsync_dashboard::core::store::output::{Durability, News, Outcome, Refusal, Trouble};
use wedsync_dashboard::core::store::segment::{Encoded, Head};

use crate::acting::empty;
use crate::browser::{Mood, NOT_CLONEABLE, TabId};
use crate::disk::{Base, Value};
use crate::world::{Call, LIMITS, Life, PROJECT, Record, USER, World};

fn world() -> World {
    let mut world = World::new(1, std::env::var("SIM_TRACE").is_ok());
    world.record = Some(Record::default());
    world
}

impl World {
    fn wait(&mut self, millis: u64) {
        self.run_until(self.now + millis);
    }

    /// Waits for what happens within seconds.
    fn wait_until(&mut self, mut has_happened: impl FnMut(&mut Self) -> bool) {
        for _ in 0..10_000 {
            if has_happened(self) {
                return;
            }
            self.wait(1);
        }
        panic!("it does not happen");
    }

    /// A tab that has been there for a while, and leads.
    fn settled_tab(&mut self) -> TabId {
        let tab = self.open_tab();
        self.wait(100);
        self.crown(tab);
        self.wait(500);
        tab
    }

    fn outcome(&self, tab: TabId, call: CallId) -> Option<&Outcome<Value>> {
        let outcomes = &self.record.as_ref().unwrap().outcomes;
        outcomes.iter().find(|(of, id, _)| (*of, *id) == (tab, call)).map(|(.., outcome)| outcome)
    }

    fn operations(&mut self) -> Vec<Operation<Value>> {
        let operations = &mut self.record.as_mut().unwrap().operations;
        std::mem::take(operations).into_iter().map(|(_, operation)| operation).collect()
    }

    fn others(&self) -> &[News<Value>] {
        &self.record.as_ref().unwrap().others
    }

    fn base(&mut self, kind: Kind) -> &mut Base {
        let owner = Owner::new(PROJECT, Some(USER));
        let mark = self.browser.disk.marks.get(&*owner.mark()).copied().unwrap_or(0);
        self.browser.disk.bases.get_mut(&*owner.database(mark, kind)).expect("a database")
    }

    fn get(&mut self, tab: TabId, database: Kind, key: &str) -> CallId {
        let reads = Some((database, Some(key.to_owned())));
        self.call(tab, Command::Get { database, key: key.into() }, Call { reads, ..empty() })
    }

    fn put(&mut self, tab: TabId, database: Kind, key: &str, is_leaders: bool) -> CallId {
        let write = self.value(tab, database, key, is_leaders);
        self.write(tab, database, vec![write], is_leaders)
    }

    fn keys(&mut self, kind: Kind) -> Vec<String> {
        let entries = self.base(kind).log.values().flat_map(|segment| &segment.entries);
        entries.map(|entry| entry.key.to_string()).collect()
    }
}

/// What the databases of this kind are called before anything was wiped.
fn name(kind: Kind) -> String {
    Owner::new(PROJECT, Some(USER)).database(0, kind).to_string()
}

/// A leader that sleeps inside a transaction of the outbox, and another tab.
fn jammed() -> (World, TabId, TabId) {
    let mut world = world();
    let leader = world.settled_tab();
    let tab = world.open_tab();
    world.wait(500);
    world.browser.jam(&name(Kind::Outbox), leader);
    (world, leader, tab)
}

/// A leader's writes, each of which but three is worth nothing any more.
fn waste(world: &mut World, leader: TabId) {
    for at in 0..40 {
        world.put(leader, Kind::Data, &format!("row{}", at % 3), true);
        world.wait(50);
    }
}

fn appends(operations: &[Operation<Value>]) -> usize {
    operations.iter().filter(|operation| matches!(operation, Operation::Append { .. })).count()
}

/// Entries come and are removed by the leader.
fn churn(world: &mut World, leader: TabId, count: u32) {
    for _ in 0..count {
        let key = format!("m{}", world.next_value + 1);
        world.put(leader, Kind::Outbox, &key, false);
        world.wait(30);
        world.write(leader, Kind::Outbox, vec![Write::Remove { key: key.as_str().into() }], true);
        world.wait(30);
    }
}
