//! What JavaScript's table gives without a question, while that is not certain to hold.

use crate::asking::{fetching, keeping, key};
use crate::world::{NONE, World};
use wedsync_dashboard::core::cache::Timer;
use wedsync_dashboard::core::cache::input::{Command, Input};
use wedsync_dashboard::core::cache::output::{Outcome, State};
use wedsync_dashboard::core::cache::policy::{Fetching, Keeping};

/// A key that is shown, one millisecond before its age is told anew, with a disk that takes long from then on.
fn before_a_tick(seed: u64) -> World {
    let mut world = World::new(1, NONE, seed);
    world.set(0, "a");
    world.tell(0, Input::Watch { key: key("a") });
    world.wait(100);
    let tick = world.timer(0, Timer::Age).expect("it ages");
    world.wait(tick - world.now - 1);
    assert!(world.tabs[0].table["a"].until > world.wall(0));
    world.faults.disk = 1_000_000;
    world
}

#[test]
fn what_another_tab_may_have_made_invalid_is_not_given_until_its_counter_is_known() {
    let mut world = before_a_tick(41);
    world.tell(0, Input::Disk { keys: vec!["gss1".into()] });
    world.wait(2);
    assert_eq!(world.tabs[0].table["a"].until, 0);
}

#[test]
fn what_an_operation_under_way_may_be_about_is_not_given_until_it_is_done() {
    let mut world = before_a_tick(42);
    let tags = vec!["of nothing yet".into()];
    world.ask(0, Command::Invalidate { tags, supplier: Some("s1".into()) });
    world.wait(2);
    assert_eq!(world.tabs[0].table["a"].until, 0);
}

#[test]
fn what_has_grown_too_old_on_the_disk_is_not_shown_and_ends_the_wait_of_whoever_asks() {
    let mut world = World::new(1, NONE, 43);
    world.set(0, "a");
    world.wait(300_000 + 86_400_000 + 1_000);
    world.reload(0);
    world.tell(0, Input::Watch { key: key("a") });
    world.wait(100);
    assert!(!world.tabs[0].table.contains_key("a"));
    let call = world.ask(0, Command::Get { key: key("a"), version: None });
    world.wait(100);
    assert_eq!(world.ended(0, call), Some(&Outcome::Missing));
    let call = world.fetch(0, "a");
    world.wait(200);
    assert_eq!(world.got(0, call), Some((Some("a#2"), State::Fresh)));
    assert_eq!(world.fetched["a"], 1);
}

#[test]
fn what_grows_too_old_while_it_is_shown_is_fetched_anew_by_whoever_asks() {
    let mut world = World::new(1, NONE, 44);
    let keeping = Keeping { stale: 0, ..keeping() };
    let fetching = Fetching { keeping, ..fetching() };
    world.tell(0, Input::Watch { key: key("a") });
    world.fetch_with(0, "a", fetching.clone());
    world.wait(400_000);
    let call = world.fetch_with(0, "a", fetching);
    world.wait(200);
    assert_eq!(world.got(0, call), Some((Some("a#1"), State::Fresh)));
    assert_eq!(world.fetched["a"], 2);
}
