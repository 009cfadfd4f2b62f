//! The router that executes the core's routing table in the JavaScript heap (`router.js`), as the shell sees it.

use js_sys::{Array, Float64Array, Function, Object};
use wasm_bindgen::prelude::*;

use crate::core::ids::SocketId;
use crate::core::payload::Payload;
use crate::core::pump::Heard;
use crate::core::realtime::delivery::Delivery;
use crate::core::realtime::frame::Protocol;
use crate::core::realtime::routes::{Edit, Slot, TopicRoutes};

#[wasm_bindgen(module = "/src/shell/router.js")]
extern "C" {
    /// The router.
    #[derive(Clone)]
    pub type Router;

    #[wasm_bindgen(constructor)]
    fn construct(
        version: u8,
        control: &Function,
        overflow: &Function,
        forwarding: Option<Function>,
    ) -> Router;

    /// Sets a slot's callback and how it is handed messages, as `js/options/delivery.ts` gives it. What waits for it is
    /// dropped if that changes.
    #[wasm_bindgen(method, js_name = setSlot)]
    pub fn set_slot_to(this: &Router, slot: Slot, callback: &Function, delivery: &JsValue);

    /// Drops a slot.
    #[wasm_bindgen(method, js_name = dropSlot)]
    pub fn drop_slot(this: &Router, slot: Slot);

    #[wasm_bindgen(method, js_name = setRoutes)]
    fn set_routes(
        this: &Router,
        topic: &str,
        any: &Array,
        events: &Array,
        changes: &Array,
        deduplicate: bool,
        join_ref: &JsValue,
    );

    /// Drops a topic's routes.
    #[wasm_bindgen(method, js_name = dropRoutes)]
    pub fn drop_routes(this: &Router, topic: &str);

    /// Says to which other tabs the data frames of a topic go too, whether or not this tab has routes of it; to none, and
    /// what waits to go is dropped. Frames go together once in 16 ms, to `hidden` tabs once in 250; one of more than 256 KB
    /// alone and at once; and in their order.
    #[wasm_bindgen(method, js_name = setForward)]
    pub fn forward_to(this: &Router, topic: &str, tabs: &Array, hidden: &Array);

    /// Takes data frames that the router of another tab has forwarded: what its `forward` was given as `frames` and
    /// `dropped`. They are routed as if they came from a socket, and go to no other tab.
    #[wasm_bindgen(method)]
    pub fn take(this: &Router, frames: &Array, dropped: &Array);

    /// Delivers a broadcast of another tab's as if the server had sent it.
    #[wasm_bindgen(method)]
    pub fn echo(this: &Router, topic: &str, event: &str, payload: &JsValue, is_bytes: bool);

    /// The frames that a socket has received since the last call, and when the last of them came, as `[frames, time]`.
    #[wasm_bindgen(method, js_name = heard)]
    fn heard_on(this: &Router, socket: u32) -> Option<Float64Array>;

    /// Forgets a socket that is closed.
    #[wasm_bindgen(method)]
    pub fn forget(this: &Router, socket: u32);

    /// The listener of a socket's `message` events.
    #[wasm_bindgen(method)]
    pub fn receiver(this: &Router, socket: u32) -> Function;

    /// Hands over all that waits to go to other tabs.
    #[wasm_bindgen(method)]
    pub fn flush(this: &Router);

    /// Takes a text frame.
    #[wasm_bindgen(method, js_name = read)]
    pub fn text(this: &Router, socket: u32, data: &str);

    /// Takes a binary frame.
    #[wasm_bindgen(method, js_name = read)]
    pub fn binary(this: &Router, socket: u32, buffer: &js_sys::ArrayBuffer);

    #[wasm_bindgen(method, catch)]
    /// Sends a frame as JSON text.
    pub fn send(this: &Router, socket: &JsValue, frame: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = sendBroadcast)]
    /// Sends a header with its payload behind it, bytes or what is to be written as JSON.
    pub fn send_broadcast(
        this: &Router,
        socket: &JsValue,
        header: &[u8],
        payload: &JsValue,
        is_json: bool,
    ) -> Result<(), JsValue>;

    /// Shows every frame to a function, as `{ direction: 'in' | 'out', data: string | ArrayBuffer }` with the tokens of
    /// text taken out, until it is set to `undefined`.
    #[wasm_bindgen(method, js_name = setTap)]
    pub fn set_tap(this: &Router, tap: &JsValue);

    /// The numbers below that the application is told, by their names, in an object of one's own.
    #[wasm_bindgen(method)]
    pub fn counts(this: &Router) -> Object;

    /// Frames received.
    #[wasm_bindgen(method, getter)]
    pub fn frames(this: &Router) -> f64;

    /// Bytes received.
    #[wasm_bindgen(method, getter)]
    pub fn bytes(this: &Router) -> f64;

    /// Frames that came by way of another tab; they are not among those received.
    #[wasm_bindgen(method, getter)]
    pub fn taken(this: &Router) -> f64;

    /// Bytes that came by way of another tab.
    #[wasm_bindgen(method, getter, js_name = takenBytes)]
    pub fn taken_bytes(this: &Router) -> f64;

    /// Frames dropped as not the protocol's.
    #[wasm_bindgen(method, getter)]
    pub fn malformed(this: &Router) -> f64;

    /// Frames dropped because nobody wanted them.
    #[wasm_bindgen(method, getter)]
    pub fn unrouted(this: &Router) -> f64;

    /// Frames dropped as replays of what had been delivered.
    #[wasm_bindgen(method, getter)]
    pub fn duplicates(this: &Router) -> f64;

    /// Messages dropped because too many waited to be handed over.
    #[wasm_bindgen(method, getter)]
    pub fn dropped(this: &Router) -> f64;
}

