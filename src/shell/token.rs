//! Reading when an access token expires. It is not verified: that is the server's part.

use js_sys::{Date, JSON};
use wasm_bindgen::prelude::*;

use crate::core::payload::Payload;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn atob(encoded: &str) -> Result<String, JsValue>;
}

/// Milliseconds until a JWT expires, negative if it has; `None` if it is no JWT or does not say.
pub fn lifetime(token: &str) -> Option<i64> {
    let claims = token.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    // `atob` gives one character a byte: enough to find a number in ASCII.
    let expires = JSON::parse(&atob(&claims).ok()?).ok()?.field("exp")?.as_number()?;
    Some((expires * 1_000.0 - Date::now()) as i64)
}
