//! Requests that are sent once for all who ask for the same.

use wasm_bindgen::prelude::*;

use super::moment;
use crate::core::resilience::flights::{FlightId, Flights as Core, Joined};

/// Milliseconds that a request goes on while nobody waits for it.
const GRACE: u64 = 50;

/// The requests of a client.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Flights(Core);

impl Default for Flights {
    fn default() -> Self {
        Self(Core::new(GRACE))
    }
}

#[wasm_bindgen]
impl Flights {
    /// None.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of the request to wait for; below 0 it is under way, otherwise it has to be sent.
    pub fn join(&mut self, key: &str, now: f64) -> f64 {
        match self.0.join(key, moment(now)) {
            Joined::Start(FlightId(id)) => f64::from(id),
            Joined::Join(FlightId(id)) => -f64::from(id),
        }
    }

    /// One of those who wait for it no longer does.
    pub fn leave(&mut self, id: u32, now: f64) {
        self.0.leave(FlightId(id), moment(now));
    }

    /// It has come to its end.
    pub fn ended(&mut self, id: u32) {
        self.0.ended(FlightId(id));
    }

    /// The number of one that is to be aborted, or 0.
    pub fn due(&mut self, now: f64) -> u32 {
        self.0.take_abandoned(moment(now)).map_or(0, |FlightId(id)| id)
    }

    /// Milliseconds until one is; -1 if none will be.
    pub fn wait(&self, now: f64) -> f64 {
        self.0.deadline().map_or(-1.0, |deadline| deadline.since(moment(now)) as f64)
    }
}
