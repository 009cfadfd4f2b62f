//! The link: the socket that is open, how far it is trusted, and which socket takes its place.
//!
//! A socket that is no longer trusted is kept while another is tried beside it, make before break (after the handover of
//! that name in mobile networks): where TCP has outlived an outage, everything that was sent meanwhile is still to come
//! on it. If it answers, it serves on and the other is given up; otherwise the other takes its place. The two are never
//! joined at the same time.

use crate::core::connectivity::Timer;
use crate::core::connectivity::attempts::Attempts;
use crate::core::connectivity::liveness::{Doubt, Liveness, Rhythm};
use crate::core::ids::SocketId;
use crate::core::time::{Instant, Timers};

/// A timer later than this was not late but asleep, in milliseconds.
const ASLEEP: u64 = 5_000;
/// A timer later than this went off before what had come meanwhile was read, in milliseconds: the machine slept for
/// seconds, or the page was busy.
const LATE: u64 = 250;
/// The longest pause between heartbeats on a connection that is to be spared, in milliseconds: the server closes a
/// socket after 60,000 of silence.
const SPARING_INTERVAL: u64 = 50_000;
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
    /// Its patience is over: whatever opens beside it takes its place.
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
    is_sparing: bool,
    is_hidden: bool,
    /// A heartbeat has been repeated because its timer was late; once is enough.
    is_excused: bool,
}

impl Link {
    /// A link at rest.
    pub fn new(attempts: Attempts, heartbeats: Heartbeats) -> Self {
        Self { open: None, attempts, heartbeats, is_sparing: false, is_hidden: false, is_excused: false }
    }

    /// Whether the connection is to be spared: heartbeats come as rarely as the server allows.
    pub fn spare(&mut self, is_sparing: bool) {
        self.is_sparing = is_sparing;
    }

    /// Whether the connection is to be spared.
    pub fn is_sparing(&self) -> bool {
        self.is_sparing
    }

    /// Nobody sees the page, or somebody does.
    pub fn hide(&mut self, is_hidden: bool) {
        self.is_hidden = is_hidden;
    }

