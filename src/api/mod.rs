//! What JavaScript sees: exported classes, and the reading of their options.

pub mod filter;
mod given;
pub mod options;
pub mod realtime;
