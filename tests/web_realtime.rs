//! The module in a real browser against the embedded backend: real sockets, real rows.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;

use browser::{
    Inbox, ROSEWOOD, add_client, broadcasts, changes, client, control, manager, object, settled, sign_in,
    status, subscribe, text,
};
use js_sys::{Function, Reflect};
use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const AMELIA: &str = "amelia@rosewood.example";
const CARLA: &str = "carla@lumen.example";

fn activity() -> JsValue {
    let filter = ["supplier_id=eq.", ROSEWOOD].concat();
    changes("activity", &[("*", Some(&filter))])
}

fn stat(client: &wedsync_dashboard::api::realtime::RealtimeClient, name: &str) -> f64 {
    Reflect::get(&client.stats(), &name.into()).unwrap().as_f64().unwrap()
}

#[wasm_bindgen_test]
async fn a_row_committed_after_live_arrives_and_so_does_the_databases_broadcast() {
    let token = sign_in(AMELIA).await;
    let (client, news) = client(&token.as_str().into(), &[]);
    let (rows, heard) = (Inbox::default(), Inbox::default());
    subscribe(&client, "feed", &activity(), &rows.put());
    let topic = ["supplier:", ROSEWOOD].concat();
    let wanted = broadcasts(&[
        ("channel", topic.into()),
        ("private", true.into()),
        ("event", "clients_changed".into()),
    ]);
    subscribe(&client, "changed", &wanted, &heard.put());
    let mut live = Vec::new();
    while live.len() < 2 {
        let told = news.next(|news| text(news, "status") == "live").await;
        live.push(text(&told, "id"));
    }
    add_client(&token, "Ada & Grace").await;
    let row = rows.next(|change| text(change, "record.summary").contains("Ada & Grace")).await;
    assert_eq!((text(&row, "type"), text(&row, "table")), ("INSERT".into(), "activity".into()));
    let broadcast = heard.next(|_| true).await;
    assert_eq!(text(&broadcast, "event"), "clients_changed");
    assert_eq!(text(&broadcast, "meta.id").len(), 36, "a database broadcast has its id");
    assert_eq!(stat(&client, "malformed"), 0.0);
    client.disconnect();
}

#[wasm_bindgen_test]
async fn another_suppliers_user_gets_no_row_and_is_refused_the_private_topic() {
    let (amelia, carla) = (sign_in(AMELIA).await, sign_in(CARLA).await);
    let (client_of_carla, news_of_carla) = client(&carla.as_str().into(), &[]);
    let (client_of_amelia, news_of_amelia) = client(&amelia.as_str().into(), &[]);
    let (rows_of_carla, rows_of_amelia) = (Inbox::default(), Inbox::default());
    subscribe(&client_of_carla, "feed", &activity(), &rows_of_carla.put());
    status(&news_of_carla, "feed", "live").await;
    subscribe(&client_of_amelia, "feed", &activity(), &rows_of_amelia.put());
    status(&news_of_amelia, "feed", "live").await;
    add_client(&amelia, "Not For Carla").await;
    rows_of_amelia.next(|change| text(change, "record.summary").contains("Not For Carla")).await;

    let topic = ["supplier:", ROSEWOOD].concat();
    let wanted = broadcasts(&[("channel", topic.into()), ("private", true.into())]);
    subscribe(&client_of_carla, "private", &wanted, &Function::new_no_args(""));
    let failure = news_of_carla.next(|news| text(news, "type") == "failed").await;
    assert_eq!(text(&failure, "error.code"), "join_refused");
    assert!(text(&failure, "error.message").contains("permission"), "{}", text(&failure, "error.message"));
    // The refusal came after the row would have: what was not for her has not come.
    assert_eq!(rows_of_carla.len(), 0);
    client_of_carla.disconnect();
    client_of_amelia.disconnect();
}

#[wasm_bindgen_test]
async fn a_cut_is_told_and_healed() {
    let token = sign_in(AMELIA).await;
    let (client, news) = client(&token.as_str().into(), &[]);
    subscribe(&client, "feed", &activity(), &Function::new_no_args(""));
    status(&news, "feed", "live").await;
    control("/sockets/cut", &json!({ "forMs": 200 })).await;
    news.next(|news| text(news, "type") == "disconnected").await;
    status(&news, "feed", "live").await;
    let told = news.next(|news| text(news, "type") == "continuity").await;
    assert_eq!(text(&told, "id"), "feed");
    assert!(stat(&client, "connections") >= 2.0);
    client.disconnect();
}

