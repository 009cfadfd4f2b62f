//! The link's heartbeats: when one goes out, how long its answer may take, and what an overdue answer means.

use super::{ASLEEP, HeldUp, LATE, LINGER, Link, Overdue, Standing, UNREAD_OFFLINE};
use crate::core::connectivity::Timer;
use crate::core::connectivity::liveness::Doubt;
use crate::core::time::{Instant, Timers};

impl Link {
    /// So many frames have come, the last of them at this moment. Whether that proves a socket alive that was not trusted.
    pub fn hear(&mut self, at: Instant, frames: u32) -> bool {
        let Some(open) = &mut self.open else { return false };
        open.life.hear(at, frames);
        open.standing != Standing::Trusted && open.life.is_asking() && open.life.is_proven()
    }

    /// Whether to ask now, for that reason, or a question that is out serves.
    pub fn may_ask(&self, now: Instant, doubt: Doubt, timers: &Timers<Timer>) -> bool {
        self.open.as_ref().is_some_and(|open| match doubt {
            Doubt::Usual => !timers.is_set(&Timer::HeartbeatTimeout),
            // Its answer says nothing of what the browser has noticed since.
            Doubt::Offline => true,
            // What was asked of a socket that is only suspected may be answered yet, and is waited for no longer than before.
            Doubt::Return if open.standing != Standing::Down => !timers.is_set(&Timer::HeartbeatTimeout),
            Doubt::Return => !open.life.has_just_asked(now),
        })
    }

    /// When to ask next, if not now: the server has said something meanwhile.
    pub fn is_too_early(&self, now: Instant, timers: &mut Timers<Timer>) -> bool {
        let Some(open) = &self.open else { return true };
        let next = open.life.next_question(self.rhythm());
        if next > now {
            timers.set(Timer::Heartbeat, next);
        }
        next > now
    }

    /// Whether the server has closed the socket by now, because it was asked nothing for so long.
    pub fn was_left_alone(&self, now: Instant) -> bool {
        self.open.as_ref().is_some_and(|open| now.since(open.life.asked()) > LINGER)
    }

    /// A heartbeat goes out. What holds up the server holds up its answer too.
    pub fn ask(&mut self, now: Instant, doubt: Doubt, timers: &mut Timers<Timer>) {
        let rhythm = self.rhythm();
        let Some(open) = &mut self.open else { return };
        let HeldUp { by_all: silence, by_later: later } = open.held_up;
        open.held_up.by_later = 0;
        let former = open.life.doubt();
        let allowed = open.life.ask(now, doubt, rhythm);
        open.is_given_up = false;
        timers.clear(&Timer::Heartbeat);
        // No more time is given than there was, lest a network that comes and goes puts off the end for ever; but what
        // was sent since then may hold up this answer too. Once the application has been told there is no haste.
        let is_bounded = match doubt {
            Doubt::Usual => false,
            Doubt::Offline => true,
            Doubt::Return => open.standing != Standing::Down,
        };
        let before = timers.deadline(&Timer::HeartbeatTimeout).filter(|_| is_bounded);
        let before = before.map(|before| before.after(later));
        timers.set(Timer::HeartbeatTimeout, sooner(now.after(allowed.timeout + silence), before));
        match doubt {
            Doubt::Usual if open.standing == Standing::Trusted => {
                timers.set(Timer::Suspicion, now.after(allowed.suspicion + silence));
            }
            // Whatever holds up the server, without a network nothing comes.
            Doubt::Offline if open.standing != Standing::Down => {
                let before = timers.deadline(&Timer::Suspicion).filter(|_| former != Some(Doubt::Usual));
                timers.set(Timer::Suspicion, sooner(now.after(allowed.suspicion), before));
            }
            _ => {}
        }
    }

    /// The page was busy when it was to be told that there is no network: reads first what has come.
    pub fn read_first(&self, now: Instant, timers: &mut Timers<Timer>) {
        let read = now.after(UNREAD_OFFLINE);
        timers.set(Timer::Suspicion, read);
        if let Some(timeout) = timers.deadline(&Timer::HeartbeatTimeout) {
            timers.set(Timer::HeartbeatTimeout, timeout.max(read));
        }
    }

    /// The server is held up by more than before, or by less: then an answer is awaited no longer than it may take.
    pub fn hold_up(&mut self, now: Instant, held_up: HeldUp, timers: &mut Timers<Timer>) {
        let Some(open) = &mut self.open else { return };
        open.held_up = held_up;
        let Some(allowed) = open.life.allowed() else { return };
        let waits = [(Timer::Suspicion, allowed.suspicion), (Timer::HeartbeatTimeout, allowed.timeout)];
        for (timer, wait) in waits {
            let deadline = now.after(wait + held_up.by_all);
            if timers.deadline(&timer).is_some_and(|set| deadline < set) {
                timers.set(timer, deadline);
            }
        }
    }

    /// The heartbeat has been answered: how many milliseconds that took; `None` if no answer is awaited.
    pub fn answered(&mut self, now: Instant, timers: &mut Timers<Timer>) -> Option<u64> {
        let millis = self.open.as_mut()?.life.answered(now)?;
        self.schedule_next_question(now, timers);
        self.is_excused = false;
        Some(millis)
    }

    pub(super) fn schedule_next_question(&self, now: Instant, timers: &mut Timers<Timer>) {
        timers.clear(&Timer::Suspicion);
        timers.clear(&Timer::HeartbeatTimeout);
        if let Some(open) = &self.open {
            // A question that was put off is not one that sleep held up.
            timers.set(Timer::Heartbeat, open.life.next_question(self.rhythm()).max(now));
        }
    }

    /// The answer was due at `deadline` and has not come.
    pub fn overdue(&mut self, now: Instant, deadline: Instant, timers: &mut Timers<Timer>) -> Overdue {
        let Some(open) = self.open.as_ref().filter(|open| open.life.is_asking()) else {
            return Overdue::Alive;
        };
        let late = now.since(deadline);
        if late > ASLEEP || (late > LATE && !self.is_excused) {
            self.is_excused = true;
            Overdue::Asleep
        } else if open.life.is_proven() {
            self.schedule_next_question(now, timers);
            Overdue::Alive
        } else {
            Overdue::Silent
        }
    }
}

fn sooner(deadline: Instant, before: Option<Instant>) -> Instant {
    before.map_or(deadline, |before| before.min(deadline))
}
