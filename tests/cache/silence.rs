//! A disk that does not answer, or late: nobody waits long for it, and nothing of what it has yet to say is lost.

use crate::asking::{fetching, keeping, key, tagged};
use crate::world::{NONE, WALL, World};
use wedsync_dashboard::core::cache::input::{Command, Input};
use wedsync_dashboard::core::cache::output::{Outcome, State};
use wedsync_dashboard::core::cache::policy::{Fetching, Keeping};

/// How long a question to the disk is waited for, and how much longer a read may take that has to fetch.
const DEADLINE: u64 = 1_000;
const MORE: u64 = 200;

fn of_clients() -> Fetching {
    let mut policy = fetching();
    policy.keeping.tags = tagged(&["clients"]);
    policy
}

/// What the disk of a page has that is loaded now, and answers after so many milliseconds.
fn loaded(seed: u64, silence: u64) -> World {
    let mut world = World::new(2, NONE, seed);
    world.fetch_with(0, "a", of_clients());
    world.wait(200);
    assert!(world.disks[0].entries.contains_key("a"));
    world.reload(0);
    world.faults.silence = silence;
    world
}

#[test]
fn a_read_that_the_disk_does_not_answer_is_fetched_after_its_deadline() {
    let mut world = loaded(1, 60_000);
    world.change("a");
    let calls = [world.fetch(0, "a"), world.fetch(0, "a"), world.fetch(0, "b")];
    let get = world.ask(0, Command::Get { key: key("c"), version: None });
    world.wait(DEADLINE - 10);
    assert!(calls.iter().all(|call| world.ended(0, *call).is_none()));
    world.wait(MORE);
    for (call, value) in calls.into_iter().zip(["a#2", "a#2", "b#1"]) {
        assert_eq!(world.got(0, call), Some((Some(value), State::Fresh)));
    }
    assert_eq!(world.ended(0, get), Some(&Outcome::Missing));
    assert_eq!(world.fetched["a"], 2, "one fetch for both");
    assert_eq!(world.tiers.last(), Some(&(0, true, true)), "health hears of it");
    // It is not known whether that holds: it is kept nowhere, and the next one does not wait as long.
    assert!(!world.tabs[0].table.contains_key("a"));
    let call = world.fetch(0, "a");
    world.wait(MORE);
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
    world.wait(60_000);
    assert_eq!(world.tiers.last(), Some(&(0, false, true)), "the store has given up");
}

#[test]
fn a_fetch_that_fails_falls_back_on_what_the_disk_says_late() {
    // Without a network, and with a disk that is slow or silent.
    let mut world = loaded(2, 3_000);
    world.faults.fetches_fail = 100;
    let calls = [world.fetch(0, "a"), world.fetch(0, "b")];
    world.wait(DEADLINE + MORE);
    assert_eq!(world.fetched.values().sum::<u32>(), 3);
    assert!(calls.iter().all(|call| world.ended(0, *call).is_none()));
    // Its header, and then the counter of its tag.
    world.wait(6 * DEADLINE);
    assert_eq!(world.got(0, calls[0]), Some((Some("a#1"), State::Fresh)));
    assert_eq!(world.ended(0, calls[1]), Some(&Outcome::Rejected("failed".into())));
    let mut world = loaded(2, 60_000);
    world.faults.fetches_fail = 100;
    let call = world.fetch(0, "a");
    let impatient = world.fetch_with(0, "b", Fetching { hard_timeout: 4_000, ..fetching() });
    world.wait(5_000);
    assert_eq!(world.ended(0, impatient), Some(&Outcome::Rejected("failed".into())));
    world.wait(5_000 + MORE);
    assert_eq!(world.ended(0, call), Some(&Outcome::Rejected("failed".into())));
    assert_eq!(world.fetched["a"], 2);
}

#[test]
fn a_late_answer_is_used_and_takes_nothing_back_that_is_newer() {
    let mut world = loaded(3, 3_000);
    world.change("a");
    let call = world.fetch(0, "a");
    world.wait(DEADLINE + MORE);
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
    // What is fetched while the counters are told is kept: none of them has gone on.
    world.wait(DEADLINE);
    world.faults.fetch = 4_000;
    world.change("b");
    let call = world.fetch(0, "b");
    world.wait(6_000);
    assert_eq!(world.got(0, call), Some((Some("b#2"), State::Fresh)));
    assert!(world.tabs[0].table.contains_key("b"));
    assert!(world.disks[0].entries.contains_key("b"));
    // And what was fetched before they were, once they are: the disk has something older.
    let call = world.fetch(0, "a");
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
}

#[test]
fn what_is_set_while_the_disk_is_silent_is_not_replaced_by_its_late_answer() {
    let mut world = loaded(4, 3_000);
    let read = world.fetch(0, "a");
    world.wait(DEADLINE + MORE);
    assert!(world.got(0, read).is_some());
    let set = world.set(0, "a");
    world.wait(10_000);
    assert!(matches!(world.ended(0, set), Some(Outcome::Done { on_disk: true, .. })));
    let call = world.fetch(0, "a");
    world.wait(MORE);
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
    assert_eq!(world.disks[0].entries["a"].1, "a#2");
}

