//! Broadcasts and their answers.

use crate::defaults::defaults;
use serde_json::{Value, json};
use wedsync_dashboard::core::dashboard::Config;
use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::realtime::Command;
use wedsync_dashboard::core::realtime::frame::{Encoding, Protocol};
use wedsync_dashboard::core::realtime::subscriptions::{Source, Subscription};

use crate::recording::{Data, from_client, from_server};
use crate::world::{World, broadcasts};

fn acknowledged(channel: &str) -> Subscription {
    let source = Source::Broadcast { event: None, own: true };
    Subscription { ack: true, source, ..broadcasts(channel) }
}

fn live(protocol: Protocol) -> World {
    let mut world = World::with(Config { protocol, ..defaults() }, 1);
    world.subscribe("room", acknowledged("pub2"));
    world.open();
    world
}

/// The number of the last binary broadcast that went out.
fn last_reference(world: &World) -> Value {
    let (header, ..) = world.broadcasts.last().expect("a broadcast");
    let (join, own) = (usize::from(header[1]), usize::from(header[2]));
    json!(String::from_utf8_lossy(&header[7 + join..7 + join + own]))
}

#[test]
fn an_acknowledged_broadcast_as_recorded_settles_at_the_answer_which_comes_after_ones_own_copy() {
    let mut world = live(Protocol::V2);
    assert_eq!(world.join("pub2").2["config"], from_client("broadcast_self_ack_v2", 1)[0][4]["config"]);
    world.accept("pub2");
    world.broadcast(1, "room", "e", json!({ "i": 0 }));
    let lines = from_server("broadcast_self_ack_v2", 1);
    assert_eq!(world.settled(1), None);
    world.receive(&lines[1].data);
    assert_eq!((world.delivered.len(), world.settled(1)), (1, None), "one's own copy comes first");
    let (join, topic, _) = world.join("pub2");
    let ok = json!({ "status": "ok", "response": {} });
    world.receive_json(json!([join, last_reference(&world), topic, "phx_reply", ok]));
    assert_eq!(world.settled(1), Some(Ok(())));
    world.pass(60_000);
    assert_eq!(world.settlements(1), 1);
}

#[test]
fn protocol_1_sends_the_text_that_is_recorded_and_no_bytes() {
    let mut world = live(Protocol::V1);
    let recorded = from_client("broadcast_self_ack_v1", 1);
    let without_references =
        |frame: &Value| (frame["topic"].clone(), frame["event"].clone(), frame["payload"].clone());
    let join = world.sent.last().unwrap().clone();
    let mut expected = recorded[0].clone();
    expected["topic"] = json!("realtime:pub2");
    assert_eq!(without_references(&join), without_references(&expected));
    let reply = json!({ "status": "ok", "response": { "postgres_changes": [] } });
    let frame = json!({ "ref": join["ref"], "event": "phx_reply", "topic": join["topic"], "payload": reply });
    world.receive(&Data::Text(frame.to_string()));
    assert!(world.is_live("room"));
    world.broadcast(1, "room", "e", json!({ "i": 0 }));
    assert_eq!(world.sent.last().unwrap()["payload"], recorded[1]["payload"]);
    let (id, event, payload) = ("room".to_owned(), "e".to_owned(), json!([1, 2]));
    world.input(Command::Broadcast { call: CallId(2), id, event, payload, is_bytes: true });
    assert_eq!(world.settled(2), Some(Err("invalid_option")));
    let reference = world.sent.last().unwrap()["ref"].clone();
    let frame = json!({ "ref": reference, "event": "phx_reply", "topic": join["topic"], "payload": { "status": "ok", "response": {} } });
    world.receive(&Data::Text(frame.to_string()));
    assert_eq!(world.settled(1), Some(Ok(())));
}

#[test]
fn a_close_of_a_former_join_on_protocol_1_is_told_by_its_ref() {
    let mut world = live(Protocol::V1);
    let first = world.sent.last().unwrap()["ref"].clone();
    world.unsubscribe("room");
    world.subscribe("room", acknowledged("pub2"));
    let second = world.sent.last().unwrap()["ref"].clone();
    let frame = |event: &str, reference: &Value, payload: Value| {
        let frame = json!({ "ref": reference, "event": event, "topic": "realtime:pub2", "payload": payload });
        Data::Text(frame.to_string())
    };
    let ok = json!({ "status": "ok", "response": { "postgres_changes": [] } });
    world.receive(&frame("phx_reply", &second, ok));
    world.receive(&frame("phx_close", &first, json!({})));
    world.receive(&frame("phx_close", &Value::Null, json!({})));
    assert!(world.is_live("room"));
    world.receive(&frame("phx_close", &second, json!({})));
    assert!(!world.is_live("room"));
}

