//! Reading `deliver`.

use wasm_bindgen::prelude::*;

use super::reader::Options;
use super::subscription::KNOWN;
use crate::api::given;
use crate::core::error::Error;
use crate::core::realtime::delivery::Delivery;

/// The longest time between two hand-overs, in milliseconds.
const LONGEST_PACE: u32 = 3_600_000;

/// Reads how a subscription is handed its messages.
///
/// # Errors
/// `invalid_option`, `unknown_option`.
pub fn delivery(value: &JsValue) -> Result<Delivery, Error> {
    let options = Options::read(value, "subscribe", KNOWN);
    let mut delivery = Delivery::Each;
    if let Some(given) = options.get("deliver") {
        match given::text(&given).as_deref() {
            Some("each") => {}
            Some("batch") => delivery = Delivery::Batch,
            None if given::is_object(&given) => delivery = latest(&options, &given),
            _ => options.wrong("deliver", "\"each\", \"batch\" or an object with `latestBy`"),
        }
    }
    if delivery != Delivery::Each && is_presence(&options) {
        options.wrong("deliver", "left out with `presence`: its events come one by one");
    }
    options.done(delivery)
}

fn is_presence(options: &Options<'_>) -> bool {
    options.get("presence").is_some_and(|presence| presence != JsValue::FALSE)
}

fn latest(options: &Options<'_>, given: &JsValue) -> Delivery {
    let latest = Options::read(given, "deliver", &["latestBy", "everyMs"]);
    let path = latest.text("latestBy").unwrap_or_default();
    let by: Vec<String> = path.split('.').map(str::to_owned).collect();
    if by.iter().any(String::is_empty) {
        let expected = "the path to the key in a message, as \"payload.id\" or \"record.id\"";
        latest.wrong("latestBy", expected);
    }
    let every_ms = latest.number("everyMs", 0, LONGEST_PACE).unwrap_or(0);
    options.include(latest.done(()));
    Delivery::Latest { by, every_ms }
}
