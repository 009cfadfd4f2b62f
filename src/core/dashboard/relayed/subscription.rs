//! A subscription on its way to the tab that holds the connection.

use crate::core::payload::Payload;
use crate::core::realtime::binding::Binding;
use crate::core::realtime::subscriptions::{Replay, Source, Subscription};
use crate::core::tabs::relay::{self, Fields, Portable};

impl<P: Payload> relay::Subscription<P> for Subscription {
    fn topic(&self) -> String {
        Self::topic(self)
    }

    fn hears_itself(&self) -> bool {
        matches!(self.source, Source::Broadcast { own: true, .. })
    }
}

fn source(kind: usize) -> Option<Source> {
    Some(match kind {
        0 => Source::Broadcast { event: None, own: false },
        1 => Source::Changes(Vec::new()),
        2 => Source::Presence { key: String::new(), is_chosen: false, enabled: false },
        _ => return None,
    })
}

impl<P: Payload> Portable<P> for Subscription {
    fn blank() -> Self {
        Self::to("", Source::Changes(Vec::new()))
    }

    fn pass(&mut self, fields: &mut Fields<P>) {
        fields.text(&mut self.channel);
        for flag in [&mut self.private, &mut self.ack, &mut self.replication_ready, &mut self.auto_reconnect]
        {
            fields.flag(flag);
        }
        if fields.has(self.max_reconnect_attempts.is_some()) {
            fields.number(self.max_reconnect_attempts.get_or_insert_default());
        }
        if fields.has(self.replay.is_some()) {
            let replay = self.replay.get_or_insert(Replay { since: 0, limit: 0 });
            fields.large(&mut replay.since);
            fields.number(&mut replay.limit);
        }
        let kind = match &self.source {
            Source::Broadcast { .. } => 0,
            Source::Changes(_) => 1,
            Source::Presence { .. } => 2,
        };
        fields.kind(&mut self.source, kind, source);
        match &mut self.source {
            Source::Broadcast { event, own } => {
                fields.optional_text(event);
                fields.flag(own);
            }
            Source::Changes(bindings) => fields.each(bindings, pass_binding),
            Source::Presence { key, is_chosen, enabled } => {
                fields.text(key);
                fields.flag(is_chosen);
                fields.flag(enabled);
            }
        }
    }
}

fn pass_binding<P: Payload>(fields: &mut Fields<P>, binding: &mut Binding) {
    fields.text(&mut binding.event);
    fields.text(&mut binding.schema);
    fields.optional_text(&mut binding.table);
    fields.optional_text(&mut binding.filter);
    if fields.has(binding.select.is_some()) {
        fields.each(binding.select.get_or_insert_default(), Fields::text);
    }
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
                let written: Value = subscription.clone().to_payload();
                assert_eq!(Subscription::from_payload(&written), Some(subscription), "{written}");
            }
        }
        for other in [json!(null), json!([]), json!(["desk", 0, 0, 0, 0, 0, 0, 3])] {
            assert_eq!(Subscription::from_payload(&other), None);
        }
    }
}
