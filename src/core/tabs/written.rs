//! Commands and news as values.

use super::body::{call, count, kind, optional};
use super::message::{flag, number, text};
use super::relay::Portable;
use crate::core::command::{Command, HttpBroadcast};
use crate::core::error::{Code, Error};
use crate::core::news::{Continuity, News, PresenceEvent, Status};
use crate::core::payload::Payload;

pub(super) fn write_command<S: Portable<P>, P: Payload>(command: &Command<S, P>) -> P {
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
        Command::HttpBroadcast(HttpBroadcast { call, channel, event, payload, private }) => {
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
    }
}

pub(super) fn read_command<S: Portable<P>, P: Payload>(value: &P) -> Option<Command<S, P>> {
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
        "http" => Command::HttpBroadcast(HttpBroadcast {
            call: call(value)?,
            channel: text(value, "channel")?,
            event: text(value, "event")?,
            payload: value.field("payload")?,
            private: flag(value, "private")?,
        }),
        "track" => Command::Track { call: call(value)?, id: id()?, state: optional(value, "state") },
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

pub(super) fn write_news<P: Payload>(news: &News<P>) -> P {
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

pub(super) fn read_news<P: Payload>(value: &P) -> Option<News<P>> {
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
