//! Channels and their joins, as the client wires them.

use super::Client;
use crate::core::error::{Code, Error};
use crate::core::io::{Output, SocketId, Status};
use crate::core::payload::Payload;
use crate::core::realtime::channel::{Cause, Channel, Event, State};
use crate::core::realtime::frame::{Inbound, Outbound, PHOENIX_TOPIC, Reference};
use crate::core::realtime::link::Link;
use crate::core::realtime::remedy::Remedy;
use crate::core::realtime::routes::{Slot, TopicRoutes};
use crate::core::realtime::subscriptions::Source;
use crate::core::time::{Instant, Timer};

/// How long the server's limiter is given, in milliseconds.
const SLOW_DOWN: u64 = 60_000;

impl<P: Payload> Client<P> {
    /// Joins every channel that waits and may: the socket is open, the token is there, no backoff runs.
    pub(super) fn join_all(&mut self, now: Instant) {
        let Some(socket) = self.link.socket() else { return };
        let topics: Vec<String> = self
            .topics_waiting()
            .into_iter()
            .filter(|topic| !self.timers.is_set(&Timer::Rejoin(topic.clone())))
            .collect();
        if topics.is_empty() {
            return;
        }
        if !self.token.is_ready(now) {
            self.want_token(now);
            return;
        }
        // A refused join silences the server for the others too.
        let others = topics.len() - 1 + self.joins_under_way();
        let deadline = now.after(self.config.join_timeout + Link::silence(others));
        for topic in topics {
            self.join(deadline, socket, &topic);
        }
    }

    fn join(&mut self, deadline: Instant, socket: SocketId, topic: &str) {
        let reference = self.next_reference();
        let Some(channel) = self.channels.get_mut(topic) else { return };
        channel.state = State::Joining(reference);
        let payload = channel.config.to_payload(self.token.value());
        self.stats.joins += 1;
        self.timers.set(Timer::Join(topic.to_owned()), deadline);
        self.send(
            socket,
            Outbound { join_ref: Some(reference), reference, topic, event: "phx_join", payload },
        );
    }

    /// Takes a control frame of the open socket.
    pub(super) fn frame(&mut self, now: Instant, frame: &Inbound<P>) {
        if frame.topic == PHOENIX_TOPIC {
            self.link.forget_failures();
            self.link.replied(now, frame.reference, &mut self.timers);
            return;
        }
        let topic = frame.topic.as_str();
        let Some(channel) = self.channels.get_mut(topic) else { return };
        match channel.handle(frame) {
            Event::Nothing => {}
            Event::Joined => {
                self.link.forget_failures();
                self.timers.set(Timer::Join(topic.to_owned()), now.after(self.config.join_timeout));
                self.write_routes(topic);
            }
            Event::Live => self.live(topic),
            Event::Down(cause) => {
                // What the database refused, and a reply about another binding, leave the channel joined at the server.
                self.leave(topic);
                self.channel_down(now, topic, &cause);
            }
        }
    }

    fn live(&mut self, topic: &str) {
        self.link.forget_failures();
        self.timers.clear(&Timer::Join(topic.to_owned()));
        if let Some(channel) = self.channels.get_mut(topic) {
            channel.backoff.reset();
        }
        self.write_routes(topic);
        for id in self.subscriptions.ids_of(topic) {
            self.subscription_live(&id);
        }
    }

    pub(super) fn join_timed_out(&mut self, now: Instant, topic: &str) {
        self.leave(topic);
        self.channel_down(now, topic, &Cause::Silence);
    }

    /// A channel is not live any more: decides by the cause what to do, and says so.
    fn channel_down(&mut self, now: Instant, topic: &str, cause: &Cause) {
        self.timers.clear(&Timer::Join(topic.to_owned()));
        let Some(channel) = self.channels.get_mut(topic) else { return };
        channel.state = State::Waiting;
        let jitter = channel.backoff.next_delay(&mut self.rng);
        let remedy = cause.remedy();
        let delay = match remedy {
            Remedy::SlowDown | Remedy::WaitForSlot => SLOW_DOWN + jitter,
            Remedy::Retry | Remedy::RefreshToken | Remedy::GiveUp => jitter,
        };
        if remedy == Remedy::RefreshToken {
            self.token.unsettle();
        }
        if remedy != Remedy::GiveUp {
            self.timers.set(Timer::Rejoin(topic.to_owned()), now.after(delay));
        }
        for id in self.subscriptions.ids_of(topic) {
            let Some(entry) = self.subscriptions.get(&id) else { continue };
            let mut error = Error::new(cause.code(), cause.sentence(&entry.subscription.channel));
            if remedy == Remedy::GiveUp {
                self.fail(&id, error);
            } else {
                error.retry_after = Some(delay);
                self.retry_or_fail(&id, &error);
            }
        }
    }

    /// Leaves every channel, so that none goes on with the rights of a token that is no longer the user's.
    pub(super) fn leave_all(&mut self) {
        for (topic, _) in self.joined() {
            self.leave(&topic);
            self.timers.clear(&Timer::Join(topic.clone()));
            for id in self.subscriptions.ids_of(&topic) {
                self.set_status(&id, Status::Reconnecting);
            }
        }
    }

