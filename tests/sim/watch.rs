//! What has to be true at all times, checked while it happens.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use wedsync_dashboard::core::connectivity;

use crate::server::{Conn, Millis, Version};
use crate::wishes::Kind;
use crate::world::World;

/// Attempts to connect of one client within a minute, at most: a server that is down must not be hammered.
const ATTEMPTS_A_MINUTE: usize = 40;
/// Joins of one topic of one client within a minute, at most.
pub const JOINS_A_MINUTE: usize = 30;
pub const MINUTE: Millis = 60_000;
/// A dead link is found within this in a visible page: the last answer may have come just before the end, then comes a
/// silence of 5 s and a question whose answer may take up to 5 s, and 5 s more for each join that is out.
const DEAD_LINK: Millis = 5_000 + 5_000 + 500;
/// In a hidden page, where a beat comes every 25 s.
const DEAD_LINK_HIDDEN: Millis = 25_000 + 5_000 + 500;
/// On a connection that is slow or saves data, where a beat comes every 50 s.
const DEAD_LINK_SPARED: Millis = 50_000 + 5_000 + 500;
/// Once another socket has been tried in vain, the application is told within this.
const ALLOWANCE: Millis = 10_000;
/// For each join that is out a refusal may hold up the answers, and all of them together for so long: those of a
/// question that something came after, and those of the next one.
const REFUSAL: Millis = 5_000;
const MOST_REFUSALS: Millis = 30_000;
/// After sleep it is found within this.
const DEAD_LINK_AFTER_SLEEP: Millis = 5_000 + 50;
/// So long a sleep that some timer of the heartbeat's must have been late.
pub const LONG_SLEEP: Millis = 80_000;
/// Questions for the token of one client within a minute, at most.
const QUESTIONS_A_MINUTE: usize = 40;
/// A new token is with every channel within this.
const TOKEN_PUSH: Millis = 10_000;
/// Every text with which the server closes a channel because of a limit.
pub const LIMITS: &[&str] = &[
    "Too many messages per second",
    "Too many presence messages per second",
    "Client presence rate limit exceeded",
];

