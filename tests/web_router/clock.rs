//! A page's timers and frames in the test's hand.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

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
  performance.now = () => now;
  own.date = Date.now;
  Date.now = () => now;
}

/** A hidden page draws no frames, and its timers are late; the test fires neither. */
export function hide() {
  Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
}

/** The page's clock goes on, and none of its timers fires. */
export function stall(ms) {
  now += ms;
}

/**
 * Until what has been posted has been run: engines keep an order within a channel, and not between two. A WebKit that has
 * little of a busy machine was seen to take more than 50 ms.
 */
export function task() {
  return new Promise((resolve) => own.setTimeout.call(globalThis, resolve, 250));
}

export function uninstall() {
  if (!own.date) return;
  Date.now = own.date;
  delete own.date;
  Object.assign(globalThis, own);
  delete performance.now;
  delete document.visibilityState;
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
    fn hide();
    fn stall(millis: u32);
    fn task() -> Promise;
}

/// The page's clock, until it is dropped.
pub struct Clock(());

impl Clock {
    pub fn install() -> Self {
        install();
        // A panic drops nothing in WebAssembly, and the other tests need the page's own clock.
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            uninstall();
            report(panic);
        }));
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

    /// The page is hidden from now on.
    pub fn hide(&self) {
        hide();
    }

    /// Time passes and no timer fires, as in a page that is hidden for long.
    pub fn stall(&self, millis: u32) {
        stall(millis);
    }

    /// What has been posted as a task runs.
    pub async fn task(&self) {
        JsFuture::from(task()).await.unwrap();
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