    /// Every channel is gone with its socket.
    pub(super) fn channels_lost(&mut self) {
        for (topic, channel) in &mut self.channels {
            channel.state = State::Waiting;
            self.timers.clear(&Timer::Join(topic.clone()));
        }
    }

    /// Leaves a channel if it is joined or joining; its later frames mean nothing.
    pub(super) fn leave(&mut self, topic: &str) {
        let Some(channel) = self.channels.get_mut(topic) else { return };
        let joined = channel.join_ref();
        channel.state = State::Waiting;
        if let (Some(socket), Some(join_ref)) = (self.link.socket(), joined) {
            self.push(socket, topic, join_ref, "phx_leave", P::object(Vec::new()));
        }
    }

    /// Drops a channel that nobody wants any more, or writes the routes of those that still do.
    pub(super) fn release(&mut self, topic: &str) {
        if self.subscriptions.of(topic).next().is_some() {
            self.write_routes(topic);
            return;
        }
        self.leave(topic);
        self.channels.remove(topic);
        self.timers.clear(&Timer::Join(topic.to_owned()));
        self.timers.clear(&Timer::Rejoin(topic.to_owned()));
        if self.routes.remove(topic).is_some() {
            self.outputs.push_back(Output::Unroute { topic: topic.to_owned() });
        }
    }

    pub(super) fn write_routes(&mut self, topic: &str) {
        let Some(channel) = self.channels.get(topic) else { return };
        let mut routes = TopicRoutes::default();
        let mut named: Vec<(&str, Slot)> = Vec::new();
        for (_, entry) in self.subscriptions.of(topic) {
            match (&entry.subscription.source, channel.binding_id) {
                (Source::Broadcast { event: None, .. }, _) => routes.any.push(entry.slot),
                (Source::Broadcast { event: Some(event), .. }, _) => named.push((event, entry.slot)),
                (Source::Changes(_), Some(id)) => routes.changes.entry(id).or_default().push(entry.slot),
                (Source::Changes(_), None) => {}
            }
        }
        for (event, slot) in named {
            routes.events.entry(event.to_owned()).or_insert_with(|| routes.any.clone()).push(slot);
        }
        if self.routes.get(topic) != Some(&routes) {
            self.routes.insert(topic.to_owned(), routes.clone());
            self.outputs.push_back(Output::Route { topic: topic.to_owned(), routes });
        }
    }

    /// Gives the access token to every joined channel. The server never answers this.
    pub(super) fn push_token(&mut self) {
        let (Some(socket), Some(token)) = (self.link.socket(), self.token.value().map(str::to_owned)) else {
            return;
        };
        for (topic, join_ref) in self.joined() {
            let payload = P::object(vec![("access_token", P::string(&token))]);
            self.push(socket, &topic, join_ref, "access_token", payload);
        }
    }

    pub(super) fn broadcast(&mut self, id: &str, event: &str, payload: P) -> Result<(), Error> {
        let entry = self.subscriptions.get(id).ok_or_else(|| unknown(id))?;
        if matches!(entry.subscription.source, Source::Changes(_)) {
            let message = [
                "\"",
                id,
                "\" listens to changes of the database; send on a subscription to broadcasts of the channel.",
            ];
            return Err(Error::new(Code::InvalidOption, message.concat()));
        }
        let topic = entry.topic.clone();
        let channel = self.channels.get(&topic).filter(|channel| channel.is_joined());
        let (Some(socket), Some(join_ref)) =
            (self.link.socket(), channel.and_then(|channel| channel.join_ref()))
        else {
            let message =
                ["The channel of \"", id, "\" is not joined at the moment; send again once it is live."];
            return Err(Error::new(Code::NotJoined, message.concat()));
        };
        let payload = P::object(vec![
            ("type", P::string("broadcast")),
            ("event", P::string(event)),
            ("payload", payload),
        ]);
        self.push(socket, &topic, join_ref, "broadcast", payload);
        Ok(())
    }

    fn push(&mut self, socket: SocketId, topic: &str, join_ref: Reference, event: &str, payload: P) {
        let reference = self.next_reference();
        self.send(socket, Outbound { join_ref: Some(join_ref), reference, topic, event, payload });
    }

    /// Every channel that is joined or joining, with its `join_ref`.
    fn joined(&self) -> Vec<(String, Reference)> {
        let joined = |(topic, channel): (&String, &Channel)| Some((topic.clone(), channel.join_ref()?));
        self.channels.iter().filter_map(joined).collect()
    }

    pub(super) fn topics_waiting(&self) -> Vec<String> {
        self.channels
            .iter()
            .filter(|(_, channel)| channel.state == State::Waiting)
            .map(|(topic, _)| topic.clone())
            .collect()
    }

    pub(super) fn joins_under_way(&self) -> usize {
        self.channels.values().filter(|channel| matches!(channel.state, State::Joining(_))).count()
    }
}

fn unknown(id: &str) -> Error {
    let message = ["There is no subscription \"", id, "\"; subscribe before you send."].concat();
    Error::new(Code::UnknownSubscription, message)
}
