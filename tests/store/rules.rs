//! One rule each.

use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::store::event::Event;
use wedsync_dashboard::core::store::input::{Command, Input, Write};
use wedsync_dashboard::core::store::names::{Kind, Owner};
use wedsync_dashboard::core::store::operation::{Answer, Failure, Operation};
use wedsync_dashboard::core::store::output::{Durability, News, Outcome, Refusal, Trouble};
use wedsync_dashboard::core::store::segment::Encoded;

use crate::acting::empty;
use crate::browser::{Mood, NOT_CLONEABLE, TabId};
use crate::disk::{Base, Value};
use crate::world::{Call, Life, PROJECT, Record, USER, World};

fn world() -> World {
    let mut world = World::new(1, std::env::var("SIM_TRACE").is_ok());
    world.record = Some(Record::default());
    world
}

impl World {
    fn wait(&mut self, millis: u64) {
        self.run_until(self.now + millis);
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

#[test]
fn what_is_written_in_one_turn_is_one_commit() {
    let mut world = world();
    let tab = world.settled_tab();
    world.operations();
    let calls: Vec<_> = (0..5).map(|at| world.put(tab, Kind::Outbox, &format!("a{at}"), false)).collect();
    world.wait(50);
    assert_eq!(appends(&world.operations()), 1);
    for call in calls {
        assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable));
    }
}

#[test]
fn a_transaction_is_no_larger_than_its_limit_unless_one_write_is() {
    let mut world = world();
    let tab = world.settled_tab();
    world.operations();
    for at in 0..40 {
        world.put(tab, Kind::Outbox, &format!("a{at}"), false);
    }
    let large: Vec<_> = (0..20).map(|at| world.value(tab, Kind::Outbox, &format!("b{at}"), false)).collect();
    let large = world.write(tab, Kind::Outbox, large, false);
    world.wait(500);
    assert_eq!(world.outcome(tab, large), Some(&Outcome::Durable));
    for operation in world.operations() {
        if let Operation::Append { segments, .. } = operation {
            let bytes: u32 = segments.iter().map(|segment| segment.bytes()).sum();
            let is_large =
                segments.iter().flat_map(|segment| &segment.entries).all(|entry| entry.key.starts_with('b'));
            assert!(
                bytes <= crate::world::LIMITS.transaction || is_large,
                "{bytes} bytes in one transaction"
            );
        }
    }
    let keys = world.keys(Kind::Outbox);
    let expected: Vec<_> =
        (0..40).map(|at| format!("a{at}")).chain((0..20).map(|at| format!("b{at}"))).collect();
    assert_eq!(keys, expected, "in the order in which they were written");
}

/// Scenario 1.
#[test]
fn a_burst_on_a_dead_handle_waits_for_one_probe_and_one_reopening() {
    let mut world = world();
    let tab = world.settled_tab();
    world.handle(tab, Input::Hidden);
    world.wait(240_000);
    world.browser.kill_handles(tab);
    world.operations();
    world.handle(tab, Input::Visible);
    let calls: Vec<_> = (0..200).map(|at| world.put(tab, Kind::Outbox, &format!("a{at}"), false)).collect();
    world.wait(900);
    for call in calls {
        assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable));
    }
    let all = world.operations();
    let owner = Owner::new(PROJECT, Some(USER));
    let name = owner.database(0, Kind::Outbox);
    let opened: Vec<_> = all
        .iter()
        .filter_map(|operation| match operation {
            Operation::Open { handle, name: opened, .. } if *opened == name => Some(*handle),
            _ => None,
        })
        .collect();
    assert_eq!(opened.len(), 1, "opened again once");
    for operation in &all {
        if let Operation::Append { handle, .. } = operation {
            assert_eq!(*handle, opened[0], "nothing is written through the dead handle");
        }
    }
    let expected: Vec<_> = (0..200).map(|at| format!("a{at}")).collect();
    assert_eq!(world.keys(Kind::Outbox), expected);
}

