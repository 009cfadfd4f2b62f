//! The policies of calls as JavaScript holds them; `js/resilience` has the chain of promises, and asks here what to do.

mod breaker;
mod calls;
mod flights;

use wasm_bindgen::prelude::*;

use crate::core::resilience::breaker::Outcome;
use crate::core::resilience::{retry_after, verdict};
use crate::core::time::Instant;

/// A moment of the page's clock.
fn moment(millis: f64) -> Instant {
    Instant::from_millis(millis as u64)
}

/// Milliseconds, if there are any: below 0 means none.
fn millis(given: f64) -> Option<u64> {
    (given >= 0.0).then_some(given as u64)
}

/// Milliseconds for JavaScript; -1 for none.
fn or_none(millis: Option<u64>) -> f64 {
    millis.map_or(-1.0, |millis| millis as f64)
}

const fn outcome_number(outcome: Outcome) -> u32 {
    match outcome {
        Outcome::Success => 0,
        Outcome::Failure => 1,
        Outcome::Neutral => 2,
        Outcome::Answered => 3,
    }
}

/// What an answer with this status says of its service, and 4 more if another attempt may help.
#[wasm_bindgen(js_name = verdictOfStatus)]
pub fn verdict_of_status(status: u16) -> u32 {
    let (outcome, is_retryable) = verdict::of_status(status, true);
    outcome_number(outcome) + if is_retryable { 4 } else { 0 }
}

/// Whether a request may be sent twice.
#[wasm_bindgen(js_name = isIdempotent)]
pub fn is_idempotent(method: &str, has_key: bool) -> bool {
    verdict::is_idempotent(method, has_key)
}

/// The milliseconds that a `Retry-After` asks for, -1 if it says nothing of use. `date` is the answer's own, empty if it has none.
#[wasm_bindgen(js_name = retryAfterOf)]
pub fn retry_after_of(value: &str, date: &str, wall: f64) -> f64 {
    or_none(retry_after::retry_after(value, Some(date).filter(|date| !date.is_empty()), wall as u64))
}

/// The user whose token was the last on this device for a project, if one is remembered.
#[wasm_bindgen(js_name = lastUser)]
pub fn last_user(project: &str) -> Option<String> {
    crate::shell::store::last_user(project)
}
