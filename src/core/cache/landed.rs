//! What has landed while something may have been missed: its callers have it, and it is kept once the disk has said that it holds.
//!
//! A counter that is in doubt is read again. Of its own key the disk has to say what is there: another tab may have set it unheard, and
//! only the entry tells so. Of what two tabs have fetched of a key that is shown, what was fetched last stays.

use super::Cache;
use super::counting::names_of;
use super::flying::{Flight, Phase};
use super::input::FlightId;
use crate::core::time::Instant;

impl<P: Clone> Cache<P> {
    /// The disk is asked what it has to say of what has landed.
    pub(super) fn ask_of_landed(&mut self, now: Instant) {
        for place in 0..self.flights.len() {
            let is_landed = |flight: &&Flight<P>| matches!(flight.phase, Phase::Landed(_));
            let Some(flight) = self.flights.get(place).filter(is_landed) else { continue };
            let (key, is_unsure, tags) = (flight.key.clone(), flight.is_unsure, names_of(&flight.seen));
            self.knows(&tags);
            if is_unsure && !self.is_reading(&key.text) {
                self.read_latest(now, &key);
            }
        }
    }

    /// Whether all is known that says whether what a flight has brought holds.
    pub(super) fn is_certain(&self, flight: &Flight<P>) -> bool {
        let is_asked = (flight.is_unsure || flight.is_blind) && self.is_reading(&flight.key.text);
        !is_asked && flight.seen.iter().all(|(tag, _)| self.generations.is_known(tag))
    }

    /// It is kept if it is known by now that it holds.
    pub(super) fn keep_landed(&mut self, now: Instant, id: FlightId) {
        let Some(flight) = self.flights.iter().find(|flight| flight.id == id) else { return };
        if !self.is_certain(flight) {
            return;
        }
        let Some(mut flight) = self.take_flight(id) else { return };
        if let Phase::Landed(value) = &flight.phase
            && self.is_newest(now, &flight)
            && self.is_current(&flight.seen)
        {
            let value = value.clone();
            self.keep(now, &mut flight, value);
        }
    }

    /// Another tab may have replaced the entry of a key, by what it has fetched or by what was set: what is under way may not be the
    /// newest, and what is not fetched yet is looked for anew.
    pub(super) fn doubt_flights(&mut self, key: &str) {
        self.outdate(key);
        for flight in self.flights.iter_mut().filter(|flight| *flight.key.text == *key) {
            match flight.phase {
                Phase::Waiting => {}
                Phase::Fetching | Phase::Landed(_) => flight.is_unsure = true,
                // One that is forced asks no tier, and what counters say it learns when its fetch begins.
                _ => flight.is_superseded |= !flight.is_forced,
            }
        }
    }

    /// The disk has nothing of a key, or does not say it.
    pub(super) fn give_up_unsure(&mut self, key: &str) {
        for flight in self.flights.iter_mut().filter(|flight| *flight.key.text == *key) {
            flight.is_superseded |= flight.is_unsure && matches!(flight.phase, Phase::Landed(_));
        }
    }
}
