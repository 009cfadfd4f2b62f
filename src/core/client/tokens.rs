//! The access token, as the client wires it.

use super::Client;
use crate::core::error::{Code, Error};
use crate::core::io::{Level, Notification, Output};
use crate::core::payload::Payload;
use crate::core::time::{Instant, Timer};

/// How long the application may take to give a token, in milliseconds.
const PATIENCE: u64 = 10_000;
pub(super) const EXPIRED: &str = "The access token has expired, or the server does not take it. Sign in again, return a \
    fresh one from `accessToken`, or set one with `setAuth`.";

impl<P: Payload> Client<P> {
    /// Joins wait for a token: asks for it, or says that the one it was given is of no use.
    pub(super) fn want_token(&mut self, now: Instant) {
        if !self.config.has_token_source {
            self.tell_of_expiry(now);
        } else if !self.timers.is_set(&Timer::TokenRetry) {
            // Otherwise the end of the failed attempt's backoff asks.
            self.ask_token(now);
        }
    }

    pub(super) fn ask_token(&mut self, now: Instant) {
        if let Some(question) = self.token.ask() {
            self.timers.set(Timer::TokenAnswer, now.after(PATIENCE));
            self.outputs.push_back(Output::AskToken { question });
        }
    }

    /// Whether the application answers no longer matters; unless a broadcast by HTTP waits for it, or the page is put
    /// away.
    pub(super) fn forget_question(&mut self) {
        if self.held.is_empty() || self.link.is_suspended() {
            self.token.withdraw();
            self.timers.clear(&Timer::TokenAnswer);
        }
    }

    /// Broadcasts by HTTP wait for a token that nobody is asked for any more.
    pub(super) fn ask_for_held(&mut self, now: Instant) {
        if !self.held.is_empty() {
            self.ask_token(now);
        }
    }

    /// The machine or the page has slept: the token may have been replaced or have run out meanwhile.
    pub(super) fn ask_token_again(&mut self, now: Instant) {
        if self.link.socket().is_some() {
            self.ask_token(now);
        }
    }

    pub(super) fn set_token(&mut self, now: Instant, value: Option<String>, lifetime: Option<i64>) {
        let changed = self.token.set(now, value, lifetime);
        if changed || !self.token.is_expired(now) {
            self.troubles.token_came();
        }
        self.timers.clear(&Timer::TokenAnswer);
        self.subscriptions.forget_told();
        if self.token.is_expired(now) {
            let error = Error::new(Code::TokenExpired, EXPIRED);
            self.refuse_held(&error);
            if !self.link.is_idle() {
                self.token_trouble(now, error);
                return;
            }
        }
        self.token_backoff.reset();
        self.timers.clear(&Timer::TokenRetry);
        self.send_held();
        match self.token.renewal(now).filter(|_| !self.link.is_idle() && !self.link.is_suspended()) {
            Some(deadline) => self.timers.set(Timer::TokenRenewal, deadline),
            None => self.timers.clear(&Timer::TokenRenewal),
        }
        if !changed {
            return;
        }
        self.log(Level::Debug, "token");
        if self.token.value().is_some() {
            self.push_token();
        } else {
            // The server ignores a token taken away.
            self.rejoin_all(now);
        }
    }

    pub(super) fn token_failed(&mut self, now: Instant, reason: &str) {
        self.token.withdraw();
        self.timers.clear(&Timer::TokenAnswer);
        let message = ["The `accessToken` function failed: ", reason, ". It is asked again."].concat();
        let error = Error::new(Code::TokenUnavailable, message);
        self.refuse_held(&error);
        if !self.link.is_idle() && !self.link.is_suspended() {
            self.token_trouble(now, error);
        }
    }

    /// Channels that are live stay so; those that wait for a token are told why, and the application is asked again.
    fn token_trouble(&mut self, now: Instant, error: Error) {
        let delay = self.token_backoff.next_delay(&mut self.rng);
        if self.config.has_token_source {
            self.timers.set(Timer::TokenRetry, now.after(delay));
        }
        self.notify(Notification::Error { id: None, error: error.clone() });
        for topic in self.topics_waiting() {
            for id in self.subscriptions.ids_of(&topic) {
                if let Some(entry) = self.subscriptions.get_mut(&id) {
                    entry.told = true;
                }
                self.retry_or_fail(now, &id, &error);
            }
        }
    }

    /// A fixed token is of no use: each subscription that waits is told once, until another token is set.
    fn tell_of_expiry(&mut self, now: Instant) {
        for topic in self.topics_waiting() {
            for id in self.subscriptions.ids_of(&topic) {
                let told =
                    self.subscriptions.get_mut(&id).map(|entry| std::mem::replace(&mut entry.told, true));
                if told == Some(false) {
                    self.retry_or_fail(now, &id, &Error::new(Code::TokenExpired, EXPIRED));
                }
            }
        }
    }
}
