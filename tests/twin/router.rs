//! What becomes of a frame: the twin of `src/shell/router.js`.

use std::collections::VecDeque;

use litemap::LiteMap;
use wedsync_dashboard::core::payload::Payload;
use wedsync_dashboard::core::realtime::frame::{Encoding, Inbound, Protocol, Reference};
use wedsync_dashboard::core::realtime::routes::{Routes, Slot, TopicRoutes, whole};

use crate::binary::{BinaryFrame, Kind};
use crate::exact::exact_numbers;

/// Of so many broadcasts of a topic the ids are remembered; the server replays 25 at most.
pub const MOST_REMEMBERED: usize = 64;

/// What becomes of a frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict<P> {
    /// Not a frame of the protocol: counted and dropped.
    Malformed,
    /// A data frame that nobody wants: counted and dropped.
    Unrouted,
    /// A replay of what has been delivered before: counted and dropped.
    Duplicate,
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

/// A router with its table.
#[derive(Clone, Debug, Default)]
pub struct Router {
    protocol: Protocol,
    routes: Routes,
    /// The ids of what was delivered last, the oldest first, by topics whose routes deduplicate.
    delivered: LiteMap<String, VecDeque<String>>,
}

impl Router {
    /// A router without routes.
    pub fn new(protocol: Protocol) -> Self {
        Self { protocol, ..Self::default() }
    }

    /// The table.
    pub fn routes(&self) -> &Routes {
        &self.routes
    }

    /// Replaces a topic's routes.
    pub fn route(&mut self, topic: &str, routes: TopicRoutes) {
        if !routes.deduplicate {
            self.delivered.remove(topic);
        }
        self.routes.insert(topic.to_owned(), routes);
    }

    /// Drops a topic's routes, and gives them back.
    pub fn unroute(&mut self, topic: &str) -> Option<TopicRoutes> {
        self.delivered.remove(topic);
        self.routes.remove(topic)
    }

    /// Decides what becomes of a text frame.
    pub fn text<P: Payload>(&mut self, text: &str) -> Verdict<P> {
        let Some(written) = P::parse(text) else { return Verdict::Malformed };
        let Some(mut frame) = Inbound::<P>::decode(&written, self.protocol) else {
            return Verdict::Malformed;
        };
        let routes = self.routes.get(&frame.topic);
        let is_stale = routes.is_some_and(|topic| is_stale(topic, &written, self.protocol));
        match frame.event.as_str() {
            "broadcast" if !frame.payload.is_object() => Verdict::Malformed,
            "broadcast" if is_stale => Verdict::Unrouted,
            "broadcast" => {
                let event = frame.payload.field("event").and_then(|event| event.as_text());
                // One without a name is for those who want all.
                let event = event.unwrap_or_else(|| {
                    frame.payload.set_field("event", P::string(""));
                    String::new()
                });
                self.broadcast(&frame.topic, &event, frame.payload)
            }
            "postgres_changes" => {
                let ids = frame.payload.field("ids").filter(|ids| ids.length().is_some());
                let data = frame.payload.field("data").filter(Payload::is_object);
                let (Some(ids), Some(data)) = (ids, data) else { return Verdict::Malformed };
                let slots = routes.map(|topic| change_slots(topic, &ids)).unwrap_or_default();
                if slots.is_empty() || is_stale {
                    return Verdict::Unrouted;
                }
                Verdict::Deliver { slots, message: exact_numbers(data, text, self.protocol) }
            }
            _ => Verdict::Control(frame),
        }
    }

    /// Decides what becomes of a binary frame, which protocol 1.0.0 does not have.
    pub fn binary<P: Payload>(&mut self, bytes: &[u8]) -> Verdict<P> {
        let frame = BinaryFrame::scan(bytes).filter(|_| self.protocol == Protocol::V2);
        let Some(frame) = frame else { return Verdict::Malformed };
        let payload = bytes.get(frame.payload_start..).unwrap_or_default();
        match frame.kind {
            Kind::Reply { join_ref, reference, status } => Verdict::Control(Inbound {
                join_ref: Reference::parse(join_ref),
                reference: Reference::parse(reference),
                topic: frame.topic.to_owned(),
                event: "phx_reply".to_owned(),
                payload: P::object(vec![("status", P::string(status)), ("response", P::bytes(payload))]),
            }),
            Kind::Broadcast { event, encoding } => {
                if self.slots(frame.topic, event).is_empty() {
                    return Verdict::Unrouted;
                }
                let parse = |bytes| std::str::from_utf8(bytes).ok().and_then(P::parse);
                let payload = match encoding {
                    Encoding::Binary => Some(P::bytes(payload)),
                    Encoding::Json => parse(payload),
                };
                let Some(payload) = payload else { return Verdict::Malformed };
                let mut fields =
                    vec![("type", P::string("broadcast")), ("event", P::string(event)), ("payload", payload)];
                let meta = bytes.get(frame.meta_start..frame.payload_start).unwrap_or_default();
                if !meta.is_empty() {
                    let Some(meta) = parse(meta) else { return Verdict::Malformed };
                    fields.push(("meta", meta));
                }
                self.broadcast(frame.topic, event, P::object(fields))
            }
        }
    }

    fn slots(&self, topic: &str, event: &str) -> &[Slot] {
        let routes = self.routes.get(topic);
        routes.map(|routes| routes.events.get(event).unwrap_or(&routes.any)).map_or(&[], Vec::as_slice)
    }

    fn broadcast<P: Payload>(&mut self, topic: &str, event: &str, message: P) -> Verdict<P> {
        let slots = self.slots(topic, event).to_vec();
        if slots.is_empty() {
            return Verdict::Unrouted;
        }
        if self.is_duplicate(topic, &message) {
            return Verdict::Duplicate;
        }
        Verdict::Deliver { slots, message }
    }

    /// Whether this is a replay of what has been delivered; what is not is remembered as delivered.
    fn is_duplicate<P: Payload>(&mut self, topic: &str, message: &P) -> bool {
        if !self.routes.get(topic).is_some_and(|topic| topic.deduplicate) {
            return false;
        }
        let Some(meta) = message.field("meta") else { return false };
        let Some(id) = meta.field("id").and_then(|id| id.as_text()) else { return false };
        let delivered = self.delivered.entry(topic.to_owned()).or_default();
        if delivered.contains(&id) {
            return meta.field("replayed").and_then(|replayed| replayed.as_boolean()) == Some(true);
        }
        delivered.push_back(id);
        if delivered.len() > MOST_REMEMBERED {
            delivered.pop_front();
        }
        false
    }
}

/// Whether a frame is of an earlier join of this topic. Protocol 1 never says which join a frame is of.
fn is_stale<P: Payload>(routes: &TopicRoutes, frame: &P, protocol: Protocol) -> bool {
    let named = (protocol == Protocol::V2).then(|| frame.item(0)?.as_text()).flatten();
    named.zip(routes.join_ref).is_some_and(|(named, join_ref)| named != join_ref.0.to_string())
}

/// Who gets a change with these ids, each once.
fn change_slots<P: Payload>(routes: &TopicRoutes, ids: &P) -> Vec<Slot> {
    let mut slots = Vec::new();
    for index in 0..ids.length().unwrap_or(0) {
        let id = ids.item(index).and_then(|id| whole(id.as_number()?));
        let found = id.and_then(|id| routes.changes.get(&id));
        for slot in found.into_iter().flatten() {
            if !slots.contains(slot) {
                slots.push(*slot);
            }
        }
    }
    slots
}
