//! The only code that touches the browser: it does what the core decided.

pub mod cache;
pub mod driver;
pub mod environment;
pub mod http;
pub mod object;
pub mod payload;
pub mod promise;
pub mod router;
pub mod socket;
pub mod store;
pub mod tabs;
pub mod token;
pub mod wake;
