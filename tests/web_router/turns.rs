//! Frames of which no two in a row are alike: names, topics, tables and the order of fields take turns, and the table changes
//! between them. What a router knows of the frame before is of no use then, and must do no harm.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::realtime::delivery::Delivery;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::core::realtime::routes::TopicRoutes;
use wedsync_dashboard::core::rng::Rng;

use crate::both::{Both, SLOTS};
use crate::clock::Clock;
use crate::frame::{Frame, broken, one_of};

/// In JSON, as they stand between the quotes.
pub const TOPICS: [&str; 9] = [
    "realtime:room",
    "realtime:room-1",
    "realtime:{room}",
    r#"realtime:a\"b"#,
    r"realtime:a\\",
    "realtime:größe",
    "realtime:payload",
    r"realtime:room\u002d1",
    "realtime:nobody",
];

const NAMES: [&str; 14] = [
    "cursor",
    "cursors",
    "a name of more than thirteen letters",
    "the same name again and again",
    "näme",
    "✓",
    "",
    r#"a\"b"#,
    r"a\\",
    r"\u0063ursor",
    r#"cursor\",\"payload\":{\"a\":1}"#,
    "a\tb",
    "payload",
    "__proto__",
];

const PAYLOADS: [&str; 9] = [
    r#"{"key":"a","n":1}"#,
    r#"{"n":{"key":[{"key":"b"}]},"key":2.50}"#,
    r#"{"event":"other","payload":{"key":"c"},"type":"broadcast"}"#,
    r#"{"key":"},\"type\":\"broadcast\"}]","meta":{}}"#,
    r#""text""#,
    "[]",
    "7",
    "null",
    r#"{"key":"d"}}"#,
];

