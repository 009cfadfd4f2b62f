//! How logs are kept small, and what may be dropped of them.

use wedsync_dashboard::core::store::index::{Index, Order};
use wedsync_dashboard::core::store::segment::{Content, Entry, EntryId, Segment};

use super::*;

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
    waste(&mut world, tab);
    world.wait(5_000);
    let base = world.base(Kind::Data);
    assert!(base.head.generation > 0, "it has been compacted");
    assert!(base.log.contains_key(&damaged), "what cannot be read is left where it is");
}

/// Twenty rows, and the leader that has written a directory of them.
fn listed() -> (World, TabId) {
    let mut world = world();
    let tab = world.settled_tab();
    for at in 0..20 {
        world.put(tab, Kind::Data, &format!("row{at}"), true);
        world.wait(30);
    }
    world.wait(5_000);
    assert!(world.base(Kind::Data).directory.through > 0, "a directory has been written");
    (world, tab)
}

#[test]
fn a_directory_that_is_damaged_costs_the_reading_of_the_log_and_nothing_else() {
    let (mut world, tab) = listed();
    world.base(Kind::Data).is_directory_damaged = true;
    world.crash(tab);
    let tab = world.settled_tab();
    assert_eq!(world.others(), [News::SetAside { database: Kind::Data, records: 1 }], "told once");
    assert_eq!(world.tabs[tab].store.status().data, None);
    assert_eq!(world.tabs[tab].store.sizes(Kind::Data).0, 20);
    let read = world.get(tab, Kind::Data, "row7");
    world.wait(100);
    assert!(matches!(world.outcome(tab, read), Some(Outcome::Value(Some(_)))));
    world.wait(5_000);
    assert!(!world.base(Kind::Data).is_directory_damaged, "the leader has written another one");
}

#[test]
fn a_head_that_is_damaged_costs_nothing_that_the_log_says() {
    let mut world = world();
    let tab = world.settled_tab();
    for kind in [Kind::Outbox, Kind::Data] {
        world.put(tab, kind, "row", false);
    }
    waste(&mut world, tab);
    world.wait(5_000);
    let epoch = world.base(Kind::Outbox).log.values().map(|segment| segment.epoch).max();
    for kind in [Kind::Outbox, Kind::Data, Kind::Epoch] {
        world.base(kind).head = Head::default();
    }
    world.crash(tab);
    let tab = world.settled_tab();
    assert!(world.tabs[tab].leads);
    for database in [Kind::Outbox, Kind::Data, Kind::Epoch] {
        let told = News::SetAside { database, records: 1 };
        assert_eq!(world.others().iter().filter(|other| **other == told).count(), 1, "{database:?}");
    }
    for kind in [Kind::Outbox, Kind::Data] {
        let read = world.get(tab, kind, "row");
        world.wait(50);
        assert!(matches!(world.outcome(tab, read), Some(Outcome::Value(Some(_)))), "{kind:?}");
    }
    let written = world.put(tab, Kind::Outbox, "next", true);
    world.wait(100);
    assert_eq!(world.outcome(tab, written), Some(&Outcome::Durable));
    let next = world.base(Kind::Outbox).log.values().map(|segment| segment.epoch).max();
    assert!(next > epoch, "an epoch above those of before: {next:?}");
    waste(&mut world, tab);
    world.wait(5_000);
    assert!(world.base(Kind::Data).head.generation > 0, "it is compacted");
}

#[test]
fn what_is_written_while_the_removal_before_it_is_dropped_is_kept() {
    // In some of these histories the answer to the write comes before that to the compaction.
    for seed in 0..100 {
        let mut world = World::new(seed, false);
        world.record = Some(Record::default());
        let tab = world.settled_tab();
        world.handle(tab, Input::Hidden);
        world.put(tab, Kind::Data, "row", true);
        world.wait(50);
        world.write(tab, Kind::Data, vec![Write::Remove { key: "row".into() }], true);
        world.wait(50);
        waste(&mut world, tab);
        world.operations();
        world.handle(tab, Input::Visible);
        let compacts = |one: &Operation<Value>| matches!(one, Operation::Compact { .. });
        world.wait_until(|world| world.operations().iter().any(compacts));
        let again = world.put(tab, Kind::Data, "row", true);
        world.wait(5_000);
        assert_eq!(world.outcome(tab, again), Some(&Outcome::Durable));
        let newcomer = world.open_tab();
        world.wait(500);
        for tab in [tab, newcomer] {
            let read = world.get(tab, Kind::Data, "row");
            world.wait(50);
            assert!(
                matches!(world.outcome(tab, read), Some(Outcome::Value(Some(_)))),
                "of tab {tab}, {seed}"
            );
        }
    }
}

