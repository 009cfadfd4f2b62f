//! Plain objects for JavaScript: errors and notifications. Whatever text of the server's or the application's is handed
//! out to be shown or logged goes through here, and leaves its tokens here.

mod store;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::core::connectivity::Heartbeat;
use crate::core::dashboard::Notification;
use crate::core::error::Error;
use crate::core::log::LogEntry;
use crate::core::payload::Payload;
use crate::core::realtime::presence::PresenceEvent;
use crate::core::tabs::role::Health;
use crate::core::{connectivity, realtime};
use crate::shell::router::{redacted, redacted_value};

/// `{ code, message, retryable, retryAfter? }`, which `js/` makes a `DashboardError` of.
pub fn error(error: &Error) -> JsValue {
    let mut fields = vec![
        ("code", JsValue::from_str(error.code.as_str())),
        ("message", shown(&error.message)),
        ("retryable", JsValue::from_bool(error.code.is_retryable())),
    ];
    if let Some(millis) = error.retry_after {
        fields.push(("retryAfter", JsValue::from_f64(millis as f64)));
    }
    JsValue::object(fields)
}

/// A text without its tokens.
fn shown(text: &str) -> JsValue {
    JsValue::from_str(&redacted(text))
}

/// `{ type, … }`, one for each kind.
pub fn notification(notification: &Notification<JsValue>) -> JsValue {
    let (kind, mut fields) = match notification {
        Notification::Connectivity(news) => of_connectivity(news),
        Notification::Realtime(news) => of_realtime(news),
        Notification::Store(news) => store::news(news),
        Notification::Tabs(Health { role, tabs }) => {
            ("tabs", vec![("role", JsValue::from_str(role.as_str())), ("tabs", JsValue::from(*tabs))])
        }
        Notification::UserChanged => ("user-changed", vec![]),
        Notification::Error(cause) => ("error", vec![("error", error(cause))]),
    };
    fields.push(("type", JsValue::from_str(kind)));
    JsValue::object(fields)
}

/// The type of an object, and its other fields.
type Kind = (&'static str, Vec<(&'static str, JsValue)>);

fn of_connectivity(news: &connectivity::News) -> Kind {
    use connectivity::News;
    let text = JsValue::from_str;
    match news {
        News::Connection(state) => ("connection", vec![("state", text(state.as_str()))]),
        News::Connected => ("connected", vec![]),
        News::Disconnected { code, reason } => {
            ("disconnected", vec![("code", JsValue::from(*code)), ("reason", text(reason))])
        }
        News::Heartbeat(heartbeat) => {
            let (status, latency) = match heartbeat {
                Heartbeat::Sent => ("sent", JsValue::UNDEFINED),
                Heartbeat::Answered(millis) => ("ok", JsValue::from_f64(*millis as f64)),
                Heartbeat::TimedOut => ("timeout", JsValue::UNDEFINED),
            };
            ("heartbeat", vec![("status", text(status)), ("latencyMs", latency)])
        }
    }
}

fn of_realtime(news: &realtime::News<JsValue>) -> Kind {
    use realtime::News;
    let text = JsValue::from_str;
    match news {
        News::Status { id, status } => ("status", vec![("id", text(id)), ("status", text(status.as_str()))]),
        News::Continuity { id, continuity } => {
            ("continuity", vec![("id", text(id)), ("continuity", text(continuity.as_str()))])
        }
        News::Error { id, error: cause } => ("error", vec![("id", text(id)), ("error", error(cause))]),
        News::Failed { id, error: cause } => ("failed", vec![("id", text(id)), ("error", error(cause))]),
        News::Presence { id, event } => ("presence", vec![("id", text(id)), ("event", presence(event))]),
        News::System { id, payload } => {
            ("system", vec![("id", text(id)), ("payload", redacted_value(payload))])
        }
        News::Settled { call, result } => {
            let cause = result.as_ref().err().map_or(JsValue::UNDEFINED, error);
            ("settled", vec![("call", JsValue::from(call.0)), ("error", cause)])
        }
    }
}

/// `{ type, key, … }`, as `PresenceEvent` in `js/messages.ts`.
fn presence(event: &PresenceEvent<JsValue>) -> JsValue {
    let list = |presences: &[JsValue]| presences.iter().cloned().collect::<Array>().into();
    let (kind, key, mut fields) = match event {
        PresenceEvent::Sync => return JsValue::object(vec![("type", JsValue::from_str("sync"))]),
        PresenceEvent::Join { key, current, joined } => {
            ("join", key, vec![("currentPresences", list(current)), ("newPresences", list(joined))])
        }
        PresenceEvent::Leave { key, current, left } => {
            ("leave", key, vec![("currentPresences", list(current)), ("leftPresences", list(left))])
        }
        PresenceEvent::Update { key, current, joined, left } => {
            let fields = vec![
                ("currentPresences", list(current)),
                ("newPresences", list(joined)),
                ("leftPresences", list(left)),
            ];
            ("update", key, fields)
        }
    };
    fields.extend([("type", JsValue::from_str(kind)), ("key", JsValue::from_str(key))]);
    JsValue::object(fields)
}

/// `{ level, event, topic?, number?, detail? }`.
pub fn log_entry(entry: &LogEntry) -> JsValue {
    let text = JsValue::from_str;
    let mut fields = vec![("level", text(entry.level.as_str())), ("event", text(entry.event))];
    fields.extend(entry.topic.as_deref().map(|topic| ("topic", shown(topic))));
    fields.extend(entry.number.map(|number| ("number", JsValue::from_f64(number as f64))));
    fields.extend(entry.detail.as_deref().map(|detail| ("detail", shown(detail))));
    JsValue::object(fields)
}

/// A batch of notifications.
pub fn notifications(batch: &[Notification<JsValue>]) -> Array {
    batch.iter().map(notification).collect()
}
