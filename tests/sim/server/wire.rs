//! Frames as the server reads and writes them, in both versions of the protocol.

use serde_json::{Value, json};

/// What a WebSocket carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Text(String),
    Binary(Vec<u8>),
}

/// The version that a socket was opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    One,
    Two,
}

/// A frame in either direction. The references stay as the client wrote them, be they numbers or null.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub join_ref: Value,
    pub reference: Value,
    pub topic: Value,
    pub event: String,
    pub payload: Value,
}

impl Message {
    pub fn encode(&self, version: Version) -> Data {
        let Self { join_ref, reference, topic, event, payload } = self;
        Data::Text(match version {
            Version::One => {
                json!({ "ref": reference, "event": event, "topic": topic, "payload": payload }).to_string()
            }
            Version::Two => json!([join_ref, reference, topic, event, payload]).to_string(),
        })
    }
}

/// What a client has sent.
#[derive(Debug)]
pub enum Incoming {
    Message(Message),
    /// A kind-3 frame.
    Binary {
        join_ref: Value,
        reference: Value,
        topic: String,
        event: String,
        payload: Content,
    },
}

/// The payload of a broadcast.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Json(Value),
    Bytes(Vec<u8>),
}

/// `None` for what the server logs and otherwise ignores.
pub fn read(version: Version, data: &Data) -> Option<Incoming> {
    match (version, data) {
        (Version::Two, Data::Binary(bytes)) => read_kind_3(bytes),
        (Version::One, Data::Binary(bytes)) => read_text(version, std::str::from_utf8(bytes).ok()?),
        (_, Data::Text(text)) => read_text(version, text),
    }
}

fn read_text(version: Version, text: &str) -> Option<Incoming> {
    let mut frame: Value = serde_json::from_str(text).ok()?;
    let message = match (version, &mut frame) {
        (Version::One, Value::Object(fields)) => {
            let (topic, event) = (fields.get("topic")?.clone(), fields.get("event")?.clone());
            let (reference, payload) = (fields.remove("ref")?, fields.remove("payload")?);
            let join_ref = fields.remove("join_ref").unwrap_or(Value::Null);
            Message { join_ref, reference, topic, event: event_name(&event), payload }
        }
        (Version::Two, Value::Array(items)) if items.len() >= 5 => Message {
            join_ref: items[0].take(),
            reference: items[1].take(),
            topic: items[2].take(),
            event: event_name(&items[3]),
            payload: items[4].take(),
        },
        _ => return None,
    };
    Some(Incoming::Message(message))
}

/// An event that is no text is one that no channel knows.
fn event_name(event: &Value) -> String {
    event.as_str().unwrap_or_default().to_owned()
}

fn read_kind_3(bytes: &[u8]) -> Option<Incoming> {
    let [3, lengths @ .., _] = bytes.get(..7)? else { return None };
    let mut rest = bytes.get(7..)?;
    let mut fields = Vec::new();
    for length in lengths {
        let (field, after) = rest.split_at_checked(usize::from(*length))?;
        fields.push(std::str::from_utf8(field).ok()?.to_owned());
        rest = after;
    }
    let payload = match bytes[6] {
        0 => Content::Bytes(rest.to_vec()),
        1 => Content::Json(serde_json::from_slice(rest).ok()?),
        _ => return None,
    };
    let mut fields = fields.into_iter();
    Some(Incoming::Binary {
        join_ref: Value::String(fields.next()?),
        reference: Value::String(fields.next()?),
        topic: fields.next()?,
        event: fields.next()?,
        payload,
    })
}

/// A kind-4 frame.
pub fn kind_4(topic: &str, event: &str, meta: Option<&Value>, payload: &Content) -> Data {
    let meta = meta.map(Value::to_string).unwrap_or_default();
    let (encoding, payload) = match payload {
        Content::Bytes(bytes) => (0, bytes.clone()),
        Content::Json(value) => (1, value.to_string().into_bytes()),
    };
    let lengths = [topic, event, &meta].map(|field| u8::try_from(field.len()).expect("a short field"));
    let header = [&[4][..], &lengths, &[encoding]].concat();
    Data::Binary([&header, topic.as_bytes(), event.as_bytes(), meta.as_bytes(), &payload].concat())
}
