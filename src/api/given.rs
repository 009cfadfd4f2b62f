//! Reading what the application gave. Getters and proxies are code of its own, which may throw; nothing here does.

use js_sys::{Array, Date, JSON, Reflect};
use wasm_bindgen::prelude::*;

pub use crate::shell::text::{TEXT, text};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn try_is_array(value: &JsValue) -> Result<bool, JsValue>;

    #[wasm_bindgen(catch, js_namespace = Object, js_name = keys)]
    fn try_keys(value: &JsValue) -> Result<Array, JsValue>;
}

/// Whether it is an array.
pub fn is_array(value: &JsValue) -> bool {
    try_is_array(value).unwrap_or(false)
}

/// Whether it is an object: neither an array nor `null`.
pub fn is_object(value: &JsValue) -> bool {
    value.is_object() && !is_array(value)
}

/// The names of its own fields; `None` if they cannot be read.
pub fn names(value: &JsValue) -> Option<Vec<String>> {
    Some(try_keys(value).ok()?.iter().filter_map(|name| name.as_string()).collect())
}

/// A field, an inherited one too. One that cannot be read is `NaN`, which no option may be.
pub fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or(JsValue::from_f64(f64::NAN))
}

/// The items of an array of at most so many; those that cannot be read are `NaN`. `None` if it is no such array.
pub fn items(value: &JsValue, most: u32) -> Option<Vec<JsValue>> {
    let length = Some(field(value, "length")).filter(|_| is_array(value))?.as_f64()?;
    let length = Some(length).filter(|length| *length <= f64::from(most))? as u32;
    Some(
        (0..length)
            .map(|index| Reflect::get_u32(value, index).unwrap_or(JsValue::from_f64(f64::NAN)))
            .collect(),
    )
}

/// A valid `Date` in ISO 8601.
pub fn iso_text(value: &JsValue) -> Option<String> {
    // Written as JSON, because the methods of what only looks like a `Date` throw.
    let text = value.dyn_ref::<Date>().and_then(|date| JSON::stringify(date).ok())?;
    Some(text.as_string()?.replace('"', "")).filter(|text| text != "null")
}
