//! The model is no fiction: what clients sent in recordings of a real server (`tests/fixtures/`) is sent to the model,
//! and what the model says has to be what the server said, but for names that a server makes up.

use std::collections::VecDeque;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::comparing::{Answer, compare};
use crate::server::{Change, Conn, Data, Emission, Server, Settings, Version};

/// Recordings of a server whose database connection was still cold.
const COLD: &[&str] = &["access_token_raw_v2", "cold_tenant_gap_v2", "server_restart_sigterm"];

/// One line of a recording.
struct Line {
    at: u64,
    conn: Conn,
    from: String,
    kind: String,
    event: String,
    data: String,
    code: u16,
    /// Whether this close only answers the client's.
    answers: bool,
}

fn lines(name: &str) -> Vec<Line> {
    let path = [env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/", name, ".jsonl"].concat();
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let read = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
        Line {
            at: line["t_ms"].as_u64().unwrap(),
            conn: Conn(line["conn"].as_u64().unwrap_or(0) as u32),
            from: text("dir"),
            kind: text("type"),
            event: text("event"),
            data: text("data"),
            code: line["close"]["code"].as_u64().unwrap_or(0) as u16,
            answers: line["in_reply_to_client_close"] == true,
        }
    };
    text.lines().map(read).collect()
}

/// `2026-11-23T07:39:32.123Z` in milliseconds since 1970.
fn since_1970(text: &str) -> u64 {
    let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    // The days before a month that starts the year in March (Howard Hinnant, "chrono-compatible low-level date
    // algorithms").
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    let seconds = days * 86_400 + number(11..13) * 3_600 + number(14..16) * 60 + number(17..19);
    (seconds * 1_000 + number(20..23)) as u64
}

/// The row of a recorded change, and when it came.
fn row(line: &Line) -> Option<(u64, Value)> {
    let frame: Value = serde_json::from_str(&line.data).ok().filter(|_| line.from == "server")?;
    let payload = if frame.is_array() { &frame[4] } else { &frame["payload"] };
    payload["data"]["commit_timestamp"].is_string().then(|| (line.at, payload["data"].clone()))
}

struct Replay {
    server: Server,
    got: Vec<Answer>,
    expected: Vec<Answer>,
    /// Rows of the recording that its statements commit, in order.
    rows: VecDeque<(u64, Value)>,
}

impl Replay {
    fn new(name: &str, lines: &[Line]) -> Self {
        let scenario: Value = serde_json::from_str(&lines[0].data).unwrap();
        let mut settings =
            Settings { epoch: since_1970(scenario["started"].as_str().unwrap()), ..Settings::default() };
        if COLD.contains(&name) {
            settings.subscribing = (1_000, 3_000);
            settings.replicating = 500;
        }
        let rows = lines.iter().filter_map(row).collect();
        Self { server: Server::new(settings, 7), got: Vec::new(), expected: Vec::new(), rows }
    }

    /// The clock advances from one thing to do to the next, so that each answer has its own time.
    fn advance(&mut self, now: u64) {
        while let Some(next) = self.server.next_timeout().filter(|next| *next <= now) {
            self.server.advance(next);
            self.take(next);
        }
        self.server.advance(now);
    }

    fn take(&mut self, at: u64) {
        for (conn, emission) in self.server.take() {
            self.got.push(match emission {
                Emission::Frame(data) => Answer::frame(at, conn, &data),
                Emission::Close(code) => Answer::close(at, conn, code),
            });
        }
    }

    /// `until`: when the next change of rows comes in the recording.
    fn step(&mut self, name: &str, line: &Line, until: u64) {
        self.advance(line.at);
        match (line.from.as_str(), line.kind.as_str(), line.event.as_str()) {
            ("meta", _, "ws-open-request") => self.open(line),
            ("meta", _, "sql") => self.execute(&line.data, until),
            ("meta", _, "step") if line.data == "kill -TERM" => self.server.restart(),
            ("client", "text", _) => self.server.receive(line.conn, Data::Text(forge(name, &line.data))),
            ("client", "binary", _) => {
                self.server.receive(line.conn, Data::Binary(BASE64_STANDARD.decode(&line.data).unwrap()));
            }
            ("client", "close", _) => self.server.disconnected(line.conn),
            ("server", "text", _) => {
                self.expected.push(Answer::frame(line.at, line.conn, &Data::Text(line.data.clone())));
            }
            ("server", "binary", _) => {
                let bytes = BASE64_STANDARD.decode(&line.data).unwrap();
                self.expected.push(Answer::frame(line.at, line.conn, &Data::Binary(bytes)));
            }
            ("server", "close", _) if !line.answers && line.code != 1006 => {
                self.expected.push(Answer::close(line.at, line.conn, line.code));
            }
            _ => {}
        }
        self.take(line.at);
    }