/// Scenario 1.
#[test]
fn three_failures_are_told_as_memory_and_a_later_success_writes_what_is_held() {
    let mut world = world();
    let tab = world.settled_tab();
    world.browser.mood = Mood { fails: 1_000, ..Mood::default() };
    let first = world.put(tab, Kind::Outbox, "first", false);
    world.wait(8_000);
    assert_eq!(world.tabs[tab].store.status().durability, Durability::Memory);
    assert_eq!(world.outcome(tab, first), Some(&Outcome::Held), "nobody is told that it is durable");
    assert!(world.keys(Kind::Outbox).is_empty());
    let begun = world.now;
    world.browser.heal();
    world.wait(31_000);
    assert_eq!(world.tabs[tab].store.status().durability, Durability::Disk, "{}", world.now - begun);
    assert_eq!(world.keys(Kind::Outbox), ["first"]);
    // The count begins anew: a single failure is not told.
    world.browser.kill_handles(tab);
    let second = world.put(tab, Kind::Outbox, "second", false);
    world.wait(500);
    assert_eq!(world.outcome(tab, second), Some(&Outcome::Durable));
    assert_eq!(world.tabs[tab].store.status().durability, Durability::Disk);
}

/// Scenario 2.
#[test]
fn a_tab_that_sleeps_inside_a_transaction_keeps_nobody_from_writing() {
    let mut world = world();
    let sleeper = world.settled_tab();
    let tab = world.open_tab();
    world.wait(500);
    let mut caught;
    loop {
        caught = format!("theirs at {}", world.now);
        world.put(sleeper, Kind::Outbox, &caught, false);
        world.wait(0);
        world.sleep(sleeper, Life::Stopped);
        if world.browser.next().is_none() {
            break;
        }
        // This time it is not in the middle of one.
        world.wait(50);
        world.thaw(sleeper);
    }
    let before = world.keys(Kind::Outbox).len();
    let begun = world.now;
    let calls: Vec<_> = (0..3)
        .map(|at| {
            let call = world.put(tab, Kind::Outbox, &format!("ours{at}"), false);
            world.wait(300);
            call
        })
        .collect();
    world.run_until(begun + 2_000);
    for call in calls {
        assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable), "durable within two seconds");
    }
    assert_eq!(world.keys(Kind::Outbox).len(), before, "the outbox takes nothing");
    assert_eq!(world.keys(Kind::Spill(1_001)), ["ours0", "ours1", "ours2"]);
    let read = world.get(tab, Kind::Outbox, "ours1");
    assert!(matches!(world.outcome(tab, read), Some(Outcome::Value(Some(_)))), "answered from memory");
    world.wait(60_000);
    world.thaw(sleeper);
    world.wait(40_000);
    let keys = world.keys(Kind::Outbox);
    assert!(keys.contains(&caught), "what the sleeper was about to write is there too");
    let ours: Vec<_> = keys.iter().filter(|key| key.starts_with("ours")).collect();
    assert_eq!(ours, ["ours0", "ours1", "ours2"]);
    assert!(world.keys(Kind::Spill(1_001)).is_empty(), "the spill is empty again");
    let in_order =
        |tab: TabId| world.tabs[tab].store.index(Kind::Outbox).unwrap().slots().cloned().collect::<Vec<_>>();
    let ids = |tab: TabId| in_order(tab).into_iter().map(|(_, slot)| slot.id).collect::<Vec<_>>();
    assert_eq!(ids(tab), ids(sleeper), "both agree on the order");
}

#[test]
fn what_a_dead_tab_has_spilled_is_merged_by_the_leader_and_deleted() {
    let mut world = world();
    let leader = world.settled_tab();
    let tab = world.open_tab();
    world.wait(500);
    let owner = Owner::new(PROJECT, Some(USER));
    let outbox = owner.database(0, Kind::Outbox);
    world.browser.jam(&outbox, leader);
    let calls: Vec<_> = (0..4).map(|at| world.put(tab, Kind::Outbox, &format!("ours{at}"), false)).collect();
    world.wait(2_000);
    for call in calls {
        assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable));
    }
    world.crash(tab);
    world.browser.go_on(leader);
    world.wait(130_000);
    assert_eq!(world.keys(Kind::Outbox), ["ours0", "ours1", "ours2", "ours3"]);
    assert!(!world.browser.disk.bases.contains_key(&*owner.database(0, Kind::Spill(1_001))));
}

#[test]
fn private_mode_works_in_memory_and_says_so() {
    let mut world = world();
    world.browser.is_private.insert(0);
    let tab = world.open_tab();
    let call = world.put(tab, Kind::Outbox, "a", false);
    world.wait(3_000);
    assert_eq!(world.tabs[tab].store.status().durability, Durability::Memory);
    assert_eq!(world.tabs[tab].store.status().outbox, Some(Trouble::Refused));
    assert_eq!(world.outcome(tab, call), Some(&Outcome::Held));
}

