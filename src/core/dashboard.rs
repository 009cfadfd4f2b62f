//! The composition: holds the machines, passes what one says to another, merges their deadlines, and decides nothing.
//!
//! # The drive contract
//! 1. Mutate with one [`Dashboard::handle`].
//! 2. Drain [`Dashboard::poll`] until it is empty, and do each output in order.
//! 3. Sleep until [`Dashboard::next_deadline`], then `handle` an [`Input::Wake`]. Any other input may come first.
//!
//! The driver is the only caller. Time and randomness are arguments: the same inputs at the same times with the same
//! seed give the same outputs. Nothing here calls back: the driver releases its borrow before it runs anybody's
//! callback, so a callback may call anything.
//!
//! Each machine keeps the same contract, with inputs, outputs and timers of its own. An output of a machine is either for
//! the driver, for the application, or an input of another machine. What one output causes is complete before the next one is looked at.
//!
//! ```
//! use wedsync_dashboard::api::checked;
//! use wedsync_dashboard::core::connectivity::Action;
//! use wedsync_dashboard::core::dashboard::{Dashboard, Output};
//! use wedsync_dashboard::core::ids::CallId;
//! use wedsync_dashboard::core::realtime::Command;
//! use wedsync_dashboard::core::realtime::subscriptions::{Source, Subscription};
//! use wedsync_dashboard::core::time::Instant;
//!
//! # let checked = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/options/checked.json"));
//! # let options = serde_json::from_str::<serde_json::Value>(checked).unwrap()["manager"].clone();
//! let mut dashboard = Dashboard::<serde_json::Value>::new(checked::config(&options), 42);
//! let subscription = Subscription::to("feed", Source::Broadcast { event: None, own: false });
//! let command = Command::Subscribe { call: CallId(1), id: "feed".into(), subscription, slot: 1 };
//! dashboard.handle(Instant::from_millis(0), command.into());
//! let opens = |output| matches!(output, Output::Connectivity(Action::Open { .. }));
//! assert!(std::iter::from_fn(|| dashboard.poll()).any(opens));
//! assert!(dashboard.next_timeout().is_some());
//! ```

mod caching;
mod config;
mod input;
mod notification;
mod observing;
mod output;
pub mod relayed;
mod vault;
mod wiring;

use crate::core::cache::{self, Cache};
use crate::core::connectivity::{self, Connectivity};
use crate::core::error::Error;
use crate::core::fifo::Fifo;
use crate::core::health::{self, Health};
use crate::core::ids::SocketId;
use crate::core::page::Ticking;
use crate::core::payload::Payload;
use crate::core::realtime::routes::{Routes, Slot};
use crate::core::realtime::subscriptions::{Status, Subscription};
use crate::core::realtime::{self, Realtime};
use crate::core::rng::Rng;
use crate::core::session::token::QuestionId;
use crate::core::session::{self, Session};
use crate::core::store::{self, Store};
use crate::core::tabs::names::own_id;
use crate::core::tabs::{self, Membership, Tabs};
use crate::core::time::Instant;
pub use config::Config;
pub use input::Input;
pub use notification::Notification;
pub use output::{Output, RequestId};
use relayed::{Relayed, Told};
use vault::Vault;

/// Why the dashboard wants to be woken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Connectivity wants to.
    Connectivity(connectivity::Timer),
    /// The session wants to.
    Session(session::Timer),
    /// Realtime wants to.
    Realtime(realtime::Timer),
    /// The store wants to.
    Store(store::input::Timer),
    /// The tabs want to.
    Tabs(tabs::Timer),
    /// Health wants to.
    Health(health::Timer),
    /// The cache wants to.
    Cache(cache::Timer),
}

impl From<connectivity::Timer> for Timer {
    fn from(timer: connectivity::Timer) -> Self {
        Self::Connectivity(timer)
    }
}

impl From<session::Timer> for Timer {
    fn from(timer: session::Timer) -> Self {
        Self::Session(timer)
    }
}

impl From<realtime::Timer> for Timer {
    fn from(timer: realtime::Timer) -> Self {
        Self::Realtime(timer)
    }
}

impl From<store::input::Timer> for Timer {
    fn from(timer: store::input::Timer) -> Self {
        Self::Store(timer)
    }
}

impl From<tabs::Timer> for Timer {
    fn from(timer: tabs::Timer) -> Self {
        Self::Tabs(timer)
    }
}

impl From<health::Timer> for Timer {
    fn from(timer: health::Timer) -> Self {
        Self::Health(timer)
    }
}

impl From<cache::Timer> for Timer {
    fn from(timer: cache::Timer) -> Self {
        Self::Cache(timer)
    }
}

/// Names a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Machine {
    Connectivity,
    Session,
    Realtime,
    Store,
    Tabs,
    Health,
    Cache,
}

