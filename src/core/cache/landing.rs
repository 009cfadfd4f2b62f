//! How flights end: they land with a value or without one, or are given up.

use super::flying::{Flight, Origin, Phase};
use super::header::{Header, NOTHING};
use super::input::{FlightId, Value};
use super::output::{Outcome, Output, State};
use super::{Cache, earlier};
use crate::core::time::Instant;

/// After how many milliseconds a fetch is aborted that nobody waits for: a component that is unmounted and mounted again in the
/// meantime does not fetch twice.
const GRACE: u64 = 100;

impl<P: Clone> Cache<P> {
    /// A flight has come to its end.
    pub(super) fn land(&mut self, now: Instant, id: FlightId, result: Result<Value<P>, Origin<P>>) {
        let Some(mut flight) = self.take_flight(id) else { return };
        let callers = self.callers_of(id);
        let value = match result {
            Ok(value) => value,
            Err(origin) => {
                self.unlock(&flight);
                self.throttle(now, &flight, &origin);
                for caller in callers {
                    self.fall_back(now, caller, &origin);
                }
                return;
            }
        };
        let value = match value {
            Value::Nothing => None,
            Value::Some(value) => Some(value),
        };
        let may_hold = !flight.is_superseded && self.is_current(&flight.seen);
        let is_known = !flight.is_unsure && self.is_certain(&flight);
        if may_hold && is_known && self.is_newest(now, &flight) {
            self.keep(now, &mut flight, value.clone());
        }
        self.unlock(&flight);
        let age = self.wall(now).saturating_sub(flight.began);
        let version = flight.fetcher.as_ref().and_then(|(_, fetching)| fetching.keeping.version.as_ref());
        for caller in callers {
            if !caller.wants(version) {
                self.serve(now, caller.anew());
                continue;
            }
            let (value, state) = (value.clone(), State::Fresh);
            self.settle(caller.call, Outcome::Got { value, state, age });
        }
        if may_hold && !is_known {
            let is_older =
                |other: &Flight<P>| matches!(other.phase, Phase::Landed(_)) && other.key == flight.key;
            self.flights.retain(|other| !is_older(other));
            (flight.phase, flight.has_lock, flight.abandoned) = (Phase::Landed(value), false, None);
            self.flights.push(flight);
            self.ask_of_landed(now);
        }
    }

    /// Whether nothing is there that was fetched later.
    pub(super) fn is_newest(&self, now: Instant, flight: &Flight<P>) -> bool {
        let entry = self.entries.get(&*flight.key.text);
        entry.is_none_or(|entry| !entry.header.is_later(flight.began, self.wall(now)))
    }

    /// What a flight has brought is for everybody.
    pub(super) fn keep(&mut self, now: Instant, flight: &mut Flight<P>, value: Option<P>) {
        let Some((_, fetching)) = &flight.fetcher else { return };
        let keeping = &fetching.keeping;
        let (flags, ttl, stale) = match &value {
            Some(_) => (0, keeping.ttl, keeping.stale),
            None => (NOTHING, fetching.negative_ttl, 0),
        };
        let (version, tags) = (keeping.version.clone(), flight.seen.clone());
        let header = Header { flags, stored: flight.began, ttl, stale, version, bytes: 0, tags };
        if ttl == 0 {
            // That there is nothing is not remembered, and what there was is not there any more.
            self.outdate(&flight.key.text);
            self.drop_entry(&flight.key.text);
            return self.remove(now, Vec::new(), &flight.key, Vec::new(), Vec::new());
        }
        let is_nothing = value.is_none();
        if is_nothing {
            self.outdate(&flight.key.text);
        }
        self.put(now, flight.key.clone(), header, value, None);
        if is_nothing {
            return self.remove(now, Vec::new(), &flight.key, Vec::new(), Vec::new());
        }
        self.touch(now, &flight.key.text, Some(fetching.eager));
        self.write_entry(now, &flight.key.text, keeping.compresses, true);
        let job = self.jobs.iter_mut().rev().find(|job| job.has(&flight.key.text));
        if let Some(job) = job.filter(|_| flight.has_lock) {
            (job.lock, flight.has_lock) = (Some(flight.id), false);
        }
    }

