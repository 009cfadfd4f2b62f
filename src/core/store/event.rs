//! What the shell tells the store: answers, and what befalls an open database.

use super::operation::{Answer, Failure, HandleId, OperationId};

/// What has happened in the browser's storage.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<P> {
    /// An operation was answered.
    Done {
        /// Which.
        operation: OperationId,
        /// Its result.
        result: Result<Answer<P>, Failure>,
    },
    /// An opening or a deletion waits for other tabs to close the database (`blocked`). Its answer still comes, once they
    /// have.
    Blocked {
        /// Which operation waits.
        operation: OperationId,
    },
    /// The browser has closed this opening (`close`), for instance because the site's data were cleared.
    Closed {
        /// The opening.
        handle: HandleId,
    },
    /// Somebody else wants a newer version of the database, or to delete it (`versionchange`), and waits for this opening
    /// to be closed. The shell has closed it already.
    VersionChange {
        /// The opening.
        handle: HandleId,
        /// Whether it is to be deleted (`newVersion` is `null`).
        is_deletion: bool,
    },
}