/// What has been seen.
#[derive(Debug, Default)]
pub struct Watch {
    attempts: BTreeMap<usize, VecDeque<Millis>>,
    pub joins: BTreeMap<(usize, String), VecDeque<Millis>>,
    questions: BTreeMap<usize, VecDeque<Millis>>,
    /// Topics that may not be joined before then, whoever subscribes meanwhile.
    pub limited: BTreeMap<(usize, String), Millis>,
    /// Topics that the server does not let a client have.
    pub refused: BTreeSet<(usize, String)>,
    /// Clients whose machine sleeps long.
    pub slept_long: BTreeSet<usize>,
    /// When a client was last told to wait for a minute or more.
    pub told_to_wait: Option<Millis>,
    /// The socket and the join on which a subscription was last live, by client, and the ones before.
    pub live: BTreeMap<(usize, &'static str), (Conn, serde_json::Value)>,
    pub lived: BTreeMap<(usize, &'static str), (Conn, serde_json::Value)>,
    /// Until when clients whose browser has said that there is no network, and whose socket is dead, have to have told so.
    pub offline: BTreeMap<usize, Millis>,
    /// Clients whose page is put away.
    pub suspended: BTreeSet<usize>,
    /// Clients whose clock has jumped since their last socket opened.
    pub timeless: BTreeSet<usize>,
    /// Clients whose last socket the server closed because of a limit.
    pub limited_sockets: BTreeSet<usize>,
    /// Who got which message, and how often, once it is counted.
    pub received: Option<BTreeMap<(usize, &'static str, u64), usize>>,
    /// What the database has kept for subscriptions that want what they missed, and how often each got it.
    pub kept: BTreeMap<(usize, u64), usize>,
    /// The number of the last message.
    pub messages: u64,
}

/// What the browser says of the network has to be told within so many milliseconds.
const OFFLINE: Millis = 1_500;

/// Counts one more now, and says how many there were within a minute.
pub fn count(times: &mut VecDeque<Millis>, now: Millis) -> usize {
    times.push_back(now);
    while times.front().is_some_and(|first| first + MINUTE <= now) {
        times.pop_front();
    }
    times.len()
}

impl Watch {
    pub fn attempt(&mut self, peer: usize, now: Millis) {
        let attempts = count(self.attempts.entry(peer).or_default(), now);
        assert!(
            attempts <= ATTEMPTS_A_MINUTE,
            "client {peer} hammers the server: {attempts} sockets a minute"
        );
    }

    pub fn question(&mut self, peer: usize, now: Millis) {
        let questions = count(self.questions.entry(peer).or_default(), now);
        assert!(
            questions <= QUESTIONS_A_MINUTE,
            "client {peer} pesters the application: {questions} questions a minute"
        );
    }

    /// The application wants it once more.
    pub fn forget_refusal(&mut self, peer: usize, topic: &str) {
        self.refused.remove(&(peer, topic.to_owned()));
    }

    /// Nothing is limited any more as far as the client can know.
    pub fn forget_limits(&mut self, peer: usize) {
        self.limited.retain(|(limited, _), _| *limited != peer);
    }

    /// When joins went out, in the last minute of each topic, by all.
    pub fn joins(&self) -> Vec<Millis> {
        self.joins.values().flatten().copied().collect()
    }

    /// When sockets were asked for, in the last minute, by all.
    pub fn attempts(&self) -> Vec<Millis> {
        self.attempts.values().flatten().copied().collect()
    }

    /// What was kept for a client is no longer owed to it.
    pub fn forget_kept(&mut self, peer: usize) {
        self.kept.retain(|(owed, _), _| *owed != peer);
    }
}

impl World {
    /// A client's browser says that there is no network.
    pub fn watch_offline(&mut self, peer: usize) {
        let link = self.current[peer].and_then(|conn| self.links.get(&conn));
        if self.asleep[peer].is_none() && link.is_some_and(|link| link.is_silent) {
            self.watch.offline.entry(peer).or_insert(self.now + OFFLINE);
        }
    }

    /// After everything that happens.
    pub fn check(&mut self) {
        assert!(self.server.duplicate_joins.is_empty(), "joined twice: {:?}", self.server.duplicate_joins);
        for (conn, topic) in std::mem::take(&mut self.server.expired) {
            self.check_expired(conn, &topic);
        }
        for (number, peer) in self.peers.iter().enumerate() {
            let waits = self.current[number].is_none() && !peer.wanted.is_empty();
            let is_away = self.asleep[number].is_some() || self.watch.suspended.contains(&number);
            let goes_on = peer.core().deadline(connectivity::Timer::Reconnect).is_some();
            assert!(!waits || is_away || goes_on, "client {number} wants a socket and waits for nothing");
        }
        self.check_offline();
        for (conn, link) in &self.links {
            let joins = (REFUSAL * link.joining.len() as u64).min(MOST_REFUSALS);
            let allowance = if link.is_doubted { ALLOWANCE } else { 0 };
            let late = link.must_end_by.is_some_and(|end| end + allowance + 2 * joins < self.now);
            let held = link.is_open && !link.is_abandoned && self.asleep[link.peer].is_none();
            let client = &self.peers[link.peer];
            let is_trusted =
                client.is_connected && self.beside[link.peer].is_none() && !client.wanted.is_empty();
            assert!(
                !(late && held && is_trusted),
                "{conn:?} of client {} is dead, and it does not find out",
                link.peer
            );
        }
    }

    /// Whoever counts on a dead socket though the browser says that there is no network has some time left.
    fn check_offline(&mut self) {
        let mut offline = std::mem::take(&mut self.watch.offline);
        offline.retain(|peer, by| {
            let link = self.current[*peer].and_then(|conn| self.links.get(&conn));
            let is_dead = link.is_some_and(|link| link.is_silent && link.is_open && !link.is_abandoned);
            // What has opened beside it since speaks against the browser.
            let is_open = |conn: Conn| self.links.get(&conn).is_some_and(|link| link.is_open);
            let client = &self.peers[*peer];
            let counts_on_it = client.is_connected && !client.wanted.is_empty();
            let is_owed = is_dead && counts_on_it && !self.beside[*peer].is_some_and(is_open);
            assert!(!is_owed || self.now <= *by, "client {peer} does not say that it is offline");
            is_owed
        });
        self.watch.offline = offline;
    }

    /// A channel's token has run out at the server. On a good link that is not to happen while the client has a better one.
    fn check_expired(&self, conn: Conn, topic: &str) {
        let Some(link) = self.links.get(&conn) else { return };
        let is_good = link.is_open && !link.is_touched && !link.is_abandoned && link.joining.is_empty();
        if is_good && self.asleep[link.peer].is_none() {
            let kept = self.peers[link.peer].tokens.good_for(self.now).unwrap_or(0);
            assert!(kept < TOKEN_PUSH, "client {} kept its new token from {topic} for {kept} ms", link.peer);
        }
    }

    /// How long a client may take to find a dead link.
    pub fn allowance(&self, peer: usize) -> Millis {
        match &self.peers[peer] {
            peer if peer.saved_data => DEAD_LINK_SPARED,
            peer if peer.is_hidden => DEAD_LINK_HIDDEN,
            _ => DEAD_LINK,
        }
    }

    /// A client has been given a token, perhaps another user's.
    pub fn watch_user(&mut self, peer: usize, former: &Option<String>) {
        if self.peers[peer].tokens.user == *former {
            return;
        }
        // The next user is given what the database still has, as if for the first time.
        self.watch.forget_kept(peer);
        if self.peers[peer].version == Version::One {
            // Only another socket tells the users apart.
            self.links.values_mut().filter(|link| link.peer == peer).for_each(|link| link.is_touched = true);
        }
    }

    /// A client says that a subscription is live.
    pub fn check_live(&mut self, peer: usize, id: &'static str) {
        let Some((wish, topic)) = self.peers[peer].wanted.get(id) else { return };
        // What it has just read proves a socket alive of whose end it is told next.
        let Some(conn) = self.current[peer] else { return };
        let joined = self.server.joined(conn).iter().any(|(joined, _)| joined == topic);
        if joined && matches!(wish.kind, Kind::Rows(_)) {
            assert!(self.server.was_subscribed(conn, topic), "{id} is called live before the database is");
        }
        let join = self.links[&conn].joined.get(topic).cloned().unwrap_or_default();
        if let Some(before) = self.watch.live.insert((peer, id), (conn, join)) {
            self.watch.lived.insert((peer, id), before);
        }
    }

    /// A client says that its socket answers nothing. It may be mistaken where something is the matter with the way, or
    /// where a refused join silences the server.
    pub fn check_dead(&self, peer: usize) {
        let Some(link) = self.current[peer].and_then(|conn| self.links.get(&conn)) else { return };
        let is_well = link.is_open && !link.is_touched && link.joining.is_empty();
        assert!(!is_well, "client {peer} calls a link dead that is alive");
    }

    /// A client says that a subscription has missed nothing: it is the socket and the join that it was live on.
    pub fn check_resumed(&mut self, peer: usize, id: &'static str) {
        let Some(conn) = self.current[peer] else { return };
        let Some((_, topic)) = self.peers[peer].wanted.get(id) else { return };
        let join = self.links[&conn].joined.get(topic).cloned().unwrap_or_default();
        let before = self.watch.lived.get(&(peer, id));
        assert_eq!(before, Some(&(conn, join)), "{id} of client {peer} is said to have missed nothing");
    }

    /// A machine wakes: a link that died meanwhile has to be found at once.
    /// `due` is when a heartbeat's answer was.
    pub fn woken(&mut self, peer: usize, due: Option<Millis>) {
        // A wall clock that was set back meanwhile hides the sleep.
        let is_hidden = self.peers[peer].skew < self.peers[peer].read_skew;
        let slept_long = self.watch.slept_long.remove(&peer) && !is_hidden;
        // A timer that is hardly late looks like one that is on time, though what came meanwhile is not read yet.
        let hardly_late = due.is_some_and(|at| at <= self.now && self.now <= at + 250);
        let allowance = self.allowance(peer);
        let Some(link) = self.current[peer].and_then(|conn| self.links.get_mut(&conn)) else { return };
        link.is_touched |= hardly_late;
        if link.is_silent && link.is_open {
            link.must_end_by = Some(self.now + if slept_long { DEAD_LINK_AFTER_SLEEP } else { allowance });
        }
    }
}
