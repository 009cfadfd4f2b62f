//! One channel: from the wish to join to being truly live.

use crate::core::ids::CallId;
use crate::core::payload::Payload;
use crate::core::realtime::binding::Binding;
use crate::core::realtime::cause::Cause;
use crate::core::realtime::frame::{Inbound, Reference};
use crate::core::realtime::join_config::JoinConfig;
use crate::core::realtime::presence::{Presence, PresenceEvent};
use crate::core::realtime::routes::whole;
use crate::core::realtime::tracking::Tracking;
use crate::core::resilience::backoff::Backoff;
use crate::core::time::Instant;

/// A channel that was live for so long has forgotten its failures, in milliseconds.
const STEADY: u64 = 10_000;

/// How the server says that its connection for the database's broadcasts stands.
const REPLICATION_READY: &str = "Replication connection established";

/// What the server has still to say before a joined channel is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// That its subscription to the database's changes is.
    pub changes: bool,
    /// That its connection for the database's broadcasts is.
    pub replication: bool,
}

/// How far the join has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not joined.
    Waiting,
    /// `phx_join` is out.
    Joining(Reference),
    /// Joined, but the server has not yet said all that makes it live: rows committed now are lost.
    Subscribing(Reference, Awaited),
    /// Whatever the server has from now on will come.
    Live(Reference),
}

/// What is delivered of what comes on the topic. Data frames do not say of which join they are, and a former user's may
/// still be on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivers {
    /// Nothing: the server has not answered a join of this user's.
    Nothing,
    /// Broadcasts: the server's subscription to the database's changes does not stand yet, and the one before it was
    /// another user's.
    Broadcasts,
    /// All.
    All,
}

/// What a control frame meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<P> {
    /// Nothing to this channel as it is now.
    Nothing,
    /// The server took the join; its database subscription is still to come.
    Joined,
    /// Live.
    Live,
    /// Live as before, but the server has begun anew what it was live with: to listen to the database's changes if
    /// `changes`, otherwise to its broadcasts. Some of them may have been missed in between.
    BegunAnew {
        /// Which of the two.
        changes: bool,
    },
    /// It is not, or no longer, live.
    Down(Cause),
    /// Who is there has changed.
    Presence(Vec<PresenceEvent<P>>),
}

/// One channel.
#[derive(Debug)]
pub struct Channel<P> {
    /// What its subscriptions need together.
    pub config: JoinConfig,
    /// What the join that counts has asked for.
    pub asked: Option<JoinConfig>,
    /// How far it has come.
    pub state: State,
    /// The server's ids of the bindings; kept over rejoins, since each is a hash of the binding.
    pub binding_ids: Vec<(Binding, u64)>,
    /// The delays between joins.
    pub backoff: Backoff,
    /// It stands in the queue of those to be joined.
    pub is_queued: bool,
    /// The server has refused its last join: it is joined apart, because a refusal silences the whole socket.
    pub is_suspect: bool,
    /// The server limits it: a subscription that comes meanwhile waits for its backoff too.
    pub is_limited: bool,
    /// The server has no room for it until another channel is left.
    pub waits_for_slot: bool,
    /// The server has refused its last join for the token.
    pub waits_for_token: bool,
    /// What is delivered of what comes on the topic.
    pub delivers: Delivers,
    /// It was another user's before its next join.
    was_anothers: bool,
    /// The access token that the server has for it, by its version.
    pub token: u32,
    /// It has been given a fresh token, with which the server subscribes anew to the database's changes without a gap.
    pub is_refreshing: bool,
    /// The token has been refused in a way that another one mends at most once.
    pub had_other_token: bool,
    /// Until when it is certain to have been live.
    pub live_until: Option<Instant>,
    /// The join that was live when the link was last called down: if it outlives that, nothing was missed.
    pub outlives: Option<Reference>,
    /// Since when the join that counts, or the last one that did, is live.
    pub live_since: Option<Instant>,
    /// Who is there.
    pub presence: Presence<P>,
    /// What is tracked.
    pub tracking: Tracking<P>,
    /// The subscription that has tracked last: what it tracks ends with it.
    pub tracker: Option<String>,
    /// The bindings of the last join that came to be live: it was none of them that the database refuses next.
    proven: Vec<Binding>,
    /// What the server last complained of.
    complaint: Option<String>,
}

impl<P: Payload> Channel<P> {
    /// A channel to be joined. `was_anothers` says that another user has been on the socket: rows that come before the server's
    /// own subscription may be that user's.
    pub fn new(config: JoinConfig, backoff: Backoff, was_anothers: bool) -> Self {
        Self {
            config,
            asked: None,
            state: State::Waiting,
            binding_ids: Vec::new(),
            backoff,
            is_queued: false,
            is_suspect: false,
            is_limited: false,
            waits_for_slot: false,
            waits_for_token: false,
            delivers: Delivers::Nothing,
            was_anothers,
            token: 0,
            is_refreshing: false,
            had_other_token: false,
            live_until: None,
            outlives: None,
            live_since: None,
            presence: Presence::default(),
            tracking: Tracking::default(),
            tracker: None,
            proven: Vec::new(),
            complaint: None,
        }
    }

