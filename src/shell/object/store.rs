//! What the store tells, as `js/store.ts` and `js/records.ts` take it.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::fields::Fields;
use super::{described, of};
use crate::core::store::output::{Found, News, Outcome, Refusal, Status};
use crate::shell::store::encode;

/// A notification.
pub(super) fn news(news: &News<JsValue>) -> Fields {
    let (name, value) = match news {
        News::Settled { call, outcome } => {
            let fields = of("settled").number("call", f64::from(call.0));
            return match settled(outcome) {
                Ok(value) => fields.with("value", value),
                Err(error) => fields.with("error", error),
            };
        }
        News::Status(found) => ("status", status(found)),
        News::Lost { database, entries } => {
            ("lost", Fields::new().text("database", database.as_str()).number("entries", f64::from(*entries)))
        }
        News::SetAside { database, records } => (
            "set-aside",
            Fields::new().text("database", database.as_str()).number("records", f64::from(*records)),
        ),
        News::Wiped => return of("store").with("news", Fields::new().text("name", "wiped").done()),
    };
    of("store").with("news", Fields::new().text("name", name).with("value", value.done()).done())
}

/// `{ durability, spilling, troubles }`
fn status(status: &Status) -> Fields {
    let mut troubles = Fields::new();
    for (name, trouble) in [("outbox", status.outbox), ("data", status.data), ("cache", status.cache)] {
        if let Some(trouble) = trouble {
            troubles = troubles.text(name, trouble.as_str());
        }
    }
    Fields::new()
        .text("durability", status.durability.as_str())
        .flag("spilling", status.is_spilling)
        .with("troubles", troubles.done())
}

/// What a call is settled with.
fn settled(outcome: &Outcome<JsValue>) -> Result<JsValue, JsValue> {
    if let Some(cause) = outcome.error() {
        let fields = described(&cause);
        return Err(match outcome {
            Outcome::Failed(Refusal::Pending(count)) => {
                let count = Fields::new().number("count", f64::from(*count));
                fields.with("cause", count.done()).done()
            }
            _ => fields.done(),
        });
    }
    Ok(match outcome {
        Outcome::Value(found) => found.as_ref().map_or(JsValue::UNDEFINED, |found| found.value.value.clone()),
        Outcome::All(all) => {
            let entries = Array::new();
            for found in all {
                entries.push(&entry(found));
            }
            entries.into()
        }
        Outcome::Persisted(is_kept) => JsValue::from_bool(*is_kept),
        Outcome::Space { usage, quota } => {
            Fields::new().number("usage", *usage as f64).number("quota", *quota as f64).done()
        }
        Outcome::Wiped { is_marked, is_complete } => {
            Fields::new().flag("marked", *is_marked).flag("complete", *is_complete).done()
        }
        Outcome::Durable | Outcome::Held | Outcome::Failed(_) => JsValue::UNDEFINED,
    })
}

/// `[key, what is stored of its value]`
fn entry(found: &Found<JsValue>) -> JsValue {
    Array::of2(&encode::spelling(&found.key), &found.value.value).into()
}
