//! The pure core: no clock, no randomness, no JavaScript, no web.
//!
//! [`connectivity`], [`session`], [`realtime`], [`health`] and [`tabs`] are machines that do not know each other; [`dashboard`] connects them.
//! The other modules are values that machines use.

pub mod access;
pub mod activity;
pub mod cache;
pub mod command;
pub mod connectivity;
pub mod dashboard;
pub mod edit;
pub mod error;
mod fifo;
pub mod health;
pub mod http;
pub mod ids;
pub mod log;
pub mod news;
pub mod page;
pub mod payload;
pub mod pump;
pub mod realtime;
pub mod resilience;
pub mod rng;
pub mod session;
pub mod sorted_map;
pub mod store;
pub mod tabs;
pub mod time;
pub mod troubles;
pub mod user;
