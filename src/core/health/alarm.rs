//! When an alert is told, reminded of and taken back.

use std::rc::Rc;

use super::settling::earlier;
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

impl Alert {
    /// One of another tab's, before anything of it is known.
    pub(super) fn blank(now: Instant) -> Self {
        Self {
            name: "".into(),
            severity: Severity::Info,
            status: Status::Unknown,
            previous: Status::Unknown,
            message: None,
            since: now,
            lasted: 0,
            is_recovery: false,
            is_reminder: false,
            count: 0,
            is_own: false,
        }
    }
}

/// What an alert is decided by.
#[derive(Debug)]
pub(super) struct Condition<'a> {
    pub(super) name: &'a str,
    pub(super) status: Status,
    /// Since when it has this status.
    pub(super) since: Instant,
    pub(super) is_critical: bool,
    pub(super) message: Option<&'a Rc<str>>,
    /// How long it has to have it before anybody is told, in milliseconds.
    pub(super) hold: u64,
    /// The interval of reminders, in milliseconds.
    pub(super) reminder: u64,
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
    /// What is to be told now; `next` becomes no later than when to look again, if nothing changes.
    ///
    /// Each trouble is told once, again if it gets worse, and then once an interval of reminders; its end is told once.
    /// While nothing is known, nothing is told. What flaps is told to be well only once it has been for a while, so a
    /// storm of alerts ends with the one that says what is wrong.
    pub(super) fn step(
        &mut self,
        now: Instant,
        condition: &Condition<'_>,
        next: &mut Option<Instant>,
    ) -> Option<Alert> {
        let Condition { status, since, hold, reminder, .. } = *condition;
        let is_recovery = status == Status::Healthy;
        let (due, is_reminder) = match &self.open {
            _ if status == Status::Unknown => return None,
            None if is_recovery => return None,
            Some(_) if is_recovery && self.openings >= FLAPS => {
                (since.after(hold.max(reminder / CALM)), false)
            }
            Some(open) if !is_recovery && status <= open.status => {
                (instant(open.told.saturating_add_unsigned(reminder)), true)
            }
            _ => (since.after(hold), false),
        };
        if now < due {
            *next = earlier(*next, Some(due));
            return None;
        }
        let at = signed(now);
        let open = self.open.unwrap_or_else(|| {
            let is_again = at.saturating_sub(self.closed) < reminder.cast_signed();
            self.openings = if is_again { self.openings.saturating_add(1) } else { 1 };
            Open { status: Status::Healthy, since: signed(since), told: at, count: 0 }
        });
        let count = open.count.saturating_add(1);
        let end = if is_recovery { signed(since) } else { at };
        if is_recovery {
            self.open = None;
            self.closed = at;
        } else {
            self.open = Some(Open { status, told: at, count, ..open });
            *next = earlier(*next, Some(now.after(reminder)));
        }
        Some(Alert {
            name: condition.name.into(),
            severity: match status {
                Status::Unhealthy if condition.is_critical => Severity::Critical,
                Status::Healthy => Severity::Info,
                _ => Severity::Warning,
            },
            status,
            previous: open.status,
            message: condition.message.cloned(),
            since: instant(open.since),
            lasted: end.saturating_sub(open.since).max(0).cast_unsigned(),
            is_recovery,
            is_reminder,
            count,
            is_own: true,
        })
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

    /// Whether nothing was ever told.
    pub(super) const fn is_untouched(&self) -> bool {
        self.openings == 0
    }
}

/// The moment; the origin if it was before that.
fn instant(at: i64) -> Instant {
    Instant::from_millis(at.max(0).cast_unsigned())
}
