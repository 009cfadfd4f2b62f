//! Realtime: a machine that speaks the protocol of Supabase Realtime on the socket that there is.
//!
//! It keeps what the application has subscribed to joined, tells what becomes of it, sends what the application says, and
//! writes the table by which data frames are delivered. It knows neither how the socket came to be open nor where the
//! access token comes from.

pub mod binding;
pub mod cause;
pub mod channel;
mod channels;
mod command;
pub mod delivery;
pub mod filter;
pub mod frame;
mod frames;
pub mod http_broadcast;
mod input;
pub mod join_config;
mod joining;
mod notices;
mod output;
pub mod presence;
mod presences;
pub mod pushes;
mod pushing;
pub mod remedy;
mod requests;
pub mod routes;
mod routing;
mod socket;
pub mod stats;
mod subscribing;
pub mod subscriptions;
pub mod tracking;
mod users;

use crate::core::fifo::Fifo;
use crate::core::sorted_map::SortedMap;

use crate::core::access::Access;
use crate::core::activity::Activity;
pub use crate::core::news::{Continuity, News};
use crate::core::payload::Payload;
use crate::core::resilience::backoff::Backoff;
use crate::core::resilience::pace::Pace;
use crate::core::rng::Rng;
use crate::core::time::{Instant, Timers};
use crate::core::troubles::Troubles;
use channel::Channel;
pub use command::Command;
use frame::{Protocol, Reference};
use http_broadcast::HttpBroadcast;
pub use input::{Input, Traffic};
pub use output::{Action, Output};
use pushes::Pushes;
use routes::Routes;
use socket::Socket;
use stats::Stats;
use subscriptions::Subscriptions;

/// What realtime is told once. Times in milliseconds.
#[derive(Clone, Debug)]
pub struct Config {
    /// The version of the protocol that is spoken.
    pub protocol: Protocol,
    /// For the answer to a join.
    pub join_timeout: u64,
    /// For the answer to a message.
    pub push_timeout: u64,
    /// Joins a second, and as many at once.
    pub joins_per_second: u32,
    /// The delays between joins of a channel.
    pub backoff: Backoff,
}

/// Why realtime wants to be woken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The server has not answered the topic's join, or not said that its subscription is live.
    Join(String),
    /// The backoff before the topic's next join is over.
    Rejoin(String),
    /// The pace allows the next join.
    Pace,
    /// The server has not answered a message.
    Push(Reference),
    /// The server's limit allows the topic's next presence call.
    Tracking(String),
}

/// The machine. `P` is the payload, opaque to it.
#[derive(Debug)]
pub struct Realtime<P> {
    config: Config,
    /// Whether the application wants the socket open without a subscription.
    is_kept_open: bool,
    subscriptions: Subscriptions,
    channels: SortedMap<String, Channel<P>>,
    /// Topics that nobody wants at the moment and that the server limits until then.
    limited: SortedMap<Timer, Instant>,
    /// Topics to be joined, in this order.
    to_join: Vec<String>,
    /// Topics whose last join was refused: one at a time, after the others.
    suspects: Vec<String>,
    pace: Pace,
    pushes: Pushes,
    /// Broadcasts by HTTP that wait for a token.
    held_broadcasts: Vec<HttpBroadcast<P>>,
    routes: Routes,
    references: u64,
    socket: Option<Socket>,
    /// Another user has been on the socket that is open: what comes on it may be that user's.
    was_anothers: bool,
    activity: Activity,
    access: Access,
    /// The wall clock at a moment, in milliseconds since 1970.
    clock: Option<(Instant, u64)>,
    timers: Timers<Timer>,
    troubles: Troubles,
    stats: Stats,
    rng: Rng,
    outputs: Fifo<Output<P>>,
}

impl<P: Payload> Realtime<P> {
    /// Without a subscription.
    pub fn new(config: Config, rng: Rng) -> Self {
        Self {
            is_kept_open: false,
            subscriptions: Subscriptions::default(),
            channels: SortedMap::new(),
            limited: SortedMap::new(),
            to_join: Vec::new(),
            suspects: Vec::new(),
            pace: Pace::new(u64::from(config.joins_per_second)),
            pushes: Pushes::default(),
            held_broadcasts: Vec::new(),
            routes: Routes::new(),
            references: 0,
            socket: None,
            was_anothers: false,
            activity: Activity::Idle,
            access: Access::default(),
            clock: None,
            timers: Timers::default(),
            troubles: Troubles::default(),
            stats: Stats::default(),
            rng,
            outputs: Fifo::default(),
            config,
        }
    }

