//! Why a handshake was refused: the project's auth server says whether it takes key and token.

use super::{Output, Session};
use crate::core::error::{Code, Error};
use crate::core::http::HttpAnswer;
use crate::core::payload::Payload;
use crate::core::session::refusal::Refusal;
use crate::core::time::Instant;

/// The path that answers with the user of a token, below the project's URL.
pub const USER_PATH: &str = "/auth/v1/user";
/// The least time between two such questions, in milliseconds.
const ASK_EVERY: u64 = 30_000;
const KEY_REFUSED: &str = "The project does not take the key. Pass the publishable (anon) key of this project as `key`; it is \
    on the API page of the project's settings.";
const KEY_EXPIRED: &str = "The project's key has expired. Pass the current publishable (anon) key as `key`; it is on the \
    API page of the project's settings.";
const TOKEN_REFUSED: &str = "The project does not take the access token: it has expired, or is another project's. Set a fresh one \
    with `setAuth`.";

/// Whether an answer is about the project's key: the gateway says "Invalid API key" and "No API key found".
pub fn names_key<P: Payload>(answer: &HttpAnswer<P>) -> bool {
    answer.message().is_some_and(|said| said.as_bytes().windows(7).any(|part| part == b"API key"))
}

/// The question about key and token.
#[derive(Debug, Default)]
pub(super) struct Inquiry {
    asked: Option<Instant>,
    /// An answer is awaited: about the token of this version, or about the key alone.
    awaited: Option<Option<u32>>,
}

impl Inquiry {
    /// A socket has opened: nothing was refused.
    pub(super) const fn forget(&mut self) {
        self.awaited = None;
    }
}

impl Session {
    pub(super) fn handshake_refused(&mut self, now: Instant) {
        if self.key_expires.is_some_and(|expires| expires <= now) {
            self.key_refused(KEY_EXPIRED);
        } else if self.inquiry.asked.is_none_or(|asked| now.since(asked) >= ASK_EVERY) {
            let token = self.token.value().map(str::to_owned);
            let version = token.is_some().then(|| self.token.version());
            self.inquiry = Inquiry { asked: Some(now), awaited: Some(version) };
            self.tell(Output::AskCredentials { token });
        }
    }

    pub(super) fn credentials(&mut self, now: Instant, status: u16, names_key: bool) {
        let Some(token) = self.inquiry.awaited.take() else { return };
        match Refusal::of(status, token.is_some(), names_key) {
            Refusal::Unreachable | Refusal::NotTheToken => {}
            Refusal::Key => self.key_refused(KEY_REFUSED),
            Refusal::Limited => self.tell(Output::Limited),
            // There is another by now.
            Refusal::Token if token != Some(self.token.version()) => {}
            Refusal::Token => self.token_refused(now),
        }
    }

    fn token_refused(&mut self, now: Instant) {
        self.token.refuse(now);
        if self.has_source {
            self.want(now);
        } else {
            self.tell_error(Error::new(Code::TokenExpired, TOKEN_REFUSED));
        }
    }

    fn key_refused(&mut self, message: &'static str) {
        self.tell(Output::Limited);
        self.tell_error(Error::new(Code::KeyRefused, message));
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn answer(status: u16, body: Value) -> HttpAnswer<Value> {
        HttpAnswer { status, body: Some(body), retry_after: None }
    }

    #[test]
    fn the_gateways_words_tell_a_wrong_key() {
        assert!(names_key(&answer(401, json!({ "message": "Invalid API key" }))));
        assert!(!names_key(&answer(403, json!({ "msg": "invalid JWT" }))));
    }
}
