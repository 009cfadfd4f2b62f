//! Reading options that `js/options` has checked, and given their defaults.
//!
//! Nothing is checked again but what the protocol's grammar decides. A field that is not there would be a mistake of this
//! package's own; it reads as nothing.

mod caching;
mod fields;
mod filter;
mod manager;
mod policies;
mod subscription;

pub use caching::{fetching, keeping};
pub use manager::config;
pub use policies::{breaker, bulkhead, check, retry};
pub use subscription::subscription;
