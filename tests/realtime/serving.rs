//! The part of the server, as tests play it.

use serde_json::{Value, json};
use twin::router::Verdict;
use wedsync_dashboard::core::connectivity;
use wedsync_dashboard::core::dashboard::Input;
use wedsync_dashboard::core::http::HttpAnswer;
use wedsync_dashboard::core::ids::SocketId;
use wedsync_dashboard::core::pump::Heard;
use wedsync_dashboard::core::realtime::Traffic;

use crate::recording::Data;
use crate::world::World;

impl World {
    /// A frame from the server goes the way it goes in a browser: through the router. It comes on the socket that was last
    /// sent on.
    pub fn receive(&mut self, data: &Data) {
        let socket = self.serving.unwrap_or_else(|| self.socket());
        self.take(socket, data);
    }

    /// The same on another socket than the last one.
    pub fn receive_on(&mut self, socket: SocketId, frame: Value) {
        self.take(socket, &Data::Text(frame.to_string()));
    }

    pub fn take(&mut self, socket: SocketId, data: &Data) {
        self.hear(socket, 1);
        let verdict: Verdict<Value> = match data {
            Data::Text(text) => self.router.text(text),
            Data::Binary(bytes) => self.router.binary(bytes),
        };
        match verdict {
            Verdict::Malformed => self.malformed += 1,
            Verdict::Unrouted | Verdict::Forwarded => self.unrouted += 1,
            Verdict::Duplicate => self.duplicates += 1,
            Verdict::Control(frame) => self.input(Traffic::Frame { socket, frame }),
            Verdict::Deliver { slots, message } => {
                self.delivered.extend(slots.into_iter().map(|slot| (slot, message.clone())));
            }
        }
    }

    /// Frames come that the client is told of at its next pump, as in a browser.
    pub fn hear(&mut self, socket: SocketId, frames: u32) {
        let frames =
            self.heard.filter(|heard| heard.socket == socket).map_or(0, |heard| heard.frames) + frames;
        self.heard = Some(Heard { socket, frames, at: self.now.as_millis() });
    }

    /// Frames came at that time, and the client is told of them at its next pump.
    pub fn hear_at(&mut self, socket: SocketId, frames: u32, at: u64) {
        self.heard = Some(Heard { socket, frames, at });
    }

    pub fn receive_json(&mut self, frame: Value) {
        self.receive(&Data::Text(frame.to_string()));
    }

    /// The last join sent of a channel, whatever its binding's digest: its reference, its topic on the wire, its payload.
    pub fn join(&self, beginning: &str) -> (Value, String, Value) {
        let topic = ["realtime:", beginning].concat();
        let is_ours = |sent: &str| {
            sent.strip_prefix(&topic)
                .is_some_and(|digest| digest.is_empty() || digest.len() == ":".len() + 16)
        };
        let frame = self
            .sent
            .iter()
            .rev()
            .find(|frame| frame[3] == "phx_join" && is_ours(frame[2].as_str().unwrap()))
            .unwrap_or_else(|| panic!("no join of {topic}"));
        assert_eq!(frame[0], frame[1], "a join's own reference is its join_ref");
        (frame[1].clone(), frame[2].as_str().unwrap().to_owned(), frame[4].clone())
    }

    /// A recorded frame, with the references and the topic of our own join in the place of the recording's.
    pub fn receive_recorded(&mut self, data: &Data, recorded_topic: &str, beginning: &str) {
        let Data::Text(text) = data else {
            self.receive(data);
            return;
        };
        let mut frame: Value = serde_json::from_str(text).unwrap();
        assert_eq!(frame[2], recorded_topic);
        let (reference, topic, _) = self.join(beginning);
        frame[2] = json!(topic);
        for position in [0, 1] {
            if !frame[position].is_null() {
                frame[position] = reference.clone();
            }
        }
        self.receive_json(frame);
    }

    /// The server takes the last join of a topic, and its binding if it has one.
    pub fn accept(&mut self, beginning: &str) {
        self.accept_join(beginning);
        let (reference, topic, payload) = self.join(beginning);
        if payload["config"]["postgres_changes"].get(0).is_some() {
            self.receive_json(json!([reference, null, topic, "system", {
                "message": "Subscribed to PostgreSQL", "status": "ok", "extension": "postgres_changes",
                "channel": beginning,
            }]));
        }
    }

    /// The server takes the last join of a topic; its database subscription is still to come.
    pub fn accept_join(&mut self, beginning: &str) {
        let (reference, topic, payload) = self.join(beginning);
        let mut bindings = payload["config"]["postgres_changes"].clone();
        for (id, binding) in (77..).zip(bindings.as_array_mut().unwrap()) {
            binding["id"] = json!(id);
        }
        let payload = json!({ "status": "ok", "response": { "postgres_changes": bindings } });
        self.receive_json(json!([reference, reference, topic, "phx_reply", payload]));
    }

    /// The server refuses the last join of a topic.
    pub fn refuse(&mut self, beginning: &str, reason: &str) {
        let (reference, topic, _) = self.join(beginning);
        let payload = json!({ "status": "error", "response": { "reason": reason } });
        self.receive_json(json!([reference, reference, topic, "phx_reply", payload]));
    }

    /// The client is told whether anything answers.
    pub fn reached(&mut self, answered: bool) {
        self.input(connectivity::Event::Probed { answered });
    }

    /// Time passes until the next probe is out, and something answers it or nothing does.
    pub fn probe(&mut self, answered: bool) {
        let pause = self.left(connectivity::Timer::Probe).expect("a probe is planned");
        self.pass(pause);
        self.reached(answered);
    }

    /// The last request is answered.
    pub fn answer(&mut self, status: u16, body: Value) {
        let request = self.requests.last().expect("a request").request;
        let answer = HttpAnswer { status, body: Some(body), retry_after: None };
        self.input(Input::HttpDone { request, answer });
    }
}
