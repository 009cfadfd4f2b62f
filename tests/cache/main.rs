//! The cache alone, on a virtual clock.
//!
//! `npm run sim -- --cache --seeds N` runs any number of seeded histories, `npm run sim -- --cache --seed N` one of them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod asking;
mod bounds;
mod counters;
mod devices;
mod growth;
mod landing;
mod model;
mod outside;
mod properties;
mod reading;
mod remote;
mod scenarios;
mod seeds;
mod sharing;
mod silence;
mod superseding;
mod table;
mod tables;
mod world;
