//! What the application subscribes to, and what it is told of that.

use super::{Continuity, News, Output, Realtime, Timer};
use crate::core::activity::Activity;
use crate::core::error::{Code, Error};
use crate::core::ids::CallId;
use crate::core::payload::Payload;
use crate::core::realtime::channel::{Channel, State};
use crate::core::realtime::join_config::JoinConfig;
use crate::core::realtime::routes::{Edit, Slot};
use crate::core::realtime::subscriptions::{Status, Subscription};
use crate::core::time::Instant;

/// The most bytes of what one join asks for. The server closes the whole socket at a frame of 5,000,000, and JSON may write
/// six bytes for one.
const LARGEST_JOIN: usize = 500_000;

impl<P: Payload> Realtime<P> {
    /// Whether a socket is wanted.
    pub(super) fn is_socket_wanted(&self) -> bool {
        self.is_kept_open || !self.subscriptions.is_empty()
    }

    /// Why a subscription cannot be, next to the others there are: [`Command::Subscribe`] is settled with that, and what the
    /// id stands for stays.
    ///
    /// [`Command::Subscribe`]: crate::core::realtime::Command::Subscribe
    pub fn conflict(&self, id: &str, subscription: &Subscription) -> Option<Error> {
        let (wanted, topic) = (JoinConfig::of(subscription), subscription.topic());
        let mut contradicts = false;
        for (other, entry) in self.subscriptions.of(&topic) {
            contradicts |= other != id && JoinConfig::of(&entry.subscription).contradicts(&wanted);
        }
        let mut size = wanted.size();
        if let Some(mut needed) = self.needed(&topic).filter(|needed| !needed.contradicts(&wanted)) {
            needed.add(&wanted);
            size = needed.size();
        }
        if size > LARGEST_JOIN {
            let pieces = [
                "The bindings and the presence key of \"",
                &subscription.channel,
                "\" have more than 500,000 bytes together. Ask for less: shorter filters, fewer columns, a shorter key.",
            ];
            return Some(Error::of(Code::PayloadTooLarge, &pieces));
        }
        contradicts.then(|| {
            let pieces = [
                "\"",
                &subscription.channel,
                "\" is already subscribed with other options (`private`, `self`, or another presence key). Use the \
                 same options, or another channel name.",
            ];
            Error::of(Code::TopicConflict, &pieces)
        })
    }

    /// The callback of an id that stands for this very subscription: to subscribe it again changes no more than that.
    pub fn slot_of(&self, id: &str, subscription: &Subscription) -> Option<Slot> {
        let entry = self.subscriptions.get(id)?;
        (entry.subscription == *subscription).then_some(entry.slot)
    }

    /// The state of a subscription; `None` if there is none of this id.
    pub fn status(&self, id: &str) -> Option<Status> {
        self.subscriptions.get(id).map(|entry| entry.status)
    }

    /// The call is settled once the subscription is live, or has ended; with it those that wait for what the id stood for.
    pub(super) fn subscribe(
        &mut self,
        now: Instant,
        call: CallId,
        id: String,
        subscription: Subscription,
        slot: Slot,
    ) {
        if let Some(error) = self.conflict(&id, &subscription) {
            self.settle_call(call, Err(error));
            return;
        }
        if self.slot_of(&id, &subscription) == Some(slot) {
            if let Some(entry) = self.subscriptions.get_mut(&id) {
                entry.waiting.push(call);
            }
            self.settle_if_live(&id);
            return;
        }
        let mut waiting = self.remove(now, &id);
        waiting.push(call);
        let topic = subscription.topic();
        self.subscriptions.insert(id.clone(), subscription, slot, waiting);
        self.tell_status(&id, Status::Joining);
        self.serve(now, &id, &topic);
        self.tell(Output::WantSocket);
    }

    /// Brings a topic's channel to what its subscriptions need, now that `id` is among them.
    fn serve(&mut self, now: Instant, id: &str, topic: &str) {
        let Some(needed) = self.needed(topic) else { return };
        let limit = if self.activity == Activity::PutAway { None } else { self.take_limit(now, topic) };
        let (backoff, was_anothers) = (self.config.backoff.clone(), self.was_anothers);
        let channel = self.channels.get_or_insert_with(topic.to_owned(), || {
            Channel::new(JoinConfig::default(), backoff, was_anothers)
        });
        let Some(channel) = channel else { return };
        channel.config = needed;
        if let Some(until) = limit {
            channel.is_limited = true;
            self.timers.set(Timer::Rejoin(topic.to_owned()), until);
        }
        let is_served = channel.asked.as_ref().is_some_and(|asked| asked.serves(&channel.config));
        let state = channel.state;
        self.write_routes(topic);
        match state {
            State::Waiting if self.deadline_of(Timer::Rejoin, topic).is_some() => {
                self.tell_of_limit(now, id, topic);
            }
            State::Waiting => self.queue_join(topic),
            State::Live(_) if is_served => {
                self.subscription_live(id, Continuity::Lost);
                self.tell_who_is_there(id);
            }
            _ if is_served => {}
            _ => self.rejoin(now, topic),
        }
    }

