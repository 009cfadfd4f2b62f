//! Several tabs with whole dashboards against a model of the Realtime server, on one virtual clock: one connection for all
//! tabs of a user, and what each of them is told.
//!
//! `npm run sim -- --dashboards --seeds N` runs any number of seeds, `npm run sim -- --dashboards --seed N` one of them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "options/defaults.rs"]
mod defaults;
#[path = "dashboards/doing.rs"]
mod doing;
#[path = "dashboards/failing.rs"]
mod failing;
#[path = "dashboards/health.rs"]
mod health;
#[path = "tabs/locks.rs"]
mod locks;
#[path = "clock/rest.rs"]
mod rest;
#[path = "dashboards/seeds.rs"]
mod seeds;
#[allow(dead_code, reason = "the simulation of one client asks more of it")]
#[path = "sim/server/mod.rs"]
mod server;
#[path = "dashboards/sharing.rs"]
mod sharing;
#[path = "dashboards/tab.rs"]
mod tab;
#[path = "dashboards/world.rs"]
mod world;
