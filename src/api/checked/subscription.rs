//! The options of a subscription.

use super::fields::{Fields, items, texts};
use super::filter::filter;
use crate::core::error::Error;
use crate::core::payload::Payload;
use crate::core::realtime::binding::Binding;
use crate::core::realtime::subscriptions::{Replay, Source, Subscription};

/// The subscription that these options ask for.
///
/// # Errors
/// `invalid_option` for a filter that the server's grammar does not express.
pub fn subscription<P: Payload>(options: &P) -> Result<Subscription, Error> {
    let options = Fields(options);
    Ok(Subscription {
        channel: options.text("channel"),
        private: options.flag("private"),
        source: source(&options)?,
        ack: options.flag("ack"),
        replay: options.get("replay").as_ref().filter(|replay| replay.is_object()).map(replay),
        replication_ready: options.flag("replicationReady"),
        auto_reconnect: options.flag("autoReconnect"),
        max_reconnect_attempts: options.optional_number("maxReconnectAttempts").map(|most| most as u32),
    })
}

fn source<P: Payload>(options: &Fields<'_, P>) -> Result<Source, Error> {
    if let Some(presence) = options.get("presence") {
        let presence = Fields(&presence);
        return Ok(Source::Presence {
            key: presence.text("key"),
            is_chosen: presence.flag("isChosen"),
            enabled: presence.flag("enabled"),
        });
    }
    if let Some(changes) = options.get("changes") {
        let mut bindings = Vec::new();
        for item in items(&changes) {
            bindings.push(binding(&item)?);
        }
        return Ok(Source::Changes(bindings));
    }
    let event = options.optional_text("event").filter(|event| event != "*");
    Ok(Source::Broadcast { event, own: options.flag("self") })
}

fn binding<P: Payload>(given: &P) -> Result<Binding, Error> {
    let given = Fields(given);
    let filter = match given.get("filter") {
        Some(value) => filter(&value)?,
        None => None,
    };
    Ok(Binding {
        event: given.text("event"),
        schema: given.text("schema"),
        table: given.optional_text("table"),
        filter,
        select: given.get("select").as_ref().map(texts).filter(|columns| !columns.is_empty()),
    })
}

fn replay<P: Payload>(given: &P) -> Replay {
    let given = Fields(given);
    Replay { since: given.number("since"), limit: given.number("limit") as u32 }
}
