//! The page around the client: its clock, its chance, and what happens to it.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Event, EventTarget, VisibilityState};

use crate::core::time::Instant;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// The monotonic clock.
pub fn now() -> Instant {
    Instant::from_millis(performance_now() as u64)
}

/// A seed that differs from page to page.
pub fn seed() -> u64 {
    (js_sys::Math::random() * 9_007_199_254_740_992.0) as u64
}

/// What happens to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageEvent {
    /// The network is back.
    Online,
    /// The network is gone.
    Offline,
    /// The page has become visible.
    Visible,
}

struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        // Removing a listener that was added cannot fail.
        let _ = self.target.remove_event_listener_with_callback(self.name, callback);
    }
}

/// Listens to the page until it is dropped.
pub struct Page {
    _listeners: Vec<Listener>,
}

impl Page {
    /// Begins to listen. In a worker there is no document, and its visibility is not heard of.
    pub fn listen(listener: impl Fn(PageEvent) + Clone + 'static) -> Self {
        let mut listeners = Vec::new();
        let mut add = |target: EventTarget, name, closure: Closure<dyn FnMut(Event)>| {
            let callback = closure.as_ref().unchecked_ref();
            if target.add_event_listener_with_callback(name, callback).is_ok() {
                listeners.push(Listener { target, name, closure });
            }
        };
        for (name, event) in [("online", PageEvent::Online), ("offline", PageEvent::Offline)] {
            let listener = listener.clone();
            add(js_sys::global().unchecked_into(), name, Closure::new(move |_| listener(event)));
        }
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            let target = document.clone().into();
            add(target, "visibilitychange", Closure::new(move |_| tell_if_visible(&document, &listener)));
        }
        Self { _listeners: listeners }
    }
}

fn tell_if_visible(document: &Document, listener: &impl Fn(PageEvent)) {
    if document.visibility_state() == VisibilityState::Visible {
        listener(PageEvent::Visible);
    }
}
