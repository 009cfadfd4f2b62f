//! What needs a real browser and a real server: presence, bytes, acknowledgements, HTTP, replay, both protocols, and the
//! page's life.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;

use browser::{
    Inbox, ROSEWOOD, add_client, broadcasts, changes, client, control, manager, object, presence, settled,
    sign_in, status, subscribe, text,
};
use futures_util::{SinkExt, StreamExt};
use gloo_net::websocket::Message;
use gloo_net::websocket::futures::WebSocket;
use js_sys::{ArrayBuffer, Function, Object, Reflect, Uint8Array};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wedsync_dashboard::api::realtime::RealtimeClient;

wasm_bindgen_test_configure!(run_in_browser);

const AMELIA: &str = "amelia@rosewood.example";
const CARLA: &str = "carla@lumen.example";

fn nothing() -> Function {
    Function::new_no_args("")
}

async fn presence_event(news: &Inbox, kind: &str) -> JsValue {
    let is_it = |news: &JsValue| text(news, "type") == "presence" && text(news, "event.type") == kind;
    news.next(is_it).await
}

fn stat(client: &RealtimeClient, name: &str) -> f64 {
    Reflect::get(&client.stats(), &name.into()).unwrap().as_f64().unwrap()
}

fn protocols() -> [[(&'static str, JsValue); 1]; 2] {
    ["2.0.0", "1.0.0"].map(|version| [("vsn", version.into())])
}

#[wasm_bindgen_test]
async fn two_people_see_each_other_come_change_and_go_on_both_protocols() {
    for (at, version) in protocols().into_iter().enumerate() {
        let token: JsValue = sign_in(AMELIA).await.into();
        let ((one, news_of_one), (two, news_of_two)) = (client(&token, &version), client(&token, &version));
        let channel = format!("desk {at}");
        let wanted = |key: &str| presence(&channel, key);
        subscribe(&one, "desk", &wanted("one"), &nothing());
        status(&news_of_one, "desk", "live").await;
        subscribe(&two, "desk", &wanted("two"), &nothing());
        status(&news_of_two, "desk", "live").await;
        two.track(1, "desk".into(), object(&[("status", "online".into())]));
        assert_eq!(settled(&news_of_two, 1).await, "");
        let join = presence_event(&news_of_one, "join").await;
        assert_eq!(
            (text(&join, "event.key"), text(&join, "event.newPresences.0.status")),
            ("two".into(), "online".into())
        );
        two.track(2, "desk".into(), object(&[("status", "away".into())]));
        let update = presence_event(&news_of_one, "update").await;
        assert_eq!(text(&update, "event.newPresences.0.status"), "away");
        assert_eq!(text(&update, "event.leftPresences.0.status"), "online");
        assert_eq!(text(&one.presence_state("desk"), "two.0.status"), "away");
        two.disconnect();
        let leave = presence_event(&news_of_one, "leave").await;
        assert_eq!(text(&leave, "event.key"), "two");
        assert_eq!(Object::keys(one.presence_state("desk").unchecked_ref::<Object>()).length(), 0);
        assert_eq!(stat(&one, "malformed"), 0.0);
        one.disconnect();
    }
}

#[wasm_bindgen_test]
async fn an_acknowledged_broadcast_settles_after_ones_own_copy_on_both_protocols() {
    let token: JsValue = sign_in(AMELIA).await.into();
    for version in protocols() {
        let (one, news) = client(&token, &version);
        let heard = Inbox::default();
        let wanted = broadcasts(&[("ack", true.into()), ("self", true.into())]);
        subscribe(&one, "room", &wanted, &heard.put());
        status(&news, "room", "live").await;
        one.send(1, "room".into(), "héllo ✓".into(), object(&[("n", 1.into())]), false);
        assert_eq!(settled(&news, 1).await, "");
        assert_eq!(text(&heard.next(|_| true).await, "event"), "héllo ✓", "one's own copy came before");
        one.disconnect();
    }
}

/// Joins a channel on protocol 1 with a client that shares nothing with this package.
async fn join_with_another_client(topic: &str) -> WebSocket {
    let url = [&browser::URL.replace("http", "ws"), "/realtime/v1/websocket?vsn=1.0.0&apikey=", browser::KEY];
    let mut socket = WebSocket::open(&url.concat()).unwrap();
    let config = json!({ "broadcast": { "self": false }, "presence": { "key": "" }, "postgres_changes": [] });
    let join = json!({
        "topic": topic,
        "event": "phx_join",
        "payload": { "config": config },
        "ref": "1",
        "join_ref": "1",
    });
    socket.send(Message::Text(join.to_string())).await.unwrap();
    let reply = next_frame(&mut socket, "phx_reply").await;
    assert_eq!(reply["payload"]["status"], "ok", "{reply}");
    socket
}

async fn next_frame(socket: &mut WebSocket, event: &str) -> Value {
    loop {
        let Some(Ok(Message::Text(text))) = socket.next().await else { panic!("the socket has ended") };
        let frame: Value = serde_json::from_str(&text).unwrap();
        if frame["event"] == event {
            return frame;
        }
    }
}

#[wasm_bindgen_test]
async fn another_client_reads_what_this_one_sends_and_is_heard_by_it() {
    let mut other = join_with_another_client("realtime:shared").await;
    for version in protocols() {
        let (one, news) = client(&JsValue::NULL, &version);
        let heard = Inbox::default();
        subscribe(&one, "shared", &broadcasts(&[("channel", "shared".into())]), &heard.put());
        status(&news, "shared", "live").await;
        one.send(1, "shared".into(), "héllo ✓".into(), object(&[("n", 1.into())]), false);
        let frame = next_frame(&mut other, "broadcast").await;
        assert_eq!(
            (&frame["topic"], &frame["payload"]["event"]),
            (&json!("realtime:shared"), &json!("héllo ✓"))
        );
        assert_eq!(frame["payload"]["payload"], json!({ "n": 1 }));
        let answer = json!({ "type": "broadcast", "event": "answer", "payload": { "n": 2 } });
        let frame = json!({ "topic": "realtime:shared", "event": "broadcast", "payload": answer, "ref": "2", "join_ref": "1" });
        other.send(Message::Text(frame.to_string())).await.unwrap();
        let message = heard.next(|_| true).await;
        assert_eq!(text(&message, "event"), "answer");
        one.disconnect();
    }
}

#[wasm_bindgen_test]
async fn bytes_arrive_as_bytes() {
    let token: JsValue = sign_in(AMELIA).await.into();
    let ((one, news_of_one), (two, news_of_two)) = (client(&token, &[]), client(&token, &[]));
    let heard = Inbox::default();
    subscribe(&one, "bytes", &broadcasts(&[("channel", "bytes".into())]), &nothing());
    subscribe(&two, "bytes", &broadcasts(&[("channel", "bytes".into())]), &heard.put());
    status(&news_of_one, "bytes", "live").await;
    status(&news_of_two, "bytes", "live").await;
    let bytes = Uint8Array::from(&[9u8, 0, 1, 254, 255, 9][..]);
    one.send(1, "bytes".into(), "raw".into(), bytes.slice(1, 5).into(), true);
    bytes.fill(7, 0, 6);
    let message = heard.next(|_| true).await;
    let payload: ArrayBuffer = Reflect::get(&message, &"payload".into()).unwrap().dyn_into().unwrap();
    assert_eq!(Uint8Array::new(&payload).to_vec(), [0, 1, 254, 255], "as they were when they were sent");
    one.disconnect();
    two.disconnect();
}

#[wasm_bindgen_test]
async fn a_broadcast_by_http_is_heard_and_a_refused_one_is_told() {
    let token: JsValue = sign_in(AMELIA).await.into();
    let (listener, news) = client(&token, &[]);
    let (sender, told) = client(&token, &[]);
    let heard = Inbox::default();
    subscribe(&listener, "http", &broadcasts(&[("channel", "a/b ü".into())]), &heard.put());
    status(&news, "http", "live").await;
    sender.http_send(1, "a/b ü".into(), "x?y".into(), object(&[("n", 1.into())]), false);
    assert_eq!(settled(&told, 1).await, "");
    let message = heard.next(|_| true).await;
    assert_eq!((text(&message, "event"), stat(&sender, "connections")), ("x?y".into(), 0.0));
    let bytes: JsValue = Uint8Array::from(&[1u8, 2][..]).into();
    sender.http_send(2, "a/b ü".into(), "raw".into(), bytes, false);
    assert_eq!(settled(&told, 2).await, "");
    let payload = Reflect::get(&heard.next(|_| true).await, &"payload".into()).unwrap();
    assert_eq!(Uint8Array::new(&payload).to_vec(), [1, 2]);

    let (stranger, told) = client(&sign_in(CARLA).await.into(), &[]);
    let topic = ["supplier:", ROSEWOOD].concat();
    stranger.http_send(3, topic, "x".into(), object(&[]), true);
    assert_eq!(settled(&told, 3).await, "push_refused");
    listener.disconnect();
}

#[wasm_bindgen_test]
async fn a_channel_of_several_tables_on_protocol_1_gives_a_row_once() {
    let token = sign_in(AMELIA).await;
    let (listener, news) = client(&token.as_str().into(), &[("vsn", "1.0.0".into())]);
    let filter = ["supplier_id=eq.", ROSEWOOD].concat();
    let rows = Inbox::default();
    subscribe(
        &listener,
        "rows",
        &changes("activity", &[("*", Some(&filter)), ("INSERT", None)]),
        &rows.put(),
    );
    status(&news, "rows", "live").await;
    add_client(&token, "Once Only").await;
    rows.next(|change| text(change, "record.summary").contains("Once Only")).await;
    add_client(&token, "After It").await;
    let next = rows.next(|_| true).await;
    assert!(text(&next, "record.summary").contains("After It"), "{}", text(&next, "record.summary"));
    listener.disconnect();
}

#[wasm_bindgen_test]
async fn database_broadcasts_missed_during_a_cut_are_replayed_once() {
    let token = sign_in(AMELIA).await;
    let (listener, news) = client(&token.as_str().into(), &[]);
    let heard = Inbox::default();
    let topic = ["supplier:", ROSEWOOD].concat();
    let since = js_sys::Date::now();
    let wanted = broadcasts(&[
        ("channel", topic.into()),
        ("private", true.into()),
        ("event", "clients_changed".into()),
        ("replay", object(&[("since", since.into()), ("limit", 25.into())])),
    ]);
    subscribe(&listener, "changed", &wanted, &heard.put());
    status(&news, "changed", "live").await;
    add_client(&token, "Before The Cut").await;
    let first = text(&heard.next(|_| true).await, "meta.id");
    control("/sockets/cut", &json!({ "forMs": 300 })).await;
    news.next(|news| text(news, "type") == "disconnected").await;
    add_client(&token, "During The Cut").await;
    status(&news, "changed", "live").await;
    let missed = heard.next(|_| true).await;
    assert_ne!(text(&missed, "meta.id"), first, "what was heard before is not heard again");
    assert_eq!(
        Reflect::get(&Reflect::get(&missed, &"meta".into()).unwrap(), &"replayed".into()).unwrap(),
        JsValue::TRUE
    );
    add_client(&token, "After The Cut").await;
    let live = heard.next(|_| true).await;
    assert_ne!(text(&live, "meta.id"), text(&missed, "meta.id"));
    listener.disconnect();
}

#[wasm_bindgen_test]
async fn a_page_put_away_closes_its_socket_and_comes_back_live() {
    let (listener, news) = client(&JsValue::NULL, &[]);
    subscribe(&listener, "lobby", &broadcasts(&[]), &nothing());
    status(&news, "lobby", "live").await;
    let window = web_sys::window().unwrap();
    let tell = |name: &str| window.dispatch_event(&web_sys::Event::new(name).unwrap()).unwrap();
    let show = |persisted: bool| {
        let init = web_sys::PageTransitionEventInit::new();
        init.set_persisted(persisted);
        let event = web_sys::PageTransitionEvent::new_with_event_init_dict("pageshow", &init).unwrap();
        window.dispatch_event(&event).unwrap();
    };
    tell("pagehide");
    news.next(|news| text(news, "type") == "disconnected").await;
    // One follows every `load`: it says nothing of the page's return.
    show(false);
    let promise = js_sys::Promise::new(&mut |done, _| {
        window.set_timeout_with_callback_and_timeout_and_arguments_0(&done, 300).unwrap();
    });
    wasm_bindgen_futures::JsFuture::from(promise).await.unwrap();
    assert_eq!(stat(&listener, "connections"), 1.0);
    show(true);
    status(&news, "lobby", "live").await;
    assert_eq!(stat(&listener, "connections"), 2.0);
    listener.disconnect();
}

#[wasm_bindgen_test]
async fn a_wrong_key_is_told_as_such() {
    let news = Inbox::default();
    let refused = RealtimeClient::new(&manager(browser::URL, "no-such-key", &[]), news.put_all());
    subscribe(&refused, "lobby", &broadcasts(&[]), &nothing());
    let told = news.next(|news| text(news, "error.code") == "key_refused").await;
    assert!(text(&told, "error.message").contains("publishable"), "{}", text(&told, "error.message"));
    refused.disconnect();
}

#[wasm_bindgen_test]
async fn the_log_and_the_heartbeats_tell_what_happens() {
    let log = Inbox::default();
    let more = [
        ("onLog", log.put().into()),
        ("heartbeatIntervalMs", 1_000.into()),
        ("visibleHeartbeatIntervalMs", 1_000.into()),
    ];
    let token: JsValue = sign_in(AMELIA).await.into();
    let (listener, news) = client(&token, &more);
    subscribe(&listener, "lobby", &broadcasts(&[]), &nothing());
    status(&news, "lobby", "live").await;
    let beat = news.next(|news| text(news, "type") == "heartbeat" && text(news, "status") == "ok").await;
    assert!(
        Reflect::get(&beat, &"latencyMs".into()).unwrap().as_f64().is_some_and(|millis| millis < 1_000.0)
    );
    // When the worker has proved itself depends on the machine.
    let of_the_socket = |entry: &JsValue| text(entry, "event") != "ticking_in_worker";
    for event in ["token", "connect", "connected", "join", "live"] {
        assert_eq!(text(&log.next(of_the_socket).await, "event"), event);
    }
    assert_eq!(stat(&listener, "heartbeats"), 1.0);
    listener.disconnect();
}
