//! A breaker on a clock that a test moves.

use wedsync_dashboard::core::resilience::breaker::{
    Breaker, Config, DetectorConfig, Event, Outcome, Permit, Refusal, State,
};
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::time::Instant;

/// What the dashboard begins with: five failures open, for half a minute.
pub const DEFAULT: Config = Config {
    detector: DetectorConfig::Consecutive { threshold: 5, reset_timeout: 60_000 },
    slow: None,
    timeout: 30_000,
    max_timeout: 300_000,
    probes: 3,
    probe_timeout: 10_000,
    successes: 3,
};

/// A breaker and its clock, in milliseconds.
pub struct Rig {
    pub breaker: Breaker,
    pub now: u64,
}

impl Rig {
    pub fn new(config: Config) -> Self {
        Self { breaker: Breaker::new(config, Rng::new(1)), now: 1_000_000 }
    }

    /// One that has just been opened by failures.
    pub fn opened(config: Config) -> Self {
        let mut rig = Self::new(config);
        for _ in 0..1_000 {
            if rig.state() == State::Closed {
                rig.call(Outcome::Failure).unwrap();
            }
        }
        assert_eq!(rig.state(), State::Open);
        rig
    }

    /// One that has just become half-open.
    pub fn half_open(config: Config) -> Self {
        let timeout = config.timeout;
        let mut rig = Self::opened(config);
        rig.now += timeout;
        assert_eq!(rig.state(), State::HalfOpen);
        rig
    }

    pub fn at(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    pub fn state(&mut self) -> State {
        self.breaker.state(Instant::from_millis(self.now))
    }

    pub fn permit(&mut self) -> Result<Permit, Refusal> {
        self.breaker.permit(Instant::from_millis(self.now))
    }

    pub fn end(&mut self, permit: Permit, outcome: Outcome) {
        self.breaker.outcome(Instant::from_millis(self.now), permit, outcome, 0, None);
    }

    /// A call that ends at once, if it may be made.
    pub fn call(&mut self, outcome: Outcome) -> Result<(), Refusal> {
        let permit = self.permit()?;
        self.end(permit, outcome);
        Ok(())
    }

    /// So many calls that must be permitted, and end at once.
    pub fn calls(&mut self, count: u32, outcome: Outcome) {
        for call in 0..count {
            assert_eq!(self.call(outcome), Ok(()), "call {call}");
        }
    }

    /// How long it will yet be open.
    pub fn open_for(&mut self) -> Option<u64> {
        let now = self.at();
        self.breaker.metrics(now).retry_after
    }

    pub fn failure_count(&mut self) -> u32 {
        let now = self.at();
        self.breaker.metrics(now).failure_count
    }

    pub fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.breaker.poll()).collect()
    }
}
