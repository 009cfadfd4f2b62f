//! Channels: what they are joined for, and how they are left.

use super::{Realtime, Timer};
use crate::core::payload::Payload;
use crate::core::realtime::channel::{Channel, State};
use crate::core::realtime::join_config::JoinConfig;
use crate::core::time::Instant;

impl<P: Payload> Realtime<P> {
    /// What the subscriptions of a topic need together.
    pub(super) fn needed(&self, topic: &str) -> Option<JoinConfig> {
        let mut needed: Option<JoinConfig> = None;
        for (_, entry) in self.subscriptions.of(topic) {
            let wanted = JoinConfig::of(&entry.subscription);
            match &mut needed {
                None => needed = Some(wanted),
                // Contradictions are refused before they get in.
                Some(needed) if needed.contradicts(&wanted) => {}
                Some(needed) => needed.add(&wanted),
            }
        }
        needed
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
        self.clear_timer(Timer::Join, topic);
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
            drop_all(&mut self.to_join, topic);
            drop_all(&mut self.suspects, topic);
            let timers: [fn(String) -> Timer; 3] = [Timer::Join, Timer::Rejoin, Timer::Tracking];
            for timer in timers {
                self.clear_timer(timer, topic);
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
        for topic in self.topics(&|_| true) {
            let until = self.deadline_of(Timer::Rejoin, &topic);
            self.clear_timer(Timer::Rejoin, &topic);
            let is_limited = self.channels.get(&topic).is_some_and(|channel| channel.is_limited);
            if let Some(until) = until.filter(|_| is_limited) {
                self.limited.insert(Timer::Rejoin(topic), until);
            }
        }
    }

    /// The page is back: what the server still limits waits on.
    pub(super) fn heed_limits(&mut self, now: Instant) {
        for topic in self.topics(&|_| true) {
            if let Some(until) = self.take_limit(now, &topic)
                && let Some(channel) = self.channels.get_mut(&topic)
            {
                channel.is_limited = true;
                // It may have been asked for meanwhile.
                channel.is_queued = false;
                self.timers.set(Timer::Rejoin(topic), until);
            }
        }
    }

    /// Until when the server limits a topic that was not wanted for a while.
    pub(super) fn take_limit(&mut self, now: Instant, topic: &str) -> Option<Instant> {
        let until = self.limited.remove(&Timer::Rejoin(topic.to_owned()));
        until.filter(|until| *until > now)
    }

    /// The server's limit is kept to even if the subscription leaves and comes back.
    fn remember_limit(&mut self, now: Instant, topic: &str) {
        for topic in self.limited.keys().as_slice().to_vec() {
            if self.limited.get(&topic).is_some_and(|until| *until <= now) {
                self.limited.remove(&topic);
            }
        }
        if let Some(until) = self.deadline_of(Timer::Rejoin, topic) {
            self.limited.insert(Timer::Rejoin(topic.to_owned()), until);
        }
    }

    /// The topics of the channels of which that is true.
    pub(super) fn topics(&self, is_meant: &dyn Fn(&Channel<P>) -> bool) -> Vec<String> {
        let mut topics = Vec::new();
        for (topic, channel) in &self.channels {
            if is_meant(channel) {
                topics.push(topic.clone());
            }
        }
        topics
    }

    /// The topics of channels that are not joined.
    pub(super) fn topics_waiting(&self) -> Vec<String> {
        self.topics(&|channel| channel.state == State::Waiting)
    }

    /// Sets a topic's timer.
    pub(super) fn set_timer(&mut self, timer: fn(String) -> Timer, topic: &str, deadline: Instant) {
        self.timers.set(timer(topic.to_owned()), deadline);
    }

    /// Stops a topic's timer.
    pub(super) fn clear_timer(&mut self, timer: fn(String) -> Timer, topic: &str) {
        self.timers.clear(&timer(topic.to_owned()));
    }

    /// When a topic's timer is due, if it runs.
    pub(super) fn deadline_of(&self, timer: fn(String) -> Timer, topic: &str) -> Option<Instant> {
        self.timers.deadline(&timer(topic.to_owned()))
    }
}

/// Takes a topic or an id out of a list, however often it stands there.
pub(super) fn drop_all(list: &mut Vec<String>, name: &str) {
    while let Some(place) = list.iter().position(|other| other == name) {
        list.remove(place);
    }
}
