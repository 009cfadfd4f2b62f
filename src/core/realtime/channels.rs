//! Channels: what they are joined for, and how they are left.

use super::{Realtime, Timer};
use crate::core::payload::Payload;
use crate::core::realtime::channel::{Channel, State};
use crate::core::realtime::frame::Reference;
use crate::core::realtime::join_config::JoinConfig;
use crate::core::time::Instant;

impl<P: Payload> Realtime<P> {
    /// What the subscriptions of a topic need together.
    pub(super) fn needed(&self, topic: &str) -> Option<JoinConfig> {
        let mut needs = self.subscriptions.of(topic).map(|(_, entry)| JoinConfig::of(&entry.subscription));
        let first = needs.next()?;
        // Contradictions are refused before they get in.
        Some(needs.fold(first, |all, one| all.with(&one).unwrap_or(all)))
    }

    /// Leaves a channel and joins it with what is needed now; the others on it are told that they are away.
    pub(super) fn rejoin(&mut self, now: Instant, topic: &str) {
        let certain = self.certain();
        if let Some(channel) =
            self.channels.get_mut(topic).filter(|channel| matches!(channel.state, State::Live(_)))
        {
            channel.record_interruption(now, certain);
        }
        self.leave(topic);
        self.timers.clear(&Timer::Join(topic.to_owned()));
        for id in self.subscriptions.ids_of(topic) {
            self.tell_interrupted(&id);
        }
        self.queue_join(topic);
    }

    /// Leaves a channel if it is joined or joining; its later frames mean nothing.
    pub(super) fn leave(&mut self, topic: &str) {
        let Some(channel) = self.channels.get_mut(topic) else { return };
        let joined = channel.join_ref();
        channel.state = State::Waiting;
        if let (Some(socket), Some(join_ref)) = (self.open_socket(), joined) {
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

    /// Every channel that is joined or joining, with its `join_ref`.
    pub(super) fn joined_channels(&self) -> Vec<(String, Reference)> {
        let joined = |(topic, channel): (&String, &Channel<P>)| Some((topic.clone(), channel.join_ref()?));
        self.channels.iter().filter_map(joined).collect()
    }
}
