//! Plain objects for JavaScript: errors and notifications.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::core::error::Error;
use crate::core::io::Notification;
use crate::core::payload::Payload;

/// `{ code, message, retryable, retryAfter? }`, which `js/` makes a `DashboardError` of.
pub fn error(error: &Error) -> JsValue {
    let mut fields = vec![
        ("code", JsValue::from_str(error.code.as_str())),
        ("message", JsValue::from_str(&error.message)),
        ("retryable", JsValue::from_bool(error.code.is_retryable())),
    ];
    if let Some(millis) = error.retry_after {
        fields.push(("retryAfter", JsValue::from_f64(millis as f64)));
    }
    JsValue::object(fields)
}

/// `{ type, … }`, one for each kind.
pub fn notification(notification: &Notification) -> JsValue {
    let text = JsValue::from_str;
    let (kind, mut fields) = match notification {
        Notification::Connection { state } => ("connection", vec![("state", text(state.as_str()))]),
        Notification::Connected => ("connected", vec![]),
        Notification::Disconnected { code, reason } => {
            ("disconnected", vec![("code", JsValue::from(*code)), ("reason", text(reason))])
        }
        Notification::Status { id, status } => {
            ("status", vec![("id", text(id)), ("status", text(status.as_str()))])
        }
        Notification::Continuity { id } => ("continuity", vec![("id", text(id))]),
        Notification::Error { id, error: cause } => {
            let id = id.as_deref().map_or(JsValue::UNDEFINED, text);
            ("error", vec![("id", id), ("error", error(cause))])
        }
        Notification::Failed { id, error: cause } => {
            ("failed", vec![("id", text(id)), ("error", error(cause))])
        }
        Notification::Settled { call, result } => {
            let cause = result.as_ref().err().map_or(JsValue::UNDEFINED, error);
            ("settled", vec![("call", JsValue::from(call.0)), ("error", cause)])
        }
    };
    fields.push(("type", text(kind)));
    JsValue::object(fields)
}

/// A batch of notifications.
pub fn notifications(batch: &[Notification]) -> Array {
    batch.iter().map(notification).collect()
}
