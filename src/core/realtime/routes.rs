//! Where data frames go: the routing table that the core writes, and a twin of the router that executes it.
//!
//! In a browser a few dozen lines of JavaScript (`src/shell/router.js`) do what [`route_text`] and [`route_binary`]
//! do here. Simulations drive this twin, and a differential test in the browsers holds the two to each other.

use litemap::LiteMap;

use crate::core::payload::Payload;
use crate::core::realtime::frame::{BinaryBroadcast, Encoding, Inbound};

/// Names the callback of one subscription.
pub type Slot = u32;

/// The routes of one topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicRoutes {
    /// Who gets a broadcast that has no entry in `events`.
    pub any: Vec<Slot>,
    /// Who gets a broadcast of a name: those that asked for it and those that asked for all.
    pub events: LiteMap<String, Vec<Slot>>,
    /// Who gets the changes of a binding, by the id the server gave it.
    pub changes: LiteMap<u64, Vec<Slot>>,
}

/// The routing table, by topic on the wire.
pub type Routes = LiteMap<String, TopicRoutes>;

/// What becomes of a frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict<P> {
    /// Not a frame of the protocol: counted and dropped.
    Malformed,
    /// A data frame that nobody wants: counted and dropped.
    Unrouted,
    /// For the core.
    Control(Inbound<P>),
    /// For these slots, in this order.
    Deliver {
        /// Whom it goes to, each once.
        slots: Vec<Slot>,
        /// What they get.
        message: P,
    },
}

fn deliver<P>(slots: Vec<Slot>, message: P) -> Verdict<P> {
    if slots.is_empty() { Verdict::Unrouted } else { Verdict::Deliver { slots, message } }
}

/// A number as an id; `None` if it is negative or has a fraction.
pub fn whole(number: f64) -> Option<u64> {
    (number >= 0.0 && number.fract() == 0.0).then_some(number as u64)
}

impl TopicRoutes {
    /// Who gets a broadcast of this name.
    pub fn broadcast(&self, event: &str) -> &[Slot] {
        self.events.get(event).unwrap_or(&self.any)
    }

    fn change<P: Payload>(&self, ids: &P) -> Vec<Slot> {
        let mut slots = Vec::new();
        for index in 0..ids.length().unwrap_or(0) {
            let id = ids.item(index).and_then(|id| whole(id.as_number()?));
            let found = id.and_then(|id| self.changes.get(&id));
            for slot in found.into_iter().flatten() {
                if !slots.contains(slot) {
                    slots.push(*slot);
                }
            }
        }
        slots
    }
}

/// Decides what becomes of a text frame.
pub fn route_text<P: Payload>(routes: &Routes, text: &str) -> Verdict<P> {
    let Some(frame) = P::parse(text).and_then(|frame| Inbound::<P>::decode(&frame)) else {
        return Verdict::Malformed;
    };
    match frame.event.as_str() {
        "broadcast" => {
            let Some(event) = frame.payload.field("event").and_then(|event| event.as_text()) else {
                return Verdict::Malformed;
            };
            let slots = routes.get(&frame.topic).map(|topic| topic.broadcast(&event).to_vec());
            deliver(slots.unwrap_or_default(), frame.payload)
        }
        "postgres_changes" => {
            let ids = frame.payload.field("ids").filter(|ids| ids.length().is_some());
            let data = frame.payload.field("data").filter(Payload::is_object);
            let (Some(ids), Some(data)) = (ids, data) else {
                return Verdict::Malformed;
            };
            deliver(routes.get(&frame.topic).map(|topic| topic.change(&ids)).unwrap_or_default(), data)
        }
        _ => Verdict::Control(frame),
    }
}

/// Decides what becomes of a binary frame.
pub fn route_binary<P: Payload>(routes: &Routes, bytes: &[u8]) -> Verdict<P> {
    let Some(frame) = BinaryBroadcast::scan(bytes) else {
        return Verdict::Malformed;
    };
    let slots = routes.get(frame.topic).map(|topic| topic.broadcast(frame.event)).unwrap_or_default();
    if slots.is_empty() {
        return Verdict::Unrouted;
    }
    let parse = |range| std::str::from_utf8(bytes.get(range)?).ok().and_then(P::parse);
    let payload = match frame.encoding {
        Encoding::Binary => bytes.get(frame.payload_start..).map(P::bytes),
        Encoding::Json => parse(frame.payload_start..bytes.len()),
    };
    let Some(payload) = payload else {
        return Verdict::Malformed;
    };
    let mut fields =
        vec![("type", P::string("broadcast")), ("event", P::string(frame.event)), ("payload", payload)];
    if frame.meta_start < frame.payload_start {
        let Some(meta) = parse(frame.meta_start..frame.payload_start) else {
            return Verdict::Malformed;
        };
        fields.push(("meta", meta));
    }
    deliver(slots.to_vec(), P::object(fields))
}
