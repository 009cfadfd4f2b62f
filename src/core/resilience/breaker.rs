//! A circuit breaker (Nygard, "Release It!", 2007): calls of a service that fails are refused at once, until probes find
//! that it answers again.
//!
//! Each state has a generation, and each permit the generation of the state that gave it. What comes back from a call of
//! another generation is ignored: it is about a service as it was before.

mod call;
mod config;
mod consecutive;
mod count_window;
mod detector;
mod event;
mod metrics;
mod opening;
mod phase;
mod shared;
mod state;
mod tally;
mod time_window;

use crate::core::resilience::steady::Steady;
use crate::core::rng::Rng;
use crate::core::time::Instant;
pub use call::{Outcome, Permit, Refusal};
pub use config::{Config, DetectorConfig, MOST_BUCKETS, MOST_SIZE, Slow};
use detector::Detector;
use event::Events;
pub use event::{Event, Reason};
use metrics::Counts;
pub use metrics::Metrics;
pub use opening::MOST_RETRY_AFTER;
use phase::{Phase, Probing};
pub use shared::Shared;
pub use state::State;
use tally::Mark;

/// One service's circuit breaker.
#[derive(Debug)]
pub struct Breaker {
    config: Config,
    detector: Detector,
    phase: Phase,
    generation: u32,
    /// How often in a row it has opened. Forgotten once it closes, as cockatiel and Polly do: three probes have
    /// succeeded by then.
    openings: u32,
    /// When something last changed that other tabs must know, if anything did.
    changed: Option<Instant>,
    /// They have yet to be told of it.
    is_untold: bool,
    clock: Steady,
    rng: Rng,
    counts: Counts,
    events: Events,
}

impl Breaker {
    /// A closed one.
    pub fn new(config: Config, rng: Rng) -> Self {
        Self {
            detector: Detector::new(&config),
            config,
            phase: Phase::Closed,
            generation: 0,
            openings: 0,
            changed: None,
            is_untold: false,
            clock: Steady::default(),
            rng,
            counts: Counts::default(),
            events: Events::default(),
        }
    }

    /// The permit under which calls may pass unasked, while it is closed; what comes of them must be told by
    /// [`Breaker::outcome`]. It holds until the breaker is next told of anything else.
    pub const fn open_pass(&self) -> Option<Permit> {
        if matches!(self.phase, Phase::Closed) { Some(Permit(self.generation)) } else { None }
    }

    /// Whether it matters how long a call took.
    pub const fn is_timed(&self) -> bool {
        self.detector.is_timed()
    }

    /// The permit under which calls may pass unasked, and their successes untold but by [`Breaker::count`]: while it is
    /// closed and a success would change nothing. It holds until the breaker is next told of anything else.
    pub const fn free_pass(&self) -> Option<Permit> {
        match self.phase {
            Phase::Closed if self.detector.ignores_success() => Some(Permit(self.generation)),
            _ => None,
        }
    }

    /// So many calls that passed unasked have succeeded.
    pub const fn count(&mut self, successes: u32) {
        self.counts.successes = self.counts.successes.saturating_add(successes);
    }

    /// Asks for the right to make a call. What comes of it must be told by [`Breaker::outcome`].
    pub fn permit(&mut self, now: Instant) -> Result<Permit, Refusal> {
        let now = self.turn(now);
        let generation = self.generation;
        let retry_after = match &mut self.phase {
            Phase::Closed => {
                self.detector.advance(now);
                return Ok(Permit(generation));
            }
            Phase::HalfOpen(probing) if probing.out < self.config.probes.max(1) => {
                if probing.go_out(now.after(self.config.probe_timeout)) {
                    self.changed = Some(now);
                    self.is_untold = true;
                }
                self.events.push(Event::Probe { generation, out: probing.out });
                return Ok(Permit(generation));
            }
            // Any moment a probe may come back.
            Phase::HalfOpen(_) => Some(0),
            phase => phase.open_for(now),
        };
        self.counts.rejections = self.counts.rejections.saturating_add(1);
        self.events.push(Event::Rejected { count: 1 });
        Err(Refusal { retry_after })
    }

