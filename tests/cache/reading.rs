//! How values are given: fresh, stale, degraded, or not at all.

use crate::asking::{fetching, keeping, key, tagged};
use crate::world::{NONE, World};
use wedsync_dashboard::core::cache::input::{Command, Input, Value};
use wedsync_dashboard::core::cache::output::{Outcome, State};
use wedsync_dashboard::core::cache::policy::Fetching;
use wedsync_dashboard::core::error::Code;

#[test]
fn what_was_fetched_is_given_without_another_fetch_until_it_is_stale() {
    let mut world = World::new(1, NONE, 1);
    let first = world.fetch(0, "a");
    world.wait(100);
    assert_eq!(world.got(0, first), Some((Some("a#1"), State::Fresh)));
    world.change("a");
    world.wait(200_000);
    let second = world.fetch(0, "a");
    assert_eq!(world.got(0, second), Some((Some("a#1"), State::Fresh)), "at once");
    assert_eq!(world.fetched["a"], 1);
    // Past four fifths it is given, and fetched anew behind it.
    world.wait(60_000);
    let third = world.fetch(0, "a");
    assert_eq!(world.got(0, third), Some((Some("a#1"), State::Fresh)));
    world.wait(100);
    assert_eq!(world.fetched["a"], 2);
    let fourth = world.fetch(0, "a");
    assert_eq!(world.got(0, fourth), Some((Some("a#2"), State::Fresh)));
}

#[test]
fn a_stale_value_is_given_at_once_and_fetched_behind_it_or_waited_for() {
    let mut world = World::new(1, NONE, 2);
    world.fetch(0, "a");
    world.wait(1_000_000);
    world.change("a");
    let stale = world.fetch(0, "a");
    assert_eq!(world.got(0, stale), Some((Some("a#1"), State::Stale)));
    world.wait(100);
    let fresh = world.fetch(0, "a");
    assert_eq!(world.got(0, fresh), Some((Some("a#2"), State::Fresh)));
    // With a soft timeout it is waited for as long.
    world.wait(1_000_000);
    let patient = Fetching { soft_timeout: 200, ..fetching() };
    let call = world.fetch_with(0, "a", patient.clone());
    assert_eq!(world.got(0, call), None);
    world.wait(100);
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
    world.wait(1_000_000);
    world.faults.fetch = 5_000;
    world.change("a");
    let call = world.fetch_with(0, "a", Fetching { soft_timeout: 1, ..patient });
    world.wait(5);
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Stale)));
    world.wait(5_100);
    let call = world.fetch(0, "a");
    assert_eq!(world.got(0, call), Some((Some("a#3"), State::Fresh)), "the fetch went on");
}

#[test]
fn while_fetches_fail_the_stale_value_is_given_until_it_is_too_old() {
    let mut world = World::new(1, NONE, 3);
    world.fetch(0, "a");
    world.wait(1_000_000);
    world.faults.fetches_fail = 100;
    world.fetch(0, "a");
    world.wait(100);
    let fetched = world.fetched["a"];
    for _ in 0..5 {
        let call = world.fetch(0, "a");
        assert_eq!(world.got(0, call), Some((Some("a#1"), State::Degraded)));
        world.wait(5_000);
    }
    assert_eq!(world.fetched["a"], fetched, "throttled");
    world.wait(30_000);
    world.fetch(0, "a");
    world.wait(100);
    assert_eq!(world.fetched["a"], fetched + 1);
    world.wait(86_400_000);
    let call = world.fetch(0, "a");
    world.wait(100);
    assert_eq!(world.ended(0, call), Some(&Outcome::Rejected("failed".into())));
}

