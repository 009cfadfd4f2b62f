//! Session: a machine that keeps the user's access token: whose it is, whether it may be used now, and when the
//! application is asked for another.
//!
//! It also finds out whether the project takes token and key, where a refused handshake leaves that open.

pub mod ahead;
mod asking;
mod credentials;
mod identity;
pub mod refusal;
pub mod token;

use crate::core::access::{Access, Change};
use crate::core::activity::Activity;
use crate::core::error::{Code, Error};
use crate::core::fifo::Fifo;
use crate::core::log::{Level, LogEntry};
use crate::core::resilience::backoff::Backoff;
use crate::core::rng::Rng;
use crate::core::time::{Instant, Timers};
use crate::core::troubles::Troubles;
use crate::core::user::User;
use credentials::Inquiry;
pub use credentials::{USER_PATH, names_key};
use identity::Identity;
use token::{Claims, QuestionId, Token};

/// What the session is told once. Times in milliseconds.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether the application can be asked for an access token.
    pub has_token_source: bool,
    /// When the key expires, if it says so.
    pub key_expires: Option<Instant>,
    /// The user of the last token on this device, if one is remembered.
    pub last_user: Option<String>,
    /// The delays between questions that fail.
    pub backoff: Backoff,
}

/// Why the session wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The access token runs out soon.
    TokenRenewal,
    /// The application has taken too long to give a token.
    TokenAnswer,
    /// The backoff after a failed attempt to get a token is over.
    TokenRetry,
    /// It takes long to learn whose page this is.
    UserAnswer,
}

/// What has become of the access token, or is known of the time.
#[derive(Clone, Debug)]
pub enum Event {
    /// The application sets its access token by itself.
    SetToken {
        /// The token; `None` for the key's own role.
        value: Option<String>,
        /// What it says of itself.
        claims: Claims,
    },
    /// The access token that was asked for.
    Token {
        /// The question that this answers.
        question: QuestionId,
        /// The token; `None` for the key's own role.
        value: Option<String>,
        /// What it says of itself.
        claims: Claims,
    },
    /// The application could not give a token.
    TokenFailed {
        /// The question that this answers.
        question: QuestionId,
        /// Why, in the application's words.
        reason: String,
    },
    /// An answer of the server's has stated the time.
    Clock {
        /// Milliseconds that this machine's clock is ahead of it, negative if it is behind.
        ahead: i64,
    },
}

/// What has happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// Outside.
    Event(Event),
    /// A token is wanted, but not before the backoff of a failed question is over.
    Want,
    /// A token is waited for, whether or not anything else is wanted.
    Await,
    /// It is waited for no longer.
    Unawait,
    /// Somebody needs to know whose page this is.
    WantUser,
    /// What was agreed before may be over: the application is asked again.
    Renew,
    /// Somebody looks at the page.
    Seen,
    /// There is a new connection: what is held has to be asked for again.
    Connected,
    /// Whether there is any use for a token has changed.
    Activity(Activity),
    /// The server has refused the token.
    Refused {
        /// Which, by its version.
        version: u32,
    },
    /// The server answers and refuses a handshake all the same: key or token may be the reason.
    HandshakeRefused,
    /// The answer to [`Output::AskCredentials`].
    Credentials {
        /// The status; 0 if nothing answered.
        status: u16,
        /// Whether the answer is about the key.
        names_key: bool,
    },
    /// Time has passed.
    Wake,
}

/// What is to be done, in this order, and what others may want to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Ask the application for its access token; answer with [`Event::Token`] or [`Event::TokenFailed`].
    AskToken {
        /// The question's name, for the answer.
        question: QuestionId,
    },
    /// Ask the project's auth server, at [`USER_PATH`], whether it takes key and token; answer with
    /// [`Input::Credentials`].
    AskCredentials {
        /// The access token; `None` for the key's own role.
        token: Option<String>,
    },
    /// What others may do with the token has changed.
    Access(Access),
    /// Whose page this is has become known, or has changed. Before this is told it is [`User::Unknown`], and
    /// [`User::Nobody`] where the application has no source of tokens.
    User(User),
    /// The application has given or set a token.
    Given(Change),
    /// The application has not given a token, and is asked again.
    NotGiven(Error),
    /// What waits for a token waits longer.
    Delayed(Error),
    /// The project limits requests, or does not take the key: connections come to nothing for a while.
    Limited,
    /// Something failed and is being retried, for the application.
    Error(Error),
    /// Write this down.
    Log(LogEntry),
}

