//! Ten minutes of faults, thousands of times: a model server that cuts, refuses, falls silent, closes channels and lets
//! tokens expire, after which every wanted subscription must be live again.
//!
//! `SIM_SEEDS=5000 cargo test --test realtime simulation` runs that many seeds, `SIM_SEED=7` one of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use wedsync_dashboard::core::client::Config;
use wedsync_dashboard::core::io::{Input, SocketId, Status};
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::time::Instant;

use crate::world::{World, broadcasts, changes, private};

const FAULTY: u64 = 600_000;
/// The longest pause the client may make, a minute for a rate limit, and the backoffs around it.
const HEALING: u64 = 200_000;

enum Event {
    Open(SocketId),
    Fail(SocketId),
    Frame(SocketId, Value),
    Token,
}

struct Simulation {
    world: World,
    rng: Rng,
    schedule: BTreeMap<(Instant, u64), Event>,
    scheduled: u64,
    /// The socket that is open at the server, and its joins by topic.
    open: Option<(SocketId, BTreeMap<String, Value>)>,
    /// The server takes frames in and answers nothing: a half-open link.
    silent: bool,
    refuses_until: Instant,
    handled: (usize, usize, usize, usize),
    wanted: BTreeSet<&'static str>,
    tokens: u64,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let config = Config { has_token_source: true, ..Config::default() };
        let mut world = World::with(config, seed ^ 0x5eed);
        world.answers = false;
        let start = world.now;
        Self {
            world,
            rng: Rng::new(seed),
            schedule: BTreeMap::new(),
            scheduled: 0,
            open: None,
            silent: false,
            refuses_until: start,
            handled: (0, 0, 0, 0),
            wanted: BTreeSet::new(),
            tokens: 0,
        }
    }

    fn at(&mut self, delay: u64, event: Event) {
        self.scheduled += 1;
        self.schedule.insert((self.world.now.after(delay), self.scheduled), event);
    }

    fn want(&mut self, id: &'static str) {
        let subscription = match id {
            "rows" => changes("rows", "activity", None),
            "room" => private(broadcasts("room")),
            _ => broadcasts("lobby"),
        };
        self.wanted.insert(id);
        self.world.subscribe(id, subscription);
        self.react();
    }

    /// The server and the application answer what the client has done since.
    fn react(&mut self) {
        let (opened, closed, sent, asked) = self.handled;
        let world = &self.world;
        self.handled = (world.opened.len(), world.closed.len(), world.sent.len(), world.tokens_asked);
        let (opened, closed) = (world.opened[opened..].to_vec(), world.closed[closed..].to_vec());
        let (sent, asked) = (world.sent[sent..].to_vec(), world.tokens_asked - asked);
        for socket in opened {
            assert!(self.open.as_ref().is_none_or(|(open, _)| *open != socket));
            let delay = self.rng.up_to(300);
            let refused = self.world.now < self.refuses_until;
            self.at(delay, if refused { Event::Fail(socket) } else { Event::Open(socket) });
        }
        for socket in closed {
            if self.open.as_ref().is_some_and(|(open, _)| *open == socket) {
                self.open = None;
            }
        }
        for _ in 0..asked {
            let delay = self.rng.up_to(200);
            self.at(delay, Event::Token);
        }
        for frame in sent {
            self.serve(&frame);
        }
    }

    fn serve(&mut self, frame: &Value) {
        let Some((socket, joins)) = self.open.as_mut() else { return };
        if self.silent {
            return;
        }
        let socket = *socket;
        let topic = frame[2].as_str().unwrap().to_owned();
        let reply = |status: &str, response: Value| json!([frame[0], frame[1], topic, "phx_reply", { "status": status, "response": response }]);
        let mut answers = Vec::new();
        match frame[3].as_str().unwrap() {
            "heartbeat" => answers.push((0, reply("ok", json!({})))),
            "phx_leave" => {
                answers.push((0, reply("ok", json!({}))));
                if joins.get(&topic) == Some(&frame[0]) {
                    joins.remove(&topic);
                    answers.push((0, json!([frame[0], frame[0], topic, "phx_close", {}])));
                }
            }
            "phx_join" => {
                let private = frame[4]["config"]["private"] == true;
                assert!(!private || frame[4]["access_token"].is_string(), "a private join without its token");
                let refusals = [
                    "RealtimeRestarting: Realtime is restarting, please standby",
                    "InvalidJWTToken: Token has expired 1 seconds ago",
                    "ClientJoinRateLimitReached: Too many joins per second",
                ];
                match self.rng.up_to(19) {
                    lot @ 0..3 if self.world.now.as_millis() < FAULTY => {
                        answers.push((5_000, reply("error", json!({ "reason": refusals[lot as usize] }))));
                    }
                    _ => {
                        let former = joins.insert(topic.clone(), frame[0].clone());
                        let mut bindings = frame[4]["config"]["postgres_changes"].clone();
                        bindings
                            .as_array_mut()
                            .unwrap()
                            .iter_mut()
                            .for_each(|binding| binding["id"] = json!(7));
                        let has_binding = !bindings.as_array().unwrap().is_empty();
                        answers.push((10, reply("ok", json!({ "postgres_changes": bindings }))));
                        if let Some(former) = former {
                            answers.push((10, json!([former, former, topic, "phx_close", {}])));
                        }
                        if has_binding {
                            let ready = json!({ "status": "ok", "extension": "postgres_changes" });
                            answers.push((
                                self.rng.up_to(3_000),
                                json!([frame[0], null, topic, "system", ready]),
                            ));
                        }
                    }
                }
            }
            _ => {}
        }
        for (delay, answer) in answers {
            self.at(20 + delay, Event::Frame(socket, answer));
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Open(socket) if self.world.socket() == socket && !self.world.closed.contains(&socket) => {
                self.open = Some((socket, BTreeMap::new()));
                self.silent = false;
                self.world.input(Input::SocketOpened { socket, epoch: 0 });
            }
            Event::Fail(socket) => self.world.input(Input::SocketClosed { socket, code: 1006 }),
            Event::Frame(socket, frame) if self.open.as_ref().is_some_and(|(open, _)| *open == socket) => {
                if !self.silent {
                    self.world.receive_json(frame);
                }
            }
            Event::Token => {
                self.tokens += 1;
                let value = Some(format!("token {}", self.tokens));
                let input = match self.rng.up_to(9) {
                    0 if self.world.now.as_millis() < FAULTY => {
                        Input::TokenFailed { reason: "no session".into() }
                    }
                    1 if self.world.now.as_millis() < FAULTY => Input::Token { value, lifetime: Some(-1) },
                    _ => Input::Token { value, lifetime: Some(120_000) },
                };
                self.world.input(input);
            }
            Event::Open(_) | Event::Frame(..) => {}
        }
        self.react();
    }

    /// Whatever is due first happens first, until `end`.
    fn run(&mut self, end: Instant) {
        loop {
            let wake = self.world.client.next_timeout().map(|(deadline, _)| deadline);
            let event = self.schedule.first_key_value().map(|(key, _)| key.0);
            let Some(next) = wake.into_iter().chain(event).min().filter(|next| *next <= end) else { break };
            self.world.now = next.max(self.world.now);
            match self.schedule.first_entry().filter(|_| event == Some(next)) {
                Some(entry) => {
                    let event = entry.remove();
                    self.happen(event);
                }
                None => {
                    self.world.input(Input::Wake);
                    self.react();
                }
            }
            self.check();
        }
        self.world.now = end;
    }

    fn check(&self) {
        for id in ["rows", "room", "lobby"] {
            let live = self.world.statuses(id).last() == Some(&Status::Live);
            assert!(!live || self.wanted.contains(id), "{id} is live and nobody wants it");
        }
    }

    fn fault(&mut self) {
        let now = self.world.now;
        match self.rng.up_to(9) {
            0 | 1 => {
                if let Some((socket, _)) = self.open.take() {
                    let code = [1006, 1012, 1001][self.rng.up_to(2) as usize];
                    self.world.input(Input::SocketClosed { socket, code });
                }
            }
            2 => self.silent = true,
            3 => self.refuses_until = now.after(self.rng.up_to(30_000)),
            4 | 5 => {
                let joined = self.open.as_ref().and_then(|(socket, joins)| {
                    let (topic, reference) = joins.iter().next()?;
                    Some((*socket, topic.clone(), reference.clone()))
                });
                if let Some((socket, topic, reference)) = joined {
                    if let Some((_, joins)) = &mut self.open {
                        joins.remove(&topic);
                    }
                    let text = ["Token has expired 0 seconds ago", "Too many messages per second"];
                    let text = text[self.rng.up_to(1) as usize];
                    let complaint = json!({ "status": "error", "extension": "system", "message": text });
                    self.at(0, Event::Frame(socket, json!([reference, null, topic, "system", complaint])));
                    self.at(0, Event::Frame(socket, json!([reference, reference, topic, "phx_close", {}])));
                }
            }
            6 => {
                let asleep = self.rng.up_to(3_600_000).min(FAULTY.saturating_sub(now.as_millis()));
                self.world.sleep(asleep);
            }
            7 => {
                let input =
                    [Input::Online, Input::Offline, Input::Visible][self.rng.up_to(2) as usize].clone();
                self.world.input(input);
            }
            _ => {
                let id = ["rows", "room", "lobby"][self.rng.up_to(2) as usize];
                if self.wanted.remove(id) {
                    self.world.unsubscribe(id);
                } else {
                    self.want(id);
                }
            }
        }
        self.react();
    }
}

