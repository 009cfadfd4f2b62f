//! What goes out, and what a tap is shown.

use js_sys::{Array, ArrayBuffer, Function, JSON, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::ids::SocketId;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::shell::router::redacted;

use crate::both::Both;
use crate::message_event;
use crate::reported_while;

/// A socket that keeps what is sent, and a function that gives it as arrays of bytes and strings.
fn socket() -> (web_sys::WebSocket, Array) {
    let (socket, sent) = (Object::new(), Array::new());
    let keep = Function::new_with_args("data", "this.sent.push(data)");
    Reflect::set(&socket, &"sent".into(), &sent).unwrap();
    Reflect::set(&socket, &"send".into(), &keep).unwrap();
    (socket.unchecked_into(), sent)
}

fn bytes(value: &JsValue) -> Vec<u8> {
    Uint8Array::new(value.dyn_ref::<ArrayBuffer>().expect("bytes go out as a buffer")).to_vec()
}

#[wasm_bindgen_test]
fn a_broadcast_goes_out_as_its_header_with_the_payload_behind_it() {
    let both = Both::new(Protocol::V2);
    let (socket, sent) = socket();
    let header = [3u8, 1, 2];
    let buffer = Uint8Array::from([7u8, 8, 9, 255].as_slice()).buffer();
    let view = js_sys::DataView::new(&buffer, 1, 2);
    let words = js_sys::Uint16Array::new(&buffer);
    let json = JSON::parse(r#"{"a":"é"}"#).unwrap();
    for (payload, is_json, expected) in [
        (buffer.into(), false, vec![7, 8, 9, 255]),
        (view.into(), false, vec![8, 9]),
        (words.into(), false, vec![7, 8, 9, 255]),
        (json, true, r#"{"a":"é"}"#.as_bytes().to_vec()),
        (JsValue::NULL, true, b"null".to_vec()),
    ] {
        let payload: JsValue = payload;
        both.router.send_broadcast(&socket, &header, &payload, is_json).unwrap();
        assert_eq!(bytes(&sent.pop()), [header.to_vec(), expected].concat());
    }
    both.router.send(&socket, &JSON::parse(r#"[null,"1","phoenix","heartbeat",{}]"#).unwrap()).unwrap();
    assert_eq!(sent.pop().as_string().as_deref(), Some(r#"[null,"1","phoenix","heartbeat",{}]"#));
}

#[wasm_bindgen_test]
fn a_tap_is_shown_every_frame_without_tokens_until_it_is_taken_away() {
    let both = Both::new(Protocol::V2);
    let (socket, sent) = socket();
    let shown = Array::new();
    let keep = shown.clone();
    let tap = Closure::<dyn FnMut(JsValue)>::new(move |frame: JsValue| {
        keep.push(&frame);
    });
    both.router.set_tap(tap.as_ref());
    let frame = JSON::parse(r#"["1","1","t","access_token",{"access_token":"secret"}]"#).unwrap();
    both.router.send(&socket, &frame).unwrap();
    both.router.send_broadcast(&socket, &[3], &JsValue::from(1), true).unwrap();
    let receiver = both.router.receiver(1);
    receiver.call1(&JsValue::NULL, &message_event(&"eyJhbGciOi.eyJzdWIi.c2lnbg".into())).unwrap();
    let buffer = Uint8Array::from([4u8, 0].as_slice()).buffer();
    receiver.call1(&JsValue::NULL, &message_event(&buffer)).unwrap();
    both.router.set_tap(&JsValue::UNDEFINED);
    both.router.send(&socket, &frame).unwrap();

    let entries: Vec<(String, JsValue)> = shown
        .iter()
        .map(|frame| ["direction", "data"].map(|name| Reflect::get(&frame, &name.into()).unwrap()))
        .map(|[direction, data]| (direction.as_string().unwrap(), data))
        .collect();
    let directions: Vec<_> = entries.iter().map(|(direction, _)| direction.as_str()).collect();
    assert_eq!(directions, ["out", "out", "in", "in"]);
    let text = entries[0].1.as_string().unwrap();
    assert_eq!(text, r#"["1","1","t","access_token",{"access_token":"[redacted]"}]"#);
    assert_eq!(bytes(&entries[1].1), [3, b'1']);
    assert_eq!(entries[2].1.as_string().as_deref(), Some("[redacted]"));
    assert_eq!(bytes(&entries[3].1), [4, 0]);
    assert!(!js_sys::Object::is(&entries[3].1, &buffer), "a copy, which may be kept");
    let first = sent.get(0).as_string().unwrap();
    assert!(first.contains("secret"), "what is sent is whole");
}

#[wasm_bindgen_test]
fn a_tap_that_throws_changes_nothing() {
    let both = Both::new(Protocol::V2);
    let (socket, sent) = socket();
    both.router.set_tap(&Function::new_no_args("throw new Error('a bad tap')"));
    let reported = reported_while(|| both.router.send(&socket, &JsValue::from(1)).unwrap());
    assert_eq!((reported.as_deref(), sent.length()), (Some("a bad tap"), 1));
}

#[wasm_bindgen_test]
fn tokens_are_taken_out_wherever_they_stand() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.Zm9v-_9";
    for (text, expected) in [
        (r#"{"access_token":"a \" b","x":1}"#, r#"{"access_token":"[redacted]","x":1}"#),
        (r#"{"access_token" : 12345 ,"x":1}"#, r#"{"access_token" : "[redacted]" ,"x":1}"#),
        (r#"{"access_token":null}"#, r#"{"access_token":"[redacted]"}"#),
        (
            r#"{"a":"{\"access_token\":\"opaque\",\"b\":1}"}"#,
            r#"{"a":"{\"access_token\":\"[redacted]\",\"b\":1}"}"#,
        ),
        (&format!(r#"{{"user_token":"{jwt}"}}"#), r#"{"user_token":"[redacted]"}"#),
        (&format!("Bearer {jwt}, {jwt}"), "Bearer [redacted], [redacted]"),
        ("eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYW5vbiJ9.", "[redacted]"),
        (r#"{"event":"access_token","eyJ":"no.token"}"#, r#"{"event":"access_token","eyJ":"no.token"}"#),
        (
            r#"{"provider_token":"opaque","provider_refresh_token":"opaque","id_token":"opaque","x":1}"#,
            r#"{"provider_token":"[redacted]","provider_refresh_token":"[redacted]","id_token":"[redacted]","x":1}"#,
        ),
        (
            r#"{"a":"https://x.example/?refresh_token=op%26aque&x=1#id_token=opaque"}"#,
            r#"{"a":"https://x.example/?refresh_token=[redacted]&x=1#id_token=[redacted]"}"#,
        ),
        ("?to=y%23access_token%3Dopaque%26x%3D1", "?to=y%23access_token%3D[redacted]%26x%3D1"),
        (r#"access_token="aa bb", x"#, "access_token=[redacted], x"),
        (r#"{"a":"x?access_token="}"#, r#"{"a":"x?access_token=[redacted]"}"#),
        (r#"{"access_token":["aa bb",{"c":"]"}],"x":1}"#, r#"{"access_token":"[redacted]","x":1}"#),
        (
            r#"%{"access_token" => %{"a" => "b c"}, "x" => 1}"#,
            r#"%{"access_token" => "[redacted]", "x" => 1}"#,
        ),
        (
            r#"{"a":"{\"access_token\":\"op\\\"aque\\\\\",\"b\":1}"}"#,
            r#"{"a":"{\"access_token\":\"[redacted]\",\"b\":1}"}"#,
        ),
        (
            r#"{"a":"{\"access_token\":[\"op\\\"aque\",\"b\"],\"c\":1}"}"#,
            r#"{"a":"{\"access_token\":\"[redacted]\",\"c\":1}"}"#,
        ),
        // Cut off, within a message and at its end.
        (r#"{"a":"{\"access_token\":[\"opaque"}"#, r#"{"a":"{\"access_token\":\"[redacted]\""}"#),
        (r#"{"access_token":"opaque"#, r#"{"access_token":"[redacted]""#),
        (&format!("{jwt}.sb_secret_x y"), "[redacted] y"),
        (&format!("{} y", jwt.replace('.', "%2E")), "[redacted] y"),
        (&format!("{} y", jwt.replace('.', r"\u002e")), "[redacted] y"),
        (&format!("{} y", jwt.replace('.', r"\\u002E")), "[redacted] y"),
        // `{ "alg":"none"}`, and the same on lines of its own.
        ("eyAiYWxnIjoibm9uZSJ9.eyJyb2xlIjoiYW5vbiJ9.", "[redacted]"),
        ("ewogICJhbGciOiJub25lIgp9.eyJyb2xlIjoiYW5vbiJ9.", "[redacted]"),
        ("invalid access_token: it has expired", "invalid access_token: it has expired"),
        ("framework.survey.eyAnswers", "framework.survey.eyAnswers"),
    ] {
        assert_eq!(redacted(text), expected);
    }
}

#[wasm_bindgen_test]
fn taking_tokens_out_is_not_slow_whatever_the_text_is() {
    for part in [
        r#"\"access_token\"#,
        "eyJ",
        "a%2E",
        r"a\u002e",
        r"\",
        "access_token",
        r"access_token\\",
        r#"access_token"   "#,
    ] {
        let long = part.repeat(100_000);
        assert!(redacted(&long) == long, "{part}");
    }
    for part in [
        "eyJ.",
        "eyAi%2E",
        r#""access_token":["#,
        r#""access_token":[""#,
        r#""access_token":"\"#,
        r#"\"access_token\":\""#,
        r#"{"access_token":{}"#,
        "access_token=",
        "access_token%3D%2",
    ] {
        assert!(redacted(&part.repeat(100_000)).contains("[redacted]"), "{part}");
    }
}

#[wasm_bindgen_test]
fn what_was_heard_carries_the_time_of_the_last_message_event_and_is_told_once() {
    let both = Both::new(Protocol::V2);
    let socket = SocketId(7);
    assert_eq!(both.router.heard(socket), None);
    let receive = both.router.receiver(socket.0);
    let mut last = 0.0;
    for _ in 0..3 {
        let event = message_event(&JsValue::from_str("{not json"));
        last = event.time_stamp();
        receive.call1(&JsValue::NULL, &event).unwrap();
    }
    // The client is told of it at its next pump, whenever that is.
    let performance = web_sys::window().unwrap().performance().unwrap();
    while performance.now() < last + 50.0 {}
    let heard = both.router.heard(socket).unwrap();
    assert_eq!((heard.socket, heard.frames, heard.at), (socket, 3, last as u64));
    assert_eq!(both.router.heard(socket), None, "nothing has come since");
    both.router.forget(socket.0);
    assert_eq!(both.router.heard(socket), None);
}
