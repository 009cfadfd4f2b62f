//! The link: the socket that is open, how far it is trusted, and which socket takes its place.
//!
//! A socket that is no longer trusted is kept while another is tried beside it, make before break (after the handover of
//! that name in mobile networks): where TCP has outlived an outage, everything that was sent meanwhile is still to come
//! on it. If it answers, it serves on and the other is given up; otherwise the other takes its place. The two are never
//! joined at the same time.

mod heartbeats;

use crate::core::connectivity::Timer;
use crate::core::connectivity::attempts::Attempts;
use crate::core::connectivity::liveness::{Liveness, Rhythm};
use crate::core::ids::SocketId;
use crate::core::time::{Instant, Timers};

/// A timer later than this was not late but asleep, in milliseconds.
const ASLEEP: u64 = 5_000;
/// A timer later than this went off before what had come meanwhile was read, in milliseconds: the machine slept for
/// seconds, or the page was busy.
const LATE: u64 = 250;
/// The longest pause between heartbeats on a connection that is slow or saves data, in milliseconds: the server closes a
/// socket after 60,000 of silence.
const DATA_SAVING_INTERVAL: u64 = 50_000;
/// A socket that answers nothing is kept for so long, in milliseconds: then the server has closed it.
const LINGER: u64 = 60_000;
/// What the server has accepted for so long, in milliseconds, it does not accept only to drop it.
const STEADY: u64 = 10_000;
/// A page that was busy when it was to be told that there is no network reads first what has come, for so many
/// milliseconds.
const UNREAD_OFFLINE: u64 = 250;

/// How far the open socket is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It lives, as far as is known.
    Trusted,
    /// An answer is late: another socket is tried beside it, and the application is not told yet.
    Suspected,
    /// The application has been told that it is disconnected.
    Down,
}

#[derive(Debug)]
struct Open {
    socket: SocketId,
    standing: Standing,
    /// Its heartbeat has timed out: the next socket that opens takes its place.
    is_given_up: bool,
    /// Since when the server accepts what is said on it.
    accepted: Option<Instant>,
    life: Liveness,
    held_up: HeldUp,
}

/// How long the server may yet be silent on the whole socket because it is busy with what was sent, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldUp {
    /// With all that was sent.
    pub by_all: u64,
    /// With what was sent after the heartbeat whose answer is awaited.
    pub by_later: u64,
}

/// What became of an attempt that opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is not the one awaited.
    Unknown,
    /// It is the link.
    First,
    /// It waits beside another, which may still answer. If that was given up it deserves another question: the way is back.
    Beside {
        /// Whether the other was given up.
        is_given_up: bool,
    },
}

/// What an overdue answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// Other frames came meanwhile: the link lives.
    Alive,
    /// The machine slept: ask again before judging.
    Asleep,
    /// Nothing came.
    Silent,
}

/// How often heartbeats go out. Times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heartbeats {
    /// Between them.
    pub interval: u64,
    /// The same while the page is visible and the server says nothing.
    pub visible_interval: u64,
}

/// The life of the link.
#[derive(Debug)]
pub struct Link {
    open: Option<Open>,
    /// The attempts to open another socket.
    pub attempts: Attempts,
    heartbeats: Heartbeats,
    saves_data: bool,
    is_hidden: bool,
    /// A heartbeat has been repeated because its timer was late; once is enough.
    is_excused: bool,
}

impl Link {
    /// A link without a socket.
    pub fn new(attempts: Attempts, heartbeats: Heartbeats) -> Self {
        Self { open: None, attempts, heartbeats, saves_data: false, is_hidden: false, is_excused: false }
    }

    /// How long nothing has been heard on the open socket, in milliseconds.
    pub fn silence(&self, now: Instant) -> Option<u64> {
        self.open.as_ref().map(|open| open.life.silence(now))
    }

    /// Sets whether the connection is slow or saves data: then heartbeats are as rare as the server allows.
    pub fn set_saves_data(&mut self, saves_data: bool) {
        self.saves_data = saves_data;
    }

    /// Whether the connection is slow or saves data.
    pub fn saves_data(&self) -> bool {
        self.saves_data
    }

    /// Nobody sees the page, or somebody does.
    pub fn hide(&mut self, is_hidden: bool) {
        self.is_hidden = is_hidden;
    }

    fn rhythm(&self) -> Rhythm {
        let Heartbeats { interval, visible_interval } = self.heartbeats;
        let longest = if self.saves_data { interval.max(DATA_SAVING_INTERVAL) } else { interval };
        let is_attentive = !self.saves_data && !self.is_hidden;
        let quiet = if is_attentive { visible_interval.min(interval) } else { longest };
        Rhythm { quiet, longest, follows_habit: is_attentive, saves_data: self.saves_data }
    }

    /// Whether a timer due at `deadline` and firing `now` was held up by sleep: the link may have died meanwhile.
    pub const fn was_asleep(now: Instant, deadline: Instant) -> bool {
        now.since(deadline) > ASLEEP
    }

