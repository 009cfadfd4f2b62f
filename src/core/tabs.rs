//! Tabs: a machine by which all tabs of a user share one connection.
//!
//! It stands between the application's calls and the machine that serves them. One tab leads: its own machine serves the
//! calls of all tabs, and what becomes of them is told to the tab that made them. Who leads is decided by a lock that every
//! tab queues for; a number, the epoch, tells a leader from those before it, because a tab that was frozen handles what was
//! said meanwhile before it learns that the lock was taken from it.

pub mod body;
mod calling;
mod election;
mod fields;
mod following;
mod hearing;
mod input;
mod leading;
pub mod link;
pub mod message;
pub mod names;
mod output;
mod own;
pub mod relay;
pub mod role;
mod routing;
mod serving;
pub mod stats;
mod telling;
pub mod tracks;
mod users;
mod wants;
mod written;

use crate::core::fifo::Fifo;
use crate::core::ids::{CallId, TabId};
use crate::core::news::News;
use crate::core::rng::Rng;
use crate::core::sorted_map::SortedMap;
use crate::core::time::{Instant, Timers};
use crate::core::user::User;
use following::Leader;
pub use input::{Event, Input};
use leading::Follower;
use message::Epoch;
use names::{Names, Party};
pub use output::{Action, Membership, Output};
use own::Own;
use relay::Relay;
use role::{Health, Reason, Role};
use serving::PendingEcho;
use stats::Stats;
use tracks::Tracks;

/// The version of what tabs say to each other.
pub const PROTOCOL: u32 = 1;

/// What the machine is told once.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether the application wants tabs to share a connection, and the browser has what that takes.
    pub is_shared: bool,
    /// What all groups of this project's tabs are named after.
    pub project: String,
    /// The version of what tabs say to each other, [`PROTOCOL`].
    pub protocol: u32,
    /// The build: a later one has a higher number.
    pub build: u64,
    /// Whose tab it is, if that is known from the beginning.
    pub user: User,
}

/// Why the machine wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// It takes long to learn whose tab this is.
    User,
    /// It takes long to enter the group.
    Entering,
    /// It is time to tell the others that this tab leads.
    Beat,
    /// Nobody has answered the hello.
    Hello,
    /// The leader has been silent for long.
    Silence,
    /// Whether the lock is still held is asked for.
    Recheck,
}

/// The machine. `R` names the types of what is passed on.
pub struct Tabs<R: Relay> {
    config: Config,
    tab: TabId,
    user: User,
    /// Whether the application has asked for anything yet.
    is_started: bool,
    is_put_away: bool,
    is_visible: bool,
    /// The group that this tab belongs to, by the number of its entering.
    membership: Option<Membership>,
    entered: u32,
    /// Whether the others may be spoken to.
    is_entered: bool,
    role: Role,
    /// Whether this tab's own machine serves its calls.
    is_serving: bool,
    /// The highest epoch that has been heard of.
    highest: Epoch,
    /// When the leader was last heard, or when it began to matter.
    heard_at: Instant,
    /// It has been silent for so long that this tab takes its place.
    is_silent: bool,
    corrected_at: Option<Instant>,
    hello: u32,
    leader: Leader<R::Payload>,
    own: Own<R>,
    followers: Vec<Follower<R>>,
    /// Those that follow no longer, by their last hello.
    forgotten: Vec<Party>,
    names: Names,
    tracks: Tracks<R::Payload>,
    /// The last news of each state of the connection.
    states: Vec<R::Link>,
    /// The part of each topic's routes that is this tab's, where others have one too.
    local: SortedMap<String, R::Routes>,
    /// Broadcasts whose call is not settled yet.
    echoes: Vec<(CallId, PendingEcho<R::Payload>)>,
    count: u32,
    told: Option<Health>,
    stats: Stats,
    timers: Timers<Timer>,
    rng: Rng,
    outputs: Fifo<Output<R>>,
}

impl<R: Relay> Tabs<R> {
    /// A tab of which nothing is known yet. It draws its name.
    pub fn new(mut config: Config, mut rng: Rng) -> Self {
        let role = if config.is_shared { Role::Waiting } else { Role::Alone(Reason::Wanted) };
        Self {
            is_serving: !config.is_shared,
            tab: TabId(rng.next_id()),
            user: std::mem::take(&mut config.user),
            is_started: false,
            is_put_away: false,
            is_visible: true,
            membership: None,
            entered: 0,
            is_entered: false,
            role,
            highest: 0,
            heard_at: Instant::from_millis(0),
            is_silent: false,
            corrected_at: None,
            hello: 0,
            leader: Leader::default(),
            own: Own::default(),
            followers: Vec::new(),
            forgotten: Vec::new(),
            names: Names::default(),
            tracks: Tracks::default(),
            states: Vec::new(),
            local: SortedMap::new(),
            echoes: Vec::new(),
            count: 1,
            told: None,
            stats: Stats::default(),
            timers: Timers::default(),
            rng,
            outputs: Fifo::default(),
            config,
        }
    }

