//! Heartbeats: what goes out, and when a silent link is doubted.

use serde_json::{Value, json};
use wedsync_dashboard::core::connectivity;
use wedsync_dashboard::core::connectivity::Heartbeat;
use wedsync_dashboard::core::dashboard::Notification;
use wedsync_dashboard::core::page::PageEvent;

use crate::recording::from_client;
use crate::world::{World, broadcasts};

fn live() -> World {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    world.sent.clear();
    world.answers = false;
    world
}

fn hidden() -> World {
    let mut world = live();
    world.input(PageEvent::Hidden);
    world
}

fn reply(world: &mut World) {
    let beat = world.last_sent("heartbeat").clone();
    let ok = json!({ "status": "ok", "response": {} });
    world.receive_json(json!([null, beat[1], "phoenix", "phx_reply", ok]));
}

fn beats(world: &World) -> usize {
    world.sent_events().iter().filter(|event| **event == "heartbeat").count()
}

#[test]
fn in_a_hidden_page_a_heartbeat_every_25_seconds_in_the_form_of_the_official_client() {
    let mut world = hidden();
    // The one that was set while the page was visible finds that it is too early.
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
    assert!(!world.is_told_down() && world.opened.len() == 1);
}

#[test]
fn in_a_visible_page_a_silent_link_is_asked_every_five_seconds() {
    let mut world = live();
    world.answers = true;
    world.pass(60_000);
    assert_eq!(beats(&world), 12);
}

#[test]
fn a_link_that_talks_is_asked_no_more_often_in_a_visible_page_than_in_a_hidden_one() {
    let mut world = live();
    world.answers = true;
    for _ in 0..600 {
        world.hear(world.socket(), 1);
        world.pass(100);
    }
    assert_eq!(beats(&world), 2, "in a minute");
}

#[test]
fn a_link_that_talked_and_falls_silent_is_asked_after_a_second() {
    let mut world = live();
    // Long enough for the client to have heard of it.
    for _ in 0..60 {
        world.hear(world.socket(), 1);
        world.pass(100);
    }
    assert_eq!(beats(&world), 0);
    world.pass(1_000);
    assert_eq!(beats(&world), 1);
    assert_eq!(world.opened.len(), 1);
    world.pass(2_000);
    assert_eq!(world.opened.len(), 2, "and another socket is tried two seconds later");
}

#[test]
fn a_link_that_talks_in_bursts_is_asked_no_more_often_than_a_silent_one() {
    for (every, frames) in [(1_500, 20), (2_000, 50), (3_000, 50), (4_000, 200)] {
        let mut world = live();
        world.answers = true;
        for _ in 0..3_600_000 / every {
            world.pass(every);
            world.hear(world.socket(), frames);
        }
        assert!(beats(&world) <= 720, "{frames} frames every {every} ms: {} an hour", beats(&world));
    }
}

#[test]
fn a_dead_link_is_found_within_ten_seconds_though_the_browser_says_nothing() {
    for data_before in [false, true] {
        let mut world = live();
        // Frames of which the client learns at its next pump, which is the heartbeat's own.
        if data_before {
            world.hear(world.socket(), 1);
        }
        world.pass(7_000);
        assert_eq!(world.opened.len(), 2, "another socket is tried beside it");
        assert!(!world.is_told_down() && world.closed.is_empty(), "and nobody is told yet");
        world.open();
        assert!(world.closed.is_empty(), "the old one may still answer");
        world.pass(2_500);
        assert_eq!(world.closed, [world.opened[0]]);
        assert!(world.is_told_down());
        world.accept("feed");
        assert!(world.is_live("feed"));
        assert_eq!(world.continuity("feed"), ["lost"]);
    }
}

#[test]
fn one_data_frame_does_not_prove_alive_what_died_before_the_question() {
    // The case of before: a data frame comes, the link dies, and the pump that tells of the frame is that of the overdue
    // answer.
    let mut world = hidden();
    world.pass(25_000);
    world.hear_at(world.socket(), 1, 24_000);
    world.pass(4_500);
    assert!(world.is_told_down());
    let mut world = hidden();
    world.pass(25_000);
    world.pass(1_500);
    world.hear(world.socket(), 1);
    world.pass(20_000);
    assert!(!world.is_told_down(), "one that came since does");
}

