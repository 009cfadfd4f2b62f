//! What the router in JavaScript (`src/shell/router.js`) does, in Rust: its twin.
//!
//! Native tests and the simulation drive it in the router's place, and `tests/web_router` holds the two to each other in
//! the browsers. No browser runs it, so it is no part of what is shipped.

pub mod binary;
pub mod buffer;
pub mod exact;
pub mod forward;
pub mod router;
