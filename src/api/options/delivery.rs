//! Reading `deliver`.

use wasm_bindgen::prelude::*;

use super::{Options, SUBSCRIPTION_OPTIONS};
use crate::core::error::Error;
use crate::core::payload::Payload;
use crate::core::realtime::delivery::Delivery;

/// The longest time between two hand-overs, in milliseconds.
const LONGEST_PACE: u32 = 3_600_000;

/// Reads how a subscription is handed its messages.
///
/// # Errors
/// `invalid_option`, `unknown_option`.
pub fn delivery(value: &JsValue) -> Result<Delivery, Error> {
    let options = Options::read(value, "subscribe", SUBSCRIPTION_OPTIONS)?;
    let delivery = match options.get("deliver") {
        None => Delivery::Each,
        Some(given) => match given.as_string().as_deref() {
            Some("each") => Delivery::Each,
            Some("batch") => Delivery::Batch,
            None if Payload::is_object(&given) => latest(&given)?,
            _ => return Err(options.wrong("deliver", "\"each\", \"batch\" or an object with `latestBy`")),
        },
    };
    if delivery != Delivery::Each && options.get("presence").is_some_and(|presence| presence != false) {
        return Err(options.wrong("deliver", "left out with `presence`: its events come one by one"));
    }
    Ok(delivery)
}

fn latest(given: &JsValue) -> Result<Delivery, Error> {
    let options = Options::read(given, "deliver", &["latestBy", "everyMs"])?;
    let path = options.text("latestBy")?.unwrap_or_default();
    let by: Vec<String> = path.split('.').map(str::to_owned).collect();
    if by.iter().any(String::is_empty) {
        let expected = "the path to the key in a message, as \"payload.id\" or \"record.id\"";
        return Err(options.wrong("latestBy", expected));
    }
    Ok(Delivery::Latest { by, every_ms: options.number("everyMs", 0, LONGEST_PACE)?.unwrap_or(0) })
}
