//! Commands and news, as tabs say them to each other.

use super::fields::{Fields, Portable};
use crate::core::command::{Command, HttpBroadcast};
use crate::core::error::{Code, Error};
use crate::core::ids::CallId;
use crate::core::news::{Continuity, News, PresenceEvent, Status};
use crate::core::payload::Payload;

const fn kind_of<S, P>(command: &Command<S, P>) -> usize {
    match command {
        Command::Subscribe { .. } => 0,
        Command::Unsubscribe { .. } => 1,
        Command::Connect => 2,
        Command::Release => 3,
        Command::Disconnect => 4,
        Command::Broadcast { .. } => 5,
        Command::HttpBroadcast(_) => 6,
        Command::Track { .. } => 7,
    }
}

fn command<S: Portable<P>, P: Payload>(kind: usize) -> Option<Command<S, P>> {
    const CALL: CallId = CallId(0);
    Some(match kind {
        0 => Command::Subscribe { call: CALL, id: String::new(), subscription: S::blank(), slot: 0 },
        1 => Command::Unsubscribe { id: String::new() },
        2 => Command::Connect,
        3 => Command::Release,
        4 => Command::Disconnect,
        5 => Command::Broadcast {
            call: CALL,
            id: String::new(),
            event: String::new(),
            payload: P::null(),
            is_bytes: false,
        },
        6 => Command::HttpBroadcast(HttpBroadcast {
            call: CALL,
            channel: String::new(),
            event: String::new(),
            payload: P::null(),
            private: false,
        }),
        7 => Command::Track { call: CALL, id: String::new(), state: None },
        _ => return None,
    })
}

impl<S: Portable<P>, P: Payload> Portable<P> for Command<S, P> {
    fn blank() -> Self {
        Self::Connect
    }

    fn pass(&mut self, fields: &mut Fields<P>) {
        fields.kind(self, kind_of(self), command);
        match self {
            Self::Subscribe { call, id, subscription, slot } => {
                fields.number(&mut call.0);
                fields.text(id);
                fields.number(slot);
                subscription.pass(fields);
            }
            Self::Unsubscribe { id } => fields.text(id),
            Self::Connect | Self::Release | Self::Disconnect => {}
            Self::Broadcast { call, id: of, event, payload, is_bytes: flag }
            | Self::HttpBroadcast(HttpBroadcast { call, channel: of, event, payload, private: flag }) => {
                fields.number(&mut call.0);
                fields.text(of);
                fields.text(event);
                fields.value(payload);
                fields.flag(flag);
            }
            Self::Track { call, id, state } => {
                fields.number(&mut call.0);
                fields.text(id);
                if fields.has(state.is_some()) {
                    fields.value(state.get_or_insert_with(P::null));
                }
            }
        }
    }
}

const STATUSES: [Status; 5] =
    [Status::Joining, Status::Live, Status::Reconnecting, Status::Failed, Status::Closed];

const fn kind_of_news<P>(news: &News<P>) -> usize {
    match news {
        News::Status { .. } => 0,
        News::Continuity { .. } => 1,
        News::Error { .. } => 2,
        News::Failed { .. } => 3,
        News::Presence { .. } => 4,
        News::System { .. } => 5,
        News::Settled { .. } => 6,
    }
}

fn news<P: Payload>(kind: usize) -> Option<News<P>> {
    Some(match kind {
        0 => News::Status { id: String::new(), status: Status::Joining },
        1 => News::Continuity { id: String::new(), continuity: Continuity::Lost },
        2 => News::Error { id: String::new(), error: no_error() },
        3 => News::Failed { id: String::new(), error: no_error() },
        4 => News::Presence { id: String::new(), event: PresenceEvent::Sync },
        5 => News::System { id: String::new(), payload: P::null() },
        6 => News::Settled { call: CallId(0), result: Ok(()) },
        _ => return None,
    })
}

/// An error before it is read.
const fn no_error() -> Error {
    Error { code: Code::Disconnected, message: String::new(), retry_after: None }
}

impl<P: Payload> Portable<P> for News<P> {
    fn blank() -> Self {
        Self::Settled { call: CallId(0), result: Ok(()) }
    }

    fn pass(&mut self, fields: &mut Fields<P>) {
        fields.kind(self, kind_of_news(self), news);
        if let Some(id) = self.id_mut() {
            fields.text(id);
        }
        match self {
            Self::Status { status, .. } => fields.one_of(status, *status as usize, &STATUSES),
            Self::Continuity { continuity, .. } => {
                fields.one_of(continuity, *continuity as usize, &[Continuity::Resumed, Continuity::Lost]);
            }
            Self::Error { error, .. } | Self::Failed { error, .. } => fields.error(error),
            Self::Presence { event, .. } => pass_event(event, fields),
            Self::System { payload, .. } => fields.value(payload),
            Self::Settled { call, result } => {
                fields.number(&mut call.0);
                if fields.has(result.is_err()) && result.is_ok() {
                    *result = Err(no_error());
                }
                if let Err(error) = result {
                    fields.error(error);
                }
            }
        }
    }
}

fn presence<P>(kind: usize) -> Option<PresenceEvent<P>> {
    Some(match kind {
        0 => PresenceEvent::Sync,
        1 => PresenceEvent::Change {
            key: String::new(),
            current: Vec::new(),
            joined: Vec::new(),
            left: Vec::new(),
        },
        _ => return None,
    })
}

fn pass_event<P: Payload>(event: &mut PresenceEvent<P>, fields: &mut Fields<P>) {
    fields.kind(event, usize::from(!matches!(event, PresenceEvent::Sync)), presence);
    if let PresenceEvent::Change { key, current, joined, left } = event {
        fields.text(key);
        fields.values(current);
        fields.values(joined);
        fields.values(left);
    }
}
