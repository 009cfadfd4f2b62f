//! The browser's storage: IndexedDB, marks and locks. It does one operation after another as the store in the core asks for
//! them, tells what became of each, and decides nothing.
//!
//! Values never enter wasm: what is stored of them is a handle ([`encode`]), and records are made of handles ([`record`],
//! [`manifest`], whose formats are frozen).

mod columns;
pub mod encode;
mod failure;
mod handle;
pub mod manifest;
mod opening;
mod performing;
pub mod record;
mod site;
mod transaction;

use std::cell::RefCell;
use std::future::{Future, ready};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use litemap::LiteMap;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::core::store::event::Event;
use crate::core::store::operation::{Answer, Failure, HandleId, Operation, OperationId};
use crate::shell::promise::{once, settle};
use handle::Handle;
use site::Lock;
pub use site::{last_user, remember_user};

/// What becomes of an operation.
type Outcome = Result<Answer<JsValue>, Failure>;
/// An operation under way.
type Work = Pin<Box<dyn Future<Output = Outcome>>>;

/// Does what the store in the core asks for. Once it is dropped it closes what it has opened, gives back its locks, and
/// tells nothing more.
pub struct Storage {
    inner: Rc<Inner>,
}

struct Inner {
    tell: Box<dyn Fn(Event<JsValue>)>,
    /// The openings; `None` while one is under way.
    handles: RefCell<LiteMap<HandleId, Option<Handle>>>,
    locks: RefCell<LiteMap<Rc<str>, Lock>>,
}

impl Storage {
    /// Tells what has happened to `tell`, never before the call that caused it has returned.
    pub fn new(tell: impl Fn(Event<JsValue>) + 'static) -> Self {
        let inner = Inner { tell: Box::new(tell), handles: RefCell::default(), locks: RefCell::default() };
        Self { inner: Rc::new(inner) }
    }

    /// Begins an operation at once: its requests are made before this returns, unless they depend on an answer.
    pub fn execute(&self, id: OperationId, operation: Operation<JsValue>) {
        let inner = &self.inner;
        match operation {
            Operation::Open { handle, name, version, identity } => {
                inner.handles.borrow_mut().insert(handle, None);
                let weak = Rc::downgrade(inner);
                inner.start(id, Box::pin(opening::open(weak, id, handle, name, version, identity)));
            }
            Operation::Close { handle } => inner.forget(handle),
            Operation::Delete { name } => {
                inner.start(id, Box::pin(opening::delete(Rc::downgrade(inner), id, name)));
            }
            Operation::Names { prefix } => inner.ask(id, &site::names(&prefix), site::as_names),
            Operation::Estimate => inner.ask(id, &site::estimate(), site::as_estimate),
            Operation::Persist => inner.ask(id, &site::persist(), |kept| Answer::Persisted(kept.is_truthy())),
            Operation::ReadMarks { prefix } => inner.ask(id, &site::read_marks(&prefix), site::as_marks),
            Operation::WriteMark { name, value } => {
                inner.ask(id, &site::write_mark(&name, value as f64), |_| Answer::Done);
            }
            Operation::Hold { lock } => {
                let held = Lock::hold(&lock);
                inner.ask(id, &held.taken(), |_| Answer::Done);
                inner.locks.borrow_mut().insert(lock, held);
            }
            Operation::Release { lock } => {
                let held = inner.locks.borrow_mut().remove(&lock);
                drop(held);
            }
            Operation::Held { prefix } => inner.ask(id, &site::held(&prefix), site::as_names),
            Operation::Clear { handle }
            | Operation::Append { handle, .. }
            | Operation::Read { handle, .. }
            | Operation::Get { handle, .. }
            | Operation::Compact { handle, .. }
            | Operation::DrawEpoch { handle, .. } => inner.on(id, handle, operation),
        }
    }
}

impl Inner {
    /// Begins an operation on an opening.
    fn on(self: &Rc<Self>, id: OperationId, handle: HandleId, operation: Operation<JsValue>) {
        let handles = self.handles.borrow();
        let database = handles.get(&handle).and_then(Option::as_ref).map(Handle::database);
        drop(handles);
        self.start(
            id,
            match database {
                Some(database) => Box::pin(performing::perform(database, operation)),
                None => Box::pin(ready(Err(Failure::Dead))),
            },
        );
    }

    /// Begins work now, so that operations reach the browser in the order in which they are asked for, and tells its end in
    /// a later turn.
    fn start(self: &Rc<Self>, id: OperationId, mut work: Work) {
        let begun = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let inner = Rc::downgrade(self);
        spawn_local(async move {
            let result = match begun {
                Poll::Ready(result) => result,
                Poll::Pending => work.await,
            };
            tell(&inner, Event::Done { operation: id, result });
        });
    }

    /// Does work for `promise.js` and tells its answer.
    fn ask(self: &Rc<Self>, id: OperationId, work: &JsValue, read: fn(&JsValue) -> Answer<JsValue>) {
        let inner = Rc::downgrade(self);
        let told = once(move |ended| {
            let result = ended.map(|value| read(&value)).map_err(|reason| failure::named(&reason));
            tell(&inner, Event::Done { operation: id, result });
        });
        settle(work, &told);
    }

    /// Closes an opening.
    fn forget(&self, handle: HandleId) {
        // Released before it closes.
        let forgotten = self.handles.borrow_mut().remove(&handle);
        drop(forgotten);
    }
}

/// Tells what has happened, unless the storage is gone.
fn tell(storage: &Weak<Inner>, event: Event<JsValue>) {
    if let Some(inner) = storage.upgrade() {
        (inner.tell)(event);
    }
}