/// All machines together. `P` is the payload, opaque to them.
#[derive(Debug)]
pub struct Dashboard<P: Payload> {
    connectivity: Connectivity,
    session: Session,
    realtime: Realtime<P>,
    vault: Vault<P>,
    tabs: Tabs<Relayed<P>>,
    health: Health,
    cache: Cache<P>,
    asked_of_store: caching::AskedOfStore,
    /// Whose the cache's entries are, once that is known.
    cache_owner: Option<store::names::Owner>,
    /// Whether other tabs may have a part in this one's connection, or it in theirs.
    is_shared: bool,
    /// For which entering of a group an epoch is drawn, and what it has to be above.
    drawing: Option<(Membership, u64)>,
    /// Who keeps this tab's time, as far as it has turned out.
    ticking: Option<Ticking>,
    /// How long a request over HTTP may take, in milliseconds.
    http_timeout: u64,
    has_log: bool,
    outputs: Fifo<Output<P>>,
}

impl<P: Payload> Dashboard<P> {
    /// All machines idle; `seed` decides their jitter.
    pub fn new(config: Config, seed: u64) -> Self {
        let is_shared = config.tabs.is_some();
        let mut rng = Rng::new(seed);
        let connectivity = Connectivity::new(config.connectivity(), rng.split());
        let session = Session::new(config.session(), rng.split());
        let realtime = Realtime::new(config.realtime(), rng.split());
        let vault = Vault::new(&config.project, config.wall, session.user().clone(), !is_shared, rng.split());
        let tabs = Tabs::new(config.tabs(), rng.split());
        let health = observing::watched(config.wall, !is_shared, rng.split());
        let cache = Cache::new(config.wall, rng.split());
        Self {
            connectivity,
            session,
            realtime,
            vault,
            tabs,
            health,
            cache,
            asked_of_store: Vec::new(),
            cache_owner: None,
            is_shared,
            drawing: None,
            ticking: None,
            http_timeout: config.http_timeout,
            has_log: config.logs,
            outputs: Fifo::default(),
        }
    }

    /// Takes in what has happened, and what has become due.
    pub fn handle(&mut self, now: Instant, input: Input<P>) {
        self.take(now, input);
        self.pass_on(now);
        while let Some((_, machine)) = self.first().filter(|(at, _)| *at <= now) {
            self.wake(now, machine);
        }
        // What was put off until all of this was known.
        for machine in [
            Machine::Tabs,
            Machine::Connectivity,
            Machine::Session,
            Machine::Realtime,
            Machine::Store,
            Machine::Health,
            Machine::Cache,
        ] {
            self.wake(now, machine);
        }
    }

    /// Takes note of frames that a socket has received, the last of them `at` a moment that is not after `now`. Comes before
    /// [`Dashboard::handle`], so that no timer goes off before it is known what was heard.
    pub fn hear(&mut self, now: Instant, socket: SocketId, at: Instant, frames: u32) {
        self.connectivity.handle(now, connectivity::Input::Heard { socket, at, frames });
        self.pass_on(now);
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output<P>> {
        self.outputs.pop()
    }

    /// When to wake it.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.first().map(|(at, _)| at)
    }

    /// Whether it has to be woken in time in a hidden page too, whose own timers run once a minute: a server closes what is silent for
    /// as long, and other tabs follow another leader. What is kept, and how the tab is, can wait.
    pub fn is_punctual(&self) -> bool {
        self.connectivity.next_timeout().is_some()
            || self.session.next_timeout().is_some()
            || self.realtime.next_timeout().is_some()
            || self.tabs.next_timeout().is_some()
    }

    /// When to wake it, and why.
    pub fn next_timeout(&self) -> Option<(Instant, Timer)> {
        let (at, machine) = self.first()?;
        let timer = match machine {
            Machine::Connectivity => self.connectivity.next_timeout()?.1.into(),
            Machine::Session => self.session.next_timeout()?.1.into(),
            Machine::Realtime => self.realtime.next_timeout()?.1.clone().into(),
            Machine::Store => self.vault.next_timeout()?.1.into(),
            Machine::Tabs => self.tabs.next_timeout()?.1.into(),
            Machine::Health => self.health.next_timeout()?.1.into(),
            Machine::Cache => self.cache.next_timeout()?.1.into(),
        };
        Some((at, timer))
    }

    /// When a timer is due, if it runs.
    pub fn deadline(&self, timer: impl Into<Timer>) -> Option<Instant> {
        match timer.into() {
            Timer::Connectivity(timer) => self.connectivity.deadline(timer),
            Timer::Session(timer) => self.session.deadline(timer),
            Timer::Realtime(timer) => self.realtime.deadline(&timer),
            Timer::Store(timer) => self.vault.store()?.deadline(timer),
            Timer::Tabs(timer) => self.tabs.deadline(timer),
            Timer::Health(timer) => self.health.deadline(timer),
            Timer::Cache(timer) => self.cache.deadline(timer),
        }
    }

    /// The routing table as last written.
    pub fn routes(&self) -> &Routes {
        self.realtime.routes()
    }

    /// Whether there is an open socket that the application may count on, in this tab or in another.
    pub fn is_connected(&self) -> bool {
        if self.tabs.is_serving() {
            return self.connectivity.is_connected();
        }
        self.tabs.states().iter().any(Told::is_up)
    }

