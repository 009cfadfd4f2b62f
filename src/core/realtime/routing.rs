//! How the routing table is written.

use super::{Output, Realtime};
use crate::core::payload::Payload;
use crate::core::realtime::channel::Delivers;
use crate::core::realtime::routes::{Edit, Slot, TopicRoutes};
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
        let mut named: Vec<(&str, Slot)> = Vec::new();
        for (_, entry) in self.subscriptions.of(topic) {
            match &entry.subscription.source {
                Source::Broadcast { event: None, .. } => routes.any.push(entry.slot),
                Source::Broadcast { event: Some(event), .. } => named.push((event, entry.slot)),
                Source::Changes(_) if channel.delivers < Delivers::All => {}
                Source::Changes(bindings) => {
                    for id in bindings.iter().filter_map(|binding| channel.binding_id(binding)) {
                        let slots = routes.changes.entry(id).or_default();
                        if !slots.contains(&entry.slot) {
                            slots.push(entry.slot);
                        }
                    }
                }
                Source::Presence { .. } => {}
            }
        }
        for (event, slot) in named {
            routes.events.entry(event.to_owned()).or_insert_with(|| routes.any.clone()).push(slot);
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
