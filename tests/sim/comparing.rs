//! What the model said beside what the server said.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::server::{Conn, Data};

/// Frames that a channel's own process sends when it is ready, or when the database is: they keep no order with those of
/// other channels.
const OF_CHANNEL_PROCESS: &[&str] = &["system", "presence_state", "postgres_changes"];

/// How much earlier or later than recorded an answer may come, in milliseconds: the real server had work to do.
const TOLERANCE: u64 = 200;
/// The same for what the database's subscriptions and changes have to do with, and for the idle timeout.
const LONG_TOLERANCE: u64 = 7_000;

/// One thing a socket was given.
#[derive(Clone, Debug)]
pub struct Answer {
    at: u64,
    conn: Conn,
    topic: String,
    event: String,
    form: Value,
}

impl Answer {
    pub fn frame(at: u64, conn: Conn, data: &Data) -> Self {
        let form = match data {
            Data::Text(text) => serde_json::from_str(text).unwrap(),
            Data::Binary(bytes) => read_kind_4(bytes),
        };
        let field = |position: usize, name: &str| {
            let value = if form.is_array() { &form[position] } else { &form[name] };
            value.as_str().unwrap_or_default().to_owned()
        };
        Self { at, conn, topic: field(2, "topic"), event: field(3, "event"), form }
    }

    pub fn close(at: u64, conn: Conn, code: u16) -> Self {
        Self { at, conn, topic: String::new(), event: "close".into(), form: json!({ "close": code }) }
    }

    fn payload(&self) -> &Value {
        if self.form.is_array() { &self.form[4] } else { &self.form["payload"] }
    }

    /// What a real server leaves open: whether a channel notices a restart before its socket does.
    fn is_optional(&self) -> bool {
        self.event == "phx_error" && self.payload()["reason"] == "channel_crash"
    }

    fn tolerance(&self) -> u64 {
        match self.event.as_str() {
            "system" | "postgres_changes" | "close" => LONG_TOLERANCE,
            _ => TOLERANCE,
        }
    }
}

/// The fields of a kind-4 frame.
fn read_kind_4(bytes: &[u8]) -> Value {
    let [4, topic, event, meta, encoding, rest @ ..] = bytes else { panic!("no kind 4: {bytes:?}") };
    let (topic, rest) = rest.split_at(usize::from(*topic));
    let (event, rest) = rest.split_at(usize::from(*event));
    let (meta, payload) = rest.split_at(usize::from(*meta));
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let payload = if *encoding == 1 { serde_json::from_slice(payload).unwrap() } else { json!(payload) };
    json!({
        "topic": text(topic), "event": text(event), "payload": payload,
        "meta": if meta.is_empty() { Value::Null } else { serde_json::from_slice(meta).unwrap() },
    })
}

/// Names that a server makes up, as recorded and as the model made them up, in both directions.
#[derive(Clone, Default)]
struct Names(BTreeMap<(bool, String), String>);

impl Names {
    fn agree(&mut self, recorded: &str, got: &str) -> bool {
        let there = self.0.entry((true, recorded.to_owned())).or_insert_with(|| got.to_owned()) == got;
        let back = self.0.entry((false, got.to_owned())).or_insert_with(|| recorded.to_owned()) == recorded;
        there && back
    }

    fn same(&mut self, field: &str, recorded: &Value, got: &Value) -> bool {
        match (recorded, got) {
            (Value::Object(left), Value::Object(right)) => {
                left.len() == right.len()
                    && left.iter().zip(right).all(|((name, left), (other, right))| {
                        let named = name == other || is_made_up(name) && self.agree(name, other);
                        named && self.same(name, left, right)
                    })
            }
            (Value::Array(left), Value::Array(right)) => {
                left.len() == right.len()
                    && left.iter().zip(right).all(|(left, right)| self.same(field, left, right))
            }
            (Value::String(left), Value::String(right))
                if field.starts_with("phx_ref") || is_made_up(left) =>
            {
                self.agree(left, right)
            }
            // The id of a binding; a row's own `id` is small.
            (Value::Number(left), Value::Number(right))
                if left.as_u64() > Some(999_999) && matches!(field, "id" | "ids") =>
            {
                self.agree(&left.to_string(), &right.to_string())
            }
            _ => recorded == got,
        }
    }
}

fn is_made_up(name: &str) -> bool {
    name.len() == 36 && name.bytes().filter(|byte| *byte == b'-').count() == 4
}

/// Whether two answers of one socket may come the other way round.
fn have_no_order(one: &Answer, other: &Answer) -> bool {
    let of_process = |answer: &Answer| OF_CHANNEL_PROCESS.contains(&answer.event.as_str());
    let of_two_channels = !one.topic.is_empty()
        && !other.topic.is_empty()
        && one.topic != other.topic
        && (of_process(one) || of_process(other));
    let race = |reply: &Answer, diff: &Answer| {
        reply.event == "phx_reply"
            && diff.event == "presence_diff"
            && reply.topic == diff.topic
            && reply.payload()["status"] == "ok"
    };
    of_two_channels || race(one, other) || race(other, one)
}

/// Fails unless both are the same, socket by socket and in order.
pub fn compare(scenario: &str, expected: &[Answer], got: &[Answer]) {
    let mut names = Names::default();
    let mut open: Vec<&Answer> = expected.iter().collect();
    for answer in got {
        let found = open.iter().position(|wanted| {
            let mut trial = names.clone();
            let same = wanted.conn == answer.conn && trial.same("", &wanted.form, &answer.form);
            if same {
                names = trial;
            }
            same
        });
        let Some(position) = found else { panic!("{scenario}: not recorded: {answer:?}") };
        let wanted = open[position];
        let ahead = open[..position]
            .iter()
            .find(|one| one.conn == answer.conn && !one.is_optional() && !have_no_order(one, wanted));
        assert!(ahead.is_none(), "{scenario}: out of order: {answer:?} before {ahead:?}");
        let apart = wanted.at.abs_diff(answer.at);
        assert!(apart <= wanted.tolerance(), "{scenario}: recorded at {} ms: {answer:?}", wanted.at);
        open.remove(position);
    }
    open.retain(|answer| !answer.is_optional());
    assert!(open.is_empty(), "{scenario}: missing: {open:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(frame: Value) -> Vec<Answer> {
        vec![Answer::frame(0, Conn(1), &Data::Text(frame.to_string()))]
    }

    #[test]
    fn names_may_differ_where_a_server_makes_them_up() {
        let diff = |name: &str| {
            text(json!([null, null, "t", "presence_diff", { "joins": { "a": { "phx_ref": name } } }]))
        };
        compare("same", &diff("one"), &diff("other"));
    }

    #[test]
    #[should_panic(expected = "not recorded")]
    fn another_field_is_found_out() {
        let reply =
            |status: &str| text(json!(["1", "1", "t", "phx_reply", { "status": status, "response": {} }]));
        compare("other", &reply("ok"), &reply("error"));
    }

    #[test]
    #[should_panic(expected = "out of order")]
    fn another_order_is_found_out() {
        let frames = |events: [&str; 2]| events.map(|event| text(json!(["1", "1", "t", event, {}]))).concat();
        compare("order", &frames(["phx_reply", "phx_close"]), &frames(["phx_close", "phx_reply"]));
    }

    #[test]
    #[should_panic(expected = "missing")]
    fn silence_is_found_out() {
        compare("silence", &text(json!(["1", "1", "t", "phx_close", {}])), &[]);
    }
}