    /// A fetch has failed: what there is is shown, and no other is begun for a while.
    fn throttle(&mut self, now: Instant, flight: &Flight<P>, origin: &Origin<P>) {
        let Some((_, fetching)) = flight.fetcher.as_ref() else { return };
        if let (Origin::Error(_), Some(entry)) = (origin, self.entries.get_mut(&*flight.key.text)) {
            entry.throttled = Some(now.after(fetching.throttle));
            self.show(now, &flight.key.text);
        }
    }

    /// The value of a key was set or removed: what is under way is not kept.
    pub(super) fn supersede(&mut self, key: &str) {
        self.outdate(key);
        for flight in self.flights.iter_mut().filter(|flight| *flight.key.text == *key) {
            // One that waits for an operation begins after that.
            flight.is_superseded |= !matches!(flight.phase, Phase::Waiting);
        }
        self.release_outdated();
    }

    /// Whoever asks for a key from now on wants what is fetched from now on.
    pub(super) fn overtake(&mut self, key: &str) {
        for flight in self.flights.iter_mut().filter(|flight| *flight.key.text == *key) {
            flight.is_overtaken |= matches!(flight.phase, Phase::Fetching);
        }
        self.release_outdated();
    }

    /// The same of all fetches that are meant, and nobody keeps what they bring.
    pub(super) fn overtake_all(&mut self, is_meant: &dyn Fn(&Flight<P>) -> bool) {
        for flight in self.flights.iter_mut().filter(|flight| is_meant(flight)) {
            flight.is_superseded |= matches!(flight.phase, Phase::Fetching);
        }
        self.release_outdated();
    }

    /// A fetch that brings nothing that is kept holds up nobody who wants to fetch the same.
    pub(super) fn release_outdated(&mut self) {
        for place in 0..self.flights.len() {
            let is_holding = |flight: &&Flight<P>| flight.has_lock && matches!(flight.phase, Phase::Fetching);
            let Some(flight) = self.flights.get(place).filter(is_holding) else { continue };
            let (is_superseded, seen) = (flight.is_superseded || flight.is_overtaken, flight.seen.clone());
            if !is_superseded && self.holds(&seen) {
                continue;
            }
            if let Some(flight) = self.flights.get_mut(place) {
                flight.has_lock = false;
                self.outputs.push(Output::Unlock { flight: flight.id });
            }
        }
    }

    /// A caller does not wait for a flight any more. It ends after a while, if that was the last one.
    pub(super) fn abandon(&mut self, now: Instant, id: Option<FlightId>) {
        let Some(id) = id.filter(|id| !self.callers.iter().any(|caller| caller.flight == Some(*id))) else {
            return;
        };
        if let Some(flight) = self.flight(id).filter(|flight| !flight.is_kept) {
            flight.abandoned = Some(now.after(GRACE));
        }
    }

    /// A flight goes on although its callers did not wait for it.
    pub(super) fn keep_flying(&mut self, id: Option<FlightId>) {
        if let Some(flight) = id.and_then(|id| self.flight(id)) {
            flight.is_kept = true;
        }
    }

    pub(super) fn next_flight_end(&self) -> Option<Instant> {
        let mut next = None;
        for flight in &self.flights {
            next = earlier(next, earlier(earlier(flight.abandoned, flight.disk_ends()), Some(flight.ends)));
        }
        next
    }

    /// Ends what nobody waits for, and what has taken too long.
    pub(super) fn end_flights(&mut self, now: Instant) {
        let is_over =
            |flight: &mut Flight<P>| flight.abandoned.is_some_and(|at| at <= now) || flight.ends <= now;
        let over: Vec<Flight<P>> = self.flights.extract_if(.., is_over).collect();
        for flight in over {
            self.end_outside(&flight);
            for caller in self.callers_of(flight.id) {
                self.settle(caller.call, Outcome::timed_out());
            }
        }
    }
}
