//! What a site remembers beside its databases (`site.js`).

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/shell/store/site.js")]
extern "C" {
    /// The user whose token was the last on this device, if one is known.
    #[wasm_bindgen(js_name = lastUser)]
    pub fn last_user(project: &str) -> Option<String>;
    /// Remembers the user of a token, or nobody.
    #[wasm_bindgen(js_name = rememberUser)]
    pub fn remember_user(project: &str, user: Option<String>);
}
