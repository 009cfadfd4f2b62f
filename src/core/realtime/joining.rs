//! Joins: which goes out when, and what becomes of it.

use super::{Continuity, Output, Realtime, Timer};
use crate::core::error::Error;
use crate::core::ids::SocketId;
use crate::core::log::Level;
use crate::core::payload::Payload;
use crate::core::realtime::cause::Cause;
use crate::core::realtime::channel::{Channel, State};
use crate::core::realtime::frame::Outbound;
use crate::core::realtime::remedy::Remedy;
use crate::core::realtime::subscriptions::{Entry, Source, Status};
use crate::core::resilience::limit::slow_down;
use crate::core::time::Instant;

/// How far a replay begins before the channel was last certain to be live, in milliseconds: the machine's clock may be
/// minutes ahead of the server's. What comes twice is told by its id, and there are never more than 25 of them.
const REPLAY_MARGIN: u64 = 300_000;

impl<P: Payload> Realtime<P> {
    /// A channel is to be joined as soon as it may.
    pub(super) fn queue_join(&mut self, topic: &str) {
        let Some(channel) = self.channels.get_mut(topic) else { return };
        if channel.state != State::Waiting || std::mem::replace(&mut channel.is_queued, true) {
            return;
        }
        let queue = if channel.is_suspect { &mut self.suspects } else { &mut self.to_join };
        queue.push(topic.to_owned());
    }

    /// Every channel that waits and whose backoff does not run is to be joined.
    pub(super) fn queue_all(&mut self) {
        for topic in self.topics_waiting() {
            if self.deadline_of(Timer::Rejoin, &topic).is_none() {
                self.queue_join(&topic);
            }
        }
    }

    /// Sends the joins that may go: the socket is open, the token is there, the pace allows it, and of those that were
    /// refused before only one at a time, since a refusal silences the server's whole socket.
    pub(super) fn join_all(&mut self, now: Instant) {
        let Some(socket) = self.trusted_socket() else { return };
        if self.to_join.is_empty() && self.suspects.is_empty() {
            return;
        }
        if !self.access.is_ready {
            self.tell(Output::WantToken);
            return;
        }
        // A token that seems to have expired is asked for again; channels without authorization do not wait for it.
        let private = if self.access.is_doubted(now) { self.take_private() } else { Vec::new() };
        self.join_queued(now, socket);
        if !private.is_empty() {
            self.tell(Output::WantToken);
            for topic in private {
                self.queue_join(&topic);
            }
        }
    }

    /// Takes the private channels out of the queues.
    fn take_private(&mut self) -> Vec<String> {
        let mut private = Vec::new();
        for queue in [&mut self.to_join, &mut self.suspects] {
            for topic in std::mem::take(queue) {
                let Some(channel) = self.channels.get_mut(&topic).filter(|channel| channel.config.private)
                else {
                    queue.push(topic);
                    continue;
                };
                // One that waits for the server's limit since then still stands here.
                if std::mem::take(&mut channel.is_queued) {
                    private.push(topic);
                }
            }
        }
        private
    }

    fn join_queued(&mut self, now: Instant, socket: SocketId) {
        while let Some(topic) = self.next_to_join() {
            if !self.pace.take(now) {
                self.to_join.insert(0, topic);
                self.timers.set(Timer::Pace, now.after(self.pace.wait()));
                return;
            }
            self.join(now, socket, &topic);
        }
    }

    fn next_to_join(&mut self) -> Option<String> {
        while !self.to_join.is_empty() {
            let topic = self.to_join.remove(0);
            if self.is_to_be_joined(&topic) {
                return Some(topic);
            }
        }
        while !self.suspects.is_empty() && !self.is_trying_suspect() {
            let topic = self.suspects.remove(0);
            if self.is_to_be_joined(&topic) {
                return Some(topic);
            }
        }
        None
    }

    fn is_trying_suspect(&self) -> bool {
        let is_trying =
            |channel: &Channel<P>| channel.is_suspect && matches!(channel.state, State::Joining(_));
        self.channels.values().any(is_trying)
    }

    fn is_to_be_joined(&self, topic: &str) -> bool {
        self.channels.get(topic).is_some_and(|channel| channel.is_queued && channel.state == State::Waiting)
    }

    fn join(&mut self, now: Instant, socket: SocketId, topic: &str) {
        // A refused join silences the server for the others too.
        let queued = self.to_join.len() + self.suspects.len();
        let deadline = now.after(self.config.join_timeout + self.silence(queued));
        let reference = self.next_reference();
        self.join_is_out(reference);
        let since = self.replay_since(topic);
        let Some(channel) = self.channels.get_mut(topic) else { return };
        channel.is_queued = false;
        channel.join(reference, self.access.version);
        let payload = channel.config.to_payload(self.access.value.as_deref(), since);
        self.stats.joins += 1;
        self.set_timer(Timer::Join, topic, deadline);
        self.log(Level::Debug, "join", topic, None);
        self.write_routes(topic);
        let join_ref = Some(reference);
        self.send(socket, Outbound { join_ref, reference, topic, event: "phx_join", payload });
    }

