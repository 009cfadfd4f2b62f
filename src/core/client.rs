//! The client: wires the parts of the core and does nothing else.
//!
//! # The drive contract
//! 1. Mutate with one [`Client::handle`].
//! 2. Drain [`Client::poll`] until it is empty, and do each output in order.
//! 3. Sleep until [`Client::next_timeout`], then `handle` an [`Input::Wake`]. Any other input may come first.
//!
//! The driver is the only caller. Time and randomness are arguments: the same inputs at the same times with the same
//! seed give the same outputs. Nothing here calls back: the driver releases its borrow before it runs anybody's
//! callback, so a callback may call anything.
//!
//! ```
//! use wedsync_dashboard::core::client::{Client, Config};
//! use wedsync_dashboard::core::io::{Input, Output};
//! use wedsync_dashboard::core::realtime::subscriptions::{Source, Subscription};
//! use wedsync_dashboard::core::time::Instant;
//!
//! let mut client = Client::<serde_json::Value>::new(Config::default(), 42);
//! let subscription = Subscription::to("feed", Source::Broadcast { event: None, own: false });
//! client.handle(Instant::from_millis(0), Input::Subscribe { id: "feed".into(), subscription, slot: 1 });
//! assert!(std::iter::from_fn(|| client.poll()).any(|output| matches!(output, Output::Open { .. })));
//! assert!(client.next_timeout().is_some());
//! ```

mod channels;
mod connection;
mod joining;
mod liveness;
mod page;
mod presence;
mod pushing;
mod requests;
mod routing;
mod subscribing;
mod telling;
mod tokens;
mod troubles;

use std::collections::VecDeque;

use litemap::LiteMap;

use crate::core::io::{CallId, Input, Notification, Output, QuestionId, RequestId, SocketId, Status};
use crate::core::payload::Payload;
use crate::core::realtime::attempts::Attempts;
use crate::core::realtime::channel::Channel;
use crate::core::realtime::frame::{Outbound, Protocol, Reference};
use crate::core::realtime::http_send::HttpBroadcast;
use crate::core::realtime::link::{Heartbeats, Link};
use crate::core::realtime::liveness::Doubt;
use crate::core::realtime::pushes::Pushes;
use crate::core::realtime::reach::Reach;
use crate::core::realtime::routes::Routes;
use crate::core::realtime::subscriptions::Subscriptions;
pub use crate::core::realtime::telemetry::Stats;
use crate::core::realtime::token::Token;
use crate::core::resilience::backoff::{Backoff, Jitter};
use crate::core::resilience::pace::Pace;
use crate::core::rng::Rng;
use crate::core::time::{Instant, Timer, Timers};
use troubles::Troubles;

/// What the client is told once. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The version of the protocol that is spoken.
    pub protocol: Protocol,
    /// Between heartbeats; the server closes a socket after 60,000 of silence.
    pub heartbeat_interval: u64,
    /// Between heartbeats while the page is visible and the server says nothing.
    pub visible_heartbeat_interval: u64,
    /// For the answer to a join.
    pub join_timeout: u64,
    /// For a socket to open.
    pub connect_timeout: u64,
    /// The backoff's first ceiling.
    pub reconnect_base: u64,
    /// The backoff's last ceiling.
    pub reconnect_cap: u64,
    /// How the delays of the backoff are drawn.
    pub jitter: Jitter,
    /// Joins a second, and as many at once.
    pub joins_per_second: u32,
    /// For the answer to a message.
    pub push_timeout: u64,
    /// For the answer to a request over HTTP.
    pub http_timeout: u64,
    /// How long an open socket is kept while nobody is subscribed.
    pub idle_timeout: u64,
    /// Whether the application can be asked for an access token.
    pub has_token_source: bool,
    /// Whether the application wants the log.
    pub logs: bool,
    /// When the key expires, if it says so.
    pub key_expires: Option<Instant>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            protocol: Protocol::default(),
            heartbeat_interval: 25_000,
            visible_heartbeat_interval: 5_000,
            join_timeout: 15_000,
            connect_timeout: 10_000,
            reconnect_base: 1_000,
            reconnect_cap: 30_000,
            jitter: Jitter::default(),
            joins_per_second: 50,
            push_timeout: 10_000,
            http_timeout: 10_000,
            idle_timeout: 10_000,
            has_token_source: false,
            logs: false,
            key_expires: None,
        }
    }
}

