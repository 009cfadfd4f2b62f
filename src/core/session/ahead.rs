//! How far this machine's clock is ahead of the server's: what tokens and answers let one conclude of it.
//!
//! A token says when it was issued and when it ends by the server's clock. This machine's may be hours away from that, so
//! both are read here as differences to it, and what they prove is kept as bounds. A bound that newer evidence contradicts
//! is dropped: somebody has set the clock.

/// The bounds, in milliseconds; a clock that is behind is ahead by less than nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    least: Option<i64>,
    most: Option<i64>,
    /// As an answer of the server's stated it.
    measured: Option<i64>,
}

/// The `Date` of an answer has whole seconds, and the way takes its time, in milliseconds.
const TOLERANCE: i64 = 3_000;

impl Ahead {
    /// It is ahead by this much, as far as an answer's `Date` goes.
    pub fn is(&mut self, ahead: i64) {
        *self = Self { measured: Some(ahead), ..Self::default() };
    }

    /// It cannot be ahead by more: no token is older than the time since it was issued.
    pub fn is_at_most(&mut self, ahead: i64) {
        self.most = Some(self.most.map_or(ahead, |most| most.min(ahead)));
        self.least = self.least.filter(|least| *least <= ahead);
        self.measured = self.measured.filter(|measured| *measured <= ahead + TOLERANCE);
    }

    /// It is ahead by this much or more: a token that is over by this clock is good.
    pub fn is_at_least(&mut self, ahead: i64) {
        self.least = Some(self.least.map_or(ahead, |least| least.max(ahead)));
        self.most = self.most.filter(|most| *most >= ahead);
        self.measured = self.measured.filter(|measured| *measured >= ahead - TOLERANCE);
    }

    /// The best guess; `None` if it is known to be wrong and not by how much. A clock is taken for right until something
    /// speaks against it.
    pub fn guess(&self) -> Option<i64> {
        match (self.measured, self.least, self.most) {
            (Some(measured), ..) => Some(measured),
            (_, _, Some(most)) if most < 0 => Some(most),
            (_, Some(least), most) if least > 0 => most,
            _ => Some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn a_clock_is_right_until_something_speaks_against_it() {
        let mut ahead = Ahead::default();
        assert_eq!(ahead.guess(), Some(0));
        ahead.is_at_most(50_000);
        assert_eq!(ahead.guess(), Some(0), "a token that somebody has kept for a while");
        ahead.is_at_most(-HOUR);
        assert_eq!(ahead.guess(), Some(-HOUR), "issued in this clock's future");
    }

    #[test]
    fn a_good_token_that_seems_over_proves_a_clock_ahead_by_about_its_age() {
        let mut ahead = Ahead::default();
        ahead.is_at_least(30_000);
        assert_eq!(ahead.guess(), None);
        ahead.is_at_most(90_000);
        assert_eq!(ahead.guess(), Some(90_000));
        ahead.is_at_most(0);
        assert_eq!(ahead.guess(), Some(0), "the clock has been set right");
        ahead.is_at_least(HOUR);
        assert_eq!(ahead.guess(), None, "and wrong again");
    }

    #[test]
    fn an_answer_that_states_the_time_counts_until_it_is_contradicted() {
        let mut ahead = Ahead::default();
        ahead.is_at_least(HOUR);
        ahead.is(2 * HOUR);
        assert_eq!(ahead.guess(), Some(2 * HOUR));
        ahead.is_at_most(2 * HOUR - 1_000);
        assert_eq!(ahead.guess(), Some(2 * HOUR), "within what such an answer is good for");
        ahead.is_at_most(0);
        assert_eq!(ahead.guess(), Some(0));
    }
}
