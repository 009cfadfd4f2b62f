//! What has to be true at all times, checked while it happens.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use wedsync_dashboard::core::connectivity;

use crate::frames::{Seen, data_frame};
use crate::network::Link;
use crate::peer::Arrival;
use crate::server::{Conn, Data, Millis, Version};
use crate::wishes::{self, About, Kind, Wish};
use crate::world::World;

/// Attempts to connect of one client within a minute, at most: a server that is down must not be hammered.
const ATTEMPTS_A_MINUTE: usize = 40;
/// Joins of one topic of one client within a minute, at most.
const JOINS_A_MINUTE: usize = 30;
const MINUTE: Millis = 60_000;
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
const LIMITS: &[&str] = &[
    "Too many messages per second",
    "Too many presence messages per second",
    "Client presence rate limit exceeded",
];

/// What has been seen.
#[derive(Debug, Default)]
pub struct Watch {
    attempts: BTreeMap<usize, VecDeque<Millis>>,
    joins: BTreeMap<(usize, String), VecDeque<Millis>>,
    questions: BTreeMap<usize, VecDeque<Millis>>,
    /// Topics that may not be joined before then, whoever subscribes meanwhile.
    limited: BTreeMap<(usize, String), Millis>,
    /// Topics that the server does not let a client have.
    refused: BTreeSet<(usize, String)>,
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
fn count(times: &mut VecDeque<Millis>, now: Millis) -> usize {
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

    pub fn before_sending(&mut self, peer: usize, conn: Conn, data: &Data) {
        let Data::Text(text) = data else { return };
        if !["\"phx_leave\"", "\"phx_join\"", "\"access_token\""].iter().any(|event| text.contains(event)) {
            return;
        }
        let frame = Seen::of(data, self.peers[peer].version).expect("a frame");
        if frame.event == "phx_join" {
            let joined = |other: &Link| other.peer == peer && !other.is_abandoned && !other.joined.is_empty();
            let both = self.links.iter().any(|(other, link)| *other != conn && joined(link));
            assert!(!both, "client {peer} joins on two sockets: {frame:?}");
        }
        let link = self.links.get_mut(&conn).expect("a link");
        if frame.event == "access_token" {
            let right = self.peers[peer].tokens.right.as_deref();
            assert_eq!(frame.payload["access_token"].as_str(), right, "an earlier token: {frame:?}");
            link.refreshed.insert(frame.topic);
            return;
        }
        if frame.event == "phx_leave" {
            link.joined.remove(&frame.topic);
            return;
        }
        let reference = frame.join_ref.as_str().expect("a reference").to_owned();
        assert!(link.join_refs.insert(reference.clone()), "a second join with one reference: {frame:?}");
        link.joining.insert(reference);
        link.joined.insert(frame.topic.clone(), frame.join_ref.clone());
        link.limited.remove(&frame.topic);
        link.refreshed.remove(&frame.topic);
        link.standing.remove(&frame.topic);
        self.check_join(peer, frame);
    }

    fn check_join(&mut self, peer: usize, frame: Seen) {
        assert_eq!(frame.join_ref, frame.reference, "a join's reference is its join_ref");
        let client = &self.peers[peer];
        let token = frame.payload["access_token"].as_str();
        let has_token = token.is_some();
        assert!(
            has_token || frame.payload["config"]["private"] == false,
            "private, without a token: {frame:?}"
        );
        assert_eq!(token, client.tokens.right.as_deref(), "another token than the application's: {frame:?}");
        if frame.payload["config"]["private"] == true {
            let is_over = self.server.had_run_out(token.unwrap_or_default(), client.unnoticed());
            assert!(
                !is_over || !token.is_some_and(|token| client.tokens.knows(token)),
                "a token that is over: {frame:?}"
            );
        }
        let is_wanted = client.wanted.values().any(|(_, wanted)| *wanted == frame.topic);
        assert!(is_wanted, "a join that nobody wants: {frame:?}");
        let key = (peer, frame.topic);
        let joins = count(self.watch.joins.entry(key.clone()).or_default(), self.now);
        assert!(joins <= JOINS_A_MINUTE, "client {peer} hammers {}: {joins} joins a minute", key.1);
        assert!(!self.watch.refused.contains(&key), "client {peer} may not have {}, and joins again", key.1);
        let limited = self.watch.limited.get(&key).is_some_and(|until| *until > self.now);
        assert!(!limited, "client {peer} joined {} within a minute of being told to slow down", key.1);
    }

    pub fn before_arrival(&mut self, peer: usize, conn: Conn, data: &Data) {
        let Data::Text(text) = data else { return };
        let is_complaint = LIMITS.iter().any(|limit| text.contains(limit));
        if is_complaint || text.contains("RateLimitReached") {
            self.watch.told_to_wait = Some(self.now);
        }
        let is_close = text.contains("\"phx_close\"");
        let is_subscribed = text.contains("Subscribed to PostgreSQL");
        if !is_complaint && !is_close && !is_subscribed && !text.contains("\"phx_reply\"") {
            return;
        }
        let Some(frame) = Seen::of(data, self.peers[peer].version) else { return };
        let link = self.links.get_mut(&conn).expect("a link");
        if is_subscribed {
            self.before_subscribed(peer, conn, &frame);
        } else if is_complaint {
            link.limited.insert(frame.topic);
        } else if is_close {
            // One of an earlier join says nothing of this one.
            let was_limited = link.limited.remove(&frame.topic);
            if was_limited && link.joined.get(&frame.topic) == Some(&frame.reference) {
                self.watch.limited.insert((peer, frame.topic), self.now + MINUTE);
            }
        } else if let Some(reference) = frame.reference.as_str() {
            link.joining.remove(reference);
            let is_taken =
                link.joined.get(&frame.topic) == Some(&frame.reference) && frame.payload["status"] == "ok";
            if let Some(answered) = self.peers[peer].anothers.get_mut(&frame.topic).filter(|_| is_taken) {
                *answered = true;
            }
            let reason = frame.payload["response"]["reason"].as_str().unwrap_or_default();
            if reason.starts_with("Unauthorized") && link.joined.get(&frame.topic) == Some(&frame.reference) {
                self.watch.refused.insert((peer, frame.topic));
            }
        }
    }

    /// The server's subscription to the database's changes stands: for the first time since the join, with a fresh token,
    /// or anew by itself, which those that are live are to be told.
    fn before_subscribed(&mut self, peer: usize, conn: Conn, frame: &Seen) {
        let (client, link) = (&mut self.peers[peer], self.links.get_mut(&conn).expect("a link"));
        let is_current = match client.version {
            Version::One => true,
            Version::Two => link.joined.get(&frame.topic) == Some(&frame.join_ref),
        };
        if !is_current {
            return;
        }
        if client.anothers.get(&frame.topic) == Some(&true) {
            client.anothers.remove(&frame.topic);
        }
        let was_refreshed = link.refreshed.remove(&frame.topic);
        if !link.standing.insert(frame.topic.clone()) && !was_refreshed {
            let is_meant =
                |(wish, topic): &&(Wish, String)| matches!(wish.kind, Kind::Rows(_)) && *topic == frame.topic;
            let meant = client.wanted.values().filter(is_meant).map(|(wish, _)| wish.id);
            (client.begun_anew, client.back_with_it) = meant.partition(|id| client.is_live(id));
        }
    }

    /// Whether a message went to those whom it is for, and to nobody else.
    pub fn judge(&mut self, peer: usize, data: &Data, arrival: Arrival) {
        let client = &self.peers[peer];
        let (ids, is_new) = match arrival {
            Arrival::Nothing => return,
            Arrival::Delivered(ids) => (ids, true),
            Arrival::Unrouted => (Vec::new(), true),
            Arrival::Duplicate => (Vec::new(), false),
        };
        let Some((topic, message)) = data_frame(data, client.version) else { return };
        // A frame that names another join than the one that counts is an earlier one's.
        let named =
            Seen::of(data, client.version).map(|frame| frame.join_ref).filter(|named| !named.is_null());
        let joined = self.current[peer].and_then(|conn| self.links.get(&conn)?.joined.get(&topic));
        let is_earlier = named.as_ref().is_some_and(|named| Some(named) != joined);
        // While none counts, the same user's last one may still bring something.
        assert!(
            !is_earlier || joined.is_none() || ids.is_empty(),
            "client {peer} was given what an earlier join asked for: {message}"
        );
        let Some((about, number)) = wishes::read(&message) else { panic!("not of this world: {message}") };
        if let Some(answered) = client.anothers.get(&topic).filter(|_| !ids.is_empty()) {
            let is_row = matches!(about, About::Row { .. });
            assert!(*answered && !is_row, "client {peer} was given what was a former user's: {message}");
        }
        for (id, (wish, wished)) in &client.wanted {
            let got = ids.iter().filter(|given| *given == id).count();
            let wants = *wished == topic && wish.wants(&about);
            assert!(got == 0 || wants, "{id} was given what is not for it: {message}");
            assert!(got <= 1, "{id} was given it twice: {message}");
            let had_it = !is_new && self.watch.kept.get(&(peer, number)).is_none_or(|times| *times > 0);
            let may_miss = had_it || is_earlier || !client.is_live(id);
            assert!(got == 1 || !wants || may_miss, "{id} is live and was not given {message}");
        }
        for id in ids {
            assert!(client.wanted.contains_key(id), "a callback of {id}, which nobody wants");
            if let Some(received) = &mut self.watch.received {
                *received.entry((peer, id, number)).or_default() += 1;
            }
            if client.wanted[id].0.kind == Kind::Kept
                && let Some(times) = self.watch.kept.get_mut(&(peer, number))
            {
                *times += 1;
            }
        }
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