#[test]
fn with_nothing_to_show_a_call_fails_after_its_time_and_the_fetch_still_fills_the_cache() {
    let mut world = World::new(1, NONE, 4);
    world.faults.fetch = 25_000;
    let mut calls = Vec::new();
    for _ in 0..100 {
        if world.fetched.contains_key("a") {
            break;
        }
        calls.push(world.fetch(0, "a"));
        world.wait(10);
    }
    let impatient = Fetching { hard_timeout: 5, ..fetching() };
    let call = world.fetch_with(0, "a", impatient);
    world.wait(10);
    let error = match world.ended(0, call) {
        Some(Outcome::Failed(error)) => error.code,
        other => panic!("{other:?}"),
    };
    assert_eq!(error, Code::TimedOut);
    world.wait(26_000);
    let call = world.fetch(0, "a");
    assert_eq!(world.got(0, call), Some((Some("a#1"), State::Fresh)));
    assert_eq!(world.fetched["a"], 1);
}

#[test]
fn that_there_is_nothing_is_remembered_for_its_own_time() {
    let mut world = World::new(1, NONE, 5);
    for (negative_ttl, is_remembered) in [(30_000, true), (0, false)] {
        let name = if is_remembered { "a" } else { "b" };
        let policy = Fetching { negative_ttl, ..fetching() };
        let mut asked = 0;
        for _ in 0..3 {
            let call = world.fetch_with(0, name, policy.clone());
            world.wait(7);
            // The fetcher has nothing.
            if let Some(flight) = world.under_way(0, name) {
                asked += 1;
                world.tell(0, Input::Fetched { flight, result: Ok(Value::Nothing) });
            }
            world.wait(1_000);
            assert_eq!(world.got(0, call), Some((None, State::Fresh)));
        }
        assert_eq!(asked, if is_remembered { 1 } else { 3 });
    }
}

#[test]
fn the_next_page_load_has_it_from_the_disk() {
    let mut world = World::new(1, NONE, 6);
    world.fetch(0, "a");
    let set = world.set(0, "b");
    world.wait(100);
    assert_eq!(world.ended(0, set), Some(&Outcome::Done { on_disk: true, on_remote: None }));
    world.reload(0);
    let calls = [world.fetch(0, "a"), world.fetch(0, "b")];
    world.wait(20);
    assert_eq!(world.got(0, calls[0]), Some((Some("a#1"), State::Fresh)));
    assert_eq!(world.got(0, calls[1]), Some((Some("b#2"), State::Fresh)));
    assert_eq!(world.fetched.get("b"), None);
    assert_eq!(world.fetched["a"], 1);
    // A disk that cannot be read is one with nothing.
    world.faults.reads_fail = 100;
    world.reload(0);
    let call = world.fetch(0, "a");
    world.wait(200);
    assert_eq!(world.got(0, call), Some((Some("a#1"), State::Fresh)));
    assert_eq!(world.fetched["a"], 2);
}

#[test]
fn an_invalidation_is_about_what_has_the_tag_and_about_nothing_else() {
    let mut world = World::new(2, NONE, 7);
    let with = |tags: &[&str]| {
        let mut policy = fetching();
        policy.keeping.tags = tagged(tags);
        policy
    };
    for tab in 0..2 {
        world.fetch_with(tab, "a", with(&["clients"]));
        world.fetch_with(tab, "b", with(&["clients", "payments"]));
        world.fetch_with(tab, "c", with(&["payments"]));
        world.wait(200);
    }
    assert_eq!(world.fetched.values().sum::<u32>(), 3, "the second tab had them from the disk");
    for name in ["a", "b", "c"] {
        world.change(name);
    }
    let call = world.invalidate(1, &["clients"]);
    world.wait(50);
    assert_eq!(world.ended(1, call), Some(&Outcome::Done { on_disk: true, on_remote: None }));
    for tab in 0..2 {
        let calls = ["a", "b", "c"].map(|name| world.fetch_with(tab, name, with(&[])));
        world.wait(200);
        let values = calls.map(|call| world.got(tab, call).and_then(|(value, _)| value));
        assert_eq!(values, [Some("a#2"), Some("b#2"), Some("c#1")], "tab {tab}");
    }
    // And after a reload the disk knows it too.
    let call = world.ask(0, Command::Invalidate { tags: Vec::new(), supplier: Some("s1".into()) });
    world.wait(50);
    assert!(matches!(world.ended(0, call), Some(Outcome::Done { on_disk: true, .. })));
    world.reload(1);
    let call = world.ask(1, Command::Get { key: key("c"), version: None });
    world.wait(50);
    assert_eq!(world.ended(1, call), Some(&Outcome::Missing));
}

