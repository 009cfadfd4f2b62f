//! What is numbered between a leader and a follower: commands one way, news the other.

use super::message::{flag, number, text, whole};
use super::relay::{Portable, Relay};
use crate::core::command::Command;
use crate::core::error::{Code, Error};
use crate::core::ids::{CallId, Slot};
use crate::core::news::{Continuity, News, PresenceEvent, Status};
use crate::core::payload::Payload;

/// A broadcast of one tab's, which the server does not send back to the socket that they share.
#[derive(Clone, Debug, PartialEq)]
pub struct Echo<P> {
    /// The topic on the wire.
    pub topic: String,
    /// The broadcast's name.
    pub event: String,
    /// Its content.
    pub payload: P,
    /// Whether the content is bytes.
    pub is_bytes: bool,
}

/// What is said.
pub enum Body<R: Relay> {
    /// To the leader: the application of a tab asks for something.
    Command(Command<R::Subscription, R::Payload>),
    /// To the leader: the application of a tab has set an access token of the same user.
    Token(R::Payload),
    /// To a follower: news of its subscriptions and calls.
    News {
        /// What.
        news: News<R::Payload>,
        /// With a sync of presence: who is there.
        state: Option<R::Payload>,
        /// The number of the last command that the leader had then. What was asked for later it is not about.
        after: u64,
    },
    /// To a follower: news of the connection.
    Link(R::Link),
    /// To a follower: the routes of a topic, or that there are none.
    Routes(String, Option<R::Routes>),
    /// To a follower: nothing more goes to one of its callbacks.
    DropSlot(Slot),
    /// To a follower: a broadcast of another tab's.
    Echo(Echo<R::Payload>),
}

type Fields<'a, P> = Vec<(&'a str, P)>;

fn kind<'a, P: Payload>(name: &str, rest: Fields<'a, P>) -> P {
    let mut fields = vec![("of", P::string(name))];
    fields.extend(rest);
    P::object(fields)
}

fn count<P: Payload>(number: u32) -> P {
    P::number(f64::from(number))
}

fn call<P: Payload>(value: &P) -> Option<CallId> {
    number(value, "call").map(CallId)
}

/// A field that may be left out.
fn optional<P: Payload>(value: &P, name: &str) -> Option<P> {
    value.field(name).filter(|value| value.is_object() || value.length().is_some())
}

impl<R: Relay> Body<R> {
    /// As a value.
    pub fn to_payload(&self) -> R::Payload {
        type P<R> = <R as Relay>::Payload;
        match self {
            Self::Command(command) => kind("command", vec![("it", write_command(command))]),
            Self::Token(token) => kind("token", vec![("it", token.clone())]),
            Self::News { news, state, after } => {
                let mut fields = vec![("it", write_news(news)), ("after", P::<R>::number(*after as f64))];
                fields.extend(state.clone().map(|state| ("state", state)));
                kind("news", fields)
            }
            Self::Link(link) => kind("link", vec![("it", link.to_payload())]),
            Self::Routes(topic, routes) => {
                let mut fields = vec![("topic", P::<R>::string(topic))];
                fields.extend(routes.as_ref().map(|routes| ("it", routes.to_payload())));
                kind("routes", fields)
            }
            Self::DropSlot(slot) => kind("drop", vec![("slot", count(*slot))]),
            Self::Echo(Echo { topic, event, payload, is_bytes }) => kind(
                "echo",
                vec![
                    ("topic", P::<R>::string(topic)),
                    ("event", P::<R>::string(event)),
                    ("payload", payload.clone()),
                    ("bytes", P::<R>::boolean(*is_bytes)),
                ],
            ),
        }
    }

