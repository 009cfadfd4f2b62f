//! Subscriptions, as the client wires them.

use super::Client;
use crate::core::error::{Code, Error};
use crate::core::io::{Connection, Notification, Output, Status};
use crate::core::payload::Payload;
use crate::core::realtime::channel::{Channel, JoinConfig, State};
use crate::core::realtime::routes::Slot;
use crate::core::realtime::subscriptions::Subscription;
use crate::core::resilience::backoff::Backoff;
use crate::core::time::Instant;

impl<P: Payload> Client<P> {
    pub(super) fn subscribe(&mut self, now: Instant, id: String, subscription: Subscription, slot: Slot) {
        let topic = subscription.topic();
        if let Some(entry) = self.subscriptions.get(&id) {
            if entry.subscription == subscription && entry.slot == slot {
                let live =
                    self.channels.get(&topic).is_some_and(|channel| matches!(channel.state, State::Live(_)));
                let status = if live { Status::Live } else { Status::Joining };
                self.notify(Notification::Status { id, status });
                return;
            }
            self.remove(&id);
        }
        let config = JoinConfig::of(&subscription);
        if self.channels.get(&topic).is_some_and(|channel| channel.config != config) {
            let message = [
                "\"",
                &subscription.channel,
                "\" is already subscribed with other options (`private`, `self`, or another table or filter on a \
                 private channel). Use the same options, or another channel name.",
            ];
            self.notify(Notification::Failed {
                id,
                error: Error::new(Code::TopicConflict, message.concat()),
            });
            return;
        }
        self.subscriptions.insert(id.clone(), subscription, slot);
        self.notify(Notification::Status { id: id.clone(), status: Status::Joining });
        let backoff = Backoff::new(self.config.reconnect_base, self.config.reconnect_cap);
        let channel = self.channels.entry(topic.clone()).or_insert_with(|| Channel::new(config, backoff));
        let live = matches!(channel.state, State::Live(_));
        self.write_routes(&topic);
        if live {
            self.subscription_live(&id);
        }
        if !self.link.is_waiting() {
            self.connect(now);
        }
        self.join_all(now);
    }

    pub(super) fn unsubscribe(&mut self, id: &str) {
        if self.subscriptions.get(id).is_none() {
            return;
        }
        self.remove(id);
        self.notify(Notification::Status { id: id.to_owned(), status: Status::Closed });
        self.rest_if_unwanted();
    }

    pub(super) fn disconnect(&mut self) {
        for id in self.subscriptions.ids() {
            self.unsubscribe(&id);
        }
        let was_open = self.link.socket().is_some();
        if let Some(socket) = self.link.any_socket() {
            self.outputs.push_back(Output::Close { socket });
        }
        self.link.rest(&mut self.timers);
        self.timers.clear_all();
        self.token.withdraw();
        self.notify(Notification::Connection { state: Connection::Idle });
        if was_open {
            self.notify(Notification::Disconnected { code: 1000, reason: "disconnect() was called" });
        }
    }

    /// Tries again if the subscription wants that, otherwise ends it.
    pub(super) fn retry_or_fail(&mut self, id: &str, error: &Error) {
        let Some(entry) = self.subscriptions.get_mut(id) else { return };
        if !entry.subscription.auto_reconnect {
            self.fail(id, error.clone());
            return;
        }
        if let Some(limit) =
            entry.subscription.max_reconnect_attempts.filter(|limit| entry.attempts >= *limit)
        {
            let message = [
                "Gave up after ",
                &limit.to_string(),
                " attempts to reconnect. The last error: ",
                &error.message,
            ];
            self.fail(id, Error::new(Code::MaxReconnectAttempts, message.concat()));
            return;
        }
        entry.attempts += 1;
        self.notify(Notification::Status { id: id.to_owned(), status: Status::Reconnecting });
        self.notify(Notification::Error { id: Some(id.to_owned()), error: error.clone() });
    }

    /// Ends a subscription with an error.
    pub(super) fn fail(&mut self, id: &str, error: Error) {
        self.remove(id);
        self.notify(Notification::Status { id: id.to_owned(), status: Status::Failed });
        self.notify(Notification::Failed { id: id.to_owned(), error });
        self.rest_if_unwanted();
    }

    fn remove(&mut self, id: &str) {
        if let Some(entry) = self.subscriptions.remove(id) {
            self.release(&entry.topic);
        }
    }

    /// With nothing left to reconnect for, stops trying; an open socket stays.
    pub(super) fn rest_if_unwanted(&mut self) {
        if self.subscriptions.is_empty() && self.link.is_waiting() {
            self.link.rest(&mut self.timers);
            self.notify(Notification::Connection { state: Connection::Idle });
        }
    }
}
