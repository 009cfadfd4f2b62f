//! What has to be true at all times, checked while it happens.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use crate::peer::Arrival;
use crate::server::{Conn, Data, Millis};
use crate::wishes::{self, Kind};
use crate::world::World;

/// Attempts to connect of one client within a minute, at most: a server that is down must not be hammered.
const ATTEMPTS_A_MINUTE: usize = 40;
/// Joins of one topic of one client within a minute, at most.
const JOINS_A_MINUTE: usize = 30;
const MINUTE: Millis = 60_000;
/// A dead link is found within this: a beat may be out that something answered just before the end, then comes an
/// interval and a beat that nothing answers. Refused joins may hold up the answers for 30 s.
pub const DEAD_LINK: Millis = (10_000 + 30_000) + 25_000 + (10_000 + 30_000) + 500;
/// After sleep it is found within this, and 5 s more for each join that is out.
const DEAD_LINK_AFTER_SLEEP: Millis = 5_000 + 50;
/// So long a sleep that some timer of the heartbeat's must have been late.
pub const LONG_SLEEP: Millis = 80_000;
const RATE_LIMITED: &str = "Too many messages per second";

/// What has been seen.
#[derive(Debug, Default)]
pub struct Watch {
    attempts: BTreeMap<usize, VecDeque<Millis>>,
    joins: BTreeMap<(usize, String), VecDeque<Millis>>,
    /// Topics that may not be joined before then.
    limited: BTreeMap<(usize, String), Millis>,
    /// Who got which message, and how often, once it is counted.
    pub received: Option<BTreeMap<(usize, &'static str, u64), usize>>,
    /// Clients whose machine sleeps long.
    pub slept_long: std::collections::BTreeSet<usize>,
    /// How many messages there have been.
    pub messages: u64,
    /// How many messages were judged.
    pub judged: usize,
}

/// Counts one more now, and says how many there were within a minute.
fn count(times: &mut VecDeque<Millis>, now: Millis) -> usize {
    times.push_back(now);
    while times.front().is_some_and(|first| first + MINUTE <= now) {
        times.pop_front();
    }
    times.len()
}

impl Watch {
    pub fn attempt(&mut self, peer: usize, now: Millis) {
        let attempts = count(self.attempts.entry(peer).or_default(), now);
        assert!(
            attempts <= ATTEMPTS_A_MINUTE,
            "client {peer} hammers the server: {attempts} sockets a minute"
        );
    }

    /// When sockets were asked for, in the last minute, by all.
    pub fn attempts(&self) -> Vec<Millis> {
        self.attempts.values().flatten().copied().collect()
    }

    /// The application no longer wants the topic: what it was waiting for is over.
    pub fn forget(&mut self, peer: usize, topic: &str) {
        self.limited.remove(&(peer, topic.to_owned()));
    }
}

impl World {
    /// After everything that happens.
    pub fn check(&mut self) {
        assert!(self.server.duplicate_joins.is_empty(), "joined twice: {:?}", self.server.duplicate_joins);
        for (conn, link) in &self.links {
            let late = link.must_end_by.is_some_and(|end| end < self.now);
            let held = link.is_open && !link.is_abandoned && self.asleep[link.peer].is_none();
            assert!(!(late && held), "{conn:?} of client {} is dead, and it does not find out", link.peer);
        }
    }

    /// A client says that a subscription is live.
    pub fn check_live(&mut self, peer: usize, id: &'static str) {
        let Some((wish, topic)) = self.peers[peer].wanted.get(id) else { return };
        let conn = self.current[peer].expect("live without a socket");
        let joined = self.server.joined(conn).iter().any(|(joined, _)| joined == topic);
        if joined && matches!(wish.kind, Kind::Rows { .. }) {
            assert!(
                self.server.is_subscribed(conn, topic),
                "{id} is called live before the database is subscribed"
            );
        }
    }

    pub fn before_sending(&mut self, peer: usize, conn: Conn, data: &Data) {
        let Data::Text(text) = data else { return };
        if text.contains("\"phx_leave\"") || text.contains("\"phx_join\"") {
            let frame: Value = serde_json::from_str(text).expect("JSON");
            self.before_membership(peer, conn, &frame);
        }
    }

