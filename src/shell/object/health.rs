//! What health tells, as `HealthNews` in `js/health/monitor.ts`.

use wasm_bindgen::prelude::*;

use super::fields::Fields;
use super::of;
use crate::core::health::{Alert, News, Output};
use crate::shell::environment::epoch;
use crate::shell::router::redacted;

/// A notification.
pub(super) fn news(output: &Output) -> Fields {
    let named = |name: &str| Fields::new().text("name", name);
    let news = match output {
        Output::Probe { probe, name } => {
            named("probe").number("probe", f64::from(probe.0)).text("check", name)
        }
        Output::News(News::Changed) => named("changed"),
        Output::News(News::Alert(told)) => {
            named("alert").with("value", alert(told)).flag("isOwn", told.is_own)
        }
        Output::Load => named("load"),
        Output::Keep { day, text } => named("keep").number("day", *day as f64).text("text", text),
        // Said to the other tabs, not to the application.
        Output::Tell { .. } => named(""),
    };
    of("health").with("news", news.done())
}

fn alert(alert: &Alert) -> JsValue {
    let message = alert.message.as_deref().map(redacted);
    Fields::new()
        .text("name", &alert.name)
        .text("severity", alert.severity.as_str())
        .text("status", alert.status.as_str())
        .text("previous", alert.previous.as_str())
        .with("message", message.map_or(JsValue::NULL, |message| JsValue::from_str(&message)))
        .number("at", epoch() as f64)
        .number("lastedMs", alert.lasted as f64)
        .flag("recovery", alert.is_recovery)
        .flag("reminder", alert.is_reminder)
        .number("count", f64::from(alert.count))
        .done()
}
