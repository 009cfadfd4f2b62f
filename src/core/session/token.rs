//! The user's access token: whose it is, whether it may be used now, and when to ask for another.
//!
//! Whether a token is good the server says. This machine's clock decides only when the application is asked: ahead of a
//! token's end, and when one seems over. What the application then gives again is used.

use crate::core::access::Change;
use crate::core::session::ahead::Ahead;
use crate::core::time::Instant;

/// A token is renewed this long before it runs out, in milliseconds; one that seems over is asked about as often.
const RENEW_AHEAD: u64 = 30_000;
/// The least between questions that the application can only answer as before, in milliseconds.
const LEAST_BETWEEN: u64 = 5_000;

/// Names one question for the access token, so that a late answer is told from a later one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuestionId(pub u32);

/// What a token says of itself. Nobody has verified it: that is the server's part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Whose it is (`sub`); `None` if it does not say.
    pub user: Option<String>,
    /// Milliseconds until it expires by this machine's clock, negative if it has; `None` if it does not say.
    pub lifetime: Option<i64>,
    /// Milliseconds since it was issued by this machine's clock, negative if that lies ahead; `None` if it does not say.
    pub age: Option<i64>,
}

/// Where the client stands with its access token.
#[derive(Debug, Default)]
pub struct Token {
    /// Whether the application can be asked for a token.
    has_source: bool,
    value: Option<String>,
    user: Option<String>,
    /// Counts the values there have been.
    version: u32,
    /// Whether the application has ever given or set one, be it none.
    is_known: bool,
    /// When the value came, and how much of it was left then by this machine's clock.
    seen: Option<(Instant, i64)>,
    /// How old it was then.
    age: Option<i64>,
    ahead: Ahead,
    /// Answered for the present connection, and not refused by the server since.
    settled: bool,
    /// The server has refused this value.
    refused: bool,
    /// When the application has last given a value again that seemed over and that the server had refused.
    given_again: Option<Instant>,
    /// The application has given this value although it seemed over: it is for the server to judge.
    trusted: bool,
    /// The value seemed over as soon as it came.
    came_over: bool,
    asking: bool,
    /// Questions asked so far.
    questions: u32,
    /// The last question that has been answered.
    answered: u32,
}

impl Token {
    /// Without a value yet. Without a source that is the key's own role.
    pub fn new(has_source: bool) -> Self {
        Self { has_source, is_known: !has_source, ..Self::default() }
    }

    /// The token to join with.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Tells this value from those before and after it.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Whether joins may go out: the application has answered for this connection, if it can be asked.
    pub fn is_ready(&self) -> bool {
        !self.has_source || self.settled
    }

    /// From when on it seems over, if the application is asked about that then. Public channels do not wait for this
    /// machine's clock.
    pub fn over(&self) -> Option<Instant> {
        let (seen, left) = self.seen.filter(|_| self.has_source && !self.trusted)?;
        let left = left.saturating_add(self.ahead.guess()?);
        Some(seen.after(u64::try_from(left).unwrap_or(0)))
    }

    /// Whether it seems over and the application has not been asked about that.
    pub fn is_doubted(&self, now: Instant) -> bool {
        self.over().is_some_and(|over| over <= now)
    }

    /// By how much it is over, by this machine's clock as it was when the token came.
    fn overdue(&self, now: Instant) -> Option<i64> {
        let (seen, left) = self.seen?;
        Some(i64::try_from(now.since(seen)).unwrap_or(i64::MAX).saturating_sub(left))
    }

    /// What is left of it by the server's clock, as far as that is known.
    fn left(&self, now: Instant) -> Option<i64> {
        Some(self.ahead.guess()?.saturating_sub(self.overdue(now)?))
    }

