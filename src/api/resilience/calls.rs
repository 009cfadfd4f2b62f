//! The retries and the bulkhead of a policy.

use wasm_bindgen::prelude::*;

use super::{millis, moment};
use crate::api::checked;
use crate::core::resilience::budget::Budget;
use crate::core::resilience::bulkhead::{Bulkhead, Entry, Ticket};
use crate::core::resilience::retry::{self, Failure, Next, Retry};
use crate::core::rng::Rng;
use crate::shell::environment::{read_clocks, seed};

/// Retries that there may be while nothing succeeds.
const BURST: u32 = 20;

/// What the calls of a policy share.
#[wasm_bindgen]
pub struct CallPolicy {
    bulkhead: Bulkhead,
    retry: retry::Config,
    budget: Option<Budget>,
    rng: Rng,
    last: Ticket,
}

/// The retries of one call.
#[wasm_bindgen]
pub struct CallRetry {
    retry: Retry,
    capped: bool,
}

#[wasm_bindgen]
impl CallPolicy {
    /// Takes the options that `policyOf` gives.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Self {
        let (limit, queue) = checked::bulkhead(options);
        let (retry, ratio) = checked::retry(options);
        let (budget, rng) = (ratio.map(|ratio| Budget::new(BURST, ratio)), Rng::new(seed()));
        Self { bulkhead: Bulkhead::new(limit, queue), retry, budget, rng, last: 0 }
    }

    /// 0: the call may begin. Above 0: it waits, and this is what `leave` calls it. -1: too many wait.
    pub fn enter(&mut self) -> f64 {
        self.last = self.last.wrapping_add(1).max(1);
        match self.bulkhead.enter(self.last) {
            Entry::Entered => 0.0,
            Entry::Queued => f64::from(self.last),
            Entry::Full => -1.0,
        }
    }

    /// A call that had begun is over: the one that begins in its place, or 0.
    pub fn leave(&mut self) -> u32 {
        self.bulkhead.leave().unwrap_or_default()
    }

    /// A call waits no longer.
    #[wasm_bindgen(js_name = giveUp)]
    pub fn give_up(&mut self, ticket: u32) {
        self.bulkhead.give_up(ticket);
    }

    /// The retries of a call that began at `now`.
    pub fn retry(&self, began: f64) -> CallRetry {
        CallRetry { retry: Retry::begin(&self.retry, moment(began)), capped: false }
    }

    /// A call has failed, after so many others of the policy's have succeeded: milliseconds to wait before it is made again, -1 if it is
    /// not. `retry_after` below 0 means that the service did not ask for any.
    pub fn failed(&mut self, call: &mut CallRetry, retry_after: f64, successes: u32) -> f64 {
        if let Some(budget) = &mut self.budget {
            budget.succeed(successes);
        }
        let failure = Failure { is_retryable: true, retry_after: millis(retry_after) };
        let now = moment(read_clocks().monotonic as f64);
        match call.retry.failed(now, failure, self.budget.as_mut(), &mut self.rng) {
            Next::Wait { millis, capped } => {
                call.capped = capped;
                millis as f64
            }
            Next::GiveUp(_) => -1.0,
        }
    }
}

#[wasm_bindgen]
impl CallRetry {
    /// Whether the service asked for a longer wait than is kept to.
    #[wasm_bindgen(getter)]
    pub fn capped(&self) -> bool {
        self.capped
    }
}
