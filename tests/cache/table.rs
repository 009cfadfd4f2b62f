//! What JavaScript's table gives without a question, while that is not certain to hold.

use crate::asking::key;
use crate::world::{NONE, World};
use wedsync_dashboard::core::cache::Timer;
use wedsync_dashboard::core::cache::input::{Command, Input};

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
