//! Messages that are handed over several at once, on a clock that the test drives.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Function;
use twin::buffer::MOST_BUFFERED;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::realtime::delivery::Delivery;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::core::realtime::routes::TopicRoutes;
use wedsync_dashboard::core::rng::Rng;

use crate::both::{Both, SLOTS};
use crate::clock::Clock;
use crate::frame::{Frame, broken_text, one_of, recorded};
use crate::heads::PAYLOADS;
use crate::{message_event, reported_while};

fn latest(path: &str, every_ms: u32) -> Delivery {
    Delivery::Latest { by: path.split('.').map(str::to_owned).collect(), every_ms }
}

fn text(payload: &str) -> Frame {
    let (before, after) = (
        r#"[null,null,"realtime:pub1","broadcast",{"event":"cursor","payload":"#,
        r#","type":"broadcast"}]"#,
    );
    Frame::Text([before, payload, after].concat())
}

fn text_of_1(payload: &str) -> Frame {
    let (before, after) = (
        r#"{"ref":null,"event":"broadcast","topic":"realtime:pub1","payload":{"event":"cursor","payload":"#,
        r#","type":"broadcast"}}"#,
    );
    Frame::Text([before, payload, after].concat())
}

fn binary(payload: &str) -> Frame {
    Frame::binary(&[4, 13, 6, 0, 1], &[b"realtime:pub1cursor", payload.as_bytes()])
}

/// Only slot 1 listens.
fn alone(protocol: Protocol, delivery: &Delivery) -> Both {
    let both = Both::new(protocol);
    both.route("realtime:pub1", Some(&TopicRoutes { any: vec![1], ..TopicRoutes::default() }));
    both.deliver(1, delivery);
    both
}

#[track_caller]
fn flush(both: &Both, clock: &Clock) -> Vec<String> {
    clock.frame();
    let told = both.told();
    assert_eq!(told, both.flushed_in_rust());
    told
}

