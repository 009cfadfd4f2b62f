//! Reading options that `js/options` has checked, and given their defaults.
//!
//! Nothing is checked again but what the protocol's grammar decides. A field that is not there would be a mistake of this
//! package's own; it reads as nothing.

mod fields;
mod filter;
mod manager;
mod subscription;

pub use manager::config;
pub use subscription::subscription;
