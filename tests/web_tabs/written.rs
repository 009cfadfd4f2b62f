//! How often frames are written for other tabs.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(inline_js = r#"
const { postMessage } = BroadcastChannel.prototype;
let written = 0;
export function watch() {
  written = 0;
  BroadcastChannel.prototype.postMessage = function (message) {
    if (Array.isArray(message?.frames)) written += 1;
    postMessage.call(this, message);
  };
}
export function end() {
  BroadcastChannel.prototype.postMessage = postMessage;
  return written;
}
"#)]
extern "C" {
    fn watch();
    fn end() -> u32;
}

/// A count of the messages of this page that carry frames.
pub struct Written(());

impl Written {
    pub fn watch() -> Self {
        watch();
        Self(())
    }

    pub fn end(self) -> u32 {
        end()
    }
}