    /// A subscription that comes while the server limits its channel is told how long that will be.
    fn tell_of_limit(&mut self, now: Instant, id: &str, topic: &str) {
        let is_limited = self.channels.get(topic).is_some_and(|channel| channel.is_limited);
        let until = self.deadline_of(Timer::Rejoin, topic).filter(|_| is_limited);
        if let Some(until) = until {
            let message = "The server limits this channel at the moment. It is joined once that is over.";
            let retry_after = Some(until.since(now));
            let error = Error { code: Code::RateLimited, message: message.into(), retry_after };
            self.tell_error(id, error);
        }
    }

    pub(super) fn unsubscribe(&mut self, now: Instant, id: &str) {
        if self.subscriptions.get(id).is_none() {
            return;
        }
        let waiting = self.remove(now, id);
        self.tell_status(id, Status::Closed);
        let message = "The subscription was ended before it was live.";
        self.settle_calls(waiting, &Err(Error::new(Code::Unsubscribed, message)));
        self.unwant_socket();
    }

    pub(super) fn disconnect(&mut self, now: Instant) {
        self.is_kept_open = false;
        for id in self.subscriptions.ids() {
            self.unsubscribe(now, &id);
        }
        self.refuse_held(&Error::new(
            Code::Disconnected,
            "`disconnect()` was called before there was a token.",
        ));
        self.tell(Output::UnawaitToken);
        self.tell(Output::CloseSocket { reason: "disconnect() was called" });
    }

    /// A subscription is live, if the application counts as connected. `continuity` says what it has missed if it was live
    /// before.
    pub(super) fn subscription_live(&mut self, id: &str, continuity: Continuity) {
        if self.connected_socket().is_none() {
            return;
        }
        let Some(entry) = self.subscriptions.get_mut(id) else { return };
        entry.attempts = 0;
        let again = std::mem::replace(&mut entry.has_been_live, true);
        self.set_status(id, Status::Live);
        self.settle_if_live(id);
        if again {
            self.notify(News::Continuity { id: id.to_owned(), continuity });
        }
    }

    pub(super) fn set_status(&mut self, id: &str, status: Status) {
        if let Some(entry) = self.subscriptions.get_mut(id)
            && entry.status != status
        {
            entry.status = status;
            self.tell_status(id, status);
        }
    }

    /// What was live is so no longer, and is begun again.
    pub(super) fn tell_interrupted(&mut self, id: &str) {
        if self.subscriptions.get(id).is_some_and(|entry| entry.status == Status::Live) {
            self.set_status(id, Status::Reconnecting);
        }
    }

    pub(super) fn unwant_socket(&mut self) {
        if !self.is_socket_wanted() {
            self.tell(Output::UnwantSocket);
        }
    }

    /// Tries again if the subscription wants that, otherwise ends it.
    pub(super) fn retry_or_fail(&mut self, now: Instant, id: &str, error: &Error) {
        let Some(entry) = self.subscriptions.get_mut(id) else { return };
        if !entry.subscription.auto_reconnect {
            self.fail(now, id, error.clone());
            return;
        }
        if let Some(limit) =
            entry.subscription.max_reconnect_attempts.filter(|limit| entry.attempts >= *limit)
        {
            let limit = limit.to_string();
            let pieces =
                ["Gave up after ", &limit, " attempts to reconnect. The last error: ", &error.message];
            self.fail(now, id, Error::of(Code::MaxReconnectAttempts, &pieces));
            return;
        }
        entry.attempts += 1;
        self.set_status(id, Status::Reconnecting);
        self.tell_error(id, error.clone());
    }

    /// Ends a subscription with an error.
    pub(super) fn fail(&mut self, now: Instant, id: &str, error: Error) {
        self.set_status(id, Status::Failed);
        let waiting = self.remove(now, id);
        self.settle_calls(waiting, &Err(error.clone()));
        self.notify(News::Failed { id: id.to_owned(), error });
        self.unwant_socket();
    }

    /// Takes a subscription out, and gives the calls that wait for it.
    fn remove(&mut self, now: Instant, id: &str) -> Vec<CallId> {
        let Some(entry) = self.subscriptions.remove(id) else { return Vec::new() };
        self.release(now, &entry.topic);
        self.tell(Output::Routes(Edit::DropSlot { slot: entry.slot }));
        entry.waiting
    }

    fn settle_if_live(&mut self, id: &str) {
        let entry = self.subscriptions.get_mut(id).filter(|entry| entry.status == Status::Live);
        let waiting = entry.map(|entry| std::mem::take(&mut entry.waiting)).unwrap_or_default();
        self.settle_calls(waiting, &Ok(()));
    }
}
