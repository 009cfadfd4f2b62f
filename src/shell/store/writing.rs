//! What is written: all requests in one turn, then the commit; and what looks before it writes, within one transaction.

use std::rc::Rc;

use indexed_db_futures::database::Database;
use wasm_bindgen::prelude::*;

use super::columns::whole;
use super::manifest::{DIRECTORY, HEAD, pack_directory, pack_head};
use super::reading::{first, head, lives};
use super::record::pack;
use super::transaction::Request::{Add, Clear, Delete, Get, KeyAbove, Put};
use super::transaction::Store::{Manifest, Segments};
use super::transaction::{Found, Question, run};
use super::{Outcome, encode};
use crate::core::store::operation::{Answer, Compaction, Durability, Failure, Verdict};
use crate::core::store::segment::{Content, Entry, Head, Segment};

/// Adds segments to the log.
pub async fn append(
    database: Database,
    durability: Durability,
    segments: Vec<Rc<Segment<JsValue>>>,
) -> Outcome {
    let ask = |_: &Found| Ok(segments.iter().map(|segment| (Segments, Add(pack(segment)))).collect());
    let key =
        |found: Option<&JsValue>| found.and_then(JsValue::as_f64).and_then(whole).ok_or(Failure::Corrupt);
    match run(&database, &[Segments], Some(durability), &[], &ask).await {
        Ok(found) => Ok(Answer::Appended {
            first: key(first(&found, 0))?,
            last: key(found.last().and_then(|found| found.first()))?,
        }),
        // WebKit stores no blobs in private windows, and says so as of a connection that is lost. This one is not.
        Err(Failure::Dead)
            if segments.iter().any(|segment| holds_blob(segment)) && lives(&database).await =>
        {
            Err(Failure::NotCloneable)
        }
        Err(failure) => Err(failure),
    }
}

fn holds_blob(segment: &Segment<JsValue>) -> bool {
    let held = |entry: &Entry<JsValue>| match &entry.content {
        Content::Put { value, .. } => encode::holds_blob(&value.value),
        Content::Remove { .. } => false,
    };
    segment.entries.iter().any(held)
}

/// Puts the head in its place.
fn put_head(head: &Head) -> Question {
    (Manifest, Put(HEAD, pack_head(head)))
}

/// Replaces a part of the log, if what it finds is what was expected.
pub async fn compact(
    database: Database,
    durability: Durability,
    compaction: Rc<Compaction<JsValue>>,
) -> Outcome {
    let look = [(Manifest, Get(HEAD)), (Segments, KeyAbove(compaction.through as f64))];
    let verdict = |found: &Found| {
        let newest = first(found, 1).map_or(compaction.through, |_| u64::MAX);
        Ok::<_, Failure>(compaction.verdict(&head(found, 0)?, newest))
    };
    let then = |found: &Found| {
        let Verdict::Done(head) = verdict(found)? else { return Ok(Vec::new()) };
        let mut requests = Vec::new();
        requests.extend(compaction.removed.map(|(from, to)| (Segments, Delete(from as f64, to as f64))));
        let added = compaction.added.iter();
        requests.extend(added.map(|(key, segment)| (Segments, Put(*key as f64, pack(segment)))));
        requests.extend([put_head(&head), (Manifest, Put(DIRECTORY, pack_directory(&compaction.directory)))]);
        Ok(requests)
    };
    let found = run(&database, &[Segments, Manifest], Some(durability), &look, &then).await?;
    Ok(Answer::Compacted(verdict(&found)?))
}

/// The head with its epoch counted up.
fn drawn(found: &Found, above: u64) -> Result<Head, Failure> {
    let head = head(found, 0)?;
    Ok(Head { epoch: head.epoch.max(above).saturating_add(1), ..head })
}

/// Counts the epoch up.
pub async fn draw_epoch(database: Database, above: u64) -> Outcome {
    let then = |found: &Found| Ok(vec![put_head(&drawn(found, above)?)]);
    let look = [(Manifest, Get(HEAD))];
    let found = run(&database, &[Manifest], Some(Durability::Strict), &look, &then).await?;
    Ok(Answer::Epoch(drawn(&found, above)?.epoch))
}

/// The head with its generation counted up.
fn cleared(found: &Found) -> Result<Head, Failure> {
    let head = head(found, 0)?;
    Ok(Head { generation: head.generation.saturating_add(1), ..head })
}

/// Removes all but the head, and counts its generation up.
pub async fn clear(database: Database) -> Outcome {
    let then = |found: &Found| Ok(vec![(Segments, Clear), (Manifest, Clear), put_head(&cleared(found)?)]);
    let look = [(Manifest, Get(HEAD))];
    let found = run(&database, &[Segments, Manifest], Some(Durability::Relaxed), &look, &then).await?;
    Ok(Answer::Cleared(cleared(&found)?))
}
