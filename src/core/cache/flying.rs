//! Flights: fetches, each for all who want the key meanwhile, in this tab and by a lock in the others.
//!
//! A flight knows what the counters of its tags said when the fetch began. If one has gone on by the time it has landed, what it has
//! brought is for those who waited for it and for nobody else, and who asks from then on begins another one. If something may have been
//! missed meanwhile, they are given it all the same, and it is kept once the disk has said that it holds. How it lands is in
//! [`landing`](super::landing), how the remote tier is asked before in [`remote`](super::remote).

use super::Cache;
use super::counting::{Counts, names_of};
use super::header::Header;
use super::input::{FlightId, Key, RequestId, Value};
use super::output::{Outcome, Output};
use super::serving::{Caller, Fetcher};
use super::stats::Counted;
use crate::core::resilience::breaker::Permit;
use crate::core::time::Instant;

/// A fetch that takes so many times as long as anybody waits for it is given up, but never before this, in milliseconds.
const LIVES: u64 = 3;
pub(super) const SHORTEST_LIFE: u64 = 30_000;

/// How far a flight is.
#[derive(Debug)]
pub(super) enum Phase<P> {
    /// An operation on its key has yet to be done.
    Waiting,
    /// It waits for its lock.
    Locking,
    /// Another tab had the lock: what that has brought is read.
    Reading,
    /// The remote tier is asked.
    Remote(RequestId, Permit),
    /// The remote tier has this, and the counters of its tags have yet to become known.
    Judging(Header, P),
    /// No tier has anything, and the counters of its tags have yet to become known.
    Ready,
    /// The application fetches.
    Fetching,
    /// It has brought this, and it has yet to become known whether that is kept.
    Landed(Option<P>),
}

/// A fetch.
#[derive(Debug)]
pub(super) struct Flight<P> {
    pub(super) id: FlightId,
    pub(super) key: Key,
    /// `None` where only the tiers are asked.
    pub(super) fetcher: Option<Fetcher<P>>,
    pub(super) phase: Phase<P>,
    /// When it began, or the fetch itself, on the wall clock.
    pub(super) began: u64,
    /// What the counters of its tags said when the fetch began.
    pub(super) seen: Counts,
    pub(super) has_lock: bool,
    /// Its key was set or removed since.
    pub(super) is_superseded: bool,
    /// Somebody wants what is fetched later.
    pub(super) is_overtaken: bool,
    /// It goes on although nobody waits for it.
    pub(super) is_kept: bool,
    /// Somebody wants what the application fetches from now on, not what a tier has.
    pub(super) is_forced: bool,
    /// It began before the disk has said what the counters of its tags say, or before an operation that waits for that.
    pub(super) is_blind: bool,
    /// Others may have set its key unheard since the fetch began: what the disk has of it says so.
    pub(super) is_unsure: bool,
    /// When it does not wait for the disk any longer; `None` for never.
    pub(super) disk_ends: Option<Instant>,
    /// When it is ended, if nobody joins it before.
    pub(super) abandoned: Option<Instant>,
    /// When it is given up.
    pub(super) ends: Instant,
}

/// Why a flight brought nothing.
#[derive(Debug)]
pub(super) enum Origin<P> {
    /// The fetcher has failed with this.
    Error(P),
    /// No tier has anything, and nobody fetches.
    Nowhere,
}

impl<P: Clone> Cache<P> {
    /// Lets a caller wait for the flight of its key, which begins if there is none.
    pub(super) fn join(&mut self, now: Instant, mut caller: Caller<P>, is_kept: bool) {
        if caller.fetcher.is_none() && !self.settings.has_remote {
            return self.settle(caller.call, Outcome::Missing);
        }
        if caller.is_forced {
            self.overtake(&caller.key.text);
        }
        let id = self.flight_of(now, &caller.key, caller.fetcher.clone(), is_kept);
        let wall = self.wall(now);
        if let Some(flight) = self.flight(id).filter(|_| caller.is_forced) {
            (flight.is_forced, flight.began) = (true, wall);
        }
        caller.flight = Some(id);
        caller.is_forced = false;
        self.callers.push(caller);
        self.advance_flights(now);
    }

    /// Fetches behind a value that was given.
    pub(super) fn refresh(&mut self, now: Instant, caller: Caller<P>) {
        self.flight_of(now, &caller.key, caller.fetcher, true);
        self.advance_flights(now);
    }

    fn flight_of(&mut self, now: Instant, key: &Key, fetcher: Option<Fetcher<P>>, is_kept: bool) -> FlightId {
        for place in 0..self.flights.len() {
            if !self.is_joinable(now, place, &key.text) {
                continue;
            }
            self.count(Counted::Shared);
            if let Some(flight) = self.flights.get_mut(place) {
                flight.abandoned = None;
                flight.is_kept |= is_kept;
                if flight.fetcher.is_none() {
                    flight.fetcher = fetcher;
                }
                return flight.id;
            }
        }
        self.last = self.last.wrapping_add(1);
        let hard = fetcher.as_ref().map_or(0, |(_, fetching)| fetching.hard_timeout);
        let flight = Flight {
            id: FlightId(self.last),
            key: key.clone(),
            fetcher,
            phase: Phase::Waiting,
            began: self.wall(now),
            seen: Vec::new(),
            has_lock: false,
            is_superseded: false,
            is_overtaken: false,
            is_kept,
            is_forced: false,
            is_blind: false,
            is_unsure: false,
            disk_ends: Some(self.disk_end(now)),
            abandoned: None,
            ends: now.after(hard.saturating_mul(LIVES).max(SHORTEST_LIFE)),
        };
        let id = flight.id;
        self.flights.push(flight);
        id
    }

