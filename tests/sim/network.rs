//! What lies between a client and the server: one link a socket, in order like TCP, with all that can go wrong.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wedsync_dashboard::core::ids::SocketId;
use wedsync_dashboard::core::rng::Rng;

use crate::server::{Data, Millis};

#[derive(Debug)]
pub struct Link {
    /// Whose it is.
    pub peer: usize,
    pub socket: SocketId,
    /// Whether the client has been told that it is open, and has not heard of its end.
    pub is_open: bool,
    /// The client has closed it.
    pub is_abandoned: bool,
    /// Nothing gets through any more, in either direction, and nobody is told.
    pub is_silent: bool,
    /// A fault has touched it: from then on the client may give it up.
    pub is_touched: bool,
    /// The references of its joins so far.
    pub join_refs: BTreeSet<String>,
    /// Joins that are not answered.
    pub joining: BTreeSet<String>,
    /// The reference of each topic's join, until the client leaves it.
    pub joined: BTreeMap<String, Value>,
    /// Topics that the server has told to slow down, before it closes them.
    pub limited: BTreeSet<String>,
    /// The client has tried another socket beside it.
    pub is_doubted: bool,
    /// When the client has to have found out that it is dead, if no join holds up the answers.
    pub must_end_by: Option<Millis>,
    /// Topics whose database subscription has been said to stand since they were joined.
    pub standing: BTreeSet<String>,
    /// Topics whose channel has been given a fresh token, until the server says that it has begun anew with that.
    pub refreshed: BTreeSet<String>,
    /// When the last frame arrives that others have overtaken.
    pub stray_until: Millis,
    up_free: Millis,
    down_free: Millis,
}

/// The weather: faults that last for a time.
#[derive(Debug, Default)]
pub struct Weather {
    /// Handshakes are refused until then.
    pub refusing: Millis,
    /// Nothing gets anywhere until then, and everybody is told so at once.
    pub away: Millis,
    /// Handshakes are neither taken nor refused until then.
    pub hanging: Millis,
    /// Handshakes are taken, and the sockets dropped within half a second, until then.
    pub dropping: Millis,
    /// The way takes seconds until then.
    pub slow: Millis,
    /// Frames from the server are dropped, doubled and reordered until then.
    pub flaky: Millis,
    /// Tokens are not given, or late, or expired, until then.
    pub tokenless: Millis,
    /// Nothing goes wrong any more, and tokens live long.
    pub is_good: bool,
}

impl Weather {
    /// The sky clears.
    pub fn clear(&mut self) {
        *self = Self { is_good: true, ..Self::default() };
    }

    /// Whether a request over HTTP is answered.
    pub fn answers(&self, now: Millis) -> bool {
        now >= self.away.max(self.hanging)
    }

    pub fn latency(&self, now: Millis, rng: &mut Rng) -> Millis {
        if now < self.slow { 500 + rng.up_to(2_500) } else { 2 + rng.up_to(60) }
    }
}

impl Link {
    pub fn new(peer: usize, socket: SocketId) -> Self {
        Self {
            peer,
            socket,
            is_open: false,
            is_abandoned: false,
            is_silent: false,
            is_touched: false,
            join_refs: BTreeSet::new(),
            joining: BTreeSet::new(),
            joined: BTreeMap::new(),
            limited: BTreeSet::new(),
            is_doubted: false,
            must_end_by: None,
            standing: BTreeSet::new(),
            refreshed: BTreeSet::new(),
            stray_until: 0,
            up_free: 0,
            down_free: 0,
        }
    }

    /// When something sent now arrives at the server.
    pub fn up(&mut self, at: Millis) -> Millis {
        self.up_free = self.up_free.max(at);
        self.up_free
    }

    /// When something sent now arrives at the client.
    pub fn down(&mut self, at: Millis) -> Millis {
        self.down_free = self.down_free.max(at);
        self.down_free
    }
}

/// What a flaky way does to one frame of the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Arrives,
    Lost,
    Twice,
    /// It comes so much later, and others overtake it.
    Overtaken(Millis),
}

/// Whether a frame answers a join that the server takes.
pub fn answers_join(data: &Data) -> bool {
    matches!(data, Data::Text(text) if text.contains("\"phx_reply\"") && text.contains("\"postgres_changes\""))
}

/// Draws a frame's fate. Lost are only frames whose loss a client can find out: no client can know of a `phx_close` that
/// never came on a link that lives. Overtaken are only frames that the real server keeps no order for. The database's
/// broadcasts, which have an id, are kept: none of them is lost on a link that lives, and only a replay brings one twice.
pub fn fate(data: &Data, rng: &mut Rng) -> Fate {
    let has = |event: &str| matches!(data, Data::Text(text) if text.contains(event));
    let is_kept = matches!(data, Data::Binary(_)) || has("\"meta\"");
    let is_data = is_kept || has("\"broadcast\"") || has("\"postgres_changes\",{\"data\"");
    let is_ready = has("Subscribed to PostgreSQL");
    match rng.up_to(9) {
        0 if !is_kept && (is_data || is_ready || has("\"phx_reply\"")) => Fate::Lost,
        1 if !is_kept => Fate::Twice,
        2 if is_data || is_ready => Fate::Overtaken(20 + rng.up_to(400)),
        _ => Fate::Arrives,
    }
}