/// The router's own parts. A module's file is published if something of it is named here.
#[allow(dead_code, non_snake_case, reason = "only the router imports them, by these names")]
mod parts {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen(module = "/src/shell/router/exact.js")]
    extern "C" {
        fn exactNumbers();
    }

    #[wasm_bindgen(module = "/src/shell/router/reader.js")]
    extern "C" {
        #[wasm_bindgen(js_name = Reader)]
        type Reader;
    }

    #[wasm_bindgen(module = "/src/shell/router/frames.js")]
    extern "C" {
        fn parsed();
    }

    #[wasm_bindgen(module = "/src/shell/router/heads.js")]
    extern "C" {
        fn begins();
    }

    #[wasm_bindgen(module = "/src/shell/router/key.js")]
    extern "C" {
        fn keyIn();
    }

    #[wasm_bindgen(module = "/src/shell/router/received.js")]
    extern "C" {
        type Received;
    }

    #[wasm_bindgen(module = "/src/shell/router/slots.js")]
    extern "C" {
        type Handover;
    }

    #[wasm_bindgen(module = "/src/shell/router/table.js")]
    extern "C" {
        type Table;
    }
}

#[wasm_bindgen(module = "/src/shell/router/forward.js")]
extern "C" {
    /// What a router is given that forwards frames. `hand(tabs, frames, dropped)` is given the frames of
    /// [`Router::forward_to`], of several topics if these go to the same tabs: an array of names, one of texts and
    /// `ArrayBuffer`s, and `[topic, count, …]` of the frames before them that were dropped, because more than 10,000 or 8 MB
    /// waited. `tick` is [`Wake::tick`](crate::shell::wake::Wake::tick).
    pub fn forwarding(hand: &Function, tick: &Function) -> Function;
}

#[wasm_bindgen(module = "/src/shell/router/redacted.js")]
extern "C" {
    /// A text without its tokens.
    pub fn redacted(text: &str) -> String;

    /// What is parsed of a server's message, without its tokens.
    #[wasm_bindgen(js_name = redactedValue)]
    pub fn redacted_value(value: &JsValue) -> JsValue;
}

impl Router {
    /// A router of this protocol's frames. `control(socket, frame)` takes control frames, `overflow(slot, count)`
    /// is told, before what waits for a slot is handed over, how many of it were dropped. `forwarding` is from [`forwarding`],
    /// where frames go to other tabs too.
    pub fn new(
        protocol: Protocol,
        control: &Function,
        overflow: &Function,
        forwarding: Option<Function>,
    ) -> Self {
        let version = match protocol {
            Protocol::V1 => 1,
            Protocol::V2 => 2,
        };
        Self::construct(version, control, overflow, forwarding)
    }

    /// Sets a slot's callback and how it is handed messages. What waits for it is dropped if that changes.
    pub fn set_slot(&self, slot: Slot, callback: &Function, delivery: &Delivery) {
        let delivery = match delivery {
            Delivery::Each => JsValue::UNDEFINED,
            Delivery::Batch => JsValue::from_str("batch"),
            Delivery::Latest { by, every_ms } => {
                let by = by.iter().map(|name| JsValue::from_str(name)).collect::<Array>();
                JsValue::object(vec![("by", by.into()), ("everyMs", JsValue::from(*every_ms))])
            }
        };
        self.set_slot_to(slot, callback, &delivery);
    }

    /// What a socket has received since the last call.
    pub fn heard(&self, socket: SocketId) -> Option<Heard> {
        let heard = self.heard_on(socket.0)?;
        Some(Heard { socket, frames: heard.get_index(0) as u32, at: heard.get_index(1) as u64 })
    }

    /// Writes to the routing table.
    pub fn edit(&self, edit: Edit) {
        match edit {
            Edit::Route { topic, routes } => self.route(&topic, &routes),
            Edit::Unroute { topic } => self.drop_routes(&topic),
            Edit::DropSlot { slot } => self.drop_slot(slot),
        }
    }

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
        let join_ref = routes.join_ref.map(|join_ref| JsValue::from_str(&join_ref.0.to_string()));
        let join_ref = join_ref.unwrap_or(JsValue::UNDEFINED);
        self.set_routes(topic, &slot_array(&routes.any), &events, &changes, routes.deduplicate, &join_ref);
    }
}

fn slot_array(slots: &[Slot]) -> Array {
    slots.iter().map(|slot| JsValue::from(*slot)).collect()
}
