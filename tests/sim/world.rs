//! Clients, links and the server on one clock: whatever is due first happens first.

use std::collections::BTreeMap;

use wedsync_dashboard::core::connectivity;
use wedsync_dashboard::core::dashboard::{Input, RequestId};
use wedsync_dashboard::core::page::PageEvent;
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::session::token::QuestionId;

use crate::network::{Fate, Link, Weather, answers_join, fate};
use crate::peer::Peer;
use crate::rest::Rest;
use crate::server::{Conn, Data, Emission, Millis, Server, Settings};
use crate::tokens::Answer;
use crate::watch::Watch;

/// The key that every client opens its socket with.
const KEY: &str = "jwt-anon-exp2082758400";
/// How long a server that refuses a handshake takes to say so.
const HANDSHAKE_REFUSAL: Millis = 2_000;

/// By so much the clocks of most machines differ at most.
const SMALL_SKEW: i64 = 8_000;

#[derive(Debug)]
pub enum Event {
    /// The request for a socket is at the server.
    Handshake(Conn),
    Opened(Conn),
    Failed(Conn),
    Up(Conn, Data),
    Down(Conn, Data),
    /// A frame that came while the machine slept.
    Buffered(Conn, Data),
    Closed(Conn, u16),
    /// The server learns that the client is gone.
    Gone(Conn),
    /// The application answers a question for its token.
    Token(usize, QuestionId, Answer),
    /// Whether anything answers the client.
    Reached(usize, bool),
    /// The answer to a request, if anything answers.
    Answer(usize, RequestId, bool),
    Awake(usize),
    /// The page becomes visible.
    Visible(usize),
    /// The page is back.
    Resume(usize),
    /// The system says that there is a network.
    Online(usize),
    /// A channel may be read again.
    Allow(&'static str),
}

pub struct World {
    pub now: Millis,
    rest: Rest,
    pub server: Server,
    pub peers: Vec<Peer>,
    pub weather: Weather,
    pub watch: Watch,
    pub rng: Rng,
    pub links: BTreeMap<Conn, Link>,
    /// Each client's socket, open or opening.
    pub current: Vec<Option<Conn>>,
    /// Another that each client tries beside it.
    pub beside: Vec<Option<Conn>>,
    /// Until when nothing gets from and to a client; it comes later.
    pub held: Vec<Millis>,
    /// Until when each client's machine sleeps.
    pub asleep: Vec<Option<Millis>>,
    /// Since when it has slept, or when it last fell asleep.
    pub slept_since: Vec<Millis>,
    queue: BTreeMap<(Millis, u64), Event>,
    queued: u64,
    pub conns: u32,
    /// A page is being put away: its client closes what it has.
    pub is_suspending: bool,
    /// What has happened when, folded into one number: the same for the same seed.
    pub digest: u64,
    /// Whether to print what happens.
    is_traced: bool,
}

impl World {
    pub fn new(seed: u64, settings: Settings) -> Self {
        Self {
            now: 0,
            rest: Rest::default(),
            server: Server::new(settings, seed ^ 0x5e17e1),
            peers: Vec::new(),
            weather: Weather::default(),
            watch: Watch::default(),
            rng: Rng::new(seed),
            links: BTreeMap::new(),
            current: Vec::new(),
            beside: Vec::new(),
            held: Vec::new(),
            asleep: Vec::new(),
            slept_since: Vec::new(),
            queue: BTreeMap::new(),
            queued: 0,
            conns: 0,
            is_suspending: false,
            digest: 0,
            is_traced: std::env::var_os("SIM_TRACE").is_some(),
        }
    }

    pub fn add(&mut self, peer: Peer) {
        self.peers.push(peer);
        self.current.push(None);
        self.beside.push(None);
        self.held.push(0);
        self.asleep.push(None);
        self.slept_since.push(0);
    }

    /// Says what happens, if that is wanted.
    pub fn trace(&self, what: impl std::fmt::Debug) {
        if self.is_traced {
            eprintln!("{:>9} ms  {what:?}", self.now);
        }
    }

    pub fn schedule(&mut self, at: Millis, event: Event) {
        self.queued += 1;
        self.queue.insert((at, self.queued), event);
    }

