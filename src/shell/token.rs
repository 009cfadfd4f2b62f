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
    let expires = claim(token, "exp")?.as_number()?;
    Some((expires * 1_000.0 - Date::now()) as i64)
}

/// Whether it is a project's secret key, which no page may have: one of the new kind, or a JWT of the service role.
pub fn is_secret(token: &str) -> bool {
    token.starts_with("sb_secret_")
        || claim(token, "role").and_then(|role| role.as_text()).as_deref() == Some("service_role")
}

fn claim(token: &str, name: &str) -> Option<JsValue> {
    let claims = token.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    // `atob` gives one character a byte: enough for what is ASCII.
    JSON::parse(&atob(&claims).ok()?).ok()?.field(name)
}
