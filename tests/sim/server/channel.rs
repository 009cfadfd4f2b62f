//! One channel of one socket, and what ends it.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::access::{self, Claims};
use super::changes::Binding;
use super::wire::Message;
use super::{Conn, Millis, Server, Task};

/// How often a channel looks whether its token still holds, at most.
const TOKEN_CHECK: Millis = 300_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChannelId(pub u32);

#[derive(Debug)]
pub struct Channel {
    pub conn: Conn,
    pub topic: String,
    pub join_ref: Value,
    pub private: bool,
    pub own: bool,
    pub ack: bool,
    pub presence_key: String,
    /// Whether it hears of presence.
    pub presence_heard: bool,
    pub presence_calls: VecDeque<Millis>,
    pub bindings: Vec<Binding>,
    /// Whether its database subscription is live.
    pub subscribed: bool,
    /// Whether it has been said to be.
    pub was_subscribed: bool,
    /// How often a database subscription was asked for.
    pub asked: u32,
    pub token: String,
    pub claims: Claims,
}

impl Channel {
    /// The topic as policies see it.
    pub fn name(&self) -> &str {
        self.topic.strip_prefix("realtime:").unwrap_or(&self.topic)
    }
}

impl Server {
    pub(super) fn find(&self, conn: Conn, topic: &str) -> Option<ChannelId> {
        let is_it = |channel: &Channel| channel.conn == conn && channel.topic == topic;
        self.channels.iter().find(|(_, channel)| is_it(channel)).map(|(id, _)| *id)
    }

    /// A push of the channel's own process.
    pub(super) fn push(&mut self, id: ChannelId, reference: Value, event: &str, payload: Value) {
        let Some(channel) = self.channels.get(&id) else { return };
        let (conn, join_ref, topic) = (channel.conn, channel.join_ref.clone(), json!(channel.topic));
        self.post(conn, &Message { join_ref, reference, topic, event: event.into(), payload });
    }

    pub(super) fn reply(&mut self, id: ChannelId, reference: &Value, status: &str, response: Value) {
        let payload = json!({ "status": status, "response": response });
        self.push(id, reference.clone(), "phx_reply", payload);
    }

    pub(super) fn system(&mut self, id: ChannelId, extension: &str, status: &str, message: &str) {
        let Some(channel) = self.channels.get(&id) else { return };
        let payload = json!({
            "message": message, "status": status, "extension": extension, "channel": channel.name(),
        });
        self.push(id, Value::Null, "system", payload);
    }

    /// The channel ends without a word.
    pub(super) fn end(&mut self, id: ChannelId) {
        if let Some(channel) = self.channels.remove(&id) {
            self.leave_presence(id, &channel.topic, channel.private);
        }
    }

    /// The channel ends, and says so.
    pub(super) fn close(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get(&id) else { return };
        let reference = channel.join_ref.clone();
        self.push(id, reference, "phx_close", json!({}));
        self.end(id);
    }

    /// The channel ends with a complaint; its socket stays.
    pub(super) fn throw_out(&mut self, id: ChannelId, message: &str) {
        self.system(id, "system", "error", message);
        self.close(id);
    }

    /// Throws out the channel of a socket, as a revoked right or a rate limit does.
    pub fn complain(&mut self, conn: Conn, topic: &str, message: &str) {
        if let Some(id) = self.find(conn, topic) {
            self.throw_out(id, message);
            self.settle();
        }
    }

    pub(super) fn take_token(&mut self, id: ChannelId, payload: &Value) {
        let (wall, Some(token)) = (self.wall(), access::token_in(payload)) else { return };
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if token == channel.token {
            return;
        }
        let claims = match access::read(&token, wall) {
            Ok(claims) => claims,
            Err(flaw) => return self.throw_out(id, &flaw.complaint()),
        };
        let is_closed = self.closed_topics.contains(channel.name());
        if channel.private && (is_closed || !access::may_read(&claims, channel.name())) {
            let message =
                ["You do not have permissions to read from this Channel topic: ", channel.name()].concat();
            return self.throw_out(id, &message);
        }
        channel.token = token;
        channel.claims = claims;
        self.watch_token(id);
        let resubscribing = self.settings.resubscribing;
        self.subscribe_to_database(id, resubscribing);
    }

    /// Sets the next look at the token.
    pub(super) fn watch_token(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get(&id) else { return };
        let left = (channel.claims.expires * 1_000).saturating_sub(self.wall());
        self.later(left.clamp(1, TOKEN_CHECK), Task::Token(id));
    }

    pub(super) fn check_token(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get(&id) else { return };
        match access::read(&channel.token, self.wall()) {
            Ok(_) => self.watch_token(id),
            Err(flaw) => {
                self.expired.push((channel.conn, channel.topic.clone()));
                self.throw_out(id, &flaw.complaint());
            }
        }
    }

    pub(super) fn subscribe_to_database(&mut self, id: ChannelId, within: (Millis, Millis)) {
        let Some(channel) = self.channels.get_mut(&id).filter(|channel| !channel.bindings.is_empty()) else {
            return;
        };
        channel.asked += 1;
        let asked = channel.asked;
        let delay = self.between(within);
        self.later(delay, Task::Subscribed(id, asked));
    }

    /// The server has lost a channel's database subscription, and begins another without a word before it stands.
    pub fn begin_anew(&mut self, conn: Conn, topic: &str) {
        let Some(id) = self.find(conn, topic) else { return };
        let resubscribing = self.settings.resubscribing;
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.subscribed = false;
        }
        self.subscribe_to_database(id, resubscribing);
    }

    pub(super) fn database_subscribed(&mut self, id: ChannelId, asked: u32) {
        let Some(channel) = self.channels.get_mut(&id).filter(|channel| channel.asked == asked) else {
            return;
        };
        channel.subscribed = true;
        channel.was_subscribed = true;
        self.system(id, "postgres_changes", "ok", "Subscribed to PostgreSQL");
    }
}
