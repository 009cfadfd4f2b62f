//! One channel: from the wish to join to being truly live.

use crate::core::error::Code;
use crate::core::payload::Payload;
use crate::core::realtime::binding::Binding;
use crate::core::realtime::frame::{Inbound, Reference};
use crate::core::realtime::remedy::Remedy;
use crate::core::realtime::routes::whole;
use crate::core::realtime::subscriptions::{Source, Subscription};
use crate::core::resilience::backoff::Backoff;

/// What a join asks for. Subscriptions of one topic must agree on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinConfig {
    /// Whether policies authorize it.
    pub private: bool,
    /// Whether one's own broadcasts come back.
    pub own: bool,
    /// The binding to the database's changes.
    pub binding: Option<Binding>,
}

impl JoinConfig {
    /// What a subscription needs.
    pub fn of(subscription: &Subscription) -> Self {
        let (own, binding) = match &subscription.source {
            Source::Broadcast { own, .. } => (*own, None),
            Source::Changes(binding) => (false, Some(binding.clone())),
        };
        Self { private: subscription.private, own, binding }
    }

    /// The payload of `phx_join`.
    pub fn to_payload<P: Payload>(&self, access_token: Option<&str>) -> P {
        let config = P::object(vec![
            ("broadcast", P::object(vec![("ack", P::boolean(false)), ("self", P::boolean(self.own))])),
            ("presence", P::object(vec![("key", P::string("")), ("enabled", P::boolean(false))])),
            ("postgres_changes", P::array(self.binding.iter().map(Binding::to_payload).collect())),
            ("private", P::boolean(self.private)),
        ]);
        let mut fields = vec![("config", config)];
        if let Some(token) = access_token {
            fields.push(("access_token", P::string(token)));
        }
        P::object(fields)
    }
}

/// How far the join has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not joined.
    Waiting,
    /// `phx_join` is out.
    Joining(Reference),
    /// Joined, but the server has not yet said that its database subscription is live: rows committed now are lost.
    Subscribing(Reference),
    /// Whatever the server has from now on will come.
    Live(Reference),
}

/// What a control frame meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Nothing to this channel as it is now.
    Nothing,
    /// The server took the join; its database subscription is still to come.
    Joined,
    /// Live.
    Live,
    /// It is not, or no longer, live.
    Down(Cause),
}

/// Why a channel is not live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The server refused the join, with its reason.
    Refused(String),
    /// The database refused what the binding asks, with the server's reason.
    RefusedByDatabase(String),
    /// The server's reply named another binding than the one asked for.
    OtherBinding,
    /// The server closed the channel, with its reason if it gave one.
    Closed(Option<String>),
    /// The server did not answer the join in time.
    Silence,
}

impl Cause {
    fn said(&self) -> Option<&str> {
        match self {
            Self::Refused(reason) | Self::RefusedByDatabase(reason) => Some(reason.as_str()),
            Self::Closed(reason) => reason.as_deref(),
            Self::OtherBinding | Self::Silence => None,
        }
        .filter(|reason| !reason.is_empty())
    }

    /// What to do about it.
    pub fn remedy(&self) -> Remedy {
        self.said().map_or(Remedy::Retry, Remedy::of)
    }

    /// The error's code.
    pub fn code(&self) -> Code {
        match (self.remedy(), self) {
            (Remedy::RefreshToken, _) => Code::TokenExpired,
            (Remedy::SlowDown | Remedy::WaitForSlot, _) => Code::RateLimited,
            (Remedy::GiveUp, Self::RefusedByDatabase(_)) => Code::SubscriptionRefused,
            (Remedy::GiveUp, _) => Code::JoinRefused,
            (Remedy::Retry, Self::Closed(_)) => Code::ChannelClosed,
            (Remedy::Retry, Self::Silence) => Code::JoinTimeout,
            (Remedy::Retry, _) => Code::JoinFailed,
        }
    }

