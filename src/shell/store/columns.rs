//! Tables as records hold them: a column of keys, joined to one string, beside a table of numbers. So a record of many
//! entries crosses into wasm as two values.

use std::rc::Rc;

use js_sys::Float64Array;
use wasm_bindgen::prelude::*;

use crate::core::payload::Payload;
use crate::core::store::segment::Seen;

/// From where on a double does not hold every whole number.
const LIMIT: f64 = 9_007_199_254_740_992.0;

/// A whole number that a record may hold.
pub fn whole(number: f64) -> Option<u64> {
    ((0.0..LIMIT).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}

/// Such a field of a record.
pub fn count(record: &JsValue, name: &str) -> Option<u64> {
    whole(record.field(name)?.as_number()?)
}

/// A table of numbers, as a record holds it.
pub fn table(numbers: &[f64]) -> JsValue {
    Float64Array::from(numbers).into()
}

/// A table of numbers of a record, all of them whole.
pub fn numbers(record: &JsValue, name: &str) -> Option<Vec<u64>> {
    let found = record.field(name)?.dyn_ref::<Float64Array>()?.to_vec();
    let mut numbers = Vec::with_capacity(found.len());
    for number in found {
        numbers.push(whole(number)?);
    }
    Some(numbers)
}

/// A table's rows; `None` if the last one is not whole.
pub fn rows<const N: usize>(numbers: &[u64]) -> Option<&[[u64; N]]> {
    let (rows, rest) = numbers.as_chunks::<N>();
    rest.is_empty().then_some(rows)
}

/// The table of what was seen of origins.
pub fn table_of_seen(seen: &[Seen]) -> JsValue {
    let mut numbers = Vec::with_capacity(seen.len() * 2);
    for seen in seen {
        numbers.extend_from_slice(&[seen.origin as f64, seen.number as f64]);
    }
    table(&numbers)
}

/// What was seen of origins, by a record's table.
pub fn seen(record: &JsValue, name: &str) -> Option<Vec<Seen>> {
    let numbers = numbers(record, name)?;
    let mut seen = Vec::new();
    for [origin, number] in rows(&numbers)? {
        seen.push(Seen { origin: *origin, number: *number });
    }
    Some(seen)
}

/// The length of a key as the numbers beside it state it: in JavaScript's units, because the column is a JavaScript string.
pub fn units(key: &str) -> f64 {
    key.encode_utf16().count() as f64
}

/// A column of keys being read.
pub struct Keys {
    joined: String,
    at: usize,
}

impl Keys {
    /// That of a record.
    pub fn of(record: &JsValue, name: &str) -> Option<Self> {
        Some(Self { joined: record.field(name)?.as_text()?, at: 0 })
    }

    /// The next key, which has so many units; `None` if no key ends there.
    pub fn next(&mut self, units: u64) -> Option<Rc<str>> {
        let mut left = units;
        let rest = self.joined.get(self.at..)?;
        let mut length = 0;
        for character in rest.chars() {
            if left == 0 {
                break;
            }
            left = left.checked_sub(character.len_utf16() as u64)?;
            length += character.len_utf8();
        }
        self.at += length;
        if left > 0 { None } else { Some(rest.get(..length)?.into()) }
    }

    /// Whether all have been read.
    pub fn is_end(&self) -> bool {
        self.at == self.joined.len()
    }
}
