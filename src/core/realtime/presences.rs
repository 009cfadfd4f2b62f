//! Presence: who is on a channel, and what the application tracks.

use super::pushing::{not_joined, unknown};
use super::{News, Realtime, Timer};
use crate::core::error::{Code, Error};
use crate::core::ids::CallId;
use crate::core::payload::Payload;
use crate::core::realtime::channel::State;
use crate::core::realtime::presence::{PresenceEvent, trackable};
use crate::core::realtime::pushes::Purpose;
use crate::core::realtime::subscriptions::{Source, Status};
use crate::core::realtime::tracking::Step;
use crate::core::time::Instant;

impl<P: Payload> Realtime<P> {
    /// Who is on the channel of a subscription to presence: `{ key: [presence, …] }`, as last told by the server.
    pub fn presence(&self, id: &str) -> Option<P> {
        let entry = self.subscriptions.get(id)?;
        let is_on = matches!(entry.subscription.source, Source::Presence { .. });
        self.channels.get(&entry.topic).filter(|_| is_on).map(|channel| channel.presence.to_payload())
    }

    /// The subscriptions to presence of a topic are told what has changed.
    pub(super) fn tell_presence(&mut self, topic: &str, events: Vec<PresenceEvent<P>>) {
        for id in self.subscriptions.ids_of(topic) {
            let source = self.subscriptions.get(&id).map(|entry| &entry.subscription.source);
            if matches!(source, Some(Source::Presence { enabled: true, .. })) {
                for event in &events {
                    self.notify(News::Presence { id: id.clone(), event: event.clone() });
                }
            }
        }
    }

    /// Tracks something else from now on: at once on a live channel, otherwise as soon as it is live.
    pub(super) fn track(&mut self, now: Instant, call: CallId, id: &str, state: Option<P>) {
        let result = match self.subscriptions.get(id) {
            None => Err(unknown(id)),
            Some(entry) if !matches!(entry.subscription.source, Source::Presence { .. }) => {
                let pieces =
                    ["\"", id, "\" is no subscription to presence; subscribe with `presence` to track."];
                Err(Error::of(Code::InvalidOption, &pieces))
            }
            Some(entry) => Ok(entry.topic.clone()),
        };
        match result {
            Ok(topic) => {
                if let Some(channel) = self.channels.get_mut(&topic) {
                    channel.tracking.want(state.map(trackable), call);
                    channel.tracker = Some(id.to_owned());
                }
                self.tell_tracking(now, &topic);
            }
            Err(error) => self.settle_call(call, Err(error)),
        }
    }

    /// Tells the server what is tracked, if it does not know and may be told now.
    pub(super) fn tell_tracking(&mut self, now: Instant, topic: &str) {
        let Some(socket) = self.connected_socket() else { return };
        let Some(channel) = self.channels.get_mut(topic) else { return };
        let State::Live(join_ref) = channel.state else { return };
        match channel.tracking.step(now) {
            Step::Nothing => {}
            Step::Wait(millis) => self.set_timer(Timer::Tracking, topic, now.after(millis)),
            Step::Send(state) => {
                let event = if state.is_some() { "track" } else { "untrack" };
                let mut fields = vec![("type", P::string("presence")), ("event", P::string(event))];
                if let Some(state) = state {
                    fields.push(("payload", state));
                }
                let reference = self.push(socket, topic, join_ref, "presence", P::object(fields));
                self.expect_answer(now, reference, topic, Purpose::Tracking);
                if let Some(channel) = self.channels.get_mut(topic) {
                    channel.tracking.sent(now, reference);
                }
            }
        }
    }

    /// The subscription that tracks is no more.
    pub(super) fn stop_tracking(&mut self, now: Instant, topic: &str) {
        let Some(channel) = self.channels.get_mut(topic).filter(|channel| channel.tracking.is_told()) else {
            return;
        };
        let calls = channel.tracking.stop();
        self.refuse_calls(calls);
        self.tell_tracking(now, topic);
    }

    /// What is tracked is too large for the server.
    pub(super) fn refuse_tracked(&mut self, topic: &str) {
        let calls =
            self.channels.get_mut(topic).map(|channel| channel.tracking.drop_wanted()).unwrap_or_default();
        let message = "What was to be tracked is larger than the project takes. Track less.";
        self.settle_calls(calls, &Err(Error::new(Code::PayloadTooLarge, message)));
    }

    /// Calls whose channel is gone.
    pub(super) fn refuse_calls(&mut self, calls: Vec<CallId>) {
        self.settle_calls(calls, &Err(not_joined("this subscription")));
    }

    /// A subscription to presence that comes to a live channel is told who is there.
    pub(super) fn tell_who_is_there(&mut self, id: &str) {
        let Some(entry) = self.subscriptions.get(id) else { return };
        let is_synced = self.channels.get(&entry.topic).is_some_and(|channel| channel.presence.is_synced());
        let is_on = matches!(entry.subscription.source, Source::Presence { enabled: true, .. });
        if is_on && is_synced && entry.status == Status::Live {
            self.notify(News::Presence { id: id.to_owned(), event: PresenceEvent::Sync });
        }
    }
}