    fn before_membership(&mut self, peer: usize, conn: Conn, frame: &Value) {
        let topic = frame[2].as_str().expect("a topic").to_owned();
        let link = self.links.get_mut(&conn).expect("a link");
        if frame[3] == "phx_leave" {
            link.joining.remove(&topic);
            return;
        }
        assert_eq!(frame[0], frame[1], "a join's reference is its join_ref");
        let reference = frame[0].as_str().expect("a reference").to_owned();
        assert!(link.join_refs.insert(reference), "a second join has the reference of the first: {frame}");
        link.joining.insert(topic.clone());
        let client = &self.peers[peer];
        let token = frame[4]["access_token"].as_str();
        let private = frame[4]["config"]["private"] == true;
        assert!(token.is_some() || !private, "a private join without a token: {frame}");
        if client.has_token_source {
            assert!(token.is_some(), "a join without the application's token: {frame}");
            assert!(client.told_expiry > self.now, "a join with a token that has run out: {frame}");
        }
        assert!(
            client.wanted.values().any(|(_, wanted)| *wanted == topic),
            "a join that nobody wants: {frame}"
        );
        let key = (peer, topic);
        let joins = count(self.watch.joins.entry(key.clone()).or_default(), self.now);
        assert!(joins <= JOINS_A_MINUTE, "client {peer} hammers {}: {joins} joins a minute", key.1);
        let limited = self.watch.limited.get(&key).is_some_and(|until| *until > self.now);
        assert!(!limited, "client {peer} joined {} within a minute of being told to slow down", key.1);
    }

    pub fn before_arrival(&mut self, conn: Conn, data: &Data) {
        let Data::Text(text) = data else { return };
        let is_reply = text.contains("\"phx_reply\"");
        if !is_reply && !text.contains(RATE_LIMITED) {
            return;
        }
        let frame: Value = serde_json::from_str(text).expect("JSON");
        let topic = frame[2].as_str().unwrap_or_default().to_owned();
        let link = self.links.get_mut(&conn).expect("a link");
        if is_reply && frame[0] == frame[1] {
            link.joining.remove(&topic);
        }
        if frame[3] == "system" && frame[4]["message"] == RATE_LIMITED {
            self.watch.limited.insert((link.peer, topic), self.now + MINUTE);
        }
    }

    /// Whether a message went to those whom it is for, and to nobody else.
    pub fn judge(&mut self, peer: usize, data: &Data, arrival: Arrival) {
        let (ids, message) = match arrival {
            Arrival::Delivered(ids, message) => (ids, message),
            Arrival::Unrouted => match unrouted(data) {
                Some(message) => (Vec::new(), message),
                None => return,
            },
            Arrival::Control | Arrival::Malformed => return,
        };
        let (topic, Some((about, number))) = (topic_of(data), wishes::read(&message)) else {
            panic!("not a message of this world: {message}");
        };
        self.watch.judged += 1;
        let client = &self.peers[peer];
        for (id, (wish, wished)) in &client.wanted {
            let got = ids.iter().filter(|given| *given == id).count();
            let wants = *wished == topic && wish.wants(&about);
            assert!(got == 0 || wants, "{id} was given what is not for it: {message}");
            assert!(got <= 1, "{id} was given it twice: {message}");
            assert!(got == 1 || !wants || !client.is_live(id), "{id} is live and was not given {message}");
        }
        for id in ids {
            assert!(client.wanted.contains_key(id), "a callback of {id}, which nobody wants");
            if let Some(received) = &mut self.watch.received {
                *received.entry((peer, id, number)).or_default() += 1;
            }
        }
    }

    /// A machine wakes: a link that died meanwhile has to be found at once.
    pub fn woken(&mut self, peer: usize) {
        let Some(link) = self.current[peer].and_then(|conn| self.links.get_mut(&conn)) else { return };
        if link.is_silent && link.is_open {
            let slept_long = std::mem::take(&mut self.watch.slept_long);
            let patience = if slept_long.contains(&peer) {
                DEAD_LINK_AFTER_SLEEP + 5_000 * link.joining.len() as u64
            } else {
                DEAD_LINK
            };
            link.must_end_by = Some(self.now + patience);
        }
    }
}

/// The topic of a data frame.
fn topic_of(data: &Data) -> String {
    match data {
        Data::Binary(bytes) => {
            String::from_utf8(bytes[5..5 + usize::from(bytes[1])].to_vec()).expect("UTF-8")
        }
        Data::Text(text) => {
            let frame: Value = serde_json::from_str(text).expect("JSON");
            frame[2].as_str().or(frame["topic"].as_str()).expect("a topic").to_owned()
        }
    }
}

/// The message of a data frame that nobody was given.
fn unrouted(data: &Data) -> Option<Value> {
    match data {
        Data::Text(text) => {
            let frame: Value = serde_json::from_str(text).ok()?;
            let payload = if frame.is_array() { &frame[4] } else { &frame["payload"] };
            Some(if payload["data"].is_object() { payload["data"].clone() } else { payload.clone() })
        }
        Data::Binary(bytes) => {
            let (topic, event) = (usize::from(bytes[1]), usize::from(bytes[2]));
            let event_start = 5 + topic;
            let payload = event_start + event + usize::from(bytes[3]);
            let event = std::str::from_utf8(&bytes[event_start..event_start + event]).ok()?;
            let payload: Value = serde_json::from_slice(&bytes[payload..]).ok()?;
            Some(serde_json::json!({ "event": event, "payload": payload }))
        }
    }
}