    /// The error's sentence about the channel of this name.
    pub fn sentence(&self, channel: &str) -> String {
        let (beginning, end) = match (self.said(), self) {
            (Some(reason), _) => return ["The server said of \"", channel, "\": ", reason].concat(),
            (_, Self::OtherBinding) => ("The server answered for another binding than that of \"", "\"."),
            (_, Self::Silence) => ("The server did not answer the join of \"", "\" in time."),
            (_, Self::Closed(_)) => ("The server closed \"", "\" without a reason."),
            (_, Self::Refused(_) | Self::RefusedByDatabase(_)) => {
                ("The server refused \"", "\" without a reason.")
            }
        };
        [beginning, channel, end].concat()
    }
}

/// One channel.
#[derive(Debug)]
pub struct Channel {
    /// What the join asks for.
    pub config: JoinConfig,
    /// How far it has come.
    pub state: State,
    /// The server's id of the binding; kept over rejoins, since it is a hash of the binding.
    pub binding_id: Option<u64>,
    /// The delays between joins.
    pub backoff: Backoff,
    /// What the server last complained of.
    complaint: Option<String>,
}

impl Channel {
    /// A channel to be joined.
    pub fn new(config: JoinConfig, backoff: Backoff) -> Self {
        Self { config, state: State::Waiting, binding_id: None, backoff, complaint: None }
    }

    /// The `join_ref` of the join that counts.
    pub fn join_ref(&self) -> Option<Reference> {
        match self.state {
            State::Waiting => None,
            State::Joining(reference) | State::Subscribing(reference) | State::Live(reference) => {
                Some(reference)
            }
        }
    }

    /// Whether pushes to it reach the server's channel.
    pub fn is_joined(&self) -> bool {
        matches!(self.state, State::Subscribing(_) | State::Live(_))
    }

    /// Reads a control frame of this topic. Frames of an earlier join are told apart by their reference.
    pub fn handle<P: Payload>(&mut self, frame: &Inbound<P>) -> Event {
        let current = self.join_ref();
        let is_current = current.is_some() && frame.join_ref == current;
        match (frame.event.as_str(), self.state) {
            ("phx_reply", State::Joining(reference)) if frame.reference == Some(reference) => {
                self.reply(reference, &frame.payload)
            }
            ("system", _) if is_current => self.system(&frame.payload),
            ("phx_close" | "phx_error", _) if is_current => {
                self.state = State::Waiting;
                let reason = text(&frame.payload, "reason");
                Event::Down(Cause::Closed(self.complaint.take().or(reason)))
            }
            _ => Event::Nothing,
        }
    }

    fn reply<P: Payload>(&mut self, reference: Reference, payload: &P) -> Event {
        let response = payload.field("response");
        if text(payload, "status").as_deref() != Some("ok") {
            self.state = State::Waiting;
            let reason =
                response.and_then(|response| text(&response, "reason").or_else(|| response.as_text()));
            return Event::Down(Cause::Refused(reason.unwrap_or_default()));
        }
        self.complaint = None;
        let Some(binding) = &self.config.binding else {
            self.state = State::Live(reference);
            return Event::Live;
        };
        self.state = State::Subscribing(reference);
        let entry = response.and_then(|response| response.field("postgres_changes")?.item(0));
        match entry
            .filter(|entry| binding.matches(entry))
            .and_then(|entry| whole(entry.field("id")?.as_number()?))
        {
            Some(id) => {
                self.binding_id = Some(id);
                Event::Joined
            }
            None => Event::Down(Cause::OtherBinding),
        }
    }

    fn system<P: Payload>(&mut self, payload: &P) -> Event {
        let about_changes = text(payload, "extension").as_deref() == Some("postgres_changes");
        match (text(payload, "status").as_deref(), self.state) {
            (Some("ok"), State::Subscribing(reference)) if about_changes => {
                self.state = State::Live(reference);
                Event::Live
            }
            (Some("error"), _) if about_changes => {
                Event::Down(Cause::RefusedByDatabase(text(payload, "message").unwrap_or_default()))
            }
            (Some("error"), _) => {
                // A `phx_close` follows and ends the channel; it has no reason of its own.
                self.complaint = text(payload, "message");
                Event::Nothing
            }
            _ => Event::Nothing,
        }
    }
}

fn text<P: Payload>(payload: &P, name: &str) -> Option<String> {
    payload.field(name)?.as_text()
}
