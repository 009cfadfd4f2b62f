//! The access token, as the client wires it.

use super::Client;
use crate::core::error::{Code, Error};
use crate::core::io::{Level, Notification, Output, QuestionId, Status};
use crate::core::payload::Payload;
use crate::core::realtime::channel::{Channel, State};
use crate::core::realtime::frame::Protocol;
use crate::core::realtime::token::{Change, Claims};
use crate::core::time::{Instant, Timer};

/// How long the application may take to give a token, in milliseconds.
const PATIENCE: u64 = 10_000;
const OTHER_USER: &str = "Another user was signed in, or nobody any more, before this went out. What one user says is never \
    sent as another.";

impl<P: Payload> Client<P> {
    /// Joins wait for a token: asks for it.
    pub(super) fn want_token(&mut self, now: Instant) {
        // Otherwise the end of the failed attempt's backoff asks.
        if !self.timers.is_set(&Timer::TokenRetry) {
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
        if self.held.is_empty() || self.link.attempts.is_suspended() {
            self.token.forget_questions();
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
        let was_known = self.token.is_known();
        let change = self.token.set(now, value, claims);
        if change != Change::Nothing || !self.token.is_doubted(now) {
            self.troubles.token_came();
        }
        if change != Change::Nothing {
            self.log(Level::Debug, "token");
        }
        if change == Change::User {
            self.change_user(now, was_known);
        }
        self.plan_questions(now);
        if change == Change::Refreshed {
            self.push_token();
            self.hasten_refused();
        }
    }

    /// What was refused for the former token is joined with the fresh one at once.
    fn hasten_refused(&mut self) {
        let is_refused = |(topic, channel): (&String, &Channel<P>)| {
            channel.waits_for_token.then(|| topic.clone()).filter(|_| channel.state == State::Waiting)
        };
        let topics: Vec<String> = self.channels.iter().filter_map(is_refused).collect();
        for topic in topics {
            self.timers.clear(&Timer::Rejoin(topic.clone()));
            self.queue_join(&topic);
        }
    }

    /// When the application is asked next. A token that seems over is asked about at once, and what waits for an
    /// authorization waits for that.
    fn plan_questions(&mut self, now: Instant) {
        let is_resting = self.link.is_idle() || self.link.attempts.is_suspended();
        self.timers.clear(&Timer::TokenRenewal);
        // The server answers a broadcast by HTTP in any case.
        self.send_held();
        if self.token.is_doubted(now) {
            if !is_resting {
                let delay = self.token_backoff.next_delay(&mut self.rng);
                self.timers.set(Timer::TokenRetry, now.after(delay));
            }
            return;
        }
        self.token_backoff.reset();
        self.timers.clear(&Timer::TokenRetry);
        if let Some(deadline) = self.token.renewal(now).filter(|_| !is_resting) {
            self.timers.set(Timer::TokenRenewal, deadline);
        }
    }

    pub(super) fn token_failed(&mut self, now: Instant, reason: &str) {
        self.token.withdraw();
        self.timers.clear(&Timer::TokenAnswer);
        let message = ["The `accessToken` function failed: ", reason, ". It is asked again."].concat();
        let error = Error::new(Code::TokenUnavailable, message);
        self.refuse_held(&error);
        if !self.link.is_idle() && !self.link.attempts.is_suspended() {
            self.token_trouble(now, &error);
        }
    }

    /// Channels that are live stay so; those that wait for a token are told why, and the application is asked again.
    fn token_trouble(&mut self, now: Instant, error: &Error) {
        let delay = self.token_backoff.next_delay(&mut self.rng);
        self.timers.set(Timer::TokenRetry, now.after(delay));
        self.notify(Notification::Error { id: None, error: error.clone() });
        for topic in self.topics_waiting() {
            for id in self.subscriptions.ids_of(&topic) {
                self.retry_or_fail(now, &id, error);
            }
        }
    }

    /// Another user's session, or nobody's: what was the former one's ends now, and what is wanted begins anew. The server
    /// would go on with the former user's rows for seconds after a mere push of the token, and never tell of the next
    /// one's from between.
    fn change_user(&mut self, now: Instant, had_former: bool) {
        self.notify(Notification::UserChanged);
        if !had_former {
            return;
        }
        if self.config.protocol == Protocol::V1 {
            // What the server says of its subscriptions names no join there: only the socket tells the users apart.
            self.replace_socket(now);
        }
        self.was_anothers = true;
        let error = Error::new(Code::UserChanged, OTHER_USER);
        self.refuse_held(&error);
        let topics: Vec<String> = self.channels.keys().cloned().collect();
        for topic in topics {
            self.leave(&topic);
            self.cut(&topic, &error);
            for timer in [Timer::Join, Timer::Tracking] {
                self.timers.clear(&timer(topic.clone()));
            }
            for id in self.subscriptions.ids_of(&topic) {
                if self.subscriptions.get(&id).is_some_and(|entry| entry.status == Status::Live) {
                    self.set_status(&id, Status::Reconnecting);
                }
            }
            // The server's limits are for the next user too.
            let is_held = self.channels.get(&topic).is_some_and(Channel::is_held_back);
            let rejoin = Timer::Rejoin(topic.clone());
            if !is_held || !self.timers.is_set(&rejoin) {
                self.timers.clear(&rejoin);
                self.queue_join(&topic);
            }
        }
    }

    /// Nothing that comes on the topic is delivered until the server has answered another join, and nothing is left of
    /// what has come or was to be said.
    fn cut(&mut self, topic: &str, error: &Error) {
        self.drop_routes(topic);
        let Some(channel) = self.channels.get_mut(topic) else { return };
        let (had_people, calls) = channel.forget_user();
        for call in calls {
            self.notify(Notification::Settled { call, result: Err(error.clone()) });
        }
        if had_people {
            self.tell_presence(topic, vec![crate::core::io::PresenceEvent::Sync]);
        }
    }
}
