//! The router in JavaScript and its twin in Rust decide alike, on recorded frames and on thousands of broken ones.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{ArrayBuffer, JSON, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wedsync_dashboard::core::realtime::frame::{Inbound, Protocol};
use wedsync_dashboard::core::realtime::router::{Router as Twin, Verdict};
use wedsync_dashboard::core::realtime::routes::{Routes, TopicRoutes};
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::shell::router::{Router, scan};

wasm_bindgen_test_configure!(run_in_browser);

const RECORDINGS: &[&str] = &[
    include_str!("fixtures/broadcast_public_v2.jsonl"),
    include_str!("fixtures/broadcast_binary_payload_v2.jsonl"),
    include_str!("fixtures/broadcast_from_database.jsonl"),
    include_str!("fixtures/malformed_frames_v2.jsonl"),
    include_str!("fixtures/postgres_changes_rejoin_v2.jsonl"),
    include_str!("fixtures/server_restart_sigterm.jsonl"),
];

/// What became of a frame, in one word and its details.
type Outcome = Vec<String>;

struct Both {
    twin: Rc<RefCell<Twin>>,
    router: Router,
    outcome: Rc<RefCell<Outcome>>,
    _control: Closure<dyn FnMut(u32, JsValue)>,
    _scan: Closure<dyn FnMut(Uint8Array) -> JsValue>,
    _slots: Vec<Closure<dyn FnMut(JsValue)>>,
}

impl Both {
    fn new() -> Self {
        let twin = Rc::new(RefCell::new(Twin::new(Protocol::V2)));
        let outcome = Rc::new(RefCell::new(Outcome::new()));
        let seen = Rc::clone(&outcome);
        let control = Closure::<dyn FnMut(u32, JsValue)>::new(move |_, frame: JsValue| {
            let frame = Inbound::decode(&frame, Protocol::V2).expect("a control frame is one to both");
            seen.borrow_mut().push(control_word(&frame));
        });
        let table = Rc::clone(&twin);
        let scanner = Closure::<dyn FnMut(Uint8Array) -> JsValue>::new(move |header: Uint8Array| {
            scan(table.borrow().routes(), &header).map_or(JsValue::UNDEFINED, Into::into)
        });
        let router =
            Router::new(Protocol::V2, control.as_ref().unchecked_ref(), scanner.as_ref().unchecked_ref());
        for (topic, topic_routes) in routes() {
            router.route(&topic, &topic_routes);
            twin.borrow_mut().route(&topic, topic_routes);
        }
        let slots: Vec<_> = (1..=5)
            .map(|slot| {
                let seen = Rc::clone(&outcome);
                Closure::<dyn FnMut(JsValue)>::new(move |message: JsValue| {
                    seen.borrow_mut().push(format!("{slot} {}", shown(&message)));
                })
            })
            .collect();
        for (slot, closure) in (1..).zip(&slots) {
            router.set_slot(slot, closure.as_ref().unchecked_ref());
        }
        Self { twin, router, outcome, _control: control, _scan: scanner, _slots: slots }
    }

    /// Changes both tables.
    fn route(&self, topic: &str, routes: Option<&TopicRoutes>) {
        let mut twin = self.twin.borrow_mut();
        if let Some(routes) = routes {
            twin.route(topic, routes.clone());
            self.router.route(topic, routes);
        } else {
            twin.unroute(topic);
            self.router.drop_routes(topic);
        }
    }

    fn in_javascript(&self, frame: &Frame) -> Outcome {
        let (malformed, unrouted) = (self.router.malformed(), self.router.unrouted());
        match frame {
            Frame::Text(text) => self.router.text(1, text),
            Frame::Binary(bytes) => self.router.binary(1, &Uint8Array::from(bytes.as_slice()).buffer()),
        }
        let mut outcome = self.outcome.take();
        if self.router.malformed() > malformed {
            outcome.push("malformed".into());
        }
        if self.router.unrouted() > unrouted {
            outcome.push("unrouted".into());
        }
        outcome
    }

