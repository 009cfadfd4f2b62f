//! Databases that fail: dead handles, newer and older builds, private windows, lost data.

use super::*;

/// Scenario 1 of the field.
#[test]
fn scenario_1_a_burst_on_a_dead_handle_waits_for_one_probe_and_one_reopening() {
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
    let name = name(Kind::Outbox);
    let opened: Vec<_> = all
        .iter()
        .filter_map(|operation| match operation {
            Operation::Open { handle, name: opened, .. } if **opened == *name => Some(*handle),
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

/// Scenario 1 of the field.
#[test]
fn scenario_1_three_failures_are_told_as_memory_and_a_later_success_writes_what_is_held() {
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

#[test]
fn whoever_is_about_to_lead_where_there_is_no_storage_is_told_so_at_once() {
    let mut world = world();
    world.browser.is_private.insert(0);
    let tab = world.open_tab();
    world.wait(100);
    for _ in 0..2 {
        world.crown(tab);
        assert!(world.tabs[tab].drawing);
        world.wait(200);
        assert!(!world.tabs[tab].drawing && !world.tabs[tab].leads, "there is no epoch to be drawn");
    }
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
    for kind in [Kind::Outbox, Kind::Data] {
        world.browser.upgrade(world.now, &name(kind), 1);
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
    world.browser.upgrade(world.now, &name(Kind::Data), 2);
    world.collect();
    world.wait(500);
    assert_eq!(world.tabs[tab].store.status().data, Some(Trouble::Newer));
    let refused = world.put(tab, Kind::Data, "row", true);
    world.wait(100);
    assert_eq!(world.outcome(tab, refused), Some(&Outcome::Failed(Refusal::Newer)));
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
    world.browser.upgrade(world.now, &name(Kind::Outbox), 1);
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
fn an_opening_that_waits_in_silence_is_told_as_blocked_within_a_second_and_leaves_nothing_open() {
    let mut world = world();
    let tab = world.settled_tab();
    let name = name(Kind::Outbox);
    world.browser.stuck.insert(name.clone());
    world.browser.lose(&name);
    world.collect();
    world.wait(850);
    assert_eq!(world.tabs[tab].store.status().outbox, Some(Trouble::Blocked));
    assert_eq!(world.tabs[tab].store.status().data, None);
    let enqueued = world.put(tab, Kind::Outbox, "ours", false);
    world.wait(2_000);
    assert_eq!(world.outcome(tab, enqueued), Some(&Outcome::Durable), "in the spill");
    // Opened again and again, each time behind those before.
    world.wait(60_000);
    assert_eq!(world.tabs[tab].store.status().outbox, Some(Trouble::Blocked));
    world.handle(tab, Input::Suspend);
    world.browser.stuck.clear();
    world.browser.settle_all(world.now);
    world.collect();
    world.wait(100);
    assert_eq!(world.browser.open_connections(), 0, "what was given up is closed when its turn comes");
    assert!(!world.browser.disk.bases.contains_key(&name), "and makes nothing");
    world.handle(tab, Input::Resume);
    world.wait(1_000);
    assert_eq!(world.tabs[tab].store.status().outbox, None);
    assert_eq!(world.keys(Kind::Outbox), ["ours"]);
}

#[test]
fn the_cache_is_waited_for_no_longer_than_it_takes_to_know_that_somebody_is_in_the_way_of_it() {
    let mut world = world();
    let names = [Kind::Cache, Kind::Data].map(name);
    world.browser.stuck.extend(names.clone());
    let tab = world.open_tab();
    world.wait(100);
    let read = [Kind::Cache, Kind::Data].map(|kind| world.get(tab, kind, "none"));
    let written = world.put(tab, Kind::Cache, "key", false);
    world.wait(850);
    assert_eq!(world.outcome(tab, read[0]), Some(&Outcome::Value(None)));
    assert_eq!(world.outcome(tab, written), Some(&Outcome::Held));
    assert_eq!(world.outcome(tab, read[1]), None, "what is nowhere else is waited for");
    let again = world.get(tab, Kind::Cache, "other");
    assert_eq!(world.outcome(tab, again), Some(&Outcome::Value(None)), "at once");
    world.browser.stuck.clear();
    world.browser.settle_all(world.now);
    world.collect();
    world.wait(1_000);
    assert_eq!(world.keys(Kind::Cache), ["key"], "and written once nobody is");
}

#[test]
fn a_database_that_is_slow_and_then_fails_is_not_told_as_blocked() {
    let mut world = world();
    let name = name(Kind::Outbox);
    world.browser.stuck.insert(name.clone());
    let tab = world.open_tab();
    world.wait(1_000);
    assert_eq!(world.tabs[tab].store.status().outbox, Some(Trouble::Blocked));
    world.browser.is_full = true;
    world.browser.stuck.clear();
    world.browser.settle_all(world.now);
    world.collect();
    world.wait(50);
    assert_eq!(world.tabs[tab].store.status().outbox, Some(Trouble::Failing));
}
