//! How tabs share fetches and what they show, one millisecond after the other.

use crate::asking::{fetching, key};
use crate::world::{Faults, NONE, World};
use wedsync_dashboard::core::cache::input::{Command, Input};
use wedsync_dashboard::core::cache::output::{Outcome, State};
use wedsync_dashboard::core::cache::policy::Fetching;

const SLOW_DISK: Faults = Faults { disk: 40, ..NONE };

#[test]
fn a_tab_that_has_fetched_keeps_the_lock_until_the_others_can_read_what_it_has_brought() {
    let mut world = World::new(3, SLOW_DISK, 31);
    world.share_a_fetch("a", 2_000);
    assert!(world.locks.values().all(|waiting| waiting.is_empty()), "{:?}", world.locks);
}

#[test]
fn a_tab_whose_disk_refuses_what_it_has_fetched_gives_the_lock_back() {
    let mut world = World::new(2, Faults { writes_fail: 100, ..SLOW_DISK }, 32);
    let calls: Vec<u32> = (0..2).map(|tab| world.fetch(tab, "a")).collect();
    world.wait(2_000);
    world.each_got(&calls, "a#1");
    assert!(world.locks.values().all(|waiting| waiting.is_empty()), "{:?}", world.locks);
}

#[test]
fn a_fetch_that_brings_nothing_to_be_kept_holds_up_nobody() {
    type Change = fn(&mut World) -> u32;
    let changes: [Change; 3] =
        [|world| world.delete(0, "a"), |world| world.delete(1, "a"), |world| world.invalidate(1, &[])];
    for (number, change) in changes.into_iter().enumerate() {
        for asker in [0, 1] {
            let mut world = World::new(2, NONE, 33);
            world.faults.fetch = 5_000;
            let old = world.fetch(0, "a");
            world.wait_for_a_fetch();
            world.faults.fetch = 50;
            change(&mut world);
            world.wait(30);
            let newcomer = world.fetch(asker, "a");
            world.wait(150);
            let is_there = world.got(asker, newcomer).is_some();
            assert!(is_there, "change {number}, asked in tab {asker}: it waits for the old one");
            assert_eq!(world.ended(0, old), None);
            world.wait(10_000);
            assert!(world.got(0, old).is_some());
        }
    }
}

#[test]
fn what_is_forced_is_fetched_from_then_on_once_for_all_who_ask_in_the_meantime() {
    let mut world = World::new(1, NONE, 34);
    let first = world.fetch(0, "a");
    world.wait(200);
    assert_eq!(world.got(0, first), Some((Some("a#1"), State::Fresh)));
    world.change("a");
    let forced = Fetching { is_forced: true, ..fetching() };
    let call = world.fetch_with(0, "a", forced.clone());
    let other = world.fetch_with(0, "a", forced.clone());
    world.wait(200);
    for call in [call, other] {
        assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
    }
    assert_eq!(world.fetched["a"], 2);
    // One that is under way may have asked before.
    let early = world.fetch_with(0, "a", forced.clone());
    world.wait(20);
    world.change("a");
    let late = world.fetch_with(0, "a", forced.clone());
    world.wait(200);
    assert_eq!(world.got(0, early), Some((Some("a#2"), State::Fresh)));
    assert_eq!(world.got(0, late), Some((Some("a#3"), State::Fresh)));
    let after = world.fetch(0, "a");
    assert_eq!(world.got(0, after), Some((Some("a#3"), State::Fresh)), "the later one is kept");
    // If it fails there is what there was.
    world.faults.fetches_fail = 100;
    let failing = world.fetch_with(0, "a", forced);
    world.wait(200);
    assert_eq!(world.got(0, failing), Some((Some("a#3"), State::Degraded)));
}