    fn is_joinable(&mut self, now: Instant, place: usize, key: &str) -> bool {
        let Some(flight) = self.flights.get(place) else { return false };
        let is_over = flight.abandoned.is_some_and(|at| at <= now) || flight.ends <= now;
        if *flight.key.text != *key || flight.is_superseded || flight.is_overtaken || is_over {
            return false;
        }
        match flight.phase {
            Phase::Fetching => {}
            Phase::Landed(_) => return false,
            _ => return true,
        }
        let seen = flight.seen.clone();
        if flight.is_blind {
            return seen.iter().all(|(tag, seen)| seen.holds(self.generations.least(tag)));
        }
        self.holds(&seen)
    }

    /// Takes each flight as far as it gets.
    pub(super) fn advance_flights(&mut self, now: Instant) {
        let ids: Vec<FlightId> = self.flights.iter().map(|flight| flight.id).collect();
        for id in ids {
            self.advance(now, id);
        }
    }

    fn advance(&mut self, now: Instant, id: FlightId) {
        let Some(flight) = self.flight(id) else { return };
        match &flight.phase {
            Phase::Fetching => {}
            _ if flight.is_superseded => self.divert(now, id),
            Phase::Waiting => self.take_off(now, id),
            Phase::Judging(header, _) => {
                let header = header.clone();
                if self.knows_rest(&names_of(&header.tags)) {
                    self.judge(now, id, header);
                } else if header.tags.iter().all(|(tag, _)| self.generations.is_settled(tag)) {
                    self.fetch(now, id);
                }
            }
            Phase::Ready => self.fetch(now, id),
            Phase::Landed(_) => self.keep_landed(now, id),
            Phase::Locking | Phase::Reading | Phase::Remote(..) => {}
        }
    }

    /// The key was set or removed before the fetch began: there is something else to be given, or another way to it.
    fn divert(&mut self, now: Instant, id: FlightId) {
        let Some(flight) = self.take_flight(id) else { return };
        self.end_outside(&flight);
        for caller in self.callers_of(id) {
            self.serve(now, caller.anew());
        }
    }

    /// The counters of a flight's tags, and whether all of them are known for certain. `is_again`: they were asked for before.
    pub(super) fn knows_of_flight(&mut self, id: FlightId, is_again: bool) -> Option<(Counts, bool)> {
        let flight = self.flights.iter().find(|flight| flight.id == id)?;
        let given = flight.fetcher.as_ref().map(|(_, fetching)| fetching.clone());
        let key = flight.key.clone();
        let tags = Self::tags_of(&key, given.as_ref().map_or(&[], |fetching| &fetching.keeping.tags));
        let is_known = if is_again { self.knows_rest(&tags) } else { self.knows(&tags) };
        self.check(&key.supplier, &tags);
        Some((self.seen(&tags), is_known))
    }

    /// The application is asked, once it is known what the counters say, or the disk was waited for long enough: what is invalidated
    /// from now on is about what it brings.
    pub(super) fn fetch(&mut self, now: Instant, id: FlightId) {
        let Some(flight) = self.flight(id) else { return };
        let is_again = matches!(std::mem::replace(&mut flight.phase, Phase::Ready), Phase::Ready);
        let (key, fetcher) = (flight.key.clone(), flight.fetcher.clone());
        let is_over = flight.disk_ends.is_some_and(|ends| ends <= now);
        let Some((fetcher, _)) = fetcher else { return self.land(now, id, Err(Origin::Nowhere)) };
        let Some((seen, is_known)) = self.knows_of_flight(id, is_again) else { return };
        let is_settled = seen.iter().all(|(tag, _)| self.generations.is_settled(tag));
        let (has_to_wait, is_replaced) = (self.is_operated_on(&key.text), self.is_replaced(&key.text));
        let began = self.wall(now);
        let Some(flight) = self.flight(id) else { return };
        if is_replaced {
            // That ends it.
            flight.disk_ends = None;
            return;
        }
        let is_blind = has_to_wait || !is_known;
        if is_blind && !is_over && (has_to_wait || !is_settled) {
            return;
        }
        (flight.seen, flight.began, flight.phase, flight.is_blind) = (seen, began, Phase::Fetching, is_blind);
        self.count(Counted::Flights);
        self.outputs.push(Output::Fetch { flight: id, fetcher });
    }

    /// The application has fetched, or could not.
    pub(super) fn fetched(&mut self, now: Instant, id: FlightId, result: Result<Value<P>, P>) {
        if self.flight(id).is_some_and(|flight| matches!(flight.phase, Phase::Fetching)) {
            self.land(now, id, result.map_err(Origin::Error));
        }
    }

    pub(super) fn set_phase(&mut self, id: FlightId, phase: Phase<P>) {
        if let Some(flight) = self.flight(id) {
            flight.phase = phase;
        }
    }

    /// What is under way outside for a flight that has ended is over.
    pub(super) fn end_outside(&mut self, flight: &Flight<P>) {
        if matches!(flight.phase, Phase::Fetching) {
            self.outputs.push(Output::AbortFetch { flight: flight.id });
        }
        self.unlock(flight);
    }

    pub(super) fn unlock(&mut self, flight: &Flight<P>) {
        if flight.has_lock || matches!(flight.phase, Phase::Locking) {
            self.outputs.push(Output::Unlock { flight: flight.id });
        }
    }

    pub(super) fn flight(&mut self, id: FlightId) -> Option<&mut Flight<P>> {
        self.flights.iter_mut().find(|flight| flight.id == id)
    }

    pub(super) fn take_flight(&mut self, id: FlightId) -> Option<Flight<P>> {
        let place = self.flights.iter().position(|flight| flight.id == id)?;
        Some(self.flights.remove(place))
    }
}