#[test]
fn a_value_of_another_version_is_none() {
    let mut world = World::new(1, NONE, 8);
    let mut keeping = keeping();
    keeping.version = Some("v2".into());
    world.ask(0, Command::Set { key: key("a"), value: "x".into(), keeping });
    world.wait(20);
    for (version, is_there) in [(None, true), (Some("v2"), true), (Some("v1"), false), (Some(""), false)] {
        let version = version.map(Into::into);
        let call = world.ask(0, Command::Get { key: key("a"), version });
        world.wait(20);
        assert_eq!(world.got(0, call).is_some(), is_there);
    }
}

#[test]
fn another_user_has_nothing_of_the_former_ones() {
    let mut world = World::new(1, NONE, 9);
    world.set(0, "a");
    world.wait(20);
    let calls = [world.fetch(0, "b"), world.set(0, "c"), world.delete(0, "d")];
    world.wait(5);
    world.tell(0, Input::User);
    assert!(world.tabs[0].table.is_empty());
    for call in calls {
        let is_told = match world.ended(0, call) {
            Some(Outcome::Failed(error)) => error.code == Code::UserChanged,
            Some(Outcome::Done { .. }) => true,
            _ => false,
        };
        assert!(is_told, "{:?}", world.ended(0, call));
    }
    world.disks[0].entries.clear();
    world.wait(500);
    assert!(
        world.tabs[0].table.is_empty() && world.disks[0].entries.is_empty(),
        "what was under way is written nowhere"
    );
    let [.., entries, bytes] = world.tabs[0].cache.stats();
    assert_eq!((entries, bytes), (0, 0));
}

#[test]
fn what_the_disk_refuses_is_written_later_and_told_to_health() {
    let mut world = World::new(1, NONE, 10);
    world.faults.writes_fail = 100;
    let first = world.set(0, "a");
    world.set(0, "b");
    world.wait(100);
    assert_eq!(world.ended(0, first), Some(&Outcome::Done { on_disk: false, on_remote: None }));
    world.set(0, "a");
    world.wait(20_000);
    assert!(world.disks[0].entries.is_empty());
    assert_eq!(world.tiers.last(), Some(&(2, false, true)));
    let call = world.ask(0, Command::Get { key: key("a"), version: None });
    assert_eq!(world.got(0, call), Some((Some("a#3"), State::Fresh)), "memory has it");
    world.faults.writes_fail = 0;
    world.wait(61_000);
    assert_eq!(
        (world.disks[0].entries["a"].1.as_str(), world.disks[0].entries["b"].1.as_str()),
        ("a#3", "b#2")
    );
    assert_eq!(world.tiers.last(), Some(&(0, false, true)));
}

#[test]
fn that_there_is_nothing_takes_what_there_was_from_the_disk() {
    for negative_ttl in [30_000, 0] {
        let mut world = World::new(1, NONE, 11);
        world.fetch(0, "a");
        world.wait(1_000_000);
        world.faults.fetch = 5_000;
        let policy = Fetching { negative_ttl, ..fetching() };
        world.fetch_with(0, "a", policy);
        world.wait(10);
        let flight = world.under_way(0, "a").expect("it is fetched anew");
        world.tell(0, Input::Fetched { flight, result: Ok(Value::Nothing) });
        world.wait(20);
        assert!(world.disks[0].entries.is_empty());
        world.reload(0);
        let call = world.ask(0, Command::Get { key: key("a"), version: None });
        world.wait(20);
        assert_eq!(world.ended(0, call), Some(&Outcome::Missing), "{negative_ttl}");
    }
}
