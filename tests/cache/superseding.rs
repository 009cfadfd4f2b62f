//! What the remote tier does not take because of a counter of which the device has not heard: what was set is not lost.

use crate::asking::{fetching, keeping, key, tagged};
use crate::world::{Faults, NONE, World};
use wedsync_dashboard::core::cache::generation::Generation;
use wedsync_dashboard::core::cache::input::{Command, Input};
use wedsync_dashboard::core::cache::output::{Outcome, State};
use wedsync_dashboard::core::cache::policy::{Fetching, Keeping};

const EVERYWHERE: Outcome<String> = Outcome::Done { on_disk: true, on_remote: Some(true) };
const HERE: Outcome<String> = Outcome::Done { on_disk: true, on_remote: Some(false) };

/// Nobody hears of another device.
const DEAF: Faults = Faults { lost: 100, ..NONE };

/// Two devices; the clock of the second one is behind.
fn devices(faults: Faults) -> World {
    let world =
        (0..).map(|seed| World::of(&[1, 1], true, faults, seed)).find(|world| world.wall(1) < world.wall(0));
    world.expect("one of them")
}

fn superseded(world: &World) -> u32 {
    world.remote.as_ref().expect("there is one").superseded
}

/// What a tab has of a key, without fetching.
fn held(world: &mut World, tab: usize, name: &str) -> Option<String> {
    let call = world.ask(tab, Command::Get { key: key(name), version: None });
    world.wait(300);
    world.got(tab, call).and_then(|(value, _)| value.map(str::to_owned))
}

fn warm(world: &mut World, tab: usize, names: &[(&str, Keeping)]) -> u32 {
    let entries =
        names.iter().map(|(name, keeping)| (key(name), world.change(name), keeping.clone())).collect();
    world.ask(tab, Command::Warm { entries })
}

#[test]
fn what_is_set_first_of_all_is_taken_although_no_counter_was_begun() {
    let mut world = devices(DEAF);
    let call = warm(&mut world, 0, &[("a", keeping()), ("b", keeping()), ("c\"]", keeping())]);
    world.wait(200);
    assert_eq!(world.ended(0, call), Some(&EVERYWHERE));
    assert_eq!(superseded(&world), 3, "each once");
    for name in ["a", "b", "c\"]"] {
        for tab in 0..2 {
            assert_eq!(held(&mut world, tab, name), Some(format!("{name}#2")));
        }
        // And after a reload.
        world.reload(0);
        world.faults.remote_fails = 100;
        assert_eq!(held(&mut world, 0, name), Some(format!("{name}#2")));
        world.faults.remote_fails = 0;
    }
    // From then on it is taken at once.
    let call = warm(&mut world, 0, &[("d", keeping()), ("e", keeping())]);
    world.wait(200);
    assert_eq!((world.ended(0, call), superseded(&world)), (Some(&EVERYWHERE), 3));
}

#[test]
fn a_device_whose_clock_is_behind_sets_what_another_one_has_set_before() {
    for faults in [DEAF, NONE] {
        let mut world = devices(faults);
        world.set(0, "a");
        world.wait(500);
        let call = world.set(1, "a");
        world.wait(20);
        // Whoever asks meanwhile does not make it less.
        let meanwhile = world.ask(1, Command::Get { key: key("a"), version: None });
        world.wait(500);
        assert_eq!(world.got(1, meanwhile), Some((Some("a#3"), State::Fresh)));
        assert_eq!(world.ended(1, call), Some(&EVERYWHERE));
        assert_eq!(held(&mut world, 1, "a"), Some("a#3".into()));
        // Nobody waits for what the remote tier says after a gap.
        world.tell(0, Input::Gap);
        held(&mut world, 0, "a");
        for tab in [0, 1] {
            assert_eq!(held(&mut world, tab, "a"), Some("a#3".into()), "tab {tab}");
        }
    }
}

