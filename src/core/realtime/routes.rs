//! Where data frames go: the routing table that the core writes and the router executes.

use crate::core::sorted_map::SortedMap;

use crate::core::edit;
pub use crate::core::ids::Slot;
use crate::core::realtime::frame::Reference;

/// The routes of one topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicRoutes {
    /// Who gets a broadcast that has no entry in `events`.
    pub any: Vec<Slot>,
    /// Who gets a broadcast of a name: those that asked for it and those that asked for all.
    pub events: SortedMap<String, Vec<Slot>>,
    /// Who gets the changes of a binding, by the id the server gave it.
    pub changes: SortedMap<u64, Vec<Slot>>,
    /// The join that counts. A frame that names another one is of an earlier join, and is dropped; most name none.
    pub join_ref: Option<Reference>,
    /// Whether a replayed broadcast is dropped that has been delivered before, which is told by its `meta.id`.
    pub deduplicate: bool,
}

/// The routing table, by topic on the wire.
pub type Routes = SortedMap<String, TopicRoutes>;

/// What is written to the routing table.
pub type Edit = edit::Edit<TopicRoutes>;

/// A number as an id; `None` if it is negative or has a fraction.
pub fn whole(number: f64) -> Option<u64> {
    (number >= 0.0 && number.fract() == 0.0).then_some(number as u64)
}
