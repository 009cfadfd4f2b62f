//! What the store tells, as `js/store.ts` and `js/records.ts` take it.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::{Kind, error};
use crate::core::payload::Payload;
use crate::core::store::names;
use crate::core::store::output::{Found, News, Outcome, Refusal, Status};
use crate::shell::store::encode;

/// The type of a notification, and its other fields.
pub(super) fn news(news: &News<JsValue>) -> Kind {
    let (name, value) = match news {
        News::Settled { call, outcome } => {
            let (error, value) = match settled(outcome) {
                Ok(value) => (JsValue::UNDEFINED, value),
                Err(error) => (error, JsValue::UNDEFINED),
            };
            return ("settled", vec![("call", JsValue::from(call.0)), ("error", error), ("value", value)]);
        }
        News::Status(found) => ("status", status(found)),
        News::Lost { database, entries } => ("lost", of(*database, ("entries", JsValue::from(*entries)))),
        News::SetAside { database, records } => {
            ("set-aside", of(*database, ("records", JsValue::from(*records))))
        }
        News::Wiped => ("wiped", JsValue::UNDEFINED),
    };
    let news = JsValue::object(vec![("name", JsValue::from_str(name)), ("value", value)]);
    ("store", vec![("news", news)])
}

fn of(database: names::Kind, field: (&'static str, JsValue)) -> JsValue {
    JsValue::object(vec![("database", JsValue::from_str(database.as_str())), field])
}

/// `{ durability, spilling, troubles }`
fn status(status: &Status) -> JsValue {
    let text = JsValue::from_str;
    let troubles = [("outbox", status.outbox), ("data", status.data), ("cache", status.cache)];
    let troubles =
        troubles.iter().filter_map(|(name, trouble)| Some((*name, text((*trouble)?.as_str())))).collect();
    JsValue::object(vec![
        ("durability", text(status.durability.as_str())),
        ("spilling", JsValue::from_bool(status.is_spilling)),
        ("troubles", JsValue::object(troubles)),
    ])
}

/// What a call is settled with.
fn settled(outcome: &Outcome<JsValue>) -> Result<JsValue, JsValue> {
    let bytes = |bytes: u64| JsValue::from_f64(bytes as f64);
    if let Some(cause) = outcome.error() {
        let mut fields = error(&cause);
        if let Outcome::Failed(Refusal::Pending(count)) = outcome {
            fields.set_field("cause", JsValue::object(vec![("count", JsValue::from(*count))]));
        }
        return Err(fields);
    }
    Ok(match outcome {
        Outcome::Value(found) => found.as_ref().map_or(JsValue::UNDEFINED, |found| found.value.value.clone()),
        Outcome::All(all) => all.iter().map(entry).collect::<Array>().into(),
        Outcome::Persisted(is_kept) => JsValue::from_bool(*is_kept),
        Outcome::Space { usage, quota } => {
            JsValue::object(vec![("usage", bytes(*usage)), ("quota", bytes(*quota))])
        }
        Outcome::Wiped { is_marked, is_complete } => JsValue::object(vec![
            ("marked", JsValue::from_bool(*is_marked)),
            ("complete", JsValue::from_bool(*is_complete)),
        ]),
        Outcome::Durable | Outcome::Held | Outcome::Failed(_) => JsValue::UNDEFINED,
    })
}

/// `[key, what is stored of its value]`
fn entry(found: &Found<JsValue>) -> JsValue {
    Array::of2(&encode::spelling(&found.key), &found.value.value).into()
}