#[wasm_bindgen_test]
async fn a_malformed_frame_is_counted_and_the_socket_stays() {
    let token = sign_in(AMELIA).await;
    let (client, news) = client(&token.as_str().into(), &[]);
    let rows = Inbox::default();
    subscribe(&client, "feed", &activity(), &rows.put());
    status(&news, "feed", "live").await;
    for text in ["{not json", "[]", "[1,2,3,4]", ""] {
        control("/frames", &json!({ "text": text })).await;
    }
    control("/frames", &json!({ "base64": "BP8=" })).await;
    add_client(&token, "Still Here").await;
    rows.next(|change| text(change, "record.summary").contains("Still Here")).await;
    assert_eq!((stat(&client, "malformed"), stat(&client, "connections")), (5.0, 1.0));
    client.disconnect();
}

#[wasm_bindgen_test]
async fn a_broadcast_reaches_the_other_client_and_not_oneself() {
    let token = sign_in(AMELIA).await;
    let ((one, news_of_one), (two, news_of_two)) =
        (client(&token.as_str().into(), &[]), client(&token.as_str().into(), &[]));
    let (heard_by_one, heard_by_two) = (Inbox::default(), Inbox::default());
    let wanted = broadcasts(&[("channel", "lobby".into())]);
    let of_one = subscribe(&one, "lobby", &wanted, &heard_by_one.put());
    let of_two = subscribe(&two, "lobby", &wanted, &heard_by_two.put());
    assert_eq!(settled(&news_of_one, of_one).await, "");
    assert_eq!(settled(&news_of_two, of_two).await, "");
    assert_eq!(one.status("lobby").as_string().as_deref(), Some("live"));
    one.send(7, "lobby".into(), "cursor".into(), object(&[("x", 1.into())]), false);
    assert_eq!(settled(&news_of_one, 7).await, "");
    let message = heard_by_two.next(|_| true).await;
    assert_eq!(text(&message, "event"), "cursor");
    two.send(8, "lobby".into(), "answer".into(), JsValue::NULL, false);
    let message = heard_by_one.next(|_| true).await;
    assert_eq!(text(&message, "event"), "answer", "its own cursor has not come before it");
    one.disconnect();
    two.disconnect();
}

#[wasm_bindgen_test]
async fn a_token_source_is_asked_before_the_first_join_and_may_call_back_in() {
    let token = sign_in(AMELIA).await;
    let source = Function::new_with_args(
        "",
        &format!("globalThis.asked = (globalThis.asked ?? 0) + 1; return Promise.resolve('{token}')"),
    );
    let (client, news) = client(&source, &[]);
    let topic = ["supplier:", ROSEWOOD].concat();
    let wanted = broadcasts(&[("channel", topic.into()), ("private", true.into())]);
    subscribe(&client, "private", &wanted, &Function::new_no_args(""));
    status(&news, "private", "live").await;
    let asked = Reflect::get(&js_sys::global(), &"asked".into()).unwrap();
    assert_eq!(asked.as_f64(), Some(1.0));
    assert_eq!(stat(&client, "joins"), 1.0, "no join went out without it");
    client.disconnect();
}

#[wasm_bindgen_test]
async fn an_expired_token_and_a_failing_source_are_told_with_what_to_do() {
    // Whether a token is good the server says. This one is over, and no token of the project's.
    let expired = "x.eyJleHAiOjF9.x";
    let (refused, news) = client(&JsValue::from(expired), &[]);
    subscribe(&refused, "feed", &broadcasts(&[]), &Function::new_no_args(""));
    let told = news
        .next(|news| ["error", "failed"].contains(&text(news, "type").as_str()) && text(news, "id") == "feed")
        .await;
    let code = text(&told, "error.code");
    assert!(["token_expired", "join_refused"].contains(&code.as_str()), "{code}");
    assert!(!text(&told, "error.message").contains(expired));
    refused.disconnect();
    let (client, news) = client(&Function::new_no_args("throw new Error('no session')"), &[]);
    subscribe(&client, "feed", &broadcasts(&[]), &Function::new_no_args(""));
    let told = news.next(|news| text(news, "type") == "error" && text(news, "id") == "feed").await;
    assert_eq!(text(&told, "error.code"), "token_unavailable");
    let message = text(&told, "error.message");
    assert!(message.contains("accessToken") && message.contains("no session"), "{message}");
    client.disconnect();
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_told_as_unreachable() {
    let news = Inbox::default();
    let options = manager("http://127.0.0.1:9", "key", &[]);
    let client = wedsync_dashboard::api::realtime::RealtimeClient::new(&options, news.put_all());
    subscribe(&client, "feed", &broadcasts(&[]), &Function::new_no_args(""));
    let told = news.next(|news| text(news, "type") == "error").await;
    assert_eq!(text(&told, "error.code"), "unreachable");
    assert!(text(&told, "error.message").contains("Check the project URL"));
    client.disconnect();
}
