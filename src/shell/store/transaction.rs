//! One transaction: all its requests, then an explicit commit, so that a tab that is suspended meanwhile blocks no other.
//!
//! Requests are made in JavaScript (`requests.js`): there each is a line, and here each of the library's is some kilobytes.

use indexed_db_futures::Build;
use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::transaction::{
    Transaction, TransactionDurability, TransactionMode, TransactionOptions,
};
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::IdbTransaction;

use super::failure::named;
use crate::core::store::operation::{Durability, Failure};

#[wasm_bindgen(module = "/src/shell/store/requests.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn ask(
        transaction: &IdbTransaction,
        store: &str,
        name: &str,
        a: &JsValue,
        b: &JsValue,
    ) -> Result<JsValue, JsValue>;
    fn answers(asked: &Array) -> Promise;
}

/// The object store of the log.
pub const SEGMENTS: &str = "segments";
/// That of the two records beside it.
pub const MANIFEST: &str = "manifest";

/// What is asked of an object store.
pub struct Request {
    store: &'static str,
    /// Its name in `requests.js`, and what it is made of.
    name: &'static str,
    a: JsValue,
    b: JsValue,
}

impl Request {
    const fn new(store: &'static str, name: &'static str, a: JsValue, b: JsValue) -> Self {
        Self { store, name, a, b }
    }

    /// The record under a key; finds `undefined` if there is none.
    pub fn get(store: &'static str, key: f64) -> Self {
        Self::new(store, "get", key.into(), JsValue::UNDEFINED)
    }

    /// The first key of the log above this one; finds `undefined` if there is none.
    pub fn key_above(key: f64) -> Self {
        Self::new(SEGMENTS, "keyAbove", key.into(), JsValue::UNDEFINED)
    }

    /// The keys of the log above this one, at most so many: finds an array.
    pub fn keys_above(key: f64, most: u32) -> Self {
        Self::new(SEGMENTS, "keysAbove", key.into(), most.into())
    }

    /// The records under them: finds an array.
    pub fn records_above(key: f64, most: u32) -> Self {
        Self::new(SEGMENTS, "recordsAbove", key.into(), most.into())
    }

    /// Adds a record to the log; finds its key.
    pub fn add(record: JsValue) -> Self {
        Self::new(SEGMENTS, "add", record, JsValue::UNDEFINED)
    }

    /// Puts a record under a key.
    pub fn put(store: &'static str, key: f64, record: JsValue) -> Self {
        Self::new(store, "put", key.into(), record)
    }

    /// Deletes what is under the keys from the first to the second.
    pub fn delete(store: &'static str, first: f64, last: f64) -> Self {
        Self::new(store, "delete", first.into(), last.into())
    }

    /// Deletes everything.
    pub const fn clear(store: &'static str) -> Self {
        Self::new(store, "clear", JsValue::UNDEFINED, JsValue::UNDEFINED)
    }
}

/// Runs a transaction: makes the requests that look, waits for them, makes those that follow from what they found, and
/// commits in the same turn. Without looking it is all one turn, and what is written is packed before it begins: a tab that
/// is stopped between its beginning and its commit blocks all others. Nothing else is awaited within it, and a failure
/// aborts it. Gives what each request has found.
///
/// Reads where there is no durability; then it waits for no transaction that writes to other object stores.
pub async fn run(
    database: &Database,
    stores: &[&str],
    durability: Option<Durability>,
    look: &[Request],
    then: &dyn Fn(&Array) -> Result<Vec<Request>, Failure>,
) -> Result<Array, Failure> {
    let packed = if look.is_empty() { Some(then(&Array::new())?) } else { None };
    let transaction = begin(database, stores, durability)?;
    let inner = transaction.as_sys().clone();
    let asked = Array::new();
    let failed = |reason: JsValue| named(&reason);
    make(&inner, look, &asked)?;
    let follows = match packed {
        Some(packed) => packed,
        None => then(JsFuture::from(answers(&asked)).await.map_err(failed)?.unchecked_ref())?,
    };
    make(&inner, &follows, &asked)?;
    // What aborted it says more than the request that it aborted.
    transaction
        .commit()
        .await
        .map_err(|error| inner.error().map_or_else(|| error.into(), |error| named(&error)))?;
    Ok(JsFuture::from(answers(&asked)).await.map_err(failed)?.unchecked_into())
}

fn make(transaction: &IdbTransaction, requests: &[Request], asked: &Array) -> Result<(), Failure> {
    for Request { store, name, a, b } in requests {
        asked.push(&ask(transaction, store, name, a, b).map_err(|reason| named(&reason))?);
    }
    Ok(())
}

fn begin<'a>(
    database: &'a Database,
    stores: &[&str],
    durability: Option<Durability>,
) -> Result<Transaction<'a>, Failure> {
    let mode = if durability.is_some() { TransactionMode::Readwrite } else { TransactionMode::Readonly };
    let durability = match durability {
        Some(Durability::Strict) => TransactionDurability::Strict,
        Some(Durability::Relaxed) | None => TransactionDurability::Relaxed,
    };
    let options = TransactionOptions::new().with_durability(durability);
    Ok(database.transaction(stores).with_mode(mode).with_options(options).build()?)
}