    /// When to ask for another because of its end.
    pub fn renewal(&self, now: Instant) -> Option<Instant> {
        self.seen.filter(|_| self.has_source)?;
        let left = self.left(now).and_then(|left| u64::try_from(left).ok()).filter(|left| *left > 0);
        let pause = left.map_or(RENEW_AHEAD, |left| left - RENEW_AHEAD.min(left / 2));
        Some(now.after(pause.max(LEAST_BETWEEN)))
    }

    /// The server has refused it. Who can be asked for another is; otherwise it is the only one there is, and the server
    /// may think better of it.
    pub fn refuse(&mut self, now: Instant) {
        self.refused = true;
        // The application has just said that it has no other one.
        self.settled &= self.given_again.is_some_and(|given| now.since(given) < LEAST_BETWEEN);
        // A clock that says the same was right.
        if let Some(overdue) = self.overdue(now).filter(|overdue| *overdue > 0) {
            self.ahead.is_at_most(overdue);
        }
    }

    /// A new connection: what is held has to be asked for again.
    pub fn unsettle(&mut self) {
        self.settled = false;
    }

    /// An answer of the server's has stated the time: this machine's clock is ahead by so many milliseconds.
    pub fn measure(&mut self, ahead: i64) {
        self.ahead.is(ahead);
    }

    /// The question to ask the application now; `None` if it has been asked, or cannot be.
    pub fn ask(&mut self) -> Option<QuestionId> {
        if !self.has_source || self.asking {
            return None;
        }
        self.asking = true;
        self.questions = self.questions.wrapping_add(1);
        Some(QuestionId(self.questions))
    }

    /// The question whose answer is awaited.
    pub fn question(&self) -> Option<QuestionId> {
        self.asking.then_some(QuestionId(self.questions))
    }

    /// Takes note of an answer, and says whether it counts: one that comes late does, unless a later question has been
    /// answered since, or the application has set a token by itself.
    pub fn take_answer(&mut self, question: QuestionId) -> bool {
        if question.0 <= self.answered {
            return false;
        }
        self.answered = question.0;
        self.asking &= question.0 != self.questions;
        true
    }

    /// Whether a failure counts: only that of the question whose answer is awaited.
    pub fn takes_failure(&self, question: QuestionId) -> bool {
        self.asking && question.0 == self.questions && question.0 > self.answered
    }

    /// The application sets a token by itself: whatever it has been asked before is about the past.
    pub fn supersede(&mut self) {
        self.forget_questions();
        self.trusted = true;
    }

    /// A token from the application: what that changes. One that says nothing of its user may be anybody's.
    pub fn set(&mut self, now: Instant, value: Option<String>, claims: Claims) -> Change {
        let is_superseding = std::mem::take(&mut self.trusted);
        self.settled = true;
        let had_former = std::mem::replace(&mut self.is_known, true);
        let is_new = self.value != value;
        if is_new {
            self.version = self.version.wrapping_add(1);
            self.refused = false;
            self.seen = claims.lifetime.map(|left| (now, left));
            self.age = claims.age;
            if let Some(age) = claims.age {
                self.ahead.is_at_most(age);
            }
        }
        self.judge(now, is_new, is_superseding);
        let is_same_user = claims.user.is_some() && claims.user == self.user;
        self.value = value;
        self.user = claims.user;
        match (is_new, is_same_user) {
            (false, _) => Change::Nothing,
            (true, true) => Change::Refreshed,
            (true, false) => Change::User { had_former },
        }
    }

    /// Whether the value is trusted although it seems over: the application stands by it, or gives one after another of
    /// that kind. Then it is the clock that is wrong, unless the server has said otherwise.
    fn judge(&mut self, now: Instant, is_new: bool, is_superseding: bool) {
        let is_over = self.left(now).is_some_and(|left| left <= 0);
        let came_over = std::mem::replace(&mut self.came_over, is_over && is_new);
        self.trusted = is_over && (is_superseding || !is_new || came_over);
        self.given_again = Some(now).filter(|_| is_over && self.refused);
        if let Some(overdue) = self.overdue(now).filter(|_| self.trusted && !self.refused) {
            self.ahead.is_at_least(overdue);
            // The bound that this contradicts is gone; its own is left.
            if let Some(age) = self.age {
                self.ahead.is_at_most(age);
            }
        }
    }

