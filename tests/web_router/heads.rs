//! Frames that differ only in what surrounds the payload, or in how much of it there is.

use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::core::realtime::routes::TopicRoutes;

use crate::both::Both;
use crate::frame::Frame;

pub const KNOWN_OF_1: [&str; 2] = [
    r#"{"ref":null,"event":"broadcast","topic":"realtime:pub1","payload":{"event":"cursor","payload":{"a":1},"type":"broadcast"}}"#,
    r#"{"ref":null,"event":"postgres_changes","topic":"realtime:pub1","payload":{"data":{"a":1},"ids":[19164736]}}"#,
];
pub const KNOWN_OF_2: [&str; 2] = [
    r#"[null,null,"realtime:pub1","broadcast",{"event":"cursor","payload":{"a":1},"type":"broadcast"}]"#,
    r#"[null,null,"realtime:pub1","postgres_changes",{"data":{"a":1},"ids":[19164736]}]"#,
];

pub const PAYLOADS: [&str; 26] = [
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
    r#"{"a":1}},{"b":2"#,
    r#"{"a":1}},"topic":"realtime:bin1","b":{"c":2"#,
    r#"{"a":1}},"payload":{"event":"INSERT","b":2"#,
    r#"{"a":"","type":"broadcast"}]"}"#,
    r#"{"a":"","type":"broadcast"}}"}"#,
    r#"{"__proto__":{"a":1},"a":2}"#,
    r#"{"columns":[{"name":"a","type":"int8"}],"record":{"a":9007199254740993}}"#,
    "{\"a\":1}\u{feff}",
    r#"{"a":1"#,
    r#"{"#,
    "",
    "5",
    r#""a""#,
    r#" {"a":2}"#,
    "[{}]",
];

const ENDS: [&str; 14] = [
    r#","type":"broadcast"}]"#,
    r#","type":"broadcast"}] "#,
    r#","type":"broadcast"},6]"#,
    r#","type":"broadcast"}"#,
    r#","type":"broadcast"}}"#,
    r#","type":"broadcast"}} "#,
    r#","type":"broadcast"},"topic":"realtime:bin1"}"#,
    r#","ids":[19164736]}]"#,
    r#","ids":[19164736,47307394]}]"#,
    r#","ids":[]}]"#,
    r#","ids":[19164736.0]}]"#,
    r#","ids":[19164736]},6]"#,
    r#","ids":[19164736]}}"#,
    r#"}]"#,
];

#[wasm_bindgen_test]
fn both_routers_decide_alike_on_frames_with_known_heads() {
    for (protocol, known) in [(Protocol::V1, KNOWN_OF_1), (Protocol::V2, KNOWN_OF_2)] {
        let both = Both::new(protocol);
        for frame in known {
            for payload in PAYLOADS {
                for end in ENDS {
                    let begun = frame.split_once(r#"{"a":1}"#).unwrap().0;
                    let strange = format!("{begun}{payload}{end}");
                    // What came in a row is the usual, with which the next is compared first.
                    for text in [frame, frame, frame, strange.as_str(), frame] {
                        both.take(&Frame::text(text));
                    }
                }
            }
        }
    }
}

#[wasm_bindgen_test]
fn a_binary_frame_of_another_kind_is_not_taken_for_the_one_before() {
    let both = Both::new(Protocol::V2);
    let rest: &[&[u8]] = &[b"realtime:pub1cursor{}"];
    assert_eq!(both.take(&Frame::binary(&[4, 13, 6, 0, 1], rest)).len(), 2);
    // The same bytes but for the kind and the encoding.
    for header in [[0, 13, 6, 0, 1], [1, 13, 6, 0, 1], [2, 13, 6, 0, 1], [4, 13, 6, 0, 2], [4, 13, 6, 3, 1]] {
        both.take(&Frame::binary(&header, rest));
    }
    for _ in 0..2 {
        assert_eq!(both.take(&Frame::binary(&[2, 13, 6], rest)).len(), 2);
        assert_eq!(both.take(&Frame::binary(&[4, 13, 6, 0, 0], rest)).len(), 2);
    }
}

#[wasm_bindgen_test]
fn frames_with_known_heads_follow_the_table_as_it_changes() {
    let both = Both::new(Protocol::V2);
    let text =
        r#"[null,null,"realtime:pub1","broadcast",{"event":"cursor","payload":{},"type":"broadcast"}]"#;
    let binary = Frame::binary(&[4, 13, 6, 0, 1], &[b"realtime:pub1cursor{}"]);
    let slots = |frame: &Frame| -> Vec<char> {
        both.in_javascript(frame).iter().filter_map(|word| word.chars().next()).collect()
    };
    let first = TopicRoutes { any: vec![1, 2], ..TopicRoutes::default() };
    let second = TopicRoutes { any: vec![5], ..TopicRoutes::default() };
    for frame in [Frame::text(text), binary] {
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
    let frame = Frame::text(text);
    assert_eq!(slots(&frame), ['1', '2']);
    both.router.drop_slot(1);
    assert_eq!(slots(&frame), ['2']);
}

#[wasm_bindgen_test]
fn both_routers_remember_the_same_ids() {
    let both = Both::new(Protocol::V2);
    let topic = "realtime:room:replay2-1795419069294";
    let text = |id: &str, replayed: &str| {
        Frame::Text(format!(
            r#"[null,null,"{topic}","broadcast",{{"event":"cursor","meta":{{"id":{id}{replayed}}},"payload":{{}}}}]"#
        ))
    };
    let binary = |id: &str, replayed: &str| {
        let meta = format!(r#"{{"id":{id}{replayed}}}"#);
        let header = [4, topic.len() as u8, 6, meta.len() as u8, 1];
        Frame::binary(&header, &[topic.as_bytes(), b"cursor", meta.as_bytes(), b"{}"])
    };
    let replayed = r#","replayed":true"#;
    let mut duplicates = 0;
    let mut take = |frame: &Frame| duplicates += usize::from(both.take(frame) == ["duplicate"]);
    for round in 0..3 {
        for n in 0..70 {
            let id = format!("\"{n}\"");
            take(&if n % 2 == 0 { text(&id, "") } else { binary(&id, "") });
            take(&if n % 3 == 0 { text(&id, replayed) } else { binary(&id, replayed) });
            take(&text(&format!("\"{}\"", (n + round * 7) % 70), replayed));
        }
        for odd in ["5", "null", "{}", "\"\""] {
            take(&text(odd, replayed));
            take(&binary(odd, r#","replayed":"true""#));
        }
        let routes =
            TopicRoutes { any: vec![1, round + 2], deduplicate: round != 1, ..TopicRoutes::default() };
        both.route(topic, Some(&routes));
    }
    assert!(duplicates > 140, "{duplicates}");
}
