//! Promises, whose end is told to a callback. A Rust future for each would bring an executor that nothing else needs.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/shell/promise.js")]
extern "C" {
    /// Does work, a function or `undefined`, in a later turn, and tells once how it ended; `told` is made by [`once`].
    pub fn settle(work: &JsValue, told: &JsValue);
}

/// How a promise ended: with its value, or with the reason of its rejection.
pub type Ended = Result<JsValue, JsValue>;

/// What `promise.js` tells how a promise ended. It is gone after its one call.
pub fn once(told: impl FnOnce(Ended) + 'static) -> JsValue {
    let told: Box<dyn FnOnce(Ended)> = Box::new(told);
    Closure::once_into_js(move |is_fulfilled: bool, value: JsValue| {
        told(if is_fulfilled { Ok(value) } else { Err(value) });
    })
}
