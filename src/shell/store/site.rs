//! What a site has beside its databases (`site.js`): the list of them, marks, locks, space.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::columns::whole;
use crate::core::payload::Payload;
use crate::core::store::operation::Answer;

#[wasm_bindgen(module = "/src/shell/store/site.js")]
extern "C" {
    /// Notes that a database may exist, where the browser cannot list them.
    pub fn note(name: &str);
    /// Notes that it does not exist any more.
    pub fn unnote(name: &str);
    /// The user whose token was the last on this device, if one is known.
    #[wasm_bindgen(js_name = lastUser)]
    pub fn last_user(project: &str) -> Option<String>;
    /// Remembers the user of a token, or nobody.
    #[wasm_bindgen(js_name = rememberUser)]
    pub fn remember_user(project: &str, user: Option<String>);
    /// Work for `promise.js`: the names of the databases that begin with this.
    pub fn names(prefix: &str) -> JsValue;
    /// Work: the space used, and the space there may be.
    pub fn estimate() -> JsValue;
    /// Work: whether the browser keeps what is stored.
    pub fn persist() -> JsValue;
    /// Work: names and numbers of the marks whose names begin with this.
    #[wasm_bindgen(js_name = readMarks)]
    pub fn read_marks(prefix: &str) -> JsValue;
    /// Work: sets a mark.
    #[wasm_bindgen(js_name = writeMark)]
    pub fn write_mark(name: &str, value: f64) -> JsValue;
    /// Work: the names of the locks held by any tab that begin with this.
    pub fn held(prefix: &str) -> JsValue;

    type Held;
    fn hold(name: &str) -> Held;
    #[wasm_bindgen(method, getter)]
    fn taken(this: &Held) -> JsValue;
    #[wasm_bindgen(method)]
    fn release(this: &Held);
}

/// A Web Lock, held or asked for; dropping it gives it back.
pub struct Lock(Held);

impl Lock {
    /// Asks for it.
    pub fn hold(name: &str) -> Self {
        Self(hold(name))
    }

    /// Work for `promise.js`, which ends once it is held.
    pub fn taken(&self) -> JsValue {
        self.0.taken()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.release();
    }
}

fn items<T>(told: &JsValue, read: impl Fn(JsValue) -> Option<T>) -> Vec<T> {
    told.dyn_ref::<Array>().map(|items| items.iter().filter_map(read).collect()).unwrap_or_default()
}

/// Names.
pub fn as_names(told: &JsValue) -> Answer<JsValue> {
    Answer::Names(items(told, |name| name.as_string()))
}

/// The space used, and the space there may be.
pub fn as_estimate(told: &JsValue) -> Answer<JsValue> {
    let bytes = |index| told.item(index).and_then(|bytes| bytes.as_f64()).map_or(0, |bytes| bytes as u64);
    Answer::Estimate { usage: bytes(0), quota: bytes(1) }
}

/// Marks.
pub fn as_marks(told: &JsValue) -> Answer<JsValue> {
    let mark = |told: JsValue| Some((told.item(0)?.as_string()?, whole(told.item(1)?.as_f64()?)?));
    Answer::Marks(items(told, mark))
}