    fn in_rust(&self, frame: &Frame) -> Outcome {
        let verdict: Verdict<JsValue> = match frame {
            Frame::Text(text) => self.twin.borrow_mut().text(text),
            Frame::Binary(bytes) => self.twin.borrow_mut().binary(bytes),
        };
        match verdict {
            Verdict::Malformed => vec!["malformed".into()],
            Verdict::Unrouted => vec!["unrouted".into()],
            Verdict::Duplicate => vec!["duplicate".into()],
            Verdict::Control(frame) => vec![control_word(&frame)],
            Verdict::Deliver { slots, message } => {
                slots.iter().map(|slot| format!("{slot} {}", shown(&message))).collect()
            }
        }
    }
}

fn control_word(frame: &Inbound<JsValue>) -> String {
    let Inbound { join_ref, reference, topic, event, payload } = frame;
    format!("control {join_ref:?} {reference:?} {topic} {event} {}", shown(payload))
}

fn shown(value: &JsValue) -> String {
    let bytes = |value: &JsValue| {
        let buffer = value.dyn_ref::<ArrayBuffer>()?;
        Some(format!("{:?}", Uint8Array::new(buffer).to_vec()))
    };
    let payload = js_sys::Reflect::get(value, &"payload".into()).ok().and_then(|payload| bytes(&payload));
    let json = JSON::stringify(value).map(String::from).unwrap_or_default();
    payload.map_or(json.clone(), |payload| json + &payload)
}

fn routes() -> Routes {
    let topics = ["pub1", "bin1", "audited:5", "x1", "x2", "rs", "rsdb", "mf"];
    let topic_routes = |(at, topic): (usize, &&str)| {
        let mut routes = TopicRoutes::default();
        if at % 3 != 2 {
            routes.any = vec![1];
        }
        routes.events.insert("cursor".into(), vec![1, 2]);
        routes.events.insert("INSERT".into(), vec![2]);
        routes.changes.insert(19_164_736, vec![3, 4]);
        routes.changes.insert(47_307_394, vec![4, 5]);
        (format!("realtime:{topic}"), routes)
    };
    topics.iter().enumerate().map(topic_routes).collect()
}

enum Frame {
    Text(String),
    Binary(Vec<u8>),
}

fn recorded() -> Vec<Frame> {
    RECORDINGS.iter().flat_map(|recording| recording.lines()).filter_map(frame).collect()
}

fn frame(line: &str) -> Option<Frame> {
    let line = JSON::parse(line).unwrap();
    let field = |name: &str| js_sys::Reflect::get(&line, &name.into()).ok()?.as_string();
    let data = field("data").filter(|_| field("dir").is_some_and(|direction| direction != "meta"))?;
    match field("type")?.as_str() {
        "text" => Some(Frame::Text(data)),
        "binary" => {
            let decoded = web_sys::window().unwrap().atob(&data).unwrap();
            Some(Frame::Binary(decoded.chars().map(|byte| byte as u8).collect()))
        }
        _ => None,
    }
}

fn broken(frame: &Frame, rng: &mut Rng) -> Frame {
    let place = |length: usize, rng: &mut Rng| rng.up_to(length.saturating_sub(1) as u64) as usize;
    match frame {
        Frame::Text(text) => {
            let mut characters: Vec<char> = text.chars().collect();
            for _ in 0..=rng.up_to(2) {
                let at = place(characters.len(), rng);
                let with = ['[', ']', '"', ',', '{', '}', 'é', '0', ':', 'n'][rng.up_to(9) as usize];
                match rng.up_to(2) {
                    0 if !characters.is_empty() => drop(characters.remove(at)),
                    1 if !characters.is_empty() => characters[at] = with,
                    _ => characters.insert(at.min(characters.len()), with),
                }
            }
            Frame::Text(characters.into_iter().collect())
        }
        Frame::Binary(bytes) => {
            let mut bytes = bytes.clone();
            for _ in 0..=rng.up_to(2) {
                let at = place(bytes.len(), rng);
                match rng.up_to(2) {
                    0 => bytes.truncate(at),
                    1 if !bytes.is_empty() => bytes[at] = rng.next_u64() as u8,
                    // Near lengths and kinds is where the mistakes are.
                    _ if bytes.len() > 5 => bytes[at % 5] ^= 1 << rng.up_to(7),
                    _ => bytes.push(4),
                }
            }
            Frame::Binary(bytes)
        }
    }
}

