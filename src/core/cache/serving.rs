//! Giving values to those who ask for them.

use std::rc::Rc;

use super::entry::Standing;
use super::flying::Origin;
use super::input::{FlightId, Key};
use super::output::{Outcome, State};
use super::policy::Fetching;
use super::stats::Counted;
use super::{Cache, earlier};
use crate::core::ids::CallId;
use crate::core::time::Instant;

/// What fetches a value, and how.
pub(super) type Fetcher<P> = (P, Rc<Fetching>);

/// What was last asked for a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tier {
    Memory,
    Disk,
    Remote,
}

/// Somebody who waits for a value.
#[derive(Debug)]
pub(super) struct Caller<P> {
    pub(super) call: CallId,
    pub(super) key: Key,
    /// The version that the value must have.
    version: Option<Rc<str>>,
    /// `None` if nothing is to be fetched.
    pub(super) fetcher: Option<Fetcher<P>>,
    /// What it waits for; `None` for the disk, or for an operation on its key.
    pub(super) flight: Option<FlightId>,
    /// When it takes what there is.
    soft: Option<Instant>,
    /// When it gives up.
    hard: Option<Instant>,
    /// What was asked so far.
    tier: Tier,
    /// Its miss is counted.
    has_missed: bool,
    /// What there is is not enough.
    pub(super) is_forced: bool,
}

impl<P> Caller<P> {
    pub(super) fn new(call: CallId, key: Key, version: Option<Rc<str>>, fetcher: Option<Fetcher<P>>) -> Self {
        let is_forced = fetcher.as_ref().is_some_and(|(_, fetching)| fetching.is_forced);
        Self {
            call,
            key,
            version,
            fetcher,
            flight: None,
            soft: None,
            hard: None,
            tier: Tier::Memory,
            has_missed: false,
            is_forced,
        }
    }

    /// As it was when it came, but that it gives up at the same moment.
    pub(super) fn anew(self) -> Self {
        Self { flight: None, soft: None, tier: Tier::Memory, ..self }
    }

    /// Whether it wants a value of this version.
    pub(super) fn wants(&self, version: Option<&Rc<str>>) -> bool {
        self.version.is_none() || self.version.as_ref() == version
    }

    fn deadline(&self) -> Option<Instant> {
        earlier(self.soft, self.hard)
    }
}

/// What there is of a key in memory.
pub(super) enum Look {
    /// It has to be read, or to become known.
    Unknown,
    Nothing,
    There(Standing),
}

impl<P: Clone> Cache<P> {
    /// Gives a value, or has it fetched, or lets the caller wait until more is known.
    pub(super) fn serve(&mut self, now: Instant, mut caller: Caller<P>) {
        if caller.hard.is_none() {
            caller.hard = caller.fetcher.as_ref().map(|(_, fetching)| now.after(fetching.hard_timeout));
        }
        let key = caller.key.text.clone();
        if self.is_operated_on(&key) {
            return self.callers.push(caller);
        }
        let look = match self.look(now, &caller.key) {
            Look::Nothing if caller.tier == Tier::Memory => Look::Unknown,
            look => look,
        };
        let is_of = self.is_of(&caller);
        match look {
            Look::Unknown => {
                self.read_entry(&caller.key);
                self.callers.push(caller);
            }
            Look::There(standing @ (Standing::Fresh | Standing::Stale)) if is_of && !caller.is_forced => {
                self.serve_entry(now, caller, standing);
            }
            // What the remote tier has is of another version.
            _ if caller.tier == Tier::Remote && caller.fetcher.is_none() => {
                self.settle(caller.call, Outcome::Missing);
            }
            _ => {
                if !std::mem::replace(&mut caller.has_missed, true) {
                    self.count(Counted::Missed);
                }
                self.join(now, caller, false);
            }
        }
    }

    /// Whether what there is is of the version that a caller wants.
    fn is_of(&self, caller: &Caller<P>) -> bool {
        self.entries.get(&*caller.key.text).is_some_and(|entry| caller.wants(entry.header.version.as_ref()))
    }

