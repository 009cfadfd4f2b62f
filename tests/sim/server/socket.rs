//! A socket is one process with one mailbox: what clients send and what channels say go through it in order, and a
//! refused join holds up all of it.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::wire::{Data, Incoming, Message, Version, read};
use super::{Conn, Emission, Millis, Server, Task};

#[derive(Debug)]
enum Mail {
    FromClient(Data),
    FromChannel(Data),
}

#[derive(Debug)]
pub struct Socket {
    pub version: Version,
    /// The key that it was opened with, which stands in for the token that a join does not bring.
    pub key: String,
    mailbox: VecDeque<Mail>,
    /// The reply to a refused join, which goes out when the silence is over.
    held: Option<Message>,
    heard: Millis,
}

impl Server {
    /// A client opens a socket; false if the handshake is refused.
    pub fn connect(&mut self, conn: Conn, version: Version, key: &str) -> bool {
        if self.join_rate.exceeds(self.now, self.settings.joins) {
            return false;
        }
        let socket =
            Socket { version, key: key.to_owned(), mailbox: VecDeque::new(), held: None, heard: self.now };
        self.sockets.insert(conn, socket);
        self.later(self.settings.idle, Task::Idle(conn));
        true
    }

    /// Whether it has a socket open.
    pub fn has_socket(&self, conn: Conn) -> bool {
        self.sockets.contains_key(&conn)
    }

    /// The connection is gone, or the client has closed it.
    pub fn disconnected(&mut self, conn: Conn) {
        self.sockets.remove(&conn);
        let channels: Vec<_> =
            self.channels.iter().filter(|(_, channel)| channel.conn == conn).map(|(id, _)| *id).collect();
        for id in channels {
            self.end(id);
        }
        self.settle();
    }

    /// A frame has come from a client.
    pub fn receive(&mut self, conn: Conn, data: Data) {
        let Some(socket) = self.sockets.get_mut(&conn) else { return };
        socket.heard = self.now;
        socket.mailbox.push_back(Mail::FromClient(data));
        self.with_mail.push_back(conn);
        self.settle();
    }

    /// Closes every socket, as a restart does.
    pub fn restart(&mut self) {
        let all: Vec<Conn> = self.sockets.keys().copied().collect();
        for conn in all {
            self.close_socket(conn, 1012);
        }
    }

    /// Closes a socket.
    pub fn close_socket(&mut self, conn: Conn, code: u16) {
        if self.sockets.contains_key(&conn) {
            self.emitted.push((conn, Emission::Close(code)));
            self.disconnected(conn);
        }
    }

    /// How many joins a second there seem to have been in the last minute: a fault for the limiter to find.
    pub fn count_joins(&mut self, joins: u64) {
        self.join_rate.count(self.now.saturating_sub(5_000), joins);
    }

    pub(super) fn check_idle(&mut self, conn: Conn) {
        let Some(socket) = self.sockets.get(&conn) else { return };
        let silent = self.now - socket.heard;
        if silent >= self.settings.idle {
            self.close_socket(conn, 1000);
        } else {
            self.later(self.settings.idle - silent, Task::Idle(conn));
        }
    }

    /// A message of a channel's to its socket.
    pub(super) fn post(&mut self, conn: Conn, message: &Message) {
        if let Some(socket) = self.sockets.get(&conn) {
            let data = message.encode(socket.version);
            self.post_data(conn, data);
        }
    }

    pub(super) fn post_data(&mut self, conn: Conn, data: Data) {
        if let Some(socket) = self.sockets.get_mut(&conn) {
            socket.mailbox.push_back(Mail::FromChannel(data));
            self.with_mail.push_back(conn);
        }
    }

    /// What the socket's own process says at once.
    pub(super) fn answer(&mut self, conn: Conn, message: &Message) {
        if let Some(socket) = self.sockets.get(&conn) {
            self.emitted.push((conn, Emission::Frame(message.encode(socket.version))));
        }
    }

    /// Refuses a join after a silence.
    pub(super) fn refuse(&mut self, conn: Conn, join: &Message, reason: &str) {
        let Some(socket) = self.sockets.get_mut(&conn) else { return };
        let payload = json!({ "status": "error", "response": { "reason": reason } });
        socket.held = Some(Message { event: "phx_reply".into(), payload, ..join.clone() });
        self.later(self.settings.refusal_silence, Task::Unblock(conn));
    }

    pub(super) fn unblock(&mut self, conn: Conn) {
        let Some(reply) = self.sockets.get_mut(&conn).and_then(|socket| socket.held.take()) else { return };
        self.answer(conn, &reply);
        let reason = reply.payload["response"]["reason"].as_str().unwrap_or_default();
        if reason.starts_with("ClientJoinRateLimitReached") {
            self.close_socket(conn, 1001);
        } else {
            self.with_mail.push_back(conn);
        }
    }

    /// Every socket reads its mail, until none has any that it can read.
    pub(super) fn settle(&mut self) {
        while let Some(conn) = self.with_mail.pop_front() {
            while let Some(mail) = self
                .sockets
                .get_mut(&conn)
                .filter(|socket| socket.held.is_none())
                .and_then(|socket| socket.mailbox.pop_front())
            {
                match mail {
                    Mail::FromChannel(data) => self.emitted.push((conn, Emission::Frame(data))),
                    Mail::FromClient(data) => self.take_in(conn, &data),
                }
            }
        }
    }

    fn take_in(&mut self, conn: Conn, data: &Data) {
        let Some(incoming) = self.sockets.get(&conn).and_then(|socket| read(socket.version, data)) else {
            return;
        };
        match incoming {
            Incoming::Message(message) => self.dispatch(conn, message),
            Incoming::Binary { join_ref, reference, topic, event, payload } => {
                match self.find(conn, &topic) {
                    Some(id) => self.broadcast_binary(id, &reference, &event, &payload),
                    None => self.unmatched(
                        conn,
                        Message { join_ref, reference, topic: json!(topic), event, payload: json!({}) },
                    ),
                }
            }
        }
    }

    fn dispatch(&mut self, conn: Conn, message: Message) {
        let topic = message.topic.as_str().unwrap_or_default().to_owned();
        if topic == "phoenix" && message.event == "heartbeat" {
            let payload = json!({ "status": "ok", "response": {} });
            let event = "phx_reply".into();
            return self.answer(conn, &Message { join_ref: Value::Null, event, payload, ..message });
        }
        match (message.event.as_str(), self.find(conn, &topic)) {
            ("phx_join", _) if !topic.starts_with("realtime:") => self.unmatched(conn, message),
            ("phx_join", former) => self.join(conn, &topic, message, former),
            ("phx_leave", None) => {
                let payload = json!({ "status": "ok", "response": {} });
                self.answer(conn, &Message { event: "phx_reply".into(), payload, ..message });
            }
            (_, None) => self.unmatched(conn, message),
            ("phx_leave", Some(id)) => {
                if self.channels[&id].join_ref == message.join_ref {
                    self.reply(id, &message.reference, "ok", json!({}));
                    self.close(id);
                }
            }
            ("access_token", Some(id)) => self.take_token(id, &message.payload),
            ("broadcast", Some(id)) => self.broadcast_text(id, &message.reference, message.payload),
            ("presence", Some(id)) => self.presence_push(id, &message.reference, &message.payload),
            (_, Some(_)) => {}
        }
    }

    fn unmatched(&mut self, conn: Conn, message: Message) {
        let payload = json!({ "status": "error", "response": { "reason": "unmatched topic" } });
        let event = "phx_reply".into();
        self.answer(conn, &Message { join_ref: Value::Null, event, payload, ..message });
    }
}
