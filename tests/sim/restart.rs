//! A server that restarts: how long a client takes to be live again, and how many come at once.
//!
//! The clients are real ones, and each lives for itself: what they share is the moment of the loss. `cargo test --test
//! sim_realtime restart:: -- --nocapture` prints the figures that docs/architecture.md states.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::defaults::defaults;
use serde_json::{Value, json};
use twin::router::{Router, Verdict};
use wedsync_dashboard::core::connectivity;
use wedsync_dashboard::core::dashboard::{Config, Dashboard, Input, Notification, Output};
use wedsync_dashboard::core::http::HttpAnswer;
use wedsync_dashboard::core::ids::{CallId, SocketId};
use wedsync_dashboard::core::realtime::subscriptions::Status;
use wedsync_dashboard::core::realtime::{Action, Command, News, Traffic};
use wedsync_dashboard::core::resilience::backoff::Jitter;
use wedsync_dashboard::core::time::Instant;

use crate::server::Millis;
use crate::wishes::Wish;

/// When the server closes every socket.
const LOSS: Millis = 10_000;
/// Until a socket is open; so long also takes an answer to a request.
const HANDSHAKE: Millis = 50;
/// The close code of a server that restarts.
const RESTARTING: u16 = 1_012;
const ABNORMAL: u16 = 1_006;

/// What becomes of a handshake while the server is away.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Handshakes {
    /// Nobody listens.
    Refused,
    /// A gateway says 502 after a while.
    BadGateway,
    /// Nothing, until the client gives up.
    Silent,
}

impl Handshakes {
    const fn takes(self) -> Option<Millis> {
        match self {
            Self::Refused => Some(5),
            Self::BadGateway => Some(2_000),
            Self::Silent => None,
        }
    }
}

/// One restart as a client sees it.
#[derive(Clone, Copy, Debug)]
struct Restart {
    lasts: Millis,
    handshakes: Handshakes,
    /// Whether the auth server's health page answers meanwhile: then it says nothing about Realtime's return, and the
    /// backoff decides.
    is_healthy: bool,
}

const REALTIME_ALONE: Restart = Restart { lasts: 0, handshakes: Handshakes::Refused, is_healthy: true };

/// What a client made of a restart, in milliseconds after the loss.
#[derive(Debug)]
struct Life {
    attempts: Vec<Millis>,
    live: Millis,
}

enum Event {
    Opened(SocketId),
    Closed(SocketId, u16),
    Reached(bool),
    Input(Input<Value>),
}

struct One {
    client: Dashboard<Value>,
    router: Router,
    restart: Restart,
    now: Millis,
    queue: BTreeMap<(Millis, usize), Event>,
    queued: usize,
    socket: Option<SocketId>,
    attempts: Vec<Millis>,
    is_live: bool,
}

impl One {
    fn live_through(restart: Restart, config: Config, seed: u64) -> Life {
        let mut one = Self {
            router: Router::new(config.protocol),
            client: Dashboard::new(config, seed),
            restart,
            now: 0,
            queue: BTreeMap::new(),
            queued: 0,
            socket: None,
            attempts: Vec::new(),
            is_live: false,
        };
        let subscription = Wish::LOBBY.subscription("user");
        one.input(Command::Subscribe { call: CallId(1), id: Wish::LOBBY.id.into(), subscription, slot: 1 });
        one.run_until_live();
        one.now = LOSS;
        one.is_live = false;
        one.attempts.clear();
        let socket = one.socket.expect("an open socket");
        one.input(connectivity::Event::Closed { socket, code: RESTARTING });
        one.run_until_live();
        Life { attempts: one.attempts, live: one.now - LOSS }
    }

    fn run_until_live(&mut self) {
        while !self.is_live {
            let event = self.queue.first_key_value().map(|((at, _), _)| *at);
            let timer = self.client.next_timeout().map(|(at, _)| at.as_millis());
            let next = event.into_iter().chain(timer).min().expect("something is to happen");
            self.now = self.now.max(next);
            if event == Some(next) {
                let (_, event) = self.queue.pop_first().expect("it was there");
                self.happen(event);
            } else {
                self.input(Input::Wake);
            }
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Opened(socket) => {
                self.socket = Some(socket);
                self.input(Input::SocketOpened { socket, epoch: 0 });
            }
            Event::Closed(socket, code) => self.input(connectivity::Event::Closed { socket, code }),
            Event::Reached(answered) => self.input(connectivity::Event::Probed { answered }),
            Event::Input(input) => self.input(input),
        }
    }