fn simulate(seed: u64) {
    let mut simulation = Simulation::new(seed);
    for id in ["rows", "room", "lobby"] {
        simulation.want(id);
    }
    while simulation.world.now.as_millis() < FAULTY {
        let pause = simulation.rng.up_to(20_000);
        let end = simulation.world.now.after(pause);
        simulation.run(end);
        simulation.fault();
    }
    for id in ["rows", "room", "lobby"] {
        simulation.want(id);
    }
    simulation.run(Instant::from_millis(FAULTY + 60_000).after(HEALING));
    for id in ["rows", "room", "lobby"] {
        let statuses = simulation.world.statuses(id);
        assert!(simulation.world.is_live(id), "{id} did not come back: {:?}", statuses.last());
    }
    let (_, joins) = simulation.open.as_ref().expect("a socket is open");
    assert_eq!(joins.len(), 3, "one live join a topic: {joins:?}");
    simulation.world.input(Input::Disconnect);
    assert!(simulation.world.client.next_timeout().is_none(), "a timer is left running");
    assert!(simulation.world.client.routes().is_empty(), "a route is left");
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn every_wanted_subscription_is_live_again_after_any_faults() {
    let seeds = match number("SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SIM_SEEDS").unwrap_or(300),
    };
    for seed in seeds {
        if let Err(cause) = std::panic::catch_unwind(|| simulate(seed)) {
            eprintln!("again with: SIM_SEED={seed} cargo test --test realtime simulation");
            std::panic::resume_unwind(cause);
        }
    }
}
