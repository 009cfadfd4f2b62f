//! Races that the simulation found.

use serde_json::{Value, json};
use wedsync_dashboard::core::page::PageEvent;
use wedsync_dashboard::core::realtime::subscriptions::{Replay, Subscription};

use crate::world::{EPOCH, World, broadcasts, presence, private};

fn kept() -> Subscription {
    Subscription { replay: Some(Replay { since: 0, limit: 25 }), ..private(broadcasts("room")) }
}

/// When the replay that the last join asks for begins, in milliseconds of the world's clock.
fn since(world: &World) -> u64 {
    let since = &world.last_sent("phx_join")[4]["config"]["broadcast"]["replay"]["since"];
    since.as_u64().unwrap().saturating_sub(EPOCH)
}

fn people(world: &mut World, event: &str, payload: Value) {
    let (join, topic, _) = world.join("room");
    let join = if event == "presence_state" { join } else { Value::Null };
    world.receive_json(json!([join, null, topic, event, payload]));
}

#[test]
fn what_is_read_after_sleep_does_not_say_that_the_channel_was_live_until_then() {
    let mut world = World::open_with("audit", kept());
    world.accept("room");
    world.pass(30_000);
    let before = world.now.as_millis();
    world.answers = false;
    // Frames of long ago are read first, then the end of the socket.
    world.sleep(3_600_000);
    world.hear(world.socket(), 3);
    world.close(1006);
    world.reached(true);
    world.open();
    assert!(since(&world) < before, "{} is after {before}", since(&world));
}

#[test]
fn a_replay_that_was_cut_off_is_asked_for_again() {
    let mut world = World::open_with("audit", kept());
    world.accept("room");
    world.pass(60_000);
    world.close(1006);
    world.pass(3_600_000);
    world.open();
    let asked = since(&world);
    world.accept("room");
    // The link is lost before anything of the replay has come.
    world.close(1006);
    world.reached(true);
    world.open();
    assert_eq!(since(&world), asked);
}

#[test]
fn a_diff_of_an_earlier_join_leaves_no_ghost_in_the_next() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.accept("room");
    people(&mut world, "presence_state", json!({}));
    world.unsubscribe("who");
    world.subscribe("who", presence("room", "me"));
    people(
        &mut world,
        "presence_diff",
        json!({ "joins": { "me": { "metas": [{ "phx_ref": "old" }] } }, "leaves": {} }),
    );
    world.accept("room");
    people(&mut world, "presence_state", json!({}));
    assert_eq!(world.client().presence("who"), Some(json!({})));
}

#[test]
fn who_comes_back_to_a_channel_that_stayed_joined_finds_who_came_meanwhile() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.subscribe("messages", broadcasts("room"));
    world.accept("room");
    people(&mut world, "presence_state", json!({}));
    world.unsubscribe("who");
    people(
        &mut world,
        "presence_diff",
        json!({ "joins": { "you": { "metas": [{ "phx_ref": "1" }] } }, "leaves": {} }),
    );
    world.subscribe("who", presence("room", "me"));
    assert!(world.is_live("who"), "the channel has never been left");
    assert_eq!(world.client().presence("who"), Some(json!({ "you": [{ "presence_ref": "1" }] })));
}

#[test]
fn what_is_tracked_while_a_call_is_out_is_told_when_that_call_times_out() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.accept("room");
    world.track(1, "who", Some(json!({ "n": 1 })));
    world.track(2, "who", None);
    assert_eq!(world.last_sent("presence")[4]["event"], "track");
    world.pass(10_000);
    assert_eq!(world.settled(1), Some(Err("push_timeout")));
    assert_eq!(world.last_sent("presence")[4]["event"], "untrack");
}

#[test]
fn a_join_that_was_left_may_still_silence_the_server() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    world.answers = false;
    world.subscribe("a", broadcasts("a"));
    world.unsubscribe("a");
    world.input(PageEvent::Visible);
    world.pass(6_900);
    assert_eq!(world.opened.len(), 1, "the refusal of the join takes 5 s, whether or not it is still wanted");
    world.pass(200);
    assert_eq!(world.opened.len(), 2);
}
