//! Whose page this is, as far as the application's tokens tell.

use super::{Output, Session, Timer};
use crate::core::session::token::Claims;
use crate::core::time::Instant;
use crate::core::user::User;

/// How long whoever needs to know waits for the application before the last user is presumed, in milliseconds. A user who
/// has just signed in has a token at hand; one whose token is being refreshed over a bad network is the last one.
const PATIENCE: u64 = 1_000;

/// Whose page this is, and whose it was last.
#[derive(Debug, Default)]
pub(super) struct Identity {
    user: User,
    /// The user of the last token on this device.
    last: Option<String>,
    /// Somebody needs to know.
    is_wanted: bool,
    /// The application has not said it.
    is_open: bool,
}

impl Identity {
    /// Without a source of tokens nobody is signed in until a token is set.
    pub(super) const fn new(has_source: bool, last: Option<String>) -> Self {
        let user = if has_source { User::Unknown } else { User::Nobody };
        Self { user, last, is_wanted: false, is_open: has_source }
    }

    pub(super) const fn user(&self) -> &User {
        &self.user
    }
}

impl Session {
    /// Somebody needs to know whose page this is: the application is asked, whether or not a token is needed.
    pub(super) fn want_user(&mut self, now: Instant) {
        self.identity.is_wanted = true;
        self.ask_for_user(now);
    }

    /// Asks again where the last answer did not tell.
    pub(super) fn ask_for_user(&mut self, now: Instant) {
        if self.identity.is_wanted && self.identity.is_open {
            self.is_awaited = true;
            self.ask(now);
            if self.identity.user == User::Unknown && self.identity.last.is_some() {
                self.timers.set(Timer::UserAnswer, now.after(PATIENCE));
            }
        }
    }

    /// The application has given or set a token.
    pub(super) fn identify(&mut self, has_token: bool, claims: &Claims) {
        let user = match (has_token, &claims.user) {
            (false, _) => User::Nobody,
            (true, Some(user)) => User::Known(user.clone()),
            (true, None) => User::Unclear,
        };
        self.identity.is_open = false;
        self.set_user(user);
    }

    /// The application takes long to say it, or cannot. Where no user is remembered it is nobody's who could be told from
    /// others; whoever waits to know waits no longer.
    pub(super) fn presume(&mut self) {
        if self.identity.user == User::Unknown {
            let last = self.identity.last.take();
            self.set_user(last.map_or(User::Unclear, User::Presumed));
        }
    }

    fn set_user(&mut self, user: User) {
        self.timers.clear(&Timer::UserAnswer);
        if self.identity.user != user {
            self.identity.user = user.clone();
            self.tell(Output::User(user));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Event, Input, Session};
    use super::*;
    use crate::core::resilience::backoff::{Backoff, Jitter};
    use crate::core::rng::Rng;

    const NOW: Instant = Instant::from_millis(1_000);

    fn session(has_token_source: bool, last_user: Option<&str>) -> Session {
        let backoff = Backoff::new(1_000, 30_000, Jitter::Spaced);
        let last_user = last_user.map(str::to_owned);
        Session::new(Config { has_token_source, key_expires: None, last_user, backoff }, Rng::new(1))
    }

    fn told(session: &mut Session) -> Vec<User> {
        std::iter::from_fn(|| session.poll())
            .filter_map(|output| match output {
                Output::User(user) => Some(user),
                _ => None,
            })
            .collect()
    }

    fn claims(user: &str) -> Claims {
        Claims { user: Some(user.to_owned()), ..Claims::default() }
    }

    #[test]
    fn a_user_is_told_once_whatever_the_number_of_their_tokens() {
        let mut session = session(false, Some("alice"));
        assert_eq!(*session.user(), User::Nobody);
        for token in ["one", "two"] {
            let value = Some(token.to_owned());
            session.handle(NOW, Input::Event(Event::SetToken { value, claims: claims("bob") }));
        }
        session.handle(NOW, Input::Event(Event::SetToken { value: None, claims: Claims::default() }));
        let value = Some("opaque".to_owned());
        session.handle(NOW, Input::Event(Event::SetToken { value, claims: Claims::default() }));
        assert_eq!(told(&mut session), [User::Known("bob".into()), User::Nobody, User::Unclear]);
    }

    #[test]
    fn whoever_needs_to_know_has_the_application_asked_although_nothing_needs_a_token() {
        let mut session = session(true, None);
        session.handle(NOW, Input::WantUser);
        let question = session.question().expect("asked");
        let value = Some("token".to_owned());
        session.handle(NOW, Input::Event(Event::Token { question, value, claims: claims("alice") }));
        session.handle(NOW, Input::Seen);
        assert_eq!((session.question(), told(&mut session)), (None, vec![User::Known("alice".into())]));
    }

    #[test]
    fn the_last_user_is_presumed_only_once_the_application_cannot_say_and_until_it_can() {
        let mut session = session(true, Some("alice"));
        session.handle(NOW, Input::WantUser);
        assert_eq!(told(&mut session), []);
        // It never answers.
        let (deadline, timer) = session.next_timeout().expect("a deadline");
        assert_eq!((deadline, timer), (NOW.after(PATIENCE), Timer::UserAnswer));
        session.handle(deadline, Input::Wake);
        assert_eq!(told(&mut session), [User::Presumed("alice".into())]);
        let (deadline, timer) = session.next_timeout().expect("the answer's deadline");
        assert_eq!(timer, Timer::TokenAnswer);
        session.handle(deadline, Input::Wake);
        assert_eq!(session.question(), None, "given up");
        session.handle(deadline, Input::Seen);
        let question = session.question().expect("asked again when somebody looks");
        let value = Some("token".to_owned());
        session.handle(deadline, Input::Event(Event::Token { question, value, claims: claims("bob") }));
        assert_eq!(told(&mut session), [User::Known("bob".into())]);
    }

    #[test]
    fn who_waits_to_know_is_told_in_any_case_and_the_application_asked_again_when_somebody_looks() {
        let mut session = session(true, None);
        session.handle(NOW, Input::WantUser);
        let (deadline, _) = session.next_timeout().expect("the answer's deadline");
        session.handle(deadline, Input::Wake);
        assert_eq!(told(&mut session), [User::Unclear]);
        session.handle(deadline, Input::Seen);
        let question = session.question().expect("asked again");
        let value = Some("token".to_owned());
        session.handle(deadline, Input::Event(Event::Token { question, value, claims: claims("bob") }));
        session.handle(deadline, Input::Seen);
        assert_eq!((session.question(), told(&mut session)), (None, vec![User::Known("bob".into())]));
    }

    #[test]
    fn a_failure_after_the_user_is_known_presumes_nobody_else() {
        let mut session = session(true, Some("alice"));
        session.handle(NOW, Input::WantUser);
        let question = session.question().expect("asked");
        session.handle(NOW, Input::Event(Event::Token { question, value: None, claims: Claims::default() }));
        session.handle(NOW, Input::Renew);
        let question = session.question().expect("asked");
        session.handle(NOW, Input::Event(Event::TokenFailed { question, reason: "offline".into() }));
        assert_eq!(told(&mut session), [User::Nobody]);
    }
}
