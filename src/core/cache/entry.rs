//! An entry in memory.

use std::rc::Rc;

use super::counting::KEY;
use super::generation::Generation;
use super::header::Header;
use super::input::{Key, SlotId};
use super::output::{Slot, State};
use crate::core::time::Instant;

/// How far the wall clock may have been set back since something was stored, in milliseconds. What lies further ahead was stored
/// by a clock that was wrong: nobody knows how old it is.
const AHEAD: u64 = 60_000;

/// How an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Fresh,
    Stale,
    /// Too old to be shown.
    Gone,
}

/// An entry in memory.
#[derive(Debug)]
pub(super) struct Entry<P> {
    pub(super) id: SlotId,
    pub(super) key: Key,
    pub(super) value: Option<P>,
    pub(super) header: Header,
    /// The larger, the later it was last given.
    pub(super) used: u64,
    /// When it is fetched anew although it is fresh.
    pub(super) eager: Option<Instant>,
    /// The last fetch has failed: none is begun before this.
    pub(super) throttled: Option<Instant>,
    /// Another tab has changed it: it is being read again, and shown meanwhile.
    pub(super) is_suspect: bool,
    /// The application has set it in this tab. Nobody else may have it.
    pub(super) is_set: bool,
}

impl Header {
    /// The tag that the entry of a key has by that.
    pub(super) fn own(&self, key: &str) -> Option<&(Rc<str>, Generation)> {
        self.tags.iter().find(|(tag, _)| tag.strip_prefix(KEY) == Some(key))
    }

    /// Whether it was stored after a moment of the wall clock. What lies ahead of that was stored by a clock that was wrong.
    pub(super) const fn is_later(&self, moment: u64, wall: u64) -> bool {
        self.stored > moment && self.stored <= wall
    }

    /// How old its value is, in milliseconds.
    pub(super) fn age(&self, wall: u64) -> u64 {
        if self.stored > wall.saturating_add(AHEAD) {
            return self.ttl;
        }
        wall.saturating_sub(self.stored)
    }

    pub(super) fn standing(&self, wall: u64) -> Standing {
        let age = self.age(wall);
        if age < self.ttl {
            Standing::Fresh
        } else if age < self.ttl.saturating_add(self.stale) {
            Standing::Stale
        } else {
            Standing::Gone
        }
    }
}

impl<P: Clone> Entry<P> {
    /// How old it is, in milliseconds.
    pub(super) fn age(&self, wall: u64) -> u64 {
        self.header.age(wall)
    }

    pub(super) fn standing(&self, wall: u64) -> Standing {
        self.header.standing(wall)
    }

    /// When that changes next, on the driver's clock.
    pub(super) fn turn(&self, now: Instant, wall: u64) -> Option<Instant> {
        let (age, ttl) = (self.age(wall), self.header.ttl);
        let left = match self.standing(wall) {
            Standing::Fresh => ttl.saturating_sub(age),
            Standing::Stale => ttl.saturating_add(self.header.stale).saturating_sub(age),
            Standing::Gone => return None,
        };
        Some(now.after(left))
    }

    /// As it is told.
    pub(super) fn state(&self, wall: u64) -> State {
        match self.standing(wall) {
            Standing::Fresh => State::Fresh,
            _ if self.throttled.is_some() => State::Degraded,
            _ => State::Stale,
        }
    }

    /// For JavaScript's table.
    pub(super) fn slot(&self, now: Instant, wall: u64) -> Slot<P> {
        let until = match self.standing(wall) {
            Standing::Fresh if !self.is_suspect => {
                let turn = self.turn(now, wall).unwrap_or(now);
                wall.saturating_add(self.eager.map_or(turn, |eager| eager.min(turn)).since(now))
            }
            _ => 0,
        };
        Slot {
            id: self.id,
            value: self.value.clone(),
            version: self.header.version.clone(),
            since: wall.saturating_sub(self.age(wall)),
            until,
            state: self.state(wall),
        }
    }
}
