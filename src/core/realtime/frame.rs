//! The frames of protocol 2.0.0: JSON arrays `[join_ref, ref, topic, event, payload]`, and binary broadcasts.

use crate::core::payload::Payload;

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

    fn from_payload<P: Payload>(value: &P) -> Option<Self> {
        value.as_text()?.parse().ok().map(Self)
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
    /// The array that goes out as JSON text.
    pub fn encode(self) -> P {
        P::array(vec![
            self.join_ref.map_or_else(P::null, Reference::to_payload),
            self.reference.to_payload(),
            P::string(self.topic),
            P::string(self.event),
            self.payload,
        ])
    }
}

/// A control frame from the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound<P> {
    /// The join it belongs to; `None` if the server gave none, or none of ours.
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
    /// Reads a parsed frame; `None` if it is not one. Arrays longer than five items are fine.
    pub fn decode(frame: &P) -> Option<Self> {
        Some(Self {
            payload: frame.item(4)?,
            topic: frame.item(2)?.as_text()?,
            event: frame.item(3)?.as_text()?,
            join_ref: frame.item(0).as_ref().and_then(Reference::from_payload),
            reference: frame.item(1).as_ref().and_then(Reference::from_payload),
        })
    }
}

/// How the payload of a binary broadcast is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes, to be handed on as they are.
    Binary,
    /// JSON text in UTF-8.
    Json,
}

/// A kind-4 frame, `4, len(topic), len(event), len(meta), encoding`, then those fields and the payload: the form in
/// which broadcasts of version 2 senders, single REST sends and the database arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BinaryBroadcast<'a> {
    /// The topic on the wire.
    pub topic: &'a str,
    /// The broadcast's name.
    pub event: &'a str,
    /// Where the name begins, in bytes.
    pub event_start: usize,
    /// Where the metadata, JSON or nothing, begin, in bytes.
    pub meta_start: usize,
    /// Where the payload begins and the metadata end, in bytes.
    pub payload_start: usize,
    /// How the payload is written.
    pub encoding: Encoding,
}

impl<'a> BinaryBroadcast<'a> {
    const KIND: u8 = 4;
    const HEADER: usize = 5;
    /// A header with its fields is never longer, so no more than this needs to be looked at.
    pub const LONGEST_HEADER: usize = Self::HEADER + 3 * u8::MAX as usize;

    /// Reads the header at the start of `bytes`; `None` if this is not such a frame.
    pub fn scan(bytes: &'a [u8]) -> Option<Self> {
        let [Self::KIND, topic_length, event_length, meta_length, encoding, ..] = *bytes else {
            return None;
        };
        let event_start = Self::HEADER + usize::from(topic_length);
        let meta_start = event_start + usize::from(event_length);
        let payload_start = meta_start + usize::from(meta_length);
        if bytes.len() < payload_start {
            return None;
        }
        Some(Self {
            topic: std::str::from_utf8(bytes.get(Self::HEADER..event_start)?).ok()?,
            event: std::str::from_utf8(bytes.get(event_start..meta_start)?).ok()?,
            event_start,
            meta_start,
            payload_start,
            encoding: match encoding {
                0 => Encoding::Binary,
                1 => Encoding::Json,
                _ => return None,
            },
        })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn an_outgoing_frame_is_the_array_of_protocol_2() {
        let frame = Outbound {
            join_ref: None,
            reference: Reference(4),
            topic: PHOENIX_TOPIC,
            event: "heartbeat",
            payload: json!({}),
        };
        assert_eq!(frame.encode(), json!([null, "4", "phoenix", "heartbeat", {}]));
    }

    #[test]
    fn frames_of_another_shape_are_none() {
        for frame in
            [json!(42), json!({}), json!([]), json!(["1", "1", "t", "e"]), json!([1, 2, null, "e", {}])]
        {
            assert_eq!(Inbound::<Value>::decode(&frame), None, "{frame}");
        }
        let foreign = Inbound::<Value>::decode(&json!([7, "x", "t", "e", {}, "more"]));
        assert!(foreign.is_some_and(|frame| frame.join_ref.is_none() && frame.reference.is_none()));
    }

    #[test]
    fn truncated_and_foreign_binary_frames_are_none() {
        let frame = [&[4, 1, 2, 0, 1][..], b"tevx"].concat();
        assert!(BinaryBroadcast::scan(&frame).is_some());
        for length in 0..8 {
            assert_eq!(BinaryBroadcast::scan(&frame[..length]), None);
        }
        for (position, byte) in [(0, 3), (4, 2), (5, 0xff)] {
            let mut broken = frame.clone();
            broken[position] = byte;
            assert_eq!(BinaryBroadcast::scan(&broken), None);
        }
    }
}