#[test]
fn a_database_of_a_newer_build_is_read_and_what_is_enqueued_is_kept_for_it() {
    let mut world = world();
    let tab = world.settled_tab();
    let kept = world.put(tab, Kind::Data, "row", true);
    world.wait(100);
    assert_eq!(world.outcome(tab, kept), Some(&Outcome::Durable));
    let owner = Owner::new(PROJECT, Some(USER));
    for kind in [Kind::Outbox, Kind::Data] {
        world.browser.upgrade(world.now, &owner.database(0, kind), 1);
        world.collect();
    }
    world.wait(500);
    assert_eq!(world.tabs[tab].store.status().data, Some(Trouble::Newer));
    let refused = world.put(tab, Kind::Data, "row", true);
    let read = world.get(tab, Kind::Data, "row");
    let enqueued = world.put(tab, Kind::Outbox, "mutation", false);
    world.wait(2_000);
    assert_eq!(world.outcome(tab, refused), Some(&Outcome::Failed(Refusal::Newer)));
    assert!(matches!(world.outcome(tab, read), Some(Outcome::Value(Some(_)))));
    assert_eq!(world.outcome(tab, enqueued), Some(&Outcome::Durable));
    assert_eq!(world.keys(Kind::Spill(1_000)), ["mutation"], "the newer build's leader merges it");
    assert!(!world.keys(Kind::Outbox).contains(&"mutation".to_owned()));
}

#[test]
fn one_that_not_even_reading_is_safe_of_is_left_alone() {
    let mut world = world();
    let tab = world.settled_tab();
    let owner = Owner::new(PROJECT, Some(USER));
    world.browser.upgrade(world.now, &owner.database(0, Kind::Data), 2);
    world.collect();
    world.wait(500);
    assert_eq!(world.tabs[tab].store.status().data, Some(Trouble::Newer));
    let refused = world.put(tab, Kind::Data, "row", true);
    world.wait(100);
    assert_eq!(world.outcome(tab, refused), Some(&Outcome::Failed(Refusal::Newer)));
}

#[test]
fn space_is_made_of_the_cache_and_only_then_refused() {
    let mut world = world();
    let tab = world.settled_tab();
    world.put(tab, Kind::Cache, "derived", false);
    world.wait(100);
    world.browser.is_full = true;
    world.browser.frees_by_clearing = Some(true);
    let saved = world.put(tab, Kind::Outbox, "saved", false);
    world.wait(900);
    assert_eq!(world.outcome(tab, saved), Some(&Outcome::Durable));
    assert!(world.keys(Kind::Cache).is_empty(), "the cache is given up");
    world.browser.is_full = true;
    world.browser.frees_by_clearing = Some(false);
    let refused = world.put(tab, Kind::Outbox, "refused", false);
    world.wait(900);
    assert_eq!(world.outcome(tab, refused), Some(&Outcome::Failed(Refusal::Quota)));
    world.browser.is_full = false;
    world.put(tab, Kind::Outbox, "next", false);
    world.wait(900);
    let keys = world.keys(Kind::Outbox);
    assert_eq!(keys, ["saved", "next"]);
}

#[test]
fn one_value_that_cannot_be_stored_does_not_keep_the_others() {
    let mut world = world();
    let tab = world.settled_tab();
    let before = world.put(tab, Kind::Outbox, "before", false);
    let bad = world.put(tab, Kind::Outbox, NOT_CLONEABLE, false);
    let after = world.put(tab, Kind::Outbox, "after", false);
    world.wait(500);
    assert_eq!(world.outcome(tab, before), Some(&Outcome::Durable));
    assert_eq!(world.outcome(tab, bad), Some(&Outcome::Failed(Refusal::NotCloneable)));
    assert_eq!(world.outcome(tab, after), Some(&Outcome::Durable));
}

