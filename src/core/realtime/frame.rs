//! The frames of both protocols: JSON objects in 1.0.0, JSON arrays and binary ones (`binary`) in 2.0.0.

mod binary;

pub use binary::{BroadcastPush, Encoding};

use crate::core::payload::Payload;

/// The version of the protocol, which the socket's URL asks for as `vsn`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// 1.0.0: text only. A frame is an object `{topic, event, payload, ref, join_ref}`; the server leaves `join_ref` out.
    V1,
    /// 2.0.0: a text frame is an array `[join_ref, ref, topic, event, payload]`, and broadcasts may be binary.
    #[default]
    V2,
}

impl Protocol {
    /// What `vsn` is in the socket's URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "1.0.0",
            Self::V2 => "2.0.0",
        }
    }
}

/// What every channel's topic starts with on the wire.
pub const TOPIC_PREFIX: &str = "realtime:";

/// The topic of heartbeats.
pub const PHOENIX_TOPIC: &str = "phoenix";

/// A message's number, unique within a client; a join's is the `join_ref` of all that follows on its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference(pub u64);

impl Reference {
    fn to_payload<P: Payload>(self) -> P {
        P::string(&self.0.to_string())
    }

    /// The number that the text is; `None` if no client of this kind has made it.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// A frame to the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Outbound<'a, P> {
    /// The join it belongs to; none for heartbeats.
    pub join_ref: Option<Reference>,
    /// Its own number, which the reply repeats.
    pub reference: Reference,
    /// The topic on the wire.
    pub topic: &'a str,
    /// `phx_join`, `heartbeat` …
    pub event: &'a str,
    /// The event's own content.
    pub payload: P,
}

impl<P: Payload> Outbound<'_, P> {
    /// What goes out as JSON text. In 1.0.0 a frame of no join, a heartbeat, has no `join_ref`.
    pub fn encode(self, protocol: Protocol) -> P {
        let (topic, event) = (P::string(self.topic), P::string(self.event));
        let (join_ref, reference) = (self.join_ref.map(Reference::to_payload), self.reference.to_payload());
        match protocol {
            Protocol::V1 => {
                let mut fields =
                    vec![("topic", topic), ("event", event), ("payload", self.payload), ("ref", reference)];
                if let Some(join_ref) = join_ref {
                    fields.push(("join_ref", join_ref));
                }
                P::object(fields)
            }
            Protocol::V2 => {
                P::array(vec![join_ref.unwrap_or_else(P::null), reference, topic, event, self.payload])
            }
        }
    }
}

/// A control frame from the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound<P> {
    /// The join it belongs to; `None` if the server gave none, as it never does in protocol 1.0.0, or one that this client
    /// has not made.
    pub join_ref: Option<Reference>,
    /// The number of the message it answers.
    pub reference: Option<Reference>,
    /// The topic on the wire.
    pub topic: String,
    /// `phx_reply`, `system` …
    pub event: String,
    /// The event's own content.
    pub payload: P,
}

impl<P: Payload> Inbound<P> {
    /// Reads a parsed frame; `None` if it is not one of this protocol. Arrays longer than five items are fine.
    pub fn decode(frame: &P, protocol: Protocol) -> Option<Self> {
        let part = |index, name| match protocol {
            Protocol::V1 => frame.field(name),
            Protocol::V2 => frame.item(index),
        };
        let text = |index, name| part(index, name).and_then(|part| part.as_text());
        let reference = |index, name| Reference::parse(&text(index, name)?);
        let (Some(topic), Some(event), Some(payload)) =
            (text(2, "topic"), text(3, "event"), part(4, "payload"))
        else {
            return None;
        };
        let (join_ref, reference) = (reference(0, "join_ref"), reference(1, "ref"));
        Some(Self { join_ref, reference, topic, event, payload })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn an_outgoing_frame_is_an_object_in_protocol_1_and_an_array_in_protocol_2() {
        let heartbeat = || Outbound {
            join_ref: None,
            reference: Reference(4),
            topic: PHOENIX_TOPIC,
            event: "heartbeat",
            payload: json!({}),
        };
        assert_eq!(heartbeat().encode(Protocol::V2), json!([null, "4", "phoenix", "heartbeat", {}]));
        let object = json!({ "topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "4" });
        assert_eq!(heartbeat().encode(Protocol::V1), object);
    }

    #[test]
    fn frames_of_another_shape_or_protocol_are_none() {
        let array = json!(["7", "8", "t", "e", {}]);
        let object = json!({ "topic": "t", "event": "e", "payload": {}, "ref": "8" });
        for frame in [
            json!(42),
            json!({}),
            json!([]),
            json!(["1", "1", "t", "e"]),
            json!([1, 2, null, "e", {}]),
            object.clone(),
        ] {
            assert_eq!(Inbound::<Value>::decode(&frame, Protocol::V2), None, "{frame}");
        }
        for frame in [
            json!(42),
            json!({}),
            json!({ "topic": "t", "event": "e", "ref": null }),
            json!({ "topic": 1, "event": "e", "payload": {} }),
            array.clone(),
        ] {
            assert_eq!(Inbound::<Value>::decode(&frame, Protocol::V1), None, "{frame}");
        }
        for (frame, protocol, join_ref) in
            [(&array, Protocol::V2, Some(Reference(7))), (&object, Protocol::V1, None)]
        {
            let inbound = Inbound::<Value>::decode(frame, protocol);
            assert!(inbound.is_some_and(|inbound| inbound.join_ref == join_ref
                && inbound.reference == Some(Reference(8))
                && inbound.topic == "t"));
        }
    }

    #[test]
    fn references_that_are_none_of_ours_are_none() {
        let foreign = Inbound::<Value>::decode(&json!([7, "x", "t", "e", {}, "more"]), Protocol::V2);
        assert!(foreign.is_some_and(|frame| frame.join_ref.is_none() && frame.reference.is_none()));
    }
}
