//! Who leads: whoever holds the lock, under an epoch that no other leader has had.

use super::following::ASK_AGAIN;
use super::message::{Epoch, Message};
use super::output::{Action, Output};
use super::relay::Relay;
use super::role::{Reason, Role};
use super::{Tabs, Timer};
use crate::core::ids::TabId;
use crate::core::time::Instant;

/// How often a leader tells the others that it is there, in milliseconds.
const BEAT: u64 = 1_000;
/// After this silence of the leader's a visible tab takes the lead, in milliseconds.
const SILENCE: u64 = 3_000;
/// Tabs side by side do not take it at once: each waits up to so much longer, in milliseconds.
const SPREAD: u64 = 300;
/// A timer that goes off so much late tells that this tab itself was asleep or held up, in milliseconds.
const LATE: u64 = 1_000;
/// A leader that has stood down learns within this that it lost the lock, in milliseconds.
const RECHECK: u64 = 500;

impl<R: Relay> Tabs<R> {
    /// This tab holds the lock, and leads. Its own machine serves from now on; to the others nothing is said before the
    /// epoch is drawn.
    pub(super) fn granted(&mut self, now: Instant) {
        if matches!(self.role, Role::Leading { .. }) {
            return;
        }
        self.stats.led += 1;
        self.lose_leader(now);
        self.is_silent = false;
        self.leader.is_taken_over = false;
        self.timers.clear(&Timer::Hello);
        self.timers.clear(&Timer::Silence);
        self.timers.clear(&Timer::Recheck);
        self.role = Role::Leading { epoch: None };
        self.count = 1;
        self.serve(now);
        self.draw();
    }

    fn draw(&mut self) {
        if let Some(membership) = self.membership {
            self.tell(Output::Draw { membership, above: self.highest });
        }
    }

    /// The epoch is there: the others may be led.
    pub(super) fn drawn(&mut self, now: Instant, epoch: Epoch) {
        if self.role != (Role::Leading { epoch: None }) {
            return;
        }
        if epoch <= self.highest {
            self.draw();
            return;
        }
        self.highest = epoch;
        self.role = Role::Leading { epoch: Some(epoch) };
        // Told even if there is nobody: a leader that was frozen hears of it before anything else.
        self.beat(now);
    }

    pub(super) fn beat(&mut self, now: Instant) {
        let Role::Leading { epoch: Some(epoch) } = self.role else { return };
        self.look_after_followers(now);
        self.count = 1 + self.followers.len() as u32;
        self.post(None, Message::Beat { epoch, tabs: self.count });
        self.mind_beat(now);
    }

    /// Nobody needs to be told that a tab leads that is the only one.
    pub(super) fn mind_beat(&mut self, now: Instant) {
        if self.followers.is_empty() {
            self.timers.clear(&Timer::Beat);
        } else if !self.timers.is_set(&Timer::Beat) {
            self.timers.set(Timer::Beat, now.after(BEAT));
        }
    }

    /// Another tab has taken the lock.
    pub(super) fn lost(&mut self, now: Instant) {
        self.stand_down(now);
        self.timers.clear(&Timer::Recheck);
        self.tell(Output::Action(Action::Queue));
    }

    /// Another tab leads, or is about to: nothing is done any more in the name of the others. That is no error.
    pub(super) fn stand_down(&mut self, now: Instant) {
        if self.resign(now) {
            self.unserve(now);
            self.heard_at = now;
            self.mind_silence(now);
        }
    }

    /// A tab of another protocol leads: this one goes on for itself.
    fn stand_aside(&mut self, now: Instant) {
        if !matches!(self.role, Role::Alone(_)) {
            self.resign(now);
            self.serve_alone(now, Reason::Protocol);
            self.timers.set(Timer::Hello, now.after(ASK_AGAIN));
        }
    }

    /// This tab leads no longer; whether it did.
    fn resign(&mut self, now: Instant) -> bool {
        if !matches!(self.role, Role::Leading { .. }) {
            return false;
        }
        self.timers.clear(&Timer::Beat);
        self.role = Role::Waiting;
        self.forget_followers(now);
        self.timers.set(Timer::Recheck, now.after(RECHECK));
        true
    }

    /// This tab has stood down and has not been told that it lost the lock.
    pub(super) fn recheck(&mut self) {
        self.tell(Output::Action(Action::Check));
    }

