//! What a fault of the schedule does to the world, and what the application does on its own.

use serde_json::json;
use wedsync_dashboard::core::dashboard::Input;
use wedsync_dashboard::core::page::PageEvent;

use crate::faults::Fault;
use crate::server::Data;
use crate::watch::LONG_SLEEP;
use crate::world::{Event, World};

/// How long clients keep a socket that answers nothing, in milliseconds.
const KEPT: i64 = 60_000;

impl World {
    pub fn act(&mut self, fault: Fault) {
        let now = self.now;
        self.trace(&fault);
        match fault {
            Fault::Cut(peer) => self.cut(peer),
            Fault::Silence(peer) => self.silence(peer),
            Fault::Close(peer, code) => {
                if let Some(conn) = self.current[peer] {
                    self.server.close_socket(conn, code);
                }
            }
            Fault::Restart => {
                self.server.restart();
                self.weather.refusing = self.weather.refusing.max(now + 1_000 + self.rng.up_to(5_000));
            }
            Fault::Refuse(time) => self.weather.refusing = now + time,
            Fault::Away(time) => {
                self.weather.away = now + time;
                (0..self.peers.len()).for_each(|peer| self.cut(peer));
            }
            Fault::Hang(time) => self.weather.hanging = now + time,
            Fault::Drop(time) => {
                self.weather.dropping = now + time;
                let peer = self.rng.up_to(self.peers.len() as u64 - 1) as usize;
                self.cut(peer);
            }
            Fault::Hold(peer, time, is_told) => self.hold(peer, time, is_told),
            Fault::See(peer, is_seen) => self.see(peer, is_seen),
            Fault::Slow(time) => {
                self.weather.slow = now + time;
                self.touch_all();
            }
            Fault::Flaky(time) => {
                self.weather.flaky = now + time;
                self.touch_all();
            }
            Fault::RefuseJoins(reasons) => {
                self.server.refusals.extend(reasons.into_iter().map(str::to_owned));
                // Somebody has to join for that to matter, and to ask meanwhile whether the link still lives.
                let peer = self.rng.up_to(self.peers.len() as u64 - 1) as usize;
                self.cut(peer);
                let at = now + self.rng.up_to(6_000);
                self.schedule(at, Event::Visible(peer));
            }
            Fault::Complain(peer, message) => {
                if let Some((conn, topic)) = self.a_joined_topic(peer) {
                    self.server.complain(conn, &topic, message);
                }
            }
            Fault::TooManyMessages => self.server.count_messages(3_000),
            Fault::TooManyJoins => self.server.count_joins(3_000),
            Fault::TooManyPresences => self.server.count_presences(900),
            Fault::NoToken(time) => self.weather.tokenless = now + time,
            Fault::ClockJump(peer, by) => {
                // A wall clock that is set ahead cannot be told from one that went on while the machine slept: what was
                // to be waited for counts as waited for.
                self.watch.forget_limits(peer);
                self.watch.offline.remove(&peer);
                self.be_patient(peer);
                // Nor does it know any more since when a replay has to begin, until its next socket opens.
                self.watch.forget_kept(peer);
                self.watch.timeless.insert(peer);
                self.outwait(peer, by - self.peers[peer].skew);
                self.peers[peer].skew = by;
                self.peers[peer].tokens.distrust();
            }
            Fault::Sleep(peer, time) => self.sleep(peer, time),
            Fault::Online(peer) => {
                let waits = self.waits(peer);
                self.watch.offline.remove(&peer);
                self.tell(peer, PageEvent::Online);
                assert!(
                    !waits || self.current[peer].is_some(),
                    "the network is back, and client {peer} waits"
                );
            }
            Fault::Offline(peer) => {
                self.watch_offline(peer);
                self.tell(peer, PageEvent::Offline);
            }
            Fault::Visible(peer) => self.see(peer, true),
            Fault::ChangeWish(peer) => self.change_wish(peer),
            Fault::Track(peer) => self.track(peer),
            Fault::Suspend(peer, time) => {
                self.is_suspending = true;
                self.watch.offline.remove(&peer);
                if self.watch.suspended.insert(peer) && self.asleep[peer].is_none() {
                    // A frozen page's answers are about the past.
                    self.peers[peer].tokens.supersede();
                }
                self.tell(peer, PageEvent::Suspend);
                self.is_suspending = false;
                self.schedule(now + time, Event::Resume(peer));
            }
            Fault::VaryWish(peer) => self.vary_wish(peer),
            Fault::SetToken(peer) if self.peers[peer].has_token_source && self.asleep[peer].is_none() => {
                let issued = self.fresh_token(peer);
                let former = self.peers[peer].tokens.user.clone();
                self.hear(peer);
                let effects = self.peers[peer].set_token(now, self.server.wall(), Some(issued));
                self.watch_user(peer, &former);
                self.perform(peer, effects);
            }
            Fault::SetToken(_) => {}
            Fault::ChangeUser(peer, is_told) if self.asleep[peer].is_none() => {
                self.change_user(peer, is_told)
            }
            Fault::ChangeUser(..) => {}
            Fault::BeginAnew(peer) => {
                if let Some((conn, topic)) = self.a_joined_topic(peer) {
                    self.server.begin_anew(conn, &topic);
                }
            }
            Fault::Forbid(channel, time) => self.forbid(channel, time),
            Fault::HttpSend(peer) if self.asleep[peer].is_none() => {
                let effects = self.peers[peer].http_broadcast(now, "lobby", "hi", json!({ "n": 0 }));
                self.perform(peer, effects);
            }
            Fault::HttpSend(_) => {}
            Fault::SaveData(peer, saves_data) => {
                self.peers[peer].saved_data |= saves_data;
                self.be_patient(peer);
                self.tell(peer, PageEvent::Network { saves_data, effective_type: None });
            }
            Fault::Garbage(peer) => self.garbage(peer),
            Fault::Traffic => drop(self.traffic()),
        }
        self.settle();
    }