    /// What there is of a key. What does not hold any more is let go of.
    pub(super) fn look(&mut self, now: Instant, key: &Key) -> Look {
        if self.is_reading(&key.text) {
            return Look::Unknown;
        }
        let wall = self.wall(now);
        let Some(entry) = self.entries.get(&*key.text) else { return Look::Nothing };
        if entry.is_suspect {
            return Look::Unknown;
        }
        let standing = entry.standing(wall);
        let has_remote = self.settings.has_remote;
        // As it mostly is: all is known, and nothing of it is new.
        let is_certain = entry.header.tags.iter().all(|(tag, seen)| {
            let known = self.generations.get_checked(tag);
            known.is_some_and(|(known, is_checked)| *seen == known && (is_checked || !has_remote))
        });
        if is_certain && standing != Standing::Gone {
            return Look::There(standing);
        }
        let tags = entry.header.tags.clone();
        // It is read again if a counter is not known any more: what it was dropped for is on the disk.
        let tags_only: Vec<Rc<str>> = tags.iter().map(|(tag, _)| tag.clone()).collect();
        self.check(&key.supplier, &tags_only);
        if !self.knows(&tags_only) {
            if let Some(entry) = self.entries.get_mut(&*key.text) {
                entry.is_suspect = !self.jobs.iter().any(|job| job.has(&key.text));
            }
            return Look::Unknown;
        }
        if !self.holds(&tags) || standing == Standing::Gone {
            // What is shown stays until it is known what is there instead.
            let is_shown = self.watched.contains_key(&*key.text) && !self.is_being_written(&key.text);
            if let Some(entry) = self.entries.get_mut(&*key.text).filter(|_| is_shown) {
                entry.is_suspect = true;
                return Look::Unknown;
            }
            self.drop_entry(&key.text);
            return Look::Nothing;
        }
        Look::There(standing)
    }

    /// There is a value that may be given.
    fn serve_entry(&mut self, now: Instant, mut caller: Caller<P>, standing: Standing) {
        let key = caller.key.text.clone();
        self.count(match caller.tier {
            Tier::Memory => Counted::Memory,
            Tier::Disk => Counted::Disk,
            Tier::Remote => Counted::Remote,
        });
        self.touch(now, &key, caller.fetcher.as_ref().map(|(_, fetching)| fetching.eager));
        let Some(entry) = self.entries.get(&*key) else { return };
        let is_due = match standing {
            Standing::Fresh => entry.eager.is_some_and(|eager| eager <= now),
            _ => true,
        };
        let is_throttled = entry.throttled.is_some_and(|until| until > now);
        let Some((_, fetching)) = caller.fetcher.clone().filter(|_| is_due && !is_throttled) else {
            return self.give(now, caller.call, &key);
        };
        if standing == Standing::Fresh || fetching.soft_timeout == 0 {
            self.give(now, caller.call, &key);
            self.refresh(now, caller);
        } else {
            caller.soft = Some(now.after(fetching.soft_timeout));
            self.join(now, caller, false);
        }
    }

    /// It is given, which counts as a use.
    pub(super) fn touch(&mut self, now: Instant, key: &Rc<str>, eager: Option<u8>) {
        self.uses += 1;
        let (uses, wall) = (self.uses, self.wall(now));
        let chance = self.rng.up_to(100);
        if let Some(entry) = self.entries.get_mut(&**key) {
            entry.used = uses;
            if let (None, Some(eager @ 0..=99)) = (entry.eager, eager) {
                let (ttl, age) = (entry.header.ttl, entry.age(wall));
                // A tenth of chance, so that not all tabs and devices fetch at once.
                let at =
                    (ttl / 100).saturating_mul(u64::from(eager)).saturating_sub(ttl / 1_000 * chance / 10);
                entry.eager = Some(now.after(at.saturating_sub(age)));
            }
        }
        self.show(now, key);
    }

    /// Gives what there is of a key.
    pub(super) fn give(&mut self, now: Instant, call: CallId, key: &str) {
        let wall = self.wall(now);
        let state = self.entries.get(key).map_or(State::Fresh, |entry| entry.state(wall));
        self.give_as(now, call, key, state);
    }

