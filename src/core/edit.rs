//! What is written to the routing table, whichever tab the frames come to.

use crate::core::ids::Slot;

/// What is written to the routing table. `R` are the routes of one topic.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit<R> {
    /// Replace a topic's routes.
    Route {
        /// The topic on the wire.
        topic: String,
        /// Where its frames go.
        routes: R,
    },
    /// Drop a topic's routes.
    Unroute {
        /// The topic on the wire.
        topic: String,
    },
    /// Nothing more goes to a callback: drop it.
    DropSlot {
        /// Whose.
        slot: Slot,
    },
}
