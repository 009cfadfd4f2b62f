//! What JavaScript sees: the exported class, and the reading of what `js/options` has checked.

#[cfg(target_arch = "wasm32")]
pub mod cache;
pub mod checked;
#[cfg(target_arch = "wasm32")]
pub mod health;
#[cfg(target_arch = "wasm32")]
pub mod realtime;
#[cfg(target_arch = "wasm32")]
pub mod resilience;
#[cfg(target_arch = "wasm32")]
pub mod store;
