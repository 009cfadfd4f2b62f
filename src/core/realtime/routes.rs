//! Where data frames go: the routing table that the core writes and the router executes.

use litemap::LiteMap;

use crate::core::payload::Payload;

/// Names the callback of one subscription.
pub type Slot = u32;

/// The routes of one topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicRoutes {
    /// Who gets a broadcast that has no entry in `events`.
    pub any: Vec<Slot>,
    /// Who gets a broadcast of a name: those that asked for it and those that asked for all.
    pub events: LiteMap<String, Vec<Slot>>,
    /// Who gets the changes of a binding, by the id the server gave it.
    pub changes: LiteMap<u64, Vec<Slot>>,
    /// Whether a replayed broadcast is dropped that has been delivered before, which is told by its `meta.id`.
    pub deduplicate: bool,
}

/// The routing table, by topic on the wire.
pub type Routes = LiteMap<String, TopicRoutes>;

/// A number as an id; `None` if it is negative or has a fraction.
pub fn whole(number: f64) -> Option<u64> {
    (number >= 0.0 && number.fract() == 0.0).then_some(number as u64)
}

impl TopicRoutes {
    /// Who gets a broadcast of this name.
    pub fn broadcast(&self, event: &str) -> &[Slot] {
        self.events.get(event).unwrap_or(&self.any)
    }

    /// Who gets a change with these ids, each once.
    pub fn change<P: Payload>(&self, ids: &P) -> Vec<Slot> {
        let mut slots = Vec::new();
        for index in 0..ids.length().unwrap_or(0) {
            let id = ids.item(index).and_then(|id| whole(id.as_number()?));
            let found = id.and_then(|id| self.changes.get(&id));
            for slot in found.into_iter().flatten() {
                if !slots.contains(slot) {
                    slots.push(*slot);
                }
            }
        }
        slots
    }
}
