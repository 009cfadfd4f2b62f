//! A leading tab, its services, and a clock that jumps.

use std::collections::BTreeMap;
use std::rc::Rc;
use wedsync_dashboard::core::health::{
    Alert, CheckConfig, CheckState, Health, History, Input, News, Output, ProbeId, ProbeResult, Status,
};
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::time::Instant;

pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60 * SECOND;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;
/// A midnight, in milliseconds since 1970.
pub const MIDNIGHT: u64 = 20_000 * DAY;

/// What a service does with a probe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    After(u64),
    Fails,
    Never,
}

/// What the services do, by their names and at the moment.
type Services = Box<dyn FnMut(&str, u64) -> Answer>;

pub struct World {
    pub health: Health,
    pub now: u64,
    pub services: Services,
    /// When what was probed.
    pub probes: Vec<(u64, String)>,
    pending: Vec<(u64, ProbeId, ProbeResult)>,
    pub alerts: Vec<(u64, Alert)>,
    /// When changes were told.
    pub changes: Vec<u64>,
    pub kept: BTreeMap<u64, String>,
    pub keeps: Vec<(u64, u64)>,
    pub told: Vec<(u64, String)>,
    pub loads: usize,
    pub wakes: usize,
}

impl World {
    /// A tab that leads but monitors nothing yet.
    pub fn new(seed: u64) -> Self {
        let mut world = Self {
            health: Health::new(Rng::new(seed)),
            now: 5_000,
            services: Box::new(|_, _| Answer::After(100)),
            probes: Vec::new(),
            pending: Vec::new(),
            alerts: Vec::new(),
            changes: Vec::new(),
            kept: BTreeMap::new(),
            keeps: Vec::new(),
            told: Vec::new(),
            loads: 0,
            wakes: 0,
        };
        world.put(Input::Wall { epoch: MIDNIGHT + 12 * HOUR });
        world.put(Input::Leading(true));
        world
    }

    /// A tab that monitors these, once a minute.
    pub fn monitoring(seed: u64, checks: &[(&str, CheckConfig)]) -> Self {
        let mut world = Self::new(seed);
        for (name, config) in checks {
            world.register(name, config.clone());
        }
        world.put(Input::Start { interval: MINUTE });
        world
    }

    pub fn put(&mut self, input: Input) {
        self.health.handle(Instant::from_millis(self.now), input);
        self.drain();
    }

    pub fn register(&mut self, name: &str, config: CheckConfig) {
        self.put(Input::Register { name: Rc::from(name), config });
    }

    pub fn observe(&mut self, name: &str, is_ok: bool, latency: Option<u64>) {
        let message = (!is_ok).then(|| "refused".to_owned());
        self.put(Input::Observed { name: Rc::from(name), is_ok, latency, message });
    }

    pub fn report(&mut self, name: &str, status: Status) {
        self.put(Input::Reported { name: Rc::from(name), status, message: None });
    }

    /// So many milliseconds pass, and all that happens in them.
    pub fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        while self.step(end) {}
        self.now = end;
    }

    /// What happens next happens, if that is no later than `end`.
    fn step(&mut self, end: u64) -> bool {
        let answer = self.pending.iter().map(|(at, ..)| *at).min();
        let timeout = self.health.next_timeout().map(|(at, _)| at.as_millis());
        let Some(next) = [answer, timeout].into_iter().flatten().min().filter(|next| *next <= end) else {
            return false;
        };
        self.now = self.now.max(next);
        if answer == Some(next) {
            let place = self.pending.iter().position(|(at, ..)| *at == next).unwrap();
            let (_, probe, result) = self.pending.remove(place);
            self.put(Input::Probed { probe, result });
        } else {
            self.wakes += 1;
            assert!(self.wakes < 3_000_000, "it is woken without end");
            self.put(Input::Wake);
        }
        true
    }

    /// Time passes until something has just been stored.
    pub fn pass_until_kept(&mut self) {
        let (kept, end) = (self.keeps.len(), self.now + 3 * MINUTE);
        while self.keeps.len() == kept {
            assert!(self.step(end), "nothing is stored");
        }
    }

    /// The machine sleeps, and nothing happens.
    pub fn sleep(&mut self, millis: u64) {
        self.now += millis;
    }

    fn drain(&mut self) {
        let mut changes = 0;
        while let Some(output) = self.health.poll() {
            match output {
                Output::Probe { probe, name } => {
                    self.probes.push((self.now, name.to_string()));
                    match (self.services)(&name, self.now) {
                        Answer::After(latency) => {
                            self.pending.push((self.now + latency, probe, ProbeResult::Ok { latency }));
                        }
                        Answer::Fails => {
                            let result = ProbeResult::Failed { message: "refused".to_owned() };
                            self.pending.push((self.now + 20, probe, result));
                        }
                        Answer::Never => {}
                    }
                }
                Output::News(News::Changed) => changes += 1,
                Output::News(News::Alert(alert)) => self.alerts.push((self.now, alert)),
                Output::Load => self.loads += 1,
                Output::Keep { day, text } => {
                    self.keeps.push((self.now, day));
                    self.kept.insert(day, text);
                }
                Output::Tell { text } => self.told.push((self.now, text)),
            }
        }
        assert!(changes <= 1, "told {changes} times");
        if changes > 0 {
            self.changes.push(self.now);
        }
    }

    pub fn state(&self, name: &str) -> CheckState {
        let found = self.health.states().find(|(other, _)| *other == name);
        found.unwrap_or_else(|| panic!("no check {name}")).1.clone()
    }

    pub fn status(&self, name: &str) -> Status {
        self.state(name).status
    }

    pub fn history(&self, name: &str) -> History {
        self.health.history(Instant::from_millis(self.now), name)
    }

    /// The alerts so far, each as a few words, and forgets them.
    pub fn take_alerts(&mut self) -> Vec<String> {
        let words = |(_, alert): (u64, Alert)| {
            let kind = match (alert.is_recovery, alert.is_reminder) {
                (true, _) => "recovered",
                (_, true) => "still",
                _ => "is",
            };
            format!("{} {kind} {} ({})", alert.name, alert.status.as_str(), alert.severity.as_str())
        };
        std::mem::take(&mut self.alerts).into_iter().map(words).collect()
    }

    /// When this was probed, and forgets all.
    pub fn take_probes(&mut self, name: &str) -> Vec<u64> {
        let probes = std::mem::take(&mut self.probes);
        probes.into_iter().filter(|(_, other)| other == name).map(|(at, _)| at).collect()
    }
}

/// A service that is probed.
pub fn service() -> CheckConfig {
    CheckConfig { is_active: true, ..CheckConfig::default() }
}

/// One on this device, that is not.
pub fn local() -> CheckConfig {
    CheckConfig { is_remote: false, ..CheckConfig::default() }
}
