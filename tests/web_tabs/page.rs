//! A page of the same site in a frame: it has a module, locks and channels of its own, and ends as a tab does.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Loads the module of these tests once more, in the frame. `make(options, notify)` gives a client of it.
const OPEN: &str = r#"
  const frame = document.createElement('iframe');
  frame.srcdoc = `<!doctype html><script type="module">
    import init, { RealtimeClient } from '/wasm-bindgen-test';
    await init({ module_or_path: '/wasm-bindgen-test_bg.wasm' });
    parent.dispatchEvent(new CustomEvent('page', {
      detail: (options, notify) => new RealtimeClient(options, notify),
    }));
  </script>`;
  addEventListener('page', ({ detail }) => opened({ make: detail, close: () => frame.remove() }), { once: true });
  document.body.append(frame);
"#;

pub struct Page {
    page: JsValue,
}

impl Page {
    pub async fn open() -> Self {
        let open = Function::new_with_args("opened", OPEN);
        let opened = Promise::new(&mut |opened, _| drop(open.call1(&JsValue::NULL, &opened)));
        Self { page: JsFuture::from(opened).await.unwrap() }
    }

    pub fn make(&self) -> Function {
        Reflect::get(&self.page, &"make".into()).unwrap().unchecked_into()
    }

    pub fn close(self) {
        let close: Function = Reflect::get(&self.page, &"close".into()).unwrap().unchecked_into();
        close.call0(&JsValue::NULL).unwrap();
    }
}
