//! The router in JavaScript and its twin in Rust decide alike, on recorded frames and on thousands of broken ones.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod both;
mod clock;
mod deliveries;
mod echoing;
mod forwarding;
mod frame;
mod handed_out;
mod heads;
mod hidden_tabs;
mod keys;
mod numbers;
mod taking;
mod traffic;
mod turns;

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wedsync_dashboard::core::realtime::delivery::Delivery;
use wedsync_dashboard::core::realtime::frame::{Protocol, Reference};
use wedsync_dashboard::core::realtime::routes::TopicRoutes;
use wedsync_dashboard::core::rng::Rng;

use crate::both::Both;
use crate::frame::{Frame, broken, one_of, recorded};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn both_routers_decide_alike_on_recorded_frames() {
    for (protocol, seen) in [(Protocol::V1, 4), (Protocol::V2, 5)] {
        let both = Both::new(protocol);
        let mut kinds = [0; 5];
        for frame in recorded(protocol) {
            let outcome = both.take(&frame);
            kinds[match outcome.first().map(String::as_str) {
                Some("malformed") => 0,
                Some("unrouted") => 1,
                Some(word) if word.starts_with("control") => 2,
                Some("duplicate") => 4,
                _ => 3,
            }] += 1;
        }
        // The replays are of protocol 2 alone.
        assert!(kinds[..seen].iter().all(|count| *count > 0), "each kind of outcome occurs: {kinds:?}");
    }
}

#[wasm_bindgen_test]
fn both_routers_decide_alike_on_broken_frames() {
    for protocol in [Protocol::V1, Protocol::V2] {
        let both = Both::new(protocol);
        let frames = recorded(protocol);
        let mut rng = Rng::new(2026);
        let mut delivered = 0;
        for _ in 0..4_000 {
            let whole = one_of(&frames, &mut rng);
            // Whole first: what surrounds its payload is then known to the router.
            both.take(whole);
            let outcome = both.take(&broken(whole, &mut rng));
            delivered += usize::from(outcome.first().is_some_and(|word| word.starts_with(char::is_numeric)));
        }
        assert!(delivered > 50, "broken, but not all beyond reading: {delivered}");
    }
}

#[wasm_bindgen_test]
fn frames_of_the_other_protocol_are_malformed() {
    for (spoken, other) in [(Protocol::V1, Protocol::V2), (Protocol::V2, Protocol::V1)] {
        let both = Both::new(spoken);
        for frame in recorded(other) {
            // The recordings of malformed frames have some of the other protocol's among them.
            let is_own = matches!(&frame, Frame::Text(text)
                if text.starts_with(if spoken == Protocol::V1 { "{\"" } else { "[" }));
            assert!(is_own || both.take(&frame) == ["malformed"], "{}", frame.described());
        }
    }
}

