//! Several tabs with a store each, over one model of a browser's databases, on one virtual clock, through every fault that
//! a browser, a page and a disk can have.
//!
//! `npm run sim -- --store --seeds N` runs any number of seeds, `npm run sim -- --store --seed N` one of them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "store/acting.rs"]
mod acting;
#[path = "store/browser.rs"]
mod browser;
#[path = "store/disk.rs"]
mod disk;
#[path = "store/faults.rs"]
mod faults;
#[path = "store/hearing.rs"]
mod hearing;
#[path = "store/lives.rs"]
mod lives;
#[path = "store/openings.rs"]
mod openings;
#[path = "store/reference.rs"]
mod reference;
#[path = "clock/rest.rs"]
mod rest;
#[path = "store/rules/mod.rs"]
mod rules;
#[path = "store/seeds.rs"]
mod seeds;
#[path = "store/transactions.rs"]
mod transactions;
#[path = "store/truth.rs"]
mod truth;
#[path = "store/world.rs"]
mod world;
