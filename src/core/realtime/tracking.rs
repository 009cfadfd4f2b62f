//! What the application tracks on a channel: said again after each join, and never more often than the server allows.

use crate::core::ids::CallId;
use crate::core::realtime::frame::Reference;
use crate::core::time::Instant;

/// The server closes a channel at the sixth presence call within its window.
const MOST_CALLS: usize = 5;
/// That window, in milliseconds, with a little for the way.
const WINDOW: u64 = 30_500;

/// What is to be tracked on one channel, and how far that has come.
#[derive(Debug)]
pub struct Tracking<P> {
    /// What is tracked; `None` for nothing.
    wanted: Option<P>,
    /// The server has yet to be told.
    is_stale: bool,
    /// The call that is out, and whom it settles.
    out: Option<(Reference, Vec<CallId>)>,
    /// Calls that the next one settles.
    waiting: Vec<CallId>,
    sent: Vec<Instant>,
}

impl<P> Default for Tracking<P> {
    fn default() -> Self {
        Self { wanted: None, is_stale: false, out: None, waiting: Vec::new(), sent: Vec::new() }
    }
}

/// What to send.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<P> {
    /// Nothing now.
    Nothing,
    /// Nothing for so many milliseconds.
    Wait(u64),
    /// `track` with this, or `untrack`.
    Send(Option<P>),
}

impl<P: Clone> Tracking<P> {
    /// The application tracks something else, or nothing; the latest counts, whatever was still waiting.
    pub fn want(&mut self, wanted: Option<P>, call: CallId) {
        self.wanted = wanted;
        self.is_stale = true;
        self.waiting.push(call);
    }

    /// A new join is live: the server knows nothing any more.
    pub fn rejoined(&mut self) {
        if let Some((_, mut calls)) = self.out.take() {
            self.waiting.append(&mut calls);
            self.is_stale = true;
        }
        self.is_stale |= self.wanted.is_some();
    }

    /// Whether the server may have been told of something that is to be taken back.
    pub fn is_told(&self) -> bool {
        self.wanted.is_some()
    }

    /// What to do now.
    pub fn step(&mut self, now: Instant) -> Step<P> {
        if !self.is_stale || self.out.is_some() {
            return Step::Nothing;
        }
        while self.sent.first().is_some_and(|first| now.since(*first) >= WINDOW) {
            self.sent.remove(0);
        }
        match self.sent.first().filter(|_| self.sent.len() >= MOST_CALLS) {
            Some(first) => Step::Wait(WINDOW - now.since(*first)),
            None => Step::Send(self.wanted.clone()),
        }
    }

    /// The call has gone out.
    pub fn sent(&mut self, now: Instant, reference: Reference) {
        self.sent.push(now);
        self.is_stale = false;
        self.out = Some((reference, std::mem::take(&mut self.waiting)));
    }

    /// The answer to a call has come, or will not come: whom it settles.
    pub fn answered(&mut self, reference: Reference) -> Vec<CallId> {
        self.out.take_if(|(out, _)| *out == reference).map(|(_, calls)| calls).unwrap_or_default()
    }

    /// Nothing is tracked any more. Returns the calls that are left without an answer.
    pub fn stop(&mut self) -> Vec<CallId> {
        self.wanted = None;
        self.is_stale = true;
        std::mem::take(&mut self.waiting)
    }

    /// It is not tracked any more, because the server does not take it or because it was a former user's: whom that
    /// leaves without an answer. What the server has counted, it goes on counting.
    pub fn drop_wanted(&mut self) -> Vec<CallId> {
        self.wanted = None;
        self.is_stale = false;
        self.end()
    }

    /// The channel ends: whom that leaves without an answer.
    pub fn end(&mut self) -> Vec<CallId> {
        let mut calls = self.out.take().map(|(_, calls)| calls).unwrap_or_default();
        calls.append(&mut self.waiting);
        calls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Instant = Instant::from_millis(1_000);

    #[test]
    fn the_latest_wins_and_settles_the_calls_before_it() {
        let mut tracking = Tracking::default();
        tracking.want(Some(1), CallId(1));
        assert_eq!(tracking.step(START), Step::Send(Some(1)));
        tracking.sent(START, Reference(7));
        tracking.want(Some(2), CallId(2));
        tracking.want(Some(3), CallId(3));
        assert_eq!(tracking.step(START), Step::Nothing, "one call at a time");
        assert_eq!(tracking.answered(Reference(7)), [CallId(1)]);
        assert_eq!(tracking.step(START), Step::Send(Some(3)));
        tracking.sent(START, Reference(8));
        assert_eq!(tracking.answered(Reference(7)), []);
        assert_eq!(tracking.answered(Reference(8)), [CallId(2), CallId(3)]);
    }

    #[test]
    fn the_sixth_call_within_thirty_seconds_waits() {
        let mut tracking = Tracking::default();
        for number in 0..5 {
            tracking.want(Some(number), CallId(number));
            tracking.sent(START.after(u64::from(number)), Reference(u64::from(number)));
            tracking.answered(Reference(u64::from(number)));
        }
        tracking.want(None, CallId(5));
        assert_eq!(tracking.step(START.after(500)), Step::Wait(30_000));
        assert_eq!(tracking.step(START.after(30_500)), Step::Send(None));
    }

    #[test]
    fn a_rejoin_says_again_what_is_tracked_and_nothing_if_nothing_is() {
        let mut tracking = Tracking::default();
        tracking.rejoined();
        assert_eq!(tracking.step(START), Step::Nothing);
        tracking.want(Some(1), CallId(1));
        tracking.sent(START, Reference(1));
        tracking.rejoined();
        assert_eq!(tracking.step(START), Step::Send(Some(1)), "its answer was lost with the connection");
        tracking.sent(START, Reference(2));
        assert_eq!(tracking.answered(Reference(2)), [CallId(1)]);
        tracking.rejoined();
        assert_eq!(tracking.step(START), Step::Send(Some(1)));
    }
}
