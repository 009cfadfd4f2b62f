//! The policies that keep calls going, on a virtual clock: decision tables, the documented behaviour of other libraries in
//! tables of our own, and properties against models that are slow and obvious.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bulkheads;
mod flights;
mod half_open;
mod model;
mod open_time;
mod peers;
mod properties;
mod retry_after;
mod retrying;
mod rig;
mod sharing;
mod tabs;
mod transitions;
mod verdicts;
