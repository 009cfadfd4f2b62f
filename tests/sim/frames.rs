//! Frames as they pass by, in either version, for whoever only looks.

use serde_json::{Value, json};

use crate::server::{Data, Version};

/// A text frame.
#[derive(Debug)]
pub struct Seen {
    pub join_ref: Value,
    pub reference: Value,
    pub topic: String,
    pub event: String,
    pub payload: Value,
}

impl Seen {
    /// `None` if it is no text frame.
    pub fn of(data: &Data, version: Version) -> Option<Self> {
        let Data::Text(text) = data else { return None };
        let mut frame: Value = serde_json::from_str(text).ok()?;
        let mut part = |index: usize, name: &str| {
            let part = match version {
                Version::One => frame.get_mut(name),
                Version::Two => frame.get_mut(index),
            };
            part.map(Value::take).unwrap_or_default()
        };
        Some(Self {
            join_ref: part(0, "join_ref"),
            reference: part(1, "ref"),
            topic: part(2, "topic").as_str()?.to_owned(),
            event: part(3, "event").as_str()?.to_owned(),
            payload: part(4, "payload"),
        })
    }
}

/// The topic of a data frame of the server's, and its message as the application gets it.
pub fn data_frame(data: &Data, version: Version) -> Option<(String, Value)> {
    match data {
        Data::Text(_) => {
            let mut seen = Seen::of(data, version)?;
            let is_change = seen.event == "postgres_changes";
            let message = if is_change { seen.payload["data"].take() } else { seen.payload };
            Some((seen.topic, message))
        }
        Data::Binary(bytes) => {
            let [4, topic, event, meta, encoding, rest @ ..] = bytes.as_slice() else { return None };
            let (topic, rest) = rest.split_at_checked(usize::from(*topic))?;
            let (event, rest) = rest.split_at_checked(usize::from(*event))?;
            let (_, payload) = rest.split_at_checked(usize::from(*meta))?;
            let event = std::str::from_utf8(event).ok()?;
            let payload: Value = match encoding {
                0 => json!(payload),
                _ => serde_json::from_slice(payload).ok()?,
            };
            Some((String::from_utf8(topic.to_vec()).ok()?, json!({ "event": event, "payload": payload })))
        }
    }
}
