//! The recordings of a real server.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// A frame of a recording.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Text(String),
    Binary(Vec<u8>),
}

/// One line of a recording.
#[derive(Clone, Debug)]
pub struct Line {
    pub millis: u64,
    pub connection: u64,
    pub from_server: bool,
    pub data: Data,
}

/// The frames of a recording, in order.
pub fn frames(name: &str) -> Vec<Line> {
    let path = [env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/", name, ".jsonl"].concat();
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().filter_map(line).collect()
}

fn line(text: &str) -> Option<Line> {
    let line: Value = serde_json::from_str(text).unwrap();
    // What is over 20 kB was recorded in part.
    if line["truncated"] == true {
        return None;
    }
    let data = line["data"].as_str()?.to_owned();
    let data = match line["type"].as_str()? {
        "text" => Data::Text(data),
        "binary" => Data::Binary(BASE64_STANDARD.decode(data).unwrap()),
        _ => return None,
    };
    let from_server = match line["dir"].as_str()? {
        "server" => true,
        "client" => false,
        _ => return None,
    };
    let (millis, connection) = (line["t_ms"].as_u64()?, line["conn"].as_u64()?);
    Some(Line { millis, connection, from_server, data })
}

/// What the server said on one connection.
pub fn from_server(name: &str, connection: u64) -> Vec<Line> {
    frames(name).into_iter().filter(|line| line.from_server && line.connection == connection).collect()
}

/// What the client said on one connection, as JSON.
pub fn from_client(name: &str, connection: u64) -> Vec<Value> {
    frames(name)
        .into_iter()
        .filter(|line| !line.from_server && line.connection == connection)
        .filter_map(|line| match line.data {
            Data::Text(text) => serde_json::from_str(&text).ok(),
            Data::Binary(_) => None,
        })
        .collect()
}
