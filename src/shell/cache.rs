//! What lies on the disk of an entry of the cache (`entry.js`): its header and its body, as one string where the body is text,
//! otherwise as an array around both.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use crate::core::payload::Payload;
use crate::core::store::segment::{Encoded, Head, VERSION};
use crate::shell::store::encode::encoded_as;
use crate::shell::store::manifest::pack_head;

#[wasm_bindgen(module = "/src/shell/cache/entry.js")]
extern "C" {
    /// `{ body, bytes, flags }`, a promise of it, or `undefined`.
    #[wasm_bindgen(catch, js_name = encodeEntry)]
    pub fn encode(value: &JsValue, options: &JsValue) -> Result<JsValue, JsValue>;
    /// `[value]`, a promise of it, or `undefined`.
    #[wasm_bindgen(js_name = decodeEntry)]
    pub fn decode(body: &JsValue, flags: u32, options: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = joinEntry)]
    fn joined(header: &str, body: &JsValue, bytes: u32) -> Array;
    #[wasm_bindgen(js_name = splitEntry)]
    fn parts(stored: &JsValue) -> JsValue;
}

#[wasm_bindgen(module = "/src/shell/cache/key.js")]
extern "C" {
    #[wasm_bindgen(js_name = keyOf)]
    fn key_of(name: &str, head: &JsValue) -> Promise;
}

/// Parts of these. A module's file is published if something of it is named here.
#[allow(dead_code, non_snake_case, reason = "only JavaScript imports them, by these names")]
mod files {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen(module = "/src/shell/cache/cipher.js")]
    extern "C" {
        fn makeKey();
    }

    #[wasm_bindgen(module = "/src/shell/cache/compression.js")]
    extern "C" {
        fn canCompress();
    }
}

/// What is stored of an entry. Its header has no line breaks and only ASCII characters; the body and its size are those of
/// [`encode`].
pub fn join(header: &str, body: &JsValue, bytes: u32) -> Encoded<JsValue> {
    let told = joined(header, body, bytes);
    // A cast of a number that is too large gives the largest there is.
    encoded_as(told.get(0), told.get(1).as_number().unwrap_or(0.0) as u32)
}

/// Header and body of what is stored; `None` for what was not stored as an entry.
pub fn split(stored: &JsValue) -> Option<(String, JsValue)> {
    let parts = parts(stored);
    Some((parts.item(0)?.as_text()?, parts.item(1)?))
}

/// The key that is kept in the database of this name
/// ([`Store::key_database`](crate::core::store::Store::key_database)), made if there is none. Rejects where there is none to
/// be had; what was to be encrypted is not stored then.
pub fn key(name: &str) -> Promise {
    let head = Head { identity: 1, oldest_reader: VERSION, ..Head::default() };
    key_of(name, &pack_head(&head))
}