    /// The `join_ref` of the join that counts.
    pub fn join_ref(&self) -> Option<Reference> {
        match self.state {
            State::Waiting => None,
            State::Joining(reference) | State::Subscribing(reference, _) | State::Live(reference) => {
                Some(reference)
            }
        }
    }

    /// Whether pushes to it reach the server's channel.
    pub fn is_joined(&self) -> bool {
        matches!(self.state, State::Subscribing(..) | State::Live(_))
    }

    /// The server's id of a binding.
    pub fn binding_id(&self, binding: &Binding) -> Option<u64> {
        self.binding_ids.iter().find(|(known, _)| known == binding).map(|(_, id)| *id)
    }

    /// Whether these bindings may be what the database has just refused: one of them is new, or none that was asked for
    /// is.
    pub fn may_be_refused(&self, bindings: &[Binding]) -> bool {
        let is_new = |binding: &Binding| !self.proven.contains(binding);
        let asked = self.asked.as_ref().map_or(&[][..], |asked| &asked.bindings);
        bindings.iter().any(is_new) || !asked.iter().any(is_new)
    }

    /// `phx_join` goes out, with the access token of this version.
    pub fn join(&mut self, reference: Reference, token: u32) {
        self.state = State::Joining(reference);
        self.token = token;
        self.is_refreshing = false;
        self.is_limited = false;
        self.waits_for_token = false;
        self.asked = Some(self.config.clone());
        self.complaint = None;
        self.presence.rejoin();
    }

    /// The channel is no longer live; until `certain` the link brought all that the server sent. What a join's replay
    /// brings follows the reply, so a join proves something once a question asked after it has been answered.
    pub fn record_interruption(&mut self, now: Instant, certain: Option<Instant>) {
        // One that the server takes and ends at once would otherwise be joined without a pause.
        if self.live_since.is_some_and(|since| now.since(since) >= STEADY) {
            self.backoff.reset();
        }
        if certain > self.live_since {
            self.live_until = certain;
        }
    }

    /// Whether its backoff is due to a limit of the server's.
    pub fn is_held_back(&self) -> bool {
        self.is_limited || self.waits_for_slot
    }

    /// Another user's it is from now on: whether there was somebody there, and whose calls are left without an answer.
    pub fn forget_user(&mut self) -> (bool, Vec<CallId>) {
        self.delivers = Delivers::Nothing;
        self.was_anothers = true;
        self.is_suspect = false;
        self.had_other_token = false;
        self.complaint = None;
        // The next user has had nothing of it yet.
        self.live_until = None;
        self.live_since = None;
        self.outlives = None;
        self.tracker = None;
        if !self.is_held_back() {
            self.backoff.reset();
        }
        let had_people = !std::mem::take(&mut self.presence).is_empty();
        (had_people, self.tracking.drop_wanted())
    }

    /// The server has answered the join.
    pub fn joined(&mut self) {
        self.is_suspect = false;
        self.delivers = if self.was_anothers { Delivers::Broadcasts } else { Delivers::All };
    }

    /// All that makes it live has come.
    pub fn live(&mut self, now: Instant) {
        self.is_suspect = false;
        self.had_other_token = false;
        self.was_anothers = false;
        self.is_refreshing = false;
        self.delivers = Delivers::All;
        self.live_since = Some(now);
        self.tracking.rejoined();
    }

    /// Whether a frame is about the join that counts, or does not say so and comes where the join has been answered.
    pub fn is_current(&self, frame: &Inbound<P>) -> bool {
        match frame.join_ref {
            Some(_) => frame.join_ref == self.join_ref(),
            None => self.is_joined(),
        }
    }

    /// Reads a control frame of this topic. Frames of an earlier join are told apart by their reference. Protocol 1 has
    /// no `join_ref`: there `phx_close` and `phx_error` have the join's own reference, and the rest none at all.
    pub fn handle(&mut self, frame: &Inbound<P>) -> Event<P> {
        let current = self.join_ref();
        let of_this_join = current.is_some() && frame.join_ref == current;
        let unsaid = current.is_some() && frame.join_ref.is_none();
        match frame.event.as_str() {
            "phx_reply" => match self.state {
                State::Joining(reference) if frame.reference == Some(reference) => {
                    self.reply(reference, &frame.payload)
                }
                _ => Event::Nothing,
            },
            "system" if of_this_join || unsaid => self.system(&frame.payload, of_this_join),
            "phx_close" | "phx_error" if of_this_join || (unsaid && frame.reference == current) => {
                self.state = State::Waiting;
                let reason = text(&frame.payload, "reason");
                Event::Down(Cause::Closed(self.complaint.take().or(reason)))
            }
            "phx_close" | "phx_error" => {
                self.presence.forget_early();
                Event::Nothing
            }
            "presence_state" if self.is_joined() && self.tells_of_others(of_this_join || unsaid) => {
                Event::Presence(self.presence.state(&frame.payload))
            }
            "presence_diff" if self.is_joined() && self.tells_of_others(of_this_join || unsaid) => {
                Event::Presence(self.presence.diff(&frame.payload))
            }
            _ => Event::Nothing,
        }
    }