#[test]
fn what_is_forced_is_not_what_another_device_has_fetched_before() {
    let mut world = World::of(&[1, 1], true, NONE, 36);
    world.fetch(0, "a");
    world.wait(200);
    world.change("a");
    let forced = Fetching { is_forced: true, ..fetching() };
    let call = world.fetch_with(1, "a", forced.clone());
    world.wait(200);
    assert_eq!(world.got(1, call), Some((Some("a#2"), State::Fresh)));
    // Also where somebody has asked the remote tier for it already, or it has just answered.
    for pause in 0..30 {
        let name = format!("b{pause}");
        world.fetch(0, &name);
        world.wait(200);
        world.change(&name);
        let first = world.fetch(1, &name);
        world.wait(pause);
        let call = world.fetch_with(1, &name, forced.clone());
        world.wait(200);
        let second = format!("{name}#2");
        assert_eq!(world.got(1, call), Some((Some(second.as_str()), State::Fresh)), "after {pause} ms");
        assert!(world.got(1, first).is_some());
    }
}

#[test]
fn what_is_shown_is_never_gone_while_another_tab_replaces_it() {
    let mut world = World::new(2, Faults { disk: 10, ..NONE }, 35);
    world.set(0, "a");
    world.tell(1, Input::Watch { key: key("a") });
    world.wait(100);
    assert!(world.tabs[1].table.contains_key("a"));
    for _ in 0..5 {
        world.set(0, "a");
        for _ in 0..60 {
            world.wait(1);
            assert!(world.tabs[1].table.contains_key("a"), "at {}", world.now);
        }
    }
    assert_eq!(world.tabs[1].table["a"].value.as_deref(), Some("a#7"));
    world.delete(0, "a");
    world.wait(100);
    assert!(!world.tabs[1].table.contains_key("a"));
}

#[test]
fn what_the_table_shows_without_being_watched_is_looked_at_first() {
    let mut world = World::new(1, NONE, 36);
    world.set(0, "a");
    world.set(0, "b");
    world.wait(100);
    let look = |world: &mut World, name: &str| {
        world.tell(0, Input::Look { key: name.into() });
        world.tabs[0].table.get(name).map(|slot| slot.state)
    };
    assert_eq!(look(&mut world, "a"), Some(State::Fresh));
    world.wait(300_001);
    assert_eq!(look(&mut world, "a"), Some(State::Stale));
    world.ask(0, Command::Invalidate { tags: Vec::new(), supplier: Some("s1".into()) });
    assert_eq!(look(&mut world, "a"), None);
    assert_eq!(look(&mut world, "none"), None);
    world.wait(100);
    let call = world.ask(0, Command::Get { key: key("b"), version: None });
    world.wait(50);
    assert_eq!(world.ended(0, call), Some(&Outcome::Missing));
}

#[test]
fn a_tab_that_sleeps_with_a_lock_holds_up_the_others_for_three_seconds() {
    let mut world = World::new(2, Faults { fetch: 20_000, ..NONE }, 9);
    world.fetch(0, "a");
    world.wait(100);
    assert!(world.is_fetching(0));
    world.faults.fetch = 50;
    let call = world.fetch(1, "a");
    world.wait(2_800);
    assert!(!world.is_fetching(1) && world.ended(1, call).is_none());
    world.wait(400);
    assert_eq!(world.got(1, call), Some((Some("a#1"), State::Fresh)));
    assert_eq!(world.fetched["a"], 2);
}

#[test]
fn the_lock_is_kept_while_what_was_fetched_is_being_encoded() {
    let mut world = World::new(2, NONE, 32);
    world.laborious = Some("a".into());
    world.share_a_fetch("a", 1_000);
}

#[test]
fn whoever_has_waited_for_a_lock_reads_what_was_written_although_he_has_not_heard_of_it() {
    let mut world = World::new(2, Faults { message: 400, ..NONE }, 33);
    world.share_a_fetch("a", 1_000);
}

#[test]
fn a_look_takes_out_of_the_table_what_is_not_certain_until_it_is() {
    let mut world = World::new(1, NONE, 34);
    world.fetch(0, "a");
    world.wait(200);
    world.tell(0, Input::Disk { keys: vec!["gss1".into()] });
    assert!(world.tabs[0].table.contains_key("a"));
    world.tell(0, Input::Look { key: "a".into() });
    assert!(!world.tabs[0].table.contains_key("a"));
    world.wait(20);
    assert!(world.tabs[0].table.contains_key("a"));
}
