//! Requests over HTTP, as the client wires them.

use super::{Client, Request};
use crate::core::error::{Code, Error};
use crate::core::io::{Notification, Output, RequestId};
use crate::core::payload::Payload;
use crate::core::realtime::http_send::{HttpAnswer, HttpBroadcast, USER_PATH};
use crate::core::realtime::remedy::Refusal;
use crate::core::time::Instant;

/// The least time between questions why a handshake was refused, in milliseconds.
const ASK_WHY_EVERY: u64 = 30_000;
const KEY_REFUSED: &str = "The project does not take the key. Pass the publishable (anon) key of this project as `key`; it is \
    on the API page of the project's settings.";
const KEY_EXPIRED: &str = "The project's key has expired. Pass the current publishable (anon) key as `key`; it is on the \
    API page of the project's settings.";
const TOKEN_REFUSED: &str = "The project does not take the access token: it has expired, or is another project's. Set a fresh one \
    with `setAuth`.";

impl<P: Payload> Client<P> {
    /// Sends a broadcast by HTTP, once there is a token to send it with.
    pub(super) fn http_broadcast(&mut self, now: Instant, broadcast: HttpBroadcast<P>) {
        if self.token.is_ready() && !self.token.is_doubted(now) {
            self.send_http_broadcast(broadcast);
        } else {
            self.held.push(broadcast);
            self.ask_token(now);
        }
    }

    fn send_http_broadcast(&mut self, broadcast: HttpBroadcast<P>) {
        let path = broadcast.path();
        self.request(path, Some(broadcast.payload), Request::Broadcast(broadcast.call));
    }

    /// There is a token: what has waited for it goes out.
    pub(super) fn send_held(&mut self) {
        for broadcast in std::mem::take(&mut self.held) {
            self.send_http_broadcast(broadcast);
        }
    }

    /// There is no token to be had.
    pub(super) fn refuse_held(&mut self, error: &Error) {
        for broadcast in std::mem::take(&mut self.held) {
            self.notify(Notification::Settled { call: broadcast.call, result: Err(error.clone()) });
        }
    }

    fn request(&mut self, path: String, body: Option<P>, purpose: Request) {
        self.next_request = self.next_request.wrapping_add(1);
        let request = RequestId(self.next_request);
        self.requests.insert(request, purpose);
        let token = self.token.value().map(str::to_owned);
        let within = self.config.http_timeout;
        self.outputs.push_back(Output::Http { request, path, body, token, within });
    }

    /// The project answers and the handshake failed all the same: asks its auth server whether key and token are good.
    pub(super) fn ask_why(&mut self, now: Instant) {
        if self.config.key_expires.is_some_and(|expires| expires <= now) {
            self.key_refused(now, KEY_EXPIRED);
        } else if self.asked_why.is_none_or(|asked| now.since(asked) >= ASK_WHY_EVERY) {
            self.asked_why = Some(now);
            let token = self.token.value().map(|_| self.token.version());
            self.request(USER_PATH.to_owned(), None, Request::Refusal { token });
        }
    }

    /// Takes the answer to a request.
    pub(super) fn http_done(&mut self, now: Instant, request: RequestId, answer: &HttpAnswer<P>) {
        match self.requests.remove(&request) {
            Some(Request::Broadcast(call)) => {
                self.notify(Notification::Settled { call, result: answer.broadcast_result() });
            }
            Some(Request::Refusal { token }) if self.link.attempts.is_waiting() => {
                match answer.refusal(token.is_some()) {
                    Refusal::Unreachable | Refusal::NotTheToken => {}
                    Refusal::Key => self.key_refused(now, KEY_REFUSED),
                    Refusal::Limited => self.link.attempts.slow_down(now, &mut self.timers, &mut self.rng),
                    // There is another by now.
                    Refusal::Token if token != Some(self.token.version()) => {}
                    Refusal::Token => self.token_refused(now),
                }
            }
            Some(Request::Refusal { .. }) | None => {}
        }
    }

    fn token_refused(&mut self, now: Instant) {
        self.token.refuse(now);
        if self.config.has_token_source {
            self.want_token(now);
        } else {
            self.notify(Notification::Error {
                id: None,
                error: Error::new(Code::TokenExpired, TOKEN_REFUSED),
            });
        }
    }

    fn key_refused(&mut self, now: Instant, message: &str) {
        self.link.attempts.slow_down(now, &mut self.timers, &mut self.rng);
        self.notify(Notification::Error { id: None, error: Error::new(Code::KeyRefused, message) });
    }
}
