//! Channels, as the client wires them: their frames, and how they end.

use super::Client;
use crate::core::io::{Continuity, Notification, SocketId, Status};
use crate::core::payload::Payload;
use crate::core::realtime::channel::{Cause, Channel, Event, State};
use crate::core::realtime::frame::{Inbound, Outbound, PHOENIX_TOPIC, Reference};
use crate::core::realtime::join_config::JoinConfig;
use crate::core::realtime::subscriptions::{Entry, Source};
use crate::core::time::{Instant, Timer};

impl<P: Payload> Client<P> {
    /// Takes a control frame of the open socket.
    pub(super) fn frame(&mut self, now: Instant, frame: &Inbound<P>) {
        if frame.topic == PHOENIX_TOPIC {
            self.accepted(now);
            self.heartbeat_answered(now, frame.reference);
            return;
        }
        if frame.event == "phx_reply" {
            self.link.take_reply(now, frame.reference, &mut self.timers);
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
                    self.was_live(now, topic);
                }
                // What the database refused, and a reply about another binding, leave the channel joined at the server.
                self.leave(topic);
                self.channel_down(now, topic, &cause);
            }
        }
    }

    fn was_live(&mut self, now: Instant, topic: &str) {
        let certain = self.link.certain();
        if let Some(channel) = self.channels.get_mut(topic) {
            channel.was_live(now, certain);
        }
        self.stats.away(now);
    }

    /// A channel that counts as live is not known to the server.
    pub(super) fn lost_unnoticed(&mut self, now: Instant, topic: &str) {
        if self.channels.get(topic).is_some_and(|channel| matches!(channel.state, State::Live(_))) {
            self.was_live(now, topic);
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
        let is_meant = |(_, entry): &(&String, &Entry)| {
            entry.status == Status::Live
                && match entry.subscription.source {
                    Source::Changes(_) => changes,
                    Source::Broadcast { .. } => !changes,
                    Source::Presence { .. } => false,
                }
        };
        let meant: Vec<String> =
            self.subscriptions.of(topic).filter(is_meant).map(|(id, _)| id.clone()).collect();
        for id in meant {
            self.notify(Notification::Continuity { id, continuity: Continuity::Lost });
        }
    }

    fn tell_system(&mut self, topic: &str, payload: &P) {
        for id in self.subscriptions.ids_of(topic) {
            self.notify(Notification::System { id, payload: payload.clone() });
        }
    }

    /// What the subscriptions of a topic need together.
    pub(super) fn needed(&self, topic: &str) -> Option<JoinConfig> {
        let mut needs = self.subscriptions.of(topic).map(|(_, entry)| JoinConfig::of(&entry.subscription));
        let first = needs.next()?;
        // Contradictions are refused before they get in.
        Some(needs.fold(first, |all, one| all.with(&one).unwrap_or(all)))
    }

    /// Leaves a channel and joins it with what is needed now; the others on it are told that they are away.
    pub(super) fn rejoin(&mut self, now: Instant, topic: &str) {
        let certain = self.link.certain();
        if let Some(channel) =
            self.channels.get_mut(topic).filter(|channel| matches!(channel.state, State::Live(_)))
        {
            channel.was_live(now, certain);
        }
        self.leave(topic);
        self.timers.clear(&Timer::Join(topic.to_owned()));
        for id in self.subscriptions.ids_of(topic) {
            if self.subscriptions.get(&id).is_some_and(|entry| entry.status == Status::Live) {
                self.set_status(&id, Status::Reconnecting);
            }
        }
        self.queue_join(topic);
    }

    /// Every channel is gone with its socket.
    pub(super) fn channels_lost(&mut self, now: Instant, certain: Option<Instant>) {
        let topics: Vec<String> = self.channels.keys().cloned().collect();
        for topic in topics {
            self.drop_pushes(&topic);
            let Some(channel) = self.channels.get_mut(&topic) else { continue };
            if matches!(channel.state, State::Live(_)) {
                channel.was_live(now, certain);
            }
            channel.state = State::Waiting;
            self.timers.clear(&Timer::Join(topic.clone()));
            self.timers.clear(&Timer::Tracking(topic));
        }
    }

    /// Leaves a channel if it is joined or joining; its later frames mean nothing.
    pub(super) fn leave(&mut self, topic: &str) {
        let Some(channel) = self.channels.get_mut(topic) else { return };
        let joined = channel.join_ref();
        channel.state = State::Waiting;
        if let (Some(socket), Some(join_ref)) = (self.link.open_socket(), joined) {
            self.push(socket, topic, join_ref, "phx_leave", P::object(Vec::new()));
        }
        self.drop_pushes(topic);
    }

    /// Drops a channel that nobody wants any more, or goes on with those that still do.
    pub(super) fn release(&mut self, now: Instant, topic: &str) {
        let Some(needed) = self.needed(topic) else {
            self.leave(topic);
            if let Some(mut channel) = self.channels.remove(topic) {
                self.refuse_calls(channel.tracking.end());
                self.slot_is_free();
                if channel.is_limited {
                    self.remember_limit(now, topic);
                }
            }
            if self.is_all_live() {
                // What was away is not wanted any more.
                self.stats.forget_absence();
            }
            // Without a network the queues are not worked off.
            for queue in [&mut self.to_join, &mut self.suspects] {
                queue.retain(|queued| queued != topic);
            }
            for timer in [Timer::Join, Timer::Rejoin, Timer::Tracking] {
                self.timers.clear(&timer(topic.to_owned()));
            }
            self.drop_routes(topic);
            return;
        };
        if let Some(channel) = self.channels.get_mut(topic) {
            channel.config = needed;
        }
        let tracker = self.channels.get(topic).and_then(|channel| channel.tracker.as_ref());
        if tracker.is_some_and(|id| self.subscriptions.get(id).is_none()) {
            self.stop_tracking(now, topic);
        }
        self.write_routes(topic);
    }

    /// No join is tried while the page is put away. The server's limits are kept to all the same.
    pub(super) fn stop_rejoins(&mut self) {
        let topics: Vec<String> = self.channels.keys().cloned().collect();
        for topic in topics {
            let timer = Timer::Rejoin(topic);
            let until = self.timers.deadline(&timer);
            self.timers.clear(&timer);
            let Timer::Rejoin(topic) = timer else { continue };
            let is_limited = self.channels.get(&topic).is_some_and(|channel| channel.is_limited);
            if let Some(until) = until.filter(|_| is_limited) {
                self.limited.insert(topic, until);
            }
        }
    }

    /// The page is back: what the server still limits waits on.
    pub(super) fn heed_limits(&mut self, now: Instant) {
        for (topic, channel) in self.channels.iter_mut() {
            if let Some(until) = self.limited.remove(topic).filter(|until| *until > now) {
                channel.is_limited = true;
                // It may have been asked for meanwhile.
                channel.is_queued = false;
                self.timers.set(Timer::Rejoin(topic.clone()), until);
            }
        }
    }

    /// The server's limit is kept to even if the subscription leaves and comes back.
    fn remember_limit(&mut self, now: Instant, topic: &str) {
        self.limited.retain(|_, until| *until > now);
        if let Some(until) = self.timers.deadline(&Timer::Rejoin(topic.to_owned())) {
            self.limited.insert(topic.to_owned(), until);
        }
    }

    /// Gives the same user's fresh access token to every joined channel. The server never answers this.
    pub(super) fn push_token(&mut self) {
        let (Some(socket), Some(token)) = (self.link.open_socket(), self.token.value().map(str::to_owned))
        else {
            return;
        };
        for (topic, join_ref) in self.joined_channels() {
            if let Some(channel) = self.channels.get_mut(&topic) {
                channel.token = self.token.version();
                channel.is_refreshing = true;
            }
            let payload = P::object(vec![("access_token", P::string(&token))]);
            self.push(socket, &topic, join_ref, "access_token", payload);
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

    /// Every channel that is joined or joining, with its `join_ref`.
    fn joined_channels(&self) -> Vec<(String, Reference)> {
        let joined = |(topic, channel): (&String, &Channel<P>)| Some((topic.clone(), channel.join_ref()?));
        self.channels.iter().filter_map(joined).collect()
    }
}
