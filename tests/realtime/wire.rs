//! Both protocols on the wire, as recorded: what is sent, what is understood, and what is dropped.

use serde_json::{Value, json};
use twin::router::{Router, Verdict};
use wedsync_dashboard::core::realtime::frame::{
    BroadcastPush, Encoding, Inbound, Outbound, Protocol, Reference,
};
use wedsync_dashboard::core::realtime::routes::{Slot, TopicRoutes};

use crate::recording::{Data, Line, frames, from_server};

/// Those that are wholly protocol 1.0.0.
const RECORDINGS_OF_1: [&str; 10] = [
    "access_token_refresh_v1",
    "broadcast_public_v1",
    "broadcast_self_ack_v1",
    "heartbeat_v1",
    "legacy_join_v1",
    "malformed_frames_v1",
    "postgres_changes_all_v1",
    "presence_two_clients_v1",
    "private_allowed_v1",
    "private_denied_v1",
];

fn text_frames(name: &str, from_server: bool) -> Vec<String> {
    frames(name)
        .into_iter()
        .filter(|line| line.from_server == from_server)
        .filter_map(|Line { data, .. }| match data {
            Data::Text(text) => Some(text),
            Data::Binary(_) => None,
        })
        .collect()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn to_slot(topic: &str, slot: Slot, deduplicate: bool, protocol: Protocol) -> Router {
    let mut router = Router::new(protocol);
    let mut routes = TopicRoutes { any: vec![slot], deduplicate, ..TopicRoutes::default() };
    routes.changes.insert(19_164_736, vec![slot]);
    router.route(topic, routes);
    router
}

fn verdict(router: &mut Router, data: &Data) -> Verdict<Value> {
    match data {
        Data::Text(text) => router.text(text),
        Data::Binary(bytes) => router.binary(bytes),
    }
}

#[test]
fn every_frame_that_a_server_was_recorded_to_send_in_protocol_1_is_understood_in_it_alone() {
    for name in RECORDINGS_OF_1 {
        let texts = text_frames(name, true);
        assert!(texts.len() > 1, "{name} has {}", texts.len());
        for text in texts {
            let frame = parsed(&text);
            let inbound = Inbound::decode(&frame, Protocol::V1).unwrap_or_else(|| panic!("{name}: {text}"));
            assert_eq!(frame["topic"], inbound.topic);
            assert_eq!(frame["event"], inbound.event);
            assert_eq!(frame["payload"], inbound.payload);
            let reference = frame["ref"].as_str().and_then(Reference::parse);
            assert_eq!((inbound.reference, inbound.join_ref), (reference, None), "{text}");
            assert_eq!(Router::new(Protocol::V2).text::<Value>(&text), Verdict::Malformed);
        }
    }
    for text in text_frames("postgres_changes_all_v2", true) {
        assert_eq!(Router::new(Protocol::V1).text::<Value>(&text), Verdict::Malformed);
    }
}

#[test]
fn what_is_sent_in_protocol_1_is_what_the_official_client_sends() {
    for name in ["access_token_refresh_v1", "broadcast_public_v1", "heartbeat_v1", "postgres_changes_all_v1"]
    {
        let texts = text_frames(name, false);
        assert!(!texts.is_empty(), "{name}");
        for text in texts {
            let frame = parsed(&text);
            let reference = |name: &str| frame[name].as_str().and_then(Reference::parse);
            let outbound = Outbound {
                join_ref: reference("join_ref"),
                reference: reference("ref").unwrap(),
                topic: frame["topic"].as_str().unwrap(),
                event: frame["event"].as_str().unwrap(),
                payload: frame["payload"].clone(),
            };
            assert_eq!(outbound.encode(Protocol::V1), frame, "{name}");
        }
    }
}

#[test]
fn binary_broadcasts_go_out_byte_for_byte_as_the_official_client_sends_them() {
    let text = Encoding::Json;
    let sent = [
        (
            "broadcast_public_v2",
            6,
            7,
            "realtime:pub1",
            "cursor",
            text,
            r#"{"x":1,"name":"ünïcode ✓"}"#.as_bytes(),
        ),
        ("broadcast_public_v2", 6, 8, "realtime:pub1", "other", text, br#"{"y":2}"#),
        ("broadcast_binary_payload_v2", 6, 7, "realtime:bin1", "bin", Encoding::Binary, &[0, 1, 2, 255]),
        ("broadcast_binary_payload_v2", 6, 8, "realtime:bin1", "json", text, r#"{"a":"é"}"#.as_bytes()),
        ("broadcast_self_ack_v2", 6, 10, "realtime:pub2", "nopayload", text, b"{}"),
    ];
    for (name, join_ref, reference, topic, event, encoding, payload) in sent {
        let (join_ref, reference) = (Reference(join_ref), Reference(reference));
        let mut frame = BroadcastPush { join_ref, reference, topic, event, encoding }.header().unwrap();
        frame.extend_from_slice(payload);
        let recorded = |line: &Line| !line.from_server && line.data == Data::Binary(frame.clone());
        assert!(frames(name).iter().any(recorded), "{name} {event}");
    }
}

#[test]
fn binary_frames_are_none_of_protocol_1() {
    let mut router = to_slot("realtime:pub1", 1, false, Protocol::V1);
    let binary =
        from_server("broadcast_public_v2", 2).into_iter().filter(|line| matches!(line.data, Data::Binary(_)));
    let verdicts: Vec<_> = binary.map(|line| verdict(&mut router, &line.data)).collect();
    assert_eq!(verdicts, [Verdict::Malformed, Verdict::Malformed]);
}

#[test]
fn broadcasts_of_the_servers_framework_bring_bytes_and_its_replies_are_control_frames() {
    let topic = "realtime:größe";
    let mut router = to_slot(topic, 3, false, Protocol::V2);
    let frame = |header: &[u8], fields: &[&str]| {
        Data::Binary([header, fields.concat().as_bytes(), &[0, 255]].concat())
    };
    let length = topic.len() as u8;
    let message = json!({ "type": "broadcast", "event": "näh", "payload": [0, 255] });
    for data in [
        frame(&[0, 1, length, 4], &["6", topic, "näh"]),
        frame(&[2, length, 4], &[topic, "näh"]),
        frame(&[4, length, 4, 0, 0], &[topic, "näh"]),
    ] {
        let delivered = Verdict::Deliver { slots: vec![3], message: message.clone() };
        assert_eq!(verdict(&mut router, &data), delivered);
    }
    let reply = frame(&[1, 1, 2, length, 2], &["6", "12", topic, "ok"]);
    let control = Inbound {
        join_ref: Some(Reference(6)),
        reference: Some(Reference(12)),
        topic: topic.to_owned(),
        event: "phx_reply".to_owned(),
        payload: json!({ "status": "ok", "response": [0, 255] }),
    };
    assert_eq!(verdict(&mut router, &reply), Verdict::Control(control));
    assert_eq!(verdict(&mut router, &frame(&[2, 1, 4], &["t", "näh"])), Verdict::Unrouted);
}

#[test]
fn what_a_double_would_round_of_a_recorded_change_arrives_as_the_servers_own_digits() {
    for (name, protocol) in
        [("postgres_changes_all_v1", Protocol::V1), ("postgres_changes_all_v2", Protocol::V2)]
    {
        let mut router = to_slot("realtime:db1", 1, false, protocol);
        let mut changes = Vec::new();
        for text in text_frames(name, true) {
            if let Verdict::Deliver { message, .. } = router.text::<Value>(&text) {
                changes.push(message);
            }
        }
        let [insert, nulls, update, delete, ..] = changes.as_slice() else { panic!("{changes:?}") };
        for row in [&insert["record"], &update["record"], &update["old_record"], &delete["old_record"]] {
            assert_eq!(row["i8"], "9007199254740993", "{name}");
            assert_eq!((&row["num"], &row["id"]), (&json!(12345.6789), &json!(1)));
        }
        assert_eq!((&nulls["record"]["i8"], &nulls["record"]["num"]), (&Value::Null, &Value::Null));
    }
}

#[test]
fn a_replayed_broadcast_that_has_been_delivered_is_dropped_where_that_is_wanted() {
    // The fourth message was delivered live on the first connection and is replayed on the second.
    let topic = "realtime:room:replay2-1795419069294";
    let lines = frames("replay_v2").into_iter().filter(|line| line.from_server);
    let lines: Vec<Line> = lines.filter(|line| line.millis < 6_000).collect();
    let outcome = |deduplicate| {
        let mut router = to_slot(topic, 1, deduplicate, Protocol::V2);
        let (mut delivered, mut duplicates) = (0, 0);
        for line in &lines {
            match verdict(&mut router, &line.data) {
                Verdict::Deliver { .. } => delivered += 1,
                Verdict::Duplicate => duplicates += 1,
                verdict => assert!(matches!(verdict, Verdict::Control(_)), "{verdict:?}"),
            }
        }
        (delivered, duplicates)
    };
    assert_eq!((outcome(true), outcome(false)), ((6, 2), (8, 0)));
}

#[test]
fn only_replays_of_the_last_64_are_told_from_news() {
    let mut router = to_slot("t", 1, true, Protocol::V2);
    let mut send = |id: usize, replayed: bool| {
        let meta = json!({ "id": id.to_string(), "replayed": replayed });
        let payload = json!({ "event": "e", "payload": {}, "type": "broadcast", "meta": meta });
        router.text::<Value>(&json!([null, null, "t", "broadcast", payload]).to_string())
    };
    for id in 0..65 {
        assert!(matches!(send(id, false), Verdict::Deliver { .. }));
    }
    assert!(matches!(send(64, false), Verdict::Deliver { .. }), "what is live is never dropped");
    assert_eq!(send(1, true), Verdict::Duplicate, "the 64th last");
    assert!(matches!(send(0, true), Verdict::Deliver { .. }), "forgotten");
    assert_eq!(send(0, true), Verdict::Duplicate, "delivered as a replay");

    let mut routes = router.routes().get("t").unwrap().clone();
    routes.any.push(2);
    router.route("t", routes.clone());
    let replay = r#"[null,null,"t","broadcast",{"event":"e","meta":{"id":"0","replayed":true}}]"#;
    assert_eq!(router.text::<Value>(replay), Verdict::Duplicate, "other slots change nothing of it");
    router.unroute("t");
    router.route("t", routes);
    assert!(matches!(router.text::<Value>(replay), Verdict::Deliver { .. }), "another channel's life");
}