#[test]
fn a_deletion_that_nobody_tells_of_is_noticed_and_what_is_held_is_written_again() {
    let mut world = world();
    let tab = world.settled_tab();
    for at in 0..3 {
        world.put(tab, Kind::Outbox, &format!("a{at}"), false);
        world.wait(50);
    }
    let rows: Vec<_> = (0..12).map(|at| world.put(tab, Kind::Data, &format!("row{at}"), true)).collect();
    world.wait(500);
    for row in rows {
        assert_eq!(world.outcome(tab, row), Some(&Outcome::Durable));
    }
    let held = crate::world::LIMITS.held;
    world.browser.clear_site(world.now, false);
    world.collect();
    world.wait(5_000);
    assert_eq!(world.keys(Kind::Outbox), ["a0", "a1", "a2"], "within five seconds");
    let kept = world.keys(Kind::Data).len();
    let lost: Vec<_> = world.others().iter().filter(|other| matches!(other, News::Lost { .. })).collect();
    let [News::Lost { database: Kind::Data, entries }] = lost[..] else { panic!("{lost:?}") };
    assert_eq!(kept + *entries as usize, 12, "what is not held is counted");
    assert!(kept > 0 && *entries > 0, "{held} bytes are held, {kept} entries");
}

#[test]
fn a_first_read_that_fails_is_no_empty_database() {
    let mut world = world();
    let tab = world.settled_tab();
    world.put(tab, Kind::Data, "row", true);
    world.wait(100);
    world.crash(tab);
    world.browser.mood = Mood { fails: 1_000, ..Mood::default() };
    let tab = world.open_tab();
    let read = world.get(tab, Kind::Data, "row");
    world.wait(2_000);
    assert_eq!(world.outcome(tab, read), None, "not answered as long as nothing is known");
    world.browser.heal();
    world.wait(7_000);
    assert!(
        matches!(world.outcome(tab, read), Some(Outcome::Value(Some(_)))),
        "{:?}",
        world.outcome(tab, read)
    );
}

#[test]
fn a_read_that_gets_no_answer_ends() {
    let mut world = world();
    world.browser.mood = Mood { loses_answer: 1_000, ..Mood::default() };
    let tab = world.open_tab();
    let read = world.get(tab, Kind::Data, "row");
    world.wait(10_000);
    assert_eq!(world.outcome(tab, read), Some(&Outcome::Failed(Refusal::Unavailable)));
}

#[test]
fn blocked_is_told_at_once() {
    let mut world = world();
    world.browser.mood = Mood { is_slow: 1_000, ..Mood::default() };
    let tab = world.open_tab();
    let opening = world.tabs[tab].store.status();
    assert_eq!(opening.outbox, None);
    world.wait(0);
    let mut is_blocked = false;
    for operation in 1..8 {
        let operation = wedsync_dashboard::core::store::operation::OperationId(operation);
        world.handle(tab, Input::Event(Event::Blocked { operation }));
        is_blocked |= world.tabs[tab].store.status().outbox == Some(Trouble::Blocked);
    }
    assert!(is_blocked);
    world.browser.heal();
    world.wait(20_000);
    assert_eq!(world.tabs[tab].store.status().outbox, None, "and is over once it is open");
}

#[test]
fn blocked_is_told_as_long_as_it_is_so() {
    let mut world = world();
    let sleeper = world.settled_tab();
    world.put(sleeper, Kind::Outbox, "a", false);
    world.wait(100);
    world.sleep(sleeper, Life::Frozen);
    let name = Owner::new(PROJECT, Some(USER)).database(0, Kind::Outbox);
    world.browser.upgrade(world.now, &name, 1);
    let tab = world.open_tab();
    world.wait(0);
    for operation in 1..8 {
        let operation = wedsync_dashboard::core::store::operation::OperationId(operation);
        world.handle(tab, Input::Event(Event::Blocked { operation }));
    }
    // The browser says it of the first opening alone. Those that are tried after it wait in silence.
    for _ in 0..40 {
        assert_eq!(world.tabs[tab].store.status().outbox, Some(Trouble::Blocked));
        world.wait(500);
    }
    world.thaw(sleeper);
    world.wait(40_000);
    assert_eq!(world.tabs[tab].store.status().outbox, Some(Trouble::Newer), "and is over once it is open");
}