    /// The open socket, while the application counts as connected.
    pub fn socket(&self) -> Option<SocketId> {
        self.open.as_ref().filter(|open| open.standing != Standing::Down).map(|open| open.socket)
    }

    /// The open socket, however far it is trusted.
    pub fn open_socket(&self) -> Option<SocketId> {
        self.open.as_ref().map(|open| open.socket)
    }

    /// Every socket that is open or opening.
    pub fn sockets(&self) -> Vec<SocketId> {
        let mut sockets = Vec::new();
        sockets.extend(self.open_socket());
        sockets.extend(self.attempts.socket());
        sockets
    }

    /// How far the open socket is trusted.
    pub fn standing(&self) -> Option<Standing> {
        self.open.as_ref().map(|open| open.standing)
    }

    /// Whether the open socket may be joined on.
    pub fn is_trusted(&self) -> bool {
        self.standing() == Some(Standing::Trusted)
    }

    /// Whether a new attempt may begin.
    pub fn may_attempt(&self) -> bool {
        !self.is_trusted() && self.attempts.may_begin()
    }

    /// Whether nobody wants it.
    pub fn is_idle(&self) -> bool {
        self.open.is_none() && self.attempts.are_idle()
    }

    /// A socket has opened.
    pub fn opened(&mut self, socket: SocketId, now: Instant, timers: &mut Timers<Timer>) -> Opened {
        if !self.attempts.opened(socket, timers) {
            return Opened::Unknown;
        }
        match &self.open {
            None => {
                self.promote(now, timers);
                Opened::First
            }
            Some(open) => Opened::Beside { is_given_up: open.is_given_up },
        }
    }

    /// The socket that waits becomes the link.
    pub fn promote(&mut self, now: Instant, timers: &mut Timers<Timer>) {
        let Some(socket) = self.attempts.take_successor() else { return };
        self.drop_open(timers);
        let life = Liveness::new(now);
        timers.set(Timer::Heartbeat, life.next_question(self.rhythm()));
        self.open = Some(Open {
            socket,
            standing: Standing::Trusted,
            is_given_up: false,
            accepted: None,
            life,
            held_up: HeldUp::default(),
        });
        self.is_excused = false;
    }

    /// The server has accepted something.
    pub fn accept(&mut self, now: Instant) {
        if let Some(open) = &mut self.open {
            open.accepted.get_or_insert(now);
        }
    }

    /// Whether the server has accepted what is said on the open socket for a while. One that accepts and drops is not to
    /// be hurried back to.
    pub fn is_steady(&self, now: Instant) -> bool {
        let accepted = self.open.as_ref().and_then(|open| open.accepted);
        accepted.is_some_and(|accepted| now.since(accepted) >= STEADY)
    }

    /// The open socket is gone, or given up.
    pub fn drop_open(&mut self, timers: &mut Timers<Timer>) {
        self.open = None;
        for timer in [Timer::Heartbeat, Timer::Suspicion, Timer::HeartbeatTimeout, Timer::Linger] {
            timers.clear(&timer);
        }
    }

    /// The page is put away: nothing runs until it is back.
    pub fn suspend(&mut self, timers: &mut Timers<Timer>) {
        self.drop_open(timers);
        self.attempts.suspend(timers);
    }

    /// The link is no longer wanted.
    pub fn abandon(&mut self, timers: &mut Timers<Timer>) {
        self.drop_open(timers);
        self.attempts.give_up(timers);
    }

    /// An answer is late: a successor may be tried. Whether it was trusted until now.
    pub fn suspect(&mut self) -> bool {
        let trusted = self.open.as_mut().filter(|open| open.standing == Standing::Trusted);
        trusted.map(|open| open.standing = Standing::Suspected).is_some()
    }

    /// The application is told that the socket is down; it is kept until the server has closed it for certain.
    pub fn report_down(&mut self, now: Instant, timers: &mut Timers<Timer>) {
        if let Some(open) = &mut self.open {
            open.standing = Standing::Down;
            timers.clear(&Timer::Heartbeat);
            timers.clear(&Timer::Suspicion);
            timers.set(Timer::Linger, now.after(LINGER));
        }
    }

    /// The open socket's heartbeat has timed out.
    pub fn give_up(&mut self) {
        if let Some(open) = &mut self.open {
            open.is_given_up = true;
        }
    }

    /// The open socket lives: it serves on, and no other is wanted. How far it was trusted.
    pub fn trust(&mut self, now: Instant, timers: &mut Timers<Timer>) -> Option<Standing> {
        self.attempts.give_up(timers);
        timers.clear(&Timer::Linger);
        self.schedule_next_question(now, timers);
        let open = self.open.as_mut()?;
        open.is_given_up = false;
        Some(std::mem::replace(&mut open.standing, Standing::Trusted))
    }
}