    /// From a value; `None` if it is none, or of a kind that this build does not know.
    pub fn from_payload(value: &R::Payload) -> Option<Self> {
        let it = || value.field("it");
        Some(match text(value, "of")?.as_str() {
            "command" => Self::Command(read_command(&it()?)?),
            "token" => Self::Token(it()?),
            "news" => Self::News {
                news: read_news(&it()?)?,
                state: optional(value, "state"),
                after: whole(value, "after")?,
            },
            "link" => Self::Link(R::Link::from_payload(&it()?)?),
            "routes" => {
                let routes = match optional(value, "it") {
                    Some(routes) => Some(R::Routes::from_payload(&routes)?),
                    None => None,
                };
                Self::Routes(text(value, "topic")?, routes)
            }
            "drop" => Self::DropSlot(number(value, "slot")?),
            "echo" => Self::Echo(Echo {
                topic: text(value, "topic")?,
                event: text(value, "event")?,
                payload: value.field("payload")?,
                is_bytes: flag(value, "bytes")?,
            }),
            _ => return None,
        })
    }
}

fn write_command<S: Portable<P>, P: Payload>(command: &Command<S, P>) -> P {
    let message = |event: &str, payload: &P| [("event", P::string(event)), ("payload", payload.clone())];
    match command {
        Command::Subscribe { call, id, subscription, slot } => kind(
            "subscribe",
            vec![
                ("call", count(call.0)),
                ("id", P::string(id)),
                ("subscription", subscription.to_payload()),
                ("slot", count(*slot)),
            ],
        ),
        Command::Unsubscribe { id } => kind("unsubscribe", vec![("id", P::string(id))]),
        Command::Connect => kind("connect", Vec::new()),
        Command::Release => kind("release", Vec::new()),
        Command::Disconnect => kind("disconnect", Vec::new()),
        Command::Broadcast { call, id, event, payload, is_bytes } => {
            let mut fields =
                vec![("call", count(call.0)), ("id", P::string(id)), ("bytes", P::boolean(*is_bytes))];
            fields.extend(message(event, payload));
            kind("broadcast", fields)
        }
        Command::HttpBroadcast { call, channel, event, payload, private } => {
            let mut fields = vec![
                ("call", count(call.0)),
                ("channel", P::string(channel)),
                ("private", P::boolean(*private)),
            ];
            fields.extend(message(event, payload));
            kind("http", fields)
        }
        Command::Track { call, id, state } => {
            let mut fields = vec![("call", count(call.0)), ("id", P::string(id))];
            fields.extend(state.clone().map(|state| ("state", state)));
            kind("track", fields)
        }
        Command::Overflow { slot, count: messages } => {
            kind("overflow", vec![("slot", count(*slot)), ("count", count(*messages))])
        }
    }
}

fn read_command<S: Portable<P>, P: Payload>(value: &P) -> Option<Command<S, P>> {
    let id = || text(value, "id");
    Some(match text(value, "of")?.as_str() {
        "subscribe" => Command::Subscribe {
            call: call(value)?,
            id: id()?,
            subscription: S::from_payload(&value.field("subscription")?)?,
            slot: number(value, "slot")?,
        },
        "unsubscribe" => Command::Unsubscribe { id: id()? },
        "connect" => Command::Connect,
        "release" => Command::Release,
        "disconnect" => Command::Disconnect,
        "broadcast" => Command::Broadcast {
            call: call(value)?,
            id: id()?,
            event: text(value, "event")?,
            payload: value.field("payload")?,
            is_bytes: flag(value, "bytes")?,
        },
        "http" => Command::HttpBroadcast {
            call: call(value)?,
            channel: text(value, "channel")?,
            event: text(value, "event")?,
            payload: value.field("payload")?,
            private: flag(value, "private")?,
        },
        "track" => Command::Track { call: call(value)?, id: id()?, state: optional(value, "state") },
        "overflow" => Command::Overflow { slot: number(value, "slot")?, count: number(value, "count")? },
        _ => return None,
    })
}

fn write_error<P: Payload>(error: &Error) -> P {
    let mut fields = vec![("code", P::string(error.code.as_str())), ("message", P::string(&error.message))];
    fields.extend(error.retry_after.map(|millis| ("retry", P::number(millis as f64))));
    P::object(fields)
}

