//! What becomes of a `phx_join`.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::access::{self, Claims};
use super::broadcast::Stored;
use super::changes::Binding;
use super::channel::{Channel, ChannelId};
use super::wire::Message;
use super::{Conn, Server, Task};

/// The most messages that a replay brings.
const REPLAY_LIMIT: i64 = 25;

impl Server {
    /// A join ends the topic's former channel before it is looked at; the word of that comes after its own reply.
    pub(super) fn join(&mut self, conn: Conn, topic: &str, message: Message, former: Option<ChannelId>) {
        if let Some(former) = former {
            self.close(former);
            self.duplicate_joins.push((conn, topic.to_owned()));
        }
        self.join_rate.count(self.now, 1);
        match self.admit(conn, topic, &message) {
            Ok((channel, replayed)) => self.enter(conn, channel, &message, replayed),
            Err(reason) => self.refuse(conn, &message, &reason),
        }
    }

    fn admit(
        &mut self,
        conn: Conn,
        topic: &str,
        message: &Message,
    ) -> Result<(Channel, Vec<Stored>), String> {
        let name = topic.strip_prefix("realtime:").unwrap_or_default();
        if name.is_empty() {
            return Err("TopicNameRequired: You must provide a topic name".into());
        }
        if let Some(reason) = self.refusals.pop_front() {
            return Err(reason);
        }
        if self.join_rate.exceeds(self.now, self.settings.joins) {
            return Err("ClientJoinRateLimitReached: Too many joins per second".into());
        }
        if self.channels.values().filter(|channel| channel.conn == conn).count() >= self.settings.channels {
            return Err("ChannelRateLimitReached: Too many channels".into());
        }
        let key = self.sockets.get(&conn).map(|socket| socket.key.clone()).unwrap_or_default();
        let token = access::token_in(&message.payload).unwrap_or(key);
        let claims = access::read(&token, self.wall()).map_err(access::Flaw::refusal)?;
        let config = &message.payload["config"];
        let private = is_true(&config["private"]);
        if private && !self.may_read(&claims, name) {
            return Err(format!(
                "Unauthorized: You do not have permissions to read from this Channel topic: {name}"
            ));
        }
        let replayed = self.replay(name, private, &config["broadcast"]["replay"])?;
        let presence = &config["presence"];
        let presence_heard = is_true(&presence["enabled"]);
        let presence_key = match presence["key"].as_str().filter(|key| !key.is_empty()) {
            Some(key) => key.to_owned(),
            None => self.unique(),
        };
        let bindings = config["postgres_changes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let channel = Channel {
            conn,
            topic: topic.to_owned(),
            join_ref: message.join_ref.clone(),
            private,
            own: is_true(&config["broadcast"]["self"]),
            ack: is_true(&config["broadcast"]["ack"]),
            presence_key,
            presence_heard,
            presence_calls: VecDeque::new(),
            bindings: bindings.iter().filter_map(Binding::read).collect(),
            subscribed: false,
            was_subscribed: false,
            asked: 0,
            token,
            claims,
        };
        Ok((channel, replayed))
    }

    fn may_read(&self, claims: &Claims, name: &str) -> bool {
        access::may_read(claims, name) && !self.closed_topics.contains(name)
    }

    /// The newest messages, oldest first.
    fn replay(&self, name: &str, private: bool, wish: &Value) -> Result<Vec<Stored>, String> {
        if !wish.is_object() {
            return Ok(Vec::new());
        }
        if !private {
            return Err("UnableToReplayMessages: Replay is not allowed for public channels".into());
        }
        let (since, limit) = (wish["since"].as_i64(), wish["limit"].as_i64());
        let in_range = since.filter(|since| since.abs() < 10_000_000_000_000_000);
        let (Some(since), true) = (in_range, limit.is_some() || wish["limit"].is_null()) else {
            return Err("UnableToReplayMessages: Replay params are not valid".into());
        };
        let limit = limit.unwrap_or(REPLAY_LIMIT).clamp(1, REPLAY_LIMIT);
        let wanted = |stored: &&Stored| stored.private && stored.name == name && stored.at as i64 >= since;
        let mut newest: Vec<Stored> =
            self.stored.iter().rev().filter(wanted).take(limit as usize).cloned().collect();
        newest.reverse();
        Ok(newest)
    }

    fn enter(&mut self, conn: Conn, channel: Channel, message: &Message, replayed: Vec<Stored>) {
        self.next_channel += 1;
        let id = ChannelId(self.next_channel);
        let bindings: Vec<Value> = channel.bindings.iter().map(Binding::with_id).collect();
        let payload = json!({ "status": "ok", "response": { "postgres_changes": bindings } });
        let presence_heard = channel.presence_heard;
        self.channels.insert(id, channel);
        self.answer(conn, &Message { event: "phx_reply".into(), payload, ..message.clone() });
        for stored in replayed {
            self.push_replayed(id, &stored);
        }
        if presence_heard {
            self.push_presence_state(id);
        }
        if is_true(&message.payload["config"]["broadcast"]["replication_ready"]) {
            self.later(self.settings.replicating, Task::Replicating(id));
        }
        self.watch_token(id);
        let subscribing = self.settings.subscribing;
        self.subscribe_to_database(id, subscribing);
    }
}

/// The server reads `"true"` too.
fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}
