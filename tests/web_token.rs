//! What a token says of itself, as the browser reads it.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use js_sys::Date;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wedsync_dashboard::core::session::token::Claims;
use wedsync_dashboard::shell::token::claims;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen]
extern "C" {
    fn btoa(bytes: &str) -> String;
}

/// The JSON's bytes as characters, as `btoa` takes them.
fn token(json: &str) -> String {
    let bytes: String = json.bytes().map(char::from).collect();
    let encoded = btoa(&bytes).replace('+', "-").replace('/', "_").replace('=', "");
    ["eyJhbGciOiJIUzI1NiJ9.", &encoded, ".signature"].concat()
}

#[wasm_bindgen_test]
fn a_token_says_whose_it_is_and_since_and_until_when() {
    let now = (Date::now() / 1_000.0) as i64;
    let (issued, expires) = ((now - 60).to_string(), (now + 3_600).to_string());
    let json = [r#"{"sub":"amélie ✓ ???>>>","iat":"#, &issued, r#","exp":"#, &expires, "}"].concat();
    let said = claims(&token(&json));
    let other = claims(&token(&json.replace("amélie", "amèlie")));
    assert!(said.user.is_some() && said.user != other.user);
    assert!(said.lifetime.is_some_and(|left| (3_590_000..=3_600_000).contains(&left)), "{said:?}");
    assert!(said.age.is_some_and(|age| (60_000..70_000).contains(&age)), "{said:?}");
}

#[wasm_bindgen_test]
fn what_says_nothing_is_nobodys() {
    for token in ["", "abc", "a.b.c", "sb_publishable_x", &token("7"), &token("{}"), &token(r#"{"sub":""}"#)]
    {
        assert_eq!(claims(token), Claims::default(), "{token}");
    }
    assert_eq!(claims(&token(r#"{"sub":7,"exp":"soon","iat":null}"#)), Claims::default());
}
