//! The Realtime protocol: frames, the link, channels, and where data frames go.

pub mod binding;
pub mod channel;
pub mod delivery;
pub mod exact;
pub mod frame;
pub mod link;
pub mod remedy;
pub mod router;
pub mod routes;
pub mod subscriptions;
pub mod token;
