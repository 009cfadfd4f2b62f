//! What the user's other tabs and the next page load are told of a breaker.

use super::config::Config;
use super::opening;
use super::phase::{Phase, Probing};
use super::state::State;
use crate::core::rng::Rng;
use crate::core::time::Instant;

/// Begins the line; another form would begin otherwise.
const FORM: &str = "1";
/// How much later a tab probes that has only heard of an open breaker, in milliseconds; at most twice that.
const STAGGER: u64 = 200;
/// The latest moment that JavaScript's clock can name.
const MOST_WALL: u64 = 1 << 53;

/// A breaker's state, with times on the wall clock, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The state.
    pub state: State,
    /// When it became so; half-open, when the first probe went out, or before that, when it had opened.
    pub changed: u64,
    /// Until when it is open, or its probes may take; otherwise `changed`.
    pub until: u64,
    /// How often in a row it has opened.
    pub openings: u32,
}

impl Shared {
    /// As one short line.
    pub fn to_text(&self) -> String {
        let numbers = [self.changed, self.until, u64::from(self.openings)].map(|number| number.to_string());
        let [changed, until, openings] = &numbers;
        [FORM, self.state.as_str(), changed, until, openings].join(" ")
    }

    /// From such a line. It comes from the browser's storage and may be anything: `None` if it is none.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        if parts.next()? != FORM {
            return None;
        }
        let name = parts.next()?;
        let state = State::ALL.iter().find(|state| state.as_str() == name)?;
        let mut number = || parts.next()?.parse().ok().filter(|number| *number < MOST_WALL);
        let (changed, until, openings) = (number()?, number()?, number()?);
        let shared = Self { state: *state, changed, until, openings: u32::try_from(openings).ok()? };
        (parts.next().is_none() && until >= changed).then_some(shared)
    }

    /// As a tab takes it in that has only heard of it: whoever has opened the breaker probes first, and the others have heard
    /// of that by the time they would.
    pub fn staggered(self, rng: &mut Rng) -> Self {
        let later = if self.state == State::Open { STAGGER + rng.up_to(STAGGER) } else { 0 };
        Self { until: self.until.saturating_add(later), ..self }
    }

    /// What it means here and now, if it still means anything: what was open longer ago than it could have been open says
    /// nothing. Nobody probes in a half-open breaker of another tab that has no time left.
    pub(super) fn phase(&self, config: &Config, now: Instant, wall: u64) -> Option<Phase> {
        let longest = opening::longest(config);
        let most = match self.state {
            State::Closed => return Some(Phase::Closed),
            State::Isolated => return Some(Phase::Isolated),
            _ if wall.saturating_sub(self.until) > longest => return None,
            State::Open => longest,
            State::HalfOpen => config.probe_timeout,
        };
        Some(match self.remaining(wall, most) {
            0 => Phase::HalfOpen(Probing::default()),
            millis if self.state == State::Open => Phase::open(now.after(millis)),
            millis => Phase::Open { until: now, probed: Some(now.after(millis)) },
        })
    }

    /// How much of its time is left, in milliseconds, at most `most`: neither a clock that was set back nor nonsense in
    /// the storage makes it longer.
    fn remaining(&self, wall: u64, most: u64) -> u64 {
        let whole = self.until.saturating_sub(self.changed);
        self.until.saturating_sub(wall).min(whole).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_read_back_as_it_was_written() {
        for state in State::ALL {
            let shared =
                Shared { state: *state, changed: 1_790_000_000_000, until: 1_790_000_030_000, openings: 3 };
            assert_eq!(Shared::from_text(&shared.to_text()), Some(shared));
        }
        let shared = Shared { state: State::HalfOpen, changed: 5, until: 9, openings: 1 };
        assert_eq!(shared.to_text(), "1 half-open 5 9 1");
    }

    #[test]
    fn who_has_only_heard_of_an_open_breaker_probes_later_and_not_all_at_once() {
        let mut rng = Rng::new(1);
        let shared = Shared { state: State::Open, changed: 5, until: 1_000, openings: 1 };
        let until: Vec<u64> = (0..200).map(|_| shared.staggered(&mut rng).until).collect();
        assert!(until.iter().all(|until| (1_200..=1_400).contains(until)), "{until:?}");
        assert!(until.iter().max() > Some(&1_380) && until.iter().min() < Some(&1_220), "{until:?}");
        for state in [State::Closed, State::HalfOpen, State::Isolated] {
            let other = Shared { state, ..shared };
            assert_eq!(other.staggered(&mut rng), other);
        }
    }

    #[test]
    fn what_is_no_such_line_is_not_read() {
        for text in [
            "",
            " ",
            "1",
            "open",
            "1 open",
            "1 open 5 9",
            "1 open 5 9 1 ",
            "1 open 5 9 1 1",
            "1  open 5 9 1",
            "2 open 5 9 1",
            "1 ajar 5 9 1",
            "1 open -5 9 1",
            "1 open 5 NaN 1",
            "1 open 5 9.5 1",
            "1 open 5 9007199254740992 1",
            "1 open 5 99999999999999999999999 1",
            "1 open 5 9 4294967296",
            "1 open 9 5 1",
            "1 öpen 5 9 1",
        ] {
            assert_eq!(Shared::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn no_change_of_a_line_makes_its_reader_panic() {
        let mut rng = Rng::new(8);
        let line = "1 half-open 1790000000000 1790000030000 3";
        for _ in 0..5_000 {
            let mut bytes = line.as_bytes().to_vec();
            for _ in 0..=rng.up_to(3) {
                let at = rng.up_to(bytes.len() as u64 - 1) as usize;
                bytes[at] = rng.up_to(127) as u8;
            }
            let text = String::from_utf8(bytes).expect("ASCII");
            if let Some(shared) = Shared::from_text(&text) {
                assert!(shared.until >= shared.changed && shared.until < MOST_WALL);
            }
        }
    }
}
