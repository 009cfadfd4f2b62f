//! Frames that go to other tabs.

use std::collections::BTreeSet;

use js_sys::{Array, Function};
use twin::forward::{Forwarded, Frame as Raw, LARGE_BYTES, MOST_BYTES, MOST_FRAMES};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::realtime::delivery::Delivery;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::core::realtime::routes::TopicRoutes;
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::shell::router::{Router, forwarding};

use crate::both::{Both, array};
use crate::clock::Clock;
use crate::frame::Frame;
use crate::turns::{binary, broadcast, change, routes};
use crate::{message_event, reported_while};

pub const ROOM: &str = "realtime:room";
pub const EVERY: u32 = 16;

/// A broadcast on a topic, as the server writes it.
pub fn cursor(topic: &str, payload: &str) -> Frame {
    Frame::Text(format!(
        r#"[null,null,"{topic}","broadcast",{{"event":"cursor","payload":{payload},"type":"broadcast"}}]"#
    ))
}

pub fn numbered(topic: &str, n: usize) -> Frame {
    cursor(topic, &format!(r#"{{"n":{n}}}"#))
}

pub fn of_bytes(topic: &str, payload: &[u8], is_json: bool) -> Frame {
    Frame::binary(&[4, topic.len() as u8, 6, 0, u8::from(is_json)], &[topic.as_bytes(), b"cursor", payload])
}

pub fn raw(frame: &Frame) -> Raw {
    match frame {
        Frame::Text(text) => Raw::Text(text.clone()),
        Frame::Binary(bytes) => Raw::Binary(bytes.clone()),
    }
}

pub fn all(frames: &[Frame]) -> Vec<Raw> {
    frames.iter().map(raw).collect()
}

#[track_caller]
pub fn after_16_ms(both: &Both, clock: &Clock) -> Vec<Forwarded> {
    clock.pass(EVERY);
    both.handed(true)
}

#[wasm_bindgen_test]
fn frames_that_only_another_tab_wants_go_there_unread_and_are_not_counted_as_nobodys() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.forward(ROOM, &["a"]);
    let frames = [
        numbered(ROOM, 1),
        // Whoever read these would find them malformed.
        cursor(ROOM, "{not json"),
        Frame::text(r#"[null,null,"realtime:room","postgres_changes",{"data":}]"#),
        of_bytes(ROOM, b"{not json", true),
        of_bytes(ROOM, &[0xff, 0], false),
        // Not as the server writes it: only reading it tells whose it is.
        Frame::text(r#"["7",null,"realtime:room","broadcast",{"event":"cursor"}]"#),
    ];
    for frame in &frames {
        assert_eq!(both.take(frame), [""; 0]);
    }
    assert_eq!(both.take(&numbered("realtime:other", 1)), ["unrouted"]);
    assert!(
        both.take(&Frame::text(r#"[null,"1","realtime:room","phx_close",{}]"#))[0].starts_with("control")
    );
    let handed = after_16_ms(&both, &clock);
    assert_eq!(handed.len(), 1);
    assert_eq!((handed[0].tabs.as_slice(), &handed[0].frames), (&["a".to_owned()][..], &all(&frames)));
}

#[wasm_bindgen_test]
fn a_frame_goes_to_this_tab_and_to_others_whatever_becomes_of_it_here() {
    let clock = Clock::install();
    for protocol in [Protocol::V1, Protocol::V2] {
        let both = Both::new(protocol);
        let mut rng = Rng::new(5);
        both.route(ROOM, Some(&TopicRoutes { any: vec![1], ..routes(&mut rng) }));
        both.forward(ROOM, &["a", "b"]);
        let mut frames = Vec::new();
        for _ in 0..200 {
            frames.push(match rng.up_to(if protocol == Protocol::V1 { 1 } else { 2 }) {
                0 => change(protocol, ROOM, &mut rng),
                1 => broadcast(protocol, ROOM, &mut rng),
                _ => binary(ROOM, &mut rng),
            });
        }
        let mut told = BTreeSet::new();
        for frame in &frames {
            let outcome = both.take(frame);
            told.insert(outcome.first().map_or(' ', |word| word.chars().next().unwrap()));
        }
        assert!(told.contains(&'1') && told.contains(&'m') && told.contains(&' '), "{told:?}");
        assert!(!told.contains(&'u'), "what others want is not nobody's");
        let handed = after_16_ms(&both, &clock);
        assert!(handed.len() == 1 && handed[0].frames.len() > 150, "{}", handed[0].frames.len());
    }
}

#[wasm_bindgen_test]
fn a_frame_that_begins_as_the_server_writes_it_and_goes_on_otherwise_is_forwarded_once() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.route(ROOM, Some(&TopicRoutes { any: vec![1], ..TopicRoutes::default() }));
    both.forward(ROOM, &["a"]);
    let frame =
        Frame::text(r#"[null,null,"realtime:room","broadcast",{"event":"cursor","payload":1},"more"]"#);
    assert!(both.take(&frame)[0].starts_with('1'));
    assert_eq!(after_16_ms(&both, &clock)[0].frames, all(&[frame]));
}

#[wasm_bindgen_test]
fn frames_go_together_once_in_16_ms_in_one_call_for_each_set_of_tabs() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    for (topic, tabs) in [("one", &["a"][..]), ("two", &["b", "a"]), ("three", &["a", "b"]), ("four", &["b"])]
    {
        both.forward(topic, tabs);
    }
    assert_eq!(clock.scheduled(), 0, "nothing waits");
    let topics = ["one", "two", "three", "four", "two", "one"];
    let frames: Vec<_> = topics.iter().enumerate().map(|(n, topic)| numbered(topic, n)).collect();
    for frame in &frames {
        both.take(frame);
    }
    assert_eq!(clock.scheduled(), 1, "one timer for all");
    clock.pass(EVERY - 1);
    assert_eq!(both.handed(false), []);
    clock.pass(1);
    let handed = both.handed(true);
    let of = |at: &[usize]| at.iter().map(|at| raw(&frames[*at])).collect::<Vec<_>>();
    let told: Vec<_> = handed.iter().map(|handed| (handed.tabs.concat(), &handed.frames)).collect();
    assert_eq!(
        told,
        [("a".to_owned(), &of(&[0, 5])), ("ba".to_owned(), &of(&[1, 2, 4])), ("b".to_owned(), &of(&[3]))]
    );
    assert_eq!(clock.scheduled(), 0);
    both.take(&frames[0]);
    assert_eq!(after_16_ms(&both, &clock).len(), 1, "and again");
}

#[wasm_bindgen_test]
async fn a_hidden_page_hands_frames_on_in_the_next_task_and_waits_for_no_timer() {
    let clock = Clock::install();
    clock.hide();
    let both = Both::new(Protocol::V2);
    both.forward(ROOM, &["a"]);
    for n in 0..3 {
        both.take(&numbered(ROOM, n));
    }
    assert_eq!((both.handed(false).len(), clock.scheduled()), (0, 0));
    clock.task().await;
    assert_eq!(both.handed(true)[0].frames.len(), 3);
    both.take(&numbered(ROOM, 3));
    both.forward(ROOM, &[]);
    clock.task().await;
    assert_eq!(both.handed(true), [], "nobody wants it any more");
}

#[wasm_bindgen_test]
fn where_timers_are_late_the_next_frame_of_any_topic_hands_over_what_is_due() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.forward(ROOM, &["a"]);
    let receive = both.router.receiver(1);
    both.take(&numbered(ROOM, 1));
    let heartbeat =
        message_event(&r#"[null,"1","phoenix","phx_reply",{"status":"ok","response":{}}]"#.into());
    clock.stall(EVERY - 1);
    receive.call1(&JsValue::NULL, &heartbeat).unwrap();
    assert_eq!(both.handed(false), []);
    clock.stall(1);
    receive.call1(&JsValue::NULL, &heartbeat).unwrap();
    assert_eq!((both.handed(true).len(), clock.scheduled()), (1, 0));
}

#[wasm_bindgen_test]
fn what_came_before_a_change_of_tabs_goes_to_the_former_and_first() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.forward("x", &["a"]);
    both.forward("y", &["b", "a"]);
    // Its batch for both tabs begins before x's frame for one.
    both.take(&numbered("y", 0));
    both.take(&numbered("x", 1));
    both.forward("x", &["a", "b"]);
    both.take(&numbered("x", 2));
    both.take(&numbered("y", 3));
    let handed = after_16_ms(&both, &clock);
    let sizes: Vec<_> = handed.iter().map(|handed| (handed.tabs.concat(), handed.frames.len())).collect();
    assert_eq!(sizes, [("ba".to_owned(), 1), ("a".to_owned(), 1), ("ab".to_owned(), 2)]);
    // The same tabs in another order are the same.
    both.take(&numbered("x", 4));
    both.forward("x", &["b", "a"]);
    both.take(&numbered("x", 5));
    assert_eq!(after_16_ms(&both, &clock).len(), 1);
}

#[wasm_bindgen_test]
fn what_waits_is_dropped_with_the_topics_tabs_and_not_with_its_routes() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.route(ROOM, Some(&TopicRoutes { any: vec![1], ..TopicRoutes::default() }));
    both.forward(ROOM, &["a"]);
    both.forward("other", &["a"]);
    both.take(&numbered(ROOM, 1));
    both.take(&numbered("other", 2));
    both.forward(ROOM, &[]);
    assert_eq!(both.take(&numbered(ROOM, 3)).len(), 1, "this tab wants it still");
    assert_eq!(after_16_ms(&both, &clock)[0].frames, all(&[numbered("other", 2)]));
    both.take(&numbered("other", 4));
    both.forward("other", &[]);
    assert_eq!(clock.scheduled(), 0);
    assert_eq!(both.take(&numbered("other", 5)), ["unrouted"]);
    assert_eq!(after_16_ms(&both, &clock), []);

    both.forward(ROOM, &["a"]);
    both.take(&numbered(ROOM, 6));
    both.route(ROOM, None);
    assert_eq!(both.take(&numbered(ROOM, 7)), [""; 0]);
    both.route(ROOM, Some(&TopicRoutes { any: vec![2], ..TopicRoutes::default() }));
    assert_eq!(both.take(&numbered(ROOM, 8)).len(), 1);
    assert_eq!(after_16_ms(&both, &clock)[0].frames.len(), 3, "another tab wants it whatever this one does");
    both.route(ROOM, None);
    both.forward(ROOM, &[]);
    assert_eq!(both.take(&numbered(ROOM, 9)), ["unrouted"]);
}

#[wasm_bindgen_test]
fn beyond_the_limit_of_frames_or_bytes_the_oldest_are_dropped_and_told_with_the_rest() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.forward("x", &["a"]);
    both.forward("y", &["a"]);
    for n in 0..2 * MOST_FRAMES + 3 {
        both.take(&numbered(if n < 2 { "x" } else { "y" }, n));
    }
    let handed = after_16_ms(&both, &clock);
    assert_eq!(handed[0].frames.len(), MOST_FRAMES);
    assert_eq!(
        handed[0].dropped,
        [("x".to_owned(), 2), ("y".to_owned(), MOST_FRAMES + 1)].into_iter().collect()
    );

    let quarter = LARGE_BYTES - 100;
    let long = "x".repeat(quarter - cursor("x", r#""""#).described().len());
    for n in 0..=MOST_BYTES / quarter {
        both.take(&if n % 2 == 0 {
            cursor("x", &format!("\"{long}\""))
        } else {
            of_bytes("y", &vec![0; quarter - 12], false)
        });
    }
    let handed = after_16_ms(&both, &clock);
    assert_eq!(handed[0].frames.len(), MOST_BYTES / quarter);
    assert_eq!(handed[0].dropped, [("x".to_owned(), 1)].into_iter().collect());
    both.take(&numbered("x", 1));
    assert!(after_16_ms(&both, &clock)[0].dropped.is_empty(), "told once");
}

#[wasm_bindgen_test]
fn a_large_frame_goes_alone_and_at_once_behind_what_waits() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.forward("x", &["a"]);
    both.forward("y", &["b"]);
    both.take(&numbered("x", 1));
    both.take(&numbered("y", 2));
    let most = of_bytes("x", &vec![0; LARGE_BYTES - 12], false);
    both.take(&most);
    assert_eq!(both.handed(false), [], "not too large to wait");
    let large = of_bytes("y", &vec![0; LARGE_BYTES - 11], false);
    both.take(&large);
    let handed = both.handed(false);
    let frames: Vec<_> = handed.iter().map(|handed| handed.frames.clone()).collect();
    assert_eq!(frames, [all(&[numbered("x", 1), most]), all(&[numbered("y", 2)]), all(&[large])]);
    assert_eq!(clock.scheduled(), 0);
    assert_eq!(after_16_ms(&both, &clock), []);
}

#[wasm_bindgen_test]
fn a_function_that_throws_keeps_nothing_from_the_next() {
    let clock = Clock::install();
    let nothing = Function::new_no_args("");
    let calls = Array::new();
    let throw =
        Function::new_with_args("tabs", "this.push(tabs); throw new Error('no channel today')").bind0(&calls);
    let router = Router::new(Protocol::V2, &nothing, &nothing, Some(forwarding(&throw, &nothing)));
    for (topic, tab) in [("x", "a"), ("y", "b")] {
        router.forward_to(topic, &array(&[tab]), &array(&[]));
        router.text(1, &numbered(topic, 1).described());
    }
    let reported = reported_while(|| clock.pass(EVERY));
    assert_eq!((reported.as_deref(), calls.length()), (Some("no channel today"), 2));
}

#[wasm_bindgen_test]
fn a_subscription_to_the_latest_keeps_its_own_and_forwards_all() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.route(ROOM, Some(&TopicRoutes { any: vec![1], ..TopicRoutes::default() }));
    let by = ["payload", "key"].map(str::to_owned).to_vec();
    both.deliver(1, &Delivery::Latest { by, every_ms: 0 });
    both.forward(ROOM, &["a"]);
    let frames: Vec<_> = (0..9)
        .map(|n| {
            let payload = format!(r#"{{"key":"k{}","n":{n}}}"#, n % 2);
            if n % 3 == 2 { of_bytes(ROOM, payload.as_bytes(), true) } else { cursor(ROOM, &payload) }
        })
        .collect();
    for frame in &frames {
        assert_eq!(both.take(frame), [""; 0]);
    }
    assert_eq!(after_16_ms(&both, &clock)[0].frames, all(&frames));
    clock.frame();
    let told = both.told();
    assert_eq!((told.len(), told[0].matches("\"n\"").count()), (1, 2), "{told:?}");
    assert_eq!(told, both.flushed_in_rust());
}
