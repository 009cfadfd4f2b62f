//! Finding out when the way to the server is back, where the browser does not say so.
//!
//! A WebSocket that fails is dear: browsers hold attempts back more and more, and each takes its time. A small request
//! that any answer satisfies is cheap, so while the link is down such requests ask, and the first answer after a
//! silence opens the socket at once. They go out in proportion to the outage (a thirtieth of it), which costs a short
//! outage little and a long one few requests. A server that answers and refuses the socket is not hurried: then the
//! backoff alone decides.

use crate::core::rng::Rng;
use crate::core::time::Instant;

/// The first question comes within so many milliseconds of the loss: a server that many clients lose at once is not
/// asked by all of them at once.
const FIRST: u64 = 1_000;
/// The least and the most between questions, in milliseconds.
const LEAST: u64 = 100;
const MOST: u64 = 10_000;
/// The part of the outage between questions.
const PART: u64 = 30;
/// So many times rarer on a connection that is slow or saves data.
const RARER: u64 = 4;
/// How long an answer may take, in milliseconds.
pub const PROBE_TIMEOUT: u64 = 3_000;

/// How far the way to the server is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Way {
    /// Nothing has answered since the loss, or since the last silence.
    #[default]
    Unknown,
    /// Something has answered.
    Open,
    /// Something has answered, and a socket has been tried since: another answer proves nothing new.
    Tried,
}

/// What is known of the way to the server while the link is down.
#[derive(Debug, Default)]
pub struct Reachability {
    since: Option<Instant>,
    way: Way,
    is_asking: bool,
}

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The way is back: open a socket.
    Back,
    /// Ask again after so many milliseconds.
    AskAfter(u64),
    /// Nothing: the backoff decides.
    Nothing,
}

impl Reachability {
    /// The link is lost, or an attempt has failed: milliseconds until the next question.
    pub fn begin(&mut self, now: Instant, rarely: bool, rng: &mut Rng) -> u64 {
        match self.since {
            Some(since) => pause(now, since, rarely, rng),
            None => {
                self.since = Some(now);
                rng.up_to(FIRST)
            }
        }
    }

    /// The link is up, or no longer wanted.
    pub fn end(&mut self) {
        self.since = None;
    }

    /// The link has been up for a while: what was known of the way to it is of the past.
    pub fn forget(&mut self) {
        self.way = Way::Unknown;
    }

    /// Whether to ask now; one question at a time.
    pub fn ask(&mut self) -> bool {
        !std::mem::replace(&mut self.is_asking, true)
    }

    /// A socket is being tried.
    pub fn tried(&mut self) {
        if self.way == Way::Open {
            self.way = Way::Tried;
        }
    }

    /// The question has been answered, by anything, or by nothing.
    pub fn answered(&mut self, now: Instant, answered: bool, rarely: bool, rng: &mut Rng) -> Found {
        self.is_asking = false;
        let Some(since) = self.since else { return Found::Nothing };
        if answered {
            if self.way == Way::Tried {
                return Found::Nothing;
            }
            self.way = Way::Open;
            return Found::Back;
        }
        self.way = Way::Unknown;
        Found::AskAfter(pause(now, since, rarely, rng))
    }
}

/// Milliseconds to the next question in an outage since then.
fn pause(now: Instant, since: Instant, rarely: bool, rng: &mut Rng) -> u64 {
    let part = (now.since(since) / PART).clamp(LEAST, MOST);
    let delay = part / 2 + rng.up_to(part / 2);
    if rarely { delay * RARER } else { delay }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOSS: Instant = Instant::from_millis(50_000);

    #[test]
    fn questions_go_out_in_proportion_to_the_outage() {
        let (mut reach, mut rng) = (Reachability::default(), Rng::new(4));
        assert!(reach.begin(LOSS, false, &mut rng) <= 1_000);
        assert!(
            reach.begin(LOSS.after(6_000), false, &mut rng) <= 200,
            "an attempt failed in the same outage"
        );
        for (outage, least, most) in [(0, 50, 100), (12_000, 200, 400), (3_600_000, 5_000, 10_000)] {
            assert!(reach.ask() && !reach.ask());
            match reach.answered(LOSS.after(outage), false, false, &mut rng) {
                Found::AskAfter(delay) => assert!((least..=most).contains(&delay), "{delay} at {outage}"),
                found => panic!("{found:?}"),
            }
        }
    }

    #[test]
    fn a_socket_that_failed_during_the_silence_proves_nothing() {
        let (mut reach, mut rng) = (Reachability::default(), Rng::new(4));
        reach.begin(LOSS, false, &mut rng);
        reach.tried();
        reach.begin(LOSS, false, &mut rng);
        assert_eq!(reach.answered(LOSS, true, false, &mut rng), Found::Back);
    }

    #[test]
    fn an_answer_opens_a_socket_once_until_there_was_silence_again() {
        let (mut reach, mut rng) = (Reachability::default(), Rng::new(4));
        reach.begin(LOSS, false, &mut rng);
        assert_eq!(reach.answered(LOSS, true, false, &mut rng), Found::Back);
        reach.tried();
        assert_eq!(reach.answered(LOSS, true, false, &mut rng), Found::Nothing);
        assert!(matches!(reach.answered(LOSS, false, false, &mut rng), Found::AskAfter(_)));
        assert_eq!(reach.answered(LOSS, true, false, &mut rng), Found::Back);
        reach.end();
        assert_eq!(reach.answered(LOSS, true, false, &mut rng), Found::Nothing);
    }

    #[test]
    fn a_link_that_was_up_for_a_moment_is_not_hurried_after() {
        let (mut reach, mut rng) = (Reachability::default(), Rng::new(4));
        reach.begin(LOSS, false, &mut rng);
        assert_eq!(reach.answered(LOSS, true, false, &mut rng), Found::Back);
        reach.tried();
        reach.end();
        reach.begin(LOSS.after(3_000), false, &mut rng);
        assert_eq!(reach.answered(LOSS.after(3_000), true, false, &mut rng), Found::Nothing);
        reach.forget();
        assert_eq!(reach.answered(LOSS.after(60_000), true, false, &mut rng), Found::Back);
    }
}
