//! One WebAssembly module that keeps a wedding supplier's dashboard live over Supabase through any network.
//!
//! - [`core`] is pure: what to do, decided without a clock, randomness or JavaScript, and tested natively.
//! - `shell` is the only code that touches the browser: it does what the core decided.
//! - `api` is what JavaScript sees.
//!
//! The TypeScript face of the package lies in `js/`.

pub mod api;
pub mod core;
#[cfg(target_arch = "wasm32")]
pub mod shell;

/// A third of the code of the standard library's allocator for WebAssembly, and faster by its own benchmarks.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(doctest)]
#[doc = include_str!("../docs/architecture.md")]
struct Architecture;
