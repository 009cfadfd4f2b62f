//! Reading what is sent.

use js_sys::{ArrayBuffer, DataView, JSON, Uint8Array};
use wasm_bindgen::prelude::*;

use super::reader::Options;
use super::{LONGEST_CHANNEL, LONGEST_EVENT};
use crate::core::error::{Code, Error};
use crate::core::io::CallId;
use crate::core::payload::Payload;
use crate::core::realtime::http_send::HttpBroadcast;
use crate::shell::router::{is_larger, parsed};

/// The most bytes of a payload, of JSON in UTF-8. The server closes a socket at a frame of 5,000,000 bytes, and takes
/// payloads of 3,000,000 at the most.
const LARGEST_PAYLOAD: u32 = 3_000_000;

/// Reads the name of a broadcast that is sent.
///
/// # Errors
/// `invalid_option`.
pub fn event_name(of: &str, event: &str) -> Result<String, Error> {
    if event.is_empty() || event.len() > LONGEST_EVENT {
        let message = [of, " takes the broadcast's name as its second argument: 1 to 255 bytes of UTF-8."];
        return Err(Error::new(Code::InvalidOption, message.concat()));
    }
    Ok(event.to_owned())
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
    channel: &str,
    event: &str,
    payload: &JsValue,
    options: &JsValue,
) -> Result<HttpBroadcast<JsValue>, Error> {
    let wrong = |message: &str| Err(Error::new(Code::InvalidOption, message));
    if channel.is_empty() || channel.len() > LONGEST_CHANNEL || channel.starts_with("realtime:") {
        return wrong(
            "httpSend takes a topic of 1 to 220 bytes, without the prefix \"realtime:\", as its first argument.",
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
    Ok(HttpBroadcast { call, channel: channel.to_owned(), event, payload, private })
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
    let bytes = if payload.is_instance_of::<ArrayBuffer>() {
        Some(Uint8Array::new(payload))
    } else if ArrayBuffer::is_view(payload) {
        let view: &DataView = payload.unchecked_ref();
        let (start, length) = (view.byte_offset() as u32, view.byte_length() as u32);
        Some(Uint8Array::new_with_byte_offset_and_length(&view.buffer(), start, length))
    } else {
        None
    };
    if let Some(bytes) = bytes {
        if bytes.length() > LARGEST_PAYLOAD {
            return Err(too_large());
        }
        let length = bytes.length();
        return Ok(Content { value: bytes.slice(0, length).into(), is_bytes: true });
    }
    let text = JSON::stringify(payload).ok().filter(|text| text.is_string());
    if text.as_ref().is_some_and(|text| is_larger(text, LARGEST_PAYLOAD)) {
        return Err(too_large());
    }
    let value = text.map(|text| parsed(&text)).ok_or_else(|| {
        let message = "The payload is nothing that JSON can hold: send null, numbers, strings, arrays and objects \
            without circles or bigints, or an ArrayBuffer or a view of one for bytes.";
        Error::new(Code::InvalidOption, message)
    })?;
    Ok(Content { value, is_bytes: false })
}

fn too_large() -> Error {
    let message = "The payload has more than 3,000,000 bytes, for which the server would close the connection. Send less, \
        or send where it is stored.";
    Error::new(Code::PayloadTooLarge, message)
}
