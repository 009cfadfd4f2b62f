//! What becomes of a frame: the twin of `src/shell/router.js`.

use std::collections::VecDeque;

use litemap::LiteMap;
use wedsync_dashboard::core::payload::Payload;
use wedsync_dashboard::core::realtime::frame::{Encoding, Inbound, Protocol, Reference};
use wedsync_dashboard::core::realtime::routes::{Routes, Slot, TopicRoutes, whole};

use crate::binary::{BinaryFrame, Kind};
use crate::exact::exact_numbers;
use crate::forward::{Forwarder, Frame};

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
    /// A data frame that nobody in this tab wants, of a topic whose frames go to others.
    Forwarded,
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
    forwarder: Forwarder,
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

    /// Where frames go besides, and what waits to go there.
    pub fn forwarder(&mut self) -> &mut Forwarder {
        &mut self.forwarder
    }

    /// Who may have missed something of a topic that was too much for the tab that forwards it.
    pub fn slots_of(&self, topic: &str) -> Vec<Slot> {
        let Some(TopicRoutes { any, events, changes, .. }) = self.routes.get(topic) else {
            return Vec::new();
        };
        let mut slots = Vec::new();
        for slot in any.iter().chain(events.values().flatten()).chain(changes.values().flatten()) {
            if !slots.contains(slot) {
                slots.push(*slot);
            }
        }
        slots
    }

    /// Decides what becomes of a text frame.
    pub fn text<P: Payload>(&mut self, text: &str) -> Verdict<P> {
        let ahead = self.topic_ahead(text);
        if let Some(topic) = &ahead {
            self.forwarder.put(topic, Frame::Text(text.to_owned()));
        }
        self.decide(text, ahead.as_deref(), true)
    }

    /// Decides what becomes of a frame that another tab has forwarded.
    pub fn taken<P: Payload>(&mut self, frame: &Frame) -> Verdict<P> {
        let verdict = match frame {
            Frame::Text(text) => {
                let ahead = self.topic_ahead(text);
                self.decide(text, ahead.as_deref(), false)
            }
            Frame::Binary(bytes) => self.decide_binary(bytes, false),
        };
        // Another tab forwards none.
        if matches!(verdict, Verdict::Control(_)) { Verdict::Malformed } else { verdict }
    }

    /// The topic to be forwarded that a frame names before its payload, as the server writes it.
    fn topic_ahead(&self, text: &str) -> Option<String> {
        let is_ahead = |topic: &&String| {
            ["broadcast", "postgres_changes"]
                .iter()
                .any(|event| head(self.protocol, topic, event).is_some_and(|head| text.starts_with(&head)))
        };
        self.forwarder.topics().find(is_ahead).cloned()
    }

    /// Whether anything of a topic may be for this tab.
    fn is_local(&self, topic: &str) -> bool {
        self.routes.get(topic).is_some_and(|routes| {
            !(routes.any.is_empty() && routes.events.is_empty() && routes.changes.is_empty())
        })
    }

    fn unwanted<P>(&self, topic: &str) -> Verdict<P> {
        if self.forwarder.has(topic) { Verdict::Forwarded } else { Verdict::Unrouted }
    }

    /// `ahead` is the topic by whose name ahead of the payload the frame has been forwarded already.
    fn decide<P: Payload>(&mut self, text: &str, ahead: Option<&str>, is_forwarding: bool) -> Verdict<P> {
        if ahead.is_some_and(|topic| !self.is_local(topic)) {
            return Verdict::Forwarded;
        }
        let Some(written) = P::parse(text) else { return Verdict::Malformed };
        let Some(mut frame) = Inbound::<P>::decode(&written, self.protocol) else {
            return Verdict::Malformed;
        };
        let is_data = frame.event == "broadcast" || frame.event == "postgres_changes";
        let routes = self.routes.get(&frame.topic);
        let is_stale = routes.is_some_and(|topic| is_stale(topic, &written, self.protocol));
        if is_data && ahead.is_none() && self.forwarder.has(&frame.topic) {
            if is_forwarding {
                self.forwarder.put(&frame.topic, Frame::Text(text.to_owned()));
            }
            if is_stale || !self.is_local(&frame.topic) {
                return Verdict::Forwarded;
            }
        }
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
                if is_stale {
                    return Verdict::Unrouted;
                }
                if slots.is_empty() {
                    return self.unwanted(&frame.topic);
                }
                Verdict::Deliver { slots, message: exact_numbers(data, text, self.protocol) }
            }
            _ => Verdict::Control(frame),
        }
    }

    /// Decides what becomes of a binary frame, which protocol 1.0.0 does not have.
    pub fn binary<P: Payload>(&mut self, bytes: &[u8]) -> Verdict<P> {
        self.decide_binary(bytes, true)
    }

    fn decide_binary<P: Payload>(&mut self, bytes: &[u8], is_forwarding: bool) -> Verdict<P> {
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
                if self.forwarder.has(frame.topic) {
                    if is_forwarding {
                        self.forwarder.put(frame.topic, Frame::Binary(bytes.to_vec()));
                    }
                    if !self.is_local(frame.topic) {
                        return Verdict::Forwarded;
                    }
                }
                if self.slots(frame.topic, event).is_empty() {
                    return self.unwanted(frame.topic);
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
            return self.unwanted(topic);
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

/// All before the payload in a data frame that the server writes. A quotation mark in a topic hides where it ends from the
/// router, which then reads the frame whole.
fn head(protocol: Protocol, topic: &str, event: &str) -> Option<String> {
    if topic.contains('"') {
        return None;
    }
    let topic = topic.replace('\\', r"\\");
    Some(match protocol {
        Protocol::V1 => format!(r#"{{"ref":null,"event":"{event}","topic":"{topic}","payload":"#),
        Protocol::V2 => format!(r#"[null,null,"{topic}","{event}","#),
    })
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
