//! Giving values to those who ask for them.

use std::rc::Rc;

use super::counting::names_of;
use super::entry::Standing;
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
    pub(super) soft: Option<Instant>,
    /// When it gives up.
    pub(super) hard: Option<Instant>,
    /// What its fetch has failed with, while the disk owed an answer for which it waits since then.
    pub(super) failed: Option<P>,
    /// When it does not wait for the disk any longer; `None` for never.
    pub(super) disk_ends: Option<Instant>,
    /// What was asked so far.
    pub(super) tier: Tier,
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
            failed: None,
            disk_ends: None,
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

    /// When it takes what there is, or gives up.
    pub(super) fn deadline(&self) -> Option<Instant> {
        earlier(self.soft, self.hard)
    }

    /// When it waits no longer for what it waits for now.
    pub(super) fn turn(&self) -> Option<Instant> {
        earlier(self.deadline(), self.disk_ends.filter(|_| self.flight.is_none()))
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
        if caller.failed.is_none() {
            caller.disk_ends = Some(self.disk_end(now));
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
                self.read_entry(now, &caller.key);
                self.callers.push(caller);
            }
            Look::There(standing @ (Standing::Fresh | Standing::Stale)) if is_of && !caller.is_forced => {
                self.serve_entry(now, caller, standing);
            }
            // What the remote tier has is of another version.
            _ if caller.tier == Tier::Remote && caller.fetcher.is_none() => {
                self.settle(caller.call, Outcome::Missing);
            }
            _ => self.miss(now, caller),
        }
    }

    /// Neither memory nor the disk has given a caller anything.
    pub(super) fn miss(&mut self, now: Instant, mut caller: Caller<P>) {
        if !std::mem::replace(&mut caller.has_missed, true) {
            self.count(Counted::Missed);
        }
        match caller.failed {
            Some(error) => self.settle(caller.call, Outcome::Rejected(error)),
            None => self.join(now, caller, false),
        }
    }

    /// Whether what there is is of the version that a caller wants, and no operation is about to change it.
    pub(super) fn is_of(&self, caller: &Caller<P>) -> bool {
        !self.is_operated_on(&caller.key.text)
            && self
                .entries
                .get(&*caller.key.text)
                .is_some_and(|entry| caller.wants(entry.header.version.as_ref()))
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
        let tags_only = names_of(&tags);
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

    pub(super) fn give_as(&mut self, now: Instant, call: CallId, key: &str, state: State) {
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
        for caller in self.take_callers(&|caller| caller.flight.is_none() && *caller.key.text == *key) {
            self.serve(now, caller);
        }
    }

    /// A flight has ended because there is something: its callers are served from that.
    pub(super) fn serve_callers_of(&mut self, now: Instant, flight: FlightId, tier: Tier) {
        for caller in self.callers_of(flight) {
            self.serve(now, Caller { tier, ..caller.anew() });
        }
    }

    /// The callers of a flight, which has ended.
    pub(super) fn callers_of(&mut self, flight: FlightId) -> Vec<Caller<P>> {
        self.take_callers(&|caller| caller.flight == Some(flight))
    }

    /// The callers of this kind, who wait no longer.
    pub(super) fn take_callers(&mut self, is_meant: &dyn Fn(&Caller<P>) -> bool) -> Vec<Caller<P>> {
        self.callers.extract_if(.., |caller| is_meant(caller)).collect()
    }
}
