//! What each operation asks of an open database, and what it makes of the answers.
//!
//! All of them are one future, because each future of its own is some kilobytes of code.

use std::rc::Rc;

use indexed_db_futures::database::Database;
use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::columns::whole;
use super::manifest::{DIRECTORY, HEAD, pack_directory, pack_head, unpack_directory, unpack_head};
use super::record::{pack, unpack};
use super::transaction::{MANIFEST, Request, SEGMENTS, run};
use super::{Outcome, encode};
use crate::core::store::operation::{
    Answer, Compaction, Durability, Failure, From, Operation, Slice, Verdict,
};
use crate::core::store::segment::{Content, Directory, Entry, Head, Segment};

/// Does an operation on an open database.
pub async fn perform(database: Database, operation: Operation<JsValue>) -> Outcome {
    if matches!(operation, Operation::Clear { .. }) {
        // Where there is no space, Chromium refuses a transaction that puts anything, however much it removes. The head follows
        // in one of its own.
        let empty =
            |_: &Array| Ok(vec![Request::clear(SEGMENTS), Request::delete(MANIFEST, DIRECTORY, DIRECTORY)]);
        run(&database, &[SEGMENTS, MANIFEST], Some(Durability::Relaxed), &[], &empty).await?;
    }
    let mut found = transact(&database, &operation, true).await;
    match (&operation, &found) {
        // WebKit stores no blobs in private windows, and says so as of a connection that is lost. This one is not.
        (Operation::Append { handle, segments, .. }, Err(Failure::Dead))
            if segments.iter().any(holds_blob) =>
        {
            let probe = Operation::Read { handle: *handle, from: From::After(0), most: 1 };
            if transact(&database, &probe, false).await.is_ok() {
                return Err(Failure::NotCloneable);
            }
        }
        (Operation::Get { segments, .. }, Err(Failure::Corrupt)) => {
            found = Ok(alone(&database, segments).await?);
        }
        (Operation::Read { from, .. }, Err(Failure::Corrupt)) => {
            let keys = transact(&database, &operation, false).await?;
            let records = alone(&database, &keys_of(&keys, *from)).await?;
            keys.push(&records);
            found = Ok(keys);
        }
        _ => {}
    }
    answer(&operation, &found?)
}

/// Runs the transaction of an operation; the records of a slice are read with their keys or not at all.
async fn transact(
    database: &Database,
    operation: &Operation<JsValue>,
    has_records: bool,
) -> Result<Array, Failure> {
    let all: &[&str] = &[SEGMENTS, MANIFEST];
    let head = || Request::get(MANIFEST, HEAD);
    let (stores, durability, look) = match operation {
        Operation::Append { durability, .. } => (&all[..1], Some(*durability), vec![]),
        Operation::Get { .. } => (&all[..1], None, vec![]),
        Operation::Read { from: From::Start, .. } => (all, None, vec![Request::get(MANIFEST, DIRECTORY)]),
        Operation::Read { .. } => (all, None, vec![]),
        Operation::Compact { durability, compaction, .. } => {
            let newer = Request::key_above(compaction.through as f64);
            (all, Some(*durability), vec![head(), newer])
        }
        Operation::DrawEpoch { .. } => (&all[1..], Some(Durability::Strict), vec![head()]),
        _ => (&all[1..], Some(Durability::Relaxed), vec![head()]),
    };
    run(database, stores, durability, &look, &|found| then(operation, has_records, found)).await
}

/// What follows from what has been found so far.
fn then(operation: &Operation<JsValue>, has_records: bool, found: &Array) -> Result<Vec<Request>, Failure> {
    Ok(match operation {
        Operation::Append { segments, .. } => {
            segments.iter().map(|segment| Request::add(pack(segment))).collect()
        }
        Operation::Get { segments, .. } => {
            segments.iter().map(|key| Request::get(SEGMENTS, *key as f64)).collect()
        }
        Operation::Read { from, most, .. } => {
            let after = match from {
                From::After(after) => *after,
                From::Start => directory(found)?.through,
            } as f64;
            let mut requests = vec![Request::get(MANIFEST, HEAD), Request::keys_above(after, *most)];
            if has_records {
                requests.push(Request::records_above(after, *most));
            }
            requests
        }
        Operation::Compact { compaction, .. } => match verdict(compaction, found)? {
            Verdict::Done(head) => {
                let mut requests = vec![put_head(&head)];
                if let Some((first, last)) = compaction.removed {
                    requests.push(Request::delete(SEGMENTS, first as f64, last as f64));
                }
                for (key, segment) in &compaction.added {
                    requests.push(Request::put(SEGMENTS, *key as f64, pack(segment)));
                }
                let directory = pack_directory(&compaction.directory);
                requests.push(Request::put(MANIFEST, DIRECTORY, directory));
                requests
            }
            Verdict::Behind | Verdict::Fenced(_) => vec![],
        },
        Operation::DrawEpoch { above, .. } => vec![put_head(&drawn(found, *above)?)],
        _ => vec![put_head(&cleared(found)?)],
    })
}

