//! The page around the client: its clock, its chance, and what happens to it.

use js_sys::{Date, Function};
use wasm_bindgen::prelude::*;

use crate::core::page::PageEvent;
use crate::core::pump::Reading;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// What the system's clocks say. The monotonic one has the origin of events' `timeStamp`.
pub fn read_clocks() -> Reading {
    Reading { monotonic: performance_now() as u64, wall: epoch() }
}

/// The wall clock, in milliseconds since 1970.
pub fn epoch() -> u64 {
    Date::now() as u64
}

/// A seed that differs from page to page.
pub fn seed() -> u64 {
    (js_sys::Math::random() * 9_007_199_254_740_992.0) as u64
}

#[wasm_bindgen(module = "/src/shell/page.js")]
extern "C" {
    type Listening;

    #[wasm_bindgen(js_name = listenToPage)]
    fn listen_to_page(tell: &Function) -> Listening;

    #[wasm_bindgen(method)]
    fn now(this: &Listening);

    #[wasm_bindgen(method)]
    fn end(this: &Listening);
}

/// Listens to the page until it is dropped.
pub struct Page {
    listening: Listening,
    _tell: Closure<dyn Fn(u32, bool, JsValue)>,
}

impl Page {
    /// Begins to listen.
    pub fn listen(tell: impl Fn(PageEvent) + 'static) -> Self {
        let tell = Closure::<dyn Fn(u32, bool, JsValue)>::new(move |what, saves_data, effective_type| {
            tell(event(what, saves_data, &effective_type));
        });
        Self { listening: listen_to_page(tell.as_ref().unchecked_ref()), _tell: tell }
    }

    /// Tells what the browser says of the connection, where it says anything, and whether nobody sees the page.
    pub fn tell_now(&self) {
        self.listening.now();
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.listening.end();
    }
}

/// What `page.js` tells by this number.
fn event(what: u32, saves_data: bool, effective_type: &JsValue) -> PageEvent {
    match what {
        0 => PageEvent::Online,
        1 => PageEvent::Offline,
        2 => PageEvent::Suspend,
        3 => PageEvent::Resume,
        4 => PageEvent::Visible,
        5 => PageEvent::Hidden,
        _ => PageEvent::Network { saves_data, effective_type: effective_type.as_string() },
    }
}