    /// Takes in what has happened. [`Input::Wake`] makes the earliest timer that is due go off; if none is, the joins go
    /// out that may: they come last, when all that has happened is known.
    pub fn handle(&mut self, now: Instant, input: Input<P>) {
        let was_held_up = self.held_up();
        match input {
            Input::Command(command) => self.command(now, command),
            Input::Traffic(traffic) => self.traffic(now, traffic),
            Input::HttpDone { call, answer } => self.settle_call(call, http_broadcast::result(&answer)),
            Input::WallClock(epoch) => self.clock = Some((now, epoch)),
            Input::SocketUp { socket } => self.socket_up(now, socket),
            Input::SocketSuspected => self.socket_suspected(),
            Input::SocketDown => self.socket_down(now),
            Input::SocketResumed { was_down } => self.socket_resumed(now, was_down),
            Input::SocketLost(loss) => self.socket_lost(now, loss),
            Input::AttemptFailed { error, has_other } => self.retry_all(now, &error, has_other),
            Input::Activity(activity) => self.set_activity(now, activity),
            Input::SendHeartbeat => self.send_heartbeat(now),
            Input::Access(access) => self.access = access,
            Input::TokenGiven(change) => self.token_given(now, change),
            Input::TokenNotGiven(error) => self.refuse_held(&error),
            Input::TokenDelayed(error) => self.token_delayed(now, &error),
            Input::Wake => match self.timers.take_due(now) {
                Some((timer, _)) => self.timeout(now, timer),
                None => self.join_all(now),
            },
        }
        let held_up = self.held_up();
        if held_up != was_held_up {
            let (by_all, by_later) = held_up;
            self.tell(Output::HeldUp { by_all, by_later });
        }
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output<P>> {
        self.outputs.pop()
    }

    /// When to wake it, and why.
    pub fn next_timeout(&self) -> Option<(Instant, &Timer)> {
        self.timers.next()
    }

    /// When a timer is due, if it runs.
    pub fn deadline(&self, timer: &Timer) -> Option<Instant> {
        self.timers.deadline(timer)
    }

    /// The routing table as last written.
    pub const fn routes(&self) -> &Routes {
        &self.routes
    }

    /// The counters.
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    fn command(&mut self, now: Instant, command: Command<P>) {
        match command {
            Command::Subscribe { call, id, subscription, slot } => {
                self.subscribe(now, call, id, subscription, slot);
            }
            Command::Unsubscribe { id } => self.unsubscribe(now, &id),
            Command::Release => {
                self.is_kept_open = false;
                self.unwant_socket();
            }
            Command::Connect => {
                self.is_kept_open = true;
                self.tell(Output::WantSocket);
            }
            Command::Disconnect => self.disconnect(now),
            Command::Broadcast { call, id, event, payload, is_bytes } => {
                self.broadcast(now, call, &id, &event, payload, is_bytes);
            }
            Command::HttpBroadcast(broadcast) => self.http_broadcast(now, broadcast),
            Command::Track { call, id, state } => self.track(now, call, &id, state),
        }
    }

    fn traffic(&mut self, now: Instant, traffic: Traffic<P>) {
        match traffic {
            Traffic::Frame { socket, frame } if self.open_socket() == Some(socket) => self.frame(now, &frame),
            Traffic::Frame { .. } => {}
            Traffic::Overflow { slot, count } => self.overflow(slot, count),
        }
    }

    fn timeout(&mut self, now: Instant, timer: Timer) {
        match timer {
            Timer::Join(topic) => self.join_timed_out(now, &topic),
            Timer::Rejoin(topic) => self.queue_join(&topic),
            Timer::Pace => {}
            Timer::Push(reference) => self.push_timed_out(now, reference),
            Timer::Tracking(topic) => self.tell_tracking(now, &topic),
        }
    }

    fn tell(&mut self, output: Output<P>) {
        self.outputs.push(output);
    }
}
