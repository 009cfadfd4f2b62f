//! A plain object, field by field.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

/// An object that nobody else knows yet.
pub(crate) struct Fields(Object);

impl Fields {
    /// One without fields.
    pub fn new() -> Self {
        Self(Object::new())
    }

    /// One that has fields already.
    pub fn of(object: Object) -> Self {
        Self(object)
    }

    /// With this field too.
    pub fn with(self, name: &str, value: JsValue) -> Self {
        // Setting a field of a plain new object cannot fail.
        let _ = Reflect::set(&self.0, &JsValue::from_str(name), &value);
        self
    }

    /// With a string.
    pub fn text(self, name: &str, value: &str) -> Self {
        self.with(name, JsValue::from_str(value))
    }

    /// With a number.
    pub fn number(self, name: &str, value: f64) -> Self {
        self.with(name, JsValue::from_f64(value))
    }

    /// With `true` or `false`.
    pub fn flag(self, name: &str, value: bool) -> Self {
        self.with(name, JsValue::from_bool(value))
    }

    /// The object.
    pub fn done(self) -> JsValue {
        self.0.into()
    }
}
