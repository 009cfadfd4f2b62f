//! A subscription on its way to the tab that holds the connection.

use super::routes::items;
use crate::core::payload::Payload;
use crate::core::realtime::binding::Binding;
use crate::core::realtime::routes::whole;
use crate::core::realtime::subscriptions::{Replay, Source, Subscription};
use crate::core::tabs::relay::{self, Portable};

impl<P: Payload> relay::Subscription<P> for Subscription {
    fn topic(&self) -> String {
        Self::topic(self)
    }

    fn hears_itself(&self) -> bool {
        matches!(self.source, Source::Broadcast { own: true, .. })
    }
}

impl<P: Payload> Portable<P> for Subscription {
    fn to_payload(&self) -> P {
        let flag = P::boolean;
        let mut fields = vec![
            ("channel", P::string(&self.channel)),
            ("private", flag(self.private)),
            ("ack", flag(self.ack)),
            ("ready", flag(self.replication_ready)),
            ("reconnect", flag(self.auto_reconnect)),
        ];
        fields.extend(self.max_reconnect_attempts.map(|most| ("attempts", P::number(f64::from(most)))));
        if let Some(Replay { since, limit }) = self.replay {
            let (since, limit) = (P::number(since as f64), P::number(f64::from(limit)));
            fields.extend([("since", since), ("limit", limit)]);
        }
        match &self.source {
            Source::Broadcast { event, own } => {
                fields.extend([("of", P::string("broadcast")), ("own", flag(*own))]);
                fields.extend(event.as_deref().map(|event| ("event", P::string(event))));
            }
            Source::Changes(bindings) => {
                let bindings = bindings.iter().map(Binding::to_payload).collect();
                fields.extend([("of", P::string("changes")), ("bindings", P::array(bindings))]);
            }
            Source::Presence { key, is_chosen, enabled } => {
                fields.extend([("of", P::string("presence")), ("key", P::string(key))]);
                fields.extend([("chosen", flag(*is_chosen)), ("enabled", flag(*enabled))]);
            }
        }
        P::object(fields)
    }

    fn from_payload(value: &P) -> Option<Self> {
        let text = |name| value.field(name)?.as_text();
        let flag = |name| value.field(name)?.as_boolean();
        let number = |name| value.field(name).and_then(|number| whole(number.as_number()?));
        let short = |name| number(name).and_then(|number| u32::try_from(number).ok());
        let source = match text("of")?.as_str() {
            "broadcast" => Source::Broadcast { event: text("event"), own: flag("own")? },
            "changes" => Source::Changes(
                items(&value.field("bindings")?)?.iter().map(binding).collect::<Option<Vec<Binding>>>()?,
            ),
            "presence" => {
                Source::Presence { key: text("key")?, is_chosen: flag("chosen")?, enabled: flag("enabled")? }
            }
            _ => return None,
        };
        let replay = number("since").and_then(|since| Some(Replay { since, limit: short("limit")? }));
        Some(Self {
            channel: text("channel")?,
            private: flag("private")?,
            source,
            ack: flag("ack")?,
            replay,
            replication_ready: flag("ready")?,
            auto_reconnect: flag("reconnect")?,
            max_reconnect_attempts: short("attempts"),
        })
    }
}

fn binding<P: Payload>(value: &P) -> Option<Binding> {
    let text = |name| value.field(name)?.as_text();
    let select = value.field("select").filter(|select| select.length().is_some());
    let names = |select: P| items(&select)?.iter().map(Payload::as_text).collect::<Option<Vec<String>>>();
    let select = match select {
        Some(select) => Some(names(select)?),
        None => None,
    };
    let (table, filter) = (text("table"), text("filter"));
    Some(Binding { event: text("event")?, schema: text("schema")?, table, filter, select })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn every_kind_comes_back_as_it_was() {
        let binding = |filter: Option<&str>, select: Option<Vec<String>>| Binding {
            event: "*".into(),
            schema: "public".into(),
            table: Some("clients".into()),
            filter: filter.map(Into::into),
            select,
        };
        let sources = [
            Source::Broadcast { event: None, own: true },
            Source::Broadcast { event: Some("said".into()), own: false },
            Source::Changes(vec![binding(None, None), binding(Some("id=eq.1"), Some(vec!["id".into()]))]),
            Source::Presence { key: "anna".into(), is_chosen: true, enabled: false },
        ];
        for source in sources {
            let plain = Subscription::to("desk", source);
            let rich = Subscription {
                private: true,
                ack: true,
                replay: Some(Replay { since: 1_790_000_000_000, limit: 25 }),
                replication_ready: true,
                auto_reconnect: false,
                max_reconnect_attempts: Some(0),
                ..plain.clone()
            };
            for subscription in [plain, rich] {
                let written: Value = subscription.to_payload();
                assert_eq!(Subscription::from_payload(&written), Some(subscription), "{written}");
            }
        }
        assert_eq!(Subscription::from_payload(&json!({ "of": "later" })), None);
    }
}
