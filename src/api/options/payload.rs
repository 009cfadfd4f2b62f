//! Reading what is sent.

use js_sys::{JsString, Uint8Array};
use wasm_bindgen::prelude::*;

use super::reader::Options;
use super::{LONGEST_CHANNEL, LONGEST_EVENT};
use crate::api::given;
use crate::core::error::{Code, Error};
use crate::core::ids::CallId;
use crate::core::payload::Payload;
use crate::core::realtime::http_broadcast::HttpBroadcast;
use crate::shell::router::{is_larger, parsed};
use crate::shell::token::user_token;

/// The most bytes of a payload, of JSON in UTF-8. The server closes a socket at a frame of 5,000,000 bytes, and takes
/// payloads of 3,000,000 at the most.
const LARGEST_PAYLOAD: u32 = 3_000_000;

#[wasm_bindgen(module = "/src/api/written.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = bytesIn)]
    fn bytes_in(payload: &JsValue) -> Result<Option<Uint8Array>, JsValue>;
    #[wasm_bindgen(catch)]
    fn json(payload: &JsValue) -> Result<JsValue, JsValue>;
}

/// Reads an id of the application's choice, the first argument.
///
/// # Errors
/// `invalid_option`.
pub fn id(of: &str, id: &JsValue) -> Result<String, Error> {
    given::text(id).filter(|id| !id.is_empty()).ok_or_else(|| {
        let message = [of, " takes an id of your choice as its first argument: ", given::TEXT, "."];
        Error::new(Code::InvalidOption, message.concat())
    })
}

/// Reads a token that the application sets; `None` for the key's own role.
///
/// # Errors
/// `invalid_option`.
pub fn token(token: &JsValue) -> Result<Option<String>, Error> {
    if token.is_null() {
        return Ok(None);
    }
    user_token(token).map(Some).map_err(|wrong| {
        let message = [
            "setAuth takes a user's token as its argument, or null for the key's own role. It was given ",
            wrong,
            ".",
        ];
        Error::new(Code::InvalidOption, message.concat())
    })
}

/// Reads the name of a broadcast that is sent.
///
/// # Errors
/// `invalid_option`.
pub fn event_name(of: &str, event: &JsValue) -> Result<String, Error> {
    let event = given::text(event).filter(|event| (1..=LONGEST_EVENT).contains(&event.len()));
    event.ok_or_else(|| {
        let message = [
            of,
            " takes the broadcast's name as its second argument: a string of 1 to 255 bytes of UTF-8, without lone \
             surrogates.",
        ];
        Error::new(Code::InvalidOption, message.concat())
    })
}

/// Reads what is tracked.
///
/// # Errors
/// `invalid_option`, `payload_too_large`.
pub fn presence_state(state: &JsValue) -> Result<JsValue, Error> {
    let Content { value, is_bytes } = content(state)?;
    if is_bytes || !Payload::is_object(&value) {
        let message = "track takes an object as its second argument, for example `{ status: 'online' }`.";
        return Err(Error::new(Code::InvalidOption, message));
    }
    Ok(value)
}

/// Reads a broadcast that goes out by HTTP.
///
/// # Errors
/// `invalid_option`, `unknown_option`, `payload_too_large`.
pub fn http_broadcast(
    call: CallId,
    channel: &JsValue,
    event: &JsValue,
    payload: &JsValue,
    options: &JsValue,
) -> Result<HttpBroadcast<JsValue>, Error> {
    let wrong = |message: &str| Err(Error::new(Code::InvalidOption, message));
    let channel = given::text(channel).unwrap_or_default();
    if channel.is_empty() || channel.len() > LONGEST_CHANNEL || channel.starts_with("realtime:") {
        return wrong(
            "httpSend takes a topic as its first argument: a string of 1 to 220 bytes, without lone surrogates and \
             without the prefix \"realtime:\".",
        );
    }
    let event = event_name("httpSend", event)?;
    let Content { value: payload, is_bytes } = content(payload)?;
    if !is_bytes && !Payload::is_object(&payload) {
        return wrong(
            "httpSend takes an object, or bytes, as its third argument: the server wraps anything else.",
        );
    }
    let private = match options.is_undefined() {
        true => false,
        false => {
            let options = Options::read(options, "httpSend", &["private"]);
            let private = options.flag("private", false);
            options.done(private)?
        }
    };
    Ok(HttpBroadcast { call, channel, event, payload, private })
}

/// A payload as it is now, so that neither the application's code nor a later change of it touches what is sent.
pub struct Content {
    /// Bytes as an `Uint8Array`, or a value that JSON holds.
    pub value: JsValue,
    /// Which of the two.
    pub is_bytes: bool,
}

/// Reads a payload: an `ArrayBuffer` or a view of one, or what JSON can hold.
///
/// # Errors
/// `invalid_option` for what JSON cannot hold, `payload_too_large`.
pub fn content(payload: &JsValue) -> Result<Content, Error> {
    let Ok(bytes) = bytes_in(payload) else { return Err(unreadable()) };
    if let Some(bytes) = bytes {
        if bytes.length() > LARGEST_PAYLOAD {
            return Err(too_large());
        }
        let length = bytes.length();
        return Ok(Content { value: bytes.slice(0, length).into(), is_bytes: true });
    }
    let Ok(written) = json(payload) else { return Err(unreadable()) };
    if let Some(lost) = written.item(0).and_then(|lost| lost.as_string()) {
        let message = ["JSON can hold only a part of the payload: ", &lost, ". ", TAKEN];
        return Err(Error::new(Code::InvalidOption, message.concat()));
    }
    let Ok(text) = written.dyn_into::<JsString>() else { return Err(unreadable()) };
    if is_larger(&text, LARGEST_PAYLOAD) {
        return Err(too_large());
    }
    let value = parsed(&text);
    Ok(Content { value, is_bytes: false })
}

const TAKEN: &str = "Send null, finite numbers, strings, booleans, and arrays and objects of these; or, for bytes, an \
    ArrayBuffer or a view of one by itself.";

fn unreadable() -> Error {
    let message = ["The payload is nothing that JSON can hold, or cannot be read. ", TAKEN];
    Error::new(Code::InvalidOption, message.concat())
}

fn too_large() -> Error {
    let message = "The payload has more than 3,000,000 bytes, for which the server would close the connection. Send less, \
        or send where it is stored.";
    Error::new(Code::PayloadTooLarge, message)
}
