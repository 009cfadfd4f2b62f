//! The one timer. It ticks in a worker, because a hidden page's own timers run once a minute and the server closes a
//! socket after a minute of silence; where workers are forbidden, the page's own timer serves.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, Url, Worker};

use crate::core::time::Instant;

/// Beside the one timeout it looks at the wall clock once a second: where the monotonic clock stands still while the
/// machine sleeps, a timeout that had 20 seconds to go still has them on waking, and a gap is what tells of the sleep.
const WORKER: &str = "let t,l=Date.now();\
    setInterval(()=>{const n=Date.now();if(n-l>3e3)postMessage(0);l=n},1e3);\
    onmessage=e=>{clearTimeout(t);t=setTimeout(()=>postMessage(0),e.data)}";
/// A timer's longest delay in a browser, in milliseconds.
const LONGEST: u64 = i32::MAX as u64;

/// The timer.
pub struct Wake {
    inner: Rc<Inner>,
}

struct Inner {
    wake: Box<dyn Fn()>,
    /// Lives while a wake-up is set, so that an idle client has nothing running.
    ticker: RefCell<Option<Ticker>>,
    has_workers: Cell<bool>,
    timeout: RefCell<Option<Timeout>>,
    deadline: Cell<Option<Instant>>,
    delay: Cell<Option<u64>>,
}

struct Ticker {
    worker: Worker,
    _message: Closure<dyn FnMut()>,
    _error: Closure<dyn FnMut()>,
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Wake {
    /// An idle timer that will call `wake`.
    pub fn new(wake: impl Fn() + 'static) -> Self {
        Self {
            inner: Rc::new(Inner {
                wake: Box::new(wake),
                ticker: RefCell::new(None),
                has_workers: Cell::new(true),
                timeout: RefCell::new(None),
                deadline: Cell::new(None),
                delay: Cell::new(None),
            }),
        }
    }

    /// Wakes once at `deadline`, or never; replaces what was set before.
    pub fn set(&self, now: Instant, deadline: Option<Instant>) {
        // Telling the worker costs more than most of what else a pump does.
        if self.inner.deadline.replace(deadline) != deadline {
            self.inner.set(deadline.map(|deadline| deadline.since(now).min(LONGEST)));
        }
    }
}

impl Inner {
    fn set(self: &Rc<Self>, delay: Option<u64>) {
        self.delay.set(delay);
        let Some(delay) = delay else {
            self.timeout.replace(None);
            self.ticker.replace(None);
            return;
        };
        if self.has_workers.get() && self.ticker.borrow().is_none() {
            let ticker = Ticker::start(self).ok();
            self.has_workers.set(ticker.is_some());
            self.ticker.replace(ticker);
        }
        if let Some(ticker) = &*self.ticker.borrow() {
            // Posting a number to a live worker cannot fail.
            let _ = ticker.worker.post_message(&JsValue::from_f64(delay as f64));
            return;
        }
        let inner = Rc::downgrade(self);
        let timeout = Timeout::new(delay as u32, move || {
            if let Some(inner) = inner.upgrade() {
                inner.fire();
            }
        });
        self.timeout.replace(Some(timeout));
    }

    fn fire(&self) {
        self.deadline.set(None);
        self.delay.set(None);
        (self.wake)();
    }

    /// A content security policy refuses a worker only after it was made: the page's own timer takes over.
    fn without_worker(self: &Rc<Self>) {
        self.has_workers.set(false);
        self.ticker.replace(None);
        self.set(self.delay.get());
    }
}

impl Ticker {
    fn start(inner: &Rc<Inner>) -> Result<Self, JsValue> {
        let options = BlobPropertyBag::new();
        options.set_type("text/javascript");
        let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&WORKER.into()), &options)?;
        let url = Url::create_object_url_with_blob(&blob)?;
        let worker = Worker::new(&url);
        // The worker has taken the script by now; a URL that is kept keeps the script in memory.
        Url::revoke_object_url(&url)?;
        let worker = worker?;
        let on_message = Rc::downgrade(inner);
        let message = Closure::<dyn FnMut()>::new(move || {
            if let Some(inner) = on_message.upgrade() {
                inner.fire();
            }
        });
        let on_error = Rc::downgrade(inner);
        let error = Closure::<dyn FnMut()>::new(move || {
            if let Some(inner) = on_error.upgrade() {
                inner.without_worker();
            }
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        Ok(Self { worker, _message: message, _error: error })
    }
}
