//! Every text with which a real server refused or closed something has its remedy.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use wedsync_dashboard::core::realtime::remedy::Remedy;

use crate::recording::{Data, frames};
use crate::world::{World, presence};

/// Texts that answer a message and not a join: nothing of the channel depends on them.
const ANSWERS_TO_MESSAGES: &[&str] = &["payload_size_exceeded", "Presence track payload must be a map"];

/// The texts of all recordings: reasons of replies and of `phx_error`, and complaints of `system`.
fn recorded() -> BTreeSet<String> {
    let folder = [env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"].concat();
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let names = names.filter(|path| path.extension().is_some_and(|kind| kind == "jsonl"));
    names
        .flat_map(|path| frames(path.file_stem().unwrap().to_str().unwrap()))
        .filter(|line| line.from_server)
        .filter_map(|line| match line.data {
            Data::Text(text) => reason(&serde_json::from_str(&text).ok()?),
            Data::Binary(_) => None,
        })
        .collect()
}

fn reason(frame: &Value) -> Option<String> {
    let (event, payload) = match frame {
        Value::Array(parts) => (parts.get(3)?, parts.get(4)?),
        _ => (frame.get("event")?, frame.get("payload")?),
    };
    let is_error = payload["status"] == "error";
    let said = match event.as_str()? {
        "phx_reply" if is_error && payload["response"].is_string() => &payload["response"],
        "phx_reply" if is_error => &payload["response"]["reason"],
        "system" if is_error => &payload["message"],
        "phx_error" => &payload["reason"],
        _ => return None,
    };
    said.as_str().map(str::to_owned)
}

#[test]
fn no_text_of_a_recording_is_unknown() {
    let texts = recorded();
    assert!(texts.len() > 30, "{texts:?}");
    for text in &texts {
        let is_answer = ANSWERS_TO_MESSAGES.contains(&text.as_str());
        assert_eq!(Remedy::known(text).is_none(), is_answer, "{text}");
    }
    for answer in ANSWERS_TO_MESSAGES {
        assert!(texts.contains(*answer), "no recording has {answer}");
    }
}

#[test]
fn every_recorded_limit_asks_for_a_pause() {
    let limits = ["Too many messages per second", "Client presence rate limit exceeded"];
    for text in recorded() {
        let is_limit = limits.contains(&text.as_str());
        assert_eq!(Remedy::of(&text) == Remedy::SlowDown, is_limit, "{text}");
    }
}

#[test]
fn each_text_of_a_limit_closes_a_channel_for_a_minute() {
    for limit in [
        "Too many messages per second",
        "Too many presence messages per second",
        "Client presence rate limit exceeded",
    ] {
        let mut world = World::open_with("desk", presence("desk", "me"));
        world.accept("desk");
        let (join, topic, _) = world.join("desk");
        let said = json!({ "extension": "system", "status": "error", "message": limit, "channel": "desk" });
        world.receive_json(json!([join, null, topic, "system", said]));
        world.receive_json(json!([join, join, topic, "phx_close", {}]));
        assert_eq!(world.errors("desk"), ["rate_limited"], "{limit}");
        let joins = world.client().realtime_stats().joins;
        world.pass(59_000);
        assert_eq!(world.client().realtime_stats().joins, joins, "{limit}");
        world.pass(61_000);
        assert!(world.client().realtime_stats().joins > joins, "{limit}");
    }
}
