//! Broadcasts of another tab's, which the server does not send back to the socket that both share, and what waits to go to
//! other tabs when something is said to them.

use js_sys::{JSON, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::core::realtime::routes::TopicRoutes;
use wedsync_dashboard::core::rng::Rng;

use crate::both::Both;
use crate::clock::Clock;
use crate::forwarding::{EVERY, ROOM, all, numbered};
use crate::frame::one_of;
use crate::turns::{TOPICS, broadcast, decoded, routes};

fn json(text: &str) -> JsValue {
    JSON::parse(text).unwrap()
}

#[wasm_bindgen_test]
fn an_echo_is_routed_as_the_servers_broadcast_and_goes_to_no_other_tab() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    let mut routes = TopicRoutes { any: vec![1], ..TopicRoutes::default() };
    routes.events.insert("cursor".into(), vec![2]);
    both.route(ROOM, Some(&routes));
    both.forward(ROOM, &["b"]);
    assert_eq!(both.echo(ROOM, "cursor", &json(r#"{"x":1}"#), false).len(), 1);
    assert_eq!(both.echo(ROOM, "other", &json("null"), false).len(), 1);
    let bytes = Uint8Array::from(&[0xff, 0, 7][..]).into();
    assert_eq!(both.echo(ROOM, "cursor", &bytes, true).len(), 1);
    assert_eq!(both.echo("realtime:nobody", "cursor", &json("1"), false), ["unrouted"]);
    clock.pass(EVERY);
    assert_eq!(both.handed(true), [], "each tab has its own from the one that leads");
    assert_eq!((both.router.frames(), both.router.taken()), (0.0, 0.0), "it came on no socket");
}

#[wasm_bindgen_test]
fn what_waits_goes_before_what_is_said_to_another_tab_and_only_once() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.forward("x", &["a"]);
    both.forward("y", &["a", "b"]);
    let frames = [numbered("x", 1), numbered("y", 2), numbered("x", 3)];
    for frame in &frames {
        both.take(frame);
    }
    let handed = both.flush();
    let told: Vec<_> = handed.iter().map(|handed| (handed.tabs.concat(), handed.frames.clone())).collect();
    let [first, second, third] = frames;
    assert_eq!(told, [("a".to_owned(), all(&[first, third])), ("ab".to_owned(), all(&[second]))]);
    assert_eq!(both.flush(), []);
    both.take(&numbered("x", 4));
    clock.pass(EVERY);
    assert_eq!(both.handed(true).len(), 1, "and the next are on time");
}

/// Echoes between the server's frames, and what waits handed over at any moment.
#[wasm_bindgen_test]
fn both_routers_echo_and_hand_over_alike_whatever_takes_turns() {
    const PAYLOADS: [&str; 6] =
        ["null", "\"größe\"", "[1,\"\\\"]\",{}]", "{\"n\":1.5}", "{\"]\":\"}\"}", "0"];
    const EVENTS: [&str; 4] = ["cursor", "INSERT", "größe", "a\"b\\"];
    const TABS: [&[&str]; 4] = [&[], &["a"], &["b"], &["a", "b"]];
    let clock = Clock::install();
    for protocol in [Protocol::V1, Protocol::V2] {
        let both = Both::new(protocol);
        let mut rng = Rng::new(53);
        let (mut told, mut handed) = (0, 0);
        for _ in 0..600 {
            let topic = decoded(one_of::<&str>(&TOPICS, &mut rng));
            match rng.up_to(6) {
                0 => both.forward(&topic, one_of::<&[&str]>(&TABS, &mut rng)),
                1 => both.route(&topic, (rng.up_to(3) > 0).then(|| routes(&mut rng)).as_ref()),
                2 => drop(both.take(&broadcast(protocol, one_of::<&str>(&TOPICS, &mut rng), &mut rng))),
                3 => handed += both.flush().len(),
                4 => {
                    clock.pass(EVERY);
                    handed += both.handed(true).len();
                }
                of => {
                    let event = *one_of(&EVENTS, &mut rng);
                    // The first version has no broadcasts of bytes.
                    let is_bytes = of == 6 && protocol == Protocol::V2;
                    let payload = *one_of(&PAYLOADS, &mut rng);
                    let payload =
                        if is_bytes { Uint8Array::from(payload.as_bytes()).into() } else { json(payload) };
                    told += both.echo(&topic, event, &payload, is_bytes).len();
                }
            }
        }
        assert!(told > 100 && handed > 20, "{told} told, {handed} handed over");
        both.flush();
    }
}
