//! Broadcasts of clients and of the database.

use serde_json::{Value, json};

use super::channel::ChannelId;
use super::wire::{Content, Data, Message, Version, kind_4};
use super::{Server, access};

/// How many of the database's messages are kept; the real server keeps them for three days.
const KEPT: usize = 200;

/// A message of the database's, for replay.
#[derive(Clone, Debug)]
pub struct Stored {
    /// When it was inserted, in milliseconds since 1970.
    pub at: u64,
    pub id: String,
    pub name: String,
    pub private: bool,
    pub event: String,
    pub payload: Content,
}

impl Server {
    /// Who hears a topic: its channels in order of joining.
    fn listeners(&self, topic: &str, private: bool) -> Vec<ChannelId> {
        let hears = |(id, channel): (&ChannelId, &super::channel::Channel)| {
            (channel.topic == topic && channel.private == private).then_some(*id)
        };
        self.channels.iter().filter_map(hears).collect()
    }

    /// Whether the rate of messages lets a channel have this one; otherwise it is thrown out.
    fn may_have(&mut self, id: ChannelId) -> bool {
        self.message_rate.count(self.now, 1);
        let exceeded = self.message_rate.exceeds(self.now, self.settings.messages);
        if exceeded {
            self.throw_out(id, "Too many messages per second");
        }
        !exceeded
    }

    /// How many messages there seem to have been in the last five seconds: a fault for the limiter to find.
    pub fn count_messages(&mut self, messages: u64) {
        self.message_rate.count(self.now.saturating_sub(5_000), messages);
    }

    pub(super) fn broadcast_text(&mut self, id: ChannelId, reference: &Value, payload: Value) {
        if !payload.is_object() {
            self.push(
                id,
                self.channels[&id].join_ref.clone(),
                "phx_error",
                json!({ "reason": "channel_crash" }),
            );
            return self.end(id);
        }
        self.relay(id, reference, |_, topic| {
            let event = "broadcast".into();
            Message {
                join_ref: Value::Null,
                reference: Value::Null,
                topic: json!(topic),
                event,
                payload: payload.clone(),
            }
            .encode_for_all()
        });
    }

    pub(super) fn broadcast_binary(
        &mut self,
        id: ChannelId,
        reference: &Value,
        event: &str,
        payload: &Content,
    ) {
        self.relay(id, reference, |_, topic| in_both(topic, event, None, payload));
    }

    /// One's own copy comes before the reply, and without `ack` there is none.
    fn relay(
        &mut self,
        id: ChannelId,
        reference: &Value,
        frame: impl Fn(&Self, &str) -> (Option<Data>, Data),
    ) {
        let Some(channel) = self.channels.get(&id) else { return };
        let (topic, private, own, ack) = (channel.topic.clone(), channel.private, channel.own, channel.ack);
        if private && !access::may_write(channel.name()) {
            return;
        }
        self.message_rate.count(self.now, 1);
        let frame = frame(self, &topic);
        for listener in self.listeners(&topic, private) {
            if listener != id || own {
                self.hand(listener, &frame);
            }
        }
        if ack {
            self.reply(id, reference, "ok", json!({}));
        }
    }

    fn hand(&mut self, listener: ChannelId, (for_one, for_two): &(Option<Data>, Data)) {
        if !self.may_have(listener) {
            return;
        }
        let conn = self.channels[&listener].conn;
        match self.sockets.get(&conn).map(|socket| socket.version) {
            Some(Version::One) => {
                if let Some(data) = for_one {
                    self.post_data(conn, data.clone());
                }
            }
            Some(Version::Two) => self.post_data(conn, for_two.clone()),
            None => {}
        }
    }

    /// The database sends, `realtime.send` or `realtime.send_binary`: the message's id.
    pub fn send(&mut self, name: &str, private: bool, event: &str, payload: Value) -> String {
        self.send_content(name, private, event, Content::Json(payload))
    }

    pub fn send_bytes(&mut self, name: &str, private: bool, event: &str, payload: Vec<u8>) -> String {
        self.send_content(name, private, event, Content::Bytes(payload))
    }

    fn send_content(&mut self, name: &str, private: bool, event: &str, mut payload: Content) -> String {
        let id = self.unique();
        if let Content::Json(Value::Object(fields)) = &mut payload {
            fields.insert("id".into(), json!(id));
        }
        let topic = format!("realtime:{name}");
        let frame = in_both(&topic, event, Some(&json!({ "id": id })), &payload);
        for listener in self.listeners(&topic, private) {
            self.hand(listener, &frame);
        }
        let (at, name, event) = (self.wall(), name.to_owned(), event.to_owned());
        self.stored.push_back(Stored { at, id: id.clone(), name, private, event, payload });
        if self.stored.len() > KEPT {
            self.stored.pop_front();
        }
        self.settle();
        id
    }

    /// JSON is replayed as text and bytes as kind 4, which version 1 never gets.
    pub(super) fn push_replayed(&mut self, id: ChannelId, stored: &Stored) {
        let meta = json!({ "id": stored.id, "replayed": true });
        match &stored.payload {
            Content::Json(payload) => {
                let payload = json!({
                    "event": stored.event, "type": "broadcast", "payload": payload, "meta": meta,
                });
                self.push(id, Value::Null, "broadcast", payload);
            }
            Content::Bytes(_) => {
                let (topic, conn) = (self.channels[&id].topic.clone(), self.channels[&id].conn);
                if self.sockets.get(&conn).is_some_and(|socket| socket.version == Version::Two) {
                    self.post_data(conn, kind_4(&topic, &stored.event, Some(&meta), &stored.payload));
                }
            }
        }
    }
}

impl Message {
    fn encode_for_all(&self) -> (Option<Data>, Data) {
        (Some(self.encode(Version::One)), self.encode(Version::Two))
    }
}

/// For version 1, which never gets bytes, and for version 2.
fn in_both(topic: &str, event: &str, meta: Option<&Value>, payload: &Content) -> (Option<Data>, Data) {
    let text = match payload {
        Content::Bytes(_) => None,
        Content::Json(payload) => {
            let mut fields = json!({ "event": event, "payload": payload, "type": "broadcast" });
            if let Some(meta) = meta {
                fields["meta"] = meta.clone();
            }
            let (join_ref, reference) = (Value::Null, Value::Null);
            let message = Message {
                join_ref,
                reference,
                topic: json!(topic),
                event: "broadcast".into(),
                payload: fields,
            };
            Some(message.encode(Version::One))
        }
    };
    (text, kind_4(topic, event, meta, payload))
}
