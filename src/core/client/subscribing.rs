//! Subscriptions, as the client wires them.

use super::Client;
use crate::core::error::{Code, Error};
use crate::core::io::{Connection, Notification, Output, Status};
use crate::core::payload::Payload;
use crate::core::realtime::channel::{Channel, JoinConfig, State};
use crate::core::realtime::routes::Slot;
use crate::core::realtime::subscriptions::Subscription;
use crate::core::resilience::backoff::Backoff;
use crate::core::time::{Instant, Timer};

impl<P: Payload> Client<P> {
    /// Why a subscription cannot be, next to the others there are. Ask before [`Input::Subscribe`], so that the call
    /// itself can fail and what the id stands for now stays.
    ///
    /// [`Input::Subscribe`]: crate::core::io::Input::Subscribe
    pub fn conflict(&self, id: &str, subscription: &Subscription) -> Option<Error> {
        let topic = subscription.topic();
        let channel = self.channels.get(&topic)?;
        let shared = self.subscriptions.of(&topic).any(|(other, _)| other != id);
        if !shared || channel.config == JoinConfig::of(subscription) {
            return None;
        }
        let message = [
            "\"",
            &subscription.channel,
            "\" is already subscribed with other options (`private`, `self`, or another table or filter on a private \
             channel). Use the same options, or another channel name.",
        ];
        Some(Error::new(Code::TopicConflict, message.concat()))
    }

    pub(super) fn subscribe(&mut self, now: Instant, id: String, subscription: Subscription, slot: Slot) {
        if let Some(error) = self.conflict(&id, &subscription) {
            self.notify(Notification::Failed { id, error });
            return;
        }
        if let Some(entry) = self.subscriptions.get(&id) {
            if entry.subscription == subscription && entry.slot == slot {
                let status = entry.status;
                self.notify(Notification::Status { id, status });
                return;
            }
            self.remove(&id);
        }
        let topic = subscription.topic();
        let config = JoinConfig::of(&subscription);
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
        self.rest();
        if was_open {
            self.notify(Notification::Disconnected { code: 1000, reason: "disconnect() was called" });
        }
    }

    pub(super) fn subscription_live(&mut self, id: &str) {
        let Some(entry) = self.subscriptions.get_mut(id) else { return };
        entry.attempts = 0;
        let again = std::mem::replace(&mut entry.was_live, true);
        self.set_status(id, Status::Live);
        if again {
            self.notify(Notification::Continuity { id: id.to_owned() });
        }
    }

    pub(super) fn set_status(&mut self, id: &str, status: Status) {
        if let Some(entry) = self.subscriptions.get_mut(id)
            && entry.status != status
        {
            entry.status = status;
            self.notify(Notification::Status { id: id.to_owned(), status });
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
        self.set_status(id, Status::Reconnecting);
        self.notify(Notification::Error { id: Some(id.to_owned()), error: error.clone() });
    }

    /// Ends a subscription with an error.
    pub(super) fn fail(&mut self, id: &str, error: Error) {
        self.set_status(id, Status::Failed);
        self.remove(id);
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
            self.rest();
        }
    }

    /// Nothing is wanted: no timer is left running, and the application is not asked for tokens.
    fn rest(&mut self) {
        self.link.rest(&mut self.timers);
        for timer in [Timer::TokenRenewal, Timer::TokenAnswer, Timer::TokenRetry] {
            self.timers.clear(&timer);
        }
        self.token.withdraw();
        self.notify(Notification::Connection { state: Connection::Idle });
    }
}