/// The machine.
#[derive(Debug)]
pub struct Session {
    has_source: bool,
    key_expires: Option<Instant>,
    token: Token,
    identity: Identity,
    backoff: Backoff,
    activity: Activity,
    /// A token is waited for, whether or not anything else is wanted.
    is_awaited: bool,
    inquiry: Inquiry,
    /// As last told.
    access: Access,
    timers: Timers<Timer>,
    troubles: Troubles,
    rng: Rng,
    outputs: Fifo<Output>,
}

impl Session {
    /// Without a token yet. Without a source that is the key's own role.
    pub fn new(config: Config, rng: Rng) -> Self {
        let Config { has_token_source, key_expires, last_user, backoff } = config;
        let mut session = Self {
            has_source: has_token_source,
            key_expires,
            token: Token::new(has_token_source),
            identity: Identity::new(has_token_source, last_user),
            backoff,
            activity: Activity::Idle,
            is_awaited: false,
            inquiry: Inquiry::default(),
            access: Access::default(),
            timers: Timers::default(),
            troubles: Troubles::default(),
            rng,
            outputs: Fifo::default(),
        };
        session.tell_access();
        session
    }

    /// Takes in what has happened. [`Input::Wake`] makes the earliest timer that is due go off.
    pub fn handle(&mut self, now: Instant, input: Input) {
        match input {
            Input::Event(event) => self.event(now, event),
            Input::Want => self.want(now),
            Input::Await => {
                self.is_awaited = true;
                self.ask(now);
            }
            Input::Unawait => self.unawait(),
            Input::WantUser => self.want_user(now),
            Input::Renew => self.ask(now),
            Input::Seen => {
                self.ask_for_user(now);
                self.ask_if_awaited(now);
            }
            Input::Connected => self.connected(),
            Input::Activity(activity) => self.set_activity(now, activity),
            Input::Refused { version } if version == self.token.version() => self.token.refuse(now),
            Input::Refused { .. } => {}
            Input::HandshakeRefused => self.handshake_refused(now),
            Input::Credentials { status, names_key } => self.credentials(now, status, names_key),
            Input::Wake => match self.timers.take_due(now) {
                Some((Timer::TokenRenewal | Timer::TokenRetry, _)) => self.ask(now),
                Some((Timer::TokenAnswer, _)) => self.token_failed(now, "it did not answer in time"),
                Some((Timer::UserAnswer, _)) => self.presume(),
                None => {}
            },
        }
        self.tell_access();
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop()
    }

    /// When to wake it, and why.
    pub fn next_timeout(&self) -> Option<(Instant, Timer)> {
        self.timers.next().map(|(deadline, timer)| (deadline, *timer))
    }

    /// When a timer is due, if it runs.
    pub fn deadline(&self, timer: Timer) -> Option<Instant> {
        self.timers.deadline(&timer)
    }

    /// Whose page this is.
    pub const fn user(&self) -> &User {
        self.identity.user()
    }

    /// The question for a token whose answer is awaited.
    pub fn question(&self) -> Option<QuestionId> {
        self.token.question()
    }

    fn event(&mut self, now: Instant, event: Event) {
        match event {
            Event::SetToken { value, claims } => self.set_token(now, None, value, claims),
            Event::Token { question, value, claims } => self.set_token(now, Some(question), value, claims),
            Event::TokenFailed { question, reason } if self.token.takes_failure(question) => {
                self.token_failed(now, &reason);
            }
            Event::TokenFailed { .. } => {}
            Event::Clock { ahead } => self.token.measure(ahead),
        }
    }

    fn tell(&mut self, output: Output) {
        self.outputs.push(output);
    }

    fn tell_error(&mut self, error: Error) {
        if self.troubles.begins(None, &error) {
            self.tell(Output::Error(error));
        }
    }

    /// There is a token, or another one: what was wrong with the former is over.
    fn end_token_troubles(&mut self) {
        self.troubles.end(&[Code::TokenUnavailable, Code::TokenExpired]);
    }

    fn tell_access(&mut self) {
        let access = &self.access;
        let (value, version) = (self.token.value(), self.token.version());
        let (is_ready, over) = (self.token.is_ready(), self.token.over());
        if access.value.as_deref() != value
            || (access.version, access.is_ready, access.over) != (version, is_ready, over)
        {
            self.access = Access { value: value.map(str::to_owned), version, is_ready, over };
            self.outputs.push(Output::Access(self.access.clone()));
        }
    }

    fn log(&mut self, level: Level, event: &'static str) {
        self.tell(Output::Log(LogEntry { level, event, topic: None, number: None, detail: None }));
    }
}