#[wasm_bindgen_test]
fn names_that_every_object_inherits_are_names_like_any_other() {
    for name in ["__proto__", "constructor", "toString"] {
        let both = Both::new(Protocol::V2);
        let topic = ["realtime:", name].concat();
        let frame = |event: &str| {
            let payload = format!(r#"{{"event":"{event}","payload":{{"{name}":{{"a":1}},"key":"{name}"}}}}"#);
            Frame::Text(format!(r#"[null,null,"{topic}","broadcast",{payload}]"#))
        };
        assert_eq!(both.take(&frame(name)), ["unrouted"], "nobody has asked for this topic");
        let mut routes = TopicRoutes { any: vec![1], ..TopicRoutes::default() };
        routes.events.insert(name.into(), vec![2]);
        both.route(&topic, Some(&routes));
        let told = both.take(&frame(name));
        assert!(told[0].starts_with('2') && told[0].contains(&format!(r#""{name}":{{"a":1}}"#)), "{told:?}");
        assert!(both.take(&frame("other"))[0].starts_with('1'));
        for path in [["payload", name], ["payload", "key"]] {
            let by = path.map(str::to_owned).to_vec();
            both.deliver(1, &Delivery::Latest { by, every_ms: 0 });
            for _ in 0..2 {
                assert_eq!(both.take(&frame("other")), [""; 0]);
            }
            both.flushed_in_rust();
        }
    }
}

#[wasm_bindgen_test]
fn a_frame_of_an_earlier_join_is_nobodys_and_one_without_a_name_is_for_all() {
    let both = Both::new(Protocol::V2);
    let join_ref = Some(Reference(7));
    let mut routes = TopicRoutes { any: vec![1], join_ref, ..TopicRoutes::default() };
    routes.changes.insert(5, vec![2]);
    both.route("realtime:pub1", Some(&routes));
    let take = |join_ref: &str, event: &str, payload: &str| {
        let frame = format!(r#"[{join_ref},null,"realtime:pub1","{event}",{payload}]"#);
        // Twice: what comes again is learnt.
        both.take(&Frame::text(&frame));
        both.take(&Frame::Text(frame))
    };
    let broadcast = r#"{"event":"a","payload":{},"type":"broadcast"}"#;
    let change = r#"{"data":{"type":"INSERT"},"ids":[5]}"#;
    for (event, payload, slot) in [("broadcast", broadcast, '1'), ("postgres_changes", change, '2')] {
        for current in ["null", "\"7\"", "7", "8"] {
            assert!(take(current, event, payload)[0].starts_with(slot), "{current}");
        }
        for earlier in ["\"6\"", "\"07\"", "\"\""] {
            assert_eq!(take(earlier, event, payload), ["unrouted"], "{earlier}");
        }
    }
    for nameless in [r#"{"payload":1}"#, r#"{"event":5}"#, "{}"] {
        let told = take("null", "broadcast", nameless);
        assert!(told[0].starts_with('1') && told[0].contains(r#""event":"""#), "{told:?}");
    }
    assert_eq!(take("null", "broadcast", "[]"), ["malformed"]);
}

#[wasm_bindgen_test]
fn a_callback_that_throws_does_not_keep_the_message_from_the_next() {
    let both = Both::new(Protocol::V2);
    let thrower = js_sys::Function::new_no_args("throw new Error('the application failed')");
    both.router.set_slot(1, &thrower, &Delivery::Each);
    let reported = reported_while(|| {
        let frame = Frame::text(r#"[null,null,"realtime:pub1","broadcast",{"event":"cursor","payload":1}]"#);
        assert_eq!(both.in_javascript(&frame).len(), 1, "slot 2 has it");
    });
    assert_eq!(reported.as_deref(), Some("the application failed"));
}

/// What the page's error handlers are told meanwhile; a test page would count that as its own failure.
fn reported_while(work: impl FnOnce()) -> Option<String> {
    let quiet = js_sys::Function::new_with_args(
        "event",
        "event.preventDefault(); globalThis.reported = event.error.message",
    );
    let window = web_sys::window().unwrap();
    window.set_onerror(None);
    window.add_event_listener_with_callback("error", &quiet).unwrap();
    work();
    window.remove_event_listener_with_callback("error", &quiet).unwrap();
    Reflect::get(&window, &"reported".into()).unwrap().as_string()
}

#[wasm_bindgen_test]
fn a_frame_counts_in_frames_and_bytes() {
    let both = Both::new(Protocol::V2);
    let receiver = both.router.receiver(1);
    receiver.call1(&JsValue::NULL, &message_event(&"{not json".into())).unwrap();
    let bytes = Uint8Array::from([4u8, 0].as_slice()).buffer();
    receiver.call1(&JsValue::NULL, &message_event(&bytes)).unwrap();
    assert_eq!((both.router.frames(), both.router.bytes(), both.router.malformed()), (2.0, 11.0, 2.0));
}

fn message_event(data: &JsValue) -> web_sys::MessageEvent {
    let init = web_sys::MessageEventInit::new();
    init.set_data(data);
    web_sys::MessageEvent::new_with_event_init_dict("message", &init).unwrap()
}