#[test]
fn damaged_records_are_set_aside_and_survive_compaction() {
    let mut world = world();
    let tab = world.settled_tab();
    for at in 0..4 {
        world.put(tab, Kind::Data, &format!("row{at}"), true);
        world.wait(50);
    }
    let damaged = world.base(Kind::Data).log.keys().nth(2).copied().unwrap();
    world.base(Kind::Data).damaged.push(damaged);
    world.crash(tab);
    let tab = world.settled_tab();
    assert_eq!(world.others(), [News::SetAside { database: Kind::Data, records: 1 }]);
    for at in 0..40 {
        world.put(tab, Kind::Data, &format!("row{}", at % 3), true);
        world.wait(50);
    }
    world.wait(5_000);
    let base = world.base(Kind::Data);
    assert!(base.head.generation > 0, "it has been compacted");
    assert!(base.log.contains_key(&damaged), "what cannot be read is left where it is");
}

#[test]
fn a_hidden_tab_does_not_compact() {
    let mut world = world();
    let tab = world.settled_tab();
    world.handle(tab, Input::Hidden);
    for at in 0..40 {
        world.put(tab, Kind::Data, &format!("row{}", at % 3), true);
        world.wait(50);
    }
    world.wait(10_000);
    assert_eq!(world.base(Kind::Data).head.generation, 0);
    world.handle(tab, Input::Visible);
    world.wait(10_000);
    assert!(world.base(Kind::Data).head.generation > 0);
    assert!(world.base(Kind::Data).log.len() < 10, "forty segments have become few");
}

#[test]
fn the_cache_gives_up_what_has_expired_and_then_what_was_used_longest_ago() {
    let mut world = world();
    let tab = world.settled_tab();
    let put = |world: &mut World, key: &str, expires: u64| {
        let value = match world.value(tab, Kind::Cache, key, false) {
            Write::Put { value, .. } => Encoded { bytes: 120, ..value },
            Write::Remove { .. } => unreachable!(),
        };
        let writes = vec![Write::Put { key: key.into(), value, expires }];
        world.write(tab, Kind::Cache, writes, false);
        world.wait(50);
    };
    put(&mut world, "old", 0);
    put(&mut world, "used", 0);
    put(&mut world, "expired", 1_000_001);
    put(&mut world, "new", 0);
    world.get(tab, Kind::Cache, "used");
    for at in 0..2 {
        put(&mut world, &format!("more{at}"), 0);
    }
    world.wait(200);
    let keys: Vec<_> = world.tabs[tab]
        .store
        .index(Kind::Cache)
        .unwrap()
        .slots()
        .filter(|(_, slot)| matches!(slot.state, wedsync_dashboard::core::store::index::State::Live { .. }))
        .map(|(key, _)| key.to_string())
        .collect();
    assert!(!keys.contains(&"expired".to_owned()), "{keys:?}");
    assert!(keys.contains(&"used".to_owned()), "{keys:?}");
    let (_, live, _) = world.tabs[tab].store.sizes(Kind::Cache);
    assert!(live <= crate::world::LIMITS.cache, "{live} bytes");
}

#[test]
fn a_cold_start_reads_the_directory_and_not_the_log() {
    let mut world = world();
    let tab = world.settled_tab();
    for at in 0..20 {
        world.put(tab, Kind::Data, &format!("row{at}"), true);
        world.wait(30);
    }
    world.wait(5_000);
    let through = world.base(Kind::Data).directory.through;
    assert!(through > 0, "a directory has been written");
    let newcomer = world.open_tab();
    world.wait(200);
    let known = world.tabs[newcomer].store.index(Kind::Data).unwrap().sizes();
    assert_eq!(known, world.tabs[tab].store.index(Kind::Data).unwrap().sizes());
    world.operations();
    let read = world.get(newcomer, Kind::Data, "row7");
    world.wait(100);
    assert!(matches!(world.outcome(newcomer, read), Some(Outcome::Value(Some(_)))));
    let gets: Vec<_> = world
        .operations()
        .into_iter()
        .filter_map(|operation| match operation {
            Operation::Get { segments, .. } => Some(segments.len()),
            _ => None,
        })
        .collect();
    assert_eq!(gets, [1], "one segment is read for one value");
}

#[test]
fn a_page_that_is_put_away_has_nothing_open_and_comes_back() {
    let mut world = world();
    let tab = world.settled_tab();
    world.put(tab, Kind::Outbox, "a", false);
    world.wait(100);
    world.put(tab, Kind::Outbox, "b", false);
    world.handle(tab, Input::Suspend);
    world.wait(100);
    assert_eq!(world.browser.open_connections(), 0);
    assert!(world.browser.held_locks().is_empty());
    world.handle(tab, Input::Resume);
    world.wait(1_000);
    assert_eq!(world.keys(Kind::Outbox), ["a", "b"], "once each");
    assert_eq!(world.browser.held_locks().len(), 1);
}