#[test]
fn an_invalidation_that_waits_for_a_silent_disk_is_not_lost_and_holds_up_no_read() {
    for is_other in [false, true] {
        let mut world = loaded(5, 6_000);
        let first = world.fetch_with(0, "a", of_clients());
        world.wait(DEADLINE / 2);
        world.faults.fetch = 3_000;
        world.wait(DEADLINE);
        assert_eq!(world.fetched["a"], 2, "the fetch is under way");
        // What the fetch brings is older than this.
        world.change("a");
        let tab = usize::from(is_other);
        if is_other {
            world.faults.silence = 0;
        }
        let call = world.invalidate(tab, &["clients"]);
        world.wait(100);
        world.faults.silence = 6_000;
        assert_eq!(world.ended(tab, call).is_some(), is_other, "operations wait");
        let second = world.fetch_with(0, "a", of_clients());
        world.wait(DEADLINE + MORE);
        assert_eq!(world.fetched["a"], 3, "it does not share the older fetch");
        world.wait(20_000);
        assert_eq!(world.got(0, first), Some((Some("a#1"), State::Fresh)));
        assert_eq!(world.got(0, second), Some((Some("a#2"), State::Fresh)));
        assert!(matches!(world.ended(tab, call), Some(Outcome::Done { on_disk: true, .. })));
        world.faults = NONE;
        world.wait(20_000);
        for tab in 0..2 {
            let call = world.fetch_with(tab, "a", of_clients());
            world.wait(300);
            assert_eq!(world.got(tab, call), Some((Some("a#2"), State::Fresh)), "tab {tab}");
        }
    }
}

#[test]
fn a_counter_that_the_disk_could_not_say_is_not_taken_to_be_nothing() {
    let mut world = World::new(2, NONE, 6);
    world.fetch(0, "a");
    world.wait(200);
    world.change("a");
    // The entry stays on the disk, and does not hold.
    world.invalidate(0, &[]);
    world.wait(200);
    world.reload(1);
    world.faults.counts_fail = 100;
    let call = world.fetch(1, "a");
    world.wait(DEADLINE + MORE);
    assert_eq!(world.got(1, call), Some((Some("a#2"), State::Fresh)));
    let call = world.ask(1, Command::Get { key: key("a"), version: None });
    world.wait(DEADLINE + MORE);
    assert_eq!(world.ended(1, call), Some(&Outcome::Missing));
    // What sets and invalidates comes to its end all the same.
    let calls = [world.set(1, "a"), world.invalidate(1, &["x"])];
    world.wait(500);
    for call in calls {
        assert!(matches!(world.ended(1, call), Some(Outcome::Done { on_disk: true, .. })));
    }
    world.faults = NONE;
    let call = world.fetch(1, "a");
    world.wait(500);
    assert_eq!(world.got(1, call), Some((Some("a#3"), State::Fresh)));
}

#[test]
fn no_fetch_is_shared_that_began_before_something_may_have_been_missed() {
    let heard = format!("1 s1 ss1 {}.1.9", WALL + 10_000_000);
    for input in [
        Input::Gap,
        Input::Disk { keys: vec!["gss1".into()] },
        Input::Heard { text: heard.into(), is_written: true },
    ] {
        let mut world = loaded(7, 60_000);
        let first = world.fetch(0, "a");
        world.wait(DEADLINE);
        world.faults.fetch = 2_000;
        world.wait(MORE);
        let fetched = world.fetched["a"];
        world.change("a");
        world.tell(0, input);
        let second = world.fetch(0, "a");
        world.wait(500);
        assert_eq!(world.fetched["a"], fetched + 1);
        world.wait(5_000);
        assert_eq!(world.got(0, first), Some((Some("a#1"), State::Fresh)));
        assert_eq!(world.got(0, second), Some((Some("a#2"), State::Fresh)));
    }
}

#[test]
fn the_remote_tier_is_asked_when_the_disk_is_given_up() {
    let mut world = World::of(&[1, 1], true, NONE, 8);
    world.fetch(0, "a");
    world.wait(500);
    let policy = Fetching { eager: 100, ..fetching() };
    // Another device has never had it: the counters are all it waits for.
    world.faults.silence = 60_000;
    let call = world.fetch_with(1, "a", policy);
    world.wait(DEADLINE + 3 * MORE);
    assert_eq!(world.got(1, call), Some((Some("a#1"), State::Fresh)));
}

#[test]
fn an_older_value_is_not_given_instead_while_an_invalidation_waits_for_the_disk() {
    let mut world = World::new(1, NONE, 9);
    world.fetch(0, "a");
    world.wait(301_000);
    world.change("a");
    (world.faults.silence, world.faults.fetch) = (60_000, 5_000);
    let call = world.fetch_with(0, "a", Fetching { soft_timeout: 100, ..fetching() });
    world.invalidate(0, &["never heard of"]);
    world.wait(4_000);
    assert_eq!(world.ended(0, call), None);
    world.wait(2_000);
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
}

#[test]
fn a_disk_that_refuses_at_once_is_not_asked_again_and_again() {
    let mut world = World::new(1, NONE, 7);
    world.faults.counts_fail = 100;
    let calls = [world.fetch(0, "a"), world.fetch_with(0, "b", of_clients())];
    world.wait(MORE);
    for (call, value) in calls.into_iter().zip(["a#1", "b#1"]) {
        assert_eq!(world.got(0, call), Some((Some(value), State::Fresh)));
    }
    assert!(world.counted < 20, "it was asked {} times", world.counted);
}

#[test]
fn what_is_set_with_several_tags_is_not_held_up_by_a_disk_that_refuses_at_once() {
    for seed in 0..20 {
        let mut world = World::new(1, NONE, seed);
        world.faults.counts_fail = 100;
        let value = world.change("a");
        let keeping = Keeping { tags: tagged(&["clients", "metrics", "venues"]), ..keeping() };
        let call = world.ask(0, Command::Set { key: key("a"), value, keeping });
        world.wait(MORE);
        assert!(matches!(world.ended(0, call), Some(Outcome::Done { on_disk: true, .. })), "seed {seed}");
        assert!(world.counted < 20, "seed {seed}: it was asked {} times", world.counted);
    }
}
