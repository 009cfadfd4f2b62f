//! What is numbered between a leader and a follower: commands one way, news the other.

use super::message::{flag, number, text, whole};
use super::relay::{CommandOf, Portable, Relay};
use super::written::{read_command, read_news, write_command, write_news};
use crate::core::ids::{CallId, Slot};
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

pub(super) type Fields<'a, P> = Vec<(&'a str, P)>;

pub(super) fn kind<'a, P: Payload>(name: &str, rest: Fields<'a, P>) -> P {
    let mut fields = vec![("of", P::string(name))];
    fields.extend(rest);
    P::object(fields)
}

pub(super) fn count<P: Payload>(number: u32) -> P {
    P::number(f64::from(number))
}

pub(super) fn call<P: Payload>(value: &P) -> Option<CallId> {
    number(value, "call").map(CallId)
}

/// A field that may be left out.
pub(super) fn optional<P: Payload>(value: &P, name: &str) -> Option<P> {
    value.field(name).filter(|value| value.is_object() || value.length().is_some())
}

impl<R: Relay> Body<R> {
    /// As a value.
    pub fn to_payload(&self) -> R::Payload {
        type P<R> = <R as Relay>::Payload;
        match self {
            Self::Command(command) => kind("command", vec![("it", write_command(command))]),
            Self::Token(token) => kind("token", vec![("it", token.clone())]),
            Self::Overflow(slot, messages) => {
                kind("overflow", vec![("slot", count(*slot)), ("count", count(*messages))])
            }
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
            "overflow" => Self::Overflow(number(value, "slot")?, number(value, "count")?),
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

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::core::command::{Command, HttpBroadcast};
    use crate::core::error::{Code, Error};
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
        fn to_payload(&self) -> Value {
            self.0.clone()
        }

        fn from_payload(value: &Value) -> Option<Self> {
            Some(Self(value.clone()))
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
            PresenceEvent::Join { key: key.clone(), current: current.clone(), joined: joined.clone() },
            PresenceEvent::Leave { key: key.clone(), current: current.clone(), left: left.clone() },
            PresenceEvent::Update { key, current, joined, left },
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
    fn what_lacks_a_field_is_no_body() {
        let mut whole: Vec<Value> =
            commands().into_iter().map(|command| Body::<AnyRelay>::Command(command).to_payload()).collect();
        whole.extend(
            news()
                .into_iter()
                .map(|news| Body::<AnyRelay>::News { news, state: None, after: 1 }.to_payload()),
        );
        for body in whole {
            let names: Vec<String> = body["it"].as_object().unwrap().keys().cloned().collect();
            for name in names {
                let mut broken = body.clone();
                broken["it"].as_object_mut().unwrap().remove(&name);
                // Without a state nothing is tracked, without an error all went well.
                let may_lack = name == "state" || (name == "error" && body["it"]["of"] == "settled");
                assert_eq!(Body::<AnyRelay>::from_payload(&broken).is_some(), may_lack, "{broken}");
            }
        }
        assert!(Body::<AnyRelay>::from_payload(&json!({ "of": "later" })).is_none());
    }
}
