//! The options that decide what is on the wire and how it is handed over.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use js_sys::JSON;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wedsync_dashboard::api::options;
use wedsync_dashboard::core::realtime::delivery::Delivery;
use wedsync_dashboard::core::realtime::frame::Protocol;

wasm_bindgen_test_configure!(run_in_browser);

fn parsed(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

fn manager(more: &str) -> Result<options::RealtimeOptions, (&'static str, String)> {
    let options = format!(r#"{{"url":"https://project.supabase.co","key":"key"{more}}}"#);
    options::realtime(&parsed(&options)).map_err(|error| (error.code.as_str(), error.message.to_string()))
}

#[wasm_bindgen_test]
fn the_protocol_is_the_one_that_the_url_asks_for() {
    for (more, protocol, vsn) in [
        ("", Protocol::V2, "&vsn=2.0.0"),
        (r#","vsn":"2.0.0""#, Protocol::V2, "&vsn=2.0.0"),
        (r#","vsn":"1.0.0""#, Protocol::V1, "&vsn=1.0.0"),
    ] {
        let options = manager(more).ok().unwrap();
        assert_eq!(options.config.protocol, protocol);
        assert!(options.url.ends_with(vsn), "{}", options.url);
    }
    for (more, says) in [
        (r#","vsn":"1""#, "\"1.0.0\" or \"2.0.0\""),
        (r#","vsn":2"#, "a string"),
        (r#","onTraffic":1"#, "a function"),
    ] {
        let (code, message) = manager(more).err().unwrap();
        assert!(code == "invalid_option" && message.contains(says), "{code} {message}");
    }
}

#[wasm_bindgen_test]
fn deliver_is_read_as_the_types_say() {
    let latest = |by: &[&str], every_ms| Delivery::Latest {
        by: by.iter().map(|name| (*name).to_owned()).collect(),
        every_ms,
    };
    for (given, expected) in [
        ("{}", Delivery::Each),
        (r#"{"deliver":"each"}"#, Delivery::Each),
        (r#"{"deliver":"batch","presence":false}"#, Delivery::Batch),
        (r#"{"deliver":"each","presence":true}"#, Delivery::Each),
        (r#"{"deliver":{"latestBy":"payload.id"}}"#, latest(&["payload", "id"], 0)),
        (r#"{"deliver":{"latestBy":"event","everyMs":250}}"#, latest(&["event"], 250)),
    ] {
        assert_eq!(options::delivery(&parsed(given)).ok(), Some(expected), "{given}");
    }
}

#[wasm_bindgen_test]
fn a_wrong_deliver_is_named_with_what_it_must_be() {
    for (deliver, code, says) in [
        (r#""all""#, "invalid_option", "\"each\", \"batch\" or an object"),
        ("5", "invalid_option", "\"each\", \"batch\" or an object"),
        ("[]", "invalid_option", "\"each\", \"batch\" or an object"),
        ("null", "invalid_option", "\"each\", \"batch\" or an object"),
        ("{}", "invalid_option", "the path to the key"),
        (r#"{"latestBy":""}"#, "invalid_option", "a string that is not empty"),
        (r#"{"latestBy":"payload..id"}"#, "invalid_option", "the path to the key"),
        (r#"{"latestBy":["payload"]}"#, "invalid_option", "a string that is not empty"),
        (r#"{"latestBy":"a","everyMs":-1}"#, "invalid_option", "from 0 to 3600000"),
        (
            r#"{"latestBy":"a","every":1}"#,
            "unknown_option",
            "no option \"every\". It knows: latestBy, everyMs",
        ),
    ] {
        let error = options::delivery(&parsed(&format!(r#"{{"deliver":{deliver}}}"#))).unwrap_err();
        assert_eq!(error.code.as_str(), code, "{deliver}");
        assert!(error.message.contains(says), "{}", error.message);
    }
    let error = options::delivery(&parsed(r#"{"deliver":"batch","presence":true}"#)).unwrap_err();
    assert!(error.message.contains("one by one"));
}
