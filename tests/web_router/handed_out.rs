//! What is handed out to be shown or logged holds no token, and its sizes are counted in bytes.

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::dashboard::Notification;
use wedsync_dashboard::core::error::{Code, Error};
use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::log::{Level, LogEntry};
use wedsync_dashboard::core::payload::Payload;
use wedsync_dashboard::core::realtime::News;
use wedsync_dashboard::core::realtime::presence::Presence;
use wedsync_dashboard::shell::object;

const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.Zm9v-_9";

fn shown(value: &JsValue) -> String {
    JSON::stringify(value).map(String::from).unwrap()
}

#[wasm_bindgen_test]
fn what_the_server_repeats_of_a_token_goes_out_nowhere() {
    let said = format!(
        r#"No: %{{"access_token" => "opaque", "b" => 1}}, {{"user_token":"opaque"}}, {JWT}, sb_secret_opaque"#
    );
    let error = || Error::new(Code::JoinRefused, said.clone());
    let payload = JSON::parse(
        &shown(&Payload::object(vec![("message", JsValue::from_str(&said))])).replace(
            "{\"message\"",
            &format!(
                r#"{{"nested":{{"__proto__":[{{"refresh_token":"opaque","text":"{JWT}"}}]}},"status":"error","message""#
            ),
        ),
    )
    .unwrap();
    let ways: Vec<(&str, Notification<JsValue>)> = vec![
        ("system", Notification::Realtime(News::System { id: "feed".into(), payload })),
        ("error", Notification::Realtime(News::Error { id: "feed".into(), error: error() })),
        ("error", Notification::Error(error())),
        ("failed", Notification::Realtime(News::Failed { id: "feed".into(), error: error() })),
        ("settled", Notification::Realtime(News::Settled { call: CallId(1), result: Err(error()) })),
    ];
    let mut out: Vec<(&str, String)> =
        ways.iter().map(|(way, news)| (*way, shown(&object::notification(news)))).collect();
    out.push(("thrown", shown(&object::error(&error()))));
    let (topic, detail) = (Some(["realtime:", JWT].concat()), Some(said.clone()));
    let entry = LogEntry { level: Level::Warn, event: "down", topic, number: None, detail };
    out.push(("log", shown(&object::log_entry(&entry))));
    for (way, text) in &out {
        assert!(!text.contains("opaque") && !text.contains("eyJ"), "{way}: {text}");
        assert!(text.contains("[redacted]"), "{way}: {text}");
    }
    assert!(out[0].1.contains(r#""__proto__":[{"refresh_token":"[redacted]""#), "{}", out[0].1);
    assert!(out[0].1.contains(r#""status":"error""#));
}

#[wasm_bindgen_test]
fn a_message_with_tokens_in_a_list_or_an_object_keeps_all_else() {
    let payload = JSON::parse(
        r#"{"status":"error","a":{"access_token":{"x":"opaque"},"b":1},"refresh_token":["aa opaque"],
            "message":"{\"id_token\":\"op\\\"aque\",\"c\":1}"}"#,
    )
    .unwrap();
    let news = Notification::Realtime(News::System { id: "feed".into(), payload });
    let given = Reflect::get(&object::notification(&news), &"payload".into()).unwrap();
    let expected = r#"{"status":"error","a":{"access_token":"[redacted]","b":1},"refresh_token":"[redacted]","message":"{\"id_token\":\"[redacted]\",\"c\":1}"}"#;
    assert_eq!(shown(&given), expected);
}

#[wasm_bindgen_test]
fn a_message_without_a_token_is_handed_out_as_it_came() {
    let payload = JSON::parse(r#"{"message":"Subscribed to PostgreSQL","a":[1,{"b":null}]}"#).unwrap();
    let news = Notification::Realtime(News::System { id: "feed".into(), payload: payload.clone() });
    let given = Reflect::get(&object::notification(&news), &"payload".into()).unwrap();
    assert!(Object::is(&given, &payload));
}

#[wasm_bindgen_test]
fn a_presence_of_any_key_is_in_the_state_and_nothing_is_inherited() {
    let mut presence = Presence::<JsValue>::default();
    let state = JSON::parse(
        r#"{"__proto__":{"metas":[{"phx_ref":"1","__proto__":{"n":1},"presence_ref":"mine"}]},
            "constructor":{"metas":[{"phx_ref":"2"}]},"toString":{"metas":[{"phx_ref":"3"}]}}"#,
    )
    .unwrap();
    presence.state(&state);
    let state = presence.to_payload();
    assert_eq!(
        shown(&state),
        r#"{"__proto__":[{"presence_ref":"1","__proto__":{"n":1}}],"constructor":[{"presence_ref":"2"}],"toString":[{"presence_ref":"3"}]}"#
    );
    let first = Reflect::get(&state, &"__proto__".into()).unwrap().item(0).unwrap();
    for object in [&state, &first] {
        assert!(Object::get_prototype_of(object).is_null());
    }
    let diff = r#"{"joins":{},"leaves":{"__proto__":{"metas":[{"phx_ref":"1"}]}}}"#;
    presence.diff(&JSON::parse(diff).unwrap());
    assert!(!shown(&presence.to_payload()).contains("__proto__"));
}
