//! The one timer. It ticks in a worker, because a hidden page's own timers run once a minute and the server closes a
//! socket after a minute of silence. The page's own timer serves until the worker has proved itself by a first tick, and
//! for good where workers are forbidden: a worker can be constructed and never run, without a word of it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, Url, Worker};

use crate::core::page::Ticking;
use crate::core::time::Instant;

/// It ticks once of its own accord. Beside the one timeout it looks at the wall clock once a second: where the monotonic clock stands still while the
/// machine sleeps, a timeout that had 20 seconds to go still has them on waking, and a gap is what tells of the sleep.
const WORKER: &str = "let t=setTimeout(()=>postMessage(0)),l=Date.now();\
    setInterval(()=>{const n=Date.now();if(n-l>3e3)postMessage(0);l=n},1e3);\
    onmessage=e=>{clearTimeout(t);t=setTimeout(()=>postMessage(0),e.data)}";
/// A timer's longest delay in a browser, in milliseconds.
const LONGEST: u64 = i32::MAX as u64;

/// Until a worker has to have ticked, in milliseconds.
const PROOF: u32 = 2_000;

/// The timer.
pub struct Wake {
    inner: Rc<Inner>,
}

struct Inner {
    wake: Box<dyn Fn()>,
    tell: Box<dyn Fn(Ticking)>,
    ticking: Cell<Option<Ticking>>,
    /// Lives while a wake-up is set, so that an idle client has nothing running.
    ticker: RefCell<Option<Ticker>>,
    has_workers: Cell<bool>,
    timeout: RefCell<Option<Timeout>>,
    deadline: Cell<Option<Instant>>,
}

struct Ticker {
    worker: Worker,
    /// Until then it has to have ticked.
    _proof: Timeout,
    has_ticked: Cell<bool>,
    _message: Closure<dyn FnMut()>,
    _error: Closure<dyn FnMut()>,
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Wake {
    /// An idle timer that will call `wake`, and `tell` each time that it has turned out to be another who keeps the time:
    /// once a worker has ticked, is refused, or has not ticked within 2 s.
    pub fn new(wake: impl Fn() + 'static, tell: impl Fn(Ticking) + 'static) -> Self {
        Self {
            inner: Rc::new(Inner {
                wake: Box::new(wake),
                tell: Box::new(tell),
                ticking: Cell::new(None),
                ticker: RefCell::new(None),
                has_workers: Cell::new(true),
                timeout: RefCell::new(None),
                deadline: Cell::new(None),
            }),
        }
    }

    /// Who keeps the time, as far as it has turned out.
    pub fn ticking(&self) -> Option<Ticking> {
        self.inner.ticking.get()
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
        let Some(delay) = delay else {
            self.timeout.replace(None);
            self.ticker.replace(None);
            return;
        };
        if self.has_workers.get() && self.ticker.borrow().is_none() {
            match Ticker::start(self) {
                Ok(ticker) => drop(self.ticker.replace(Some(ticker))),
                Err(_) => self.refused(),
            }
        }
        if let Some(ticker) = self.ticker.borrow().as_ref().filter(|ticker| ticker.has_ticked.get()) {
            // Posting a number to a live worker cannot fail.
            let _ = ticker.worker.post_message(&JsValue::from_f64(delay as f64));
            return;
        }
        self.timeout.replace(Some(after(delay as u32, self, Inner::fire)));
    }

    fn fire(&self) {
        self.deadline.set(None);
        (self.wake)();
    }

    /// What was left to the page's own timer is set anew by whoever is woken.
    fn ticked(&self) {
        let is_first = |ticker: &Ticker| !ticker.has_ticked.replace(true);
        if self.ticker.borrow().as_ref().is_some_and(is_first) {
            self.timeout.replace(None);
            self.found(Ticking::InWorker);
        }
        self.fire();
    }

    /// A content security policy refuses a worker only after it was made.
    fn failed(&self) {
        self.refused();
        self.fire();
    }

    fn refused(&self) {
        self.has_workers.set(false);
        self.ticker.replace(None);
        self.found(Ticking::InPage);
    }

    /// It may tick yet, and keeps the time from then on.
    fn unproven(&self) {
        let has_ticked = |ticker: &Ticker| ticker.has_ticked.get();
        if !self.ticker.borrow().as_ref().is_some_and(has_ticked) {
            self.found(Ticking::InPage);
        }
    }

    fn found(&self, ticking: Ticking) {
        if self.ticking.replace(Some(ticking)) != Some(ticking) {
            (self.tell)(ticking);
        }
    }
}

fn after(millis: u32, inner: &Rc<Inner>, work: fn(&Inner)) -> Timeout {
    let inner = Rc::downgrade(inner);
    Timeout::new(millis, move || {
        if let Some(inner) = inner.upgrade() {
            work(&inner);
        }
    })
}

/// What a worker's event does.
fn on_event(inner: &Rc<Inner>, work: fn(&Inner)) -> Closure<dyn FnMut()> {
    let inner = Rc::downgrade(inner);
    Closure::new(move || {
        if let Some(inner) = inner.upgrade() {
            work(&inner);
        }
    })
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
        let message = on_event(inner, Inner::ticked);
        let error = on_event(inner, Inner::failed);
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        let proof = after(PROOF, inner, Inner::unproven);
        Ok(Self { worker, _proof: proof, has_ticked: Cell::new(false), _message: message, _error: error })
    }
}
