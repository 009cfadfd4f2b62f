//! A clock that may be set back, read as one that may not.

use crate::core::time::Instant;

/// So far back a reading may lie behind an earlier one without the clock having been set, in milliseconds: it was taken
/// before, and comes late.
const LATE: u64 = 1_000;

/// A clock that may be set back, read as one that may not: it goes on from where it was.
#[derive(Debug, Default)]
pub struct Steady {
    seen: u64,
    /// By how much it has been set back, all told, in milliseconds.
    behind: u64,
}

impl Steady {
    /// The moment of a reading, as all later moments are told here.
    pub fn read(&mut self, now: Instant) -> Instant {
        let at = now.after(self.behind).as_millis();
        if at.saturating_add(LATE) < self.seen {
            self.behind = self.behind.saturating_add(self.seen - at);
        }
        self.seen = self.seen.max(at);
        Instant::from_millis(self.seen)
    }

    /// As [`Steady::read`] without remembering it.
    pub fn peek(&self, now: Instant) -> Instant {
        now.after(self.behind).max(Instant::from_millis(self.seen))
    }

    /// What the clock itself says at a moment.
    pub const fn said(&self, moment: Instant) -> Instant {
        Instant::from_millis(moment.as_millis().saturating_sub(self.behind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_goes_on_from_where_it_was() {
        let mut clock = Steady::default();
        for (says, at) in
            [(5_000, 5_000), (9_000, 9_000), (8_500, 9_000), (9_100, 9_100), (100, 9_100), (600, 9_600)]
        {
            let says = Instant::from_millis(says);
            assert_eq!(clock.peek(says).as_millis(), at);
            assert_eq!(clock.read(says).as_millis(), at);
        }
        assert_eq!(clock.said(Instant::from_millis(9_700)).as_millis(), 700);
    }

    #[test]
    fn readings_that_come_late_by_turns_do_not_speed_it_up() {
        let mut clock = Steady::default();
        for step in 0..1_000 {
            clock.read(Instant::from_millis(10_000 + step));
            clock.read(Instant::from_millis(9_500 + step));
        }
        assert_eq!(clock.read(Instant::from_millis(20_000)).as_millis(), 20_000);
    }
}
