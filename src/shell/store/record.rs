//! A segment as it lies in the object store `segments`. The format is frozen:
//!
//! | field | |
//! |---|---|
//! | `f` | the format, 1 |
//! | `e` | the epoch of the leader whose act it is, else 0 |
//! | `k` | the keys of the entries, joined |
//! | `n` | a `Float64Array`, five numbers an entry: the length of its key in UTF-16 units, origin, number; then of a value its size in bytes and when it expires, of a removal origin and number of what is removed |
//! | `o` | a `Float64Array`, two numbers an origin: the origin, the highest number of it that was in what this has replaced |
//! | `v` | the values: a string of JSON text, an array around what only a structured clone holds, or `null` for a removal |

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::columns::{Keys, count, numbers, rows, seen, table, table_of_seen, units};
use crate::core::payload::Payload;
use crate::core::store::segment::{Content, Encoded, Entry, EntryId, FORMAT, Segment};
use crate::shell::object::fields::Fields;

/// The record of a segment.
pub fn pack(segment: &Segment<JsValue>) -> JsValue {
    let count = segment.entries.len();
    let (mut keys, mut numbers, values) = (String::new(), Vec::with_capacity(count * 5), Array::new());
    for entry in &segment.entries {
        keys.push_str(&entry.key);
        let (value, a, b) = match &entry.content {
            Content::Put { value, expires } => (&value.value, f64::from(value.bytes), *expires as f64),
            Content::Remove { of } => (&JsValue::NULL, of.origin as f64, of.number as f64),
        };
        numbers.extend_from_slice(&[units(&entry.key), entry.id.origin as f64, entry.id.number as f64, a, b]);
        values.push(value);
    }
    Fields::new()
        .number("f", f64::from(FORMAT))
        .number("e", segment.epoch as f64)
        .text("k", &keys)
        .with("n", table(&numbers))
        .with("o", table_of_seen(&segment.seen))
        .with("v", values.into())
        .done()
}

/// The segment of a record; `None` if this is no record of a format that this build reads.
pub fn unpack(record: &JsValue) -> Option<Segment<JsValue>> {
    if count(record, "f")? != u64::from(FORMAT) {
        return None;
    }
    let epoch = count(record, "e")?;
    let mut keys = Keys::of(record, "k")?;
    let numbers = numbers(record, "n")?;
    let values = record.field("v")?;
    let rows = rows::<5>(&numbers)?;
    if values.length()? != rows.len() {
        return None;
    }
    let values: &Array = values.unchecked_ref();
    let mut entries = Vec::with_capacity(rows.len());
    for ([units, origin, number, a, b], value) in rows.iter().zip(values.iter()) {
        let key = keys.next(*units)?;
        let (id, a, b) = (EntryId { origin: *origin, number: *number }, *a, *b);
        let content = if value.is_null() {
            Content::Remove { of: EntryId { origin: a, number: b } }
        } else if value.is_string() || value.length() == Some(1) {
            Content::Put { value: Encoded { value, bytes: u32::try_from(a).ok()? }, expires: b }
        } else {
            return None;
        };
        entries.push(Entry { key, id, content });
    }
    let seen = seen(record, "o")?;
    keys.is_end().then_some(Segment { epoch, entries, seen })
}
