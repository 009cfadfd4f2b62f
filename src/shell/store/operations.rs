//! Each operation as `operations.js` takes it, and what becomes of what that tells.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::columns::whole;
use super::manifest::{pack_directory, pack_head, unpack_directory, unpack_head};
use super::record::{pack, unpack};
use crate::core::payload::Payload;
use crate::core::store::operation::{
    Answer, Compaction, Durability, Failure, From, HandleId, Operation, Slice, Verdict,
};
use crate::core::store::segment::{Directory, Head, VERSION};

/// What becomes of an operation.
pub type Outcome = Result<Answer<JsValue>, Failure>;

/// What is told: an operation has ended.
pub const DONE: u32 = 0;
/// What is asked: the head that follows from what has been found.
pub const NEXT: u32 = 1;
/// An opening or a deletion waits for others to close the database.
pub const BLOCKED: u32 = 2;
/// The browser has closed an opening.
pub const CLOSED: u32 = 3;
/// Somebody waits for an opening to be closed, for a newer version.
pub const VERSION_CHANGE: u32 = 4;
/// Likewise, to delete the database.
pub const DELETION: u32 = 5;

/// The failure that has this number in `failure.js`.
pub fn failure(kind: u32, reason: &JsValue) -> Failure {
    match kind {
        10 => Failure::Dead,
        11 => Failure::Quota,
        12 => Failure::Newer,
        13 => Failure::Refused,
        14 => Failure::NotCloneable,
        15 => Failure::Corrupt,
        _ => Failure::Other(reason.as_string().unwrap_or_default()),
    }
}

/// An operation's name in `operations.js`, and what it is given there. What is written is packed here, before any transaction
/// begins.
pub fn asked(operation: &Operation<JsValue>) -> (&'static str, Vec<JsValue>) {
    let text = |text: &str| JsValue::from_str(text);
    let number = |number: u64| JsValue::from_f64(number as f64);
    let of = |handle: &HandleId| JsValue::from(handle.0);
    match operation {
        Operation::Open { handle, name, version, identity } => {
            let (version, head) = match version {
                None => (JsValue::UNDEFINED, JsValue::UNDEFINED),
                Some(version) => {
                    let head = Head { identity: *identity, oldest_reader: VERSION, ..Head::default() };
                    (JsValue::from(*version), pack_head(&head))
                }
            };
            ("open", vec![of(handle), text(name), version, head])
        }
        Operation::Close { handle } => ("close", vec![of(handle)]),
        Operation::Delete { name } => ("delete", vec![text(name)]),
        Operation::Clear { handle } => ("clear", vec![of(handle)]),
        Operation::Append { handle, durability, segments } => {
            let records = segments.iter().map(pack).collect::<Array>();
            ("append", vec![of(handle), strictness(*durability), records.into()])
        }
        Operation::Read { handle, from, most } => {
            let after = match from {
                From::Start => JsValue::UNDEFINED,
                From::After(key) => number(*key),
            };
            ("read", vec![of(handle), after, JsValue::from(*most)])
        }
        Operation::Get { handle, segments } => {
            let keys = segments.iter().map(|key| number(*key)).collect::<Array>();
            ("get", vec![of(handle), keys.into()])
        }
        Operation::Compact { handle, durability, compaction } => {
            let (first, last) = match compaction.removed {
                None => (JsValue::UNDEFINED, JsValue::UNDEFINED),
                Some((first, last)) => (number(first), number(last)),
            };
            let added = Array::new();
            for (key, segment) in &compaction.added {
                added.push(&JsValue::array(vec![number(*key), pack(segment)]));
            }
            let directory = pack_directory(&compaction.directory);
            let through = number(compaction.through);
            let given =
                vec![of(handle), strictness(*durability), through, first, last, added.into(), directory];
            ("compact", given)
        }
        Operation::DrawEpoch { handle, .. } => ("drawEpoch", vec![of(handle)]),
        Operation::Names { prefix } => ("names", vec![text(prefix)]),
        Operation::Estimate => ("estimate", vec![]),
        Operation::Persist => ("persist", vec![]),
        Operation::ReadMarks { prefix } => ("readMarks", vec![text(prefix)]),
        Operation::WriteMark { name, value } => ("writeMark", vec![text(name), number(*value)]),
        Operation::Hold { lock } => ("hold", vec![text(lock)]),
        Operation::Release { lock } => ("release", vec![text(lock)]),
        Operation::Held { prefix } => ("held", vec![text(prefix)]),
    }
}

/// The durability that a transaction is opened with.
fn strictness(durability: Durability) -> JsValue {
    JsValue::from_str(match durability {
        Durability::Strict => "strict",
        Durability::Relaxed => "relaxed",
    })
}

