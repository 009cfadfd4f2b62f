//! A payload by its handle in the JavaScript heap.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::core::payload::Payload;
use crate::core::store::segment::Encoded;
use crate::shell::cache as entry;
use crate::shell::object::fields::Fields;

impl Payload for JsValue {
    fn null() -> Self {
        Self::NULL
    }

    fn boolean(value: bool) -> Self {
        Self::from_bool(value)
    }

    fn number(value: f64) -> Self {
        Self::from_f64(value)
    }

    fn string(value: &str) -> Self {
        Self::from_str(value)
    }

    fn bytes(value: &[u8]) -> Self {
        Uint8Array::from(value).buffer().into()
    }

    fn array(items: Vec<Self>) -> Self {
        let array = Array::new();
        for item in items {
            array.push(&item);
        }
        array.into()
    }

    fn object(fields: Vec<(&str, Self)>) -> Self {
        let mut object = Fields::new();
        for (name, value) in fields {
            object = object.with(name, value);
        }
        object.done()
    }

    fn dictionary(fields: Vec<(&str, Self)>) -> Self {
        let object: Object = Object::create(Self::NULL.unchecked_ref::<Object>());
        for (name, value) in fields {
            // Nothing is inherited: `__proto__` is a field like any other, and setting one cannot fail.
            let _ = Reflect::set(&object, &Self::from_str(name), &value);
        }
        object.into()
    }

    fn parse(text: &str) -> Option<Self> {
        js_sys::JSON::parse(text).ok()
    }

    fn entries(&self) -> Option<Vec<(String, Self)>> {
        if !Payload::is_object(self) {
            return None;
        }
        let names = Object::keys(self.unchecked_ref::<Object>());
        Some(
            names
                .iter()
                .filter_map(|name| Some((name.as_string()?, Reflect::get(self, &name).ok()?)))
                .collect(),
        )
    }

    fn field(&self, name: &str) -> Option<Self> {
        if !Payload::is_object(self) {
            return None;
        }
        let name = Self::from_str(name);
        // Own fields only: what an object inherits was not sent.
        if !Object::has_own(self.unchecked_ref::<Object>(), &name) {
            return None;
        }
        Reflect::get(self, &name).ok()
    }

    fn item(&self, index: usize) -> Option<Self> {
        let array = self.dyn_ref::<Array>()?;
        let index = u32::try_from(index).ok().filter(|index| *index < array.length())?;
        Some(array.get(index))
    }

    fn length(&self) -> Option<usize> {
        self.dyn_ref::<Array>().map(|array| array.length() as usize)
    }

    fn as_text(&self) -> Option<String> {
        self.as_string()
    }

    fn as_number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn as_boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn set_field(&mut self, name: &str, value: Self) {
        if Payload::is_object(self) {
            // A field of a plain object can always be set.
            let _ = Reflect::set(self, &Self::from_str(name), &value);
        }
    }

    fn is_object(&self) -> bool {
        Self::is_object(self) && !Array::is_array(self)
    }

    fn joined(header: &str, body: Self, bytes: u32) -> (Self, u32) {
        let Encoded { value, bytes } = entry::join(header, &body, bytes);
        (value, bytes)
    }

    fn parted(&self) -> Option<(String, Self)> {
        entry::split(self)
    }
}
