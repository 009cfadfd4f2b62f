//! The pure core: no clock, no randomness, no JavaScript, no web.

pub mod client;
pub mod error;
pub mod io;
pub mod payload;
pub mod pump;
pub mod realtime;
pub mod resilience;
pub mod rng;
pub mod time;