#[test]
fn counters_that_were_lost_with_everything_else_cost_no_value_that_is_set_since() {
    let mut world = devices(DEAF);
    world.invalidate(0, &["x"]);
    world.invalidate(0, &[]);
    world.wait(500);
    world.remote = Some(Default::default());
    let call = warm(&mut world, 0, &[("a", Keeping { tags: tagged(&["x"]), ..keeping() })]);
    world.wait(500);
    assert_eq!(world.ended(0, call), Some(&EVERYWHERE));
    for tab in [0, 1] {
        assert_eq!(held(&mut world, tab, "a"), Some("a#2".into()), "tab {tab}");
    }
    // What is invalidated then is invalid.
    world.invalidate(1, &["x"]);
    world.wait(500);
    world.tell(0, Input::Gap);
    held(&mut world, 0, "a");
    assert_eq!(held(&mut world, 0, "a"), None);
}

#[test]
fn what_a_device_sets_first_is_kept_although_its_tags_were_invalidated_long_ago() {
    for (since, is_kept) in [(10_000_000, true), (500, false)] {
        let mut world = devices(DEAF);
        world.invalidate(1, &["x"]);
        world.invalidate(1, &[]);
        world.wait(since);
        let call = warm(&mut world, 0, &[("a", Keeping { tags: tagged(&["x"]), ..keeping() })]);
        world.wait(500);
        assert_eq!(world.ended(0, call), Some(if is_kept { &EVERYWHERE } else { &HERE }));
        for tab in [0, 1] {
            assert_eq!(held(&mut world, tab, "a").is_some(), is_kept, "tab {tab}, after {since} ms");
        }
    }
}

#[test]
fn of_a_batch_only_that_is_dropped_which_another_device_has_invalidated() {
    let mut world = devices(DEAF);
    let kept = Keeping { tags: tagged(&["x"]), ..keeping() };
    warm(&mut world, 0, &[("a", kept.clone()), ("b", keeping())]);
    world.wait(500);
    assert_eq!(held(&mut world, 0, "a"), Some("a#2".into()));
    world.invalidate(1, &["x"]);
    world.wait(500);
    let call = warm(&mut world, 0, &[("a", kept), ("b", keeping()), ("d", keeping())]);
    world.wait(500);
    assert_eq!(world.ended(0, call), Some(&HERE));
    assert_eq!(held(&mut world, 0, "a"), None);
    assert!(!world.disks[0].entries.contains_key("a"));
    for name in ["b", "d"] {
        for tab in [0, 1] {
            assert!(held(&mut world, tab, name).is_some(), "{name} in tab {tab}");
        }
    }
}

#[test]
fn whoever_is_overtaken_again_and_again_keeps_his_value_and_gives_up() {
    let mut world = devices(DEAF);
    world.set(0, "b");
    world.wait(500);
    world.remote.as_mut().expect("there is one").is_contended = true;
    let before = superseded(&world);
    let call = world.set(0, "a");
    world.wait(400);
    assert_eq!(world.ended(0, call), Some(&HERE));
    assert_eq!(superseded(&world) - before, 4, "once, and three times more");
    assert_eq!(held(&mut world, 0, "a"), Some("a#2".into()));
    world.reload(0);
    world.faults.remote_fails = 100;
    assert_eq!(held(&mut world, 0, "a"), Some("a#2".into()), "the disk has it as it is");
}

#[test]
fn what_could_not_be_given_is_given_later_to_a_remote_tier_that_has_begun_anew() {
    let mut world = devices(DEAF);
    world.faults.remote_fails = 100;
    let call = world.set(0, "a");
    world.wait(6_000);
    assert_eq!(world.ended(0, call), Some(&HERE));
    world.faults.remote_fails = 0;
    world.remote = Some(Default::default());
    // Its counters are begun by somebody else.
    world.set(1, "b");
    world.wait(100_000);
    for tab in [0, 1] {
        assert_eq!(held(&mut world, tab, "a"), Some("a#2".into()), "tab {tab}");
    }
    assert!(world.fetched.is_empty());
}

#[test]
fn what_another_device_has_set_since_is_not_replaced_by_what_could_not_be_given() {
    let mut world = devices(DEAF);
    world.faults.remote_fails = 100;
    world.set(1, "a");
    world.wait(6_000);
    world.faults.remote_fails = 0;
    world.remote = Some(Default::default());
    world.set(0, "a");
    world.wait(100_000);
    for tab in [0, 1] {
        assert_eq!(held(&mut world, tab, "a"), Some("a#3".into()), "tab {tab}");
    }
}

