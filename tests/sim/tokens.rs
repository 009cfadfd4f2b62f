//! The tokens that an application gives its client: whose, which of them counts, and which the client has reason to trust.

use std::collections::BTreeSet;

use wedsync_dashboard::core::session::token::{Claims, QuestionId};

use crate::peer::EPOCH;
use crate::server::Millis;

/// One that was issued within so many milliseconds is new.
const NEW: Millis = 1_000;
/// So many are remembered.
const MOST: usize = 8;

/// A token as its source has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    pub token: String,
    pub user: String,
    /// By the server's wall clock, in milliseconds.
    pub issued: u64,
    pub expires: u64,
}

impl Issued {
    /// What it says of itself, by a wall clock.
    pub fn claims(&self, wall: u64, skew: i64) -> Claims {
        let now = wall as i64 + skew;
        Claims {
            user: Some(self.user.clone()),
            lifetime: Some(self.expires as i64 - now),
            age: Some(now - self.issued as i64),
        }
    }
}

/// What the application answers to a question.
#[derive(Clone, Debug)]
pub enum Answer {
    Failure,
    Token(Issued),
}

#[derive(Debug, Default)]
pub struct Tokens {
    /// Given as fresh ones, by a clock that is right.
    plain: BTreeSet<String>,
    /// Whether the client has reason to take its clock for one that is ahead.
    doubts_clock: bool,
    /// The last question asked, and the last one whose answer counts.
    asked: u32,
    answered: u32,
    /// The one that the server is to be told; `None` for none.
    pub right: Option<String>,
    /// Whose it is.
    pub user: Option<String>,
    /// When the client was given its last one, and when that runs out.
    last: Option<(Millis, Millis)>,
}

impl Tokens {
    /// The client asks.
    pub fn asked(&mut self, question: QuestionId) {
        assert!(question.0 > self.asked, "a question asked twice");
        self.asked = question.0;
    }

    /// The application answers: whether that counts, since nothing newer has been said.
    pub fn given(
        &mut self,
        now: Millis,
        question: QuestionId,
        issued: &Issued,
        left: i64,
        skew: i64,
    ) -> bool {
        self.remember(now, issued, left, skew);
        let counts = question.0 > self.answered;
        if counts {
            self.answered = question.0;
            self.hold(now, Some(issued), left, skew);
        }
        counts
    }

    /// What the client has asked last.
    pub fn last_question(&self) -> QuestionId {
        QuestionId(self.asked)
    }

    /// The application sets one by itself, or none.
    pub fn set(&mut self, now: Millis, issued: Option<&Issued>, left: i64, skew: i64) {
        if let Some(issued) = issued {
            self.remember(now, issued, left, skew);
        }
        self.supersede();
        self.hold(now, issued, left, skew);
    }

    /// The answers to all that was asked are about the past.
    pub fn supersede(&mut self) {
        self.answered = self.asked;
    }

    /// The clock that told the client when they run out has been set.
    pub fn distrust(&mut self) {
        self.plain.clear();
    }

    fn remember(&mut self, now: Millis, issued: &Issued, left: i64, skew: i64) {
        if self.plain.len() > MOST {
            self.plain.clear();
        }
        // A source that gives what is over makes the client doubt its clock, until it gives one that is new.
        if left <= 0 {
            self.doubts_clock = true;
            self.plain.clear();
        } else if EPOCH + now < issued.issued + NEW {
            self.doubts_clock = false;
        }
        if skew == 0 && left > 0 && !self.doubts_clock {
            self.plain.insert(issued.token.clone());
        } else {
            self.plain.remove(&issued.token);
        }
    }

    fn hold(&mut self, now: Millis, issued: Option<&Issued>, left: i64, skew: i64) {
        self.right = issued.map(|issued| issued.token.clone());
        self.user = issued.map(|issued| issued.user.clone());
        self.last = (skew == 0 && left > 0).then(|| (now, now.saturating_add_signed(left)));
    }

    /// Whether the client has reason to believe that a token runs out when it does.
    pub fn knows(&self, token: &str) -> bool {
        self.plain.contains(token)
    }

    /// For how long the client has had a token that is good at this time.
    pub fn good_for(&self, now: Millis) -> Option<Millis> {
        self.last.filter(|(_, end)| *end > now).map(|(given, _)| now - given)
    }
}
