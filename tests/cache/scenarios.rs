//! Faults from the field.

use crate::asking::{fetching, key};
use crate::world::{NONE, World};
use wedsync_dashboard::core::cache::Timer;
use wedsync_dashboard::core::cache::generation::Generation;
use wedsync_dashboard::core::cache::input::{Command, Input};
use wedsync_dashboard::core::cache::output::{Outcome, State};
use wedsync_dashboard::core::ids::CallId;

/// 15: an old fetch that returns after a removal reaches its caller, and nobody else.
#[test]
fn deleted_while_being_fetched() {
    type Change = fn(&mut World, usize);
    let changes: [(&str, Change); 3] = [
        ("delete", |world, tab| {
            world.delete(tab, "a");
        }),
        ("set", |world, tab| {
            world.set(tab, "a");
        }),
        ("invalidate", |world, tab| {
            world.invalidate(tab, &[]);
        }),
    ];
    for (name, change) in changes {
        for other in [0, 1] {
            let mut world = World::new(2, NONE, 15);
            world.faults.fetch = 2_000;
            let old = world.fetch(0, "a");
            world.wait_for_a_fetch();
            world.change("a");
            change(&mut world, other);
            // It has reached the other tab.
            world.wait(20);
            let newcomer = world.fetch(0, "a");
            world.wait(5_000);
            assert_eq!(world.got(0, old), Some((Some("a#1"), State::Fresh)), "{name} in tab {other}");
            let version = if name == "set" { "a#3" } else { "a#2" };
            assert_eq!(world.got(0, newcomer), Some((Some(version), State::Fresh)), "{name} in tab {other}");
            for tab in 0..2 {
                let later = world.fetch(tab, "a");
                world.wait(20);
                assert_eq!(world.got(tab, later).and_then(|(value, _)| value), Some(version), "{name}");
            }
            assert_eq!(world.disks[0].entries["a"].1, version);
        }
    }
}

/// 16: five share one request, and one leaves.
#[test]
fn five_share_one_request_and_one_leaves() {
    let mut world = World::new(2, NONE, 16);
    let calls: Vec<u32> = (0..5).map(|_| world.fetch(0, "a")).collect();
    let elsewhere = world.fetch(1, "a");
    world.wait(5);
    world.tell(0, Input::Leave { call: CallId(calls[2]) });
    world.wait(500);
    for (place, call) in calls.iter().enumerate() {
        let expected = (place != 2).then_some((Some("a#1"), State::Fresh));
        assert_eq!(world.got(0, *call), expected);
    }
    assert_eq!(world.got(1, elsewhere), Some((Some("a#1"), State::Fresh)));
    assert_eq!(world.fetched["a"], 1);
}

#[test]
fn a_fetch_that_all_have_left_is_aborted_after_a_grace_and_a_newcomer_never_joins_it() {
    let mut world = World::new(1, NONE, 17);
    world.faults.fetch = 2_000;
    let first = world.fetch(0, "a");
    world.wait_for_a_fetch();
    world.tell(0, Input::Leave { call: CallId(first) });
    // Unmounted and mounted again within a tick.
    let again = world.fetch(0, "a");
    world.wait(150);
    assert_eq!((world.tabs[0].aborted, world.fetched["a"]), (0, 1));
    world.tell(0, Input::Leave { call: CallId(again) });
    world.wait(101);
    assert_eq!(world.tabs[0].aborted, 1);
    let newcomer = world.fetch(0, "a");
    world.wait(3_000);
    assert_eq!(world.got(0, newcomer), Some((Some("a#1"), State::Fresh)));
    assert_eq!(world.fetched["a"], 2);
    assert_eq!((world.ended(0, first), world.ended(0, again)), (None, None));
}

#[test]
fn a_tab_that_closes_while_it_fetches_for_all_leaves_the_fetch_to_the_next_one() {
    let mut world = World::new(3, NONE, 18);
    world.faults.fetch = 2_000;
    let calls = [world.fetch(0, "a"), world.fetch(1, "a"), world.fetch(2, "a")];
    world.wait(20);
    assert_eq!(world.fetched["a"], 1);
    let closed = (0..3).find(|tab| world.is_fetching(*tab)).expect("one of them fetches");
    world.reload(closed);
    world.wait(5_000);
    assert_eq!(world.fetched["a"], 2);
    for tab in (0..3).filter(|tab| *tab != closed) {
        assert_eq!(world.got(tab, calls[tab]), Some((Some("a#1"), State::Fresh)));
    }
}

/// 19: nothing that is shown changes by time alone, but by what is told.
#[test]
fn what_is_shown_ages_by_notifications_alone() {
    let mut world = World::new(1, NONE, 19);
    world.tell(0, Input::Watch { key: key("a") });
    world.fetch(0, "a");
    world.wait(100);
    let shown = world.tabs[0].table["a"].clone();
    assert_eq!(shown.state, State::Fresh);
    let told = world.timer(0, Timer::Age).expect("it will be told");
    world.wait(told - world.now - 1);
    assert_eq!(world.tabs[0].table["a"], shown);
    world.wait(300_000);
    assert_eq!(world.tabs[0].table["a"].state, State::Stale);
    world.tell(0, Input::Unwatch { key: "a".into() });
    assert_eq!(world.timer(0, Timer::Age), None, "nothing wakes a page that shows nothing");
}

