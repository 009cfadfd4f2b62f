//! Waiting: what callers are given who have waited long enough, or whose flight brought nothing.

use super::entry::Standing;
use super::flying::Origin;
use super::output::{Outcome, State};
use super::serving::{Caller, Look};
use super::{Cache, earlier};
use crate::core::ids::CallId;
use crate::core::time::Instant;

impl<P: Clone> Cache<P> {
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
            next = earlier(next, caller.turn());
        }
        earlier(next, self.next_flight_end())
    }

    /// Somebody has.
    pub(super) fn wait_over(&mut self, now: Instant) {
        for mut caller in self.take_callers(&|caller| caller.turn().is_some_and(|turn| turn <= now)) {
            if caller.deadline().is_none_or(|deadline| deadline > now) {
                self.go_on_without_disk(now, caller);
                continue;
            }
            // What there is, if it still holds.
            let is_there =
                matches!(self.look(now, &caller.key), Look::There(Standing::Fresh | Standing::Stale))
                    && self.is_of(&caller);
            let is_soft = caller.soft.is_some_and(|soft| soft <= now);
            self.keep_flying(caller.flight);
            if is_there {
                self.give(now, caller.call, &caller.key.text);
            } else if is_soft && caller.hard.is_some_and(|hard| hard > now) {
                caller.soft = None;
                self.callers.push(caller);
            } else {
                let outcome = caller.failed.map_or_else(Outcome::timed_out, Outcome::Rejected);
                self.settle(caller.call, outcome);
            }
        }
        self.end_flights(now);
        self.fly_without_disk(now);
    }

    /// A flight brought nothing by the way of an error: what there is is given, if there is anything.
    pub(super) fn fall_back(&mut self, now: Instant, mut caller: Caller<P>, error: &Origin<P>) {
        let is_of = self.is_of(&caller);
        let is_forced = caller.fetcher.as_ref().is_some_and(|(_, fetching)| fetching.is_forced);
        match (self.look(now, &caller.key), error) {
            (Look::There(Standing::Fresh | Standing::Stale), _) if is_of => {
                if is_forced && matches!(error, Origin::Error(_)) {
                    // It is not as new as was asked for.
                    self.give_as(now, caller.call, &caller.key.text, State::Degraded);
                } else {
                    self.give(now, caller.call, &caller.key.text);
                }
            }
            // Without a network, what a slow disk has is better than an error.
            (Look::Unknown, Origin::Error(error)) if !is_forced && self.is_reading(&caller.key.text) => {
                (caller.flight, caller.failed, caller.disk_ends) = (None, Some(error.clone()), None);
                self.callers.push(caller);
            }
            (_, Origin::Error(error)) => self.settle(caller.call, Outcome::Rejected(error.clone())),
            (_, Origin::Nowhere) => self.settle(caller.call, Outcome::Missing),
        }
    }
}
