//! The browser's storage: IndexedDB, marks and locks. It does one operation after another as the store in the core asks for
//! them, tells what became of each, and decides nothing.
//!
//! What is asked of the browser is asked in JavaScript (`operations.js`), where a request is a line; here a future of each kind
//! is some kilobytes. Values never enter wasm: what is stored of them is a handle ([`encode`]), and records are made of
//! handles ([`record`], [`manifest`], whose formats are frozen).

mod columns;
pub mod encode;
pub mod manifest;
mod operations;
pub mod record;
mod site;

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use crate::core::payload::Payload;
use crate::core::store::event::Event;
use crate::core::store::operation::{HandleId, Operation, OperationId};
use operations::{BLOCKED, CLOSED, DELETION, DONE, NEXT, VERSION_CHANGE, answer, asked, failure, next_head};
pub use site::{last_user, remember_user};

#[wasm_bindgen(module = "/src/shell/store/operations.js")]
extern "C" {
    type Operations;

    /// The operations, and `tell(what, id, value)`.
    fn operations(tell: &Function) -> Operations;

    #[wasm_bindgen(method)]
    fn begin(this: &Operations, id: u32, name: &str, given: &JsValue);

    #[wasm_bindgen(method)]
    fn end(this: &Operations);
}

/// Parts of these. A module's file is published if something of it is named here.
#[allow(dead_code, non_snake_case, reason = "only JavaScript imports them, by these names")]
mod parts {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen(module = "/src/shell/store/failure.js")]
    extern "C" {
        fn kindOf();
    }

    #[wasm_bindgen(module = "/src/shell/store/opening.js")]
    extern "C" {
        fn openDatabase();
    }

    #[wasm_bindgen(module = "/src/shell/store/performing.js")]
    extern "C" {
        fn performing();
    }

    #[wasm_bindgen(module = "/src/shell/store/transaction.js")]
    extern "C" {
        fn run();
    }
}

/// Does what the store in the core asks for. Once it is dropped it closes what it has opened, gives back its locks, and
/// tells nothing more.
pub struct Storage {
    inner: Rc<Inner>,
}

struct Inner {
    tell: Box<dyn Fn(Event<JsValue>)>,
    operations: Operations,
    /// What has been begun and has not ended.
    under_way: RefCell<Vec<(OperationId, Operation<JsValue>)>>,
    _told: Closure<dyn Fn(u32, u32, JsValue) -> JsValue>,
}

impl Storage {
    /// Tells what has happened to `tell`, never before the call that caused it has returned.
    pub fn new(tell: impl Fn(Event<JsValue>) + 'static) -> Self {
        let inner = Rc::new_cyclic(|inner: &Weak<Inner>| {
            let inner = inner.clone();
            let told = Closure::<dyn Fn(u32, u32, JsValue) -> JsValue>::new(move |what, id, value| {
                inner.upgrade().map_or(JsValue::NULL, |inner| inner.told(what, id, &value))
            });
            Inner {
                tell: Box::new(tell),
                operations: operations(told.as_ref().unchecked_ref()),
                under_way: RefCell::default(),
                _told: told,
            }
        });
        Self { inner }
    }

    /// Begins an operation at once: its requests are made before this returns, unless they depend on an answer.
    pub fn execute(&self, id: OperationId, operation: Operation<JsValue>) {
        let (name, given) = asked(&operation);
        self.inner.under_way.borrow_mut().push((id, operation));
        self.inner.operations.begin(id.0, name, &JsValue::array(given));
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        self.inner.operations.end();
    }
}

impl Inner {
    /// `operations.js` tells something of an operation, or of an opening.
    fn told(&self, what: u32, id: u32, value: &JsValue) -> JsValue {
        let (operation, handle) = (OperationId(id), HandleId(id));
        (self.tell)(match what {
            NEXT => return self.next(operation, value.unchecked_ref()),
            BLOCKED => Event::Blocked { operation },
            CLOSED => Event::Closed { handle },
            VERSION_CHANGE | DELETION => Event::VersionChange { handle, is_deletion: what == DELETION },
            _ => {
                let mut under_way = self.under_way.borrow_mut();
                let Some(at) = under_way.iter().position(|(id, _)| *id == operation) else {
                    return JsValue::UNDEFINED;
                };
                let (_, ended) = under_way.swap_remove(at);
                drop(under_way);
                if matches!(ended, Operation::Close { .. } | Operation::Release { .. }) {
                    return JsValue::UNDEFINED;
                }
                let result = if what == DONE { answer(&ended, value) } else { Err(failure(what, value)) };
                Event::Done { operation, result }
            }
        });
        JsValue::UNDEFINED
    }

    /// The record of the head that follows: `undefined` for none, `null` if what has been found is no head.
    fn next(&self, operation: OperationId, found: &Array) -> JsValue {
        let under_way = self.under_way.borrow();
        let Some((_, asking)) = under_way.iter().find(|(id, _)| *id == operation) else {
            return JsValue::NULL;
        };
        match next_head(asking, found) {
            Ok(head) => head.map_or(JsValue::UNDEFINED, |head| manifest::pack_head(&head)),
            Err(_) => JsValue::NULL,
        }
    }
}
