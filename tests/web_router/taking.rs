//! Frames that another tab has forwarded.

use js_sys::{Array, Function, Reflect};
use twin::forward::Forwarded;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::ids::SocketId;
use wedsync_dashboard::core::realtime::frame::{Protocol, Reference};
use wedsync_dashboard::core::realtime::routes::TopicRoutes;
use wedsync_dashboard::core::rng::Rng;

use crate::both::Both;
use crate::clock::Clock;
use crate::forwarding::{EVERY, ROOM, after_16_ms, all, cursor, numbered, of_bytes, raw};
use crate::frame::{Frame, broken, one_of};
use crate::turns::{TOPICS, binary, broadcast, change, decoded, routes};

/// What comes from another tab that dropped nothing.
fn from_another(frames: &[Frame]) -> Forwarded {
    Forwarded { tabs: Vec::new(), frames: all(frames), dropped: Default::default() }
}

#[wasm_bindgen_test]
fn what_a_tab_takes_its_own_routes_decide_on() {
    let clock = Clock::install();
    let leader = Both::new(Protocol::V2);
    leader.forward(ROOM, &["a"]);
    let follower = Both::new(Protocol::V2);
    let join_ref = Some(Reference(7));
    let routes = TopicRoutes { any: vec![1], join_ref, deduplicate: true, ..TopicRoutes::default() };
    follower.route(ROOM, Some(&routes));
    let with_meta = |meta: &str| {
        let payload = format!(r#"{{"event":"cursor","payload":1,"type":"broadcast","meta":{meta}}}"#);
        Frame::Text(format!(r#"[null,null,"{ROOM}","broadcast",{payload}]"#))
    };
    let frames = [
        with_meta(r#"{"id":"m"}"#),
        with_meta(r#"{"id":"m","replayed":true}"#),
        Frame::Text(format!(r#"["6",null,"{ROOM}","broadcast",{{"event":"cursor","payload":2}}]"#)),
        Frame::Text(format!(r#"["7",null,"{ROOM}","broadcast",{{"event":"cursor","payload":3}}]"#)),
        of_bytes(ROOM, b"4", true),
        cursor(ROOM, "{not json"),
    ];
    for frame in &frames {
        assert_eq!(leader.take(frame), [""; 0], "it is none of the leader's");
    }
    let handed = after_16_ms(&leader, &clock);
    let outcome = follower.take_forwarded(&handed[0]);
    assert_eq!(outcome.iter().filter(|word| word.starts_with('1')).count(), 3, "{outcome:?}");
    assert_eq!(outcome[3..], ["duplicate", "malformed", "unrouted"]);
}

#[wasm_bindgen_test]
fn what_a_tab_takes_is_counted_by_itself_shown_to_its_tap_once_and_is_no_sign_of_life() {
    let both = Both::new(Protocol::V2);
    let shown = Array::new();
    let tap = Function::new_with_args("frame", "this.push(frame)").bind0(&shown);
    both.router.set_tap(&tap);
    both.router.receiver(1);
    let (text, bytes) = (numbered("realtime:pub1", 1), of_bytes("realtime:pub1", b"2", true));
    let told = both.take_forwarded(&from_another(&[text.clone(), bytes.clone()]));
    assert_eq!(told.len(), 4, "two slots, two messages: {told:?}");
    let size = raw(&text).size() + raw(&bytes).size();
    assert_eq!((both.router.taken(), both.router.taken_bytes()), (2.0, size as f64));
    assert_eq!((both.router.frames(), both.router.bytes()), (0.0, 0.0));
    assert_eq!(both.router.heard(SocketId(1)), None);
    assert_eq!(shown.length(), 2);
    assert_eq!(Reflect::get(&shown.get(0), &"data".into()).unwrap().as_string(), Some(text.described()));
    both.router.set_tap(&JsValue::UNDEFINED);
}

#[wasm_bindgen_test]
fn what_a_tab_takes_never_reaches_the_core_and_goes_to_no_other_tab() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.forward(ROOM, &["b"]);
    both.forward("realtime:pub1", &["b"]);
    let reply = Frame::binary(&[1, 1, 1, 4, 2], &[b"67", b"room", b"ok"]);
    let close = Frame::text(r#"["6",null,"realtime:room","phx_close",{}]"#);
    assert_eq!(both.take_forwarded(&from_another(&[reply, close])), ["malformed"; 2]);
    let frames = [numbered(ROOM, 1), of_bytes(ROOM, b"1", true), numbered("realtime:pub1", 1)];
    assert_eq!(both.take_forwarded(&from_another(&frames)).len(), 2);
    assert_eq!(after_16_ms(&both, &clock), []);
}

#[wasm_bindgen_test]
fn what_was_too_much_for_the_tab_that_forwards_is_told_to_the_topics_subscriptions() {
    let both = Both::new(Protocol::V2);
    let mut routes = TopicRoutes { any: vec![1], ..TopicRoutes::default() };
    routes.events.insert("cursor".into(), vec![1, 2]);
    routes.changes.insert(5, vec![3]);
    both.route(ROOM, Some(&routes));
    let dropped = [(ROOM.to_owned(), 3), ("realtime:nobody".to_owned(), 4)].into_iter().collect();
    let taken = Forwarded { dropped, ..from_another(&[numbered(ROOM, 1)]) };
    let told = both.take_forwarded(&taken);
    assert_eq!(told[..3], ["1 lost 3", "2 lost 3", "3 lost 3"]);
    assert_eq!((told.len(), both.router.dropped()), (5, 9.0));
}

/// Two tabs: one forwards to the other, and both have routes, deliveries and forwards that take turns.
#[wasm_bindgen_test]
fn both_routers_forward_and_take_alike_whatever_takes_turns() {
    const TABS: [&[&str]; 5] = [&[], &["a"], &["b"], &["a", "b"], &["b", "a"]];
    let clock = Clock::install();
    for protocol in [Protocol::V1, Protocol::V2] {
        let (leader, follower) = (Both::new(protocol), Both::new(protocol));
        let mut rng = Rng::new(47);
        let (mut frames, mut told) = (0, 0);
        for _ in 0..120 {
            let topic = *one_of(&TOPICS, &mut rng);
            let tabs = one_of(&TABS, &mut rng);
            leader.forward(&decoded(topic), tabs);
            let side = if rng.up_to(1) == 0 { &leader } else { &follower };
            let routes = (rng.up_to(3) > 0).then(|| routes(&mut rng));
            side.route(&decoded(topic), routes.as_ref());
            if rng.up_to(5) == 0 {
                follower.forward(&decoded(topic), tabs);
            }
            for _ in 0..12 {
                let topic = if rng.up_to(2) == 0 { topic } else { *one_of(&TOPICS, &mut rng) };
                let frame = match rng.up_to(3) {
                    0 => change(protocol, topic, &mut rng),
                    1 => binary(topic, &mut rng),
                    _ => broadcast(protocol, topic, &mut rng),
                };
                for _ in 0..=rng.up_to(2) {
                    leader.take(&frame);
                }
                leader.take(&broken(&frame, &mut rng));
            }
            if rng.up_to(2) > 0 {
                clock.pass(EVERY);
                for handed in leader.handed(true) {
                    frames += handed.frames.len();
                    told += follower.take_forwarded(&handed).len();
                }
            }
            assert_eq!(follower.handed(true), [], "nothing goes on");
        }
        assert!(frames > 500 && told > 300, "{frames} forwarded, {told} told");
    }
}
