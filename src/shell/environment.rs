//! The page around the client: its clock, its chance, and what happens to it.

use js_sys::{Date, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Document, Event, EventTarget, PageTransitionEvent, VisibilityState};

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

type Meaning = fn(&Event) -> Option<PageEvent>;

/// What the events of the window, or of a worker's global object, mean.
const GLOBAL_EVENTS: [(&str, Meaning); 4] = [
    ("online", |_| Some(PageEvent::Online)),
    ("offline", |_| Some(PageEvent::Offline)),
    ("pagehide", |_| Some(PageEvent::Suspend)),
    ("pageshow", shown),
];

/// What those of the document mean; not every browser freezes pages.
const DOCUMENT_EVENTS: [(&str, Meaning); 2] =
    [("freeze", |_| Some(PageEvent::Suspend)), ("resume", |_| Some(PageEvent::Resume))];

/// Every `load` is followed by a `pageshow`; only one of a page that was kept says that it is back.
fn shown(event: &Event) -> Option<PageEvent> {
    event.unchecked_ref::<PageTransitionEvent>().persisted().then_some(PageEvent::Resume)
}

impl Page {
    /// Begins to listen. In a worker there is no document, and its visibility is not heard of.
    pub fn listen(tell: impl Fn(PageEvent) + Clone + 'static) -> Self {
        let mut listeners = Vec::new();
        let mut add = |target: &EventTarget, name, closure: Closure<dyn FnMut(Event)>| {
            let callback = closure.as_ref().unchecked_ref();
            if target.add_event_listener_with_callback(name, callback).is_ok() {
                listeners.push(Listener { target: target.clone(), name, closure });
            }
        };
        let telling = |meaning: Meaning| {
            let tell = tell.clone();
            Closure::new(move |event| meaning(&event).into_iter().for_each(&tell))
        };
        for (name, meaning) in GLOBAL_EVENTS {
            add(js_sys::global().unchecked_ref(), name, telling(meaning));
        }
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            for (name, meaning) in DOCUMENT_EVENTS {
                add(&document, name, telling(meaning));
            }
            let (target, tell) = (document.clone(), tell.clone());
            add(&target, "visibilitychange", Closure::new(move |_| tell(visibility(&document))));
        }
        if let Some(connection) = network_information() {
            let target = connection.clone();
            add(&target, "change", Closure::new(move |_| tell(network(&connection))));
        }
        Self { _listeners: listeners }
    }
}

/// What the browser says of the connection now, where it says anything.
pub fn network_now() -> Option<PageEvent> {
    network_information().as_ref().map(network)
}

/// `navigator.connection`: Chromium's alone.
fn network_information() -> Option<EventTarget> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    Reflect::get(&navigator, &"connection".into()).ok()?.dyn_into().ok()
}

fn network(connection: &EventTarget) -> PageEvent {
    let field = |name: &str| Reflect::get(connection, &name.into()).unwrap_or(JsValue::UNDEFINED);
    PageEvent::Network {
        saves_data: field("saveData").as_bool().unwrap_or(false),
        effective_type: field("effectiveType").as_string(),
    }
}

/// Whether the page is seen now; a worker does not know.
pub fn visibility_now() -> Option<PageEvent> {
    let document = web_sys::window()?.document()?;
    // A page that is made visible is asked about what may have happened before; one that begins is not.
    (document.visibility_state() == VisibilityState::Hidden).then_some(PageEvent::Hidden)
}

fn visibility(document: &Document) -> PageEvent {
    if document.visibility_state() == VisibilityState::Visible {
        PageEvent::Visible
    } else {
        PageEvent::Hidden
    }
}
