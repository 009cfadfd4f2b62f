//! Presence: who is tracked on a topic, and who hears of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::channel::{Channel, ChannelId};
use super::wire::Message;
use super::{Millis, Server, access};

/// The limit of pushes counts over this time.
const WINDOW: Millis = 30_000;
const TOO_MANY: &str = "Too many presence messages per second";

/// What one channel tracks.
#[derive(Clone, Debug)]
struct Meta {
    channel: ChannelId,
    key: String,
    /// As others see it, references included.
    shown: Value,
    payload: Value,
}

/// Everybody who is tracked, by topic and whether it is private, in order of first tracking.
#[derive(Debug, Default)]
pub struct Presence {
    topics: BTreeMap<(String, bool), Vec<Meta>>,
}

impl Presence {
    pub fn len(&self) -> usize {
        self.topics.values().map(Vec::len).sum()
    }
}

fn by_key<'a>(metas: impl IntoIterator<Item = &'a Meta>) -> Value {
    let mut keys = serde_json::Map::new();
    for meta in metas {
        let entry = keys.entry(&meta.key).or_insert_with(|| json!({ "metas": [] }));
        entry["metas"].as_array_mut().expect("a list").push(meta.shown.clone());
    }
    Value::Object(keys)
}

impl Server {
    /// The state of a topic: `{ KEY: { metas: [{ phx_ref, … }] } }`.
    pub fn presence(&self, topic: &str, private: bool) -> Value {
        by_key(self.presence.topics.get(&(topic.to_owned(), private)).into_iter().flatten())
    }

    /// Messages of presence that others have caused a while ago.
    pub fn count_presences(&mut self, messages: u64) {
        self.presence_rate.count(self.now.saturating_sub(5_000), messages);
    }

    /// Whether the project's limit lets one more pass.
    fn may_be_present(&mut self) -> bool {
        let is_over = self.presence_rate.exceeds(self.now, self.settings.presences);
        if !is_over {
            self.presence_rate.count(self.now, 1);
        }
        !is_over
    }

    pub(super) fn push_presence_state(&mut self, id: ChannelId) {
        if !self.may_be_present() {
            return self.throw_out(id, TOO_MANY);
        }
        let state = self.presence(&self.channels[&id].topic, self.channels[&id].private);
        self.push(id, Value::Null, "presence_state", state);
    }

    pub(super) fn presence_push(&mut self, id: ChannelId, reference: &Value, payload: &Value) {
        let now = self.now;
        let Some(channel) = self.channels.get_mut(&id) else { return };
        channel.presence_calls.retain(|call| call + WINDOW > now);
        channel.presence_calls.push_back(now);
        if channel.presence_calls.len() > self.settings.presence_calls {
            return self.throw_out(id, "Client presence rate limit exceeded");
        }
        let may_write = !channel.private || access::may_write(channel.name());
        let event = payload["event"].as_str().map(str::to_ascii_lowercase);
        match event.as_deref() {
            _ if !may_write => self.reply(id, reference, "error", json!({})),
            None => self.reply(id, reference, "ok", json!({})),
            Some("track") => {
                let tracked = match &payload["payload"] {
                    Value::Null => json!({}),
                    given => given.clone(),
                };
                if !tracked.is_object() {
                    let reason = json!({ "reason": "Presence track payload must be a map" });
                    return self.reply(id, reference, "error", reason);
                }
                if !self.is_tracked(id, &tracked) && !self.may_be_present() {
                    return self.throw_out(id, TOO_MANY);
                }
                if let Some(channel) = self.channels.get_mut(&id) {
                    channel.presence_heard = true;
                }
                self.reply(id, reference, "ok", json!({}));
                self.track(id, tracked);
            }
            Some("untrack") => {
                let (topic, private) = (channel.topic.clone(), channel.private);
                self.reply(id, reference, "ok", json!({}));
                self.leave_presence(id, &topic, private);
            }
            Some(_) => self.reply(id, reference, "error", json!({})),
        }
    }

    fn is_tracked(&self, id: ChannelId, payload: &Value) -> bool {
        self.presence.topics.values().flatten().any(|meta| meta.channel == id && meta.payload == *payload)
    }

    fn track(&mut self, id: ChannelId, payload: Value) {
        self.ids += 1;
        let phx_ref = format!("ref-{}", self.ids);
        let channel = &self.channels[&id];
        let (topic, private, key) = (channel.topic.clone(), channel.private, channel.presence_key.clone());
        let metas = self.presence.topics.entry((topic.clone(), private)).or_default();
        let former = metas.iter().position(|meta| meta.channel == id);
        let mut shown = payload.clone();
        shown["phx_ref"] = json!(phx_ref);
        if let Some(position) = former {
            if metas[position].payload == payload {
                return;
            }
            shown["phx_ref_prev"] = metas[position].shown["phx_ref"].clone();
        }
        let joined = Meta { channel: id, key, shown, payload };
        let left = former.map(|position| metas.remove(position));
        metas.push(joined.clone());
        self.diff(&topic, private, by_key([&joined]), by_key(&left));
    }

    /// What the channel tracks is no longer there.
    pub(super) fn leave_presence(&mut self, id: ChannelId, topic: &str, private: bool) {
        let place = (topic.to_owned(), private);
        let Some(metas) = self.presence.topics.get_mut(&place) else { return };
        let Some(position) = metas.iter().position(|meta| meta.channel == id) else { return };
        let left = metas.remove(position);
        if metas.is_empty() {
            self.presence.topics.remove(&place);
        }
        self.diff(&place.0, place.1, json!({}), by_key([&left]));
    }

    /// On a public topic everybody hears of it, on a private one those who want to or are tracked themselves.
    fn diff(&mut self, topic: &str, private: bool, joins: Value, leaves: Value) {
        let hears = |channel: &Channel| {
            channel.topic == topic && channel.private == private && (!private || channel.presence_heard)
        };
        let conns: Vec<_> =
            self.channels.values().filter(|channel| hears(channel)).map(|channel| channel.conn).collect();
        let payload = json!({ "joins": joins, "leaves": leaves });
        let (event, join_ref, reference) = ("presence_diff".into(), Value::Null, Value::Null);
        let message = Message { join_ref, reference, topic: json!(topic), event, payload };
        for conn in conns {
            self.post(conn, &message);
        }
    }
}
