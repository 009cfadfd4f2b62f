//! What the cache tells, as `CacheNews` in `js/cache/news.ts`.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::fields::Fields;
use super::{error, of};
use crate::core::cache::header::{flags_of, version_of};
use crate::core::cache::input::{Key, RequestId};
use crate::core::cache::output::{Ask, Outcome, Output, Slot, State};

/// A notification.
pub(super) fn news(output: &Output<JsValue>) -> Fields {
    let named = |name: &str| Fields::new().text("name", name);
    let asked = |name: &str, request: RequestId| named(name).number("request", f64::from(request.0));
    let of_flight = |name: &str, flight: u32| named(name).number("flight", f64::from(flight));
    let news = match output {
        Output::Put { key, slot } => named("put").text("key", key).with("slot", of_slot(slot)),
        Output::Drop { key } => named("drop").text("key", key),
        Output::Clear => named("clear"),
        Output::Doubt => named("doubt"),
        Output::Encode { request, key, value, version, compresses } => {
            with_text(asked("encode", *request), "version", version.as_deref())
                .text("key", key)
                .with("value", value.clone())
                .flag("compresses", *compresses)
        }
        Output::Lock { flight, key, within } => {
            of_flight("lock", flight.0).text("key", key).number("within", *within as f64)
        }
        Output::Unlock { flight } => of_flight("unlock", flight.0),
        Output::Fetch { flight, fetcher } => of_flight("fetch", flight.0).with("fetcher", fetcher.clone()),
        Output::AbortFetch { flight } => of_flight("abort", flight.0),
        Output::Remote { request, ask, within } => {
            asked("remote", *request).with("ask", of_ask(ask)).number("within", *within as f64)
        }
        Output::Publish { supplier, text } => {
            with_text(named("publish"), "supplier", supplier.as_deref()).text("text", text)
        }
        Output::Settled { call, outcome } => {
            let fields = of("settled").number("call", f64::from(call.0));
            return match settled(outcome) {
                Ok(value) => fields.with("value", value),
                Err(error) => fields.with("error", error),
            };
        }
        Output::Tiers { disk, is_remote_well, .. } => {
            named("tiers").number("waiting", f64::from(*disk)).flag("remote", *is_remote_well)
        }
        // The store is asked, not the application's side.
        Output::Load { .. } | Output::Count { .. } | Output::Write { .. } => named(""),
    };
    of("cache").with("news", news.done())
}

/// What the disk has is decoded.
pub(super) fn found(request: RequestId, key: &str, header: &str, body: &JsValue) -> Fields {
    let news = with_text(Fields::new(), "version", version_of(header).as_deref())
        .text("name", "decode")
        .number("request", f64::from(request.0))
        .text("key", key)
        .text("header", header)
        .number("flags", f64::from(flags_of(header)))
        .with("body", body.clone());
    of("cache").with("news", news.done())
}

fn with_text(fields: Fields, name: &str, text: Option<&str>) -> Fields {
    match text {
        Some(text) => fields.text(name, text),
        None => fields,
    }
}

fn of_slot(slot: &Slot<JsValue>) -> JsValue {
    let fields = Fields::new()
        .number("id", f64::from(slot.id.0))
        .with("value", slot.value.clone().unwrap_or(JsValue::NULL))
        .number("since", slot.since as f64)
        .number("until", slot.until as f64)
        .text("state", name_of(slot.state));
    with_text(fields, "version", slot.version.as_deref()).done()
}

const fn name_of(state: State) -> &'static str {
    match state {
        State::Fresh => "fresh",
        State::Stale => "stale",
        State::Degraded => "degraded",
    }
}

fn of_ask(ask: &Ask<JsValue>) -> JsValue {
    let to = |kind: &str, supplier: &str| Fields::new().text("kind", kind).text("supplier", supplier);
    let list = |tags: &[std::rc::Rc<str>]| -> JsValue {
        tags.iter().map(|tag| JsValue::from_str(tag)).collect::<Array>().into()
    };
    match ask {
        Ask::Get { key: Key { text, supplier } } => to("get", supplier).text("key", text),
        Ask::Put { supplier, entries } => {
            let all: Array = entries
                .iter()
                .map(|(key, header, value)| {
                    Array::of3(&JsValue::from_str(key), &JsValue::from_str(header), value)
                })
                .collect();
            to("put", supplier).with("entries", all.into())
        }
        Ask::Invalidate { supplier, tags, generations } => {
            let texts: Array = generations.iter().map(|text| JsValue::from_str(text)).collect();
            to("invalidate", supplier).with("tags", list(tags)).with("generations", texts.into())
        }
        Ask::Generations { supplier, tags } => to("generations", supplier).with("tags", list(tags)),
    }
    .done()
}

/// What a call is settled with: a result, `undefined` where there is nothing, or an error; the fetcher's own one as it is.
fn settled(outcome: &Outcome<JsValue>) -> Result<JsValue, JsValue> {
    Ok(match outcome {
        Outcome::Got { value, state, age } => Fields::new()
            .with("data", value.clone().unwrap_or(JsValue::NULL))
            .text("state", name_of(*state))
            .number("age", *age as f64)
            .done(),
        Outcome::Missing => JsValue::UNDEFINED,
        Outcome::Done { on_disk, on_remote } => Fields::new()
            .flag("disk", *on_disk)
            .with("remote", on_remote.map_or(JsValue::NULL, JsValue::from_bool))
            .done(),
        Outcome::Rejected(thrown) => return Err(Fields::new().with("thrown", thrown.clone()).done()),
        Outcome::Failed(cause) => return Err(error(cause)),
    })
}
