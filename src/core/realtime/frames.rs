//! Control frames: what those that come mean, and how those that go out are sent.

use super::{Action, Continuity, News, Output, Realtime};
use crate::core::ids::SocketId;
use crate::core::payload::Payload;
use crate::core::realtime::cause::Cause;
use crate::core::realtime::channel::{Event, State};
use crate::core::realtime::frame::{Inbound, Outbound, PHOENIX_TOPIC, Reference};
use crate::core::realtime::subscriptions::{Source, Status};
use crate::core::time::Instant;

impl<P: Payload> Realtime<P> {
    /// Takes a control frame of the open socket.
    pub(super) fn frame(&mut self, now: Instant, frame: &Inbound<P>) {
        if frame.topic == PHOENIX_TOPIC {
            self.tell(Output::Accepted);
            self.heartbeat_answered(frame.reference);
            return;
        }
        if frame.event == "phx_reply" {
            self.take_reply(frame.reference);
            if self.push_answered(now, frame) {
                return;
            }
        }
        let topic = frame.topic.as_str();
        let Some(channel) = self.channels.get_mut(topic) else { return };
        let was_live = matches!(channel.state, State::Live(_));
        let is_current = channel.is_current(frame);
        let event = channel.handle(frame);
        if frame.event == "system" && is_current {
            self.tell_system(topic, &frame.payload);
        }
        match event {
            Event::Nothing => {}
            Event::Joined => self.joined(now, topic),
            Event::Live => self.live(now, topic),
            Event::BegunAnew { changes } => self.tell_gap(topic, changes),
            Event::Presence(events) => self.tell_presence(topic, events),
            Event::Down(cause) => {
                if was_live {
                    self.record_interruption(now, topic);
                }
                // What the database refused, and a reply about another binding, leave the channel joined at the server.
                self.leave(topic);
                self.channel_down(now, topic, &cause);
            }
        }
    }

    fn record_interruption(&mut self, now: Instant, topic: &str) {
        let certain = self.certain();
        if let Some(channel) = self.channels.get_mut(topic) {
            channel.record_interruption(now, certain);
        }
        self.stats.away(now);
    }

    /// A channel that counts as live is not known to the server.
    pub(super) fn lost_unnoticed(&mut self, now: Instant, topic: &str) {
        if self.channels.get(topic).is_some_and(|channel| matches!(channel.state, State::Live(_))) {
            self.record_interruption(now, topic);
            self.leave(topic);
            self.channel_down(now, topic, &Cause::Closed(None));
        }
    }

    /// The server has begun anew without a word before it: those that were live with it may have missed something.
    fn tell_gap(&mut self, topic: &str, changes: bool) {
        if let Some(channel) = self.channels.get_mut(topic) {
            // Nor has it outlived an outage without one.
            channel.outlives = None;
        }
        for id in self.subscriptions.ids_of(topic) {
            let is_meant = self.subscriptions.get(&id).is_some_and(|entry| {
                entry.status == Status::Live
                    && match entry.subscription.source {
                        Source::Changes(_) => changes,
                        Source::Broadcast { .. } => !changes,
                        Source::Presence { .. } => false,
                    }
            });
            if is_meant {
                self.notify(News::Continuity { id, continuity: Continuity::Lost });
            }
        }
    }

    fn tell_system(&mut self, topic: &str, payload: &P) {
        for id in self.subscriptions.ids_of(topic) {
            self.notify(News::System { id, payload: payload.clone() });
        }
    }

    /// Sends a message on a channel.
    pub(super) fn push(
        &mut self,
        socket: SocketId,
        topic: &str,
        join_ref: Reference,
        event: &str,
        payload: P,
    ) -> Reference {
        let reference = self.next_reference();
        self.send(socket, Outbound { join_ref: Some(join_ref), reference, topic, event, payload });
        reference
    }

    /// Sends a message; a join's own reference is its `join_ref`.
    pub(super) fn send(&mut self, socket: SocketId, frame: Outbound<'_, P>) {
        self.stats.sent += 1;
        let frame = frame.encode(self.config.protocol);
        self.tell(Output::Action(Action::Send { socket, frame }));
    }

    pub(super) fn next_reference(&mut self) -> Reference {
        self.references += 1;
        Reference(self.references)
    }
}
