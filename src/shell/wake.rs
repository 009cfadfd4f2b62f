//! The one timer. It ticks in a worker, because a hidden page's own timers run once a minute and the server closes a
//! socket after a minute of silence; where workers are forbidden, the page's own timer serves.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, Event, MessageEvent, Url, Worker};

const WORKER: &str =
    "let t;onmessage=e=>{clearTimeout(t);if(e.data>=0)t=setTimeout(()=>postMessage(0),e.data)}";
/// A timer's longest delay in a browser, in milliseconds.
const LONGEST: u64 = i32::MAX as u64;

/// The timer.
pub struct Wake {
    inner: Rc<Inner>,
}

struct Inner {
    wake: Box<dyn Fn()>,
    worker: RefCell<Option<Ticker>>,
    timeout: RefCell<Option<Timeout>>,
    delay: Cell<Option<u64>>,
}

struct Ticker {
    worker: Worker,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Wake {
    /// A timer at rest that will call `wake`.
    pub fn new(wake: impl Fn() + 'static) -> Self {
        let inner = Rc::new(Inner {
            wake: Box::new(wake),
            worker: RefCell::new(None),
            timeout: RefCell::new(None),
            delay: Cell::new(None),
        });
        let ticker = Ticker::start(&inner).ok();
        inner.worker.replace(ticker);
        Self { inner }
    }

    /// Wakes once after `delay` milliseconds, or never; replaces what was set before.
    pub fn set(&self, delay: Option<u64>) {
        self.inner.set(delay);
    }
}

impl Inner {
    fn set(self: &Rc<Self>, delay: Option<u64>) {
        let delay = delay.map(|delay| delay.min(LONGEST));
        self.delay.set(delay);
        if let Some(ticker) = &*self.worker.borrow() {
            let millis = delay.map_or(-1.0, |delay| delay as f64);
            // Posting a number to a live worker cannot fail.
            let _ = ticker.worker.post_message(&JsValue::from_f64(millis));
            return;
        }
        let inner = Rc::downgrade(self);
        let timeout = delay.map(|delay| {
            Timeout::new(delay as u32, move || {
                if let Some(inner) = inner.upgrade() {
                    inner.fire();
                }
            })
        });
        self.timeout.replace(timeout);
    }

    fn fire(&self) {
        self.delay.set(None);
        (self.wake)();
    }
}

impl Ticker {
    fn start(inner: &Rc<Inner>) -> Result<Self, JsValue> {
        let options = BlobPropertyBag::new();
        options.set_type("text/javascript");
        let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&WORKER.into()), &options)?;
        let url = Url::create_object_url_with_blob(&blob)?;
        let worker = Worker::new(&url);
        let on_message = Rc::downgrade(inner);
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |_| {
            if let Some(inner) = on_message.upgrade() {
                inner.fire();
            }
        });
        let on_error = Rc::downgrade(inner);
        let error = Closure::<dyn FnMut(Event)>::new(move |_| {
            // A content security policy refuses the worker only now: the page's own timer takes over.
            if let Some(inner) = on_error.upgrade()
                && let Ok(mut worker) = inner.worker.try_borrow_mut()
            {
                let ticker = worker.take();
                drop(worker);
                inner.set(inner.delay.get());
                // The closure that runs now belongs to the ticker, so it is dropped after this turn.
                Timeout::new(0, move || drop(ticker)).forget();
            }
        });
        let worker = worker.inspect_err(|_| drop(Url::revoke_object_url(&url)))?;
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        let release = url;
        Timeout::new(10_000, move || drop(Url::revoke_object_url(&release))).forget();
        Ok(Self { worker, _message: message, _error: error })
    }
}
