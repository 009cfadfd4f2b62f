//! Heartbeats: what goes out, and when a silent link counts as dead.

use serde_json::{Value, json};
use wedsync_dashboard::core::io::{Input, Notification};

use crate::recording::from_client;
use crate::world::{World, broadcasts};

fn live() -> World {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    world.sent.clear();
    world.answers = false;
    world
}

fn reply(world: &mut World) {
    let beat = world.sent.last().unwrap().clone();
    assert_eq!(beat[3], "heartbeat");
    world.receive_json(json!([null, beat[1], "phoenix", "phx_reply", { "status": "ok", "response": {} }]));
}

fn is_down(world: &World) -> bool {
    world.news.iter().any(|news| matches!(news, Notification::Disconnected { code: 0, .. }))
}

#[test]
fn a_heartbeat_every_25_seconds_in_the_form_of_the_official_client() {
    let mut world = live();
    for beat in 1..=3 {
        world.pass(25_000);
        assert_eq!(world.sent.len(), beat);
        reply(&mut world);
    }
    let recorded = &from_client("heartbeat_v2", 1)[0];
    let without_reference =
        |frame: &Value| (frame[0].clone(), frame[2].clone(), frame[3].clone(), frame[4].clone());
    assert_eq!(without_reference(&world.sent[0]), without_reference(recorded));
    world.pass(24_000);
    assert!(!is_down(&world) && world.opened.len() == 1);
}

#[test]
fn a_link_that_answers_nothing_for_ten_seconds_is_dead_and_opened_anew() {
    let mut world = live();
    world.pass(25_000 + 9_999);
    assert!(!is_down(&world));
    world.pass(1);
    assert!(is_down(&world));
    assert_eq!(world.closed, [world.opened[0]]);
    world.pass(1_000);
    assert_eq!(world.opened.len(), 2);
}

#[test]
fn data_frames_prove_a_link_whose_heartbeat_reply_is_late() {
    let mut world = live();
    world.pass(25_000 + 5_000);
    world.input(Input::Heard { socket: world.socket() });
    world.pass(5_000);
    assert!(!is_down(&world));
}

#[test]
fn a_refused_join_that_silences_the_server_does_not_kill_the_link() {
    let mut world = live();
    world.pass(24_000);
    for topic in ["a", "b"] {
        world.subscribe(topic, broadcasts(topic));
    }
    // Two joins, refused after 5 s each while the socket says nothing: the heartbeat goes out in between.
    world.pass(14_900);
    assert!(!is_down(&world), "10 s and 5 s for each join under way");
}

#[test]
fn after_sleep_a_probe_finds_a_dead_link_within_five_seconds() {
    let mut world = live();
    world.sleep(3_600_000);
    assert_eq!(world.sent_events(), ["heartbeat"]);
    world.pass(5_000);
    assert!(is_down(&world));
}

#[test]
fn after_sleep_a_reply_that_waited_is_not_taken_for_silence() {
    let mut world = live();
    world.pass(25_000);
    world.sleep(3_600_000);
    assert!(!is_down(&world), "a late timer alone proves nothing");
    assert_eq!(world.sent_events(), ["heartbeat", "heartbeat"]);
    reply(&mut world);
    world.pass(20_000);
    assert!(!is_down(&world));
}

#[test]
fn becoming_visible_probes_an_open_link_once() {
    let mut world = live();
    world.input(Input::Visible);
    world.input(Input::Visible);
    world.input(Input::Offline);
    assert_eq!(world.sent_events(), ["heartbeat"]);
    world.pass(5_000);
    assert!(is_down(&world));
}

#[test]
fn frames_that_waited_while_the_machine_slept_do_not_prove_a_link() {
    let mut world = live();
    world.sleep(3_600_000);
    assert_eq!(world.sent_events(), ["heartbeat"]);
    world.pass(10);
    world.input(Input::Heard { socket: world.socket() });
    world.pass(4_990);
    assert!(is_down(&world));
}

#[test]
fn a_reply_that_is_read_after_its_late_timer_is_waited_for_once_more() {
    let mut world = live();
    world.pass(25_000);
    world.sleep(11_000);
    assert!(!is_down(&world), "what came meanwhile is not read yet");
    reply(&mut world);
    world.pass(25_000);
    world.sleep(11_000);
    world.sleep(6_000);
    assert!(is_down(&world), "a timer that is always a little late is no excuse for ever");
}
