//! When the application is asked for its access token, and what becomes of its answer.

use super::{Output, Session, Timer};
use crate::core::access::Change;
use crate::core::activity::Activity;
use crate::core::error::{Code, Error};
use crate::core::log::Level;
use crate::core::session::token::{Claims, QuestionId};
use crate::core::time::Instant;

/// How long the application may take to give a token, in milliseconds.
const ANSWER_TIMEOUT: u64 = 10_000;

impl Session {
    pub(super) fn want(&mut self, now: Instant) {
        // Otherwise the end of the failed attempt's backoff asks.
        if !self.timers.is_set(&Timer::TokenRetry) {
            self.ask(now);
        }
    }

    pub(super) fn ask(&mut self, now: Instant) {
        if let Some(question) = self.token.ask() {
            self.timers.set(Timer::TokenAnswer, now.after(ANSWER_TIMEOUT));
            self.tell(Output::AskToken { question });
        }
    }

    pub(super) fn ask_if_awaited(&mut self, now: Instant) {
        if self.is_awaited {
            self.ask(now);
        }
    }

    pub(super) fn unawait(&mut self) {
        self.is_awaited = false;
        if self.activity == Activity::Idle {
            self.forget_questions();
        }
    }

    /// Whether the application answers no longer matters.
    fn forget_questions(&mut self) {
        self.token.forget_questions();
        self.timers.clear(&Timer::TokenAnswer);
    }

    /// Without use no timer is left running, and the application is not asked, unless a token is waited for all the same.
    /// A question asked of a page that is put away may never be answered, and is asked anew when the page is back.
    pub(super) fn set_activity(&mut self, now: Instant, activity: Activity) {
        let was_put_away = std::mem::replace(&mut self.activity, activity) == Activity::PutAway;
        if activity != Activity::Active {
            self.timers.clear(&Timer::TokenRenewal);
            self.timers.clear(&Timer::TokenRetry);
            if activity == Activity::PutAway || !self.is_awaited {
                self.forget_questions();
            }
        }
        if was_put_away {
            self.ask_if_awaited(now);
        }
    }

    pub(super) fn connected(&mut self) {
        self.token.unsettle();
        self.timers.clear(&Timer::TokenRetry);
        self.troubles.end(&[Code::KeyRefused]);
        self.inquiry.forget();
    }

    /// The application sets a token by itself, or gives the one that it was asked for.
    pub(super) fn set_token(
        &mut self,
        now: Instant,
        question: Option<QuestionId>,
        value: Option<String>,
        claims: Claims,
    ) {
        match question {
            Some(question) if !self.token.take_answer(question) => return,
            Some(_) => {}
            None => self.token.supersede(),
        }
        if self.token.question().is_none() {
            self.timers.clear(&Timer::TokenAnswer);
        }
        self.identify(value.is_some(), &claims);
        let change = self.token.set(now, value, claims);
        if change != Change::Nothing || !self.token.is_doubted(now) {
            self.end_token_troubles();
        }
        if change != Change::Nothing {
            self.log(Level::Debug, "token");
        }
        self.is_awaited = false;
        self.tell_access();
        self.tell(Output::Given(change));
        self.plan_questions(now);
    }

    /// When the application is asked next. A token that seems over is asked about at once, and what waits for an
    /// authorization waits for that.
    fn plan_questions(&mut self, now: Instant) {
        let is_active = self.activity == Activity::Active;
        self.timers.clear(&Timer::TokenRenewal);
        if self.token.is_doubted(now) {
            if is_active {
                self.retry_later(now);
            }
            return;
        }
        self.backoff.reset();
        self.timers.clear(&Timer::TokenRetry);
        if let Some(deadline) = self.token.renewal(now).filter(|_| is_active) {
            self.timers.set(Timer::TokenRenewal, deadline);
        }
    }

    fn retry_later(&mut self, now: Instant) {
        let delay = self.backoff.next_delay(&mut self.rng);
        self.timers.set(Timer::TokenRetry, now.after(delay));
    }

    pub(super) fn token_failed(&mut self, now: Instant, reason: &str) {
        self.token.withdraw();
        self.timers.clear(&Timer::TokenAnswer);
        self.is_awaited = false;
        self.presume();
        let pieces = ["The `accessToken` function failed: ", reason, ". It is asked again."];
        let error = Error::of(Code::TokenUnavailable, &pieces);
        self.tell(Output::NotGiven(error.clone()));
        if self.activity == Activity::Active {
            self.retry_later(now);
            self.tell_error(error.clone());
            self.tell(Output::Delayed(error));
        }
    }
}
