//! The one timer (`wake.js`). It ticks in a worker, because a hidden page's own timers run once a minute and the server closes
//! a socket after a minute of silence. The page's own timer serves until the worker has proved itself by a first tick, and
//! for good where workers are forbidden: a worker can be constructed and never run, without a word of it.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use crate::core::page::Ticking;
use crate::core::time::Instant;

#[wasm_bindgen(module = "/src/shell/wake.js")]
extern "C" {
    type Timer;

    fn timer(wake: &Function, found: &Function) -> Timer;

    #[wasm_bindgen(method)]
    fn set(this: &Timer, delay: Option<u32>, is_punctual: bool);

    #[wasm_bindgen(method, getter)]
    fn tick(this: &Timer) -> Function;
}

/// A timer's longest delay in a browser, in milliseconds.
const LONGEST: u64 = i32::MAX as u64;

/// The timer.
pub struct Wake {
    timer: Timer,
    state: Rc<State>,
    _wake: Closure<dyn Fn()>,
    _found: Closure<dyn Fn(bool)>,
}

#[derive(Default)]
struct State {
    ticking: Cell<Option<Ticking>>,
    deadline: Cell<Option<Instant>>,
    is_punctual: Cell<bool>,
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.timer.set(None, false);
    }
}

impl Wake {
    /// An idle timer that will call `wake`, and `tell` each time that it has turned out to be another who keeps the time:
    /// once a worker has ticked, is refused, or has not ticked within 2 s.
    pub fn new(wake: impl Fn() + 'static, tell: impl Fn(Ticking) + 'static) -> Self {
        let state = Rc::new(State::default());
        let waking = Rc::clone(&state);
        let wake = Closure::<dyn Fn()>::new(move || {
            waking.deadline.set(None);
            wake();
        });
        let finding = Rc::clone(&state);
        let found = Closure::<dyn Fn(bool)>::new(move |is_worker| {
            let ticking = if is_worker { Ticking::InWorker } else { Ticking::InPage };
            if finding.ticking.replace(Some(ticking)) != Some(ticking) {
                tell(ticking);
            }
        });
        let timer = timer(wake.as_ref().unchecked_ref(), found.as_ref().unchecked_ref());
        Self { timer, state, _wake: wake, _found: found }
    }

    /// Who keeps the time, as far as it has turned out.
    pub fn ticking(&self) -> Option<Ticking> {
        self.state.ticking.get()
    }

    /// `tick(ms, run)` runs something once after so many milliseconds, in a hidden page too, and gives false if it is the page
    /// itself that keeps the time. What has to run in any case is not left to it: an idle timer forgets it.
    pub fn tick(&self) -> Function {
        self.timer.tick()
    }

    /// Wakes at `deadline`, or never; in a hidden page at that moment only if it `is_punctual`. Replaces what was set before. One that is set to wake earlier is left so: telling the
    /// worker costs more than most of what else a pump does, and deadlines come and go with each operation of the store.
    /// Whoever is woken too early sets it again.
    pub fn set(&self, now: Instant, deadline: Option<Instant>, is_punctual: bool) {
        let is_other = self.state.is_punctual.replace(is_punctual) != is_punctual;
        let is_later = self.state.deadline.get().zip(deadline).is_some_and(|(set, wanted)| set <= wanted);
        if is_other || (!is_later && self.state.deadline.get() != deadline) {
            self.state.deadline.set(deadline);
            self.timer.set(deadline.map(|deadline| deadline.since(now).min(LONGEST) as u32), is_punctual);
        }
    }
}
