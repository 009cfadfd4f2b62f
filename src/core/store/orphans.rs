//! The leader's round: what tabs that are gone have left in their spills is merged into the outbox, and what is left of
//! wiped incarnations, of any user of the project, is deleted.
//!
//! A merge needs no epoch: whoever merges, and how often, an entry counts once. A spill is deleted only when all of it is
//! known to be committed in the outbox. Should its tab not be gone after all, it finds its spill replaced, and writes what it
//! holds into a new one.

use std::rc::Rc;

use super::database::{Link, regroup};
use super::input::Timer;
use super::names::{Kind, Owner, SHARED};
use super::operation::{Answer, Failure, Operation};
use super::segment::Seen;
use super::sweeping::Sweep;
use super::{DEADLINE, Life, Purpose, Store};
use crate::core::time::Instant;

/// How long after it has begun to lead the first round is made, and the pause between rounds, in milliseconds.
const FIRST_ROUND: u64 = 1_000;
const ROUND: u64 = 60_000;
/// How long a tab has to be gone before what was seen of it is forgotten, in milliseconds: a page that is put away holds no
/// lock, and comes back with what it had in memory.
const GONE: u64 = 3_600_000;

/// What a round has found.
#[derive(Debug, Default)]
pub(super) struct Round {
    names: Vec<String>,
    /// The spills whose entries are in the queue.
    adopted: Vec<u64>,
    /// What the outbox was read up to when the round began.
    began: u64,
    /// Since when this tab has been alone and there has been no spill, and how far the outbox had been read before.
    alone: Option<(Instant, u64)>,
    /// Since when tabs have been gone that the log knows.
    gone: Vec<(u64, Instant)>,
}

impl Round {
    /// Whether a tab has been gone for so long that it does not come back.
    pub fn is_long_gone(&self, now: Instant, origin: u64) -> bool {
        self.gone.iter().any(|(gone, since)| *gone == origin && now.since(*since) >= GONE)
    }

    /// Whether nobody can append any more what was made before this segment of the outbox.
    pub fn is_settled(&self, now: Instant, segment: u64) -> bool {
        self.alone.is_some_and(|(since, through)| now.since(since) >= GONE && segment <= through)
    }
}

impl<P: Clone> Store<P> {
    pub(super) fn plan_round(&mut self, now: Instant) {
        if self.is_leading() && self.is_used {
            self.timers.set(Timer::Round, now.after(FIRST_ROUND));
        }
    }

    pub(super) fn begin_round(&mut self, now: Instant) {
        if !self.is_leading() || self.life != Life::Running {
            return;
        }
        self.timers.set(Timer::Round, now.after(ROUND));
        self.round.began = self.databases.get(Kind::Outbox).map_or(0, |outbox| outbox.index.through);
        let prefix = self.owner.project();
        self.ask(now, Purpose::RoundNames, Operation::Names { prefix }, DEADLINE);
    }

    pub(super) fn round_names(&mut self, now: Instant, result: &Result<Answer<P>, Failure>) {
        if let (Ok(Answer::Names(names)), Life::Running) = (result, self.life) {
            self.round.names.clone_from(names);
            let prefix = self.owner.project();
            self.ask(now, Purpose::RoundMarks, Operation::ReadMarks { prefix }, DEADLINE);
        }
    }

    pub(super) fn round_marks(&mut self, now: Instant, result: &Result<Answer<P>, Failure>) {
        if self.life != Life::Running {
            return;
        }
        if let Ok(Answer::Marks(marks)) = result {
            let mut sweep = Sweep::default();
            for name in &self.round.names {
                if let Some((path, incarnation)) = Owner::incarnation_of(name)
                    && marks.iter().any(|(name, mark)| name == path && incarnation < *mark)
                {
                    sweep.add(name.as_str().into());
                }
            }
            if !sweep.is_empty() && self.sweep.is_none() {
                self.sweep = Some(sweep);
                self.timers.set(Timer::Sweep, now.after(DEADLINE));
                self.begin_sweep(now);
            }
        }
        let prefix = self.owner.locks();
        self.ask(now, Purpose::RoundHeld, Operation::Held { prefix }, DEADLINE);
    }

