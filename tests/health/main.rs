//! The health machine on a virtual clock.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alerts;
mod bounds;
mod decisions;
mod histories;
mod network;
mod probing;
mod properties;
mod stored;
mod tabs;
mod world;