    /// The question for a token whose answer is awaited.
    pub fn question(&self) -> Option<QuestionId> {
        self.session.question()
    }

    /// Why a subscription cannot be, next to the others there are: [`realtime::Command::Subscribe`] is settled with that,
    /// and what the id stands for stays.
    /// Where another tab holds the connection, it says so.
    pub fn conflict(&self, id: &str, subscription: &Subscription) -> Option<Error> {
        let is_here = self.tabs.is_serving();
        is_here.then(|| self.realtime.conflict(&self.name_of(id), subscription)).flatten()
    }

    /// The callback of an id that stands for this very subscription: to subscribe it again changes no more than that.
    pub fn slot_of(&self, id: &str, subscription: &Subscription) -> Option<Slot> {
        if self.tabs.is_serving() {
            return self.realtime.slot_of(&self.name_of(id), subscription);
        }
        self.tabs.wanted(id).filter(|(wanted, _)| *wanted == subscription).map(|(_, slot)| slot)
    }

    /// The state of a subscription; `None` if there is none of this id.
    pub fn status(&self, id: &str) -> Option<Status> {
        if self.is_shared { self.tabs.status(id) } else { self.realtime.status(id) }
    }

    /// Who is on the channel of a subscription to presence: `{ key: [presence, …] }`, as last told by the server.
    pub fn presence(&self, id: &str) -> Option<P> {
        if self.tabs.is_serving() {
            return self.realtime.presence(&self.name_of(id));
        }
        self.tabs.presence(id)
    }

    /// What realtime calls an id of the application's.
    fn name_of(&self, id: &str) -> String {
        if self.is_shared { own_id(id) } else { id.to_owned() }
    }

    /// Who serves this tab.
    pub const fn tabs(&self) -> &Tabs<Relayed<P>> {
        &self.tabs
    }

    /// How everything is.
    pub const fn health(&self) -> &Health {
        &self.health
    }

    /// What connectivity counts.
    pub fn connectivity_stats(&self) -> &connectivity::stats::Stats {
        self.connectivity.stats()
    }

    /// How long nothing has been heard on the open socket of this tab, in milliseconds.
    pub fn silence(&self, now: Instant) -> Option<u64> {
        self.connectivity.silence(now)
    }

    /// What realtime counts.
    pub fn realtime_stats(&self) -> &realtime::stats::Stats {
        self.realtime.stats()
    }

    /// The store of the present user, once something has been asked of it.
    pub fn store(&self) -> Option<&Store<P>> {
        self.vault.store()
    }

    /// The machine whose timer is due first, and when.
    fn first(&self) -> Option<(Instant, Machine)> {
        let deadlines = [
            (self.connectivity.next_timeout().map(|(at, _)| at), Machine::Connectivity),
            (self.session.next_timeout().map(|(at, _)| at), Machine::Session),
            (self.realtime.next_timeout().map(|(at, _)| at), Machine::Realtime),
            (self.vault.next_timeout().map(|(at, _)| at), Machine::Store),
            (self.tabs.next_timeout().map(|(at, _)| at), Machine::Tabs),
            (self.health.next_timeout().map(|(at, _)| at), Machine::Health),
            (self.cache.next_timeout().map(|(at, _)| at), Machine::Cache),
        ];
        let mut first: Option<(Instant, Machine)> = None;
        for (at, machine) in deadlines {
            if let Some(at) = at
                && first.is_none_or(|(other, _)| at < other)
            {
                first = Some((at, machine));
            }
        }
        first
    }

    fn wake(&mut self, now: Instant, machine: Machine) {
        match machine {
            Machine::Connectivity => self.connectivity.handle(now, connectivity::Input::Wake),
            Machine::Session => self.session.handle(now, session::Input::Wake),
            Machine::Realtime => self.realtime.handle(now, realtime::Input::Wake),
            Machine::Store => self.vault.wake(now),
            Machine::Tabs => self.tabs.handle(now, tabs::Input::Wake),
            Machine::Health => self.health.handle(now, health::Input::Wake),
            Machine::Cache => self.cache.handle(now, cache::input::Input::Wake),
        }
        self.pass_on(now);
    }

    /// Passes on what the machines say. The machine that is told most comes first: so what one output causes is complete
    /// before the next one is looked at.
    fn pass_on(&mut self, now: Instant) {
        loop {
            if let Some(output) = self.tabs.poll() {
                self.route_tabs(now, output);
            } else if let Some(output) = self.realtime.poll() {
                self.route_realtime(now, output);
            } else if let Some(output) = self.session.poll() {
                self.route_session(now, output);
            } else if let Some(output) = self.connectivity.poll() {
                self.route_connectivity(now, output);
            } else if let Some(output) = self.vault.poll() {
                self.route_vault(now, output);
            } else if let Some(output) = self.cache.poll() {
                self.route_cache(now, output);
            } else if let Some(output) = self.health.poll() {
                self.route_health(now, output);
            } else {
                return;
            }
        }
    }
}
