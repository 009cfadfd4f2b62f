//! What is written: all requests in one turn, then the commit; and one or two that look before they write, within one
//! transaction.

use std::rc::Rc;

use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use wasm_bindgen::prelude::*;

use super::Outcome;
use super::columns::whole;
use super::encode;
use super::manifest::{DIRECTORY, HEAD, pack_directory, pack_head};
use super::reading::{ask, head_of, lives};
use super::record::pack;
use super::transaction::{MANIFEST, SEGMENTS, commit, writing};
use crate::core::store::operation::{Answer, Compaction, Durability, Failure, Verdict};
use crate::core::store::segment::{Content, Entry, Head, Segment};

/// Adds segments to the log.
pub async fn append(
    database: Database,
    durability: Durability,
    segments: Vec<Rc<Segment<JsValue>>>,
) -> Outcome {
    match add(&database, durability, &segments).await {
        // WebKit stores no blobs in private windows, and says so as of a connection that is lost. This one is not.
        Err(Failure::Dead)
            if segments.iter().any(|segment| holds_blob(segment)) && lives(&database).await =>
        {
            Err(Failure::NotCloneable)
        }
        outcome => outcome,
    }
}

fn holds_blob(segment: &Segment<JsValue>) -> bool {
    let held = |entry: &Entry<JsValue>| match &entry.content {
        Content::Put { value, .. } => encode::holds_blob(&value.value),
        Content::Remove { .. } => false,
    };
    segment.entries.iter().any(held)
}

async fn add(database: &Database, durability: Durability, segments: &[Rc<Segment<JsValue>>]) -> Outcome {
    let transaction = writing(database, &[SEGMENTS], durability)?;
    let store = transaction.object_store(SEGMENTS)?;
    let mut added = Vec::with_capacity(segments.len());
    for segment in segments {
        added.push(store.add(pack(segment)).with_key_type::<JsValue>().primitive()?);
    }
    drop(store);
    commit(transaction).await?;
    // Nothing else adds to the log in between: keys of one transaction follow each other.
    let count = added.len() as u64;
    let first = match added.into_iter().next() {
        Some(request) => request.await?.as_f64().and_then(whole).ok_or(Failure::Corrupt)?,
        None => 0,
    };
    Ok(Answer::Appended { first, last: (first + count).saturating_sub(1) })
}

/// Puts a record in a place of its own.
fn put(store: &ObjectStore<'_>, key: f64, record: JsValue) -> Result<(), Failure> {
    store.put(record).with_key(JsValue::from_f64(key)).primitive()?;
    Ok(())
}

/// Replaces a part of the log, if what it finds is what was expected.
pub async fn compact(
    database: Database,
    durability: Durability,
    compaction: Rc<Compaction<JsValue>>,
) -> Outcome {
    let transaction = writing(&database, &[SEGMENTS, MANIFEST], durability)?;
    let (segments, manifest) = (transaction.object_store(SEGMENTS)?, transaction.object_store(MANIFEST)?);
    let head = ask(&manifest, HEAD)?;
    let beyond = KeyRange::LowerBound(compaction.through as f64, true);
    let newer = segments.get_key::<f64, _>(beyond).with_key_type::<JsValue>().primitive()?;
    let head = head_of(head).await?;
    let newest = newer.await?.map_or(compaction.through, |_| u64::MAX);
    let verdict = compaction.verdict(&head, newest);
    if let Verdict::Done(head) = &verdict {
        if let Some((first, last)) = compaction.removed {
            segments
                .delete::<f64, _>(KeyRange::Bound(first as f64, false, last as f64, false))
                .primitive()?;
        }
        for (key, segment) in &compaction.added {
            put(&segments, *key as f64, pack(segment))?;
        }
        put(&manifest, HEAD, pack_head(head))?;
        put(&manifest, DIRECTORY, pack_directory(&compaction.directory))?;
    }
    drop((segments, manifest));
    commit(transaction).await?;
    Ok(Answer::Compacted(verdict))
}

/// Counts the epoch up.
pub async fn draw_epoch(database: Database, above: u64) -> Outcome {
    let transaction = writing(&database, &[MANIFEST], Durability::Strict)?;
    let manifest = transaction.object_store(MANIFEST)?;
    let head = head_of(ask(&manifest, HEAD)?).await?;
    let epoch = head.epoch.max(above).saturating_add(1);
    put(&manifest, HEAD, pack_head(&Head { epoch, ..head }))?;
    drop(manifest);
    commit(transaction).await?;
    Ok(Answer::Epoch(epoch))
}

/// Removes all but the head, and counts its generation up.
pub async fn clear(database: Database) -> Outcome {
    let transaction = writing(&database, &[SEGMENTS, MANIFEST], Durability::Relaxed)?;
    let manifest = transaction.object_store(MANIFEST)?;
    let head = head_of(ask(&manifest, HEAD)?).await?;
    let head = Head { generation: head.generation.saturating_add(1), ..head };
    transaction.object_store(SEGMENTS)?.clear()?;
    manifest.clear()?;
    put(&manifest, HEAD, pack_head(&head))?;
    drop(manifest);
    commit(transaction).await?;
    Ok(Answer::Cleared(head))
}
