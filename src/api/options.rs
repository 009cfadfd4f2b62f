//! Reading options: each wrong one gets a sentence at the call.

mod binding;
mod delivery;
mod manager;
mod payload;
mod reader;
mod source;
mod subscription;

pub use delivery::delivery;
pub use manager::{AccessToken, RealtimeOptions, realtime};
pub use payload::{Content, content, event_name, http_broadcast, id, presence_state, token};
pub use subscription::{on_data, subscription};

/// The longest name of a broadcast in bytes: a binary frame says its length in one.
pub const LONGEST_EVENT: usize = 255;
/// The longest channel name in bytes: with its prefix and a binding's digest it must fit the 255 of a binary frame.
const LONGEST_CHANNEL: usize = 220;
