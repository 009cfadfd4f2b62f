//! Tokens on a machine whose clock is wrong: whether they are good, the server says.

use crate::defaults::defaults;
use wedsync_dashboard::core::dashboard::Config;
use wedsync_dashboard::core::session;

use crate::tokens::{answer_with, asking, claims, give, set_auth};
use crate::world::{World, broadcasts, private};

#[test]
fn a_token_that_seems_over_is_asked_about_before_a_private_join() {
    let mut world = asking();
    give(&mut world, "old", Some(-5_000));
    assert_eq!(world.client().realtime_stats().joins, 0);
    assert!(world.errors("room").is_empty(), "it is for the server to say that it is over");
    world.pass(1_000);
    assert_eq!(world.tokens_asked, 2);
    give(&mut world, "new", Some(60_000));
    assert_eq!(world.join("room:1").2["access_token"], "new");
}

#[test]
fn a_machine_whose_clock_is_90_seconds_ahead_joins_with_the_same_token_of_60_seconds() {
    let mut world = asking();
    answer_with(&mut world, 1, "same", claims(Some(-30_000), Some(90_000)));
    world.pass(1_000);
    answer_with(&mut world, 2, "same", claims(Some(-31_000), Some(91_000)));
    assert_eq!(world.join("room:1").2["access_token"], "same", "within a second, as the official client");
    world.accept("room:1");
    assert!(world.is_live("room") && world.errors("room").is_empty());
    world.pass(28_000);
    assert_eq!(world.tokens_asked, 2);
    world.pass(1_500);
    assert_eq!(
        world.tokens_asked, 3,
        "half a minute ahead of the true end of a token that was new when it came"
    );
    answer_with(&mut world, 3, "next", claims(Some(-30_000), Some(90_000)));
    assert_eq!(world.last_sent("access_token")[4]["access_token"], "next");
    world.pass(29_000);
    assert_eq!(world.tokens_asked, 3, "the clock is known by now");
    world.pass(1_500);
    assert_eq!(world.tokens_asked, 4);
}

#[test]
fn a_machine_whose_clock_is_hours_ahead_joins_all_the_same() {
    for is_same in [true, false] {
        let mut world = asking();
        answer_with(&mut world, 1, "first", claims(Some(-3_600_000), Some(7_200_000)));
        assert!(world.sent.is_empty(), "one such token may have run out indeed");
        world.pass(1_000);
        let token = if is_same { "first" } else { "second" };
        answer_with(&mut world, 2, token, claims(Some(-3_600_000), Some(7_200_000)));
        world.accept("room:1");
        assert!(world.is_live("room"));
        world.pass(3_500_000);
        assert_eq!(world.tokens_asked, 2, "a token of an hour");
        // Nor does it need another for the next connection.
        world.close(1012);
        world.pass(1_000);
        world.open();
        answer_with(&mut world, 3, token, claims(Some(-7_101_000), Some(10_701_000)));
        world.accept("room:1");
        assert!(world.is_live("room"));
    }
}

#[test]
fn a_machine_whose_clock_is_ahead_and_whose_tokens_do_not_say_since_when_they_are_asks_now_and_then() {
    let mut world = asking();
    give(&mut world, "same", Some(-7_200_000));
    world.pass(1_000);
    give(&mut world, "same", Some(-7_201_000));
    world.accept("room:1");
    world.pass(29_900);
    assert_eq!(world.tokens_asked, 2);
    world.pass(200);
    assert_eq!(world.tokens_asked, 3);
}

#[test]
fn public_channels_do_not_wait_for_a_token_that_seems_over() {
    let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
    world.subscribe("lobby", broadcasts("lobby"));
    world.subscribe("room", private(broadcasts("room:1")));
    world.open();
    give(&mut world, "same", Some(-7_200_000));
    assert_eq!(world.client().realtime_stats().joins, 1);
    world.accept("lobby");
    world.pass(1_000);
    give(&mut world, "same", Some(-7_201_000));
    world.accept("room:1");
    assert!(world.is_live("lobby") && world.is_live("room"));
}

#[test]
fn the_time_that_an_answer_states_tells_how_long_a_token_lasts() {
    let mut world = asking();
    world.input(session::Event::Clock { ahead: 7_200_000 });
    give(&mut world, "first", Some(-3_600_000));
    world.accept("room:1");
    assert!(world.is_live("room"), "it is good for an hour");
    world.pass(3_569_000);
    assert_eq!(world.tokens_asked, 1);
    world.pass(1_000);
    assert_eq!(world.tokens_asked, 2);
}

#[test]
fn a_machine_whose_clock_is_behind_renews_in_time() {
    let mut world = asking();
    answer_with(&mut world, 1, "first", claims(Some(10_800_000), Some(-7_200_000)));
    world.accept("room:1");
    world.pass(3_570_000);
    assert_eq!(world.tokens_asked, 2, "an hour from when it was issued");
}

#[test]
fn a_source_that_returns_one_short_token_is_asked_with_pauses() {
    for lifetime in [1_000, 60_000] {
        let mut world = asking();
        give(&mut world, "short", Some(lifetime));
        world.accept("room:1");
        let begun = world.now;
        let mut asked = world.tokens_asked;
        for _ in 0..120_000 {
            world.pass(1);
            if world.tokens_asked > asked {
                asked = world.tokens_asked;
                let left = lifetime - world.now.since(begun) as i64;
                give(&mut world, "short", Some(left));
            }
        }
        assert!(asked <= 12, "{asked} times in two minutes, with {lifetime} ms");
    }
}

#[test]
fn a_token_set_by_hand_that_seems_over_is_for_the_server_to_judge() {
    let mut world = World::new();
    set_auth(&mut world, "old", Some(-5_000));
    world.subscribe("room", private(broadcasts("room:1")));
    world.open();
    assert_eq!(world.join("room:1").2["access_token"], "old");
    world.refuse("room:1", "InvalidJWTToken: Token has expired 5 seconds ago");
    assert_eq!(world.errors("room"), ["token_expired"]);
    set_auth(&mut world, "new", Some(60_000));
    world.pass(1_000);
    assert_eq!(world.join("room:1").2["access_token"], "new");
}