    /// A permitted call has ended so after `latency` milliseconds, and a failed one's answer has asked to be left alone for
    /// `retry_after` milliseconds.
    pub fn outcome(
        &mut self,
        now: Instant,
        permit: Permit,
        outcome: Outcome,
        latency: u64,
        retry_after: Option<u64>,
    ) {
        let now = self.turn(now);
        let is_failure = outcome == Outcome::Failure;
        if permit.0 != self.generation {
            // Calls that began together fail one after another. They change nothing, unless the server asks for more time.
            if let (Phase::Open { until, .. }, true, Some(wait)) = (&mut self.phase, is_failure, retry_after)
            {
                *until = now.after(wait.min(MOST_RETRY_AFTER)).max(*until);
            }
            return;
        }
        let is_success = outcome == Outcome::Success;
        let mark = Mark { is_failure, is_slow: self.detector.is_slow(latency) };
        if is_failure {
            self.counts.failures = self.counts.failures.saturating_add(1);
            self.counts.last_failure = Some(now);
        } else if is_success {
            self.count(1);
        }
        let opens = match &mut self.phase {
            Phase::Closed if is_failure || is_success => self.detector.record(now, mark),
            Phase::HalfOpen(probing) => {
                let is_alive = outcome.is_alive();
                if !probing.come_back(is_alive, now.after(self.config.probe_timeout)) {
                    return;
                }
                match outcome {
                    Outcome::Failure => Some(Reason::ProbeFailed),
                    Outcome::Success if mark.is_slow => Some(Reason::Slow),
                    _ if is_alive && probing.successes >= self.config.successes => {
                        self.close(now, Reason::Recovered);
                        None
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some(reason) = opens {
            self.open(now, retry_after, reason);
        }
    }

    /// What it does with calls now.
    pub fn state(&mut self, now: Instant) -> State {
        self.turn(now);
        self.phase.state()
    }

    /// When it will next be in another state by itself.
    pub fn next_turn(&self) -> Option<Instant> {
        self.phase.ends().map(|moment| self.clock.said(moment))
    }

    /// Refuses all calls from now on, until it is reset.
    pub fn isolate(&mut self, now: Instant) {
        let now = self.turn(now);
        if self.phase.state() != State::Isolated {
            self.openings = 0;
            self.change(now, Phase::Isolated, Reason::Isolated);
        }
    }

    /// Closes it, whatever it was, and forgets what was counted against the service.
    pub fn reset(&mut self, now: Instant) {
        let now = self.turn(now);
        self.close(now, Reason::Reset);
    }

    /// What it counts.
    pub fn metrics(&mut self, now: Instant) -> Metrics {
        let now = self.turn(now);
        self.detector.advance(now);
        Metrics {
            state: self.phase.state(),
            failure_count: self.detector.failures(),
            success_count: self.counts.successes,
            failures: self.counts.failures,
            rejections: self.counts.rejections,
            openings: self.openings,
            probes: self.phase.probes(),
            last_failure: self.counts.last_failure.map(|moment| self.clock.said(moment)),
            retry_after: self.phase.open_for(now),
            generation: self.generation,
        }
    }

    /// The next of what it tells of.
    pub fn poll(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// Whether the other tabs and the next page load have yet to be told of something that was found out here: a change of
    /// state, or that the first probe has gone out. Asking says that they are.
    pub const fn take_untold(&mut self) -> bool {
        std::mem::replace(&mut self.is_untold, false)
    }

    /// What they are told; `wall` is the wall clock at `now`, in milliseconds.
    pub fn shared(&self, now: Instant, wall: u64) -> Shared {
        let now = self.clock.peek(now);
        let changed = self.changed.map_or(wall, |changed| wall.saturating_sub(now.since(changed)));
        let ends = match self.phase {
            // How long another tab's probes may take is for that one to tell.
            Phase::Open { until, .. } => Some(until),
            _ => self.phase.ends(),
        };
        let until = ends.map_or(changed, |until| wall.saturating_add(until.since(now)).max(changed));
        Shared { state: self.phase.state(), changed, until, openings: self.openings }
    }

    /// What another tab or the page before this one has told; never its own words. `wall` is the wall clock at `now`, in
    /// milliseconds. The later change wins, and of two open times the longer.
    ///
    /// While another tab probes, this breaker is open until it hears how that has ended, or until that tab's probes must have
    /// come back: so all tabs together send no more than one breaker permits.
    pub fn adopt(&mut self, now: Instant, wall: u64, shared: &Shared) {
        let now = self.turn(now);
        let Some(next) = shared.phase(&self.config, now, wall) else { return };
        let ago = wall.saturating_sub(shared.changed);
        let changed = Instant::from_millis(now.as_millis().saturating_sub(ago));
        // What closes follows probes that may have gone out in the same millisecond.
        let is_closed = shared.state == State::Closed;
        let is_later = self.changed.is_none_or(|ours| changed > ours || (changed == ours && is_closed));
        if let (Phase::Open { until, probed }, Phase::Open { until: theirs, probed: their_probes }) =
            (&mut self.phase, &next)
            && (is_later || shared.state == State::Open)
        {
            *until = (*until).max(*theirs);
            // A probe that has failed, within the millisecond or later, is waited for no longer.
            if is_later || Some(changed) == self.changed {
                *probed = *their_probes;
            }
            self.openings = self.openings.max(shared.openings);
        } else if !is_later || next.yields_to(self.phase.state()) {
            return;
        } else if next.state() != self.phase.state() {
            self.openings = if is_closed { 0 } else { shared.openings };
            if is_closed {
                self.detector.clear();
            }
            self.change(now, next, Reason::Shared);
        }
        if is_later {
            self.changed = Some(changed);
        }
    }

    /// What time has done by now; the moment on the clock that is never set back.
    fn turn(&mut self, now: Instant) -> Instant {
        let now = self.clock.read(now);
        self.expire(now);
        now
    }

    fn expire(&mut self, now: Instant) {
        let Some(ended) = self.phase.ends().filter(|ends| *ends <= now) else { return };
        if self.phase.state() == State::HalfOpen {
            // It was open from then on, though nobody has asked.
            self.open(ended, None, Reason::ProbeTimeout);
        }
        if self.phase.ends().is_some_and(|ends| ends <= now) {
            self.change(now, Phase::HalfOpen(Probing::default()), Reason::Elapsed);
        }
    }

    fn open(&mut self, now: Instant, retry_after: Option<u64>, reason: Reason) {
        self.openings = self.openings.saturating_add(1);
        let millis = opening::duration(&self.config, self.openings, retry_after, &mut self.rng);
        self.change(now, Phase::open(now.after(millis)), reason);
    }

    fn close(&mut self, now: Instant, reason: Reason) {
        self.openings = 0;
        self.detector.clear();
        if self.phase.state() != State::Closed {
            self.change(now, Phase::Closed, reason);
        }
    }

    fn change(&mut self, now: Instant, phase: Phase, reason: Reason) {
        let from = self.phase.state();
        self.phase = phase;
        self.generation = self.generation.wrapping_add(1);
        // That a time is over is nothing new to anybody else, and what another tab has told it has told them all.
        if reason != Reason::Elapsed {
            self.changed = Some(now);
            self.is_untold = reason != Reason::Shared;
        }
        let (to, generation, retry_after) = (self.phase.state(), self.generation, self.phase.open_for(now));
        self.events.push(Event::Changed { from, to, generation, reason, retry_after });
    }
}
