//! A page's timers and frames in the test's hand.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(inline_js = r#"
let now = 0;
let ids = 0;
const own = {};
const timers = new Map();
const frames = new Map();

export function install() {
  const replace = (name, value) => {
    own[name] = globalThis[name];
    globalThis[name] = value;
  };
  replace('setTimeout', (run, ms) => (timers.set(++ids, { run, due: now + ms }), ids));
  replace('clearTimeout', (id) => void timers.delete(id));
  replace('requestAnimationFrame', (run) => (frames.set(++ids, run), ids));
  replace('cancelAnimationFrame', (id) => void frames.delete(id));
}

export function uninstall() {
  Object.assign(globalThis, own);
  timers.clear();
  frames.clear();
}

export function frame() {
  const due = [...frames.values()];
  frames.clear();
  for (const run of due) run(now);
}

export function pass(ms) {
  now += ms;
  for (const [id, { run, due }] of [...timers].sort(([, one], [, other]) => one.due - other.due)) {
    if (due <= now && timers.delete(id)) run();
  }
}

export function scheduled() {
  return timers.size + frames.size;
}
"#)]
extern "C" {
    fn install();
    fn uninstall();
    fn frame();
    fn pass(millis: u32);
    fn scheduled() -> u32;
}

/// The page's clock, until it is dropped.
pub struct Clock(());

impl Clock {
    pub fn install() -> Self {
        install();
        Self(())
    }

    /// The page draws.
    pub fn frame(&self) {
        frame();
    }

    /// Time passes without the page drawing.
    pub fn pass(&self, millis: u32) {
        pass(millis);
    }

    /// How many timers and frames are waited for.
    pub fn scheduled(&self) -> u32 {
        scheduled()
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        uninstall();
    }
}