    /// Where a replay begins: where the application said, or since when the channel may have missed something.
    fn replay_since(&self, topic: &str) -> Option<u64> {
        let channel = self.channels.get(topic)?;
        let since = channel.config.replay?.since;
        let missed = channel.live_until.zip(self.clock).map(|(until, (at, epoch))| {
            (epoch + until.since(at)).saturating_sub(at.since(until)).saturating_sub(REPLAY_MARGIN)
        });
        Some(missed.map_or(since, |missed| missed.max(since)))
    }

    /// The server took the join; its database subscription is still to come.
    pub(super) fn joined(&mut self, now: Instant, topic: &str) {
        self.tell(Output::Accepted);
        if let Some(channel) = self.channels.get_mut(topic) {
            channel.joined();
        }
        self.set_timer(Timer::Join, topic, now.after(self.config.join_timeout));
        self.write_routes(topic);
    }

    /// The channel is live.
    pub(super) fn live(&mut self, now: Instant, topic: &str) {
        self.tell(Output::Accepted);
        self.clear_timer(Timer::Join, topic);
        if let Some(channel) = self.channels.get_mut(topic) {
            channel.live(now);
        }
        self.log(Level::Info, "live", topic, None);
        self.write_routes(topic);
        for id in self.subscriptions.ids_of(topic) {
            self.subscription_live(&id, Continuity::Lost);
        }
        if self.is_all_live() {
            self.stats.back(now);
        }
        self.tell_tracking(now, topic);
    }

    /// Whether every channel that is wanted is live.
    pub(super) fn is_all_live(&self) -> bool {
        self.channels.values().all(|channel| matches!(channel.state, State::Live(_)))
    }

    /// The server has not answered in time.
    pub(super) fn join_timed_out(&mut self, now: Instant, topic: &str) {
        self.leave(topic);
        self.channel_down(now, topic, &Cause::Silence);
    }

    /// A channel is not live any more: decides by the cause what to do, and says so.
    pub(super) fn channel_down(&mut self, now: Instant, topic: &str, cause: &Cause) {
        self.clear_timer(Timer::Join, topic);
        self.drop_pushes(topic);
        if cause.is_about_what_is_tracked() {
            self.refuse_tracked(topic);
        }
        let Some(channel) = self.channels.get_mut(topic) else { return };
        channel.state = State::Waiting;
        let remedy = match cause.remedy() {
            Remedy::RefreshTokenOnce if std::mem::replace(&mut channel.had_other_token, true) => {
                Remedy::GiveUp
            }
            remedy => remedy,
        };
        if !matches!(cause, Cause::Closed(_)) {
            channel.is_suspect = true;
            self.stats.failed_joins += 1;
        }
        channel.waits_for_slot = remedy == Remedy::WaitForSlot;
        channel.is_limited = remedy == Remedy::SlowDown;
        let jitter = channel.backoff.next_delay(&mut self.rng);
        let delay = match remedy {
            Remedy::SlowDown | Remedy::WaitForSlot => slow_down(&mut self.rng),
            _ => jitter,
        };
        // What the server says of a token is not about the one after it.
        let is_about_token = matches!(remedy, Remedy::RefreshToken | Remedy::RefreshTokenOnce);
        channel.waits_for_token = is_about_token;
        if is_about_token {
            let version = channel.token;
            self.tell(Output::TokenRefused { version });
        }
        if remedy != Remedy::GiveUp {
            self.set_timer(Timer::Rejoin, topic, now.after(delay));
        }
        self.log(Level::Warn, "down", topic, Some(&cause.sentence(topic)));
        let mut others = false;
        for id in self.subscriptions.ids_of(topic) {
            let Some(entry) = self.subscriptions.get(&id) else { continue };
            let mut error = Error::new(cause.code(remedy), cause.sentence(&entry.subscription.channel));
            if remedy != Remedy::GiveUp {
                error.retry_after = Some(delay);
                self.retry_or_fail(now, &id, &error);
            } else if self.is_meant(topic, entry, cause) {
                self.fail(now, &id, error);
            } else {
                others = true;
                self.set_status(&id, Status::Reconnecting);
            }
        }
        if others {
            self.queue_join(topic);
        }
    }

    /// What the database refused is asked for by some of those that listen to changes; others on the topic go on.
    fn is_meant(&self, topic: &str, entry: &Entry, cause: &Cause) -> bool {
        if !matches!(cause, Cause::RefusedByDatabase(_)) {
            return true;
        }
        let Source::Changes(bindings) = &entry.subscription.source else { return false };
        self.channels.get(topic).is_none_or(|channel| channel.may_be_refused(bindings))
    }

    /// A channel has been left: those that wait for a slot may have found one.
    pub(super) fn slot_is_free(&mut self) {
        self.hasten(&|channel| channel.waits_for_slot);
    }

    /// The channels of which that is true are joined without waiting for their backoff.
    pub(super) fn hasten(&mut self, is_meant: &dyn Fn(&Channel<P>) -> bool) {
        for topic in self.topics(is_meant) {
            if let Some(channel) = self.channels.get_mut(&topic) {
                channel.waits_for_slot = false;
            }
            self.clear_timer(Timer::Rejoin, &topic);
            self.queue_join(&topic);
        }
    }
}