    fn tells_of_others(&self, is_current: bool) -> bool {
        // The server goes on sending what the join asked for, and a subscription that comes back needs to know who is there.
        let asked = self.asked.as_ref().and_then(|asked| asked.presence.as_ref());
        is_current && asked.is_some_and(|presence| presence.enabled)
    }

    fn reply(&mut self, reference: Reference, payload: &P) -> Event<P> {
        let response = payload.field("response");
        if text(payload, "status").as_deref() != Some("ok") {
            self.state = State::Waiting;
            let reason =
                response.and_then(|response| text(&response, "reason").or_else(|| response.as_text()));
            return Event::Down(Cause::Refused(reason.unwrap_or_default()));
        }
        self.complaint = None;
        let asked = self.asked.as_ref().unwrap_or(&self.config);
        let awaited = Awaited { changes: !asked.bindings.is_empty(), replication: asked.replication_ready };
        self.state = State::Subscribing(reference, awaited);
        if awaited.changes {
            let entries = response.and_then(|response| response.field("postgres_changes"));
            let found = entries.and_then(|entries| binding_ids(&asked.bindings, &entries));
            let Some(found) = found else { return Event::Down(Cause::OtherBinding) };
            self.binding_ids = found;
        }
        self.live_if_complete(reference, awaited).unwrap_or(Event::Joined)
    }

    fn live_if_complete(&mut self, reference: Reference, awaited: Awaited) -> Option<Event<P>> {
        if awaited.changes || awaited.replication {
            self.state = State::Subscribing(reference, awaited);
            return None;
        }
        self.state = State::Live(reference);
        self.proven = self.asked.as_ref().map(|asked| asked.bindings.clone()).unwrap_or_default();
        Some(Event::Live)
    }

    fn system(&mut self, payload: &P, of_this_join: bool) -> Event<P> {
        let about_changes = text(payload, "extension").as_deref() == Some("postgres_changes");
        let message = text(payload, "message");
        match text(payload, "status").as_deref() {
            Some("ok") if about_changes || message.as_deref() == Some(REPLICATION_READY) => {
                self.stands(about_changes)
            }
            // Where it does not say of which join it is, what comes before the reply is the earlier one's.
            Some("error") if about_changes && !of_this_join && matches!(self.state, State::Joining(_)) => {
                Event::Nothing
            }
            Some("error") if about_changes => {
                Event::Down(Cause::RefusedByDatabase(message.unwrap_or_default()))
            }
            Some("error") => {
                // A `phx_close` follows and ends the channel; it has no reason of its own.
                self.complaint = message;
                Event::Nothing
            }
            _ => Event::Nothing,
        }
    }

    /// The server's subscription to the database's changes stands, or its connection for the database's broadcasts.
    fn stands(&mut self, changes: bool) -> Event<P> {
        match self.state {
            State::Subscribing(reference, mut awaited) => {
                if changes {
                    awaited.changes = false;
                } else {
                    awaited.replication = false;
                }
                self.live_if_complete(reference, awaited).unwrap_or(Event::Nothing)
            }
            State::Live(_) if changes && std::mem::take(&mut self.is_refreshing) => Event::Nothing,
            State::Live(_) => Event::BegunAnew { changes },
            State::Waiting | State::Joining(_) => Event::Nothing,
        }
    }
}

/// The id of each binding asked for, in whatever order the server names them; `None` if it names others.
fn binding_ids<P: Payload>(bindings: &[Binding], entries: &P) -> Option<Vec<(Binding, u64)>> {
    let mut ids = Vec::new();
    for binding in bindings {
        ids.push((binding.clone(), id_of(binding, entries)?));
    }
    Some(ids)
}

fn id_of<P: Payload>(binding: &Binding, entries: &P) -> Option<u64> {
    for index in 0..entries.length()? {
        if let Some(entry) = entries.item(index).filter(|entry| binding.matches(entry)) {
            return whole(entry.field("id")?.as_number()?);
        }
    }
    None
}

fn text<P: Payload>(payload: &P, name: &str) -> Option<String> {
    payload.field(name)?.as_text()
}