#[test]
fn a_wipe_leaves_nothing_and_binds_a_tab_that_sleeps() {
    let mut world = world();
    let tab = world.settled_tab();
    let sleeper = world.open_tab();
    world.wait(500);
    world.put(sleeper, Kind::Outbox, "theirs", false);
    world.put(tab, Kind::Outbox, "ours", false);
    world.wait(100);
    world.sleep(sleeper, Life::Frozen);
    let wipe = world.call(tab, Command::Wipe, Call { is_wipe: true, ..empty() });
    world.wait(6_000);
    assert_eq!(
        world.outcome(tab, wipe),
        Some(&Outcome::Wiped { is_marked: true, is_complete: false }),
        "the sleeper holds its databases open"
    );
    for base in world.browser.disk.bases.values() {
        assert!(base.log.is_empty(), "but they are empty");
    }
    world.handle(tab, Input::Start);
    world.handle(tab, Input::Open);
    world.tabs[tab].is_ended = false;
    let new = world.put(tab, Kind::Outbox, "new", false);
    world.wait(500);
    assert_eq!(world.outcome(tab, new), Some(&Outcome::Durable), "the same user begins again at once");
    world.thaw(sleeper);
    world.wait(2_000);
    assert!(world.tabs[sleeper].is_ended);
    world.crown(tab);
    world.wait(70_000);
    assert_eq!(world.keys(Kind::Outbox), ["new"]);
    let names: Vec<_> = world.browser.disk.bases.keys().filter(|name| name.contains("/0/")).collect();
    assert!(names.is_empty(), "{names:?} are left");
}

#[test]
fn an_act_of_a_former_leader_is_refused_though_it_was_committed() {
    let mut world = world();
    let former = world.settled_tab();
    let leader = world.open_tab();
    world.wait(500);
    world.sleep(former, Life::Frozen);
    world.crown(leader);
    world.wait(500);
    // It thaws, and does not know of anything yet.
    world.tabs[former].life = Life::Awake;
    let act = world.put(former, Kind::Data, "row", true);
    world.wait(500);
    assert_eq!(world.outcome(former, act), Some(&Outcome::Failed(Refusal::NotLeading)));
    for tab in [former, leader] {
        assert!(world.tabs[tab].store.index(Kind::Data).unwrap().slot("row").is_none());
    }
}

#[test]
fn an_answer_that_comes_after_it_was_given_up_changes_nothing() {
    let mut world = world();
    let tab = world.settled_tab();
    world.browser.mood = Mood { loses_answer: 1_000, ..Mood::default() };
    let call = world.put(tab, Kind::Data, "row", true);
    world.wait(100);
    assert_eq!(world.outcome(tab, call), None, "committed, but nobody said so");
    world.browser.heal();
    world.wait(5_200);
    assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable), "found in the log");
    let keys = world.keys(Kind::Data);
    assert_eq!(keys, ["row"], "and not written twice");
    for operation in 0..200 {
        let operation = wedsync_dashboard::core::store::operation::OperationId(operation);
        let result = Err(Failure::Dead);
        world.handle(tab, Input::Event(Event::Done { operation, result }));
        let result = Ok(Answer::Appended { first: 1, last: 1 });
        world.handle(tab, Input::Event(Event::Done { operation, result }));
    }
    world.wait(1_000);
    assert_eq!(world.keys(Kind::Data), ["row"]);
}

