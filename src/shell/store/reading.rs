//! What is read. Nothing is awaited within a transaction but IndexedDB's own requests.

use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database;
use indexed_db_futures::future::BasicRequest;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use wasm_bindgen::prelude::*;

use super::Outcome;
use super::columns::whole;
use super::manifest::{DIRECTORY, HEAD, unpack_directory, unpack_head};
use super::record::unpack;
use super::transaction::{MANIFEST, SEGMENTS, commit, reading};
use crate::core::store::operation::{Answer, Failure, From, Slice};
use crate::core::store::segment::{Directory, Head, Segment};

/// Above every key of the log, and below keys of other kinds, which only others can have written.
const ABOVE: f64 = 9_007_199_254_740_992.0;

/// A record that was asked for.
pub type Asked = BasicRequest<Option<JsValue>>;

/// Asks for a record.
pub fn ask(store: &ObjectStore<'_>, key: f64) -> Result<Asked, Failure> {
    Ok(store.get::<JsValue, f64, _>(KeyRange::Only(key)).primitive()?)
}

/// A head that was asked for.
pub async fn head_of(asked: Asked) -> Result<Head, Failure> {
    asked.await?.as_ref().and_then(unpack_head).ok_or(Failure::Corrupt)
}

/// Whether a database can still be read.
pub async fn lives(database: &Database) -> bool {
    let head = async {
        let transaction = reading(database, &[MANIFEST])?;
        let head = ask(&transaction.object_store(MANIFEST)?, HEAD)?;
        commit(transaction).await?;
        head_of(head).await
    };
    head.await.is_ok()
}

/// Single segments.
pub async fn get(database: Database, keys: Vec<u64>) -> Outcome {
    Ok(Answer::Got(match together(&database, &keys).await {
        Err(Failure::Corrupt) => {
            let mut got = Vec::new();
            for key in keys {
                got.extend(alone(&database, key).await?.map(|segment| (key, segment)));
            }
            got
        }
        got => got?,
    }))
}

/// Segments in one transaction, without those that are not there or that this build cannot read.
async fn together(database: &Database, keys: &[u64]) -> Result<Vec<(u64, Segment<JsValue>)>, Failure> {
    let transaction = reading(database, &[SEGMENTS])?;
    let store = transaction.object_store(SEGMENTS)?;
    let mut asked = Vec::with_capacity(keys.len());
    for key in keys {
        asked.push((*key, ask(&store, *key as f64)?));
    }
    drop(store);
    commit(transaction).await?;
    let mut got = Vec::with_capacity(asked.len());
    for (key, asked) in asked {
        got.extend(asked.await?.as_ref().and_then(unpack).map(|segment| (key, segment)));
    }
    Ok(got)
}

/// A segment in a transaction of its own: a record that the browser itself cannot read any more, for example because the
/// file of a large value is gone, aborts the transaction that asks for it.
async fn alone(database: &Database, key: u64) -> Result<Option<Segment<JsValue>>, Failure> {
    match together(database, &[key]).await {
        Err(Failure::Corrupt) => Ok(None),
        got => Ok(got?.pop().map(|(_, segment)| segment)),
    }
}

/// A slice of the log with the head.
pub async fn read(database: Database, from: From, most: u32) -> Outcome {
    let slice = match slice(&database, from, most, Records::Together).await {
        Err(Failure::Corrupt) => slice(&database, from, most, Records::Alone).await,
        slice => slice,
    };
    slice.map(Answer::Read)
}

/// How the records of a slice are read.
enum Records {
    /// With their keys.
    Together,
    /// Each by itself after them.
    Alone,
}

async fn slice(
    database: &Database,
    from: From,
    most: u32,
    records: Records,
) -> Result<Slice<JsValue>, Failure> {
    let transaction = reading(database, &[SEGMENTS, MANIFEST])?;
    let manifest = transaction.object_store(MANIFEST)?;
    let head = ask(&manifest, HEAD)?;
    let (after, directory) = match from {
        From::After(after) => (after, None),
        From::Start => {
            let directory = match ask(&manifest, DIRECTORY)?.await? {
                None => Directory::default(),
                Some(record) => unpack_directory(&record).ok_or(Failure::Corrupt)?,
            };
            (directory.through, Some(directory))
        }
    };
    let store = transaction.object_store(SEGMENTS)?;
    let range = KeyRange::Bound(after as f64, true, ABOVE, false);
    let keys = store.get_all_keys::<JsValue>();
    let keys = keys.with_query::<f64, _>(range.clone()).with_limit(most).primitive()?;
    let records = match records {
        Records::Together => {
            Some(store.get_all::<JsValue>().with_query::<f64, _>(range).with_limit(most).primitive()?)
        }
        Records::Alone => None,
    };
    drop((store, manifest));
    commit(transaction).await?;
    let head = head_of(head).await?;
    let keys = keys.await?;
    let is_end = keys.len() < most as usize;
    let mut slice = Slice { head, directory, segments: Vec::new(), unreadable: Vec::new(), is_end };
    let mut records = match records {
        Some(records) => Some(records.await?),
        None => None,
    };
    for key in keys {
        let record = records.as_mut().and_then(Iterator::next).transpose()?;
        // A key that is no whole number is not ours.
        let Some(key) = key?.as_f64().and_then(whole) else { continue };
        let segment = match records {
            Some(_) => record.as_ref().and_then(unpack),
            None => alone(database, key).await?,
        };
        match segment {
            Some(segment) => slice.segments.push((key, segment)),
            None => slice.unreadable.push(key),
        }
    }
    Ok(slice)
}
