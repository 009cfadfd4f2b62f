//! A broadcast without a socket, by a request over HTTP.

pub use crate::core::command::HttpBroadcast;
use crate::core::error::{Code, Error};
use crate::core::http::HttpAnswer;
use crate::core::payload::Payload;

impl<P> HttpBroadcast<P> {
    /// The path below the project's URL. This endpoint takes one broadcast and says so when policies refuse it; that for
    /// many answers 202 all the same.
    pub fn path(&self) -> String {
        let private = if self.private { "true" } else { "false" };
        let (topic, event) = (percent_encode(&self.channel), percent_encode(&self.event));
        ["/realtime/v1/api/broadcast/", &topic, "/events/", &event, "?private=", private].concat()
    }
}

/// Percent-encodes all but the unreserved characters (RFC 3986, 2.3).
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            push_hex(&mut encoded, byte >> 4, b'A');
            push_hex(&mut encoded, byte & 15, b'A');
        }
    }
    encoded
}

/// Writes a hexadecimal digit. `ten` is that of ten.
pub(super) fn push_hex(text: &mut String, digit: u8, ten: u8) {
    text.push(char::from(if digit < 10 { b'0' + digit } else { ten + digit - 10 }));
}

/// Whether a broadcast has been taken, or why not.
///
/// # Errors
/// `unreachable`, `token_expired`, `push_refused`, `payload_too_large`, `rate_limited`, `http_failed`.
pub fn result<P: Payload>(answer: &HttpAnswer<P>) -> Result<(), Error> {
    let (code, what) = match answer.status {
        200..=299 => return Ok(()),
        0 => (Code::Unreachable, "The project did not answer the broadcast by HTTP. Send it again"),
        401 => (Code::TokenExpired, "The project did not take the access token of a broadcast by HTTP"),
        403 => (Code::PushRefused, "The policies of the private channel refused a broadcast by HTTP"),
        413 | 422 => (Code::PayloadTooLarge, "The project refused the payload of a broadcast by HTTP"),
        429 => (Code::RateLimited, "The project limits broadcasts by HTTP. Send it again later"),
        _ => (Code::HttpFailed, "A broadcast by HTTP failed"),
    };
    let status = if answer.status > 0 { answer.status.to_string() } else { String::new() };
    let (opening, closing) = if answer.status > 0 { (" (status ", ")") } else { ("", "") };
    let said = answer.message();
    let colon = if said.is_some() { ": " } else { "" };
    let message = [what, opening, &status, closing, colon, &said.unwrap_or_default(), "."].concat();
    Err(Error { code, message, retry_after: answer.retry_after })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::core::ids::CallId;
    use serde_json::{Value, json};

    fn answer(status: u16, body: Value) -> HttpAnswer<Value> {
        HttpAnswer { status, body: Some(body), retry_after: None }
    }

    #[test]
    fn topics_and_events_of_any_characters_are_one_part_of_the_path_each() {
        let broadcast = HttpBroadcast {
            call: CallId(1),
            channel: "a/b ü".into(),
            event: "x?y".into(),
            payload: json!({}),
            private: true,
        };
        let path = "/realtime/v1/api/broadcast/a%2Fb%20%C3%BC/events/x%3Fy?private=true";
        assert_eq!(broadcast.path(), path);
    }

    #[test]
    fn each_status_has_its_code_and_the_servers_words() {
        let rows = [
            (0, "unreachable"),
            (400, "http_failed"),
            (401, "token_expired"),
            (403, "push_refused"),
            (413, "payload_too_large"),
            (422, "payload_too_large"),
            (429, "rate_limited"),
            (503, "http_failed"),
        ];
        for (status, code) in rows {
            let error = result::<Value>(&answer(status, json!({ "message": "why" }))).unwrap_err();
            assert_eq!(error.code.as_str(), code, "{status}");
            assert!(error.message.ends_with(": why."), "{}", error.message);
        }
        assert_eq!(result(&answer(202, json!(null))), Ok(()));
    }
}