    /// A client is told what it has heard, before what its application wants changes.
    pub fn hear(&mut self, peer: usize) {
        let effects = self.peers[peer].hear(self.now);
        self.perform(peer, effects);
    }

    pub fn tell(&mut self, peer: usize, input: impl Into<Input<serde_json::Value>>) {
        if self.asleep[peer].is_none() {
            let effects = self.peers[peer].input(self.now, input);
            self.perform(peer, effects);
        }
    }

    /// Whether a client only waits for its next attempt, and has not been told by the server to wait.
    fn waits(&self, peer: usize) -> bool {
        let (client, watch) = (&self.peers[peer], &self.watch);
        let told = watch.suspended.contains(&peer) || watch.limited_sockets.contains(&peer);
        !client.wanted.is_empty() && self.current[peer].is_none() && self.asleep[peer].is_none() && !told
    }

    fn touch_all(&mut self) {
        self.links.values_mut().for_each(|link| link.is_touched = true);
    }

    pub fn cut(&mut self, peer: usize) {
        if let Some(conn) = self.current[peer].filter(|conn| !self.links[conn].is_silent) {
            self.schedule(self.now, Event::Closed(conn, 1006));
        }
    }

    pub fn see(&mut self, peer: usize, is_seen: bool) {
        if self.asleep[peer].is_none() {
            self.peers[peer].is_hidden = !is_seen;
            self.be_patient(peer);
            self.tell(peer, if is_seen { PageEvent::Visible } else { PageEvent::Hidden });
        }
    }

    /// A dead link may be found later than it had to be until now.
    fn be_patient(&mut self, peer: usize) {
        let end = self.now + self.allowance(peer);
        if let Some(link) = self.current[peer].and_then(|conn| self.links.get_mut(&conn)) {
            link.must_end_by = link.must_end_by.map(|before| before.max(end));
        }
    }

    /// A client's clock gains as much. A socket that it has given up, and that it kept in case it answers after all, is
    /// closed by then, for all that it can know.
    fn outwait(&mut self, peer: usize, gained: i64) {
        let is_kept = !self.peers[peer].is_connected && gained >= KEPT;
        if let Some(link) = self.current[peer].filter(|_| is_kept).and_then(|conn| self.links.get_mut(&conn))
        {
            link.is_touched = true;
        }
    }

    /// The way to a client is held, as a tunnel holds it.
    fn hold(&mut self, peer: usize, time: u64, is_told: bool) {
        self.held[peer] = self.held[peer].max(self.now + time);
        for link in self.links.values_mut().filter(|link| link.peer == peer) {
            link.is_touched = true;
        }
        if is_told {
            self.watch_offline(peer);
            self.tell(peer, PageEvent::Offline);
            self.schedule(self.now + time, Event::Online(peer));
        }
    }

    fn silence(&mut self, peer: usize) {
        let Some(conn) = self.current[peer] else { return };
        let allowance = self.allowance(peer);
        let link = self.links.get_mut(&conn).expect("a link");
        link.is_silent = true;
        link.is_touched = true;
        if link.is_open {
            link.must_end_by = Some(self.now + allowance);
        }
    }

    fn sleep(&mut self, peer: usize, time: u64) {
        if self.asleep[peer].is_some() {
            return;
        }
        let wakes = self.now + time;
        self.watch.offline.remove(&peer);
        self.slept_since[peer] = self.now;
        self.asleep[peer] = Some(wakes);
        self.watch.slept_long.remove(&peer);
        if time >= LONG_SLEEP {
            self.watch.slept_long.insert(peer);
        }
        // Timers and sockets wake in any order.
        let at = wakes + self.rng.up_to(20);
        self.asleep[peer] = Some(at);
        self.schedule(at, Event::Awake(peer));
    }

    fn a_joined_topic(&mut self, peer: usize) -> Option<(crate::server::Conn, String)> {
        let conn = self.current[peer]?;
        let joined = self.server.joined(conn);
        let lot = self.rng.up_to(joined.len().checked_sub(1)? as u64) as usize;
        Some((conn, joined[lot].0.clone()))
    }

    /// Nobody may read a channel for a time, and whoever is on it is thrown out.
    fn forbid(&mut self, channel: &'static str, time: u64) {
        self.server.closed_topics.insert(channel.into());
        let message = ["You do not have permissions to read from this Channel topic: ", channel].concat();
        for peer in 0..self.peers.len() {
            self.peers[peer].forbidden.insert(channel);
            if let Some(conn) = self.current[peer] {
                self.server.complain(conn, &["realtime:", channel].concat(), &message);
            }
        }
        self.schedule(self.now + time, Event::Allow(channel));
    }

    fn garbage(&mut self, peer: usize) {
        let Some(conn) =
            self.current[peer].filter(|conn| self.links[conn].is_open && self.asleep[peer].is_none())
        else {
            return;
        };
        let data = match self.rng.up_to(4) {
            0 => Data::Text("{not json".into()),
            1 => Data::Text("[1,2,3]".into()),
            2 => Data::Binary(vec![4, 200, 1, 1, 1, 9]),
            3 => Data::Text(json!([null, "x", "realtime:nowhere", "phx_close", {}]).to_string()),
            _ => Data::Binary((0..self.rng.up_to(40)).map(|_| self.rng.next_u64() as u8).collect()),
        };
        self.schedule(self.now, Event::Down(conn, data));
    }
}
