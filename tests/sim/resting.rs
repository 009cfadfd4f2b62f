//! What may be left of a client once nothing is wanted: nothing.

use crate::peer::Peer;

/// The client's tables and buffers, by their names in its `Debug` text.
const TABLES: &[&str] = &[
    "deadlines",
    "entries",
    "by_topic",
    "channels",
    "to_join",
    "suspects",
    "waiting",
    "held_broadcasts",
    "outputs",
    // The cache's.
    "callers",
    "checking",
    "contested",
    "counting",
    "flights",
    "jobs",
    "operations",
    "readings",
    "unchecked",
];
/// How one begins that holds nothing.
const EMPTY: [&str; 3] = ["[]", "SortedMap { keys: []", "Fifo { front: IntoIter([]), back: [] }"];

impl Peer {
    /// What is left of it once nothing is wanted.
    pub fn assert_at_rest(&self) {
        assert!(self.core().next_timeout().is_none(), "a timer is left: {:?}", self.core().next_timeout());
        assert!(self.core().routes().is_empty(), "a route is left: {:?}", self.core().routes());
        assert!(self.unsettled.is_empty(), "calls are left without an answer: {:?}", self.unsettled);
        let all = format!("{:?}", self.core());
        for table in TABLES {
            // Machines may have tables of the same name.
            let held: Vec<&str> = all.split(&format!(" {table}: ")).skip(1).collect();
            assert!(!held.is_empty(), "{table} is no table of the client's");
            for held in held {
                assert!(
                    EMPTY.iter().any(|empty| held.starts_with(empty)),
                    "{table} is not empty: {held:.200}"
                );
            }
        }
    }
}
