//! Counters: they go on with the clock, and nothing is counted before it is known how far they are.

use std::rc::Rc;

use crate::asking::{keeping, key, tagged};
use crate::world::{NONE, WALL, World};
use wedsync_dashboard::core::cache::generation::Generations;
use wedsync_dashboard::core::cache::input::{Command, Input};
use wedsync_dashboard::core::cache::output::State;
use wedsync_dashboard::core::cache::policy::Keeping;

#[test]
fn a_counter_that_is_raised_is_above_whatever_was_counted_before_that_moment() {
    let (mut one, mut other, tag) = (Generations::new(1), Generations::new(2), Rc::from("x"));
    one.raise(&tag, 500);
    other.raise(&tag, 1_000);
    assert!(one.raise(&tag, 2_000).is_above(other.least(&tag)), "which it has not heard of");
}

#[test]
fn what_is_set_waits_for_what_its_counters_say_and_is_not_below_that() {
    let mut world = World::new(1, NONE, 0);
    // Clocks that were ahead have counted them.
    for tag in ["ka", "xx", "ss1"] {
        world.disks[0].counts.insert(tag.into(), format!("{}.3.9", WALL + 10_000_000_000));
    }
    let (value, keeping) = (world.change("a"), Keeping { tags: tagged(&["x"]), ..keeping() });
    world.ask(0, Command::Set { key: key("a"), value, keeping });
    world.wait(200);
    for _ in 0..2 {
        let call = world.ask(0, Command::Get { key: key("a"), version: None });
        world.wait(200);
        assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
        world.reload(0);
    }
}

#[test]
fn of_two_devices_that_have_counted_as_far_the_disk_has_what_is_known_last() {
    let mut world = World::of(&[1], true, NONE, 1);
    for origin in ["7", "9"] {
        let text = format!("1 s1 xclients {WALL}.1.{origin}").into();
        world.tell(0, Input::Heard { text, is_written: false });
        world.wait(20);
    }
    assert_eq!(world.disks[0].counts["xclients"], format!("{WALL}.1.9"));
}
