//! The router that executes the core's routing table in the JavaScript heap (`router.js`), as the shell sees it.

use js_sys::{Array, Function, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

use crate::core::realtime::frame::{BinaryBroadcast, Encoding};
use crate::core::realtime::routes::{Routes, Slot, TopicRoutes};

#[wasm_bindgen(module = "/src/shell/router.js")]
extern "C" {
    /// The router.
    pub type Router;

    /// `control(socket, frame)` takes control frames, `scan(header)` is [`scan`].
    #[wasm_bindgen(constructor)]
    pub fn new(control: &Function, scan: &Function) -> Router;

    /// Sets a slot's callback.
    #[wasm_bindgen(method, js_name = setSlot)]
    pub fn set_slot(this: &Router, slot: Slot, callback: &Function);

    /// Drops a slot.
    #[wasm_bindgen(method, js_name = dropSlot)]
    pub fn drop_slot(this: &Router, slot: Slot);

    #[wasm_bindgen(method, js_name = setRoutes)]
    fn set_routes(this: &Router, topic: &str, any: &Array, events: &Array, changes: &Array);

    /// Drops a topic's routes.
    #[wasm_bindgen(method, js_name = dropRoutes)]
    pub fn drop_routes(this: &Router, topic: &str);

    /// The listener of a socket's `message` events.
    #[wasm_bindgen(method)]
    pub fn receiver(this: &Router, socket: u32) -> Function;

    /// Takes a text frame.
    #[wasm_bindgen(method)]
    pub fn text(this: &Router, socket: u32, data: &str);

    /// Takes a binary frame.
    #[wasm_bindgen(method)]
    pub fn binary(this: &Router, buffer: &js_sys::ArrayBuffer);

    /// Frames received.
    #[wasm_bindgen(method, getter)]
    pub fn frames(this: &Router) -> f64;

    /// Bytes received.
    #[wasm_bindgen(method, getter)]
    pub fn bytes(this: &Router) -> f64;

    /// Frames dropped as not the protocol's.
    #[wasm_bindgen(method, getter)]
    pub fn malformed(this: &Router) -> f64;

    /// Frames dropped because nobody wanted them.
    #[wasm_bindgen(method, getter)]
    pub fn unrouted(this: &Router) -> f64;
}

impl Router {
    /// Replaces a topic's routes.
    pub fn route(&self, topic: &str, routes: &TopicRoutes) {
        let (events, changes) = (Array::new(), Array::new());
        for (name, slots) in &routes.events {
            events.push(&JsValue::from_str(name));
            events.push(&slot_array(slots));
        }
        for (id, slots) in &routes.changes {
            changes.push(&JsValue::from_f64(*id as f64));
            changes.push(&slot_array(slots));
        }
        self.set_routes(topic, &slot_array(&routes.any), &events, &changes);
    }
}

fn slot_array(slots: &[Slot]) -> Array {
    slots.iter().map(|slot| JsValue::from(*slot)).collect()
}

/// Finds in the beginning of a binary broadcast where its parts lie and whose it is; `None` if it is no such frame.
/// Only the header is copied into wasm, and no string is made of the topic.
pub fn scan(routes: &Routes, header: &Uint8Array) -> Option<Uint32Array> {
    let mut bytes = [0; BinaryBroadcast::LONGEST_HEADER];
    let bytes = bytes.get_mut(..header.length() as usize)?;
    header.copy_to(bytes);
    let frame = BinaryBroadcast::scan(bytes)?;
    let slots = routes.get(frame.topic).map(|topic| topic.broadcast(frame.event)).unwrap_or_default();
    let mut found = vec![
        u32::from(frame.encoding == Encoding::Json),
        frame.event_start as u32,
        frame.meta_start as u32,
        frame.payload_start as u32,
    ];
    found.extend_from_slice(slots);
    Some(Uint32Array::from(found.as_slice()))
}
