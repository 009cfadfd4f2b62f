//! What is kept is bounded, and what goes first is what can be fetched again.

use crate::asking::{fetching, keeping, key};
use crate::world::{NONE, World};
use wedsync_dashboard::core::cache::input::{Command, Input};
use wedsync_dashboard::core::cache::output::{Outcome, State};
use wedsync_dashboard::core::cache::stats::Counted;
use wedsync_dashboard::core::error::Code;

/// Whose disk refuses everything.
fn refusing(seed: u64) -> World {
    let mut world = World::new(1, NONE, seed);
    world.faults.writes_fail = 100;
    world
}

fn waiting(world: &World) -> u32 {
    world.tiers.last().map_or(0, |(disk, ..)| *disk)
}

#[test]
fn values_that_the_disk_refuses_are_bounded_and_what_is_beyond_is_not_given_older() {
    let mut world = World::new(1, NONE, 1);
    for at in 0..600 {
        world.set(0, &format!("n{at:03}"));
    }
    world.wait(100);
    assert_eq!(world.disks[0].entries.len(), 600);
    world.faults.writes_fail = 100;
    for at in 0..600 {
        world.set(0, &format!("n{at:03}"));
        world.wait(10);
    }
    assert_eq!(waiting(&world), 600, "five hundred values, and for the rest that what is there has to go");
    world.faults.writes_fail = 0;
    world.wait(120_000);
    assert_eq!(waiting(&world), 0);
    assert_eq!(world.disks[0].entries.len(), 500);
    assert!(world.disks[0].entries.values().all(|(_, value)| value.ends_with("#3")));
}

#[test]
fn values_that_the_disk_refuses_are_bounded_by_their_bytes() {
    let mut world = refusing(2);
    for at in 0..12 {
        let value = format!("n{at:02}#1{}", "x".repeat(1024 * 1024));
        world.ask(0, Command::Set { key: key(&format!("n{at:02}")), value, keeping: keeping() });
        world.wait(10);
    }
    world.faults.writes_fail = 0;
    world.wait(120_000);
    let bytes: usize = world.disks[0].entries.values().map(|(_, value)| value.len()).sum();
    assert!((5 << 20..8 << 20).contains(&bytes), "{bytes}");
}

#[test]
fn counters_that_the_disk_refuses_have_values_make_room_and_are_the_first_to_be_written() {
    let mut world = refusing(3);
    for at in 0..400 {
        world.set(0, &format!("n{at:03}"));
    }
    world.wait(20);
    for at in 0..5_200 {
        world.invalidate(0, &[&format!("t{at}")]);
        if at % 100 == 0 {
            world.wait(10);
        }
    }
    world.wait(30_000);
    assert_eq!(waiting(&world), 5_000);
    world.faults.writes_fail = 0;
    world.wait(120_000);
    assert!(world.disks[0].entries.is_empty());
    assert_eq!(world.disks[0].counts.len(), 5_000);
}

#[test]
fn a_value_that_is_always_refused_does_not_keep_the_others_from_the_disk() {
    let mut world = refusing(4);
    for at in 0..100 {
        world.set(0, &format!("n{at:02}"));
    }
    world.invalidate(0, &["x"]);
    world.wait(100);
    world.faults.writes_fail = 0;
    world.refused = Some("n50".into());
    world.wait(61_000);
    assert!(world.disks[0].counts.contains_key("xx"));
    assert!(world.disks[0].entries.len() >= 80, "its batch waits with it");
    world.wait(1_200_000);
    assert_eq!(world.disks[0].entries.len(), 99);
}

#[test]
fn what_the_disk_has_refused_is_there_after_a_gap_and_is_written_later() {
    let mut world = refusing(9);
    world.set(0, "a");
    world.wait(100);
    world.tell(0, Input::Gap);
    let call = world.ask(0, Command::Get { key: key("a"), version: None });
    world.wait(100);
    assert!(world.got(0, call).is_some());
    world.faults.writes_fail = 0;
    world.wait(61_000);
    assert!(world.disks[0].entries.contains_key("a"));
}

