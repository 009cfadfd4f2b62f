//! The core on a virtual clock: what it says to a Realtime server and what it makes of the answers.
//!
//! Frames come from recordings of a real server (`tests/fixtures/`). Nothing here sleeps: time jumps to the next
//! deadline.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod bindings;
mod clocks;
mod connecting;
#[path = "../options/defaults.rs"]
mod defaults;
mod filters;
mod frames;
mod handover;
mod heartbeats;
mod http;
mod joins;
mod lifecycle;
mod offline;
mod presence;
mod pushes;
mod races;
mod reach;
mod reasons;
mod recording;
mod replay;
mod serving;
mod subscribing;
mod tokens;
mod told;
mod troubles;
mod users;
mod wire;
mod world;
