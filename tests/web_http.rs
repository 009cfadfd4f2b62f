//! What an answer of the project's says of this machine's clock, as the browser reads it.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;

use browser::{KEY, URL};
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wedsync_dashboard::shell::http::Project;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = r#"
const now = Date.now.bind(Date);
export function shiftClock(millis) {
  Date.now = () => now() + millis;
}
"#)]
extern "C" {
    #[wasm_bindgen(js_name = shiftClock)]
    fn shift_clock(millis: f64);
}

/// The status of an answer, and by how many milliseconds this machine's clock is ahead of what its `Date` says.
async fn asked(url: &str) -> (u16, Option<i64>) {
    let project = Project { url: url.to_owned(), key: KEY.to_owned() };
    let told = Promise::new(&mut |resolve, _| {
        project.request("/auth/v1/health", None, None, 5_000, move |answer, ahead| {
            let ahead = ahead.map_or(JsValue::NULL, |ahead| JsValue::from_f64(ahead as f64));
            resolve.call1(&JsValue::NULL, &Array::of2(&answer.status.into(), &ahead)).unwrap();
        });
    });
    let told = Array::from(&JsFuture::from(told).await.unwrap());
    (told.get(0).as_f64().unwrap() as u16, told.get(1).as_f64().map(|ahead| ahead as i64))
}

#[wasm_bindgen_test]
async fn an_answer_says_how_far_this_machines_clock_is_ahead() {
    for wrong in [0, 7_200_000, -3_600_000] {
        shift_clock(wrong as f64);
        let told = asked(URL).await;
        shift_clock(0.0);
        let (200, Some(ahead)) = told else { panic!("{told:?}") };
        // The `Date` has whole seconds.
        assert!((ahead - wrong).abs() < 3_000, "{ahead} ms, and it is {wrong}");
    }
}

#[wasm_bindgen_test]
async fn where_nothing_answers_nothing_is_learnt() {
    assert_eq!(asked("http://127.0.0.1:9").await, (0, None));
}
