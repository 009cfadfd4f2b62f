//! What is numbered between a leader and a follower: commands one way, news the other.

use super::fields::{Fields, Portable};
use super::relay::{CommandOf, Relay};
use crate::core::ids::Slot;
use crate::core::news::News;
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
    Command(CommandOf<R>),
    /// To the leader: the application of a tab has set an access token of the same user.
    Token(R::Payload),
    /// To the leader: so many messages of a callback were dropped, because it did not keep up.
    Overflow(Slot, u32),
    /// To the leader: whether anybody sees a tab. One of which nothing is said is seen.
    Seen(bool),
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

impl<R: Relay> Body<R> {
    const fn kind(&self) -> usize {
        match self {
            Self::Command(_) => 0,
            Self::Token(_) => 1,
            Self::Overflow(..) => 2,
            Self::News { .. } => 3,
            Self::Link(_) => 4,
            Self::Routes(..) => 5,
            Self::DropSlot(_) => 6,
            Self::Echo(_) => 7,
            Self::Seen(_) => 8,
        }
    }

    fn of_kind(kind: usize) -> Option<Self> {
        Some(match kind {
            0 => Self::Command(Portable::blank()),
            1 => Self::Token(R::Payload::null()),
            2 => Self::Overflow(0, 0),
            3 => Self::News { news: Portable::<R::Payload>::blank(), state: None, after: 0 },
            4 => Self::Link(R::Link::blank()),
            5 => Self::Routes(String::new(), None),
            6 => Self::DropSlot(0),
            7 => Self::Echo(Echo {
                topic: String::new(),
                event: String::new(),
                payload: R::Payload::null(),
                is_bytes: false,
            }),
            8 => Self::Seen(false),
            _ => return None,
        })
    }
}

impl<R: Relay> Portable<R::Payload> for Body<R> {
    fn blank() -> Self {
        Self::DropSlot(0)
    }