#[test]
fn bytes_go_out_as_bytes_and_names_over_255_bytes_do_not() {
    let mut world = live(Protocol::V2);
    world.accept("pub2");
    let send = |world: &mut World, call, event: &str| {
        let (id, event, payload) = ("room".to_owned(), event.to_owned(), json!([0, 255]));
        world.input(Command::Broadcast { call: CallId(call), id, event, payload, is_bytes: true });
    };
    send(&mut world, 1, "bin");
    assert_eq!(world.broadcasts.last().map(|sent| sent.2), Some(Encoding::Binary));
    send(&mut world, 2, &"ü".repeat(128));
    assert_eq!(world.settled(2), Some(Err("invalid_option")));
    assert_eq!(world.broadcasts.len(), 1);
}

#[test]
fn a_refusal_has_the_servers_reason_even_where_it_is_no_object() {
    let responses = [
        (json!("payload_size_exceeded"), "payload_too_large"),
        (json!({ "reason": "no" }), "push_refused"),
        (json!({}), "push_refused"),
    ];
    for (response, code) in responses {
        let mut world = live(Protocol::V2);
        world.accept("pub2");
        world.broadcast(1, "room", "e", json!({}));
        let (join, topic, _) = world.join("pub2");
        let payload = json!({ "status": "error", "response": response });
        world.receive_json(json!([join, last_reference(&world), topic, "phx_reply", payload]));
        assert_eq!(world.settled(1), Some(Err(code)));
        assert!(world.is_live("room"), "the channel lives on");
    }
}

#[test]
fn an_answer_that_never_comes_is_an_error_after_ten_seconds() {
    let mut world = live(Protocol::V2);
    world.accept("pub2");
    world.broadcast(1, "room", "e", json!({}));
    world.pass(9_999);
    assert_eq!(world.settled(1), None);
    world.pass(1);
    assert_eq!(world.settled(1), Some(Err("push_timeout")));
}

#[test]
fn a_loss_settles_what_was_not_acknowledged_and_leaves_no_timer() {
    type Loss = fn(&mut World);
    let losses: [Loss; 3] = [
        |world| world.close(1006),
        |world| world.unsubscribe("room"),
        |world| {
            let (join, topic, _) = world.join("pub2");
            world.receive_json(json!([join, join, topic, "phx_close", {}]));
        },
    ];
    for loss in losses {
        let mut world = live(Protocol::V2);
        world.accept("pub2");
        world.broadcast(1, "room", "e", json!({}));
        loss(&mut world);
        assert_eq!(world.settled(1), Some(Err("disconnected")));
        world.input(Command::Disconnect);
        assert_eq!(world.client().next_timeout(), None);
    }
}

#[test]
fn without_ack_a_broadcast_is_done_once_it_is_handed_over() {
    let mut world = World::open_with("room", broadcasts("room"));
    world.accept("room");
    world.broadcast(1, "room", "e", json!({}));
    assert_eq!(world.settled(1), Some(Ok(())));
}

#[test]
fn a_channel_that_the_server_turns_out_not_to_know_is_joined_again() {
    let mut world = live(Protocol::V2);
    world.accept("pub2");
    world.broadcast(1, "room", "e", json!({}));
    let (join, topic, _) = world.join("pub2");
    let recorded = from_server("malformed_frames_v2", 1);
    let is_unmatched = |data: &Data| matches!(data, Data::Text(text) if text.contains("unmatched topic"));
    let Data::Text(text) = &recorded.iter().find(|line| is_unmatched(&line.data)).unwrap().data else {
        panic!("a binary frame")
    };
    let mut frame: Value = serde_json::from_str(text).unwrap();
    assert_eq!(frame[0], Value::Null);
    (frame[1], frame[2]) = (last_reference(&world), json!(topic));
    world.receive_json(frame);
    assert_eq!(world.settled(1), Some(Err("push_refused")));
    assert_eq!(world.errors("room"), ["channel_closed"]);
    world.pass(1_000);
    assert_ne!(world.join("pub2").0, join);
}
