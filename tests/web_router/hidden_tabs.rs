//! Frames that go to tabs that nobody sees, and those of a page that nobody sees itself.

use js_sys::{Array, Function};
use twin::forward::{Forwarded, LARGE_BYTES};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::shell::router::{Router, forwarding};

use crate::both::{Both, array};
use crate::clock::Clock;
use crate::forwarding::{EVERY, ROOM, after_16_ms, all, numbered, of_bytes};
use crate::frame::one_of;

const HIDDEN_EVERY: u32 = 250;

/// Of each that was handed over: its tabs, and how many frames.
fn sizes(handed: &[Forwarded]) -> Vec<(String, usize)> {
    handed.iter().map(|handed| (handed.tabs.concat(), handed.frames.len())).collect()
}

#[wasm_bindgen_test]
fn frames_go_to_tabs_that_nobody_sees_once_in_250_ms() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.forward_apart("x", &["a"], &["b", "c"]);
    both.forward_apart("y", &[], &["c", "b"]);
    both.forward_apart("z", &["a"], &[]);
    let frames = ["x", "y", "z", "x"].map(|topic| numbered(topic, 1));
    for frame in &frames {
        both.take(frame);
    }
    assert_eq!(clock.scheduled(), 2, "one timer for those that are seen and one for the others");
    assert_eq!(sizes(&after_16_ms(&both, &clock)), [("a".to_owned(), 3)]);
    clock.pass(HIDDEN_EVERY - EVERY - 1);
    assert_eq!(both.handed(false), []);
    clock.pass(1);
    let handed = both.handed_apart();
    assert_eq!(sizes(&handed), [("bc".to_owned(), 3)], "the same tabs in another order are the same");
    let [first, second, _, fourth] = frames;
    assert_eq!(handed[0].frames, all(&[first, second, fourth]));
    assert_eq!(clock.scheduled(), 0);
    assert_eq!(both.take(&numbered("y", 2)), [""; 0], "what only a hidden tab wants is not nobody's");
}

#[wasm_bindgen_test]
fn a_tab_that_is_seen_from_now_on_or_not_any_more_is_given_what_waits_before_what_comes() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.forward_apart("x", &["a"], &["b"]);
    both.forward_apart("y", &["a"], &["b"]);
    both.take(&numbered("x", 1));
    both.take(&numbered("y", 2));
    both.forward_apart("x", &["a", "b"], &[]);
    assert_eq!(sizes(&both.handed(false)), [("a".to_owned(), 2), ("b".to_owned(), 2)], "at once");
    both.take(&numbered("x", 3));
    both.take(&numbered("y", 4));
    both.forward_apart("x", &["b"], &["a"]);
    let handed = sizes(&both.handed(false));
    assert_eq!(handed, [("ab".to_owned(), 1), ("a".to_owned(), 1), ("b".to_owned(), 1)]);
    both.take(&numbered("x", 5));
    both.forward_apart("x", &["b"], &[]);
    clock.pass(HIDDEN_EVERY);
    assert_eq!(
        sizes(&both.handed(true)),
        [("b".to_owned(), 1)],
        "what waits is dropped with the topic's tabs"
    );
    assert_eq!(both.handed_apart(), []);
    both.take(&numbered("x", 6));
    both.forward_apart("x", &[], &[]);
    assert_eq!(both.take(&numbered("x", 7)), ["unrouted"]);
    clock.pass(HIDDEN_EVERY);
    assert_eq!(both.handed(true), []);
}

#[wasm_bindgen_test]
fn a_large_frame_goes_at_once_to_every_tab_behind_what_waits() {
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    both.forward_apart(ROOM, &["a"], &["b"]);
    both.take(&numbered(ROOM, 1));
    both.take(&of_bytes(ROOM, &vec![0; LARGE_BYTES], false));
    let expected = [("a".to_owned(), 1), ("a".to_owned(), 1), ("b".to_owned(), 1), ("b".to_owned(), 1)];
    assert_eq!(sizes(&both.handed(false)), expected);
    assert_eq!(clock.scheduled(), 0);
}

#[wasm_bindgen_test]
fn whoever_keeps_the_time_of_a_hidden_page_hands_its_frames_on() {
    let clock = Clock::install();
    clock.hide();
    let (ticks, handed, nothing) = (Array::new(), Array::new(), Function::new_no_args(""));
    let tick = Function::new_with_args("ms, run", "this.push({ ms, run }); return true").bind0(&ticks);
    let hand = Function::new_with_args("tabs, frames", "this.push(tabs + frames.length)").bind0(&handed);
    let router = Router::new(Protocol::V2, &nothing, &nothing, Some(forwarding(&hand, &tick)));
    router.forward_to(ROOM, &array(&["a"]), &array(&["b"]));
    for n in 0..3 {
        router.text(1, &numbered(ROOM, n).described());
    }
    let tick = |at: u32| -> (f64, Function) {
        let field = |name: &str| js_sys::Reflect::get(&ticks.get(at), &name.into()).unwrap();
        (field("ms").as_f64().unwrap(), field("run").unchecked_into())
    };
    assert_eq!((ticks.length(), tick(0).0, tick(1).0), (2, 16.0, 250.0));
    assert_eq!(handed.length(), 0, "not in the next task: each message to a tab costs more than a frame");
    tick(0).1.call0(&JsValue::NULL).unwrap();
    assert_eq!(handed.join(" ").as_string().unwrap(), "a3");
    tick(1).1.call0(&JsValue::NULL).unwrap();
    assert_eq!(handed.join(" ").as_string().unwrap(), "a3 b3");
    assert_eq!(clock.scheduled(), 0, "no timer of the page's is left");
    router.text(1, &numbered(ROOM, 3).described());
    // Whoever is asked may not be there any more: the page's own timers see to it, late as they are.
    assert_eq!((ticks.length(), clock.scheduled()), (4, 2));
    clock.pass(HIDDEN_EVERY);
    assert_eq!(handed.length(), 4);
}

#[wasm_bindgen_test]
fn both_routers_hand_over_alike_whoever_is_seen_and_hidden() {
    const TABS: [&[&str]; 5] = [&[], &["a"], &["b"], &["a", "b"], &["b", "c"]];
    const TOPICS: [&str; 3] = ["x", "y", "z"];
    let clock = Clock::install();
    let both = Both::new(Protocol::V2);
    let mut rng = Rng::new(59);
    let mut handed = [0; 3];
    for n in 0..2_000 {
        let topic = *one_of(&TOPICS, &mut rng);
        match rng.up_to(7) {
            0 => {
                let seen = *one_of(&TABS, &mut rng);
                let rest = one_of(&TABS, &mut rng).iter().filter(|tab| !seen.contains(tab)).copied();
                both.forward_apart(topic, seen, &rest.collect::<Vec<_>>());
            }
            1 => handed[0] += both.flush().len(),
            2 => {
                // Together with what changes of tabs have handed over.
                clock.pass(HIDDEN_EVERY);
                handed[1] += both.handed_together().len();
            }
            _ => drop(both.take(&numbered(topic, n))),
        }
        handed[2] += both.handed(false).len();
    }
    assert!(handed.iter().all(|handed| *handed > 50), "{handed:?}");
}
