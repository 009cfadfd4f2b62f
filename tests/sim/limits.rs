//! The model's limits, of which the recordings are too long to keep or not kept: messages (`rate_limit_messages`) and
//! joins (`rate_limit_joins`).

use serde_json::{Value, json};

use crate::server::{Conn, Data, Emission, Server, Settings, Version};

const KEY: &str = "jwt-anon-exp2082758400";

fn server() -> Server {
    let mut server = Server::new(Settings::default(), 1);
    assert!(server.connect(Conn(1), Version::Two, KEY));
    server.advance(10_000);
    server
}

fn join(server: &mut Server, reference: &str, topic: &str) {
    let payload = json!({ "config": { "broadcast": { "self": true } } });
    server
        .receive(Conn(1), Data::Text(json!([reference, reference, topic, "phx_join", payload]).to_string()));
}

/// The events, and what is said with them.
fn said(server: &mut Server) -> Vec<(String, Value)> {
    let read = |(_, emission): (Conn, Emission)| match emission {
        Emission::Close(code) => ("close".to_owned(), json!(code)),
        Emission::Frame(Data::Text(text)) => {
            let frame: Value = serde_json::from_str(&text).unwrap();
            let said = frame[4].get("message").unwrap_or(&frame[4]["response"]["reason"]).clone();
            (frame[3].as_str().unwrap().to_owned(), said)
        }
        Emission::Frame(Data::Binary(_)) => ("binary".to_owned(), Value::Null),
    };
    server.take().into_iter().map(read).collect()
}

#[test]
fn who_receives_a_message_over_the_limit_is_thrown_out_and_may_come_back() {
    let mut server = server();
    join(&mut server, "1", "realtime:flood");
    said(&mut server);
    server.count_messages(3_000);
    server.send("flood", false, "f", json!({}));
    let thrown_out =
        [("system".to_owned(), json!("Too many messages per second")), ("phx_close".to_owned(), Value::Null)];
    assert_eq!(said(&mut server), thrown_out);
    join(&mut server, "2", "realtime:flood");
    assert_eq!(said(&mut server), [("phx_reply".to_owned(), Value::Null)], "a rejoin is accepted");
    server.send("flood", false, "f", json!({}));
    assert_eq!(said(&mut server), thrown_out, "and thrown out again at the next message");
    server.advance(80_000);
    // The old socket has been silent for too long.
    said(&mut server);
    assert!(server.connect(Conn(1), Version::Two, KEY));
    join(&mut server, "3", "realtime:flood");
    said(&mut server);
    server.send("flood", false, "f", json!({}));
    assert_eq!(said(&mut server), [("binary".to_owned(), Value::Null)], "after a minute all is well");
}

#[test]
fn presence_over_the_limit_closes_the_channel_at_its_state_and_at_what_it_tracks() {
    let mut server = server();
    let ask = |server: &mut Server, reference: &str, topic: &str, event: &str, payload: Value| {
        let frame = json!([reference, reference, topic, event, payload]).to_string();
        server.receive(Conn(1), Data::Text(frame));
    };
    let config = json!({ "config": { "presence": { "enabled": true } } });
    let thrown_out = |first: &str| {
        let reason = json!("Too many presence messages per second");
        let mut said = vec![("system".to_owned(), reason), ("phx_close".to_owned(), Value::Null)];
        if !first.is_empty() {
            said.insert(0, (first.to_owned(), Value::Null));
        }
        said
    };
    ask(&mut server, "1", "realtime:a", "phx_join", config.clone());
    said(&mut server);
    server.count_presences(900);
    let track = json!({ "type": "presence", "event": "track", "payload": { "at": "desk" } });
    ask(&mut server, "1", "realtime:a", "presence", track);
    assert_eq!(said(&mut server), thrown_out(""));
    ask(&mut server, "2", "realtime:b", "phx_join", config);
    assert_eq!(said(&mut server), thrown_out("phx_reply"));
}

#[test]
fn a_join_over_the_limit_is_refused_after_five_seconds_and_takes_the_socket_with_it() {
    let mut server = server();
    server.count_joins(3_000);
    join(&mut server, "1", "realtime:a");
    server.advance(14_999);
    assert_eq!(said(&mut server), []);
    server.advance(15_000);
    let reason = json!("ClientJoinRateLimitReached: Too many joins per second");
    assert_eq!(said(&mut server), [("phx_reply".to_owned(), reason), ("close".to_owned(), json!(1001))]);
    assert!(!server.connect(Conn(2), Version::Two, KEY), "handshakes are refused meanwhile");
    server.advance(90_000);
    assert!(server.connect(Conn(3), Version::Two, KEY));
}