    /// What happens until `end` happens.
    pub fn run(&mut self, end: Millis) {
        loop {
            let event = self.queue.first_key_value().map(|((at, _), _)| *at);
            let server = self.server.next_timeout();
            let awake = (0..self.peers.len()).filter(|peer| self.asleep[*peer].is_none());
            let client = awake.filter_map(|peer| Some((self.peers[peer].deadline()?, peer))).min();
            let next = event.into_iter().chain(server).chain(client.map(|(at, _)| at)).min();
            let Some(next) = next.filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            self.rest.step(self.now);
            if event == Some(next) {
                let (_, event) = self.queue.pop_first().expect("an event");
                self.happen(event);
            } else if server == Some(next) {
                self.server.advance(self.now);
            } else if let Some((_, peer)) = client {
                let effects = self.peers[peer].input(self.now, Input::Wake);
                self.perform(peer, effects);
            }
            self.settle();
        }
        self.now = end;
        self.server.advance(end);
        self.settle();
    }

    /// What the server has said goes on its way.
    pub fn settle(&mut self) {
        for (conn, emission) in self.server.take() {
            let Some(link) = self.links.get_mut(&conn).filter(|link| !link.is_silent && !link.is_abandoned)
            else {
                continue;
            };
            let held = self.held[link.peer].max(self.now);
            let arrival = held + self.weather.latency(self.now, &mut self.rng);
            // What an earlier join brought is there before the next one's answer.
            let is_late = matches!(&emission, Emission::Frame(data) if answers_join(data));
            let at = link.down(if is_late { arrival.max(link.stray_until) } else { arrival });
            let data = match emission {
                Emission::Close(code) => {
                    self.schedule(at, Event::Closed(conn, code));
                    continue;
                }
                Emission::Frame(data) => data,
            };
            let fate = if self.now < self.weather.flaky { fate(&data, &mut self.rng) } else { Fate::Arrives };
            match fate {
                Fate::Lost => {}
                Fate::Arrives => self.schedule(at, Event::Down(conn, data)),
                Fate::Overtaken(delay) => {
                    link.stray_until = link.stray_until.max(at + delay);
                    self.schedule(at + delay, Event::Down(conn, data));
                }
                Fate::Twice => {
                    self.schedule(at, Event::Down(conn, data.clone()));
                    self.schedule(at, Event::Down(conn, data));
                }
            }
        }
        self.check();
    }

    fn happen(&mut self, event: Event) {
        self.server.advance(self.now);
        if let Some((wakes, _)) = self.sleeper(&event) {
            return self.keep_until(wakes, event);
        }
        self.trace(&event);
        self.digest = self.digest.rotate_left(5) ^ self.now ^ u64::from(self.conns);
        match event {
            Event::Handshake(conn) => self.handshake(conn),
            Event::Opened(conn) => self.opened(conn),
            Event::Failed(conn) => self.ended(conn, 1006),
            Event::Closed(conn, code) => self.ended(conn, code),
            Event::Up(conn, data) => {
                if self.links.get(&conn).is_some_and(|link| !link.is_silent) {
                    self.server.receive(conn, data);
                }
            }
            Event::Down(conn, data) => {
                if self.links.get(&conn).is_some_and(|link| !link.is_silent) {
                    self.arrive(conn, &data);
                }
            }
            Event::Buffered(conn, data) => self.arrive(conn, &data),
            Event::Gone(conn) => {
                self.server.disconnected(conn);
                self.links.remove(&conn);
            }
            Event::Token(peer, question, answer) => self.give_token(peer, question, answer),
            Event::Reached(peer, answered) => self.tell(peer, connectivity::Event::Probed { answered }),
            Event::Answer(peer, request, answers) => {
                let effects = self.peers[peer].answer(self.now, request, answers);
                self.perform(peer, effects);
            }
            Event::Resume(peer) => {
                self.watch.suspended.remove(&peer);
                self.tell(peer, PageEvent::Resume);
            }
            Event::Allow(channel) => drop(self.server.closed_topics.remove(channel)),
            Event::Visible(peer) => self.see(peer, true),
            Event::Online(peer) => {
                self.watch.offline.remove(&peer);
                self.tell(peer, PageEvent::Online);
            }
            Event::Awake(peer) => {
                let due = self.peers[peer].reply_due();
                let slept = self.now - self.slept_since[peer];
                if self.peers[peer].stops_in_sleep {
                    self.peers[peer].stood_still += slept;
                }
                self.asleep[peer] = None;
                self.woken(peer, due);
                let effects = self.peers[peer].input(self.now, Input::Wake);
                self.perform(peer, effects);
            }
        }
    }