/// What it comes to, once it is committed.
fn answer(operation: &Operation<JsValue>, found: &Array) -> Outcome {
    Ok(match operation {
        Operation::Append { .. } => {
            let key = |index| found.get(index).as_f64().and_then(whole).ok_or(Failure::Corrupt);
            Answer::Appended { first: key(0)?, last: key(found.length().saturating_sub(1))? }
        }
        Operation::Get { segments, .. } => {
            let segment = |(key, record): (&u64, JsValue)| Some((*key, unpack(&record)?));
            Answer::Got(segments.iter().zip(found.iter()).filter_map(segment).collect())
        }
        Operation::Read { from, most, .. } => {
            let keys = keys_of(found, *from);
            let mut slice = Slice {
                head: head(found, looked(*from))?,
                directory: if *from == From::Start { Some(directory(found)?) } else { None },
                segments: Vec::new(),
                unreadable: Vec::new(),
                is_end: keys.len() < *most as usize,
            };
            let records: Array = found.get(looked(*from) + 2).unchecked_into();
            for (key, record) in keys.into_iter().zip(records.iter()) {
                match unpack(&record) {
                    // A key that is no whole number is not ours.
                    _ if key == FOREIGN => {}
                    Some(segment) => slice.segments.push((key, segment)),
                    None => slice.unreadable.push(key),
                }
            }
            Answer::Read(slice)
        }
        Operation::Compact { compaction, .. } => Answer::Compacted(verdict(compaction, found)?),
        Operation::DrawEpoch { above, .. } => Answer::Epoch(drawn(found, *above)?.epoch),
        _ => Answer::Cleared(cleared(found)?),
    })
}

/// Records each in a transaction of its own, because one that the browser itself cannot read any more, for example because
/// the file of a large value is gone, aborts the transaction that asks for it. `undefined` stands for those.
async fn alone(database: &Database, keys: &[u64]) -> Result<Array, Failure> {
    let records = Array::new();
    for key in keys {
        let look = [Request::get(SEGMENTS, *key as f64)];
        let found = run(database, &[SEGMENTS], None, &look, &|_| Ok(vec![])).await;
        records.push(&match found {
            Err(Failure::Corrupt) => JsValue::UNDEFINED,
            found => found?.get(0),
        });
    }
    Ok(records)
}

/// Stands for keys that are no whole numbers; the log begins with 1.
const FOREIGN: u64 = 0;

/// The keys of a slice.
fn keys_of(found: &Array, from: From) -> Vec<u64> {
    let keys: Array = found.get(looked(from) + 1).unchecked_into();
    keys.iter().map(|key| key.as_f64().and_then(whole).unwrap_or(FOREIGN)).collect()
}

/// Before the head of a slice stands the directory, where it has been looked at.
fn looked(from: From) -> u32 {
    u32::from(from == From::Start)
}

fn holds_blob(segment: &Rc<Segment<JsValue>>) -> bool {
    let holds = |entry: &Entry<JsValue>| match &entry.content {
        Content::Put { value, .. } => encode::holds_blob(&value.value),
        Content::Remove { .. } => false,
    };
    segment.entries.iter().any(holds)
}

/// The head that a request has found.
fn head(found: &Array, request: u32) -> Result<Head, Failure> {
    unpack_head(&found.get(request)).ok_or(Failure::Corrupt)
}

/// Puts the head in its place.
fn put_head(head: &Head) -> Request {
    Request::put(MANIFEST, HEAD, pack_head(head))
}

/// The directory that the first request has found; an empty one if there is none.
fn directory(found: &Array) -> Result<Directory, Failure> {
    let record = found.get(0);
    if record.is_undefined() {
        return Ok(Directory::default());
    }
    unpack_directory(&record).ok_or(Failure::Corrupt)
}

/// What becomes of a compaction.
fn verdict(compaction: &Compaction<JsValue>, found: &Array) -> Result<Verdict, Failure> {
    let newest = if found.get(1).is_undefined() { compaction.through } else { u64::MAX };
    Ok(compaction.verdict(&head(found, 0)?, newest))
}

/// The head with its epoch counted up.
fn drawn(found: &Array, above: u64) -> Result<Head, Failure> {
    let head = head(found, 0)?;
    Ok(Head { epoch: head.epoch.max(above).saturating_add(1), ..head })
}

/// The head with its generation counted up.
fn cleared(found: &Array) -> Result<Head, Failure> {
    let head = head(found, 0)?;
    Ok(Head { generation: head.generation.saturating_add(1), ..head })
}
