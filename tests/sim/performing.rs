//! What clients do to the world: sockets that they open, give up and send on, and what they ask.

use wedsync_dashboard::core::ids::SocketId;
use wedsync_dashboard::core::session;
use wedsync_dashboard::core::session::token::QuestionId;

use crate::network::Link;
use crate::peer::Effect;
use crate::server::{Conn, Data, Millis, token};
use crate::tokens::{Answer, Issued};
use crate::wishes::Kind;
use crate::world::{Event, World};

/// How long the application may take for a token in bad weather; clients do not wait as long.
const LATE_TOKEN: Millis = 15_000;
/// What a silent link has swallowed the server finds out by itself.
const SWALLOWED: Millis = 60_000;

impl World {
    /// What a client does to the world.
    pub fn perform(&mut self, peer: usize, effects: Vec<Effect>) {
        for effect in effects {
            self.trace((peer, &effect));
            match effect {
                Effect::Open(socket) => {
                    self.watch.attempt(peer, self.now);
                    self.conns += 1;
                    let conn = Conn(self.conns);
                    let mut link = Link::new(peer, socket);
                    link.is_touched = self.now < self.weather.slow.max(self.weather.flaky);
                    self.links.insert(conn, link);
                    self.remember(peer, conn);
                    let held = self.held[peer].saturating_sub(self.now);
                    let latency = held + self.weather.latency(self.now, &mut self.rng);
                    if self.now < self.weather.refusing.max(self.weather.away) {
                        self.schedule(self.now + latency, Event::Failed(conn));
                    } else if self.now >= self.weather.hanging {
                        self.schedule(self.now + latency, Event::Handshake(conn));
                    }
                }
                Effect::Close(socket) => self.give_up(peer, socket),
                Effect::Send(socket, data) => self.send(peer, socket, data),
                Effect::AskToken(question) => {
                    self.watch.question(peer, self.now);
                    let bad = self.now < self.weather.tokenless && self.rng.up_to(2) == 0;
                    let delay = if bad { LATE_TOKEN } else { self.rng.up_to(200) };
                    // Late or not, it is what the application had when it was asked.
                    let answer = self.answer(peer);
                    self.schedule(self.now + delay, Event::Token(peer, question, answer));
                }
                Effect::Probe => {
                    let answers = self.answers(peer);
                    let delay = self.weather.latency(self.now, &mut self.rng);
                    self.schedule(self.now + delay, Event::Reached(peer, answers));
                }
                Effect::Http(request) => {
                    let answers = self.answers(peer);
                    let delay = self.weather.latency(self.now, &mut self.rng);
                    self.schedule(self.now + delay, Event::Answer(peer, request, answers));
                }
                Effect::GivenUp(Kind::Kept) => self.watch.forget_kept(peer),
                Effect::GivenUp(_) => {}
                Effect::Live(id) => self.check_live(peer, id),
                Effect::Dead => self.check_dead(peer),
                Effect::Resumed(id) => self.check_resumed(peer, id),
            }
        }
    }

    fn answers(&self, peer: usize) -> bool {
        self.weather.answers(self.now) && self.now >= self.held[peer]
    }

    /// A client has asked for a socket.
    fn remember(&mut self, peer: usize, conn: Conn) {
        if self.current[peer].is_none() {
            self.current[peer] = Some(conn);
            return;
        }
        if let Some(link) = self.current[peer].and_then(|conn| self.links.get_mut(&conn)) {
            link.is_doubted = true;
        }
        let other = self.beside[peer].replace(conn);
        assert!(other.is_none(), "a third socket of client {peer}");
    }

    /// A client's socket is no more: the one that it tried beside it is the one it has.
    pub fn forget(&mut self, peer: usize, conn: Conn) {
        if self.beside[peer] == Some(conn) {
            self.beside[peer] = None;
        } else if self.current[peer] == Some(conn) {
            self.current[peer] = self.beside[peer].take();
        }
    }

    fn conn_of(&self, peer: usize, socket: SocketId) -> Option<Conn> {
        let both = [self.current[peer], self.beside[peer]].into_iter().flatten();
        both.into_iter().find(|conn| self.links[conn].socket == socket)
    }

