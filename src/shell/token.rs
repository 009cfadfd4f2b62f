//! Reading what an access token says of itself. It is not verified: that is the server's part.

use js_sys::{Date, JSON};
use wasm_bindgen::prelude::*;

use crate::core::payload::Payload;
use crate::core::session::token::Claims;
use crate::shell::text::text;

/// The most bytes of a token, and of a key. The server closes a socket whose frames are too large, each time anew.
pub const LONGEST_TOKEN: usize = 100_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn atob(encoded: &str) -> Result<String, JsValue>;
}

/// What a JWT says; nothing if it is none.
pub fn claims(token: &str) -> Claims {
    let Some(claims) = read(token) else { return Claims::default() };
    let now = Date::now();
    let until = |name| Some((claims.field(name)?.as_number()? * 1_000.0 - now) as i64);
    Claims {
        user: claims.field("sub").and_then(|user| user.as_text()).filter(|user| !user.is_empty()),
        lifetime: until("exp"),
        age: until("iat").map(|until| -until),
    }
}

/// A user's token as the application gives it.
///
/// # Errors
/// What it is instead, which never repeats it.
pub fn user_token(value: &JsValue) -> Result<String, &'static str> {
    let wrong = match text(value) {
        None if value.is_string() => "a string with a lone surrogate",
        None => "something that is no string",
        Some(token) if token.is_empty() => "an empty string",
        Some(token) if token.len() > LONGEST_TOKEN => "a string of more than 100,000 bytes",
        Some(token) if is_secret(&token) => "a secret key: it gives whoever reads the page all rights",
        Some(token) => return Ok(token),
    };
    Err(wrong)
}

/// Whether it is a project's secret key, which no page may have: one of the new kind, or a JWT of the service role.
pub fn is_secret(token: &str) -> bool {
    token.trim().starts_with("sb_secret_")
        || read(token).and_then(|claims| claims.field("role")?.as_text()).as_deref() == Some("service_role")
}

fn read(token: &str) -> Option<JsValue> {
    let claims = token.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    // `atob` gives one character a byte. Numbers are ASCII, and a user is told from another all the same.
    JSON::parse(&atob(&claims).ok()?).ok()
}