    fn pass(&mut self, fields: &mut Fields<R::Payload>) {
        fields.kind(self, self.kind(), Self::of_kind);
        match self {
            Self::Command(command) => command.pass(fields),
            Self::Token(token) => fields.value(token),
            Self::Overflow(slot, count) => {
                fields.number(slot);
                fields.number(count);
            }
            Self::News { news, state, after } => {
                news.pass(fields);
                if fields.has(state.is_some()) {
                    fields.value(state.get_or_insert_with(R::Payload::null));
                }
                fields.large(after);
            }
            Self::Seen(is_seen) => fields.flag(is_seen),
            Self::Link(link) => link.pass(fields),
            Self::Routes(topic, routes) => {
                fields.text(topic);
                if fields.has(routes.is_some()) {
                    routes.get_or_insert_with(R::Routes::blank).pass(fields);
                }
            }
            Self::DropSlot(slot) => fields.number(slot),
            Self::Echo(Echo { topic, event, payload, is_bytes }) => {
                fields.text(topic);
                fields.text(event);
                fields.value(payload);
                fields.flag(is_bytes);
            }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::core::command::{Command, HttpBroadcast};
    use crate::core::error::{Code, Error};
    use crate::core::ids::CallId;
    use crate::core::news::{Continuity, PresenceEvent, Status};
    use crate::core::tabs::relay::{LinkNews, Routes, Subscription};
    use serde_json::{Value, json};

    /// Whatever it is: its JSON.
    #[derive(Clone, Debug, PartialEq)]
    struct Any(Value);

    struct AnyRelay;

    impl Relay for AnyRelay {
        type Payload = Value;
        type Subscription = Any;
        type Routes = Any;
        type Link = Any;
    }

    impl Portable<Value> for Any {
        fn blank() -> Self {
            Self(Value::Null)
        }

        fn pass(&mut self, fields: &mut Fields<Value>) {
            fields.value(&mut self.0);
        }
    }

    impl Subscription<Value> for Any {
        fn topic(&self) -> String {
            String::new()
        }

        fn hears_itself(&self) -> bool {
            false
        }
    }

    impl Routes<Value> for Any {
        fn part(&self, _: &mut dyn FnMut(Slot) -> Option<Slot>) -> Option<Self> {
            None
        }
    }

    impl LinkNews<Value> for Any {
        fn state(&self) -> Option<u8> {
            None
        }

        fn is_initial(&self) -> bool {
            false
        }

        fn after_loss(_: &[Self]) -> Vec<Self> {
            Vec::new()
        }

        fn after_end(_: &[Self]) -> Vec<Self> {
            Vec::new()
        }
    }

    fn commands() -> Vec<CommandOf<AnyRelay>> {
        let (call, id) = (CallId(7), "feed".to_owned());
        let payload = json!({ "a": [1, "ü"] });
        let (channel, event) = ("desk".to_owned(), "said".to_owned());
        vec![
            Command::Subscribe { call, id: id.clone(), subscription: Any(json!({ "x": 1 })), slot: 3 },
            Command::Unsubscribe { id: id.clone() },
            Command::Connect,
            Command::Release,
            Command::Disconnect,
            Command::Broadcast {
                call,
                id: id.clone(),
                event: event.clone(),
                payload: payload.clone(),
                is_bytes: true,
            },
            Command::HttpBroadcast(HttpBroadcast {
                call,
                channel,
                event,
                payload: payload.clone(),
                private: true,
            }),
            Command::Track { call, id: id.clone(), state: Some(payload) },
            Command::Track { call, id, state: None },
        ]
    }

    fn news() -> Vec<News<Value>> {
        let (id, key) = ("feed".to_owned(), "anna".to_owned());
        let (current, joined, left) =
            (vec![json!({ "a": 1 })], vec![json!({ "b": 2 })], vec![json!({ "c": 3 })]);
        let error = Error { code: Code::RateLimited, message: "later".into(), retry_after: Some(500) };
        let mut news = vec![
            News::Error { id: id.clone(), error: error.clone() },
            News::Failed { id: id.clone(), error: Error::new(Code::JoinRefused, "no") },
            News::System { id: id.clone(), payload: json!({ "status": "ok" }) },
            News::Settled { call: CallId(7), result: Ok(()) },
            News::Settled { call: CallId(7), result: Err(error) },
        ];
        let all = [Status::Joining, Status::Live, Status::Reconnecting, Status::Failed, Status::Closed];
        news.extend(all.map(|status| News::Status { id: id.clone(), status }));
        let both = [Continuity::Resumed, Continuity::Lost];
        news.extend(both.map(|continuity| News::Continuity { id: id.clone(), continuity }));
        let events = [
            PresenceEvent::Sync,
            PresenceEvent::Change {
                key: key.clone(),
                current: current.clone(),
                joined: joined.clone(),
                left: vec![],
            },
            PresenceEvent::Change { key, current, joined, left },
        ];
        news.extend(events.map(|event| News::Presence { id: id.clone(), event }));
        news
    }

    #[test]
    fn every_command_comes_back_as_it_was() {
        for command in commands() {
            let body = Body::<AnyRelay>::Command(command.clone()).to_payload();
            let read = match Body::<AnyRelay>::from_payload(&body) {
                Some(Body::Command(read)) => read,
                _ => panic!("{body}"),
            };
            assert_eq!(read, command);
        }
    }

    #[test]
    fn all_news_come_back_as_they_were() {
        for expected in news() {
            let body = Body::<AnyRelay>::News { news: expected.clone(), state: Some(json!({})), after: 9 };
            match Body::<AnyRelay>::from_payload(&body.to_payload()) {
                Some(Body::News { news, state, after }) => {
                    assert_eq!((news, state, after), (expected, Some(json!({})), 9));
                }
                _ => panic!("{expected:?}"),
            }
        }
    }

    #[test]
    fn the_rest_comes_back_as_it_was() {
        let echo =
            Echo { topic: "realtime:a".into(), event: "said".into(), payload: json!(1), is_bytes: false };
        let all: Vec<Body<AnyRelay>> = vec![
            Body::Token(json!({ "value": "a" })),
            Body::Overflow(3, 4),
            Body::Seen(true),
            Body::Link(Any(json!({ "up": true }))),
            Body::Routes("a".into(), Some(Any(json!({ "any": [1] })))),
            Body::Routes("a".into(), None),
            Body::DropSlot(3),
            Body::Echo(echo),
        ];
        for body in all {
            let written = body.to_payload();
            let read = Body::<AnyRelay>::from_payload(&written).map(|read| read.to_payload());
            assert_eq!(read, Some(written));
        }
    }

    #[test]
    fn what_lacks_a_field_or_has_one_of_another_type_is_no_body() {
        let mut all: Vec<Value> =
            commands().into_iter().map(|command| Body::<AnyRelay>::Command(command).to_payload()).collect();
        all.extend(
            news()
                .into_iter()
                .map(|news| Body::<AnyRelay>::News { news, state: None, after: 1 }.to_payload()),
        );
        for body in all {
            for length in 0..body.as_array().unwrap().len() {
                let short = Value::from(body.as_array().unwrap()[..length].to_vec());
                assert!(Body::<AnyRelay>::from_payload(&short).is_none(), "{short}");
            }
            for wrong in [json!(-1), json!(0.5), json!(99)] {
                let mut broken = body.clone();
                broken[0] = wrong.clone();
                assert!(Body::<AnyRelay>::from_payload(&broken).is_none(), "{broken}");
                broken = body.clone();
                broken[1] = wrong;
                assert!(Body::<AnyRelay>::from_payload(&broken).is_none(), "{broken}");
            }
        }
        assert!(Body::<AnyRelay>::from_payload(&json!({ "of": "later" })).is_none());
    }
}
