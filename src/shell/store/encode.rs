//! What is stored of a value (`encode.js`): a string of JSON text where that is all there is to it, otherwise an array around
//! a structured clone. The text is the faster and smaller one by far; the clone holds what IndexedDB itself would.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::core::payload::Payload;
use crate::core::store::segment::Encoded;

#[wasm_bindgen(module = "/src/shell/store/encode.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = encode)]
    fn encoded(value: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(js_name = keyOf)]
    fn key_of(key: &JsValue) -> String;
    #[wasm_bindgen(js_name = spellingOf)]
    fn spelling_of(key: &str) -> JsValue;
}

/// What is stored of a value, as it is now, with its size in bytes as it lies on the disk.
///
/// # Errors
/// What the browser says of a value that cannot be stored, such as a function.
pub fn encode(value: &JsValue) -> Result<Encoded<JsValue>, JsValue> {
    let told = encoded(value)?;
    let bytes = told.get(1).as_number().unwrap_or(0.0);
    // A cast of a number that is too large gives the largest there is.
    Ok(Encoded { value: told.get(0), bytes: bytes as u32 })
}

/// What has been encoded elsewhere, with its size in bytes as it lies on the disk: it is stored as it is, and comes back as
/// it is. A string, or an array of one item; nothing else is a value to those who read the log.
pub const fn encoded_as(value: JsValue, bytes: u32) -> Encoded<JsValue> {
    Encoded { value, bytes }
}

/// A key as text that wasm can hold. Strings of JavaScript's may hold halves of characters, which are spelt out; no two
/// keys have the same text.
pub fn key(key: &JsValue) -> String {
    key_of(key)
}

/// The key that has this text.
pub fn spelling(key: &str) -> JsValue {
    spelling_of(key)
}
