//! What went wrong, by the name that the browser gives it.

use indexed_db_futures::error::{Error, OpenDbError};
use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use crate::core::store::operation::Failure;

/// A failure by the name of an exception.
pub fn named(reason: &JsValue) -> Failure {
    let text = |name: &str| {
        Reflect::get(reason, &name.into()).ok().and_then(|text| text.as_string()).unwrap_or_default()
    };
    let name = text("name");
    match name.as_str() {
        // The browser aborts transactions by itself only with their connection.
        "InvalidStateError" | "UnknownError" | "AbortError" => Failure::Dead,
        "QuotaExceededError" => Failure::Quota,
        "VersionError" => Failure::Newer,
        "SecurityError" | "NotAllowedError" | "NotSupportedError" => Failure::Refused,
        "DataCloneError" => Failure::NotCloneable,
        // A value whose file is gone, or whose bytes say nothing; a database without our object stores.
        "DataError" | "NotReadableError" | "NotFoundError" => Failure::Corrupt,
        _ => Failure::Other([&name, ": ", &text("message")].concat()),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::DomException(exception) => named(&web_sys::DomException::from(exception)),
            Error::Unknown(reason) => named(&JsValue::from(reason)),
            // A transaction that was aborted, but not by us.
            Error::MissingData(_) => Self::Dead,
            Error::Serialisation(_) => Self::Corrupt,
        }
    }
}

/// Why a database could not be opened or deleted. There is no handle yet that could be dead.
pub fn of_opening(error: OpenDbError) -> Failure {
    let reason: JsValue = match error {
        OpenDbError::Base(Error::DomException(exception)) => web_sys::DomException::from(exception).into(),
        OpenDbError::Base(Error::Unknown(reason)) => reason.into(),
        OpenDbError::Base(other) => return other.into(),
        // There is no IndexedDB; or it threw at the call itself, which the library takes for a version of zero.
        _ => return Failure::Refused,
    };
    match named(&reason) {
        Failure::Dead => {
            let exception: &web_sys::DomException = reason.unchecked_ref();
            let name = exception.name();
            // Firefox says so of private windows that have no storage.
            if name == "InvalidStateError" {
                return Failure::Refused;
            }
            Failure::Other([&name, ": ", &exception.message()].concat())
        }
        failure => failure,
    }
}
