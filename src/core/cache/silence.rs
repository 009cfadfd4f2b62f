//! A disk that does not answer: another tab may be frozen within a transaction of it. Nobody waits long for it.
//!
//! Whoever has waited goes on as if the disk had nothing: to the remote tier, and to the fetcher. A fetch that begins before the disk
//! has said what its counters say is blind. It assumes that they have not gone on from what is known. A counter never goes back: what the
//! fetch has brought is kept once the disk has confirmed that, and until then, or if it never does, it is for its callers alone. A late
//! answer of the disk's counts as any other, and whoever's fetch has failed waits for it.

use std::rc::Rc;

use super::Cache;
use super::flying::{Flight, Phase};
use super::input::{FlightId, RequestId};
use super::serving::{Caller, Tier};
use crate::core::time::Instant;

/// How long the disk may take to answer a read, in milliseconds.
const ANSWERING: u64 = 1_000;
/// How long it is waited for while it owes an answer for longer than that, in milliseconds.
const SILENT: u64 = 50;

impl<P> Flight<P> {
    /// When it does not wait for the disk any longer, if that is what it waits for.
    pub(super) fn disk_ends(&self) -> Option<Instant> {
        match self.phase {
            Phase::Waiting | Phase::Reading | Phase::Judging(..) | Phase::Ready => self.disk_ends,
            Phase::Locking | Phase::Remote(..) | Phase::Fetching | Phase::Landed(_) => None,
        }
    }
}

impl<P: Clone> Cache<P> {
    /// When an answer of the disk's is late that is asked for now.
    pub(super) const fn answer_due(now: Instant) -> Instant {
        now.after(ANSWERING)
    }

    /// When whoever begins to wait for the disk now does not wait any longer.
    pub(super) fn disk_end(&self, now: Instant) -> Instant {
        now.after(if self.is_disk_silent(now) { SILENT } else { ANSWERING })
    }

    /// Whether the disk owes an answer for too long.
    pub(super) fn is_disk_silent(&self, now: Instant) -> bool {
        self.readings.iter().any(|reading| reading.due <= now)
    }

    /// A caller has waited long enough for the disk.
    pub(super) fn go_on_without_disk(&mut self, now: Instant, mut caller: Caller<P>) {
        if self.is_replaced(&caller.key.text) {
            // What is set is what it is to be given.
            caller.disk_ends = None;
            self.callers.push(caller);
        } else {
            caller.tier = Tier::Disk;
            self.miss(now, caller);
        }
    }

    /// Flights have, perhaps.
    pub(super) fn fly_without_disk(&mut self, now: Instant) {
        let is_over = |flight: &&Flight<P>| flight.disk_ends().is_some_and(|ends| ends <= now);
        let over: Vec<FlightId> = self.flights.iter().filter(is_over).map(|flight| flight.id).collect();
        for id in over {
            if self.flight(id).is_some_and(|flight| matches!(flight.phase, Phase::Reading)) {
                self.ask_remote(now, id);
            } else {
                self.fetch(now, id);
            }
        }
    }

    /// The disk has not answered, and will not.
    pub(super) fn unread(&mut self, now: Instant, request: RequestId) {
        let Some(tag) = self.take_counting(request) else { return self.read(now, request, None) };
        // It is not known: what has to be counted goes on from what is, and what was read with that tag cannot be judged.
        self.generations.give_up(&tag);
        self.drop_readings(now, &tag);
        self.go_on(now);
    }

    /// Others may have raised a tag, or any, unheard: who asks from now on shares no fetch that has begun before it is known.
    pub(super) fn overtake_blind(&mut self, tag: Option<&str>) {
        self.overtake_all(&|flight| {
            flight.is_blind && tag.is_none_or(|tag| flight.seen.iter().any(|(seen, _)| **seen == *tag))
        });
    }

    /// These are about to be raised, which has to wait: the same of what fetches have begun with them.
    pub(super) fn overtake_tagged(&mut self, tags: &[Rc<str>]) {
        self.overtake_all(&|flight| flight.seen.iter().any(|(seen, _)| tags.contains(seen)));
    }
}