    fn give_as(&mut self, now: Instant, call: CallId, key: &str, state: State) {
        let wall = self.wall(now);
        let Some(entry) = self.entries.get(key) else { return self.settle(call, Outcome::Missing) };
        let age = entry.age(wall);
        let outcome = Outcome::Got { value: entry.value.clone(), state, age };
        match state {
            State::Fresh => {}
            State::Stale => self.count(Counted::Stale),
            State::Degraded => self.count(Counted::Degraded),
        }
        self.settle(call, outcome);
    }

    /// The disk was read for a key: whoever waits for that is served.
    pub(super) fn go_on_with(&mut self, now: Instant, key: &str) {
        for caller in self.callers.iter_mut().filter(|caller| *caller.key.text == *key) {
            caller.tier = Tier::Disk;
        }
        self.serve_again(now, key);
        self.flights_have_read(now, key);
        self.look_at_watched(now, key);
    }

    /// Whoever waits for more to be known of a key is served.
    pub(super) fn serve_again(&mut self, now: Instant, key: &str) {
        let is_meant = |caller: &mut Caller<P>| caller.flight.is_none() && *caller.key.text == *key;
        let waiting: Vec<Caller<P>> = self.callers.extract_if(.., is_meant).collect();
        for caller in waiting {
            self.serve(now, caller);
        }
    }

    /// Whoever made the call has left.
    pub(super) fn leave(&mut self, now: Instant, call: CallId) {
        let Some(place) = self.callers.iter().position(|caller| caller.call == call) else { return };
        let caller = self.callers.remove(place);
        self.abandon(now, caller.flight);
    }

    /// When somebody has waited long enough.
    pub(super) fn next_wait(&self) -> Option<Instant> {
        let mut next = None;
        for caller in &self.callers {
            next = earlier(next, caller.deadline());
        }
        earlier(next, self.next_flight_end())
    }

    /// Somebody has.
    pub(super) fn wait_over(&mut self, now: Instant) {
        let is_over = |caller: &mut Caller<P>| caller.deadline().is_some_and(|deadline| deadline <= now);
        let over: Vec<Caller<P>> = self.callers.extract_if(.., is_over).collect();
        for caller in over {
            // What there is, if it still holds.
            let is_there =
                matches!(self.look(now, &caller.key), Look::There(Standing::Fresh | Standing::Stale))
                    && self.is_of(&caller);
            let is_soft = caller.soft.is_some_and(|soft| soft <= now);
            self.keep_flying(caller.flight);
            if is_there {
                self.give(now, caller.call, &caller.key.text);
            } else if is_soft && caller.hard.is_some_and(|hard| hard > now) {
                self.callers.push(Caller { soft: None, ..caller });
            } else {
                self.settle(caller.call, Outcome::timed_out());
            }
        }
        self.end_flights(now);
    }

    /// A flight has ended because there is something: its callers are served from that.
    pub(super) fn serve_callers_of(&mut self, now: Instant, flight: FlightId, tier: Tier) {
        for caller in self.callers_of(flight) {
            self.serve(now, Caller { tier, ..caller.anew() });
        }
    }

    /// The callers of a flight, which has ended.
    pub(super) fn callers_of(&mut self, flight: FlightId) -> Vec<Caller<P>> {
        self.callers.extract_if(.., |caller| caller.flight == Some(flight)).collect()
    }

    /// A flight brought nothing by the way of an error: what there is is given, if there is anything.
    pub(super) fn fall_back(&mut self, now: Instant, caller: &Caller<P>, error: &Origin<P>) {
        let is_of = self.is_of(caller);
        match (self.look(now, &caller.key), error) {
            (Look::There(Standing::Fresh | Standing::Stale), _) if is_of => {
                let is_forced = caller.fetcher.as_ref().is_some_and(|(_, fetching)| fetching.is_forced);
                if is_forced && matches!(error, Origin::Error(_)) {
                    // It is not as new as was asked for.
                    self.give_as(now, caller.call, &caller.key.text, State::Degraded);
                } else {
                    self.give(now, caller.call, &caller.key.text);
                }
            }
            (_, Origin::Error(error)) => self.settle(caller.call, Outcome::Rejected(error.clone())),
            (_, Origin::Nowhere) => self.settle(caller.call, Outcome::Missing),
        }
    }
}
