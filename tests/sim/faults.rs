//! The seeded schedule: what goes wrong, and what the application does meanwhile.

use wedsync_dashboard::core::rng::Rng;

use crate::server::Millis;

/// Reasons with which the server refuses a join that is all right.
const REASONS: &[&str] = &[
    "RealtimeRestarting: Realtime is restarting, please standby",
    "InitializingProjectConnection: Realtime is initializing the project connection",
    "InvalidJWTToken: Token has expired 1 seconds ago",
    "JwtSignatureError: Failed to validate JWT signature",
    "UnknownErrorOnChannel: boom",
    "ChannelRateLimitReached: Too many channels",
];

/// Complaints after which the server closes a channel.
const COMPLAINTS: &[&str] = &[
    "Token has expired 0 seconds ago",
    ":signature_error",
    "Too many messages per second",
    "Too many presence messages per second",
    "Client presence rate limit exceeded",
];

/// How far clocks are ahead, in milliseconds: more than a short token lives, and more than any does.
pub const AHEAD: &[i64] = &[90_000, 7_200_000];

#[derive(Clone, Debug)]
pub enum Fault {
    /// The connection of a client breaks, and both ends know.
    Cut(usize),
    /// It breaks, and nobody is told.
    Silence(usize),
    /// The server closes it with a code.
    Close(usize, u16),
    /// The server restarts.
    Restart,
    /// Handshakes are refused for so long.
    Refuse(Millis),
    /// The network is away for so long.
    Away(Millis),
    /// Handshakes are not answered for so long.
    Hang(Millis),
    /// Handshakes are taken and the sockets dropped for so long.
    Drop(Millis),
    /// The way to a client is held for so long: what is sent comes later. Whether its browser says so.
    Hold(usize, Millis, bool),
    /// The page is hidden, or seen.
    See(usize, bool),
    /// The way takes seconds for so long.
    Slow(Millis),
    /// Frames from the server are dropped, doubled and reordered for so long.
    Flaky(Millis),
    /// The next joins are refused, each after seconds.
    RefuseJoins(Vec<&'static str>),
    /// A channel of a client is closed with a complaint.
    Complain(usize, &'static str),
    /// The server's limit of messages is exceeded.
    TooManyMessages,
    /// The server's limit of joins is exceeded.
    TooManyJoins,
    /// The server's limit of presence is exceeded.
    TooManyPresences,
    /// Tokens are not given, or late, or expired, for so long.
    NoToken(Millis),
    /// The wall clock of a client jumps so far ahead, or back.
    ClockJump(usize, i64),
    /// A client's machine sleeps for so long.
    Sleep(usize, Millis),
    /// The system says that there is a network.
    Online(usize),
    /// The system says that there is none.
    Offline(usize),
    /// The page becomes visible.
    Visible(usize),
    /// The application wants something else.
    ChangeWish(usize),
    /// It wants the same with other options.
    VaryWish(usize),
    /// Nobody may read a channel for so long.
    Forbid(&'static str, Millis),
    /// The application sets a token by itself.
    SetToken(usize),
    /// Another user signs in, and the client is told at once or when it asks next.
    ChangeUser(usize, bool),
    /// The server begins a channel's subscription to the database anew by itself.
    BeginAnew(usize),
    /// The application sends a broadcast by HTTP.
    HttpSend(usize),
    /// The connection is slow or saves data from now on, or no longer.
    SaveData(usize, bool),
    /// Bytes that are no frame.
    Garbage(usize),
    /// A client tracks something else, or nothing.
    Track(usize),
    /// The page is put away for so long.
    Suspend(usize, Millis),
    /// Somebody writes or sends.
    Traffic,
}

impl Fault {
    /// One of all, for one of so many clients.
    pub fn draw(rng: &mut Rng, peers: usize) -> Self {
        let peer = rng.up_to(peers as u64 - 1) as usize;
        match rng.up_to(46) {
            0 | 1 => Self::Cut(peer),
            2 | 3 => Self::Silence(peer),
            4 => Self::Close(peer, [1000, 1001, 1006, 1011, 1012, 1013][rng.up_to(5) as usize]),
            5 => Self::Restart,
            6 if rng.up_to(1) == 0 => Self::Refuse(rng.up_to(30_000)),
            6 => Self::Away(rng.up_to(30_000)),
            7 => Self::Hang(rng.up_to(30_000)),
            8 => Self::Slow(rng.up_to(20_000)),
            9 | 10 => Self::Flaky(rng.up_to(20_000)),
            11 | 12 => {
                let count = 1 + rng.up_to(3);
                Self::RefuseJoins((0..count).map(|_| pick(rng, REASONS)).collect())
            }
            13 | 14 => Self::Complain(peer, pick(rng, COMPLAINTS)),
            15 if rng.up_to(3) == 0 => Self::TooManyMessages,
            15 if rng.up_to(3) == 0 => Self::TooManyJoins,
            15 => Self::TooManyPresences,
            16 => Self::NoToken(rng.up_to(20_000)),
            17 => Self::ClockJump(peer, [3_600_000, -3_600_000, AHEAD[0], AHEAD[1]][rng.up_to(3) as usize]),
            18 => Self::Sleep(peer, rng.up_to(20_000)),
            19 => Self::Sleep(peer, rng.up_to(200_000)),
            20 => Self::Online(peer),
            21 => Self::Offline(peer),
            22 => Self::Visible(peer),
            23 | 24 => Self::ChangeWish(peer),
            33 => Self::HttpSend(peer),
            34 => Self::SaveData(peer, rng.up_to(1) == 0),
            30 => Self::VaryWish(peer),
            31 => Self::SetToken(peer),
            32 if rng.up_to(1) == 0 => Self::Forbid(pick(rng, &["room:1", "room:2"]), rng.up_to(60_000)),
            40 | 41 => Self::ChangeUser(peer, rng.up_to(3) > 0),
            42 => Self::BeginAnew(peer),
            25 => Self::Garbage(peer),
            26..=28 => Self::Track(peer),
            29 => Self::Suspend(peer, rng.up_to(60_000)),
            35 if rng.up_to(1) == 0 => Self::Drop(rng.up_to(40_000)),
            36 | 37 => Self::Hold(peer, rng.up_to(20_000), rng.up_to(1) == 0),
            38 => Self::See(peer, false),
            39 => Self::See(peer, true),
            _ => Self::Traffic,
        }
    }
}

fn pick<T: Copy>(rng: &mut Rng, all: &[T]) -> T {
    all[rng.up_to(all.len() as u64 - 1) as usize]
}
