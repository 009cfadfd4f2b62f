//! Connectivity: a machine that keeps one socket to the server open while one is wanted.
//!
//! It opens a socket, finds out whether it still lives, tries a successor beside one that is in doubt, and finds the way
//! back when there is none. It knows nothing of what is said on the socket: others tell it what the server has accepted
//! and answered, and send the heartbeats that it asks for.

pub mod attempts;
pub mod close_code;
mod input;
pub mod link;
pub mod liveness;
mod news;
mod opening;
mod output;
mod page;
pub mod reachability;
pub mod round_trip;
pub mod stats;
mod watching;

use crate::core::activity::Activity;
use crate::core::error::Error;
use crate::core::fifo::Fifo;
use crate::core::log::{Level, LogEntry};
use crate::core::resilience::backoff::Backoff;
use crate::core::rng::Rng;
use crate::core::time::{Instant, Timers};
use crate::core::troubles::Troubles;
use attempts::Attempts;
pub use input::{Event, Input};
use link::{Heartbeats, Link};
pub use news::{Connection, Heartbeat, News};
pub use output::{Action, Output};
use reachability::Reachability;
use stats::Stats;

/// What connectivity is told once. Times in milliseconds.
#[derive(Clone, Debug)]
pub struct Config {
    /// How often the open socket is asked whether it lives.
    pub heartbeats: Heartbeats,
    /// For a socket to open.
    pub connect_timeout: u64,
    /// How long an open socket is kept while none is wanted.
    pub idle_timeout: u64,
    /// The delays between attempts.
    pub backoff: Backoff,
}

/// Why connectivity wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The socket has taken too long to open.
    Connect,
    /// The backoff before the next attempt is over.
    Reconnect,
    /// A heartbeat is due.
    Heartbeat,
    /// The heartbeat's answer is late: another socket is tried beside the open one.
    Suspicion,
    /// The heartbeat's answer is overdue.
    HeartbeatTimeout,
    /// A socket that answers nothing has been kept for long enough.
    Linger,
    /// No socket has been wanted for a while.
    Idle,
    /// It is time to probe whether the way to the server is back.
    Probe,
}

/// The machine.
#[derive(Debug)]
pub struct Connectivity {
    idle_timeout: u64,
    link: Link,
    reachability: Reachability,
    is_wanted: bool,
    /// The browser says that there is no network.
    is_offline: bool,
    /// As last told.
    activity: Activity,
    timers: Timers<Timer>,
    troubles: Troubles,
    stats: Stats,
    rng: Rng,
    outputs: Fifo<Output>,
}

impl Connectivity {
    /// Idle: nothing is opened before a socket is wanted.
    pub fn new(config: Config, rng: Rng) -> Self {
        let Config { heartbeats, connect_timeout, idle_timeout, backoff } = config;
        Self {
            idle_timeout,
            link: Link::new(Attempts::new(backoff, connect_timeout), heartbeats),
            reachability: Reachability::default(),
            is_wanted: false,
            is_offline: false,
            activity: Activity::Idle,
            timers: Timers::default(),
            troubles: Troubles::default(),
            stats: Stats::default(),
            rng,
            outputs: Fifo::default(),
        }
    }

    /// Takes in what has happened. [`Input::Wake`] makes the earliest timer that is due go off.
    pub fn handle(&mut self, now: Instant, input: Input) {
        match input {
            Input::Event(event) => self.event(now, event),
            Input::Page(event) => self.page(now, event),
            Input::Want => self.want(now),
            Input::Unwant => self.unwant(now),
            Input::Close { reason } => self.close(reason),
            Input::Replace { reason } => self.replace(now, reason),
            Input::Limited => self.link.attempts.slow_down(now, &mut self.timers, &mut self.rng),
            Input::Opened { socket } => self.opened(now, socket),
            Input::Heard { socket, at, frames } => self.hear(now, socket, at, frames),
            Input::Accepted => self.accepted(now),
            Input::Answered => self.answered(now),
            Input::HeldUp(held_up) => self.link.hold_up(now, held_up, &mut self.timers),
            Input::Wake => {
                if let Some((timer, deadline)) = self.timers.take_due(now) {
                    self.timeout(now, timer, deadline);
                }
            }
        }
        self.tell_activity();
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop()
    }

    /// When to wake it, and why.
    pub fn next_timeout(&self) -> Option<(Instant, Timer)> {
        self.timers.next().map(|(deadline, timer)| (deadline, *timer))
    }

    /// When a timer is due, if it runs.
    pub fn deadline(&self, timer: Timer) -> Option<Instant> {
        self.timers.deadline(&timer)
    }

    /// How long nothing has been heard on the open socket, in milliseconds.
    pub fn silence(&self, now: Instant) -> Option<u64> {
        self.link.silence(now)
    }

    /// Whether there is an open socket that the application may count on.
    pub fn is_connected(&self) -> bool {
        self.link.socket().is_some()
    }

    /// The counters.
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    fn event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Closed { socket, code } => self.closed(now, socket, code),
            Event::Probed { answered } => self.probed(now, answered),
        }
    }

    fn timeout(&mut self, now: Instant, timer: Timer, deadline: Instant) {
        match timer {
            Timer::Connect => self.connect_timed_out(now),
            Timer::Reconnect => self.connect(now),
            Timer::Heartbeat => self.heartbeat_due(now, deadline),
            Timer::Suspicion => self.answer_late(now, deadline),
            Timer::HeartbeatTimeout => self.answer_overdue(now, deadline),
            Timer::Linger => self.lingered(now),
            Timer::Idle => self.idle(),
            Timer::Probe => self.probe(),
        }
    }

    fn tell(&mut self, output: Output) {
        self.outputs.push(output);
    }

    fn act(&mut self, action: Action) {
        self.tell(Output::Action(action));
    }

    fn notify(&mut self, news: News) {
        self.tell(Output::News(news));
    }

    fn tell_error(&mut self, error: Error) {
        if self.troubles.begins(None, &error) {
            self.tell(Output::Error(error));
        }
    }

    fn tell_activity(&mut self) {
        let activity = if self.link.attempts.is_suspended() {
            Activity::PutAway
        } else if self.link.is_idle() {
            Activity::Idle
        } else {
            Activity::Active
        };
        if std::mem::replace(&mut self.activity, activity) != activity {
            self.tell(Output::Activity(activity));
        }
    }

    fn log(&mut self, level: Level, event: &'static str, number: Option<u64>) {
        self.tell(Output::Log(LogEntry { level, event, topic: None, number, detail: None }));
    }
}