    /// Nobody else leads after all: this tab does, under an epoch above all it has heard of.
    pub(super) fn checked(&mut self, now: Instant, is_held: bool) {
        if is_held {
            self.granted(now);
        }
    }

    /// A tab says that it leads.
    pub(super) fn heard_leader(
        &mut self,
        now: Instant,
        from: TabId,
        epoch: Epoch,
        is_understood: bool,
        build: u64,
    ) {
        let own = match self.role {
            // Of what it has heard of before its epoch is drawn, it is the successor.
            Role::Leading { epoch } => Some((epoch.unwrap_or(self.highest), self.tab)),
            Role::Following { leader, epoch } => Some((epoch, leader)),
            Role::Waiting | Role::Alone(_) => None,
        };
        let is_drawing = self.role == (Role::Leading { epoch: None });
        let is_former = own.is_some_and(|own| (epoch, from) < own) || (is_drawing && epoch == self.highest);
        if epoch < self.highest || is_former {
            self.stats.stale += 1;
            self.correct(now);
            return;
        }
        self.highest = epoch;
        self.heard_at = now;
        self.is_silent = false;
        // One of the two has lost the lock. Whoever has not will lead under a higher number.
        if is_understood {
            self.stand_down(now);
        } else {
            self.stand_aside(now);
        }
        if build < self.config.build && !self.leader.is_taken_over {
            self.leader.is_taken_over = true;
            self.post(None, Message::TakeOver);
            self.steal();
            return;
        }
        if !is_understood {
            return;
        }
        self.mind_silence(now);
        if own != Some((epoch, from)) || matches!(self.role, Role::Waiting) {
            self.look_for(now, from, epoch);
        }
    }

    /// Some tab takes itself for the leader and does not know of a higher epoch: it is told. If it holds the lock all the
    /// same, because nobody had told it when it drew its epoch, it draws another.
    fn correct(&mut self, now: Instant) {
        if self.corrected_at.is_none_or(|at| now.since(at) >= BEAT) {
            self.corrected_at = Some(now);
            self.post(None, Message::Higher { epoch: self.highest });
        }
    }

    /// Somebody has led since this tab began to: it has lost the lock, or its epoch was drawn too low.
    pub(super) fn heard_higher(&mut self, now: Instant, epoch: Epoch) {
        if matches!(self.role, Role::Leading { epoch: Some(own) } if own < epoch) {
            self.highest = self.highest.max(epoch);
            self.stand_down(now);
        }
    }

    /// A tab of a newer build takes the lead. What it does not do in time is found out.
    pub(super) fn taken_over(&mut self, now: Instant, build: u64, is_understood: bool) {
        match self.role {
            Role::Leading { .. } if build <= self.config.build => {}
            Role::Leading { .. } if is_understood => self.stand_down(now),
            Role::Leading { .. } => self.stand_aside(now),
            _ => {}
        }
    }

    fn steal(&mut self) {
        self.stats.stolen += 1;
        self.tell(Output::Action(Action::Steal));
    }

    pub(super) fn set_visible(&mut self, now: Instant, is_visible: bool) {
        // Whoever is seen is back, whether or not an event has said so.
        if is_visible {
            self.resume(now);
        }
        if std::mem::replace(&mut self.is_visible, is_visible) != is_visible {
            self.heard_at = now;
            self.mind_silence(now);
            self.tell_seen(now);
        }
    }

    /// Whoever depends on another tab watches whether it is there, if anybody sees that. The timers of hidden pages are
    /// too late to tell.
    pub(super) fn mind_silence(&mut self, now: Instant) {
        self.timers.clear(&Timer::Silence);
        if self.depends() && self.is_visible {
            let spread = self.rng.up_to(SPREAD);
            self.timers.set(Timer::Silence, now.after(SILENCE + spread));
        }
    }

    /// The leader has said nothing for long. If this tab itself was held up, it listens a while longer.
    pub(super) fn leader_is_silent(&mut self, now: Instant, deadline: Instant) {
        self.heard_at = if now.since(deadline) < LATE { self.heard_at } else { now };
        self.mind_silence(now);
        if now.since(deadline) < LATE {
            self.is_silent = true;
            self.steal();
        }
    }
}
