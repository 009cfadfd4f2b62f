//! One transaction: all its requests, then an explicit commit, so that a tab that is suspended meanwhile blocks no other.
//!
//! Requests are values and there is one function that makes them, because each `await` of a request's own type is some
//! kilobytes of code.

use indexed_db_futures::KeyRange;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::Error;
use indexed_db_futures::future::{BasicRequest, GetAllPrimitiveRequest};
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{
    Transaction, TransactionDurability, TransactionMode, TransactionOptions,
};
use wasm_bindgen::prelude::*;

use super::columns::LIMIT;
use super::failure::named;
use crate::core::store::operation::{Durability, Failure};

/// The object stores.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// The log.
    Segments,
    /// The two records beside it.
    Manifest,
}

impl Store {
    fn name(self) -> &'static str {
        match self {
            Self::Segments => "segments",
            Self::Manifest => "manifest",
        }
    }
}

/// A request.
pub enum Request {
    /// The record under this key; `undefined` if there is none.
    Get(f64),
    /// The first key above this one; `undefined` if there is none.
    KeyAbove(f64),
    /// The keys above this one, at most so many: an array.
    KeysAbove(f64, u32),
    /// The records under them: an array.
    RecordsAbove(f64, u32),
    /// Adds a record; gives its key.
    Add(JsValue),
    /// Puts a record under a key.
    Put(f64, JsValue),
    /// Deletes what is under the keys from the first to the second.
    Delete(f64, f64),
    /// Deletes everything.
    Clear,
}

/// What each request has found: nothing, a record or a key, or many of them.
pub type Found = Vec<Vec<JsValue>>;

/// What is asked of an object store.
pub type Question = (Store, Request);

/// Runs a transaction: makes the requests that look, waits for them, makes those that follow from what they found, and
/// commits in the same turn. Without looking it is all one turn, and what is written is packed before it begins: a tab that
/// is stopped between its beginning and its commit blocks all others. Nothing else is awaited within it, and a failure aborts it.
///
/// Reads where there is no durability; then it waits for no transaction that writes to other object stores.
pub async fn run(
    database: &Database,
    stores: &[Store],
    durability: Option<Durability>,
    look: &[Question],
    then: &dyn Fn(&Found) -> Result<Vec<Question>, Failure>,
) -> Result<Found, Failure> {
    let mut found = Vec::new();
    let packed = if look.is_empty() { Some(then(&found)?) } else { None };
    let transaction = begin(database, stores, durability)?;
    find(ask(&transaction, look)?, &mut found).await?;
    let follows = match packed {
        Some(packed) => packed,
        None => then(&found)?,
    };
    let asked = ask(&transaction, &follows)?;
    commit(transaction).await?;
    find(asked, &mut found).await?;
    Ok(found)
}

fn begin<'a>(
    database: &'a Database,
    stores: &[Store],
    durability: Option<Durability>,
) -> Result<Transaction<'a>, Failure> {
    let mode = if durability.is_some() { TransactionMode::Readwrite } else { TransactionMode::Readonly };
    let durability = match durability {
        Some(Durability::Strict) => TransactionDurability::Strict,
        Some(Durability::Relaxed) | None => TransactionDurability::Relaxed,
    };
    let options = TransactionOptions::new().with_durability(durability);
    let stores: Vec<&str> = stores.iter().map(|store| store.name()).collect();
    Ok(database.transaction(stores.as_slice()).with_mode(mode).with_options(options).build()?)
}

/// Commits, and waits until it is. Every request has its result then.
async fn commit(transaction: Transaction<'_>) -> Result<(), Failure> {
    let inner = transaction.as_sys().clone();
    // What aborted it says more than the request that it aborted.
    transaction
        .commit()
        .await
        .map_err(|error| inner.error().map_or_else(|| error.into(), |error| named(&error)))
}

/// A request that has been made.
enum Asked {
    One(BasicRequest<Option<JsValue>>),
    Many(GetAllPrimitiveRequest<JsValue>),
    Nothing,
}

fn ask(transaction: &Transaction<'_>, questions: &[Question]) -> Result<Vec<Asked>, Error> {
    let mut asked = Vec::with_capacity(questions.len());
    for (store, request) in questions {
        asked.push(make(&transaction.object_store(store.name())?, request)?);
    }
    Ok(asked)
}

fn make(store: &ObjectStore<'_>, request: &Request) -> Result<Asked, Error> {
    // Above every key of the log are keys of other kinds, which only others can have written.
    let above = |key: f64| KeyRange::Bound(key, true, LIMIT, false);
    let one = Asked::One;
    Ok(match request {
        Request::Get(key) => one(store.get::<JsValue, f64, _>(KeyRange::Only(*key)).primitive()?),
        Request::KeyAbove(key) => {
            one(store.get_key::<f64, _>(above(*key)).with_key_type::<JsValue>().primitive()?)
        }
        Request::KeysAbove(key, most) => Asked::Many(
            store
                .get_all_keys::<JsValue>()
                .with_query::<f64, _>(above(*key))
                .with_limit(*most)
                .primitive()?,
        ),
        Request::RecordsAbove(key, most) => Asked::Many(
            store.get_all::<JsValue>().with_query::<f64, _>(above(*key)).with_limit(*most).primitive()?,
        ),
        Request::Add(record) => {
            one(store.add(record.clone()).with_key_type::<Option<JsValue>>().primitive()?)
        }
        Request::Put(key, record) => {
            let put = store.put(record.clone()).with_key(JsValue::from_f64(*key));
            one(put.with_key_type::<Option<JsValue>>().primitive()?)
        }
        Request::Delete(first, last) => {
            store.delete::<f64, _>(KeyRange::Bound(*first, false, *last, false)).primitive()?;
            Asked::Nothing
        }
        Request::Clear => {
            store.clear()?;
            Asked::Nothing
        }
    })
}

/// Waits for requests.
async fn find(asked: Vec<Asked>, found: &mut Found) -> Result<(), Failure> {
    for asked in asked {
        found.push(match asked {
            Asked::One(request) => request.await?.into_iter().collect(),
            Asked::Many(request) => request.await?.collect::<Result<_, _>>()?,
            Asked::Nothing => Vec::new(),
        });
    }
    Ok(())
}