    fn input(&mut self, input: impl Into<Input<Value>>) {
        self.client.handle(Instant::from_millis(self.now), input.into());
        while let Some(output) = self.client.poll() {
            match output {
                Output::Connectivity(connectivity::Action::Open { socket }) => self.open(socket),
                Output::Realtime(Action::Send { socket, frame }) => self.answer_join(socket, &frame),
                Output::Connectivity(connectivity::Action::Probe { .. }) => {
                    let answered = self.restart.is_healthy || !self.is_away();
                    self.schedule(HANDSHAKE, Event::Reached(answered));
                }
                Output::Http { request, .. } => {
                    let answer = HttpAnswer { status: 200, body: None, retry_after: None };
                    self.schedule(HANDSHAKE, Event::Input(Input::HttpDone { request, answer }));
                }
                Output::Notify(Notification::Realtime(News::Status { status, .. })) => {
                    self.is_live = status == Status::Live;
                }
                _ => {}
            }
        }
    }

    fn is_away(&self) -> bool {
        (LOSS..LOSS + self.restart.lasts).contains(&self.now)
    }

    fn open(&mut self, socket: SocketId) {
        self.attempts.push(self.now.saturating_sub(LOSS));
        if !self.is_away() {
            self.schedule(HANDSHAKE, Event::Opened(socket));
        } else if let Some(takes) = self.restart.handshakes.takes() {
            self.schedule(takes, Event::Closed(socket, ABNORMAL));
        }
    }

    fn answer_join(&mut self, socket: SocketId, frame: &Value) {
        if frame[3] == "phx_join" {
            let ok = json!({ "status": "ok", "response": { "postgres_changes": [] } });
            let reply = json!([frame[0], frame[1], frame[2], "phx_reply", ok]).to_string();
            let Verdict::Control(frame) = self.router.text(&reply) else { panic!("a reply is for the core") };
            self.schedule(0, Event::Input(Traffic::Frame { socket, frame }.into()));
        }
    }

    fn schedule(&mut self, after: Millis, event: Event) {
        self.queued += 1;
        self.queue.insert((self.now + after, self.queued), event);
    }
}

/// Times in milliseconds, in order.
struct Times(Vec<Millis>);

impl Times {
    fn of(times: impl IntoIterator<Item = Millis>) -> Self {
        let mut times: Vec<Millis> = times.into_iter().collect();
        times.sort_unstable();
        Self(times)
    }

    fn percentile(&self, percent: usize) -> Millis {
        self.0[(self.0.len() - 1) * percent / 100]
    }

    fn mean(&self) -> Millis {
        self.0.iter().sum::<Millis>() / self.0.len() as Millis
    }

    /// The most that fall within a second, of those between two moments.
    fn most_a_second(&self, from: Millis, to: Millis) -> usize {
        let times = &self.0[self.0.partition_point(|at| *at < from)..self.0.partition_point(|at| *at < to)];
        let within = |first: usize| times[first..].partition_point(|at| *at < times[first] + 1_000);
        (0..times.len()).map(within).max().unwrap_or(0)
    }
}

/// What restarts of many lengths cost a client.
#[derive(Debug)]
struct Cost {
    /// From the server's return until the client is live.
    median: Millis,
    p95: Millis,
    mean: Millis,
    /// In hundredths.
    attempts: usize,
}

/// Restarts of one to ten seconds, and of one to thirty.
const SHORT: RangeInclusive<Millis> = 1_000..=10_000;
const ANY: RangeInclusive<Millis> = 1_000..=30_000;
/// Between the lengths of restarts.
const STEP: usize = 250;
/// Clients for each length.
const SEEDS: u64 = 30;

fn cost(config: &Config, lengths: RangeInclusive<Millis>, restart: Restart) -> Cost {
    let live = |lasts| {
        (0..SEEDS).map(move |seed| {
            (lasts, One::live_through(Restart { lasts, ..restart }, config.clone(), seed ^ (lasts << 20)))
        })
    };
    let lives: Vec<(Millis, Life)> = lengths.step_by(STEP).flat_map(live).collect();
    let extra = Times::of(lives.iter().map(|(lasts, life)| life.live - lasts));
    Cost {
        median: extra.percentile(50),
        p95: extra.percentile(95),
        mean: extra.mean(),
        attempts: lives.iter().map(|(_, life)| life.attempts.len() * 100).sum::<usize>() / lives.len(),
    }
}