fn read_error<P: Payload>(value: &P) -> Option<Error> {
    let name = text(value, "code")?;
    let code = *Code::ALL.iter().find(|code| code.as_str() == name)?;
    let retry_after = value.field("retry").and_then(|millis| millis.as_number()).map(|millis| millis as u64);
    Some(Error { code, message: text(value, "message")?, retry_after })
}

const STATUSES: [Status; 5] =
    [Status::Joining, Status::Live, Status::Reconnecting, Status::Failed, Status::Closed];

fn write_news<P: Payload>(news: &News<P>) -> P {
    let about = |name, id: &str, more: (&str, P)| kind(name, vec![("id", P::string(id)), more]);
    match news {
        News::Status { id, status } => about("status", id, ("status", P::string(status.as_str()))),
        News::Continuity { id, continuity } => {
            about("continuity", id, ("continuity", P::string(continuity.as_str())))
        }
        News::Error { id, error } => about("error", id, ("error", write_error(error))),
        News::Failed { id, error } => about("failed", id, ("error", write_error(error))),
        News::Presence { id, event } => about("presence", id, ("event", write_event(event))),
        News::System { id, payload } => about("system", id, ("payload", payload.clone())),
        News::Settled { call, result } => {
            let mut fields = vec![("call", count(call.0))];
            fields.extend(result.as_ref().err().map(|error| ("error", write_error(error))));
            kind("settled", fields)
        }
    }
}

fn read_news<P: Payload>(value: &P) -> Option<News<P>> {
    let name = text(value, "of")?;
    if name == "settled" {
        let result = match optional(value, "error") {
            Some(error) => Err(read_error(&error)?),
            None => Ok(()),
        };
        return Some(News::Settled { call: call(value)?, result });
    }
    let id = text(value, "id")?;
    let error = || read_error(&value.field("error")?);
    Some(match name.as_str() {
        "status" => {
            let status = text(value, "status")?;
            News::Status { id, status: *STATUSES.iter().find(|known| known.as_str() == status)? }
        }
        "continuity" => {
            let is_resumed = text(value, "continuity")? == Continuity::Resumed.as_str();
            let continuity = if is_resumed { Continuity::Resumed } else { Continuity::Lost };
            News::Continuity { id, continuity }
        }
        "error" => News::Error { id, error: error()? },
        "failed" => News::Failed { id, error: error()? },
        "presence" => News::Presence { id, event: read_event(&value.field("event")?)? },
        "system" => News::System { id, payload: value.field("payload")? },
        _ => return None,
    })
}

fn write_event<P: Payload>(event: &PresenceEvent<P>) -> P {
    let person = |name, key: &str, lists: [(&str, &Vec<P>); 2]| {
        let mut fields = vec![("key", P::string(key))];
        fields.extend(lists.map(|(name, list)| (name, P::array(list.clone()))));
        kind(name, fields)
    };
    match event {
        PresenceEvent::Sync => kind("sync", Vec::new()),
        PresenceEvent::Join { key, current, joined } => {
            person("join", key, [("current", current), ("joined", joined)])
        }
        PresenceEvent::Leave { key, current, left } => {
            person("leave", key, [("current", current), ("left", left)])
        }
        PresenceEvent::Update { key, current, joined, left } => {
            let mut written = person("update", key, [("current", current), ("joined", joined)]);
            written.set_field("left", P::array(left.clone()));
            written
        }
    }
}

fn read_event<P: Payload>(value: &P) -> Option<PresenceEvent<P>> {
    let list = |name| {
        let array = value.field(name)?;
        (0..array.length()?).map(|index| array.item(index)).collect::<Option<Vec<P>>>()
    };
    let key = || text(value, "key");
    Some(match text(value, "of")?.as_str() {
        "sync" => PresenceEvent::Sync,
        "join" => PresenceEvent::Join { key: key()?, current: list("current")?, joined: list("joined")? },
        "leave" => PresenceEvent::Leave { key: key()?, current: list("current")?, left: list("left")? },
        "update" => PresenceEvent::Update {
            key: key()?,
            current: list("current")?,
            joined: list("joined")?,
            left: list("left")?,
        },
        _ => return None,
    })
}