#[test]
fn invalidations_that_do_not_reach_the_remote_tier_become_one_of_all_in_the_end() {
    let mut world = World::of(&[1], true, NONE, 5);
    world.faults.remote_fails = 100;
    for at in 0..700 {
        world.invalidate(0, &[&format!("t{at}")]);
    }
    world.wait(20_000);
    world.faults.remote_fails = 0;
    world.wait(120_000);
    let counters = &world.remote.as_ref().expect("there is one").counters;
    assert!(counters.contains_key("ss1"));
    assert!(counters.contains_key("xt699"), "{}", counters.len());
}

#[test]
fn changes_that_wait_for_the_disk_become_one_of_all_in_the_end() {
    let mut world = World::new(1, NONE, 6);
    world.fetch(0, "a");
    world.wait(100);
    world.faults.disk = 400;
    for row in 0..3_000 {
        let (supplier, table) = ("s1".into(), "clients".into());
        world.tell(0, Input::Changed { supplier, table, row: Some(format!("{row}").into()), at: Some(5) });
    }
    world.wait(2_000);
    assert!(world.disks[0].counts.len() <= 1_100, "{}", world.disks[0].counts.len());
    assert!(world.disks[0].counts.contains_key("ss1"));
    let call = world.fetch(0, "a");
    world.wait(1_000);
    assert!(world.got(0, call).is_some());
    assert_eq!(world.fetched["a"], 2);
}

#[test]
fn what_is_in_memory_is_bounded_and_what_was_given_last_or_is_shown_stays() {
    let mut world = World::new(1, NONE, 7);
    let name = |at: usize| format!("n{at:03}");
    world.tell(0, Input::Watch { key: key("n000") });
    for at in 0..300 {
        let value = format!("{}#1{}", name(at), "x".repeat(994));
        world.ask(0, Command::Set { key: key(&name(at)), value, keeping: keeping() });
        world.wait(20);
        let call = world.fetch(0, &name(1));
        world.wait(20);
        assert!(world.got(0, call).is_some());
        let [.., entries, bytes] = world.tabs[0].cache.stats();
        assert!(bytes <= 100_000 && entries <= 100, "{entries}, {bytes}");
    }
    assert!(world.tabs[0].cache.stats()[Counted::Evicted as usize] > 190);
    for at in [0, 1, 299] {
        assert!(world.tabs[0].table.contains_key(&name(at)), "{at}");
    }
    // What memory let go of the disk has, also what was never encoded while it was there.
    assert_eq!(world.disks[0].entries.len(), 300);
    let call = world.fetch(0, &name(150));
    world.wait(20);
    assert!(matches!(world.got(0, call), Some((Some(_), State::Fresh))));
    assert_eq!(world.fetched.get(&name(150)), None);
}

#[test]
fn a_batch_that_memory_does_not_hold_is_on_the_disk_all_the_same() {
    let mut world = World::new(1, NONE, 8);
    let entry =
        |at: usize| (key(&format!("n{at:03}")), format!("n{at:03}#1{}", "x".repeat(4_000)), keeping());
    let call = world.ask(0, Command::Warm { entries: (0..200).map(entry).collect() });
    world.wait(50);
    assert_eq!(world.ended(0, call), Some(&Outcome::Done { on_disk: true, on_remote: None }));
    assert_eq!(world.disks[0].entries.len(), 200);
}