#[wasm_bindgen_test]
fn a_batch_is_handed_over_once_a_frame_and_nothing_is_scheduled_for_nothing() {
    let clock = Clock::install();
    let both = alone(Protocol::V2, &Delivery::Batch);
    assert_eq!(clock.scheduled(), 0);
    for n in 0..3 {
        assert_eq!(both.take(&text(&format!(r#"{{"n":{n}}}"#))), [""; 0]);
    }
    assert_eq!(clock.scheduled(), 2, "one frame, and a timer in case there is none");
    let told = flush(&both, &clock);
    assert_eq!((told.len(), told[0].matches(r#""n":"#).count()), (1, 3), "{told:?}");
    assert_eq!((clock.scheduled(), flush(&both, &clock).len()), (0, 0));
}

#[wasm_bindgen_test]
fn a_page_that_draws_no_frames_hands_over_every_100_ms() {
    let clock = Clock::install();
    for delivery in [Delivery::Batch, latest("payload.n", 0)] {
        let both = alone(Protocol::V2, &delivery);
        both.take(&text(r#"{"n":1}"#));
        clock.pass(99);
        assert_eq!(both.told(), [""; 0]);
        clock.pass(1);
        assert_eq!(both.told(), both.flushed_in_rust());
        assert_eq!(clock.scheduled(), 0, "the frame is not waited for any more");
    }
}

#[wasm_bindgen_test]
async fn a_hidden_page_hands_over_in_the_next_task_and_waits_for_no_timer() {
    let clock = Clock::install();
    clock.hide();
    for delivery in [Delivery::Batch, latest("payload.n", 0)] {
        let both = alone(Protocol::V2, &delivery);
        for n in 0..3 {
            both.take(&text(&format!(r#"{{"n":{n}}}"#)));
        }
        assert_eq!((both.told().len(), clock.scheduled()), (0, 0));
        clock.task().await;
        let told = both.told();
        assert_eq!(told, both.flushed_in_rust());
        assert_eq!((told.len(), told[0].matches(r#""n":"#).count()), (1, 3), "{told:?}");
        both.take(&text(r#"{"n":3}"#));
        both.router.drop_slot(1);
        clock.task().await;
        assert_eq!(both.told(), [""; 0], "nobody wants it any more");
    }
}

#[wasm_bindgen_test]
fn a_flood_in_a_page_whose_timers_stand_still_is_handed_over_by_the_frames_that_come() {
    let clock = Clock::install();
    for (delivery, pace) in [(Delivery::Batch, 100), (latest("payload.n", 250), 250)] {
        let both = alone(Protocol::V2, &delivery);
        let receive = both.router.receiver(1);
        let heartbeat = r#"[null,"1","phoenix","phx_reply",{"status":"ok","response":{}}]"#;
        let mut batches = 0;
        for n in 0..3 * MOST_BUFFERED {
            let Frame::Text(frame) = text(&format!(r#"{{"n":{n}}}"#)) else { unreachable!() };
            receive.call1(&JsValue::NULL, &message_event(&frame.into())).unwrap();
            clock.stall(u32::from(n % 10 == 0));
            batches += both.told().iter().filter(|told| told.starts_with("1 [")).count();
        }
        let least = 3 * MOST_BUFFERED / 10 / (pace + 1);
        assert!(batches >= least && batches <= least + 2, "{batches} for {least}");
        clock.stall(pace as u32);
        receive.call1(&JsValue::NULL, &message_event(&heartbeat.into())).unwrap();
        assert_eq!(both.told().len(), 2, "the rest, and the heartbeat's answer");
        assert_eq!((both.router.dropped(), clock.scheduled()), (0.0, 0));
    }
}

#[wasm_bindgen_test]
fn the_latest_of_each_key_is_handed_over_at_its_own_pace() {
    let clock = Clock::install();
    let both = alone(Protocol::V2, &latest("payload.key", 250));
    for n in 0..10 {
        both.take(&text(&format!(r#"{{"key":"k{}","n":{n}}}"#, n % 3)));
    }
    clock.frame();
    clock.pass(249);
    assert_eq!((both.told().len(), clock.scheduled()), (0, 1));
    clock.pass(1);
    let told = both.told();
    assert_eq!(told, both.flushed_in_rust());
    let numbers: Vec<_> = told[0].split(r#""n":"#).skip(1).filter_map(|rest| rest.chars().next()).collect();
    assert_eq!(numbers, ['9', '7', '8'], "in the order of the keys");
    assert_eq!(clock.scheduled(), 0);
}

#[wasm_bindgen_test]
fn unsubscribing_and_another_delivery_drop_what_waits() {
    let clock = Clock::install();
    for delivery in [Delivery::Batch, latest("payload.n", 0), latest("payload.n", 50)] {
        let both = alone(Protocol::V2, &delivery);
        for _ in 0..2 {
            both.take(&text(r#"{"n":1}"#));
        }
        both.deliver(1, &delivery);
        assert_ne!(clock.scheduled(), 0, "the same again changes nothing");
        both.deliver(1, &latest("payload.n", 51));
        assert_eq!(clock.scheduled(), 0);
        both.deliver(1, &delivery);
        both.take(&text(r#"{"n":1}"#));
        both.router.drop_slot(1);
        assert_eq!(clock.scheduled(), 0);
        clock.frame();
        clock.pass(1_000);
        assert_eq!(both.told(), [""; 0]);
    }
}

#[wasm_bindgen_test]
fn what_waits_is_dropped_with_the_routes_and_what_is_on_its_way_ends() {
    let clock = Clock::install();
    let routes = TopicRoutes { any: vec![1, 2, 3], ..TopicRoutes::default() };
    for delivery in [Delivery::Each, Delivery::Batch, latest("payload.n", 0), latest("payload.n", 50)] {
        let both = Both::new(Protocol::V2);
        both.route("realtime:pub1", Some(&routes));
        both.deliver(2, &delivery);
        both.deliver(3, &Delivery::Each);
        both.in_javascript(&text(r#"{"n":0}"#));
        // As the callback of one does that sets another user's token.
        let router = both.router.clone();
        let dropper = Closure::<dyn FnMut(JsValue)>::new(move |_| router.drop_routes("realtime:pub1"));
        both.router.set_slot(1, dropper.as_ref().unchecked_ref(), &Delivery::Each);
        // With a name that is usual and with one that is not.
        for is_known in [true, false] {
            both.route("realtime:pub1", Some(&routes));
            if is_known {
                both.deliver(1, &Delivery::Each);
                for _ in 0..2 {
                    both.in_javascript(&text(r#"{"n":1}"#));
                }
                both.router.set_slot(1, dropper.as_ref().unchecked_ref(), &Delivery::Each);
            }
            both.told();
            assert_eq!(both.in_javascript(&text(r#"{"n":2}"#)), [""; 0]);
            assert_eq!(clock.scheduled(), 0);
            clock.frame();
            clock.pass(1_000);
            assert_eq!(both.told(), [""; 0]);
        }
        // The callbacks are there all the same.
        both.deliver(1, &Delivery::Each);
        both.route("realtime:pub1", Some(&routes));
        let mut told = both.in_javascript(&text(r#"{"n":3}"#));
        clock.frame();
        clock.pass(50);
        told.extend(both.told());
        assert_eq!(told.len(), 3, "{told:?}");
    }
}

#[wasm_bindgen_test]
fn a_callback_that_throws_or_unsubscribes_another_is_its_own_affair() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.route("realtime:pub1", Some(&TopicRoutes { any: vec![1, 2, 3], ..TopicRoutes::default() }));
    let router = both.router.clone();
    let armed = Rc::new(Cell::new(true));
    let is_armed = Rc::clone(&armed);
    let unsubscriber = Closure::<dyn FnMut(JsValue)>::new(move |_| {
        if is_armed.get() {
            router.drop_slot(2);
        }
    });
    both.deliver(2, &Delivery::Batch);
    both.deliver(3, &Delivery::Batch);
    both.router.set_slot(1, unsubscriber.as_ref().unchecked_ref(), &Delivery::Batch);
    both.in_javascript(&text(r#"{"n":1}"#));
    clock.frame();
    assert!(matches!(both.told().as_slice(), [told] if told.starts_with('3')));

    for delivery in [Delivery::Batch, latest("payload.n", 0)] {
        both.deliver(2, &delivery);
        both.deliver(3, &Delivery::Each);
        both.router.set_slot(1, unsubscriber.as_ref().unchecked_ref(), &Delivery::Each);
        // The second message finds the slots reckoned, the dropped one too.
        for is_second in [false, true] {
            armed.set(is_second);
            assert_eq!(both.in_javascript(&text(r#"{"n":1}"#)).len(), 1);
        }
        assert_eq!(clock.scheduled(), 0);
    }
    both.deliver(3, &Delivery::Batch);

    let thrower = Function::new_no_args("throw new Error('no batch today')");
    both.router.set_slot(1, &thrower, &Delivery::Batch);
    both.in_javascript(&text(r#"{"n":1}"#));
    assert_eq!(reported_while(|| clock.frame()).as_deref(), Some("no batch today"));
    assert_eq!(both.told().len(), 1, "slot 3 has its own");
}

#[wasm_bindgen_test]
fn beyond_the_limit_the_oldest_is_dropped_counted_and_told_once() {
    let clock = Clock::install();
    for (delivery, beyond) in
        [(Delivery::Batch, MOST_BUFFERED + 1), (latest("payload.n", 0), 2), (latest("payload.m.n", 0), 2)]
    {
        let both = alone(Protocol::V2, &delivery);
        for n in 0..MOST_BUFFERED + beyond {
            both.take(&text(&format!(r#"{{"n":{n},"m":{{"n":{n}}}}}"#)));
        }
        let told = flush(&both, &clock);
        assert_eq!(told[0], format!("1 lost {beyond}"));
        assert_eq!(both.router.dropped(), beyond as f64);
        both.take(&text(r#"{"n":1}"#));
        assert_eq!(flush(&both, &clock).len(), 1, "not told again");
    }
}

#[wasm_bindgen_test]
fn a_superseded_message_is_never_parsed_and_a_survivor_that_is_malformed_is_counted() {
    let clock = Clock::install();
    for (protocol, is_binary) in [(Protocol::V1, false), (Protocol::V2, false), (Protocol::V2, true)] {
        let make = |payload: &str| match (protocol, is_binary) {
            (Protocol::V1, _) => text_of_1(payload),
            (Protocol::V2, false) => text(payload),
            (Protocol::V2, true) => binary(payload),
        };
        let both = alone(protocol, &latest("payload.key", 0));
        // The first two make the name usual.
        for payload in [r#"{"key":"a","n":0}"#, r#"{"key":"a","n":0x}"#, r#"{"key":"b","n":1}"#] {
            both.in_javascript(&make(payload));
        }
        both.in_javascript(&make(r#"{"key":"a","n":2}"#));
        both.in_javascript(&make(r#"{"key":"c","n":}"#));
        clock.frame();
        let told = both.told();
        assert_eq!(told.len(), 1);
        assert!(!told[0].contains("\"n\":0") && told[0].matches("\"n\"").count() == 2, "{told:?}");
        assert_eq!(both.router.malformed(), 1.0, "the survivor alone");
    }
}

/// What the twin takes for malformed is left out: the router may find that out later.
#[wasm_bindgen_test]
fn both_hand_over_the_same_whatever_the_frames_and_deliveries() {
    let clock = Clock::install();
    let deliveries = [
        Delivery::Each,
        Delivery::Batch,
        latest("payload.key", 0),
        latest("payload.key", 0),
        latest("payload.a", 0),
        latest("payload.a.b", 0),
        latest("record.id", 0),
        latest("meta.id", 0),
        latest("event", 0),
    ];
    for protocol in [Protocol::V1, Protocol::V2] {
        let both = Both::new(protocol);
        let recorded = recorded(protocol);
        let mut rng = Rng::new(7);
        let (mut handed_over, mut malformed) = (0, 0);
        for round in 0..300 {
            for slot in SLOTS {
                both.deliver(slot, one_of(&deliveries, &mut rng));
            }
            both.flushed_in_rust();
            // Of equal paths the router can tell the keys from the text.
            if round % 3 == 0 {
                SLOTS.for_each(|slot| both.deliver(slot, &latest("payload.key", 0)));
            }
            for _ in 0..20 {
                let payload = made_up(&mut rng);
                let frame = match rng.up_to(3) {
                    0 => binary(&payload),
                    1 if round % 2 == 0 => one_of(&recorded, &mut rng).clone(),
                    _ if protocol == Protocol::V1 => text_of_1(&payload),
                    _ => text(&payload),
                };
                if both.would_be_malformed(&frame) {
                    malformed += 1;
                    continue;
                }
                both.take(&frame);
            }
            clock.frame();
            let mut told = both.told();
            handed_over += told.len();
            // Slots come in the order of their first message.
            told.sort();
            let mut expected = both.flushed_in_rust();
            expected.sort();
            assert_eq!(told, expected);
        }
        assert!(handed_over > 300 && malformed > 300, "{handed_over} {malformed}");
    }
}

fn made_up(rng: &mut Rng) -> String {
    let n = rng.up_to(3);
    let payload = match rng.up_to(9) {
        0 => format!(r#"{{"key":"k{n}","a":{n}}}"#),
        1 => format!(r#"{{"rows":[{{"key":"x"}},"]}}"],"key":"k{n}"}}"#),
        2 => format!(r#"{{"key":"old","a":{{"key":"x"}},"key":"k{n}"}}"#),
        3 => format!(r#"{{"note":"a \"key\":\"x\" and \\","key": {n} , "a":true}}"#),
        4 => format!(r#"{{"k\u0065y":"k{n}","a":"\u0061"}}"#),
        5 => format!(r#"{{"key":"\u006b{n}","a":false}}"#),
        6 => format!(r#"{{"key":{{"key":"k{n}"}},"a":-0.0}}"#),
        7 => format!(r#"{{"key":null,"note":"{}","key":"k{n}"}}"#, "long ".repeat(10)),
        8 => one_of(&PAYLOADS, rng).to_owned().replace("\"a\"", "\"key\""),
        _ => format!(r#"{{"key":{n}e0,"a":{{"b":{n}}}}}"#),
    };
    if rng.up_to(4) == 0 { broken_text(&payload, rng) } else { payload }
}