    fn open(&mut self, line: &Line) {
        let request: Value = serde_json::from_str(&line.data).unwrap();
        let path = request["client_path"].as_str().unwrap();
        let version = if path.contains("vsn=2.0.0") { Version::Two } else { Version::One };
        let key = path.split("apikey=").nth(1).unwrap().split('&').next().unwrap();
        assert!(self.server.connect(line.conn, version, key));
    }

    /// The few statements that the recordings have: `realtime.send`, `realtime.send_binary`, and changes of rows, whose
    /// result is taken from the recording.
    fn execute(&mut self, data: &str, until: u64) {
        let statement: Value = serde_json::from_str(data).unwrap();
        let sql = statement["q"].as_str().unwrap();
        if let Some((payload, rest)) = call(sql, "realtime.send(", "'::jsonb") {
            let (event, name, private) = arguments(rest, &statement["params"]);
            self.server.send(&name, private, &event, serde_json::from_str(payload).unwrap());
        } else if let Some((payload, rest)) = call(sql, "realtime.send_binary(", "'::bytea") {
            let (event, name, private) = arguments(rest, &statement["params"]);
            let digits: Vec<char> = payload.chars().filter(char::is_ascii_hexdigit).collect();
            let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
            self.server.send_bytes(&name, private, &event, digits.chunks(2).map(byte).collect());
        } else {
            self.change(until);
        }
    }

    /// Commits the rows whose changes came before `until`. If none did, the change came too early for the subscription,
    /// or no binding wants it: the next row stands for it, which the model must not tell of then.
    fn change(&mut self, until: u64) {
        let mut committed: Option<Value> = None;
        while let Some((_, data)) = self.rows.front().filter(|(at, _)| *at < until).cloned() {
            self.rows.pop_front();
            if committed.as_ref() != Some(&data) {
                self.server.commit(Change { data: data.clone() });
            }
            committed = Some(data);
        }
        if let (None, Some((_, data))) = (committed, self.rows.front().cloned()) {
            self.server.commit(Change { data });
        }
    }
}

fn is_change(line: &Line) -> bool {
    line.event == "sql" && !line.data.contains("realtime.")
}

fn call<'a>(sql: &'a str, function: &str, end: &str) -> Option<(&'a str, &'a str)> {
    sql.split_once(function)?.1.trim_start_matches('\'').split_once(end)
}

fn arguments(rest: &str, params: &Value) -> (String, String, bool) {
    let parts: Vec<&str> = rest.trim_end_matches(')').split(',').map(str::trim).skip(1).collect();
    let text = |part: &str| match part.strip_prefix('$') {
        Some(_) => params[0].as_str().unwrap().to_owned(),
        None => part.trim_matches('\'').to_owned(),
    };
    (text(parts[0]), text(parts[1]), parts[2] == "true")
}

/// The recordings' labels do not tell a token with a wrong signature: which ones they were the scenarios say.
fn forge(name: &str, text: &str) -> String {
    let forged = match name {
        "access_token_raw_v2" => text.contains("at-wrong-signature\",\"access_token"),
        "join_bad_tokens_v2" => text.contains("realtime:jt3"),
        _ => false,
    };
    if forged { text.replace("jwt-anon", "jwt-forged") } else { text.to_owned() }
}

fn replay(name: &str) {
    let lines = lines(name);
    let mut replay = Replay::new(name, &lines);
    if name == "replay_errors" {
        for index in 0..30 {
            replay.server.send("room:re-1795418890606", true, "ev", json!({ "i": index }));
        }
    }
    for (position, line) in lines.iter().enumerate().skip(1) {
        let next_change = lines[position + 1..].iter().find(|line| is_change(line));
        replay.step(name, line, next_change.map_or(u64::MAX, |line| line.at));
    }
    assert!(replay.expected.len() > 1 || name == "idle_timeout", "{name}: nothing was compared");
    compare(name, &replay.expected, &replay.got);
}

macro_rules! recordings {
    ($($name:ident)*) => { $( #[test] fn $name() { replay(stringify!($name)); } )* };
}

recordings! {
    access_token_raw_v2
    access_token_refresh_v1
    access_token_refresh_v2
    broadcast_binary_payload_v2
    broadcast_public_v1
    broadcast_public_v2
    broadcast_self_ack_v1
    broadcast_self_ack_v2
    channel_limit
    cold_tenant_gap_v2
    heartbeat_v1
    heartbeat_v2
    idle_timeout
    join_bad_tokens_v2
    join_error_blocks_socket_v2
    malformed_frames_v1
    malformed_frames_v2
    postgres_changes_all_v1
    postgres_changes_all_v2
    postgres_changes_filters
    postgres_changes_rejoin_v2
    presence_public_not_enabled_v2
    presence_rate_limit
    presence_raw_v2
    presence_two_clients_v1
    presence_two_clients_v2
    private_allowed_v1
    private_allowed_v2
    private_denied_v1
    private_denied_v2
    private_vs_public_same_topic
    replay_errors
    replay_v2
    replication_ready
    server_restart_sigterm
    supabase_js_manual_setauth_awaited
    supabase_js_manual_setauth_overridden
}