#[test]
fn a_removal_stays_as_long_as_the_log_has_behind_it_what_it_hides() {
    let mut world = world();
    let leader = world.settled_tab();
    let maker = world.open_tab();
    world.wait(500);
    world.put(maker, Kind::Outbox, "hidden", false);
    world.wait(100);
    // It sleeps through the removal, and through the clearing of the site's data.
    world.sleep(maker, Life::Frozen);
    world.write(leader, Kind::Outbox, vec![Write::Remove { key: "hidden".into() }], false);
    world.wait(100);
    world.browser.clear_site(world.now, true);
    world.collect();
    world.wait(1_000);
    // So much lies between the two that they are not compacted together.
    world.handle(leader, Input::Hidden);
    churn(&mut world, leader, 20);
    world.thaw(maker);
    world.wait(1_000);
    let keys = world.keys(Kind::Outbox);
    let hidden: Vec<_> = (0..keys.len()).filter(|at| keys[*at] == "hidden").collect();
    assert_eq!(hidden.len(), 2, "the removal, and behind it what it removes: {keys:?}");
    world.handle(leader, Input::Visible);
    churn(&mut world, leader, 20);
    world.wait(10_000);
    assert!(world.base(Kind::Outbox).head.generation > 0, "it has been compacted");
    let newcomer = world.open_tab();
    world.wait(500);
    let read = world.get(newcomer, Kind::Outbox, "hidden");
    assert_eq!(world.outcome(newcomer, read), Some(&Outcome::Value(None)));
}

#[test]
fn removals_are_forgotten_once_nothing_can_come_of_what_they_removed() {
    let mut world = world();
    let tab = world.settled_tab();
    churn(&mut world, tab, 60);
    world.wait(10_000);
    let known = world.tabs[tab].store.index(Kind::Outbox).unwrap().slots().count();
    assert!(known < 10, "{known} removals are kept");
    assert!(world.base(Kind::Outbox).log.len() < 10);
}

#[test]
fn without_web_locks_a_spill_is_merged_too_and_a_living_tab_loses_nothing_by_it() {
    let mut world = world();
    world.browser.has_locks = false;
    let leader = world.settled_tab();
    let tab = world.open_tab();
    world.wait(500);
    let outbox = Owner::new(PROJECT, Some(USER)).database(0, Kind::Outbox);
    world.browser.jam(&outbox, leader);
    world.put(tab, Kind::Outbox, "a", false);
    world.wait(2_000);
    assert_eq!(world.keys(Kind::Spill(1_001)), ["a"]);
    world.sleep(tab, Life::Frozen);
    world.browser.go_on(leader);
    world.wait(130_000);
    assert_eq!(world.keys(Kind::Outbox), ["a"]);
    world.thaw(tab);
    world.put(tab, Kind::Outbox, "b", false);
    world.wait(130_000);
    let index = world.tabs[tab].store.index(Kind::Outbox).unwrap();
    let keys: Vec<_> = index.slots().map(|(key, _)| &**key).collect();
    assert_eq!(keys, ["a", "b"]);
}

#[test]
fn what_was_spilled_is_spilled_again_if_the_spill_is_gone() {
    let mut world = world();
    let leader = world.settled_tab();
    let tab = world.open_tab();
    world.wait(500);
    let owner = Owner::new(PROJECT, Some(USER));
    world.browser.jam(&owner.database(0, Kind::Outbox), leader);
    world.put(tab, Kind::Outbox, "a", false);
    world.wait(2_000);
    assert_eq!(world.keys(Kind::Spill(1_001)), ["a"]);
    world.browser.lose(&owner.database(0, Kind::Spill(1_001)));
    world.collect();
    world.wait(1_000);
    assert_eq!(world.keys(Kind::Spill(1_001)), ["a"]);
}

#[test]
fn what_may_be_stored_is_never_refused_for_good() {
    let mut world = world();
    let leader = world.settled_tab();
    let tab = world.open_tab();
    world.wait(500);
    let owner = Owner::new(PROJECT, Some(USER));
    world.browser.jam(&owner.database(0, Kind::Outbox), leader);
    let call = world.put(tab, Kind::Outbox, "a", false);
    // The spill takes it, but its answer is lost.
    world.browser.silent = Some(owner.database(0, Kind::Spill(1_001)).to_string());
    world.wait(2_000);
    assert_eq!(world.keys(Kind::Spill(1_001)), ["a"]);
    assert_eq!(world.outcome(tab, call), None);
    world.browser.silent = None;
    world.browser.is_full = true;
    world.browser.frees_by_clearing = Some(false);
    world.browser.go_on(leader);
    world.wait(15_000);
    let outcome = world.outcome(tab, call);
    assert!(matches!(outcome, Some(Outcome::Held | Outcome::Durable)), "{outcome:?}");
    world.browser.is_full = false;
    world.wait(61_000);
    assert_eq!(world.keys(Kind::Outbox), ["a"]);
}
