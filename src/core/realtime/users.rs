//! Whose the channels are: the access token, and another user's.

use super::{Output, Realtime, Timer};
use crate::core::access::Change;
use crate::core::error::{Code, Error};
use crate::core::payload::Payload;
use crate::core::realtime::channel::{Channel, State};
use crate::core::realtime::frame::Protocol;
use crate::core::realtime::presence::PresenceEvent;
use crate::core::time::Instant;

const OTHER_USER: &str = "Another user was signed in, or nobody any more, before this went out. What one user says is never \
    sent as another.";
const REPLACED: &str = "another user's token was set";

impl<P: Payload> Realtime<P> {
    /// The application has given or set a token.
    pub(super) fn token_given(&mut self, now: Instant, change: Change) {
        if change == (Change::User { had_former: true }) {
            self.change_user(now);
        }
        // The server answers a broadcast by HTTP in any case.
        self.send_held();
        if change == Change::Refreshed {
            self.push_token();
            // What was refused for the former token is joined with the fresh one at once.
            self.hasten(&|channel| channel.waits_for_token && channel.state == State::Waiting);
        }
    }

    /// Channels that are live stay so; those that wait for a token are told why.
    pub(super) fn token_delayed(&mut self, now: Instant, error: &Error) {
        for topic in self.topics_waiting() {
            for id in self.subscriptions.ids_of(&topic) {
                self.retry_or_fail(now, &id, error);
            }
        }
    }

    /// Gives the same user's fresh access token to every joined channel. The server never answers this.
    fn push_token(&mut self) {
        let (Some(socket), Some(token)) = (self.open_socket(), self.access.value.clone()) else { return };
        for topic in self.topics(&|channel| channel.join_ref().is_some()) {
            let Some(channel) = self.channels.get_mut(&topic) else { continue };
            let Some(join_ref) = channel.join_ref() else { continue };
            channel.token = self.access.version;
            channel.is_refreshing = true;
            let payload = P::object(vec![("access_token", P::string(&token))]);
            self.push(socket, &topic, join_ref, "access_token", payload);
        }
    }

    /// Another user is signed in, or none: what was the former user's ends now, and what is wanted begins anew. The server
    /// would go on with the former user's rows for seconds after a mere push of the token, and never tell of the next
    /// one's from between.
    fn change_user(&mut self, now: Instant) {
        if self.config.protocol == Protocol::V1 && self.socket.is_some() {
            // What the server says of its subscriptions names no join there: only the socket tells the users apart.
            self.lose_channels(now);
            self.tell(Output::ReplaceSocket { reason: REPLACED });
        }
        self.was_anothers = true;
        let error = Error::new(Code::UserChanged, OTHER_USER);
        self.refuse_held(&error);
        for topic in self.topics(&|_| true) {
            self.leave(&topic);
            self.cut(&topic, &error);
            self.clear_timer(Timer::Join, &topic);
            self.clear_timer(Timer::Tracking, &topic);
            for id in self.subscriptions.ids_of(&topic) {
                self.tell_interrupted(&id);
            }
            // The server's limits are for the next user too.
            let is_held_back = self.channels.get(&topic).is_some_and(Channel::is_held_back);
            if !is_held_back || self.deadline_of(Timer::Rejoin, &topic).is_none() {
                self.clear_timer(Timer::Rejoin, &topic);
                self.queue_join(&topic);
            }
        }
    }

    /// Nothing that comes on the topic is delivered until the server has answered another join, and nothing is left of
    /// what has come or was to be said.
    fn cut(&mut self, topic: &str, error: &Error) {
        self.drop_routes(topic);
        let Some(channel) = self.channels.get_mut(topic) else { return };
        let (had_people, calls) = channel.forget_user();
        self.settle_calls(calls, &Err(error.clone()));
        if had_people {
            self.tell_presence(topic, vec![PresenceEvent::Sync]);
        }
    }
}