/// The head that an operation puts in the place of the one that it has found; `None` for no new one.
pub fn next_head(operation: &Operation<JsValue>, found: &Array) -> Result<Option<Head>, Failure> {
    let head = head_of(&found.get(0));
    Ok(match operation {
        Operation::Compact { compaction, .. } => match verdict(compaction, found)? {
            Verdict::Done(head) => Some(head),
            Verdict::Behind | Verdict::Fenced(_) => None,
        },
        Operation::DrawEpoch { above, .. } => {
            Some(Head { epoch: head.epoch.max(*above).saturating_add(1), ..head })
        }
        _ => None,
    })
}

/// What an operation comes to.
pub fn answer(operation: &Operation<JsValue>, told: &JsValue) -> Outcome {
    let found: &Array = told.unchecked_ref();
    Ok(match operation {
        Operation::Open { .. } => {
            // Without an answer it has been given up.
            let version = told.item(1).and_then(|version| version.as_f64()).ok_or(Failure::Dead)?;
            Answer::Opened { was_made: found.get(0).is_truthy(), version: version as u32 }
        }
        Operation::Append { .. } => {
            let key = |index| found.get(index).as_f64().and_then(whole).ok_or(Failure::Corrupt);
            Answer::Appended { first: key(0)?, last: key(found.length().saturating_sub(1))? }
        }
        Operation::Get { segments, .. } => {
            let mut got = Vec::new();
            for (key, record) in segments.iter().zip(found.iter()) {
                got.extend(unpack(&record).map(|segment| (*key, segment)));
            }
            Answer::Got(got)
        }
        Operation::Read { from, most, .. } => Answer::Read(slice(*from, *most, found)?),
        Operation::Compact { compaction, .. } => Answer::Compacted(verdict(compaction, found)?),
        Operation::DrawEpoch { .. } => {
            Answer::Epoch(next_head(operation, found)?.map_or(0, |head| head.epoch))
        }
        Operation::Names { .. } | Operation::Held { .. } => {
            Answer::Names(found.iter().filter_map(|name| name.as_string()).collect())
        }
        Operation::Estimate => {
            let bytes = |index| found.get(index).as_f64().map_or(0, |bytes| bytes as u64);
            Answer::Estimate { usage: bytes(0), quota: bytes(1) }
        }
        Operation::Persist => Answer::Persisted(told.is_truthy()),
        Operation::ReadMarks { .. } => {
            let mark = |told: JsValue| Some((told.item(0)?.as_string()?, whole(told.item(1)?.as_f64()?)?));
            Answer::Marks(found.iter().filter_map(mark).collect())
        }
        Operation::Close { .. }
        | Operation::Delete { .. }
        | Operation::Clear { .. }
        | Operation::WriteMark { .. }
        | Operation::Hold { .. }
        | Operation::Release { .. } => Answer::Done,
    })
}

/// A slice of the log, of `[directory, head, lowest key, keys, records]`.
fn slice(from: From, most: u32, found: &Array) -> Result<Slice<JsValue>, Failure> {
    let (directory, keys, records) = (found.get(0), found.get(3), found.get(4));
    let (keys, records): (&Array, &Array) = (keys.unchecked_ref(), records.unchecked_ref());
    let mut slice = Slice {
        head: head_of(&found.get(1)),
        directory: match from {
            From::After(_) => None,
            From::Start if directory.is_undefined() => Some(Directory::default()),
            From::Start => Some(unpack_directory(&directory).ok_or(Failure::Corrupt)?),
        },
        first: lowest(&found.get(2)),
        segments: Vec::new(),
        unreadable: Vec::new(),
        is_end: keys.length() < most,
    };
    for (key, record) in keys.iter().zip(records.iter()) {
        // A key that is no whole number is not ours.
        let Some(key) = key.as_f64().and_then(whole) else { continue };
        match unpack(&record) {
            Some(segment) => slice.segments.push((key, segment)),
            None => slice.unreadable.push(key),
        }
    }
    Ok(slice)
}

/// A damaged head says nothing: it is one without an identity.
fn head_of(record: &JsValue) -> Head {
    unpack_head(record).unwrap_or_default()
}

/// What becomes of a compaction.
fn verdict(compaction: &Compaction<JsValue>, found: &Array) -> Result<Verdict, Failure> {
    let newest = if found.get(1).is_undefined() { compaction.through } else { u64::MAX };
    Ok(compaction.verdict(&head_of(&found.get(0)), newest, lowest(&found.get(2))))
}

/// The lowest key of a log, by what was found of it.
fn lowest(found: &JsValue) -> u64 {
    // A cast rounds down: what lies below the first whole number is not ours.
    found.as_f64().map_or(u64::MAX, |key| key as u64)
}