#[test]
fn the_newest_of_a_key_is_what_the_disk_has_whatever_else_is_in_its_batch() {
    let mut world = World::new(1, NONE, 9);
    let entry = |name: &str, value: &str| (key(name), value.to_owned(), keeping());
    let first = Command::Warm { entries: vec![entry("a", "a#1"), entry("b", "b#1"), entry("a", "a#2")] };
    let calls = [world.ask(0, first), world.set(0, "a"), world.delete(0, "b")];
    world.wait(50);
    for call in calls {
        assert!(matches!(world.ended(0, call), Some(Outcome::Done { on_disk: true, .. })), "{call}");
    }
    let entries: Vec<(&str, &str)> =
        world.disks[0].entries.iter().map(|(name, (_, value))| (name.as_str(), value.as_str())).collect();
    assert_eq!(entries, [("a", "a#2")]);
    assert_eq!(world.tabs[0].table["a"].value.as_deref(), Some("a#2"));
}

#[test]
fn a_batch_that_takes_long_writes_nothing_over_what_is_newer() {
    let mut world = World::new(1, NONE, 11);
    world.laborious = Some("b".into());
    let entry = |name: &str, value: &str| (key(name), value.to_owned(), keeping());
    let names = ["a", "b", "c", "d"];
    world.ask(0, Command::Warm { entries: names.map(|name| entry(name, "old")).into() });
    world.wait(10);
    let calls = [world.set(0, "a"), world.delete(0, "c")];
    world.wait(20);
    for call in calls {
        assert!(matches!(world.ended(0, call), Some(Outcome::Done { on_disk: true, .. })));
    }
    world.wait(100);
    let on_disk = names.map(|name| world.disks[0].entries.get(name).map(|(_, value)| value.as_str()));
    assert_eq!(on_disk, [Some("a#2"), Some("old"), None, Some("old")]);
}

#[test]
fn a_message_of_anything_is_read_up_to_its_bound_and_breaks_nothing() {
    let mut world = World::new(1, NONE, 10);
    world.fetch(0, "a");
    world.wait(100);
    let many: String = (0..5_000).map(|at| format!(" xt{at} 9.1.1")).collect();
    for text in ["", "1", "2", "3 s1 ss1 9.9.9", "1 s1 ss1", "1 s1 ss1 x", "1 %zz ss1 1", "1 s1 %ff 1.1.1"] {
        world.tell(0, Input::Heard { text: text.into(), is_written: false });
    }
    world.tell(0, Input::Heard { text: format!("1 s1{many}").into(), is_written: false });
    world.wait(100);
    assert_eq!(world.disks[0].counts.len(), 1_000);
    let call = world.fetch_with(0, "a", fetching());
    world.wait(20);
    assert_eq!((world.got(0, call).is_some(), world.fetched["a"]), (true, 1));
}

#[test]
fn what_cannot_be_stored_is_not_set_and_nothing_older_is_given_in_its_place() {
    for code in [Code::NotCloneable, Code::ValueTooLarge] {
        let mut world = World::new(2, NONE, 12);
        world.set(0, "a");
        world.wait(100);
        world.unfit = Some(("a".into(), code));
        let call = world.set(0, "a");
        world.wait(100);
        assert!(matches!(world.ended(0, call), Some(Outcome::Failed(error)) if error.code == code));
        world.reload(1);
        for tab in [0, 1] {
            let call = world.ask(tab, Command::Get { key: key("a"), version: None });
            world.wait(100);
            assert_eq!(world.ended(tab, call), Some(&Outcome::Missing));
        }
    }
}

#[test]
fn a_fetched_value_that_cannot_be_stored_stays_in_memory_unless_it_is_too_large() {
    for (code, stays) in [(Code::NotCloneable, true), (Code::ValueTooLarge, false)] {
        let mut world = World::new(1, NONE, 13);
        world.set(0, "a");
        world.wait(1_000_000);
        world.change("a");
        world.unfit = Some(("a".into(), code));
        world.fetch(0, "a");
        world.wait(200);
        let call = world.ask(0, Command::Get { key: key("a"), version: None });
        world.wait(100);
        let got = stays.then_some((Some("a#3"), State::Fresh));
        assert_eq!(world.got(0, call), got);
        assert_eq!(world.disks[0].entries.contains_key("a"), stays);
    }
}