    /// What has come before the machine sleeps on is there when it wakes, whatever becomes of the link meanwhile.
    fn keep_until(&mut self, wakes: Millis, event: Event) {
        match event {
            Event::Down(conn, _) if self.links.get(&conn).is_none_or(|link| link.is_silent) => {}
            Event::Down(conn, data) => self.schedule(wakes, Event::Buffered(conn, data)),
            event => self.schedule(wakes, event),
        }
    }

    /// Whether the event is for a machine that sleeps.
    fn sleeper(&self, event: &Event) -> Option<(Millis, usize)> {
        let peer = match event {
            Event::Opened(conn) | Event::Failed(conn) | Event::Closed(conn, _) | Event::Down(conn, _) => {
                self.links.get(conn)?.peer
            }
            Event::Token(peer, ..)
            | Event::Resume(peer)
            | Event::Online(peer)
            | Event::Reached(peer, _)
            | Event::Answer(peer, ..) => *peer,
            _ => return None,
        };
        self.asleep[peer].map(|wakes| (wakes, peer))
    }

    fn handshake(&mut self, conn: Conn) {
        let Some(link) = self.links.get(&conn).filter(|link| !link.is_abandoned) else { return };
        let version = self.peers[link.peer].version;
        let latency = self.weather.latency(self.now, &mut self.rng);
        if self.server.connect(conn, version, KEY) {
            self.schedule(self.now + latency, Event::Opened(conn));
            if self.now < self.weather.dropping {
                // Before or after it has accepted a join.
                let lived = 1 + self.rng.up_to(400);
                self.schedule(self.now + latency + lived, Event::Closed(conn, 1006));
            }
        } else {
            self.schedule(self.now + HANDSHAKE_REFUSAL, Event::Failed(conn));
        }
    }

    fn opened(&mut self, conn: Conn) {
        let Some(link) = self.links.get_mut(&conn).filter(|link| !link.is_abandoned) else { return };
        if link.is_silent {
            return;
        }
        link.is_open = true;
        let (peer, socket) = (link.peer, link.socket);
        self.watch.limited_sockets.remove(&peer);
        // What a replay begins with allows for clocks that differ by seconds, not by hours.
        let skew = self.peers[peer].skew.clamp(-SMALL_SKEW, SMALL_SKEW);
        let epoch = self.server.wall().saturating_add_signed(skew);
        let effects = self.peers[peer].input(self.now, Input::SocketOpened { socket, epoch });
        self.perform(peer, effects);
        // Unless what it read first has made it close the socket again.
        if self.links.get(&conn).is_some_and(|link| !link.is_abandoned) {
            self.watch.timeless.remove(&peer);
        }
    }

    /// The client is told that its socket is gone.
    fn ended(&mut self, conn: Conn, code: u16) {
        let Some(link) = self.links.remove(&conn) else { return };
        self.server.disconnected(conn);
        if link.is_abandoned {
            return;
        }
        self.forget(link.peer, conn);
        if matches!(code, 1001 | 1013) {
            self.watch.limited_sockets.insert(link.peer);
            self.watch.told_to_wait = Some(self.now);
        }
        let effects =
            self.peers[link.peer].input(self.now, connectivity::Event::Closed { socket: link.socket, code });
        self.perform(link.peer, effects);
    }

    fn arrive(&mut self, conn: Conn, data: &Data) {
        let Some(link) = self.links.get(&conn).filter(|link| link.is_open && !link.is_abandoned) else {
            return;
        };
        let (peer, socket) = (link.peer, link.socket);
        self.before_arrival(peer, conn, data);
        let (arrival, effects) = self.peers[peer].receive(self.now, socket, data);
        self.trace((peer, &arrival));
        let untold = &self.peers[peer].begun_anew;
        assert!(untold.is_empty(), "{untold:?}: begun anew by the server, and not told");
        self.peers[peer].back_with_it.clear();
        self.judge(peer, data, arrival);
        self.perform(peer, effects);
    }
}
