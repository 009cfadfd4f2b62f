//! The user's access token: whether it may be used now, and when to ask for another.

use crate::core::time::Instant;

/// A token is renewed this long before it runs out, in milliseconds.
const RENEW_AHEAD: u64 = 30_000;

/// Names one question for the access token, so that a late answer is told from a later one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuestionId(pub u32);

/// Where the client stands with its access token.
#[derive(Debug, Default)]
pub struct Token {
    /// Whether the application can be asked for a token.
    has_source: bool,
    value: Option<String>,
    expires: Option<Instant>,
    /// Answered for the present connection, and not refused by the server since.
    settled: bool,
    /// The server has refused it.
    refused: bool,
    asking: bool,
    /// It had run out by this machine's clock when it came.
    came_expired: bool,
    /// Questions asked so far.
    questions: u32,
    /// The application has set a token by itself since the questions before this one: their answers, when they come,
    /// are about the past.
    first_valid: u32,
}

impl Token {
    /// Without a value yet.
    pub fn new(has_source: bool) -> Self {
        Self { has_source, ..Self::default() }
    }

    /// The token to join with.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Whether joins may go out.
    pub fn is_ready(&self, now: Instant) -> bool {
        (!self.has_source || self.settled) && !self.refused && !self.is_expired(now)
    }

    /// Whether it has run out.
    pub fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// When to ask ahead of its end.
    pub fn renewal(&self, now: Instant) -> Option<Instant> {
        let left = self.expires?.since(now);
        (self.has_source && left > 0).then(|| now.after(left.saturating_sub(RENEW_AHEAD.min(left / 2))))
    }

    /// The server has refused it: another is needed.
    pub fn refuse(&mut self) {
        self.settled = false;
        self.refused = true;
    }

    /// A new connection: what is held has to be asked for again.
    pub fn unsettle(&mut self) {
        self.settled = false;
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

    /// Whether the answer to a question still counts. One that comes late does: it is a token all the same.
    pub fn takes_answer(&self, question: QuestionId) -> bool {
        question.0 >= self.first_valid
    }

    /// The application sets a token by itself: answers under way no longer count.
    pub fn supersede(&mut self) {
        self.first_valid = self.questions.wrapping_add(1);
    }

    /// A token from the application. `lifetime` in milliseconds from `now`, negative if it
    /// is over. True if the value is another than before.
    pub fn set(&mut self, now: Instant, value: Option<String>, lifetime: Option<i64>) -> bool {
        self.asking = false;
        self.settled = true;
        self.refused = false;
        let changed = self.value != value;
        let is_over = lifetime.is_some_and(|left| left <= 0);
        // A source that gives one after another, all of them over: it is the machine's clock that is wrong. The server
        // says when they really are.
        let is_clock_wrong =
            self.has_source && is_over && self.came_expired && (changed || self.expires.is_none());
        self.came_expired = is_over;
        let lifetime = lifetime.filter(|_| !is_clock_wrong);
        self.expires = lifetime.map(|left| now.after(u64::try_from(left).unwrap_or(0)));
        self.value = value;
        changed
    }

    /// No answer is awaited any more.
    pub fn withdraw(&mut self) {
        self.asking = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_millis(1_000);

    #[test]
    fn a_source_is_asked_once_at_a_time_and_before_the_first_use() {
        let mut token = Token::new(true);
        assert!(!token.is_ready(NOW));
        assert_eq!(token.ask(), Some(QuestionId(1)));
        assert_eq!(token.ask(), None);
        assert!(token.set(NOW, Some("a".into()), Some(60_000)));
        assert!(token.is_ready(NOW));
        assert_eq!(token.renewal(NOW), Some(NOW.after(30_000)));
        token.unsettle();
        assert!(!token.is_ready(NOW));
        assert_eq!(token.ask(), Some(QuestionId(2)));
    }

    #[test]
    fn a_short_lived_token_is_renewed_at_half_its_life() {
        let mut token = Token::new(true);
        token.set(NOW, Some("a".into()), Some(10_000));
        assert_eq!(token.renewal(NOW), Some(NOW.after(5_000)));
    }

    #[test]
    fn an_expired_token_is_not_used() {
        let mut token = Token::new(true);
        token.set(NOW, Some("a".into()), Some(-5));
        assert!(token.is_expired(NOW) && !token.is_ready(NOW));
        assert_eq!(token.renewal(NOW), None);
    }
}