#[test]
fn a_hidden_tab_does_not_compact() {
    let mut world = world();
    let tab = world.settled_tab();
    world.handle(tab, Input::Hidden);
    waste(&mut world, tab);
    world.wait(10_000);
    assert_eq!(world.base(Kind::Data).head.generation, 0);
    world.handle(tab, Input::Visible);
    world.wait(10_000);
    assert!(world.base(Kind::Data).head.generation > 0);
    assert!(world.base(Kind::Data).log.len() < 10, "forty segments have become few");
}

/// Scenario 3 of the field, as far as the store goes.
#[test]
fn scenario_3_a_frozen_leader_persists_and_compacts_nothing_when_it_thaws_before_it_learns_that_it_lost_the_lock()
 {
    let mut world = world();
    let former = world.settled_tab();
    world.handle(former, Input::Hidden);
    waste(&mut world, former);
    let leader = world.open_tab();
    world.handle(leader, Input::Hidden);
    world.wait(500);
    world.sleep(former, Life::Frozen);
    world.crown(leader);
    world.wait(500);
    world.put(leader, Kind::Data, "row0", true);
    world.wait(500);
    let there = world.keys(Kind::Data);
    // It thaws, and does not know of anything yet. Its log has long been due to be compacted.
    world.tabs[former].life = Life::Awake;
    let act = world.put(former, Kind::Data, "row1", true);
    world.handle(former, Input::Visible);
    world.wait(10_000);
    assert_eq!(world.outcome(former, act), Some(&Outcome::Failed(Refusal::NotLeading)));
    let base = world.base(Kind::Data);
    assert_eq!(base.head.generation, 0, "it has compacted nothing");
    assert!(base.log.len() >= 41, "all is there");
    let live: Vec<_> = there.iter().filter(|key| *key == "row1").collect();
    let known = world.tabs[leader].store.index(Kind::Data).unwrap().slot("row1").unwrap().segment;
    assert!(!live.is_empty() && known <= 45, "what it wrote last of this row counts for nobody");
    // Whoever leads does what is due.
    world.handle(leader, Input::Visible);
    world.wait(10_000);
    assert!(world.base(Kind::Data).head.generation > 0);
}

#[test]
fn a_cold_start_reads_the_directory_and_not_the_log() {
    let (mut world, tab) = listed();
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

/// The index is told of the compaction last.
#[test]
fn what_is_written_while_the_value_before_it_is_compacted_counts_once() {
    let put = |number, bytes| {
        let content = Content::Put { value: Encoded { value: number, bytes }, expires: 0 };
        Segment {
            epoch: 0,
            entries: vec![Entry { key: "k".into(), id: EntryId { origin: 1, number }, content }],
            seen: Vec::new(),
        }
    };
    let mut index = Index::new(Order::Values);
    index.apply(1, &put(1, 70), true, &mut Vec::new());
    index.apply(2, &put(2, 90), true, &mut Vec::new());
    index.relocate((1, 1), &[(1, put(1, 70))], &[]);
    assert_eq!(index.slot("k").unwrap().segment, 2);
    assert_eq!(index.extents()[0].live, 0, "what is kept of the former value");
}

#[test]
fn what_is_left_of_a_run_lies_in_segments_of_which_each_is_read_alone() {
    let mut world = world();
    let tab = world.settled_tab();
    for number in 0..24 {
        world.put(tab, Kind::Data, &format!("k{number}"), true);
        world.wait(20);
    }
    world.wait(10_000);
    let base = world.base(Kind::Data);
    assert!(base.head.generation > 0, "it has been compacted");
    let sizes: Vec<u32> = base.log.values().map(Segment::bytes).collect();
    assert!(sizes.len() < 12 && sizes.iter().all(|bytes| *bytes < LIMITS.segment + 200), "{sizes:?}");
}
