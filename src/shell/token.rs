//! Reading what an access token says of itself. It is not verified: that is the server's part.

use js_sys::{Date, JSON};
use wasm_bindgen::prelude::*;

use crate::core::payload::Payload;
use crate::core::session::token::Claims;

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

fn read(token: &str) -> Option<JsValue> {
    let claims = token.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    // `atob` gives one character a byte. Numbers are ASCII, and a user is told from another all the same.
    JSON::parse(&atob(&claims).ok()?).ok()
}
