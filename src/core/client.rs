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
//! let subscription = Subscription {
//!     channel: "feed".into(),
//!     private: false,
//!     source: Source::Broadcast { event: None, own: false },
//!     auto_reconnect: true,
//!     max_reconnect_attempts: None,
//! };
//! client.handle(Instant::from_millis(0), Input::Subscribe { id: "feed".into(), subscription, slot: 1 });
//! assert!(std::iter::from_fn(|| client.poll()).any(|output| matches!(output, Output::Open { .. })));
//! assert!(client.next_timeout().is_some());
//! ```

mod channels;
mod connection;
mod subscribing;

use std::collections::VecDeque;

use litemap::LiteMap;

use crate::core::io::{Input, Notification, Output, SocketId};
use crate::core::payload::Payload;
use crate::core::realtime::channel::Channel;
use crate::core::realtime::frame::{Outbound, Protocol, Reference};
use crate::core::realtime::link::Link;
use crate::core::realtime::routes::Routes;
use crate::core::realtime::subscriptions::Subscriptions;
use crate::core::realtime::token::Token;
use crate::core::resilience::backoff::Backoff;
use crate::core::rng::Rng;
use crate::core::time::{Instant, Timer, Timers};

/// What the client is told once. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The version of the protocol that is spoken.
    pub protocol: Protocol,
    /// Between heartbeats; the server closes a socket after 60,000 of silence.
    pub heartbeat_interval: u64,
    /// For the answer to a join.
    pub join_timeout: u64,
    /// For a socket to open.
    pub connect_timeout: u64,
    /// The backoff's first ceiling.
    pub reconnect_base: u64,
    /// The backoff's last ceiling.
    pub reconnect_cap: u64,
    /// Whether the application can be asked for an access token.
    pub has_token_source: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            protocol: Protocol::default(),
            heartbeat_interval: 25_000,
            join_timeout: 15_000,
            connect_timeout: 10_000,
            reconnect_base: 1_000,
            reconnect_cap: 30_000,
            has_token_source: false,
        }
    }
}

/// Counters since the client was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Sockets opened.
    pub connections: u32,
    /// Joins sent.
    pub joins: u32,
}

/// The client. `P` is the payload, opaque to it.
#[derive(Debug)]
pub struct Client<P> {
    config: Config,
    rng: Rng,
    timers: Timers,
    link: Link,
    token: Token,
    token_backoff: Backoff,
    subscriptions: Subscriptions,
    channels: LiteMap<String, Channel>,
    routes: Routes,
    references: u64,
    stats: Stats,
    outputs: VecDeque<Output<P>>,
}

impl<P: Payload> Client<P> {
    /// A client at rest; `seed` decides its jitter.
    pub fn new(config: Config, seed: u64) -> Self {
        let backoff = Backoff::new(config.reconnect_base, config.reconnect_cap);
        Self {
            rng: Rng::new(seed),
            timers: Timers::default(),
            link: Link::new(backoff.clone(), config.heartbeat_interval, config.connect_timeout),
            token: Token::new(config.has_token_source),
            token_backoff: backoff,
            subscriptions: Subscriptions::default(),
            channels: LiteMap::new(),
            routes: Routes::new(),
            references: 0,
            stats: Stats::default(),
            outputs: VecDeque::new(),
            config,
        }
    }

    /// Takes in what has happened.
    pub fn handle(&mut self, now: Instant, input: Input<P>) {
        match input {
            Input::Subscribe { id, subscription, slot } => self.subscribe(now, id, subscription, slot),
            Input::Unsubscribe { id } => self.unsubscribe(&id),
            Input::Disconnect => self.disconnect(),
            Input::Broadcast { call, id, event, payload } => {
                let result = self.broadcast(&id, &event, payload);
                self.notify(Notification::Settled { call, result });
            }
            Input::SetToken { value, lifetime } => {
                self.token.supersede();
                self.set_token(now, value, lifetime);
            }
            Input::Token { value, lifetime } if self.token.takes_answer() => {
                self.set_token(now, value, lifetime);
            }
            Input::TokenFailed { reason } if self.token.takes_answer() => self.token_failed(now, &reason),
            Input::Token { .. } | Input::TokenFailed { .. } => {}
            Input::SocketOpened { socket } => self.socket_opened(now, socket),
            Input::SocketClosed { socket, code } => self.socket_closed(now, socket, code),
            Input::Frame { socket, frame } if self.link.socket() == Some(socket) => {
                self.link.hear(now);
                self.frame(now, &frame);
            }
            Input::Heard { socket } if self.link.socket() == Some(socket) => self.link.hear(now),
            Input::Frame { .. } | Input::Heard { .. } => {}
            Input::Online | Input::Visible => self.hurry(now),
            Input::Offline => self.probe(now),
            Input::Wake => {}
        }
        while let Some((timer, deadline)) = self.timers.take_due(now) {
            self.timeout(now, timer, deadline);
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

    /// The routing table as last written.
    pub fn routes(&self) -> &Routes {
        &self.routes
    }

    /// The counters.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    fn timeout(&mut self, now: Instant, timer: Timer, deadline: Instant) {
        match timer {
            Timer::Connect => self.connect_timed_out(now),
            Timer::Reconnect => self.connect(now),
            Timer::Heartbeat => self.heartbeat(now, deadline),
            Timer::HeartbeatTimeout => self.heartbeat_overdue(now, deadline),
            Timer::TokenRenewal | Timer::TokenRetry => self.ask_token(now),
            Timer::TokenAnswer => self.token_failed(now, "it did not answer in time"),
            Timer::Join(topic) => self.join_timed_out(now, &topic),
            Timer::Rejoin(_) => self.join_all(now),
        }
    }

    fn notify(&mut self, notification: Notification) {
        self.outputs.push_back(Output::Notify(notification));
    }

    fn next_reference(&mut self) -> Reference {
        self.references += 1;
        Reference(self.references)
    }

    /// Sends a message; a join's own reference is its `join_ref`.
    fn send(&mut self, socket: SocketId, frame: Outbound<'_, P>) {
        let frame = frame.encode(self.config.protocol);
        self.outputs.push_back(Output::Send { socket, frame });
    }
}
