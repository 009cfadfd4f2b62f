//! Reading what an access token says of itself. It is not verified: that is the server's part.

use js_sys::{Date, JSON};
use wasm_bindgen::prelude::*;

use crate::core::io::Claims;
use crate::core::payload::Payload;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn atob(encoded: &str) -> Result<String, JsValue>;
}

/// What a JWT says; nothing if it is none.
pub fn claims(token: &str) -> Claims {
    read(token).unwrap_or_default()
}

fn read(token: &str) -> Option<Claims> {
    let claims = token.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    // `atob` gives one character a byte. Numbers are ASCII, and a user is told from another all the same.
    let claims = JSON::parse(&atob(&claims).ok()?).ok()?;
    let now = Date::now();
    let until = |name| Some((claims.field(name)?.as_number()? * 1_000.0 - now) as i64);
    Some(Claims {
        user: claims.field("sub").and_then(|user| user.as_text()).filter(|user| !user.is_empty()),
        lifetime: until("exp"),
        age: until("iat").map(|until| -until),
    })
}
