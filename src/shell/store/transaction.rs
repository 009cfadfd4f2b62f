//! One transaction: all its requests, then an explicit commit, so that a tab that is suspended meanwhile blocks no other.

use indexed_db_futures::Build;
use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::transaction::{
    Transaction, TransactionDurability, TransactionMode, TransactionOptions,
};

use super::failure::named;
use crate::core::store::operation::{Durability, Failure};

/// The object store of the log.
pub const SEGMENTS: &str = "segments";
/// The object store of the two records beside it.
pub const MANIFEST: &str = "manifest";

/// Begins one that writes. Dropping it aborts it.
pub fn writing<'a>(
    database: &'a Database,
    stores: &[&str],
    durability: Durability,
) -> Result<Transaction<'a>, Failure> {
    begin(database, stores, TransactionMode::Readwrite, durability)
}

/// Begins one that reads. It waits for none that writes to other object stores.
pub fn reading<'a>(database: &'a Database, stores: &[&str]) -> Result<Transaction<'a>, Failure> {
    begin(database, stores, TransactionMode::Readonly, Durability::Relaxed)
}

fn begin<'a>(
    database: &'a Database,
    stores: &[&str],
    mode: TransactionMode,
    durability: Durability,
) -> Result<Transaction<'a>, Failure> {
    let durability = match durability {
        Durability::Strict => TransactionDurability::Strict,
        Durability::Relaxed => TransactionDurability::Relaxed,
    };
    let options = TransactionOptions::new().with_durability(durability);
    Ok(database.transaction(stores).with_mode(mode).with_options(options).build()?)
}

/// Commits, and waits until it is. Every request has its result then.
pub async fn commit(transaction: Transaction<'_>) -> Result<(), Failure> {
    let inner = transaction.as_sys().clone();
    // What aborted it says more than the request that it aborted.
    transaction
        .commit()
        .await
        .map_err(|error| inner.error().map_or_else(|| error.into(), |error| named(&error)))
}
