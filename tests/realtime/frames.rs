//! Frames from the server: broadcasts in both forms, and frames that are none.

use serde_json::{Value, json};

use crate::recording::{Data, frames, from_server};
use crate::world::{World, broadcasts, event, private};

#[test]
fn binary_broadcasts_as_recorded_reach_their_callback() {
    let mut world = World::open_with("pub", broadcasts("pub1"));
    world.accept("pub1");
    for line in from_server("broadcast_public_v2", 2) {
        if matches!(line.data, Data::Binary(_)) {
            world.receive(&line.data);
        }
    }
    let messages: Vec<Value> = world.delivered.iter().map(|(_, message)| message.clone()).collect();
    assert_eq!(
        messages,
        [
            json!({ "type": "broadcast", "event": "cursor", "payload": { "x": 1, "name": "ünïcode ✓" } }),
            json!({ "type": "broadcast", "event": "other", "payload": { "y": 2 } }),
        ]
    );
}

#[test]
fn database_broadcasts_as_recorded_bring_their_id() {
    let mut world = World::open_with("audit", private(broadcasts("audited:5")));
    world.accept("audited:5");
    for line in from_server("broadcast_from_database", 1).into_iter().skip(1) {
        world.receive(&line.data);
    }
    let events: Vec<_> = world.delivered.iter().map(|(_, message)| message["event"].clone()).collect();
    assert_eq!(events, ["INSERT", "UPDATE", "DELETE"]);
    let first = &world.delivered[0].1;
    assert_eq!(first["meta"]["id"], "e3d83766-c549-4c91-8846-990da0b2abac");
    assert_eq!(first["payload"]["record"], json!({ "v": "one", "id": 5 }));
}

#[test]
fn a_text_and_a_binary_broadcast_look_alike_and_bytes_stay_bytes() {
    let mut world = World::open_with("bin", broadcasts("bin1"));
    world.accept("bin1");
    for line in from_server("broadcast_binary_payload_v2", 2) {
        let is_broadcast = match &line.data {
            Data::Text(text) => text.contains("\"broadcast\""),
            Data::Binary(_) => true,
        };
        if is_broadcast {
            world.receive(&line.data);
        }
    }
    let messages: Vec<Value> = world.delivered.iter().map(|(_, message)| message.clone()).collect();
    assert_eq!(
        messages,
        [
            json!({ "type": "broadcast", "event": "bin", "payload": [0, 1, 2, 255] }),
            json!({ "type": "broadcast", "event": "json", "payload": { "a": "é" } }),
            json!({ "type": "broadcast", "event": "fromv1", "payload": { "v": 1 } }),
        ]
    );
}

#[test]
fn a_broadcast_without_a_name_comes_to_those_who_want_all() {
    let mut world = World::open_with("all", broadcasts("room"));
    world.subscribe("some", event("room", "named"));
    world.accept("room");
    for payload in [json!({ "payload": 1 }), json!({ "event": 5, "payload": 1 })] {
        world.receive_json(json!([null, null, "realtime:room", "broadcast", payload]));
    }
    let all = world.slot("all");
    let expected = json!({ "event": "", "payload": 1 });
    assert_eq!(world.delivered, [(all, expected.clone()), (all, expected)]);
    assert_eq!(world.malformed, 0);
}

#[test]
fn what_an_earlier_join_still_brings_is_dropped() {
    let mut world = World::open_with("kept", private(broadcasts("room")));
    world.accept("room");
    let (earlier, topic, _) = world.join("room");
    let replayed = |join: &Value| {
        let payload =
            json!({ "event": "e", "type": "broadcast", "payload": {}, "meta": { "replayed": true } });
        json!([join, null, topic, "broadcast", payload])
    };
    world.receive_json(replayed(&earlier));
    assert_eq!((world.delivered.len(), world.unrouted), (1, 0));
    world.close(1006);
    world.pass(30_000);
    world.open();
    let current = world.join("room").0;
    assert_ne!(current, earlier);
    world.receive_json(replayed(&earlier));
    assert_eq!((world.delivered.len(), world.unrouted), (1, 1), "before the reply");
    world.accept("room");
    world.receive_json(replayed(&earlier));
    world.receive_json(replayed(&current));
    assert_eq!((world.delivered.len(), world.unrouted), (2, 2));
}

/// What was thrown at the real server is thrown at the client, and more.
#[test]
fn malformed_frames_are_counted_and_change_nothing() {
    let mut world = World::open_with("mf", broadcasts("mf"));
    world.accept("mf");
    let (news, sent) = (world.news.len(), world.sent.len());
    let thrown = frames("malformed_frames_v2");
    let thrown = thrown.iter().filter(|line| !line.from_server);
    let mut count = 0;
    for line in thrown {
        // The recorded client's own joins and leaves are no frames a server sends; they are control frames of
        // references that mean nothing here.
        world.receive(&line.data);
        count += 1;
    }
    assert!(count > 30, "the recording has {count}");
    assert!(world.malformed >= 8, "{}", world.malformed);
    assert_eq!((world.news.len(), world.sent.len()), (news, sent));
    assert!(world.closed.is_empty() && world.is_live("mf"));
}

#[test]
fn no_text_and_no_bytes_panic_or_reach_anybody() {
    let mut world = World::open_with("mf", broadcasts("mf"));
    world.accept("mf");
    let topic = "realtime:mf";
    let shapes = [
        json!(null),
        json!([[], [], [], [], []]),
        json!([null, null, topic, "broadcast", null]),
        json!([null, null, topic, "broadcast", "text"]),
        json!([null, null, topic, "broadcast", [1]]),
        json!([null, null, topic, "postgres_changes", {}]),
        json!([null, null, topic, "postgres_changes", { "ids": [1], "data": [] }]),
        json!([null, null, topic, "postgres_changes", { "ids": 1, "data": {} }]),
    ];
    let expected = shapes.len();
    for shape in shapes {
        world.receive_json(shape);
    }
    assert_eq!(world.malformed, expected);
    world.receive_json(
        json!([null, null, topic, "postgres_changes", { "ids": [-1, 0.5, "a", null], "data": {} }]),
    );
    assert_eq!(world.unrouted, 1);
    for odd in [
        json!({}),
        json!(null),
        json!("x"),
        json!({ "status": 5 }),
        json!({ "status": "error", "response": 1 }),
    ] {
        for event in ["phx_reply", "system", "phx_close", "phx_error", "presence_state", "anything"] {
            world.receive_json(json!([null, "99", topic, event, odd]));
        }
    }
    assert!(world.is_live("mf"));

    let frame = match &from_server("broadcast_from_database", 1)[1].data {
        Data::Binary(bytes) => bytes.clone(),
        Data::Text(_) => panic!("a text frame"),
    };
    for length in 0..frame.len() {
        world.receive(&Data::Binary(frame[..length].to_vec()));
    }
    for position in 0..frame.len() {
        for flip in [1, 0x80, 0xff] {
            let mut broken = frame.clone();
            broken[position] ^= flip;
            world.receive(&Data::Binary(broken));
        }
    }
    assert!(world.delivered.is_empty(), "that topic is not subscribed here");
    assert!(world.is_live("mf"));
}
