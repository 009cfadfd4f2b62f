//! Reading a string of the application's.

use wasm_bindgen::prelude::*;

/// What [`text`] takes, for the sentence of an error.
pub const TEXT: &str = "a string that is not empty and has no lone surrogate";

#[wasm_bindgen(module = "/src/shell/text.js")]
extern "C" {
    /// A string; `None` for anything else. One with a lone surrogate has no UTF-8: Rust, and the wire, would have U+FFFD in
    /// its place, which is another string than the application's.
    pub fn text(value: &JsValue) -> Option<String>;
}
