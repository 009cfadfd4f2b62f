//! What is read.

use indexed_db_futures::database::Database;
use wasm_bindgen::prelude::*;

use super::Outcome;
use super::columns::whole;
use super::manifest::{DIRECTORY, HEAD, unpack_directory, unpack_head};
use super::record::unpack;
use super::transaction::Request::{Get, KeysAbove, RecordsAbove};
use super::transaction::Store::{Manifest, Segments};
use super::transaction::{Found, run};
use crate::core::store::operation::{Answer, Failure, From, Slice};
use crate::core::store::segment::{Directory, Head, Segment};

/// The first record that a request has found.
pub fn first(found: &Found, request: usize) -> Option<&JsValue> {
    found.get(request)?.first()
}

/// The head that a request has found.
pub fn head(found: &Found, request: usize) -> Result<Head, Failure> {
    first(found, request).and_then(unpack_head).ok_or(Failure::Corrupt)
}

/// Whether a database can still be read.
pub async fn lives(database: &Database) -> bool {
    run(database, &[Manifest], None, &[(Manifest, Get(HEAD))], &|_| Ok(Vec::new())).await.is_ok()
}

/// Single segments.
pub async fn get(database: Database, keys: Vec<u64>) -> Outcome {
    let mut got = together(&database, &keys).await;
    if got == Err(Failure::Corrupt) {
        let mut alone = Vec::new();
        for key in keys {
            alone.extend(by_itself(&database, key).await?.map(|segment| (key, segment)));
        }
        got = Ok(alone);
    }
    got.map(Answer::Got)
}

/// Segments in one transaction, without those that are not there or that this build cannot read.
async fn together(database: &Database, keys: &[u64]) -> Result<Vec<(u64, Segment<JsValue>)>, Failure> {
    let ask = |_: &Found| Ok(keys.iter().map(|key| (Segments, Get(*key as f64))).collect());
    let found = run(database, &[Segments], None, &[], &ask).await?;
    let segment = |(key, found): (&u64, Vec<JsValue>)| Some((*key, unpack(found.first()?)?));
    Ok(keys.iter().zip(found).filter_map(segment).collect())
}

/// A segment in a transaction of its own: a record that the browser itself cannot read any more, for example because the
/// file of a large value is gone, aborts the transaction that asks for it.
async fn by_itself(database: &Database, key: u64) -> Result<Option<Segment<JsValue>>, Failure> {
    match together(database, &[key]).await {
        Err(Failure::Corrupt) => Ok(None),
        got => Ok(got?.pop().map(|(_, segment)| segment)),
    }
}

/// A slice of the log with the head.
pub async fn read(database: Database, from: From, most: u32) -> Outcome {
    let mut slice = Part { from, most, has_records: true }.read(&database).await;
    if slice == Err(Failure::Corrupt) {
        slice = Part { from, most, has_records: false }.read(&database).await;
    }
    slice.map(Answer::Read)
}

/// What is read of the log.
struct Part {
    from: From,
    most: u32,
    /// Whether the records are read with their keys; otherwise each by itself after them.
    has_records: bool,
}

impl Part {
    async fn read(self, database: &Database) -> Result<Slice<JsValue>, Failure> {
        let look = [(Manifest, Get(DIRECTORY))];
        let look = if self.from == From::Start { &look[..] } else { &[] };
        let then = |found: &Found| {
            let after = match self.from {
                From::After(after) => after,
                From::Start => directory(found)?.through,
            } as f64;
            let mut requests = vec![(Manifest, Get(HEAD)), (Segments, KeysAbove(after, self.most))];
            if self.has_records {
                requests.push((Segments, RecordsAbove(after, self.most)));
            }
            Ok(requests)
        };
        let found = run(database, &[Segments, Manifest], None, look, &then).await?;
        let looked = look.len();
        let keys = found.get(looked + 1).map_or(&[][..], Vec::as_slice);
        let mut slice = Slice {
            head: head(&found, looked)?,
            directory: if looked > 0 { Some(directory(&found)?) } else { None },
            segments: Vec::new(),
            unreadable: Vec::new(),
            is_end: keys.len() < self.most as usize,
        };
        let records = found.get(looked + 2);
        for (index, key) in keys.iter().enumerate() {
            // A key that is no whole number is not ours.
            let Some(key) = key.as_f64().and_then(whole) else { continue };
            let segment = match records {
                Some(records) => records.get(index).and_then(unpack),
                None => by_itself(database, key).await?,
            };
            match segment {
                Some(segment) => slice.segments.push((key, segment)),
                None => slice.unreadable.push(key),
            }
        }
        Ok(slice)
    }
}

/// The directory that the first request has found; an empty one if there is none.
fn directory(found: &Found) -> Result<Directory, Failure> {
    match first(found, 0) {
        None => Ok(Directory::default()),
        Some(record) => unpack_directory(record).ok_or(Failure::Corrupt),
    }
}