    fn give_up(&mut self, peer: usize, socket: SocketId) {
        // The one whose end the client is being told of.
        let Some(conn) = self.conn_of(peer, socket) else { return };
        let is_second = self.beside[peer] == Some(conn);
        self.forget(peer, conn);
        // The limit that ended one socket ends the other too.
        let is_limited = self.watch.limited_sockets.contains(&peer);
        // One that the server has closed was of no use any more, whether or not the client had heard of that.
        let is_wanted = !self.peers[peer].wanted.is_empty() && !is_limited && self.server.has_socket(conn);
        let link = self.links.get_mut(&conn).expect("a link");
        let needed = is_wanted && !is_second && link.is_open && !link.is_touched && !self.is_suspending;
        assert!(!needed, "client {peer} gave up a link that was alive");
        link.is_abandoned = true;
        let delay = if link.is_silent { SWALLOWED } else { self.weather.latency(self.now, &mut self.rng) };
        let at = link.up(self.now + delay);
        self.schedule(at, Event::Gone(conn));
    }

    fn send(&mut self, peer: usize, socket: SocketId, data: Data) {
        let conn = self.conn_of(peer, socket).expect("a socket to send on");
        self.before_sending(peer, conn, &data);
        let link = self.links.get_mut(&conn).expect("a link");
        assert!(link.socket == socket && link.is_open, "sent on a socket that is not open");
        let held = self.held[peer].max(self.now);
        let arrival = held + self.weather.latency(self.now, &mut self.rng);
        let at = link.up(arrival);
        self.schedule(at, Event::Up(conn, data));
    }

    /// What the application answers, in bad weather nothing or an expired token.
    fn answer(&mut self, peer: usize) -> Answer {
        let bad = self.now < self.weather.tokenless;
        match self.rng.up_to(3) {
            0 if bad => Answer::Failure,
            1 if bad => Answer::Token(self.issue(peer, self.server.wall() / 1_000 - 5)),
            _ => Answer::Token(self.session_token(peer)),
        }
    }

    /// The application's answer comes.
    pub fn give_token(&mut self, peer: usize, question: QuestionId, answer: Answer) {
        let (now, wall) = (self.now, self.server.wall());
        let effects = match answer {
            Answer::Failure => self.peers[peer]
                .input(now, session::Event::TokenFailed { question, reason: "no session".into() }),
            Answer::Token(issued) => {
                let former = self.peers[peer].tokens.user.clone();
                let effects = self.peers[peer].token(now, wall, question, issued);
                self.watch_user(peer, &former);
                effects
            }
        };
        self.perform(peer, effects);
    }

    /// The token of the application's session: the one that it has, if it keeps one that is good, or a fresh one.
    pub fn session_token(&mut self, peer: usize) -> Issued {
        let client = &self.peers[peer];
        let is_good =
            |kept: &&Issued| kept.expires > self.server.wall() && Some(&kept.user) == client.session.as_ref();
        match client.kept_token.as_ref().filter(|_| client.keeps_token).filter(is_good) {
            Some(kept) => kept.clone(),
            None => self.fresh_token(peer),
        }
    }

    /// A token that lives a minute or three, in good weather longer.
    pub fn fresh_token(&mut self, peer: usize) -> Issued {
        let least = if self.weather.is_good { 2_000 } else { 60 };
        let expires = self.server.wall() / 1_000 + least + self.rng.up_to(120);
        let issued = self.issue(peer, expires);
        self.peers[peer].kept_token = Some(issued.clone());
        issued
    }

    fn issue(&self, peer: usize, expires: u64) -> Issued {
        let wall = self.server.wall();
        let user = self.peers[peer].session.clone().expect("a session");
        let (expires, issued) = (expires * 1_000, wall.min(expires * 1_000 - 60_000));
        Issued { token: token(&user, expires / 1_000), user, issued, expires }
    }

    /// Another user signs in, or where nobody need, nobody any more.
    pub fn change_user(&mut self, peer: usize, is_told: bool) {
        let client = &self.peers[peer];
        let (user, other) = (client.user.clone(), client.user.replace("user", "other"));
        let next = match &client.session {
            Some(session) if *session == user => Some(other),
            Some(_) if !client.has_token_source => None,
            _ => Some(user),
        };
        self.peers[peer].session = next.clone();
        if !is_told {
            return;
        }
        let issued = match (&next, self.peers[peer].has_token_source) {
            (None, _) => None,
            (Some(_), true) => Some(self.fresh_token(peer)),
            // Nobody renews it.
            (Some(_), false) => Some(self.issue(peer, self.server.wall() / 1_000 + 100_000)),
        };
        let former = self.peers[peer].tokens.user.clone();
        self.hear(peer);
        let effects = self.peers[peer].set_token(self.now, self.server.wall(), issued);
        self.watch_user(peer, &former);
        self.perform(peer, effects);
    }
}