    /// Takes in what has happened. [`Input::Wake`] makes the earliest timer that is due go off.
    pub fn handle(&mut self, now: Instant, input: Input<R>) {
        match input {
            Input::Command(command) => self.command(now, command),
            Input::Start => self.start(now),
            Input::Token(token) => self.token(now, token),
            Input::User(user) => self.set_user(now, user),
            Input::News { news, state } => self.news(now, news, state),
            Input::Link(link) => self.link_news(now, link),
            Input::Routes(edit) => self.edit(now, edit),
            Input::Event { membership, event } if self.is_in(membership) => self.event(now, event),
            Input::Drawn { membership, epoch } if self.is_in(membership) => self.drawn(now, epoch),
            Input::Event { .. } | Input::Drawn { .. } => {}
            Input::Fenced(epoch) => self.heard_higher(now, epoch),
            Input::Aside(body) => self.aside(body),
            Input::Overflow { slot, count } => self.overflow(now, slot, count),
            Input::Visible => self.set_visible(now, true),
            Input::Hidden => self.set_visible(now, false),
            Input::Suspend => self.suspend(now),
            Input::Resume => self.resume(now),
            Input::Wake => {
                if let Some((timer, deadline)) = self.timers.take_due(now) {
                    self.timeout(now, timer, deadline);
                }
            }
        }
        self.tell_health();
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output<R>> {
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

    /// The name of this tab.
    pub const fn tab(&self) -> TabId {
        self.tab
    }

    /// What this tab is to the one that it follows.
    pub const fn party(&self) -> Party {
        Party { tab: self.tab, hello: self.hello }
    }

    /// Who serves this tab.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Whether this tab's own machine serves its calls.
    pub const fn is_serving(&self) -> bool {
        self.is_serving
    }

    /// What was last told of the connection, one of each state.
    pub fn states(&self) -> &[R::Link] {
        &self.states
    }

    /// How long ago the leader was last heard, or began to matter, in milliseconds; `None` if this tab depends on none.
    pub fn silence(&self, now: Instant) -> Option<u64> {
        self.depends().then(|| now.since(self.heard_at))
    }

    /// Whether it is another tab that serves this one, or is to serve it.
    fn depends(&self) -> bool {
        self.is_entered && matches!(self.role, Role::Waiting | Role::Following { .. })
    }

    /// The counters.
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    fn event(&mut self, now: Instant, event: Event<R::Payload>) {
        match event {
            Event::Entered => self.entered(now),
            Event::Granted => self.granted(now),
            Event::Lost => self.lost(now),
            Event::Unavailable => self.unavailable(now),
            Event::Checked(is_held) => self.checked(now, is_held),
            Event::Gone(tab) => self.gone(now, tab),
            Event::Said(message) => self.said(now, &message),
        }
    }

    fn timeout(&mut self, now: Instant, timer: Timer, deadline: Instant) {
        match timer {
            Timer::User => self.serve_alone(now, Reason::Unknown),
            Timer::Entering => self.serve_alone(now, Reason::NoLock),
            Timer::Beat => self.beat(now),
            Timer::Hello => self.hello_again(now),
            Timer::Silence => self.leader_is_silent(now, deadline),
            Timer::Recheck => self.recheck(),
        }
    }

    fn is_in(&self, membership: Membership) -> bool {
        self.membership == Some(membership)
    }

    fn tell(&mut self, output: Output<R>) {
        self.outputs.push(output);
    }

    fn tell_news(&mut self, news: News<R::Payload>) {
        self.tell(Output::News(news));
    }

    /// Whoever shows who leads is told when that, how it is, or the number of tabs changes.
    fn tell_health(&mut self) {
        let is_silent = self.is_silent && self.depends();
        let health = Health { role: self.role, tabs: self.count, is_silent };
        if self.told != Some(health) {
            self.told = Some(health);
            self.tell(Output::Health(health));
        }
    }
}

impl<R: Relay> std::fmt::Debug for Tabs<R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Tabs")
            .field("tab", &self.tab)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}
