//! The Realtime protocol: frames, the link, channels, and where data frames go.

pub mod ahead;
pub mod attempts;
pub mod binding;
pub mod channel;
pub mod delivery;
pub mod filter;
pub mod frame;
pub mod http_send;
pub mod join_config;
pub mod link;
pub mod liveness;
pub mod presence;
pub mod pushes;
pub mod reach;
pub mod remedy;
pub mod round_trip;
pub mod routes;
pub mod subscriptions;
pub mod telemetry;
pub mod token;
pub mod tracking;
