//! A model of the Realtime server: sockets, channels, presence, the database's changes and broadcasts, and the limits,
//! on a virtual clock. It knows no client; `tests/sim/recordings.rs` holds it to recordings of the real one.
//!
//! Every call may leave frames in [`Server::take`]. Between calls the caller advances the clock to
//! [`Server::next_timeout`].

mod access;
mod broadcast;
mod changes;
mod channel;
mod joining;
mod limits;
mod presence;
mod socket;
mod wire;

pub use access::token;
pub use changes::Change;
pub use wire::{Data, Version};

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;
use wedsync_dashboard::core::rng::Rng;

use broadcast::Stored;
use channel::{Channel, ChannelId};
use limits::Averages;
use presence::Presence;
use socket::Socket;

/// Milliseconds since the model began.
pub type Millis = u64;

/// Names a socket, in order of opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Conn(pub u32);

/// What the server is set to. Times in milliseconds; the defaults are a free project's.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The wall clock when the model begins, since 1970.
    pub epoch: u64,
    /// How long a refused join stops the whole socket.
    pub refusal_silence: Millis,
    /// Until a database subscription is live, at least and at most.
    pub subscribing: (Millis, Millis),
    /// Until one is live again after another token.
    pub resubscribing: (Millis, Millis),
    /// Until the database's broadcasts are known to come.
    pub replicating: Millis,
    /// Until a committed change is read.
    pub polling: (Millis, Millis),
    /// Until a socket is closed on which nothing comes.
    pub idle: Millis,
    /// Channels of one socket.
    pub channels: usize,
    /// Joins a second.
    pub joins: u64,
    /// Messages a second.
    pub messages: u64,
    /// Messages of presence a second.
    pub presences: u64,
    /// Pushes of presence in 30 s, of one channel.
    pub presence_calls: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            epoch: 1_795_000_000_000,
            refusal_silence: 5_000,
            subscribing: (3, 30),
            resubscribing: (1_000, 3_000),
            replicating: 0,
            polling: (100, 500),
            idle: 60_000,
            channels: 100,
            joins: 100,
            messages: 100,
            presences: 20,
            presence_calls: 5,
        }
    }
}

/// What a socket is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Emission {
    Frame(Data),
    /// The socket is closed with this code; nothing follows.
    Close(u16),
}

/// What the server does later.
#[derive(Debug)]
enum Task {
    /// The refusal that stopped a socket is over.
    Unblock(Conn),
    /// Whether the socket has been silent for too long.
    Idle(Conn),
    /// A channel's database subscription is live, if none was asked for since.
    Subscribed(ChannelId, u32),
    /// A channel is told that the database's broadcasts come.
    Replicating(ChannelId),
    /// Whether the channel's token still holds.
    Token(ChannelId),
    /// A committed change is read.
    Poll(Box<Change>),
}

pub struct Server {
    pub settings: Settings,
    /// Topics that nobody may read, besides those whose name ends with `denied`.
    pub closed_topics: BTreeSet<String>,
    /// The next joins are refused with these, first one first.
    pub refusals: VecDeque<String>,
    /// Channels whose token has run out.
    pub expired: Vec<(Conn, String)>,
    /// Joins of topics that were joined already, on the same socket.
    pub duplicate_joins: Vec<(Conn, String)>,
    rng: Rng,
    now: Millis,
    tasks: BTreeMap<(Millis, u64), Task>,
    scheduled: u64,
    sockets: BTreeMap<Conn, Socket>,
    with_mail: VecDeque<Conn>,
    channels: BTreeMap<ChannelId, Channel>,
    next_channel: u32,
    presence: Presence,
    stored: VecDeque<Stored>,
    last_poll: Millis,
    join_rate: Averages,
    message_rate: Averages,
    presence_rate: Averages,
    ids: u64,
    emitted: Vec<(Conn, Emission)>,
}

impl Server {
    pub fn new(settings: Settings, seed: u64) -> Self {
        Self {
            settings,
            closed_topics: BTreeSet::new(),
            refusals: VecDeque::new(),
            expired: Vec::new(),
            duplicate_joins: Vec::new(),
            rng: Rng::new(seed),
            now: 0,
            tasks: BTreeMap::new(),
            scheduled: 0,
            sockets: BTreeMap::new(),
            with_mail: VecDeque::new(),
            channels: BTreeMap::new(),
            next_channel: 0,
            presence: Presence::default(),
            stored: VecDeque::new(),
            last_poll: 0,
            join_rate: Averages::default(),
            message_rate: Averages::default(),
            presence_rate: Averages::default(),
            ids: 0,
            emitted: Vec::new(),
        }
    }

    /// What the sockets have been given since.
    pub fn take(&mut self) -> Vec<(Conn, Emission)> {
        std::mem::take(&mut self.emitted)
    }

    /// When to advance the clock to.
    pub fn next_timeout(&self) -> Option<Millis> {
        self.tasks.first_key_value().map(|((at, _), _)| *at)
    }

    /// Time passes; what falls due is done at its moment.
    pub fn advance(&mut self, now: Millis) {
        while let Some(entry) = self.tasks.first_entry().filter(|entry| entry.key().0 <= now) {
            self.now = self.now.max(entry.key().0);
            let task = entry.remove();
            self.perform(task);
            self.settle();
        }
        self.now = now;
    }

    /// The wall clock, in milliseconds since 1970.
    pub fn wall(&self) -> u64 {
        self.settings.epoch + self.now
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Unblock(conn) => self.unblock(conn),
            Task::Idle(conn) => self.check_idle(conn),
            Task::Subscribed(channel, asked) => self.database_subscribed(channel, asked),
            Task::Replicating(channel) => {
                self.system(channel, "system", "ok", "Replication connection established");
            }
            Task::Token(channel) => self.check_token(channel),
            Task::Poll(change) => self.distribute(&change),
        }
    }

    fn later(&mut self, delay: Millis, task: Task) {
        self.scheduled += 1;
        self.tasks.insert((self.now + delay, self.scheduled), task);
    }

    fn between(&mut self, (least, most): (Millis, Millis)) -> Millis {
        least + self.rng.up_to(most - least)
    }

    /// A name nothing else has, of a UUID's length.
    fn unique(&mut self) -> String {
        self.ids += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.ids)
    }

    /// Whether a token had run out so many milliseconds ago.
    pub fn had_run_out(&self, token: &str, ago: Millis) -> bool {
        matches!(access::read(token, self.wall() - ago), Err(access::Flaw::Expired(_)))
    }

    /// The joins of a socket: topic and `join_ref`. One topic comes once, or the model itself is broken.
    pub fn joined(&self, conn: Conn) -> Vec<(String, Value)> {
        let of_conn = self.channels.values().filter(|channel| channel.conn == conn);
        of_conn.map(|channel| (channel.topic.clone(), channel.join_ref.clone())).collect()
    }

    /// Whether a socket's channel has been told that it has its database subscription.
    pub fn was_subscribed(&self, conn: Conn, topic: &str) -> bool {
        let channel = self.find(conn, topic).and_then(|id| self.channels.get(&id));
        channel.is_some_and(|channel| channel.was_subscribed)
    }

    /// How many things it holds, for whoever watches them not grow.
    pub fn size(&self) -> usize {
        self.tasks.len() + self.sockets.len() + self.channels.len() + self.presence.len()
    }
}
