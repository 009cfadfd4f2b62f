//! A breaker that is slow and obvious: it remembers every call with its time, and counts anew whenever it is asked.

use wedsync_dashboard::core::resilience::breaker::{
    Config, DetectorConfig, MOST_RETRY_AFTER, Outcome, Permit, Refusal, State,
};

/// A call of the state that it came back to.
#[derive(Clone, Copy)]
struct Call {
    ended: u64,
    outcome: Outcome,
    latency: u64,
}

/// A probe of this half-open time.
struct Probe {
    started: u64,
    /// Whether another was under way then.
    had_company: bool,
    ended: Option<(u64, Outcome)>,
}

pub struct Model {
    config: Config,
    state: State,
    until: u64,
    generation: u32,
    calls: Vec<Call>,
    probes: Vec<Probe>,
}

impl Model {
    /// Of a breaker whose open times have no jitter: `timeout` is `max_timeout`.
    pub fn new(config: Config) -> Self {
        assert_eq!(config.timeout, config.max_timeout);
        let state = State::Closed;
        Self { config, state, until: 0, generation: 0, calls: Vec::new(), probes: Vec::new() }
    }

    fn change(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
        self.probes.clear();
        if state == State::Closed {
            self.calls.clear();
        }
    }

    fn open(&mut self, now: u64, retry_after: Option<u64>) {
        self.until = now + self.config.timeout.max(retry_after.unwrap_or(0).min(MOST_RETRY_AFTER));
        self.change(State::Open);
    }

    /// How many probes are under way.
    pub fn out(&self) -> usize {
        self.probes.iter().filter(|probe| probe.ended.is_none()).count()
    }

    /// When a probe must have succeeded: so long after the last proof of life, or after none had been under way.
    fn deadline(&self) -> Option<u64> {
        if self.out() == 0 {
            return None;
        }
        let begins = self.probes.iter().filter(|probe| !probe.had_company).map(|probe| probe.started);
        let proofs = self.probes.iter().filter_map(|probe| match probe.ended? {
            (at, Outcome::Success | Outcome::Answered) => Some(at),
            _ => None,
        });
        begins.chain(proofs).max().map(|since| since + self.config.probe_timeout)
    }

    pub fn state(&mut self, now: u64) -> State {
        if self.state == State::HalfOpen
            && let Some(deadline) = self.deadline()
            && deadline <= now
        {
            self.open(deadline, None);
        }
        if self.state == State::Open && self.until <= now {
            self.change(State::HalfOpen);
        }
        self.state
    }

    pub fn generation(&self) -> u32 {
        self.generation
    }

    pub fn permit(&mut self, now: u64) -> Result<Permit, Refusal> {
        let refused = |retry_after| Err(Refusal { retry_after });
        match self.state(now) {
            State::Closed => {}
            State::Open => return refused(Some(self.until - now)),
            State::Isolated => return refused(None),
            State::HalfOpen if self.out() >= self.config.probes as usize => return refused(Some(0)),
            State::HalfOpen => {
                let had_company = self.out() > 0;
                self.probes.push(Probe { started: now, had_company, ended: None });
            }
        }
        Ok(Permit(self.generation))
    }

    pub fn outcome(
        &mut self,
        now: u64,
        permit: Permit,
        outcome: Outcome,
        latency: u64,
        retry_after: Option<u64>,
    ) {
        let state = self.state(now);
        if permit.0 != self.generation {
            if state == State::Open && outcome == Outcome::Failure {
                let asked = retry_after.map_or(0, |millis| now + millis.min(MOST_RETRY_AFTER));
                self.until = self.until.max(asked);
            }
            return;
        }
        match state {
            State::Closed => {
                if matches!(outcome, Outcome::Success | Outcome::Failure) {
                    self.calls.push(Call { ended: now, outcome, latency });
                    if self.is_too_much(now) {
                        self.open(now, retry_after);
                    }
                }
            }
            State::HalfOpen => {
                let Some(probe) = self.probes.iter_mut().find(|probe| probe.ended.is_none()) else { return };
                probe.ended = Some((now, outcome));
                let is_slow = outcome == Outcome::Success && self.is_slow(latency);
                let alive =
                    |probe: &&Probe| matches!(probe.ended, Some((_, Outcome::Success | Outcome::Answered)));
                if outcome == Outcome::Failure || is_slow {
                    self.open(now, retry_after);
                } else if self.probes.iter().filter(alive).count() >= self.config.successes as usize {
                    self.change(State::Closed);
                }
            }
            _ => {}
        }
    }

    fn is_slow(&self, latency: u64) -> bool {
        let is_window = !matches!(self.config.detector, DetectorConfig::Consecutive { .. });
        is_window && self.config.slow.is_some_and(|slow| latency > slow.millis)
    }

    /// The calls that the detector looks at now.
    fn looked_at(&self, now: u64) -> Vec<Call> {
        match self.config.detector {
            DetectorConfig::Consecutive { reset_timeout, .. } => {
                let mut row: Vec<Call> = Vec::new();
                for call in &self.calls {
                    let is_long_ago = row.last().is_some_and(|last| call.ended - last.ended >= reset_timeout);
                    if call.outcome == Outcome::Success || is_long_ago {
                        row.clear();
                    }
                    if call.outcome == Outcome::Failure {
                        row.push(*call);
                    }
                }
                row
            }
            DetectorConfig::Count { size, .. } => {
                self.calls[self.calls.len().saturating_sub(size as usize)..].to_vec()
            }
            DetectorConfig::Time { window, buckets, .. } => {
                let width = window.div_ceil(u64::from(buckets));
                let is_inside = |call: &&Call| now / width - call.ended / width < u64::from(buckets);
                self.calls.iter().filter(is_inside).copied().collect()
            }
        }
    }

    pub fn failures(&self, now: u64) -> u32 {
        let calls = self.looked_at(now);
        if let DetectorConfig::Consecutive { reset_timeout, .. } = self.config.detector
            && calls.last().is_some_and(|last| now - last.ended >= reset_timeout)
        {
            return 0;
        }
        calls.iter().filter(|call| call.outcome == Outcome::Failure).count() as u32
    }

    /// Whether the last call was one too many.
    fn is_too_much(&self, now: u64) -> bool {
        let calls = self.looked_at(now);
        let Some(last) = self.calls.last() else { return false };
        let (minimum, rate) = match self.config.detector {
            DetectorConfig::Consecutive { threshold, .. } => return calls.len() >= threshold as usize,
            DetectorConfig::Count { minimum, rate, .. } | DetectorConfig::Time { minimum, rate, .. } => {
                (minimum, rate)
            }
        };
        let per_cent = |bad: usize| bad as f64 / calls.len() as f64 * 100.0;
        let failures = calls.iter().filter(|call| call.outcome == Outcome::Failure).count();
        let slow = calls.iter().filter(|call| self.is_slow(call.latency)).count();
        let fails = last.outcome == Outcome::Failure && per_cent(failures) >= f64::from(rate);
        let slow_rate = self.config.slow.map_or(100, |slow| slow.rate);
        let drags = self.is_slow(last.latency) && per_cent(slow) >= f64::from(slow_rate);
        calls.len() >= minimum as usize && (fails || drags)
    }

    pub fn isolate(&mut self, now: u64) {
        if self.state(now) != State::Isolated {
            self.change(State::Isolated);
        }
    }

    pub fn reset(&mut self, now: u64) {
        self.calls.clear();
        if self.state(now) != State::Closed {
            self.change(State::Closed);
        }
    }
}
