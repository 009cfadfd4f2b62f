//! A circuit breaker.

use wasm_bindgen::prelude::*;

use super::{millis, moment, or_none};
use crate::api::checked;
use crate::core::resilience::breaker::{Breaker, Event, Outcome, Permit, Shared};
use crate::core::rng::Rng;
use crate::shell::environment::{epoch, read_clocks, seed};
use crate::shell::object::fields::Fields;

/// What is added to a permit if there is something to tell.
const NEWS: f64 = 4_294_967_296.0;

/// One breaker. Moments are of the page's clock, in milliseconds.
#[wasm_bindgen]
pub struct CircuitBreaker {
    breaker: Breaker,
    /// The last of what there is to tell, which was looked at to see whether there is anything.
    told: Option<Event>,
}

#[wasm_bindgen]
impl CircuitBreaker {
    /// Takes the options that `checkedBreaker` gives.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Self {
        Self { breaker: Breaker::new(checked::breaker(options), Rng::new(seed())), told: None }
    }

    /// The permit under which calls may pass unasked until something else is told; -1 if they may not.
    pub fn pass(&self) -> f64 {
        self.breaker.open_pass().map_or(-1.0, |permit| f64::from(permit.0))
    }

    /// Whether successes under that permit need not be told but by `count`.
    pub fn quiet(&self) -> bool {
        self.breaker.free_pass().is_some()
    }

    /// Whether it matters how long a call took.
    pub fn timed(&self) -> bool {
        self.breaker.is_timed()
    }

    /// So many calls have passed unasked, and succeeded.
    pub fn count(&mut self, successes: u32) {
        self.breaker.count(successes);
    }

    /// The permit of a call, and 2^32 more if there is something to tell. -1 if it is refused for good, less by the
    /// milliseconds until one may pass if it is refused for now.
    pub fn permit(&mut self, now: f64) -> f64 {
        match self.breaker.permit(moment(now)) {
            Ok(Permit(generation)) => f64::from(generation) + if self.has_news() { NEWS } else { 0.0 },
            Err(refusal) => -2.0 - or_none(refusal.retry_after),
        }
    }

    /// How a call has ended: 0 success, 1 failure, 2 it says nothing, 3 a failure that is proof of life. Gives whether anything is
    /// to be looked at.
    pub fn outcome(&mut self, permit: f64, outcome: u32, latency: f64, retry_after: f64, now: f64) -> bool {
        let outcome = match outcome {
            0 => Outcome::Success,
            1 => Outcome::Failure,
            3 => Outcome::Answered,
            _ => Outcome::Neutral,
        };
        let before = self.breaker.free_pass();
        let latency = millis(latency).unwrap_or_default();
        self.breaker.outcome(moment(now), Permit(permit as u32), outcome, latency, millis(retry_after));
        self.breaker.free_pass() != before || self.has_news()
    }

    /// Opens it for good.
    pub fn isolate(&mut self, now: f64) {
        self.breaker.isolate(moment(now));
    }

    /// Closes it.
    pub fn reset(&mut self, now: f64) {
        self.breaker.reset(moment(now));
    }

    /// What it counts, as `BreakerMetrics` in `js/resilience/events.ts`.
    pub fn metrics(&mut self, now: f64) -> JsValue {
        let metrics = self.breaker.metrics(moment(now));
        let or_null = |millis: Option<f64>| millis.map_or(JsValue::NULL, JsValue::from_f64);
        let wall =
            |at: crate::core::time::Instant| epoch() as f64 - (now - at.as_millis() as f64).max(0.0).floor();
        Fields::new()
            .text("state", metrics.state.as_str())
            .number("failureCount", f64::from(metrics.failure_count))
            .number("successCount", f64::from(metrics.success_count))
            .number("totalFailures", f64::from(metrics.failures))
            .number("rejectedCount", f64::from(metrics.rejections))
            .number("openings", f64::from(metrics.openings))
            .with("lastFailureTime", or_null(metrics.last_failure.map(wall)))
            .with("retryAfter", or_null(metrics.retry_after.map(|millis| millis as f64)))
            .number("generation", f64::from(metrics.generation))
            .done()
    }

    /// The next event, as `BreakerEvent` in `js/resilience/events.ts` but for its name; `undefined` if there is none.
    pub fn event(&mut self) -> JsValue {
        let of = |kind: &str| Fields::new().text("type", kind);
        let Some(event) = self.told.take().or_else(|| self.breaker.poll()) else { return JsValue::UNDEFINED };
        match event {
            Event::Changed { from, to, generation, reason, retry_after } => {
                let fields = of("state")
                    .text("from", from.as_str())
                    .text("to", to.as_str())
                    .number("generation", f64::from(generation))
                    .text("reason", reason.as_str());
                match retry_after {
                    Some(millis) => fields.number("retryAfter", millis as f64),
                    None => fields,
                }
            }
            Event::Rejected { count } => of("rejected").number("count", f64::from(count)),
            Event::Probe { generation, .. } => of("probe").number("generation", f64::from(generation)),
        }
        .done()
    }

    /// What other tabs and the next page have yet to be told; empty if there is nothing.
    pub fn shared(&mut self) -> String {
        if !self.breaker.take_untold() {
            return String::new();
        }
        let clocks = read_clocks();
        self.breaker.shared(moment(clocks.monotonic as f64), clocks.wall).to_text()
    }

    /// What another tab, or the page before this one, has told.
    pub fn adopt(&mut self, told: &str) {
        if let Some(shared) = Shared::from_text(told) {
            let clocks = read_clocks();
            let shared = shared.staggered(&mut Rng::new(seed()));
            self.breaker.adopt(moment(clocks.monotonic as f64), clocks.wall, &shared);
        }
    }

    fn has_news(&mut self) -> bool {
        if self.told.is_none() {
            self.told = self.breaker.poll();
        }
        self.told.is_some()
    }
}