const METAS: [&str; 6] =
    [r#"{"id":"x"}"#, r#"{"id":"y","replayed":true}"#, r#"{"id":5}"#, "{}", "null", r#"{"id":"x""#];

pub fn decoded(text: &str) -> String {
    js_sys::JSON::parse(&format!("\"{text}\"")).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

pub fn routes(rng: &mut Rng) -> TopicRoutes {
    let mut routes = TopicRoutes { deduplicate: rng.up_to(3) == 0, ..TopicRoutes::default() };
    if rng.up_to(4) > 0 {
        routes.any = vec![1 + rng.up_to(2) as u32];
    }
    for name in NAMES {
        if rng.up_to(5) == 0 {
            routes.events.insert(decoded(name), vec![1, 2 + rng.up_to(3) as u32]);
        }
    }
    for id in 1..=3 {
        routes.changes.insert(id, vec![id as u32, id as u32 + 1]);
    }
    routes
}

/// A broadcast with its fields in the server's order, or in another.
pub fn broadcast(protocol: Protocol, topic: &str, rng: &mut Rng) -> Frame {
    let mut fields = vec![
        format!(r#""event":"{}""#, one_of(&NAMES, rng)),
        format!(r#""payload":{}"#, one_of(&PAYLOADS, rng)),
        r#""type":"broadcast""#.to_owned(),
    ];
    if rng.up_to(3) == 0 {
        fields.insert(rng.up_to(3) as usize, format!(r#""meta":{}"#, one_of(&METAS, rng)));
    }
    if rng.up_to(3) == 0 {
        fields.rotate_left(rng.up_to(2) as usize);
    }
    if rng.up_to(9) == 0 {
        fields.push(fields[0].clone());
    }
    framed(protocol, topic, "broadcast", &format!("{{{}}}", fields.join(",")))
}

fn framed(protocol: Protocol, topic: &str, event: &str, payload: &str) -> Frame {
    Frame::Text(match protocol {
        Protocol::V1 => format!(r#"{{"ref":null,"event":"{event}","topic":"{topic}","payload":{payload}}}"#),
        Protocol::V2 => format!(r#"[null,null,"{topic}","{event}",{payload}]"#),
    })
}

pub fn binary(topic: &str, rng: &mut Rng) -> Frame {
    let name = *one_of(&NAMES, rng);
    let (topic, event) = (decoded(topic), decoded(name));
    let meta = if rng.up_to(1) == 0 { "" } else { *one_of(&METAS, rng) };
    let header = [4, topic.len() as u8, event.len() as u8, meta.len() as u8, rng.up_to(1) as u8];
    let payload = *one_of(&PAYLOADS, rng);
    Frame::binary(&header, &[topic.as_bytes(), event.as_bytes(), meta.as_bytes(), payload.as_bytes()])
}

/// One of a few tables, whose columns stand in any place; the record of some has a text that looks like columns.
pub fn change(protocol: Protocol, topic: &str, rng: &mut Rng) -> Frame {
    const COLUMNS: [&str; 8] = [
        r#"[{"name": "id", "type": "int8"}, {"name": "n", "type": "numeric"}]"#,
        r#"[{"name": "n", "type": "numeric"}, {"name": "id", "type": "int8"}]"#,
        r#"[{"name":"id","type":"text"}]"#,
        r#"[{"type":"int8","name":"id"}]"#,
        r#"[{"name":"id","type":"int8","more":[1]}]"#,
        r#"[{"name":"a]b","type":"int8"}]"#,
        "[]",
        "7",
    ];
    let columns = format!(r#""columns":{}"#, one_of(&COLUMNS, rng));
    let nested = if rng.up_to(3) == 0 { format!(r#","json":{{{columns},"x":1}}"#) } else { String::new() };
    let id = one_of(&["9007199254740993", "5", "\"x\"", "[9007199254740993]"], rng);
    let mut fields = vec![
        format!(r#""table":"{}""#, one_of(&["guests", "guests", "seats"], rng)),
        format!(r#""record":{{"id": {id}, "n": 1.00000000000000000001{nested}}}"#),
        columns,
        r#""errors":null"#.to_owned(),
    ];
    fields.rotate_left(rng.up_to(3) as usize);
    if rng.up_to(9) == 0 {
        fields.push(format!(r#""columns":{}"#, one_of(&COLUMNS, rng)));
    }
    let ids = one_of(&["[1]", "[2]", "[3,1]", "[1,1]", "[9]", "[]", "1"], rng);
    let mut payload = format!(r#"{{"data":{{{}}},"ids":{ids}}}"#, fields.join(","));
    if rng.up_to(9) == 0 {
        payload = payload.replacen(r#","ids""#, r#","data":{"columns":[]},"ids""#, 1);
    }
    framed(protocol, topic, "postgres_changes", &payload)
}

#[wasm_bindgen_test]
fn both_routers_decide_alike_whatever_takes_turns() {
    for protocol in [Protocol::V1, Protocol::V2] {
        let both = Both::new(protocol);
        let mut rng = Rng::new(41);
        let (mut delivered, mut others) = (0, 0);
        for round in 0..80 {
            let topic = *one_of(&TOPICS, &mut rng);
            match rng.up_to(5) {
                0 => both.route(&decoded(topic), None),
                _ if topic == "realtime:nobody" => {}
                _ => both.route(&decoded(topic), Some(&routes(&mut rng))),
            }
            if round % 7 == 0 {
                both.deliver(1 + rng.up_to(4) as u32, &Delivery::Each);
            }
            for _ in 0..15 {
                let topic = if rng.up_to(2) == 0 { topic } else { *one_of(&TOPICS, &mut rng) };
                let frame = match rng.up_to(3) {
                    0 => change(protocol, topic, &mut rng),
                    1 => binary(topic, &mut rng),
                    _ => broadcast(protocol, topic, &mut rng),
                };
                // Up to three times: what comes again is learnt.
                for _ in 0..=rng.up_to(2) {
                    let outcome = both.take(&frame);
                    let is_delivered = outcome.first().is_some_and(|word| word.starts_with(char::is_numeric));
                    *(if is_delivered { &mut delivered } else { &mut others }) += 1;
                }
                both.take(&broken(&frame, &mut rng));
            }
        }
        assert!(delivered > 200 && others > 200, "{delivered} delivered, {others} not");
    }
}

#[wasm_bindgen_test]
fn the_latest_of_each_key_is_the_same_to_both_whatever_takes_turns() {
    let clock = Clock::install();
    let by = |path: &str| path.split('.').map(str::to_owned).collect();
    for protocol in [Protocol::V1, Protocol::V2] {
        let both = Both::new(protocol);
        let mut rng = Rng::new(43);
        let mut handed_over = 0;
        for round in 0..40 {
            for slot in SLOTS {
                let path = if round % 3 == 0 && slot == 2 { "payload.n" } else { "payload.key" };
                both.deliver(slot, &Delivery::Latest { by: by(path), every_ms: 0 });
            }
            let topic = *one_of(&TOPICS[..7], &mut rng);
            both.route(&decoded(topic), Some(&routes(&mut rng)));
            for _ in 0..20 {
                let topic = *one_of(&TOPICS, &mut rng);
                let whole = if rng.up_to(2) == 0 {
                    binary(topic, &mut rng)
                } else {
                    broadcast(protocol, topic, &mut rng)
                };
                for frame in [whole.clone(), broken(&whole, &mut rng), whole] {
                    // The router may find out later that a frame is malformed.
                    if !both.would_be_malformed(&frame) {
                        both.take(&frame);
                    }
                }
            }
            clock.frame();
            let mut told = both.told();
            told.sort();
            let mut flushed = both.flushed_in_rust();
            flushed.sort();
            assert_eq!(told, flushed);
            handed_over += told.len();
        }
        assert!(handed_over > 40, "{handed_over}");
    }
}

#[wasm_bindgen_test]
fn one_name_and_another_in_pairs_are_told_apart() {
    for protocol in [Protocol::V1, Protocol::V2] {
        let both = Both::new(protocol);
        let mut routes = TopicRoutes { any: vec![1], ..TopicRoutes::default() };
        routes.events.insert("one".into(), vec![2]);
        both.route("realtime:pairs", Some(&routes));
        let take = |name: &str| {
            let payload = format!(r#"{{"event":"{name}","payload":{{"name":"{name}"}},"type":"broadcast"}}"#);
            both.take(&framed(protocol, "realtime:pairs", "broadcast", &payload))
        };
        for n in 0..60 {
            let other = format!("other {}", n / 3);
            for name in ["one", "one", "one", &other, &other, &other, "one"] {
                let told = take(name);
                let slot = if name == "one" { '2' } else { '1' };
                assert!(told.len() == 1 && told[0].starts_with(slot), "{told:?}");
                assert_eq!(told[0].matches(&format!(r#""{name}""#)).count(), 2, "{told:?}");
            }
        }
    }
}

#[wasm_bindgen_test]
fn each_change_has_columns_of_its_own() {
    let both = Both::new(Protocol::V2);
    let columns = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&columns);
    let callback = Closure::<dyn FnMut(JsValue)>::new(move |change: JsValue| {
        let columns = Reflect::get(&change, &"columns".into()).unwrap();
        let first = Reflect::get_u32(&columns, 0).unwrap();
        assert_eq!(Reflect::get(&first, &"name".into()).unwrap(), "id");
        // What the application does with one change is not seen in the next.
        Reflect::set(&first, &"name".into(), &"spoilt".into()).unwrap();
        seen.borrow_mut().push(columns);
    });
    both.router.set_slot(1, callback.as_ref().unchecked_ref(), &Delivery::Each);
    let mut routes = TopicRoutes::default();
    routes.changes.insert(1, vec![1]);
    both.route("realtime:own", Some(&routes));
    let frame = framed(
        Protocol::V2,
        "realtime:own",
        "postgres_changes",
        r#"{"data":{"table":"t","record":{"id": 1},"columns":[{"name": "id", "type": "int4"}],"errors":null},"ids":[1]}"#,
    );
    for _ in 0..5 {
        both.in_javascript(&frame);
    }
    let columns = columns.borrow();
    assert_eq!(columns.len(), 5);
    for (one, other) in columns.iter().zip(columns.iter().skip(1)) {
        assert!(!Object::is(one, other));
    }
}
