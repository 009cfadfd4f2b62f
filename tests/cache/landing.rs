//! What a fetch has brought while something may have been missed.

use crate::asking::{fetching, key};
use crate::world::{NONE, World};
use wedsync_dashboard::core::cache::input::{Input, Value};
use wedsync_dashboard::core::cache::output::State;
use wedsync_dashboard::core::cache::policy::Fetching;

fn forced() -> Fetching {
    Fetching { is_forced: true, ..fetching() }
}

/// A tab shows a key, whose value is replaced unheard, and fetches it anew.
fn refreshing(tabs: usize, seed: u64) -> (World, u32) {
    let mut world = World::new(tabs, NONE, seed);
    world.tell(0, Input::Watch { key: key("a") });
    world.fetch(0, "a");
    world.wait(200);
    world.change("a");
    world.faults.fetch = 5_000;
    let call = world.fetch_with(0, "a", forced());
    for _ in 0..20 {
        if world.is_fetching(0) {
            return (world, call);
        }
        world.wait(1);
    }
    panic!("it is not fetched");
}

fn land(world: &mut World, value: &str) {
    let flight = world.under_way(0, "a").expect("it is fetched");
    world.tell(0, Input::Fetched { flight, result: Ok(Value::Some(value.into())) });
}

fn shown(world: &World, tab: usize) -> Option<(&str, State)> {
    let slot = world.tabs[tab].table.get("a")?;
    Some((slot.value.as_deref()?, slot.state))
}

#[test]
fn what_is_fetched_while_messages_are_missed_is_given_at_once_and_shown() {
    for before in [true, false] {
        let (mut world, call) = refreshing(1, 1);
        world.tell(0, Input::Gap);
        if before {
            // The disk has answered by then.
            world.wait(20);
        }
        land(&mut world, "a#2");
        assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
        world.wait(200);
        assert_eq!(shown(&world, 0), Some(("a#2", State::Fresh)));
        assert_eq!(world.disks[0].entries["a"].1, "a#2");
        assert_eq!(world.fetched["a"], 2);
    }
}

#[test]
fn what_another_tab_has_set_unheard_is_not_replaced_by_what_was_fetched_before() {
    // The disk answers in one order and in the other.
    for seed in 0..20 {
        let (mut world, call) = refreshing(2, seed);
        // It is set, and this tab hears of that much later.
        world.faults.message = 1_000_000;
        let set = world.set(1, "a");
        while world.ended(1, set).is_none() {
            world.wait(1);
            assert!(world.now < 2_000, "it is set");
        }
        world.tell(0, Input::Gap);
        land(&mut world, "a#2");
        assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
        world.wait(1_000);
        for tab in [0, 1] {
            assert_eq!(shown(&world, tab), Some(("a#3", State::Fresh)), "tab {tab}");
        }
        assert_eq!(world.disks[0].entries["a"].1, "a#3");
    }
}

#[test]
fn two_tabs_that_refresh_at_once_both_show_what_was_fetched_last() {
    for seed in 0..50 {
        let mut world = World::new(2, NONE, seed);
        for tab in [0, 1] {
            world.tell(tab, Input::Watch { key: key("a") });
        }
        world.share_a_fetch("a", 400);
        world.change("a");
        world.fetch_with(0, "a", forced());
        world.wait(seed % 10);
        world.change("a");
        let last = world.fetch_with(1, "a", forced());
        world.wait(1_000);
        let Some((Some(given), State::Fresh)) = world.got(1, last) else { panic!("it is given") };
        let given = given.to_owned();
        for tab in [0, 1] {
            assert_eq!(shown(&world, tab), Some((&*given, State::Fresh)), "tab {tab}, seed {seed}");
        }
    }
}

#[test]
fn what_landed_and_was_replaced_before_the_disk_had_answered_is_not_kept() {
    for is_set in [true, false] {
        let (mut world, _) = refreshing(1, 3);
        world.tell(0, Input::Gap);
        land(&mut world, "a#2");
        if is_set {
            world.set(0, "a");
        } else {
            world.change("a");
            world.invalidate(0, &[]);
        }
        world.wait(1_000);
        let expected = if is_set { Some(("a#3", State::Fresh)) } else { None };
        assert_eq!(shown(&world, 0), expected);
    }
}

#[test]
fn a_fetch_that_was_overtaken_by_one_that_fails_is_kept() {
    let (mut world, first) = refreshing(1, 4);
    world.change("a");
    let second = world.fetch_with(0, "a", forced());
    world.wait(20);
    land(&mut world, "a#2");
    assert_eq!(world.got(0, first), Some((Some("a#2"), State::Fresh)));
    let flight = world.under_way(0, "a").expect("it is fetched once more");
    world.tell(0, Input::Fetched { flight, result: Err("failed".into()) });
    assert_eq!(world.got(0, second), Some((Some("a#2"), State::Degraded)));
    assert_eq!(shown(&world, 0).map(|(value, _)| value), Some("a#2"));
}

#[test]
fn what_another_tab_has_fetched_before_and_writes_later_replaces_nothing() {
    let mut world = World::new(1, NONE, 5);
    world.tell(0, Input::Watch { key: key("a") });
    world.fetch(0, "a");
    world.wait(200);
    let older = world.disks[0].entries["a"].clone();
    world.change("a");
    world.fetch_with(0, "a", forced());
    world.wait(200);
    assert_eq!(world.disks[0].entries["a"].1, "a#2");
    world.disks[0].entries.insert("a".into(), older);
    world.tell(0, Input::Disk { keys: vec!["ea".into()] });
    world.wait(200);
    assert_eq!(shown(&world, 0), Some(("a#2", State::Fresh)));
    assert_eq!(world.disks[0].entries["a"].1, "a#2");
}

#[test]
fn a_forced_fetch_is_forced_on_after_messages_were_missed_before_it_has_begun() {
    let mut world = World::new(1, NONE, 6);
    world.tell(0, Input::Watch { key: key("a") });
    world.fetch(0, "a");
    world.wait(200);
    world.change("a");
    let call = world.fetch_with(0, "a", forced());
    assert!(!world.is_fetching(0), "it waits for its lock");
    world.tell(0, Input::Gap);
    world.wait(200);
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
    assert_eq!(shown(&world, 0), Some(("a#2", State::Fresh)));
}