/// A burst of readers while everything is down.
#[test]
fn when_every_tier_is_down_what_is_in_memory_is_given_with_its_age() {
    let mut world = World::new(1, NONE, 20);
    world.faults.writes_fail = 100;
    world.faults.reads_fail = 100;
    world.fetch(0, "a");
    world.wait(1_000_000);
    world.faults.fetches_fail = 100;
    world.fetch(0, "a");
    world.wait(200);
    let calls: Vec<u32> = (0..50).map(|_| world.fetch_with(0, "a", fetching())).collect();
    world.wait(200);
    for call in calls {
        match world.ended(0, call) {
            Some(Outcome::Got { value, state, age }) => {
                assert_eq!((value.as_deref(), *state), (Some("a#1"), State::Degraded));
                assert!(*age >= 1_000_000, "{age}");
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Two tabs that have not heard of each other count at once, and the one that has counted less is the last to write.
#[test]
fn a_counter_that_is_written_over_with_less_comes_back_and_loses_nothing_until_then() {
    let mut world = World::new(3, NONE, 21);
    world.fetch(0, "a");
    world.wait(100);
    world.invalidate(0, &[]);
    world.wait(20);
    let less = world.disks[0].counts["ss1"].clone();
    world.invalidate(0, &[]);
    world.invalidate(0, &[]);
    world.wait(20);
    let most = world.disks[0].counts.insert("ss1".into(), less).expect("it was counted");
    world.fetch(0, "a");
    world.wait(100);
    // A page that is loaded now knows only what is on the disk, and still removes what was fetched by then.
    world.reload(1);
    world.change("a");
    world.invalidate(1, &[]);
    let call = world.fetch(1, "a");
    world.wait(200);
    assert_eq!(world.got(1, call), Some((Some("a#2"), State::Fresh)));
    // Whoever has counted more writes it again as soon as he hears of the disk.
    world.disks[0].counts.insert("ss1".into(), "1.1.1".into());
    for tab in 0..3 {
        world.tell(tab, Input::Disk { keys: vec!["gss1".into()] });
    }
    world.wait(20);
    let there = Generation::from_text(&world.disks[0].counts["ss1"]).expect("a generation");
    assert!(there.is_above(Generation::from_text(&most).expect("a generation")), "{there:?}");
}

/// A message that was under way while a page was loaded says less than what the disk has.
#[test]
fn what_is_invalidated_stays_so_although_the_disk_has_lost_what_its_counter_said() {
    let mut world = World::new(1, NONE, 9);
    for name in ["a", "b"] {
        world.fetch(0, name);
    }
    world.wait(100);
    // Fetched after a device whose clock is ahead had invalidated everything. Its counter is not on this disk.
    for (header, _) in world.disks[0].entries.values_mut() {
        *header = header.replace("ss1 0.0.0", "ss1 1890000000000.4.7");
    }
    world.reload(0);
    world.invalidate(0, &[]);
    world.change("a");
    world.change("b");
    world.wait(10);
    let call = world.fetch(0, "a");
    world.wait(200);
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
    world.reload(0);
    let call = world.fetch(0, "b");
    world.wait(200);
    assert_eq!(world.got(0, call), Some((Some("b#2"), State::Fresh)), "also in the next page");
}

#[test]
fn what_is_being_removed_is_not_read_from_the_disk_that_will_refuse_the_removal() {
    let mut world = World::new(1, NONE, 10);
    world.fetch(0, "a");
    world.wait(100);
    // Set by a device whose clock is ahead: its counter is in the entry alone.
    for (header, _) in world.disks[0].entries.values_mut() {
        *header = header.replace("ka 0.0.0", "ka 1890000000000.4.7");
    }
    world.reload(0);
    world.faults.writes_fail = 100;
    world.change("a");
    world.delete(0, "a");
    let call = world.fetch(0, "a");
    world.wait(200);
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
}

#[test]
fn a_late_message_is_not_taken_for_all_that_the_disk_knows() {
    let mut world = World::new(2, NONE, 22);
    world.invalidate(0, &[]);
    world.wait(20);
    let late = world.disks[0].counts["ss1"].clone();
    world.fetch(0, "a");
    world.wait(100);
    let entry = world.disks[0].entries["a"].clone();
    world.invalidate(0, &[]);
    world.wait(20);
    world.disks[0].entries.insert("a".into(), entry);
    world.reload(1);
    world.tell(1, Input::Heard { text: format!("1 s1 ss1 {late}").into(), is_written: true });
    let call = world.ask(1, Command::Get { key: key("a"), version: None });
    world.wait(20);
    assert_eq!(world.ended(1, call), Some(&Outcome::Missing));
}

/// The disk refuses a counter, and before it takes it another tab has counted further.
#[test]
fn a_refused_counter_takes_nothing_back_that_another_tab_has_counted_since() {
    let mut world = World::new(2, NONE, 23);
    world.faults.writes_fail = 100;
    world.invalidate(0, &[]);
    world.wait(20);
    world.faults.writes_fail = 0;
    world.invalidate(1, &[]);
    world.wait(20);
    let most = world.disks[0].counts["ss1"].clone();
    // Who has counted it is gone and does not write it again.
    world.reload(1);
    world.wait(5_000);
    assert_eq!(world.tiers.last(), Some(&(0, false, true)), "it was tried again");
    assert_eq!(world.disks[0].counts["ss1"], most);
}