fn described(frame: &Frame) -> String {
    match frame {
        Frame::Text(text) => text.clone(),
        Frame::Binary(bytes) => format!("{bytes:?}"),
    }
}

#[wasm_bindgen_test]
fn both_routers_decide_alike_on_recorded_frames() {
    let both = Both::new();
    let mut kinds = [0; 4];
    for frame in recorded() {
        let outcome = both.in_javascript(&frame);
        assert_eq!(outcome, both.in_rust(&frame), "{}", described(&frame));
        kinds[match outcome.first().map(String::as_str) {
            Some("malformed") => 0,
            Some("unrouted") => 1,
            Some(word) if word.starts_with("control") => 2,
            _ => 3,
        }] += 1;
    }
    assert!(kinds.iter().all(|count| *count > 2), "each kind of outcome occurs: {kinds:?}");
}

#[wasm_bindgen_test]
fn both_routers_decide_alike_on_broken_frames() {
    let both = Both::new();
    let frames = recorded();
    let mut rng = Rng::new(2026);
    let mut delivered = 0;
    for _ in 0..20_000 {
        let whole = &frames[rng.up_to(frames.len() as u64 - 1) as usize];
        // Whole first: what surrounds its payload is then known to the router.
        assert_eq!(both.in_javascript(whole), both.in_rust(whole), "{}", described(whole));
        let frame = broken(whole, &mut rng);
        let outcome = both.in_javascript(&frame);
        assert_eq!(outcome, both.in_rust(&frame), "{}", described(&frame));
        delivered += usize::from(outcome.first().is_some_and(|word| word.starts_with(char::is_numeric)));
    }
    assert!(delivered > 50, "broken, but not all beyond reading: {delivered}");
}