#[test]
fn a_refused_join_that_silences_the_server_does_not_cast_doubt_on_the_link() {
    let mut world = hidden();
    world.pass(24_000);
    for topic in ["a", "b"] {
        world.subscribe(topic, broadcasts(topic));
    }
    // Two joins, refused after 5 s each while the socket says nothing: the heartbeat goes out in between.
    world.pass(1_000 + 11_900);
    assert_eq!(world.opened.len(), 1, "2 s and 5 s for each join under way");
    world.pass(2_500);
    assert!(!world.is_told_down());
}

#[test]
fn a_join_after_the_question_may_hold_up_the_answer_that_is_asked_for_without_a_network() {
    let mut world = live();
    world.subscribe("a", broadcasts("a"));
    world.pass(5_100);
    assert_eq!(beats(&world), 1, "its answer may take 4.5 s, and 5 s more for the join before it");
    world.subscribe("b", broadcasts("b"));
    world.pass(6_000);
    world.input(PageEvent::Offline);
    world.pass(1_300);
    assert!(world.is_told_down());
    // What is asked just before another socket opens serves as the question to the old one.
    world.input(PageEvent::Offline);
    world.reached(true);
    world.open();
    world.pass(6_000);
    assert!(world.closed.is_empty(), "the second join may be refused as late as that");
    world.pass(1_500);
    assert_eq!(world.closed.len(), 1, "no more time is given than there was");
}

#[test]
fn joins_that_were_left_and_never_answered_do_not_lengthen_the_patience_for_ever() {
    let mut world = live();
    for topic in ["a", "b", "c"] {
        world.subscribe(topic, broadcasts(topic));
        world.unsubscribe(topic);
    }
    // The server's socket answers in order: what it answers now it has come to after those joins.
    world.answers = true;
    world.pass(10_000);
    world.answers = false;
    world.pass(5_000 + 2_000);
    assert_eq!(world.opened.len(), 2);
}

#[test]
fn after_sleep_a_probe_finds_a_dead_link_within_five_seconds() {
    let mut world = live();
    world.sleep(20_000);
    assert_eq!(world.sent_events(), ["heartbeat"]);
    world.pass(2_000);
    world.open();
    world.pass(2_500);
    assert!(world.is_told_down());
    assert_eq!(world.closed, [world.opened[0]]);
}

#[test]
fn after_a_sleep_in_which_the_server_has_closed_the_socket_another_is_tried_at_once() {
    let mut world = live();
    world.sleep(3_600_000);
    assert_eq!(world.sent_events(), ["heartbeat"]);
    assert_eq!(world.opened.len(), 2);
}

#[test]
fn after_sleep_a_reply_that_waited_is_not_taken_for_silence() {
    let mut world = hidden();
    world.pass(25_000);
    world.sleep(20_000);
    assert!(!world.is_told_down(), "a late timer alone proves nothing");
    assert_eq!(world.sent_events(), ["heartbeat", "heartbeat"]);
    reply(&mut world);
    world.pass(20_000);
    assert!(!world.is_told_down() && world.opened.len() == 1);
}

#[test]
fn becoming_visible_probes_an_open_link_once() {
    let mut world = live();
    world.input(PageEvent::Visible);
    world.input(PageEvent::Visible);
    assert_eq!(world.sent_events(), ["heartbeat"]);
    world.pass(4_500);
    assert!(world.is_told_down());
}

#[test]
fn frames_that_waited_while_the_machine_slept_do_not_prove_a_link() {
    let mut world = live();
    world.sleep(20_000);
    assert_eq!(world.sent_events(), ["heartbeat"]);
    world.pass(10);
    world.hear(world.socket(), 3);
    world.pass(4_490);
    assert!(world.is_told_down());
}

#[test]
fn a_reply_that_is_read_after_its_late_timer_is_waited_for_once_more() {
    let mut world = hidden();
    world.pass(25_000);
    world.sleep(3_000);
    assert!(!world.is_told_down() && world.opened.len() == 1, "what came meanwhile is not read yet");
    reply(&mut world);
    world.pass(25_000);
    world.sleep(3_000);
    world.sleep(3_000);
    assert_eq!(world.opened.len(), 2, "a timer that is always a little late is no excuse for ever");
}

#[test]
fn an_overdue_answer_is_told_as_such() {
    let mut world = live();
    world.pass(5_000 + 4_500);
    let told: Vec<_> = world
        .news
        .iter()
        .filter_map(|news| match news {
            Notification::Connectivity(connectivity::News::Heartbeat(beat)) => Some(*beat),
            _ => None,
        })
        .collect();
    assert_eq!(told, [Heartbeat::Sent, Heartbeat::TimedOut]);
}
