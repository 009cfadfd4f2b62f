//! Devices over a remote tier, one thing at a time.

use crate::asking::{fetching, keeping, key};
use crate::world::{FAR, Faults, NONE, World};
use wedsync_dashboard::core::cache::input::{Command, Input};
use wedsync_dashboard::core::cache::output::{Outcome, State};
use wedsync_dashboard::core::cache::policy::Fetching;
use wedsync_dashboard::core::cache::stats::Counted;
use wedsync_dashboard::core::error::Code;

fn devices(tabs: &[usize], faults: Faults, seed: u64) -> World {
    World::of(tabs, true, faults, seed)
}

fn hits(world: &World) -> u32 {
    world.remote.as_ref().expect("there is one").hits
}

fn code(outcome: Option<&Outcome<String>>) -> Option<Code> {
    match outcome {
        Some(Outcome::Failed(error)) => Some(error.code),
        _ => None,
    }
}

#[test]
fn what_one_device_has_fetched_another_one_need_not_and_its_age_is_true() {
    let mut world = devices(&[1, 1], NONE, 1);
    world.fetch(0, "a");
    world.wait(100_000);
    let call = world.fetch(1, "a");
    world.wait(100);
    match world.ended(1, call) {
        Some(Outcome::Got { value, state: State::Fresh, age }) => {
            assert_eq!(value.as_deref(), Some("a#1"));
            assert!((99_000..101_000).contains(age), "{age}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!((world.fetched["a"], hits(&world)), (1, 1));
    assert_eq!(world.tabs[1].cache.stats()[Counted::Remote as usize], 1);
    // It is fresh no longer than where it was fetched, and is on this device's disk too.
    world.change("a");
    world.reload(1);
    world.wait(190_000);
    let call = world.fetch(1, "a");
    world.wait(20);
    assert_eq!(world.got(1, call), Some((Some("a#1"), State::Fresh)));
    world.wait(20_000);
    let call = world.fetch(1, "a");
    world.wait(20);
    assert_eq!(world.got(1, call), Some((Some("a#1"), State::Stale)));
}

#[test]
fn without_a_fetcher_the_remote_tier_is_asked_too_and_gives_no_other_version() {
    let mut world = devices(&[1, 1], NONE, 2);
    let mut kept = keeping();
    kept.version = Some("v2".into());
    world.ask(0, Command::Set { key: key("a"), value: "a#1".into(), keeping: kept.clone() });
    world.wait(100);
    for (version, is_there) in [(Some("v1"), false), (Some("v2"), true), (None, true)] {
        world.disks[1].entries.clear();
        world.reload(1);
        let call = world.ask(1, Command::Get { key: key("a"), version: version.map(Into::into) });
        world.wait(200);
        assert_eq!(world.got(1, call).is_some(), is_there, "{version:?}");
        assert!(world.ended(1, call).is_some());
    }
    // A fetcher of a newer version fetches.
    kept.version = Some("v3".into());
    let call = world.fetch_with(1, "a", Fetching { keeping: kept, ..fetching() });
    world.wait(300);
    assert_eq!((world.got(1, call).is_some(), world.fetched["a"]), (true, 1));
}

#[test]
fn what_is_stale_at_the_remote_tier_is_better_than_nothing() {
    let mut world = devices(&[1, 1], NONE, 3);
    world.fetch(0, "a");
    world.wait(400_000);
    world.faults.fetches_fail = 100;
    let call = world.fetch(1, "a");
    world.wait(200);
    assert_eq!(world.got(1, call), Some((Some("a#1"), State::Degraded)));
    assert_eq!(world.fetched["a"], 2);
}

#[test]
fn a_remote_tier_that_is_not_reached_is_left_alone_for_a_while() {
    let mut world = devices(&[1], Faults { remote_fails: 100, ..NONE }, 4);
    let questions = |world: &World| world.tabs[0].cache.stats()[Counted::RefusedByRemote as usize];
    for name in ["a", "b", "c", "d", "e", "f"] {
        let call = world.fetch(0, name);
        world.wait(5_400);
        assert!(world.got(0, call).is_some(), "{name} is fetched");
    }
    assert_eq!(world.tiers.last(), Some(&(0, false, false)), "health hears of it");
    let asked = questions(&world);
    for name in ["g", "h", "i"] {
        let call = world.fetch(0, name);
        world.wait(100);
        assert!(world.got(0, call).is_some(), "without waiting for it");
    }
    assert_eq!(questions(&world), asked);
    world.faults.remote_fails = 0;
    world.wait(60_000);
    world.fetch(0, "j");
    world.wait(1_000);
    assert_eq!(world.tiers.last(), Some(&(0, false, true)));
}

#[test]
fn an_invalidation_that_others_cannot_hear_of_fails_and_is_made_up_for() {
    let mut world = devices(&[1, 1], NONE, 5);
    world.fetch(0, "a");
    world.wait(100);
    world.faults.remote_fails = 100;
    world.faults.lost = 100;
    world.change("a");
    let calls = [world.delete(0, "a"), world.invalidate(0, &[])];
    world.wait(6_000);
    for call in calls {
        assert_eq!(code(world.ended(0, call)), Some(Code::RemoteUnavailable));
    }
    // Here it counts at once, whatever the remote tier still has.
    world.faults.remote_fails = 0;
    let call = world.fetch(0, "a");
    world.wait(200);
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
    world.wait(70_000);
    let call = world.fetch(1, "a");
    world.wait(300);
    assert_eq!(world.got(1, call), Some((Some("a#2"), State::Fresh)), "the other device");
}

#[test]
fn what_was_fetched_since_is_not_given_to_a_remote_tier_that_has_not_heard_of_an_invalidation() {
    let mut world = devices(&[1, 1], NONE, 12);
    world.faults.remote_fails = 100;
    world.invalidate(0, &[]);
    world.wait(5_100);
    world.faults.remote_fails = 0;
    for tab in 0..2 {
        let call = world.fetch(tab, "a");
        world.wait(200);
        assert_eq!(world.got(tab, call), Some((Some("a#1"), State::Fresh)));
    }
    assert_eq!((world.fetched["a"], hits(&world)), (2, 0));
}

#[test]
fn what_was_set_while_the_remote_tier_was_away_is_given_to_it_later_with_its_age() {
    let mut world = devices(&[1, 1], NONE, 6);
    world.faults.remote_fails = 100;
    let call = world.set(0, "a");
    world.wait(6_000);
    assert_eq!(world.ended(0, call), Some(&Outcome::Done { on_disk: true, on_remote: Some(false) }));
    world.wait(100_000);
    world.faults.remote_fails = 0;
    world.wait(100_000);
    let call = world.fetch(1, "a");
    world.wait(100);
    assert_eq!(world.got(1, call), Some((Some("a#2"), State::Fresh)));
    assert_eq!(world.fetched.get("a"), None);
    // Fresh for five minutes since it was set, not since it was given.
    world.wait(100_000);
    let call = world.fetch(1, "a");
    world.wait(100);
    assert_eq!(world.got(1, call), Some((Some("a#2"), State::Stale)));
}

#[test]
fn what_another_device_has_invalidated_stays_so_after_a_reload() {
    let mut world = devices(&[1, 1], NONE, 7);
    world.fetch(1, "a");
    world.wait(200);
    world.change("a");
    world.invalidate(0, &[]);
    world.wait(200);
    world.faults.remote_fails = 100;
    world.reload(1);
    let call = world.ask(1, Command::Get { key: key("a"), version: None });
    world.wait(1_000);
    assert_eq!(world.ended(1, call), Some(&Outcome::Missing), "heard");
    // And unheard, once the remote tier was asked after a gap.
    world.faults.remote_fails = 0;
    world.wait(400_000);
    world.fetch(1, "b");
    world.wait(200);
    world.faults.lost = 100;
    world.invalidate(0, &[]);
    world.wait(200);
    let call = world.fetch(1, "b");
    assert_eq!(world.got(1, call), Some((Some("b#1"), State::Fresh)), "it does not know");
    world.tell(1, Input::Gap);
    world.fetch(1, "b");
    world.wait(200);
    world.faults.remote_fails = 100;
    world.reload(1);
    let call = world.ask(1, Command::Get { key: key("b"), version: None });
    world.wait(1_000);
    assert_eq!(world.ended(1, call), Some(&Outcome::Missing), "asked for");
}

#[test]
fn what_the_remote_tier_does_not_take_is_nowhere_here_either() {
    let mut world = devices(&[1, 1], Faults { lost: 100, ..NONE }, 8);
    world.fetch(1, "b");
    world.wait(200);
    world.invalidate(0, &[]);
    world.wait(200);
    // It has not heard of it, and so what it has fetched may be older.
    let call = world.fetch(1, "a");
    world.wait(500);
    assert!(world.got(1, call).is_some());
    assert_eq!(world.remote.as_ref().map(|remote| remote.superseded), Some(1));
    assert!(!world.tabs[1].table.contains_key("a") && !world.disks[1].entries.contains_key("a"));
    // What it was not told by the message it knows now.
    let call = world.fetch(1, "b");
    world.wait(500);
    let again = world.fetch(1, "a");
    world.wait(500);
    assert!(world.got(1, call).is_some() && world.got(1, again).is_some());
    assert_eq!(world.remote.as_ref().map(|remote| remote.superseded), Some(1));
    assert_eq!((world.fetched["a"], world.fetched["b"]), (2, 2));
}

#[test]
fn a_remote_tier_that_has_lost_everything_is_told_what_was_invalidated() {
    let mut world = devices(&[1, 1], NONE, 9);
    world.fetch(1, "a");
    world.wait(200);
    world.invalidate(0, &[]);
    world.wait(200);
    world.remote = Some(Default::default());
    world.tell(0, Input::Gap);
    world.fetch(0, "a");
    world.wait(500);
    let counters = &world.remote.as_ref().expect("there is one").counters;
    assert_eq!(counters["ss1"].to_text(), world.disks[0].counts["ss1"]);
}

#[test]
fn two_devices_that_set_a_key_at_once_have_one_of_the_values_or_none() {
    for seed in 0..50 {
        let mut world = devices(&[1, 1], NONE, seed);
        world.set(0, "a");
        world.set(1, "a");
        world.wait(FAR + 500);
        let mut values = Vec::new();
        for tab in 0..2 {
            let call = world.ask(tab, Command::Get { key: key("a"), version: None });
            world.wait(200);
            values.extend(world.got(tab, call).and_then(|(value, _)| value.map(str::to_owned)));
        }
        values.dedup();
        assert!(values.len() < 2, "{values:?}");
    }
}
