//! Many clients against a model of the Realtime server that follows the recordings, on one virtual clock, through every
//! fault a network, a server and a laptop can have.
//!
//! `npm run sim -- --seeds N` runs any number of seeds, `npm run sim -- --seed N` one of them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "sim/acting.rs"]
mod acting;
#[path = "sim/application.rs"]
mod application;
#[path = "sim/comparing.rs"]
mod comparing;
#[path = "options/defaults.rs"]
mod defaults;
#[path = "sim/faults.rs"]
mod faults;
#[path = "sim/frames.rs"]
mod frames;
#[path = "sim/hearing.rs"]
mod hearing;
#[path = "sim/herd.rs"]
mod herd;
#[path = "sim/limits.rs"]
mod limits;
#[path = "sim/network.rs"]
mod network;
#[path = "sim/peer.rs"]
mod peer;
#[path = "sim/performing.rs"]
mod performing;
#[path = "sim/recordings.rs"]
mod recordings;
#[path = "clock/rest.rs"]
mod rest;
#[path = "sim/restart.rs"]
mod restart;
#[path = "sim/resting.rs"]
mod resting;
#[path = "sim/seeds.rs"]
mod seeds;
#[path = "sim/server/mod.rs"]
mod server;
#[path = "sim/tokens.rs"]
mod tokens;
#[path = "sim/traffic.rs"]
mod traffic;
#[path = "sim/watch.rs"]
mod watch;
#[path = "sim/wishes.rs"]
mod wishes;
#[path = "sim/world.rs"]
mod world;
