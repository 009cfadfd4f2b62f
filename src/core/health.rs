//! Health: a machine that knows how everything is that the dashboard depends on, when somebody has to be told, and how it
//! has been for a week.
//!
//! What uses a service tells how that went, and only what nobody has used for an interval is probed, by the leading tab. When
//! everything that depends on the network fails at once it is the network: then nothing is known of the services, and
//! nobody is alerted to each of them.

mod alarm;
mod check;
mod doubt;
mod histogram;
mod history;
mod hours;
mod input;
mod keeping;
mod probing;
mod registering;
mod settling;
mod signals;
mod status;
mod telling;
mod text;

use crate::core::fifo::Fifo;
use crate::core::rng::Rng;
use crate::core::time::{Instant, Timers};
use alarm::Alarm;
pub use alarm::Alert;
pub use check::{CheckConfig, CheckState, ProbeId};
use doubt::Doubt;
use history::Past;
pub use history::{History, Hour, Latency, Sample, Span};
pub use input::{Input, News, Output, ProbeResult, Timer};
use keeping::Keeping;
use registering::Entries;
pub use status::{Severity, Status};

/// The most checks there may be.
pub const MOST_CHECKS: usize = 100;
/// The most names of which anything is remembered: this tab's checks, and the leader's.
const MOST_ENTRIES: usize = 2 * MOST_CHECKS;
/// The most characters of a check's name.
pub const MOST_NAME: usize = 64;
/// The most characters of a message; the rest is cut off.
pub const MOST_MESSAGE: usize = 200;
/// The name of the alert that nothing answers that depends on the network. No check may have it.
pub const NETWORK: &str = "network";

/// The most milliseconds a check may be told to wait for anything: a day.
const MOST_MILLIS: u64 = 86_400_000;
/// How often time is entered into the history, in milliseconds.
const TICK: u64 = 60_000;

/// The machine.
#[derive(Debug)]
pub struct Health {
    /// Milliseconds between two probes; `None` while nothing is monitored.
    interval: Option<u64>,
    is_leading: bool,
    /// By the names of checks that there are or have been.
    watched: Entries,
    doubt: Doubt,
    network: Alarm,
    keeping: Keeping,
    probes: u32,
    timers: Timers<Timer>,
    /// Something has happened that a deadline, a status or an alert may depend on.
    is_unsettled: bool,
    is_changed: bool,
    /// The followers have to be told of what is new, and this when they were last.
    is_untold: bool,
    told: Instant,
    /// When something was handled last.
    now: Instant,
    alerts: Vec<Alert>,
    rng: Rng,
    outputs: Fifo<Output>,
}

impl Health {
    /// Without a check, and not monitoring.
    pub fn new(rng: Rng) -> Self {
        Self {
            interval: None,
            is_leading: false,
            watched: Entries::new(),
            doubt: Doubt::default(),
            network: Alarm::default(),
            keeping: Keeping::default(),
            probes: 0,
            timers: Timers::default(),
            is_unsettled: false,
            is_changed: false,
            is_untold: false,
            told: Instant::from_millis(0),
            now: Instant::from_millis(0),
            alerts: Vec::new(),
            rng,
            outputs: Fifo::default(),
        }
    }

    /// Takes in what has happened. [`Input::Wake`] makes the earliest timer that is due go off.
    pub fn handle(&mut self, now: Instant, input: Input) {
        self.now = now;
        match input {
            Input::Start { interval } => self.start(now, interval),
            Input::Stop => self.stop(now),
            Input::Register { name, config } => self.register(now, &name, config),
            Input::Unregister { name } => self.unregister(&name),
            Input::Leading(is_leading) => self.lead(now, is_leading),
            Input::Online(is_online) => self.online(now, is_online),
            Input::Visible(true) => self.look_again(now),
            Input::Visible(false) => {}
            Input::Observed { name, is_ok, latency, message } => {
                self.observed(now, &name, is_ok, latency, message.as_deref());
            }
            Input::Reported { name, status, message } => {
                self.reported(now, &name, status, message.as_deref());
            }
            Input::Probed { probe, result } => self.probed(now, probe, &result),
            Input::Loaded { text } => self.load(now, &text),
            Input::Heard { text } => self.hear(now, &text),
            Input::Wall { epoch } => self.keeping.set_wall(now, epoch),
            Input::Wake => match self.timers.take_due(now) {
                Some((Timer::Probe, _)) => self.probe(now),
                Some((Timer::Answer, _)) => self.expire(now),
                Some((Timer::Alert, _)) => self.is_unsettled = true,
                Some((Timer::Tick, _)) => self.tick(now),
                Some((Timer::Silence, _)) => self.forget_heard(),
                None => {}
            },
        }
        if std::mem::take(&mut self.is_unsettled) {
            self.settle(now);
        }
    }