#[test]
fn a_value_that_was_replaced_before_it_was_taken_is_not_set_again() {
    for seed in 0..30 {
        let mut world = World::of(&[2, 1], true, DEAF, seed);
        world.laborious = Some("a".into());
        world.set(0, "a");
        world.wait(seed);
        world.delete(1, "a");
        world.change("a");
        world.wait(1_000);
        world.tell(2, Input::Gap);
        let values: Vec<_> = (0..3).filter_map(|tab| held(&mut world, tab, "a")).collect();
        assert!(values.windows(2).all(|two| two[0] == two[1]), "{values:?}");
    }
}

#[test]
fn what_the_remote_tier_says_of_a_counter_while_it_is_given_a_value_costs_nothing() {
    for seed in 0..60 {
        let mut world = World::of(&[1, 1], true, DEAF, seed);
        if world.wall(1) >= world.wall(0) {
            continue;
        }
        world.set(0, "a");
        world.wait(500);
        let call = world.set(1, "a");
        world.wait(4);
        let meanwhile = world.ask(1, Command::Get { key: key("a"), version: None });
        world.wait(500);
        assert_eq!(world.got(1, meanwhile), Some((Some("a#3"), State::Fresh)));
        assert_eq!(world.ended(1, call), Some(&EVERYWHERE));
        assert_eq!(held(&mut world, 1, "a"), Some("a#3".into()));
    }
}

#[test]
fn what_was_fetched_before_another_device_has_removed_it_is_given_up() {
    let mut world = devices(DEAF);
    world.faults.fetch = 1_000;
    let call = world.fetch(1, "a");
    world.wait(500);
    world.change("a");
    world.delete(0, "a");
    world.wait(1_000);
    assert_eq!(world.got(1, call), Some((Some("a#1"), State::Fresh)));
    for tab in [0, 1] {
        assert_eq!(held(&mut world, tab, "a"), None, "tab {tab}");
    }
}

#[test]
fn what_another_device_has_fetched_before_an_invalidation_is_not_given_where_the_remote_tier_has_yet_to_hear_of_it()
 {
    let mut world = devices(DEAF);
    let fetching = Fetching { keeping: Keeping { tags: tagged(&["x"]), ..keeping() }, ..fetching() };
    // The counter is above all that the other device counts, whose clock is behind.
    world.invalidate(0, &["x"]);
    world.wait(500);
    world.fetch_with(0, "a", fetching.clone());
    world.wait(500);
    world.change("a");
    world.faults.remote_fails = 100;
    world.invalidate(1, &["x"]);
    world.wait(5_100);
    world.faults.remote_fails = 0;
    let call = world.fetch_with(1, "a", fetching);
    world.wait(300);
    assert_eq!(world.got(1, call), Some((Some("a#2"), State::Fresh)));
}

#[test]
fn of_two_that_have_counted_as_far_neither_is_taken_to_be_there() {
    let mut tried = 0;
    for seed in 0..40 {
        let mut world = World::of(&[1, 1], true, DEAF, seed);
        let call = world.set(0, "a");
        for _ in 0..10 {
            if world.disks[0].entries.contains_key("a") {
                break;
            }
            world.wait(1);
        }
        let remote = world.remote.as_mut().expect("there is one");
        let header =
            world.disks[0].entries.get("a").map(|(header, _)| header.clone()).expect("it is written");
        if remote.counters.contains_key("ka") {
            continue;
        }
        // Another device comes first, with another value.
        let own = header.split(' ').skip_while(|field| *field != "ka").nth(1).and_then(Generation::from_text);
        let own = own.expect("a counter");
        remote.counters.insert("ka".into(), Generation { origin: own.origin.wrapping_add(1), ..own });
        world.wait(500);
        assert_eq!(world.ended(0, call), Some(&EVERYWHERE), "seed {seed}");
        assert_eq!(held(&mut world, 1, "a"), Some("a#2".into()), "seed {seed}");
        tried += 1;
    }
    assert!(tried > 10, "{tried}");
}