    /// No answer is awaited any more. One that comes late counts all the same.
    pub fn withdraw(&mut self) {
        self.asking = false;
    }

    /// What has been asked so far is about the past, whatever is answered.
    pub fn forget_questions(&mut self) {
        self.answered = self.questions;
        self.asking = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_millis(1_000);

    fn claims(lifetime: i64, age: i64) -> Claims {
        Claims { user: Some("alice".into()), lifetime: Some(lifetime), age: Some(age) }
    }

    #[test]
    fn a_source_is_asked_once_at_a_time_and_before_the_first_use() {
        let mut token = Token::new(true);
        assert!(!token.is_ready());
        assert_eq!(token.ask(), Some(QuestionId(1)));
        assert_eq!(token.ask(), None);
        assert!(token.take_answer(QuestionId(1)));
        assert_eq!(token.set(NOW, Some("a".into()), claims(60_000, 0)), Change::User { had_former: false });
        assert!(token.is_ready() && !token.is_doubted(NOW));
        assert_eq!(token.renewal(NOW), Some(NOW.after(30_000)));
        token.unsettle();
        assert!(!token.is_ready());
        assert_eq!(token.ask(), Some(QuestionId(2)));
    }

    #[test]
    fn a_short_lived_token_is_renewed_at_half_its_life_and_not_more_often_than_every_five_seconds() {
        let mut token = Token::new(true);
        for (lifetime, renewal) in [(12_000, 6_000), (10_000, 5_000), (1_000, 5_000)] {
            token.set(NOW, Some(lifetime.to_string()), claims(lifetime, 0));
            assert_eq!(token.renewal(NOW), Some(NOW.after(renewal)));
        }
    }

    #[test]
    fn a_token_that_seems_over_is_doubted_until_it_is_given_again() {
        let mut token = Token::new(true);
        token.set(NOW, Some("a".into()), claims(-5_000, 3_605_000));
        assert!(token.is_ready() && token.is_doubted(NOW));
        token.set(NOW, Some("a".into()), claims(-5_000, 3_605_000));
        assert!(!token.is_doubted(NOW));
        assert_eq!(token.renewal(NOW), Some(NOW.after(3_570_000)), "an hour, as it says of itself");
    }

    #[test]
    fn one_that_the_server_has_refused_proves_nothing_of_the_clock() {
        let mut token = Token::new(true);
        token.set(NOW, Some("a".into()), claims(-5_000, 65_000));
        token.set(NOW, Some("a".into()), claims(-5_000, 65_000));
        token.refuse(NOW);
        token.set(NOW, Some("a".into()), claims(-6_000, 66_000));
        assert_eq!(token.ahead.guess(), Some(5_000), "it was over then, at the latest");
        assert!(!token.is_doubted(NOW), "and the application stands by it");
    }

    #[test]
    fn the_token_of_who_does_not_say_who_it_is_may_be_anybodys() {
        let mut token = Token::new(false);
        assert_eq!(token.set(NOW, Some("a".into()), Claims::default()), Change::User { had_former: true });
        assert_eq!(token.set(NOW, Some("a".into()), Claims::default()), Change::Nothing);
        assert_eq!(token.set(NOW, Some("b".into()), Claims::default()), Change::User { had_former: true });
        assert_eq!(token.set(NOW, Some("c".into()), claims(60_000, 0)), Change::User { had_former: true });
        assert_eq!(token.set(NOW, Some("d".into()), claims(60_000, 0)), Change::Refreshed);
        assert_eq!(token.set(NOW, None, Claims::default()), Change::User { had_former: true });
    }
}
