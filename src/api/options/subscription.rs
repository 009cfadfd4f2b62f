//! Reading the options of a subscription.

use js_sys::{Date, Function};
use wasm_bindgen::prelude::*;

use super::LONGEST_CHANNEL;
use super::reader::Options;
use super::source::source;
use crate::api::given;
use crate::core::error::{Code, Error};
use crate::core::realtime::subscriptions::{Replay, Source, Subscription};

/// The most broadcasts that the server gives again.
const MOST_REPLAYED: u32 = 25;
/// The largest time that a `Date` holds.
const MOST_MILLIS: f64 = 8.64e15;

/// Their names.
pub(super) const KNOWN: &[&str] = &[
    "channel",
    "event",
    "schema",
    "table",
    "filter",
    "select",
    "private",
    "self",
    "ack",
    "replay",
    "replicationReady",
    "presence",
    "changes",
    "deliver",
    "autoReconnect",
    "maxReconnectAttempts",
    "onData",
    "onError",
    "onStatus",
    "onContinuity",
    "onSystem",
];

/// Reads the options of a subscription.
///
/// # Errors
/// `invalid_option`, `unknown_option`.
pub fn subscription(id: &str, value: &JsValue) -> Result<Subscription, Error> {
    let options = Options::read(value, "subscribe", KNOWN);
    let channel = channel(&options);
    for name in ["onData", "onError", "onStatus", "onContinuity", "onSystem"] {
        let is_function = options.get(name).map(|value| value.is_function());
        if is_function == Some(false) || (name == "onData" && is_function.is_none()) {
            options.wrong(name, "a function");
        }
    }
    let private = options.flag("private", false);
    let source = source(&options, id);
    let replay = options.get("replay").and_then(|value| replay(&options, &value, private, &source));
    let read = Subscription {
        channel,
        private,
        source,
        ack: options.flag("ack", false),
        replay,
        replication_ready: options.flag("replicationReady", false),
        auto_reconnect: options.flag("autoReconnect", true),
        max_reconnect_attempts: options.number("maxReconnectAttempts", 0, u32::MAX),
    };
    options.done(read)
}

/// The callback of a subscription as it was read for the router: a getter may give another at each reading.
///
/// # Errors
/// `invalid_option`.
pub fn on_data(value: &JsValue) -> Result<&Function, Error> {
    let message = "Option \"onData\" of subscribe must be a function.";
    value.dyn_ref().ok_or_else(|| Error::new(Code::InvalidOption, message))
}

fn channel(options: &Options<'_>) -> String {
    let channel = options.text("channel").unwrap_or_default();
    if channel.is_empty() || channel.len() > LONGEST_CHANNEL {
        options.wrong("channel", "a topic of 1 to 220 bytes");
    }
    if channel.starts_with("realtime:") {
        options.wrong("channel", "the topic without the prefix \"realtime:\"");
    }
    channel
}

fn replay(options: &Options<'_>, value: &JsValue, private: bool, source: &Source) -> Option<Replay> {
    if !private || !matches!(source, Source::Broadcast { .. }) {
        options.wrong("replay", "used on private channels only: the server keeps no other broadcasts");
    }
    let replay = Options::read(value, "subscribe's `replay`", &["since", "limit"]);
    let since = replay.get("since").and_then(|since| {
        let date = given::iso_text(&since).map(|text| Date::parse(&text));
        date.or_else(|| since.as_f64()).filter(|millis| *millis >= 0.0 && *millis <= MOST_MILLIS)
    });
    if since.is_none() {
        replay.wrong("since", "a Date, or milliseconds since 1970");
    }
    let limit = replay.number("limit", 1, MOST_REPLAYED).unwrap_or(MOST_REPLAYED);
    options.include(replay.done(Replay { since: since.unwrap_or(0.0) as u64, limit }))
}
