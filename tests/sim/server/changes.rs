//! Changes of the database: bindings, and who gets which change.

use serde_json::{Value, json};

use super::channel::ChannelId;
use super::wire::Message;
use super::{Server, Task};

/// One entry of a join's `postgres_changes`.
#[derive(Clone, Debug)]
pub struct Binding {
    /// As it was sent.
    given: Value,
    id: u64,
}

/// A committed change: the `data` of the frame that tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub data: Value,
}

impl Binding {
    pub fn read(given: &Value) -> Option<Self> {
        given.is_object().then(|| Self { given: given.clone(), id: hash(given) })
    }

    /// As the reply to the join has it.
    pub fn with_id(&self) -> Value {
        let mut entry = self.given.clone();
        entry["id"] = json!(self.id);
        entry
    }

    fn wants(&self, change: &Change) -> bool {
        let (given, data) = (&self.given, &change.data);
        let is =
            |field: &str, of: &str| given[field].is_null() || given[field] == "*" || given[field] == data[of];
        let event = given["event"].as_str().unwrap_or("*");
        let kind = data["type"].as_str().unwrap_or_default();
        (event == "*" || event.eq_ignore_ascii_case(kind))
            && is("schema", "schema")
            && is("table", "table")
            && given["filter"].as_str().is_none_or(|filter| matches(filter, change.row()))
    }
}

impl Change {
    fn row(&self) -> &Value {
        if self.data["type"] == "DELETE" { &self.data["old_record"] } else { &self.data["record"] }
    }
}

/// `column=operator.value`, of the operators only those that the tests need.
fn matches(filter: &str, row: &Value) -> bool {
    let Some((column, (operator, wanted))) =
        filter.split_once('=').and_then(|(column, rest)| Some((column, rest.split_once('.')?)))
    else {
        return false;
    };
    let value = match &row[column] {
        Value::Null => return false,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let order = match (value.parse::<f64>(), wanted.parse::<f64>()) {
        (Ok(left), Ok(right)) => left.partial_cmp(&right),
        _ => Some(value.as_str().cmp(wanted)),
    };
    let Some(order) = order else { return false };
    match operator {
        "eq" => order.is_eq(),
        "neq" => order.is_ne(),
        "lt" => order.is_lt(),
        "lte" => order.is_le(),
        "gt" => order.is_gt(),
        "gte" => order.is_ge(),
        "like" => value.starts_with(wanted.trim_end_matches('%')),
        "in" => wanted.trim_matches(['(', ')']).split(',').any(|one| one == value),
        _ => false,
    }
}

/// The same binding has the same id wherever it is (FNV-1a, cut to what the real ids fit in).
fn hash(given: &Value) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for field in ["event", "schema", "table", "filter", "select"] {
        for byte in given[field].to_string().bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash >> 37
}

impl Server {
    /// A transaction commits. It is read a little later, never before an earlier one, and goes to whoever is subscribed
    /// by then.
    pub fn commit(&mut self, change: Change) {
        let delay = self.between(self.settings.polling);
        self.last_poll = self.last_poll.max(self.now + delay);
        self.later(self.last_poll - self.now, Task::Poll(Box::new(change)));
    }

    /// One frame a channel, with the ids of all bindings that match in reverse.
    pub(super) fn distribute(&mut self, change: &Change) {
        let channels: Vec<(ChannelId, Vec<u64>)> = self
            .channels
            .iter()
            .filter(|(_, channel)| channel.subscribed)
            .map(|(id, channel)| {
                let ids = channel.bindings.iter().rev().filter(|binding| binding.wants(change));
                (*id, ids.map(|binding| binding.id).collect())
            })
            .collect();
        for (id, ids) in channels.into_iter().filter(|(_, ids)| !ids.is_empty()) {
            let channel = &self.channels[&id];
            let (conn, topic) = (channel.conn, json!(channel.topic));
            let payload = json!({ "ids": ids, "data": change.data });
            let (event, join_ref, reference) = ("postgres_changes".into(), Value::Null, Value::Null);
            self.post(conn, &Message { join_ref, reference, topic, event, payload });
        }
    }
}