/// How a thousand clients come that lost one server at once.
#[derive(Debug)]
struct Herd {
    /// The most attempts a second while the server is away, and once it is back.
    peak_after_loss: usize,
    peak_after_return: usize,
    /// From the server's return until 99 of 100 are live.
    nearly_all_live: Millis,
}

fn herd(config: &Config, lasts: Millis) -> Herd {
    let restart = Restart { lasts, ..REALTIME_ALONE };
    let lives: Vec<Life> = (0..1_000).map(|seed| One::live_through(restart, config.clone(), seed)).collect();
    let attempts = Times::of(lives.iter().flat_map(|life| life.attempts.iter().copied()));
    Herd {
        peak_after_loss: attempts.most_a_second(0, lasts),
        peak_after_return: attempts.most_a_second(lasts, Millis::MAX),
        nearly_all_live: Times::of(lives.iter().map(|life| life.live - lasts)).percentile(99),
    }
}

/// What the default has to be better than.
const OTHERS: [Jitter; 3] = [Jitter::Full, Jitter::Equal, Jitter::Decorrelated];

fn with(jitter: Jitter) -> Config {
    Config { jitter, ..defaults() }
}

/// What a restart of these lengths costs a client as it is by default, and one with full jitter.
fn own_and_full(lengths: RangeInclusive<Millis>, restart: Restart) -> [Cost; 2] {
    [defaults(), with(Jitter::Full)].map(|config| cost(&config, lengths.clone(), restart))
}

#[test]
fn attempts_do_not_bunch() {
    // With full jitter several attempts come soon after the loss, and none for long once the server is back.
    let bound = 6_000;
    let [own, full] = own_and_full(SHORT, REALTIME_ALONE);
    assert!(own.p95 <= bound, "19 of 20 are live within {bound} ms of the server's return: {own:?}");
    assert!(full.p95 > bound, "a bound that full jitter keeps says nothing: {full:?}");
}

#[test]
fn the_default_brings_a_client_back_soonest() {
    let own = cost(&defaults(), ANY, REALTIME_ALONE);
    println!("{:?}: {own:?}", defaults().jitter);
    for jitter in OTHERS {
        let other = cost(&with(jitter), ANY, REALTIME_ALONE);
        println!("{jitter:?}: {other:?}");
        assert!(own.median < other.median && own.p95 < other.p95 && own.mean < other.mean, "{jitter:?}");
        if jitter == Jitter::Full {
            assert!(own.attempts <= other.attempts * 5 / 4, "not by many more attempts: {own:?}, {other:?}");
        }
    }
}

#[test]
fn the_default_spares_a_server_that_a_thousand_clients_lose_at_once() {
    for lasts in [5_000, 30_000] {
        let own = herd(&defaults(), lasts);
        println!("{lasts} ms, {:?}: {own:?}", defaults().jitter);
        for jitter in OTHERS {
            let other = herd(&with(jitter), lasts);
            println!("{lasts} ms, {jitter:?}: {other:?}");
            assert!(own.nearly_all_live < other.nearly_all_live, "{jitter:?}");
            if jitter == Jitter::Full {
                assert!(own.peak_after_loss < other.peak_after_loss, "{own:?}, {other:?}");
            }
        }
        assert!(
            own.peak_after_return <= own.peak_after_loss / 3,
            "nor does its return bring a rush: {own:?}"
        );
    }
}

#[test]
fn where_the_whole_project_is_away_the_health_page_tells_of_its_return() {
    for cost in own_and_full(ANY, Restart { is_healthy: false, ..REALTIME_ALONE }) {
        println!("{cost:?}");
        assert!(cost.p95 <= 1_000, "{cost:?}");
    }
}

#[test]
fn handshakes_that_fail_late_or_hang_cost_less_than_with_full_jitter() {
    for handshakes in [Handshakes::BadGateway, Handshakes::Silent] {
        let [own, full] = own_and_full(ANY, Restart { handshakes, ..REALTIME_ALONE });
        println!("{handshakes:?}: {own:?}, with full jitter {full:?}");
        assert!(own.p95 < full.p95 && own.mean < full.mean, "{handshakes:?}: {own:?}, {full:?}");
    }
}