    fn rhythm(&self) -> Rhythm {
        let Heartbeats { interval, visible_interval } = self.heartbeats;
        let longest = if self.is_sparing { interval.max(SPARING_INTERVAL) } else { interval };
        let is_attentive = !self.is_sparing && !self.is_hidden;
        let quiet = if is_attentive { visible_interval.min(interval) } else { longest };
        Rhythm { quiet, longest, follows_habit: is_attentive, is_sparing: self.is_sparing }
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
        self.open_socket().into_iter().chain(self.attempts.socket()).collect()
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
        self.part(timers);
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
    pub fn part(&mut self, timers: &mut Timers<Timer>) {
        self.open = None;
        for timer in [Timer::Heartbeat, Timer::Suspicion, Timer::HeartbeatTimeout, Timer::Linger] {
            timers.clear(&timer);
        }
    }

    /// The page is put away: nothing runs until it is back.
    pub fn suspend(&mut self, timers: &mut Timers<Timer>) {
        self.part(timers);
        self.attempts.suspend(timers);
    }

    /// The link is no longer wanted.
    pub fn rest(&mut self, timers: &mut Timers<Timer>) {
        self.part(timers);
        self.attempts.give_up(timers);
    }

    /// So many frames have come, the last of them at this moment. Whether that proves a socket alive that was not trusted.
    pub fn hear(&mut self, at: Instant, frames: u32) -> bool {
        let Some(open) = &mut self.open else { return false };
        open.life.hear(at, frames);
        open.standing != Standing::Trusted && open.life.is_asking() && open.life.is_proven()
    }

    /// Whether to ask now, for that reason, or a question that is out serves.
    pub fn may_ask(&self, now: Instant, doubt: Doubt, timers: &Timers<Timer>) -> bool {
        self.open.as_ref().is_some_and(|open| match doubt {
            Doubt::Usual => !timers.is_set(&Timer::HeartbeatTimeout),
            // Its answer says nothing of what the browser has noticed since.
            Doubt::Offline => true,
            // What was asked of a socket that is only suspected may be answered yet, and is waited for no longer than before.
            Doubt::Return if open.standing != Standing::Down => !timers.is_set(&Timer::HeartbeatTimeout),
            Doubt::Return => !open.life.has_just_asked(now),
        })
    }

    /// When to ask next, if not now: the server has said something meanwhile.
    pub fn is_too_early(&self, now: Instant, timers: &mut Timers<Timer>) -> bool {
        let Some(open) = &self.open else { return true };
        let next = open.life.next_question(self.rhythm());
        if next > now {
            timers.set(Timer::Heartbeat, next);
        }
        next > now
    }

    /// Whether the server has closed the socket by now, because it was asked nothing for so long.
    pub fn was_left_alone(&self, now: Instant) -> bool {
        self.open.as_ref().is_some_and(|open| now.since(open.life.asked()) > LINGER)
    }

    /// A heartbeat goes out. What holds up the server holds up its answer too.
    pub fn ask(&mut self, now: Instant, doubt: Doubt, timers: &mut Timers<Timer>) {
        let rhythm = self.rhythm();
        let Some(open) = &mut self.open else { return };
        let HeldUp { by_all: silence, by_later: later } = open.held_up;
        open.held_up.by_later = 0;
        let former = open.life.doubt();
        let allowed = open.life.ask(now, doubt, rhythm);
        open.is_given_up = false;
        timers.clear(&Timer::Heartbeat);
        // No more time is given than there was, lest a network that comes and goes puts off the end for ever; but what
        // was sent since then may hold up this answer too. Once the application has been told there is no haste.
        let is_bounded = match doubt {
            Doubt::Usual => false,
            Doubt::Offline => true,
            Doubt::Return => open.standing != Standing::Down,
        };
        let before = timers.deadline(&Timer::HeartbeatTimeout).filter(|_| is_bounded);
        let before = before.map(|before| before.after(later));
        timers.set(Timer::HeartbeatTimeout, sooner(now.after(allowed.patience + silence), before));
        match doubt {
            Doubt::Usual if open.standing == Standing::Trusted => {
                timers.set(Timer::Suspicion, now.after(allowed.suspicion + silence));
            }
            // Whatever holds up the server, without a network nothing comes.
            Doubt::Offline if open.standing != Standing::Down => {
                let before = timers.deadline(&Timer::Suspicion).filter(|_| former != Some(Doubt::Usual));
                timers.set(Timer::Suspicion, sooner(now.after(allowed.suspicion), before));
            }
            _ => {}
        }
    }

    /// The page was busy when it was to be told that there is no network: reads first what has come.
    pub fn read_first(&self, now: Instant, timers: &mut Timers<Timer>) {
        let read = now.after(UNREAD_OFFLINE);
        timers.set(Timer::Suspicion, read);
        if let Some(patience) = timers.deadline(&Timer::HeartbeatTimeout) {
            timers.set(Timer::HeartbeatTimeout, patience.max(read));
        }
    }

    /// The server is held up by more than before, or by less: then an answer is awaited no longer than it may take.
    pub fn hold_up(&mut self, now: Instant, held_up: HeldUp, timers: &mut Timers<Timer>) {
        let Some(open) = &mut self.open else { return };
        open.held_up = held_up;
        let Some(allowed) = open.life.allowed() else { return };
        let waits = [(Timer::Suspicion, allowed.suspicion), (Timer::HeartbeatTimeout, allowed.patience)];
        for (timer, wait) in waits {
            let deadline = now.after(wait + held_up.by_all);
            if timers.deadline(&timer).is_some_and(|set| deadline < set) {
                timers.set(timer, deadline);
            }
        }
    }

    /// The heartbeat has been answered: how many milliseconds that took; `None` if no answer is awaited.
    pub fn answered(&mut self, now: Instant, timers: &mut Timers<Timer>) -> Option<u64> {
        let millis = self.open.as_mut()?.life.answered(now)?;
        self.rest_until_next_question(now, timers);
        self.is_excused = false;
        Some(millis)
    }

    fn rest_until_next_question(&self, now: Instant, timers: &mut Timers<Timer>) {
        timers.clear(&Timer::Suspicion);
        timers.clear(&Timer::HeartbeatTimeout);
        if let Some(open) = &self.open {
            // A question that was put off is not one that sleep held up.
            timers.set(Timer::Heartbeat, open.life.next_question(self.rhythm()).max(now));
        }
    }

    /// The answer was due at `deadline` and has not come.
    pub fn overdue(&mut self, now: Instant, deadline: Instant, timers: &mut Timers<Timer>) -> Overdue {
        let Some(open) = self.open.as_ref().filter(|open| open.life.is_asking()) else {
            return Overdue::Alive;
        };
        let late = now.since(deadline);
        if late > ASLEEP || (late > LATE && !self.is_excused) {
            self.is_excused = true;
            Overdue::Asleep
        } else if open.life.is_proven() {
            self.rest_until_next_question(now, timers);
            Overdue::Alive
        } else {
            Overdue::Silent
        }
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

    /// The open socket's patience is over.
    pub fn give_up(&mut self) {
        if let Some(open) = &mut self.open {
            open.is_given_up = true;
        }
    }

    /// The open socket lives: it serves on, and no other is wanted. How far it was trusted.
    pub fn trust(&mut self, now: Instant, timers: &mut Timers<Timer>) -> Option<Standing> {
        self.attempts.give_up(timers);
        timers.clear(&Timer::Linger);
        self.rest_until_next_question(now, timers);
        let open = self.open.as_mut()?;
        open.is_given_up = false;
        Some(std::mem::replace(&mut open.standing, Standing::Trusted))
    }
}

fn sooner(deadline: Instant, before: Option<Instant>) -> Instant {
    before.map_or(deadline, |before| before.min(deadline))
}
