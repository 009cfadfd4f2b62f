//! The storage of the shell against real IndexedDB, read back by another library.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod compaction;
mod entries;
mod failures;
mod keys;
mod log;
mod openings;
mod page;
mod site;
mod values;
mod world;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);