/// What a request over HTTP is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Request {
    /// A broadcast, which its answer settles.
    Broadcast(CallId),
    /// Why a handshake may have been refused.
    Refusal {
        /// The access token that it went out with, by its version.
        token: Option<u32>,
    },
}

/// The client. `P` is the payload, opaque to it.
#[derive(Debug)]
pub struct Client<P> {
    config: Config,
    rng: Rng,
    timers: Timers,
    link: Link,
    reach: Reach,
    /// The browser says that there is no network.
    is_offline: bool,
    /// Whether the application wants the socket open without a subscription.
    is_kept: bool,
    token: Token,
    token_backoff: Backoff,
    subscriptions: Subscriptions,
    /// Topics that nobody wants at the moment and that the server limits until then.
    limited: LiteMap<String, Instant>,
    channels: LiteMap<String, Channel<P>>,
    /// Topics to be joined, in this order.
    to_join: VecDeque<String>,
    /// Topics whose last join was refused: one at a time, after the others.
    suspects: VecDeque<String>,
    pace: Pace,
    pushes: Pushes,
    requests: LiteMap<RequestId, Request>,
    /// When it was last asked why a handshake may have been refused.
    asked_why: Option<Instant>,
    /// Broadcasts by HTTP that wait for a token.
    held: Vec<HttpBroadcast<P>>,
    next_request: u32,
    routes: Routes,
    references: u64,
    /// Another user has been on the socket that is open: what comes on it may be that user's.
    was_anothers: bool,
    /// The wall clock at a moment, in milliseconds since 1970.
    clock: Option<(Instant, u64)>,
    stats: Stats,
    troubles: Troubles,
    outputs: VecDeque<Output<P>>,
}

impl<P: Payload> Client<P> {
    /// A client at rest; `seed` decides its jitter.
    pub fn new(config: Config, seed: u64) -> Self {
        let backoff = Backoff::new(config.reconnect_base, config.reconnect_cap, config.jitter);
        let heartbeats = Heartbeats {
            interval: config.heartbeat_interval,
            visible_interval: config.visible_heartbeat_interval,
        };
        Self {
            rng: Rng::new(seed),
            timers: Timers::default(),
            link: Link::new(Attempts::new(backoff.clone(), config.connect_timeout), heartbeats),
            reach: Reach::default(),
            is_offline: false,
            is_kept: false,
            token: Token::new(config.has_token_source),
            token_backoff: backoff,
            subscriptions: Subscriptions::default(),
            limited: LiteMap::new(),
            channels: LiteMap::new(),
            to_join: VecDeque::new(),
            suspects: VecDeque::new(),
            pace: Pace::new(u64::from(config.joins_per_second)),
            pushes: Pushes::default(),
            requests: LiteMap::new(),
            asked_why: None,
            held: Vec::new(),
            next_request: 0,
            routes: Routes::new(),
            references: 0,
            was_anothers: false,
            clock: None,
            stats: Stats::default(),
            troubles: Troubles::default(),
            outputs: VecDeque::new(),
            config,
        }
    }

    /// Takes in what has happened.
    pub fn handle(&mut self, now: Instant, input: Input<P>) {
        self.take(now, input);
        while let Some((timer, deadline)) = self.timers.take_due(now) {
            self.timeout(now, timer, deadline);
        }
        self.join_all(now);
    }

    /// Takes note of frames that a socket has received, the last of them `at` a moment that is not after `now`. Comes before
    /// [`Client::handle`], so that no timer goes off before it is known what was heard.
    pub fn hear(&mut self, now: Instant, socket: SocketId, at: Instant, frames: u32) {
        if self.link.open_socket() == Some(socket) && self.link.hear(at, frames) {
            self.resumed(now);
        }
    }

