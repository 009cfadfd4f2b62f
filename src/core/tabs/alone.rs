//! In place of the machine where it is not built: everything goes straight through.

use super::relay::Relay;
use super::{Config, Input, Output, Timer};
use crate::core::ids::{Slot, TabId};
use crate::core::news::Status;
use crate::core::queue::Queue;
use crate::core::rng::Rng;
use crate::core::time::Instant;

/// A tab that shares nothing.
pub struct Alone<R: Relay> {
    outputs: Queue<Output<R>>,
}

impl<R: Relay> std::fmt::Debug for Alone<R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Alone")
    }
}

impl<R: Relay> Alone<R> {
    /// As a [`Tabs`](super::Tabs) that shares nothing.
    pub fn new(_config: Config, _rng: Rng) -> Self {
        Self { outputs: Queue::default() }
    }

    /// Passes on what is for this tab's own machine and for its application.
    pub fn handle(&mut self, _now: Instant, input: Input<R>) {
        self.outputs.push(match input {
            Input::Command(command) => Output::Apply(command),
            Input::News { news, .. } => Output::News(news),
            Input::Link(link) => Output::Link(link),
            Input::Routes(edit) => Output::Routes(edit),
            Input::Overflow { slot, count } => Output::Overflow { slot, count },
            _ => return,
        });
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output<R>> {
        self.outputs.pop()
    }

    /// It never wants to be woken.
    pub const fn next_timeout(&self) -> Option<(Instant, Timer)> {
        None
    }

    /// None of its timers runs.
    pub const fn deadline(&self, _timer: Timer) -> Option<Instant> {
        None
    }

    /// This tab's own machine serves its calls.
    pub const fn is_serving(&self) -> bool {
        true
    }

    /// Its own machine knows the states of the connection.
    pub const fn states(&self) -> &[R::Link] {
        &[]
    }

    /// Its own machine knows its subscriptions.
    pub const fn wanted(&self, _id: &str) -> Option<(&R::Subscription, Slot)> {
        None
    }

    /// Its own machine knows their states.
    pub const fn status(&self, _id: &str) -> Option<Status> {
        None
    }

    /// Its own machine knows who is there.
    pub const fn presence(&self, _id: &str) -> Option<R::Payload> {
        None
    }

    /// No other tab hears of it.
    pub const fn tab(&self) -> TabId {
        TabId(0)
    }
}
