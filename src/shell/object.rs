//! Plain objects for JavaScript: errors and notifications. Whatever text of the server's or the application's is handed
//! out to be shown or logged goes through here, and leaves its tokens here.

mod cache;
pub(crate) mod fields;
mod health;
mod store;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::core::connectivity::Heartbeat;
use crate::core::dashboard::Notification;
use crate::core::error::Error;
use crate::core::log::LogEntry;
use crate::core::page::Ticking;
use crate::core::realtime::presence::PresenceEvent;
use crate::core::tabs::role::Health;
use crate::core::{connectivity, realtime};
use crate::shell::router::{redacted, redacted_value};
use fields::Fields;

/// `{ code, message, retryable, retryAfter? }`, which `js/` makes a `DashboardError` of.
pub fn error(error: &Error) -> JsValue {
    described(error).done()
}

fn described(error: &Error) -> Fields {
    let fields = Fields::new()
        .text("code", error.code.as_str())
        .text("message", &redacted(&error.message))
        .flag("retryable", error.code.is_retryable());
    match error.retry_after {
        Some(millis) => fields.number("retryAfter", millis as f64),
        None => fields,
    }
}

/// An object of this type.
fn of(kind: &str) -> Fields {
    Fields::new().text("type", kind)
}

/// `{ type, … }`, one for each kind.
pub fn notification(notification: &Notification<JsValue>) -> JsValue {
    let fields = match notification {
        Notification::Connectivity(news) => of_connectivity(news),
        Notification::Realtime(news) => of_realtime(news),
        Notification::Store(news) => store::news(news),
        Notification::Health(output) => health::news(output),
        Notification::Cache(output) => cache::news(output),
        Notification::CacheFound { request, key, header, body } => cache::found(*request, key, header, body),
        Notification::Tabs(Health { role, tabs, is_silent }) => of("tabs")
            .text("role", role.as_str())
            .number("tabs", f64::from(*tabs))
            .flag("isSilent", *is_silent),
        Notification::Ticking(ticking) => of("ticking").flag("inWorker", *ticking == Ticking::InWorker),
        Notification::UserChanged => of("user-changed"),
        Notification::Error(cause) => of("error").with("error", error(cause)),
    };
    fields.done()
}

fn of_connectivity(news: &connectivity::News) -> Fields {
    use connectivity::News;
    match news {
        News::Connection(state) => of("connection").text("state", state.as_str()),
        News::Connected => of("connected"),
        News::Disconnected { code, reason } => {
            of("disconnected").number("code", f64::from(*code)).text("reason", reason)
        }
        News::Heartbeat(heartbeat) => {
            let fields = of("heartbeat");
            match heartbeat {
                Heartbeat::Sent => fields.text("status", "sent"),
                Heartbeat::Answered(millis) => {
                    fields.text("status", "ok").number("latencyMs", *millis as f64)
                }
                Heartbeat::TimedOut => fields.text("status", "timeout"),
            }
        }
    }
}

fn of_realtime(news: &realtime::News<JsValue>) -> Fields {
    use realtime::News;
    match news {
        News::Status { id, status } => of("status").text("id", id).text("status", status.as_str()),
        News::Continuity { id, continuity } => {
            of("continuity").text("id", id).text("continuity", continuity.as_str())
        }
        News::Error { id, error: cause } => of("error").text("id", id).with("error", error(cause)),
        News::Failed { id, error: cause } => of("failed").text("id", id).with("error", error(cause)),
        News::Presence { id, event } => of("presence").text("id", id).with("event", presence(event)),
        News::System { id, payload } => of("system").text("id", id).with("payload", redacted_value(payload)),
        News::Settled { call, result } => {
            let fields = of("settled").number("call", f64::from(call.0));
            match result {
                Ok(()) => fields,
                Err(cause) => fields.with("error", error(cause)),
            }
        }
    }
}

/// `{ type, key, … }`, as `PresenceEvent` in `js/messages.ts`.
fn presence(event: &PresenceEvent<JsValue>) -> JsValue {
    let PresenceEvent::Change { key, current, joined, left } = event else {
        return of(event.as_str()).done();
    };
    let mut fields = of(event.as_str()).text("key", key).with("currentPresences", list(current));
    if !joined.is_empty() {
        fields = fields.with("newPresences", list(joined));
    }
    if !left.is_empty() {
        fields = fields.with("leftPresences", list(left));
    }
    fields.done()
}

fn list(presences: &[JsValue]) -> JsValue {
    let list = Array::new();
    for presence in presences {
        list.push(presence);
    }
    list.into()
}

/// `{ level, event, topic?, number?, detail? }`.
pub fn log_entry(entry: &LogEntry) -> JsValue {
    let mut fields = Fields::new().text("level", entry.level.as_str()).text("event", entry.event);
    if let Some(topic) = &entry.topic {
        fields = fields.text("topic", &redacted(topic));
    }
    if let Some(number) = entry.number {
        fields = fields.number("number", number as f64);
    }
    if let Some(detail) = &entry.detail {
        fields = fields.text("detail", &redacted(detail));
    }
    fields.done()
}

/// A batch of notifications.
pub fn notifications(batch: &[Notification<JsValue>]) -> Array {
    let told = Array::new();
    for news in batch {
        told.push(&notification(news));
    }
    told
}
