//! How a subscription's messages are handed over: each as it comes, or several at once.

/// How messages are handed to a callback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// Each as it comes.
    #[default]
    Each,
    /// An array once an animation frame; 100 ms later at the latest, and in a hidden page in the next task.
    Batch,
    /// An array of the latest message of each key, in the order in which the keys first came.
    Latest {
        /// The names of the fields that lead to the key, from the message on: `["payload", "key"]`, `["record", "id"]`.
        /// A key is a string, a number or a boolean; a message without one is handed over in any case.
        by: Vec<String>,
        /// Milliseconds from the first message to the hand-over; 0 for once an animation frame, as `Batch`.
        every_ms: u32,
    },
}