    pub(super) fn round_held(&mut self, now: Instant, result: &Result<Answer<P>, Failure>) {
        if self.life != Life::Running {
            return;
        }
        let mut live = Vec::new();
        let is_known = match result {
            Ok(Answer::Names(locks)) => {
                for lock in locks {
                    if let Some(origin) = self.owner.origin_of_lock(lock) {
                        live.push(origin);
                    }
                }
                true
            }
            // Where nobody can say which tabs live, each other spill is taken for an orphan. A tab that lives finds its
            // own replaced, and has in memory what was in it.
            Err(Failure::Refused) => false,
            _ => return,
        };
        let (mut spills, mut names) = (Vec::new(), Vec::new());
        for name in std::mem::take(&mut self.round.names) {
            // One of a later incarnation was never wiped: a tab kept what it promised there before it learnt that the site's
            // data had been cleared, the mark among them.
            if let Some((incarnation, Kind::Spill(origin))) = self.owner.parse(&name)
                && incarnation >= self.incarnation
            {
                spills.push(origin);
                names.push(name);
            }
        }
        let is_alone = is_known && spills.is_empty() && live.iter().all(|origin| *origin == self.origin);
        self.round.alone = self.round.alone.or(Some((now, self.round.began))).filter(|_| is_alone);
        if is_known {
            self.note_gone(now, &live, &spills);
        }
        for (origin, name) in spills.into_iter().zip(names) {
            if origin != self.origin && !live.contains(&origin) {
                self.open_orphan(now, Kind::Spill(origin), &name);
            }
        }
    }

    /// A tab that is gone may have left several: each has its turn.
    fn open_orphan(&mut self, now: Instant, kind: Kind, name: &str) {
        let Some(database) = self.database(kind) else { return };
        if database.link == Link::Closed {
            database.name = name.into();
            self.open(now, kind);
        }
    }

    fn note_gone(&mut self, now: Instant, live: &[u64], spills: &[u64]) {
        let former = std::mem::take(&mut self.round.gone);
        for &kind in &SHARED {
            let Some(database) = self.databases.get(kind) else { continue };
            for Seen { origin, .. } in database.index.seen() {
                let is_gone = *origin != self.origin && !live.contains(origin) && !spills.contains(origin);
                if is_gone && !self.round.gone.iter().any(|(gone, _)| gone == origin) {
                    let known = former.iter().find(|(gone, _)| gone == origin);
                    self.round.gone.push(*known.unwrap_or(&(*origin, now)));
                }
            }
        }
    }

    /// A spill of a tab that is gone has been read: what the outbox lacks is put into its queue, in the tab's order.
    pub(super) fn adopt(&mut self, now: Instant, kind: Kind) {
        let Kind::Spill(origin) = kind else { return };
        if !self.is_orphan(kind) {
            return;
        }
        let Some(outbox) = self.databases.get(Kind::Outbox) else { return };
        let Some(spill) = self.databases.get(kind) else { return };
        let unread = outbox.unread();
        let mut groups = Vec::new();
        for (key, slot) in spill.index.slots() {
            let Some(entry) = slot.entry(key) else { continue };
            if !outbox.index.has_seen(slot.id) && !unread.iter().any(|unread| unread.id == slot.id) {
                regroup(&mut groups, slot.segment, entry, now);
            }
        }
        if !groups.is_empty()
            && let Some(spill) = self.databases.get_mut(kind)
        {
            spill.is_confirmed = false;
        }
        for mut group in groups {
            group.is_spilled = true;
            group.orphan = Some(origin);
            self.enqueue(Kind::Outbox, group);
        }
        if !self.round.adopted.contains(&origin) {
            self.round.adopted.push(origin);
        }
        self.flush(now, Kind::Outbox);
        self.finish_orphans(now);
    }

    /// Deletes the spills of which the outbox has everything.
    pub(super) fn finish_orphans(&mut self, now: Instant) {
        for origin in self.round.adopted.clone() {
            let kind = Kind::Spill(origin);
            let is_reading = self.asked(Purpose::Read(kind)).is_some();
            let Some(outbox) = self.databases.get(Kind::Outbox) else { return };
            let is_left = outbox.queue.iter().any(|group| group.orphan == Some(origin));
            if outbox.link != Link::Ready || is_left || is_reading {
                continue;
            }
            let Some(spill) = self.databases.get_mut(kind) else { continue };
            if !std::mem::replace(&mut spill.is_confirmed, true) {
                // Its tab may have come back for a moment since it was read.
                self.read(now, kind, DEADLINE);
                continue;
            }
            let (name, is_whole) = (Rc::clone(&spill.name), spill.unreadable.is_empty());
            self.close(kind);
            if is_whole {
                self.ask(now, Purpose::Delete, Operation::Delete { name }, DEADLINE);
            }
            self.forget_orphan(kind);
        }
    }

    pub(super) fn forget_orphan(&mut self, kind: Kind) {
        if let Kind::Spill(origin) = kind
            && let Some(at) = self.round.adopted.iter().position(|adopted| *adopted == origin)
        {
            self.round.adopted.remove(at);
        }
        self.databases.remove(kind);
    }
}