/// Frames that differ only in what surrounds the payload, or in how much of it there is.
#[wasm_bindgen_test]
fn both_routers_decide_alike_on_frames_in_known_envelopes() {
    let both = Both::new();
    let known = [
        r#"[null,null,"realtime:pub1","broadcast",{"event":"cursor","payload":{"a":1},"type":"broadcast"}]"#,
        r#"[null,null,"realtime:pub1","postgres_changes",{"data":{"a":1},"ids":[19164736]}]"#,
    ];
    let payloads = [
        r#"{"a":2}"#,
        r#"{}"#,
        r#"{"a":{"b":[{}]}} "#,
        r#"{"a":1},"type":"broadcast""#,
        r#"{"a":1},"extra":{"c":2}"#,
        r#"{"a":1},"ids":[47307394]"#,
        r#"{"a":1},"meta":{"id":"x"}"#,
        r#"{"a":1},"event":"INSERT""#,
        r#"{"a":1},"payload":{"b":2}"#,
        r#"{"a":1}}"#,
        r#"{"a":1}},{"#,
        r#"{"a":"","type":"broadcast"}]"}"#,
        r#"{"__proto__":{"a":1},"a":2}"#,
        "{\"a\":1}\u{feff}",
        r#"{"a":1"#,
        r#"{"#,
        "",
    ];
    let ends = [
        r#","type":"broadcast"}]"#,
        r#","type":"broadcast"}] "#,
        r#","type":"broadcast"},6]"#,
        r#","type":"broadcast"}"#,
        r#","ids":[19164736]}]"#,
        r#","ids":[19164736,47307394]}]"#,
        r#","ids":[]}]"#,
        r#","ids":[19164736.0]}]"#,
        r#","ids":[19164736]},6]"#,
        r#"}]"#,
    ];
    for frame in known {
        for payload in payloads {
            for end in ends {
                let begun = frame.split_once(r#"{"a":1}"#).unwrap().0;
                for text in [frame.to_owned(), format!("{begun}{payload}{end}"), frame.to_owned()] {
                    let frame = Frame::Text(text);
                    assert_eq!(both.in_javascript(&frame), both.in_rust(&frame), "{}", described(&frame));
                }
            }
        }
    }
}

#[wasm_bindgen_test]
fn frames_in_known_envelopes_follow_the_table_as_it_changes() {
    let both = Both::new();
    let text =
        r#"[null,null,"realtime:pub1","broadcast",{"event":"cursor","payload":{},"type":"broadcast"}]"#;
    let binary = [&[4, 13, 6, 0, 1][..], b"realtime:pub1cursor{}"].concat();
    let slots = |frame: &Frame| -> Vec<char> {
        both.in_javascript(frame).iter().filter_map(|word| word.chars().next()).collect()
    };
    let first = TopicRoutes { any: vec![1, 2], ..TopicRoutes::default() };
    let second = TopicRoutes { any: vec![5], ..TopicRoutes::default() };
    for frame in [Frame::Text(text.into()), Frame::Binary(binary)] {
        for (routes, expected) in [
            (Some(&first), vec!['1', '2']),
            (Some(&second), vec!['5']),
            (Some(&TopicRoutes::default()), vec!['u']),
            (Some(&first), vec!['1', '2']),
            (None, vec!['u']),
        ] {
            both.route("realtime:pub1", routes);
            assert_eq!((slots(&frame), slots(&frame)), (expected.clone(), expected));
        }
    }
    both.route("realtime:pub1", Some(&first));
    let frame = Frame::Text(text.into());
    assert_eq!(slots(&frame), ['1', '2']);
    both.router.drop_slot(1);
    assert_eq!(slots(&frame), ['2']);
}

#[wasm_bindgen_test]
fn a_callback_that_throws_does_not_keep_the_message_from_the_next() {
    let both = Both::new();
    let thrower = js_sys::Function::new_no_args("throw new Error('the application failed')");
    both.router.set_slot(1, &thrower);
    // The page's error handlers are told; a test page would count that as its own failure.
    let quiet = js_sys::Function::new_with_args(
        "event",
        "event.preventDefault(); globalThis.reported = event.error.message",
    );
    let window = web_sys::window().unwrap();
    window.set_onerror(None);
    window.add_event_listener_with_callback("error", &quiet).unwrap();
    let frame = r#"[null,null,"realtime:pub1","broadcast",{"event":"cursor","payload":1}]"#;
    assert_eq!(both.in_javascript(&Frame::Text(frame.into())).len(), 1, "slot 2 has it");
    let reported = js_sys::Reflect::get(&window, &"reported".into()).unwrap();
    assert_eq!(reported.as_string().as_deref(), Some("the application failed"));
    window.remove_event_listener_with_callback("error", &quiet).unwrap();
}

#[wasm_bindgen_test]
fn a_frame_counts_in_frames_and_bytes() {
    let both = Both::new();
    let receiver = both.router.receiver(1);
    let event = |data: &JsValue| {
        let init = web_sys::MessageEventInit::new();
        init.set_data(data);
        web_sys::MessageEvent::new_with_event_init_dict("message", &init).unwrap()
    };
    receiver.call1(&JsValue::NULL, &event(&"{not json".into())).unwrap();
    let bytes = Uint8Array::from([4u8, 0].as_slice()).buffer();
    receiver.call1(&JsValue::NULL, &event(&bytes)).unwrap();
    assert_eq!((both.router.frames(), both.router.bytes(), both.router.malformed()), (2.0, 11.0, 2.0));
}
