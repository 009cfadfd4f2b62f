//! Frames: recorded, made up, and broken.

use js_sys::JSON;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::core::rng::Rng;

const RECORDINGS_OF_1: &[&str] = &[
    include_str!("../fixtures/broadcast_public_v1.jsonl"),
    include_str!("../fixtures/postgres_changes_all_v1.jsonl"),
    include_str!("../fixtures/malformed_frames_v1.jsonl"),
    include_str!("../fixtures/legacy_join_v1.jsonl"),
    include_str!("../fixtures/private_allowed_v1.jsonl"),
];

const RECORDINGS_OF_2: &[&str] = &[
    include_str!("../fixtures/broadcast_public_v2.jsonl"),
    include_str!("../fixtures/broadcast_binary_payload_v2.jsonl"),
    include_str!("../fixtures/broadcast_from_database.jsonl"),
    include_str!("../fixtures/malformed_frames_v2.jsonl"),
    include_str!("../fixtures/postgres_changes_all_v2.jsonl"),
    include_str!("../fixtures/postgres_changes_rejoin_v2.jsonl"),
    include_str!("../fixtures/replay_v2.jsonl"),
    include_str!("../fixtures/server_restart_sigterm.jsonl"),
];

#[derive(Clone)]
pub enum Frame {
    Text(String),
    Binary(Vec<u8>),
}

impl Frame {
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A kind, lengths (and an encoding, if it has one) and the rest.
    pub fn binary(header: &[u8], rest: &[&[u8]]) -> Self {
        Self::Binary([header, &rest.concat()].concat())
    }

    pub fn described(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Binary(bytes) => format!("{bytes:?}"),
        }
    }
}

/// All frames of the recordings, those of the client too, and one of each binary kind that no server was seen to send.
pub fn recorded(protocol: Protocol) -> Vec<Frame> {
    let recordings = match protocol {
        Protocol::V1 => RECORDINGS_OF_1,
        Protocol::V2 => RECORDINGS_OF_2,
    };
    let mut frames: Vec<_> =
        recordings.iter().flat_map(|recording| recording.lines()).filter_map(frame).collect();
    if protocol == Protocol::V2 {
        let topic = "realtime:größe".as_bytes();
        let (length, bytes) = (topic.len() as u8, &[b'{', 0xff][..]);
        frames.extend([
            Frame::binary(&[0, 1, length, 3], &[b"6", topic, "✓".as_bytes(), bytes]),
            Frame::binary(&[1, 1, 2, length, 2], &[b"612", topic, b"ok", bytes]),
            Frame::binary(&[2, length, 6], &[topic, b"cursor", bytes]),
        ]);
    }
    frames
}

fn frame(line: &str) -> Option<Frame> {
    let line = JSON::parse(line).unwrap();
    let field = |name: &str| js_sys::Reflect::get(&line, &name.into()).ok()?.as_string();
    let data = field("data").filter(|_| field("dir").is_some_and(|direction| direction != "meta"))?;
    match field("type")?.as_str() {
        "text" => Some(Frame::Text(data)),
        "binary" => {
            let decoded = web_sys::window().unwrap().atob(&data).unwrap();
            Some(Frame::Binary(decoded.chars().map(|byte| byte as u8).collect()))
        }
        _ => None,
    }
}

pub fn one_of<'a, T>(items: &'a [T], rng: &mut Rng) -> &'a T {
    &items[rng.up_to(items.len() as u64 - 1) as usize]
}

/// The same with one to three characters or bytes removed, replaced or added.
pub fn broken(frame: &Frame, rng: &mut Rng) -> Frame {
    match frame {
        Frame::Text(text) => Frame::Text(broken_text(text, rng)),
        Frame::Binary(bytes) => {
            let mut bytes = bytes.clone();
            for _ in 0..=rng.up_to(2) {
                let at = place(bytes.len(), rng);
                match rng.up_to(2) {
                    0 => bytes.truncate(at),
                    1 if !bytes.is_empty() => bytes[at] = rng.next_u64() as u8,
                    // Near lengths and kinds is where the mistakes are.
                    _ if bytes.len() > 5 => bytes[at % 5] ^= 1 << rng.up_to(7),
                    _ => bytes.push(4),
                }
            }
            Frame::Binary(bytes)
        }
    }
}

pub fn broken_text(text: &str, rng: &mut Rng) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=rng.up_to(2) {
        let at = place(characters.len(), rng);
        let with = *one_of(&['[', ']', '"', ',', '{', '}', 'é', '0', ':', 'n', '\\', '.', '9', ' '], rng);
        match rng.up_to(2) {
            0 if !characters.is_empty() => drop(characters.remove(at)),
            1 if !characters.is_empty() => characters[at] = with,
            _ => characters.insert(at.min(characters.len()), with),
        }
    }
    characters.into_iter().collect()
}

fn place(length: usize, rng: &mut Rng) -> usize {
    rng.up_to(length.saturating_sub(1) as u64) as usize
}
