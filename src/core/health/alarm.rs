//! When an alert is told, reminded of and taken back.

use std::rc::Rc;

use super::status::{Severity, Status};
use crate::core::time::Instant;

/// Whoever goes down this often within one interval of reminders flaps.
const FLAPS: u32 = 3;
/// The part of the interval of reminders that what flaps has to be well before that is told.
const CALM: u64 = 4;

/// What somebody should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Of which check; [`NETWORK`](super::NETWORK) if it is us.
    pub name: Rc<str>,
    /// How much it matters.
    pub severity: Severity,
    /// How it is.
    pub status: Status,
    /// How it was: as told last, otherwise healthy.
    pub previous: Status,
    /// What the check says, at most 200 characters.
    pub message: Option<Rc<str>>,
    /// Since when there is trouble, or was; the origin of time if that was before this page.
    pub since: Instant,
    /// How long the trouble has lasted, in milliseconds, or did last.
    pub lasted: u64,
    /// The trouble is over.
    pub is_recovery: bool,
    /// This was told before, and is still so.
    pub is_reminder: bool,
    /// How many alerts of this trouble there were, with this one.
    pub count: u32,
    /// Whether it was found here. Otherwise another tab has: what is to be done once for a user is done there.
    pub is_own: bool,
}

/// What an alert is decided by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Condition {
    pub(super) status: Status,
    /// Since when it has this status.
    pub(super) since: Instant,
    /// How long it has to have it before anybody is told, in milliseconds.
    pub(super) hold: u64,
    /// The interval of reminders, in milliseconds.
    pub(super) reminder: u64,
}

/// What is to be told of a trouble. Times are signed, because it may have begun before this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) status: Status,
    pub(super) previous: Status,
    pub(super) since: i64,
    pub(super) lasted: u64,
    pub(super) is_reminder: bool,
    pub(super) count: u32,
}

/// A trouble that was told and is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Open {
    /// As it was told last.
    pub(super) status: Status,
    pub(super) since: i64,
    /// When it was told last.
    pub(super) told: i64,
    pub(super) count: u32,
}

/// What was told of one check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alarm {
    pub(super) open: Option<Open>,
    /// How often trouble began with no more than an interval of reminders in between.
    openings: u32,
    /// When the last one was over.
    closed: i64,
}

/// On the scale of these times.
pub(super) const fn signed(at: Instant) -> i64 {
    at.as_millis().cast_signed()
}

impl Alarm {
    /// What is to be told now; `next` becomes no later than when to look again.
    pub(super) fn turn(
        &mut self,
        now: Instant,
        condition: Condition,
        next: &mut Option<Instant>,
    ) -> Option<Told> {
        let told = self.step(now, condition);
        let deadline = match told {
            // What comes next, such as a reminder.
            Ok(_) => self.step(now, condition).err().flatten(),
            Err(deadline) => deadline,
        };
        *next = super::settling::earlier(*next, deadline);
        told.ok()
    }

    /// What is to be told now, or when to look again if nothing changes.
    ///
    /// Each trouble is told once, again if it gets worse, and then once an interval of reminders; its end is told once.
    /// While nothing is known, nothing is told. What flaps is told to be well only once it has been for a while, so a
    /// storm of alerts ends with the one that says what is wrong.
    fn step(&mut self, now: Instant, condition: Condition) -> Result<Told, Option<Instant>> {
        let Condition { status, since, hold, reminder } = condition;
        let at = signed(now);
        let Some(open) = &mut self.open else {
            if !status.is_trouble() {
                return Err(None);
            }
            reached(now, since.after(hold))?;
            let is_again = self.openings > 0 && at.saturating_sub(self.closed) < reminder.cast_signed();
            self.openings = if is_again { self.openings.saturating_add(1) } else { 1 };
            self.open = Some(Open { status, since: signed(since), told: at, count: 1 });
            let lasted = now.since(since);
            let previous = Status::Healthy;
            return Ok(Told { status, previous, since: signed(since), lasted, is_reminder: false, count: 1 });
        };
        let previous = open.status;
        match status {
            Status::Unknown => return Err(None),
            Status::Healthy => {
                let calm = if self.openings >= FLAPS { hold.max(reminder / CALM) } else { hold };
                reached(now, since.after(calm))?;
                let lasted = span(open.since, signed(since));
                let told = Told {
                    status,
                    previous,
                    since: open.since,
                    lasted,
                    is_reminder: false,
                    count: open.count.saturating_add(1),
                };
                self.open = None;
                self.closed = at;
                return Ok(told);
            }
            Status::Degraded | Status::Unhealthy => {}
        }
        let is_reminder = status <= open.status;
        let due = if is_reminder {
            Instant::from_millis(open.told.saturating_add_unsigned(reminder).max(0).cast_unsigned())
        } else {
            since.after(hold)
        };
        reached(now, due)?;
        open.status = status;
        open.told = at;
        open.count = open.count.saturating_add(1);
        let (since, count) = (open.since, open.count);
        Ok(Told { status, previous, since, lasted: span(since, at), is_reminder, count })
    }

    /// Another tab has told this `ago` milliseconds ago, of a trouble that began `before` milliseconds ago; nothing if it
    /// is over.
    pub(super) fn adopt(&mut self, now: Instant, trouble: Option<(Status, u32)>, before: u64, ago: u64) {
        let at = |ago: u64| signed(now).saturating_sub_unsigned(ago);
        if self.open.is_some() && trouble.is_none() {
            self.closed = at(ago);
        } else if self.open.is_none() && trouble.is_some() {
            self.openings = self.openings.max(1);
        }
        self.open = trouble.map(|(status, count)| Open { status, since: at(before), told: at(ago), count });
    }
}

impl Alarm {
    /// Whether nothing was ever told.
    pub(super) const fn is_untouched(&self) -> bool {
        self.openings == 0
    }
}

fn reached(now: Instant, due: Instant) -> Result<(), Option<Instant>> {
    if now < due { Err(Some(due)) } else { Ok(()) }
}

/// Milliseconds from one to the other.
const fn span(from: i64, to: i64) -> u64 {
    let span = to.saturating_sub(from);
    if span < 0 { 0 } else { span.cast_unsigned() }
}
