//! The two records of the object store `manifest`. Their formats are frozen.
//!
//! The head, under key 0: `f` the format, `i` the identity of the database, `g` its generation, `e` the epoch, `r` the
//! lowest version whose builds read this database. A build reads the head of every later format.
//!
//! The directory, under key 1; tables are `Float64Array`s:
//!
//! | field | |
//! |---|---|
//! | `f` | the format, 1 |
//! | `t`, `e` | through which key it describes the log, and the highest epoch up to there |
//! | `k` | the keys of the places, joined |
//! | `n` | seven numbers a place: the length of its key in UTF-16 units, origin, number, segment, position, size in bytes, expiry |
//! | `s` | two numbers a segment: its key, its size in bytes |
//! | `o` | two numbers an origin: the origin, the highest number seen |
//! | `u` | one number a place: when it was last used. Earlier builds write none and read none |

use wasm_bindgen::prelude::*;

use super::columns::{Keys, count, numbers, rows, seen, table, table_of_seen, units};
use crate::core::store::segment::{Directory, EntryId, FORMAT, Head, Place};
use crate::shell::object::fields::Fields;

/// The record of a head.
pub fn pack_head(head: &Head) -> JsValue {
    Fields::new()
        .number("f", f64::from(FORMAT))
        .number("i", head.identity as f64)
        .number("g", head.generation as f64)
        .number("e", head.epoch as f64)
        .number("r", f64::from(head.oldest_reader))
        .done()
}

/// The head of a record; `None` if this is none.
pub fn unpack_head(record: &JsValue) -> Option<Head> {
    Some(Head {
        identity: count(record, "i")?,
        generation: count(record, "g")?,
        epoch: count(record, "e")?,
        oldest_reader: u32::try_from(count(record, "r")?).ok()?,
    })
}

/// The record of a directory.
pub fn pack_directory(directory: &Directory) -> JsValue {
    let (mut keys, mut places) = (String::new(), Vec::with_capacity(directory.places.len() * 7));
    let mut uses = Vec::with_capacity(directory.places.len());
    for place in &directory.places {
        keys.push_str(&place.key);
        places.extend_from_slice(&[
            units(&place.key),
            place.id.origin as f64,
            place.id.number as f64,
            place.segment as f64,
            f64::from(place.position),
            f64::from(place.bytes),
            place.expires as f64,
        ]);
        uses.push(f64::from(place.used));
    }
    let mut segments = Vec::with_capacity(directory.segments.len() * 2);
    for (key, bytes) in &directory.segments {
        segments.extend_from_slice(&[*key as f64, f64::from(*bytes)]);
    }
    Fields::new()
        .number("f", f64::from(FORMAT))
        .number("t", directory.through as f64)
        .number("e", directory.epoch as f64)
        .text("k", &keys)
        .with("n", table(&places))
        .with("s", table(&segments))
        .with("o", table_of_seen(&directory.seen))
        .with("u", table(&uses))
        .done()
}

/// The directory of a record; `None` if this is none of a format that this build reads.
pub fn unpack_directory(record: &JsValue) -> Option<Directory> {
    if count(record, "f")? != u64::from(FORMAT) {
        return None;
    }
    let mut directory =
        Directory { through: count(record, "t")?, epoch: count(record, "e")?, ..Directory::default() };
    let mut keys = Keys::of(record, "k")?;
    let uses = numbers(record, "u").unwrap_or_default();
    for (at, row) in rows(&numbers(record, "n")?)?.iter().enumerate() {
        let [units, origin, number, segment, position, bytes, expires] = row;
        directory.places.push(Place {
            key: keys.next(*units)?,
            id: EntryId { origin: *origin, number: *number },
            segment: *segment,
            position: u32::try_from(*position).ok()?,
            bytes: u32::try_from(*bytes).ok()?,
            expires: *expires,
            used: uses.get(at).and_then(|used| u32::try_from(*used).ok()).unwrap_or(0),
        });
    }
    for [key, bytes] in rows(&numbers(record, "s")?)? {
        directory.segments.push((*key, u32::try_from(*bytes).ok()?));
    }
    directory.seen = seen(record, "o")?;
    keys.is_end().then_some(directory)
}
