//! How the routing table is written.

use super::{Output, Realtime};
use crate::core::payload::Payload;
use crate::core::realtime::channel::Delivers;
use crate::core::realtime::routes::{Edit, TopicRoutes};
use crate::core::realtime::subscriptions::Source;

impl<P: Payload> Realtime<P> {
    /// Writes a topic's routes anew if they have changed.
    pub(super) fn write_routes(&mut self, topic: &str) {
        let Some(channel) = self.channels.get(topic).filter(|channel| channel.delivers > Delivers::Nothing)
        else {
            return;
        };
        let mut routes = TopicRoutes {
            join_ref: channel.join_ref(),
            deduplicate: channel.config.replay.is_some(),
            ..TopicRoutes::default()
        };
        for (_, entry) in self.subscriptions.of(topic) {
            match &entry.subscription.source {
                Source::Broadcast { event: None, .. } => routes.any.push(entry.slot),
                Source::Changes(_) if channel.delivers < Delivers::All => {}
                Source::Changes(bindings) => {
                    for binding in bindings {
                        let Some(id) = channel.binding_id(binding) else { continue };
                        let slots = routes.changes.get_or_insert_with(id, Vec::new);
                        if let Some(slots) = slots.filter(|slots| !slots.contains(&entry.slot)) {
                            slots.push(entry.slot);
                        }
                    }
                }
                Source::Broadcast { .. } | Source::Presence { .. } => {}
            }
        }
        for (_, entry) in self.subscriptions.of(topic) {
            if let Source::Broadcast { event: Some(event), .. } = &entry.subscription.source
                && let Some(slots) = routes.events.get_or_insert_with(event.clone(), || routes.any.clone())
            {
                slots.push(entry.slot);
            }
        }
        if self.routes.get(topic) != Some(&routes) {
            self.routes.insert(topic.to_owned(), routes.clone());
            self.tell(Output::Routes(Edit::Route { topic: topic.to_owned(), routes }));
        }
    }

    /// Drops a topic's routes.
    pub(super) fn drop_routes(&mut self, topic: &str) {
        if self.routes.remove(topic).is_some() {
            self.tell(Output::Routes(Edit::Unroute { topic: topic.to_owned() }));
        }
    }
}
