//! What a payload is to the core: something opaque that it can build, parse and read a few fields of.

/// A JSON value held by handle: a `JsValue` in a browser, `serde_json::Value` in native tests.
///
/// The core reads control frames through it and builds outgoing ones with it; data payloads only pass by.
pub trait Payload: Clone {
    /// `null`.
    fn null() -> Self;
    /// `true` or `false`.
    fn boolean(value: bool) -> Self;
    /// A number.
    fn number(value: f64) -> Self;
    /// A string.
    fn string(value: &str) -> Self;
    /// Bytes: an `ArrayBuffer` in a browser.
    fn bytes(value: &[u8]) -> Self;
    /// An array.
    fn array(items: Vec<Self>) -> Self;
    /// An object with these fields in this order.
    fn object(fields: Vec<(&str, Self)>) -> Self;
    /// An object whose fields others have named: whatever the names are, it has these fields and inherits none.
    fn dictionary(fields: Vec<(&str, Self)>) -> Self {
        Self::object(fields)
    }
    /// The value of a JSON text, `None` if it is not JSON.
    fn parse(text: &str) -> Option<Self>;
    /// The fields of an object, in their order; `None` if this is no object.
    fn entries(&self) -> Option<Vec<(String, Self)>>;
    /// The field of an object; `None` if it is absent or this is no object.
    fn field(&self, name: &str) -> Option<Self>;
    /// The item of an array; `None` if it is absent or this is no array.
    fn item(&self, index: usize) -> Option<Self>;
    /// The number of items of an array; `None` if this is no array.
    fn length(&self) -> Option<usize>;
    /// The text of a string.
    fn as_text(&self) -> Option<String>;
    /// The value of a number.
    fn as_number(&self) -> Option<f64>;
    /// The value of `true` or `false`.
    fn as_boolean(&self) -> Option<bool>;
    /// Sets the field of an object that this handle alone knows; nothing, if this is no object.
    fn set_field(&mut self, name: &str, value: Self);
    /// Whether this is an object: neither an array nor `null`.
    fn is_object(&self) -> bool;
    /// What lies on the disk of an entry of the cache, a header of ASCII without line breaks and a body of `bytes` bytes, with its
    /// size in bytes. A payload that knows a smaller form gives that.
    fn joined(header: &str, body: Self, bytes: u32) -> (Self, u32) {
        (Self::array(vec![Self::string(header), body]), bytes.saturating_add(header.len() as u32))
    }
    /// Header and body of what [`Payload::joined`] gave; `None` for anything else.
    fn parted(&self) -> Option<(String, Self)> {
        Some((self.item(0)?.as_text()?, self.item(1)?))
    }
}

/// The largest whole number up to which a float holds each of them. JavaScript calls these numbers safe.
pub const MOST_EXACT: f64 = 9_007_199_254_740_991.0;

#[cfg(not(target_arch = "wasm32"))]
impl Payload for serde_json::Value {
    fn null() -> Self {
        Self::Null
    }

    fn boolean(value: bool) -> Self {
        Self::Bool(value)
    }

    fn number(value: f64) -> Self {
        if value.fract() == 0.0 && value.abs() <= MOST_EXACT {
            Self::from(value as i64)
        } else {
            Self::from(value)
        }
    }

    fn string(value: &str) -> Self {
        Self::String(value.to_owned())
    }

    fn bytes(value: &[u8]) -> Self {
        Self::Array(value.iter().map(|byte| Self::from(*byte)).collect())
    }

    fn array(items: Vec<Self>) -> Self {
        Self::Array(items)
    }

    fn object(fields: Vec<(&str, Self)>) -> Self {
        Self::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    fn entries(&self) -> Option<Vec<(String, Self)>> {
        Some(self.as_object()?.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    fn field(&self, name: &str) -> Option<Self> {
        self.as_object()?.get(name).cloned()
    }

    fn item(&self, index: usize) -> Option<Self> {
        self.as_array()?.get(index).cloned()
    }

    fn length(&self) -> Option<usize> {
        self.as_array().map(Vec::len)
    }

    fn as_text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn as_number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn as_boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn set_field(&mut self, name: &str, value: Self) {
        if let Some(fields) = self.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
    }

    fn is_object(&self) -> bool {
        Self::is_object(self)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::Value;

    use super::Payload;

    #[test]
    fn every_name_that_is_drawn_is_written_as_a_whole_number() {
        for name in [1_u64, 4_503_599_627_370_495, 9_005_838_103_610_130, 9_007_199_254_740_991] {
            assert_eq!(<Value as Payload>::number(name as f64), Value::from(name));
        }
        assert_eq!(<Value as Payload>::number(0.5), Value::from(0.5));
    }
}