    fn take(&mut self, now: Instant, input: Input<P>) {
        match input {
            Input::Subscribe { id, subscription, slot } => self.subscribe(now, id, subscription, slot),
            Input::Unsubscribe { id } => self.unsubscribe(now, &id),
            Input::Connect => self.keep(now),
            Input::Disconnect => self.disconnect(now),
            Input::Broadcast { call, id, event, payload, is_bytes } => {
                self.broadcast(now, call, &id, &event, payload, is_bytes);
            }
            Input::HttpBroadcast(broadcast) => self.http_broadcast(now, broadcast),
            Input::Track { call, id, state } => self.track(now, call, &id, state),
            Input::SetToken { value, claims } => self.set_token(now, None, value, claims),
            Input::Token { question, value, claims } => self.set_token(now, Some(question), value, claims),
            Input::TokenFailed { question, reason } if self.token.takes_failure(question) => {
                self.token_failed(now, &reason);
            }
            Input::TokenFailed { .. } => {}
            Input::Clock { ahead } => self.token.measure(ahead),
            Input::SocketOpened { socket, epoch } => self.socket_opened(now, socket, epoch),
            Input::SocketClosed { socket, code } => self.socket_closed(now, socket, code),
            Input::Frame { socket, frame } if self.link.open_socket() == Some(socket) => {
                self.frame(now, &frame)
            }
            Input::Frame { .. } => {}
            Input::Reached { answered } => self.reached(now, answered),
            Input::HttpDone { request, answer } => self.http_done(now, request, &answer),
            Input::Overflow { slot, count } => self.overflow(slot, count),
            Input::Suspend => self.suspend(now),
            Input::Resume => self.resume(now),
            Input::Network { saves_data, effective_type } => {
                self.link.spare(saves_data || matches!(effective_type.as_deref(), Some("slow-2g" | "2g")));
                // It may be another network, on which the link is dead.
                self.ask(now, Doubt::Usual);
            }
            Input::Online => self.online(now),
            Input::Offline => self.offline(now),
            Input::Visible => {
                self.link.hide(false);
                self.seen(now);
            }
            Input::Hidden => self.link.hide(true),
            Input::Wake => {}
        }
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output<P>> {
        self.outputs.pop_front()
    }

    /// When to wake the client, and why.
    pub fn next_timeout(&self) -> Option<(Instant, &Timer)> {
        self.timers.next()
    }

    /// When a timer is due, if it runs.
    pub fn deadline(&self, timer: &Timer) -> Option<Instant> {
        self.timers.deadline(timer)
    }

    /// The routing table as last written.
    pub fn routes(&self) -> &Routes {
        &self.routes
    }

    /// Whether there is an open socket that the application may count on.
    pub fn is_connected(&self) -> bool {
        self.link.socket().is_some()
    }

    /// The question for a token whose answer is awaited.
    pub fn question(&self) -> Option<QuestionId> {
        self.token.question()
    }

    /// The counters.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    fn timeout(&mut self, now: Instant, timer: Timer, deadline: Instant) {
        match timer {
            Timer::Connect => self.connect_timed_out(now),
            Timer::Reconnect => self.connect(now),
            Timer::Heartbeat => self.heartbeat(now, deadline),
            Timer::Suspicion => self.answer_late(now, deadline),
            Timer::HeartbeatTimeout => self.patience_over(now, deadline),
            Timer::Kept => self.kept_long_enough(now),
            Timer::TokenRenewal | Timer::TokenRetry => self.ask_token(now),
            Timer::TokenAnswer => self.token_failed(now, "it did not answer in time"),
            Timer::Join(topic) => self.join_timed_out(now, &topic),
            Timer::Rejoin(topic) => self.queue_join(&topic),
            Timer::Pace => {}
            Timer::Idle => self.idle(now),
            Timer::Reach => self.ask_reach(),
            Timer::Push(reference) => self.push_timed_out(now, reference),
            Timer::Tracking(topic) => self.tell_tracking(now, &topic),
        }
    }

    fn notify(&mut self, notification: Notification<P>) {
        if self.troubles.is_news(&notification) {
            self.outputs.push_back(Output::Notify(notification));
        }
    }

    fn next_reference(&mut self) -> Reference {
        self.references += 1;
        Reference(self.references)
    }

    /// Sends a message; a join's own reference is its `join_ref`.
    fn send(&mut self, socket: SocketId, frame: Outbound<'_, P>) {
        self.stats.sent += 1;
        let frame = frame.encode(self.config.protocol);
        self.outputs.push_back(Output::Send { socket, frame });
    }
}
