//! Several tabs of several users on one virtual clock, with a model of what a browser does to them: locks that queue, are
//! stolen and outlive a freeze, messages that are late or lost, pages that crash, freeze, sleep and come back.
//!
//! `npm run sim -- --tabs --seeds N` runs any number of seeds, `npm run sim -- --tabs --seed N` one of them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "tabs/browser.rs"]
mod browser;
#[path = "tabs/faults.rs"]
mod faults;
#[path = "tabs/frames.rs"]
mod frames;
#[path = "tabs/leading.rs"]
mod leading;
#[path = "tabs/locks.rs"]
mod locks;
#[path = "tabs/machine.rs"]
mod machine;
#[path = "tabs/page.rs"]
mod page;
#[path = "tabs/relayed.rs"]
mod relayed;
#[path = "clock/rest.rs"]
mod rest;
#[path = "tabs/scenarios.rs"]
mod scenarios;
#[path = "tabs/seeds.rs"]
mod seeds;