    /// The next thing to do. What is told once for all that was handled comes last.
    pub fn poll(&mut self) -> Option<Output> {
        let output = self.outputs.pop();
        if output.is_some() {
            return output;
        }
        if std::mem::take(&mut self.is_untold) {
            return Some(Output::Tell { text: self.spoken() });
        }
        std::mem::take(&mut self.is_changed).then_some(Output::News(News::Changed))
    }

    /// When to wake it, and why.
    pub fn next_timeout(&self) -> Option<(Instant, Timer)> {
        self.timers.next().map(|(deadline, timer)| (deadline, *timer))
    }

    /// When a timer is due, if it runs.
    pub fn deadline(&self, timer: Timer) -> Option<Instant> {
        self.timers.deadline(&timer)
    }

    /// How each check stands, by its name. A follower shows what the leader says, and of the rest what it knows itself.
    pub fn states(&self) -> impl Iterator<Item = (&str, &CheckState)> {
        self.watched.iter().filter_map(|(name, entry)| Some((&**name, entry.shown()?)))
    }

    /// How everything is together. What is unknown does not count.
    pub fn overall(&self) -> Status {
        let mut overall = Status::Healthy;
        for (_, state) in self.states() {
            overall = overall.max(match state.status {
                Status::Unhealthy if state.is_critical => Status::Unhealthy,
                Status::Unhealthy | Status::Degraded => Status::Degraded,
                Status::Healthy | Status::Unknown => Status::Healthy,
            });
        }
        overall
    }

    /// The past of a check, as far as it is known; empty while nobody has told what time it is.
    pub fn history(&self, now: Instant, name: &str) -> History {
        let Some(wall) = self.keeping.wall(now) else { return History::default() };
        let nothing = Past::default();
        self.watched.get(name).map_or(&nothing, |entry| &entry.past).told(wall)
    }

    /// The interval between two probes of a check in milliseconds; `None` while nothing is monitored.
    pub const fn interval(&self) -> Option<u64> {
        self.interval
    }

    /// Whether it seems to be this device whose network is gone.
    pub const fn is_us(&self) -> bool {
        self.doubt.is_on()
    }

    fn start(&mut self, now: Instant, interval: u64) {
        let interval = interval.clamp(1_000, MOST_MILLIS);
        let former = self.interval.replace(interval);
        if former == Some(interval) {
            return;
        }
        if former.is_none() {
            self.keeping.entered = Some(now);
            self.keeping.hold(now);
            self.outputs.push(Output::Load);
        }
        self.timers.set(Timer::Tick, now.after(TICK.min(interval)));
        self.schedule_all(now);
        self.is_untold |= self.is_leading;
        self.is_unsettled = true;
    }

    fn stop(&mut self, now: Instant) {
        if self.interval.is_none() {
            return;
        }
        self.enter(now);
        self.keeping.entered = None;
        self.keep(now);
        self.is_untold |= self.is_leading;
        self.interval = None;
        self.timers.clear(&Timer::Tick);
        self.unschedule_all();
        self.is_unsettled = true;
    }

    fn lead(&mut self, now: Instant, is_leading: bool) {
        if self.is_leading == is_leading {
            return;
        }
        self.enter(now);
        self.is_leading = is_leading;
        if is_leading {
            self.inherit();
            if self.interval.is_some() {
                self.keeping.hold(now);
                self.outputs.push(Output::Load);
            }
            self.schedule_all(now);
            self.is_untold = self.interval.is_some();
        } else {
            self.is_untold = false;
            self.alerts.clear();
            self.unschedule_all();
        }
        self.is_unsettled = true;
    }

    fn tick(&mut self, now: Instant) {
        let Some(interval) = self.interval else { return };
        self.timers.set(Timer::Tick, now.after(TICK.min(interval)));
        self.enter(now);
        self.keep(now);
        self.is_untold |= self.is_leading && now.since(self.told) >= interval;
        self.is_unsettled = true;
    }

    /// The application and the followers are to know.
    fn changed(&mut self) {
        self.is_changed = true;
        self.is_untold |= self.is_leading && self.interval.is_some();
    }
}
