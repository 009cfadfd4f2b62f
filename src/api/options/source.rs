//! Reading what a subscription listens to: presence, changes of the database, or broadcasts.

use wasm_bindgen::prelude::*;

use super::LONGEST_EVENT;
use super::binding::binding;
use super::reader::Options;
use crate::api::given;
use crate::core::realtime::binding::Binding;
use crate::core::realtime::subscriptions::Source;

/// The most bindings of one subscription.
const MOST_BINDINGS: u32 = 100;

const OF_CHANGES: &[&str] = &["schema", "table", "filter", "select"];
const OF_BROADCASTS: &[&str] = &["self", "ack", "replay", "replicationReady"];

/// Reads what is listened to.
pub(super) fn source(options: &Options<'_>, id: &str) -> Source {
    if let Some(value) = options.get("presence").filter(|value| *value != JsValue::FALSE) {
        options.foreign(&["event", "changes", "self", "replay"], "left out with `presence`");
        options.foreign(OF_CHANGES, "left out with `presence`");
        return presence(options, id, &value);
    }
    if let Some(list) = options.get("changes") {
        options.foreign(OF_CHANGES, "left out with `changes`, whose entries have their own");
        options.foreign(&["event"], "left out with `changes`, whose entries have their own");
        options.foreign(OF_BROADCASTS, "left out with `changes`: it is about broadcasts");
        return Source::Changes(changes(options, &list));
    }
    if options.has("schema") || options.has("table") {
        options.foreign(OF_BROADCASTS, "left out with `table`: it is about broadcasts");
        return Source::Changes(vec![binding(options)]);
    }
    options.foreign(OF_CHANGES, "given together with `table`: broadcasts have none");
    let event = options.text("event").filter(|event| event != "*");
    if event.as_ref().is_some_and(|event| event.len() > LONGEST_EVENT) {
        options.wrong("event", "a name of at most 255 bytes");
    }
    Source::Broadcast { event, own: options.flag("self", false) }
}

fn presence(options: &Options<'_>, id: &str, value: &JsValue) -> Source {
    let (mut key, mut enabled) = (None, true);
    if given::is_object(value) {
        let presence = Options::read(value, "subscribe's `presence`", &["key", "enabled"]);
        key = presence.text("key");
        enabled = presence.flag("enabled", true);
        options.include(presence.done(()));
    } else if *value != JsValue::TRUE {
        options.wrong("presence", "true, or an object `{ key, enabled }`");
    }
    let is_chosen = key.is_some();
    Source::Presence { key: key.unwrap_or_else(|| ["dashboard-", id].concat()), is_chosen, enabled }
}

fn changes(options: &Options<'_>, list: &JsValue) -> Vec<Binding> {
    let mut bindings = Vec::new();
    let list = given::items(list, MOST_BINDINGS).unwrap_or_default();
    if list.is_empty() {
        let expected = "an array of 1 to 100 objects `{ event, schema, table, filter, select }`";
        options.wrong("changes", expected);
    }
    for entry in list {
        let names = ["event", "schema", "table", "filter", "select"];
        let entry = Options::read(&entry, "subscribe's `changes`", &names);
        if !entry.has("schema") && !entry.has("table") {
            entry.wrong("table", "the name of a table, unless `schema` is given");
        }
        let read = binding(&entry);
        bindings.extend(options.include(entry.done(read)));
    }
    bindings
}
