//! What every tab is told of the one connection.

use crate::core::connectivity::{Connection, Heartbeat, News};
use crate::core::error::{Code, Error};
use crate::core::payload::Payload;
use crate::core::tabs::relay::{LinkNews, Portable};

/// What every tab is told of the one connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// What becomes of it.
    Connectivity(News),
    /// Something failed and is being retried that concerns no subscription alone.
    Error(Error),
}

impl Told {
    /// Whether it says that the connection may be counted on.
    pub fn is_up(&self) -> bool {
        *self == Self::Connectivity(News::Connected)
    }
}

const STATES: [Connection; 4] =
    [Connection::Idle, Connection::Connecting, Connection::Connected, Connection::Disconnected];
/// The reasons that another tab's connection ends for are not told in words.
const ELSEWHERE: &str = "the connection was lost in the tab that holds it";

impl<P: Payload> Portable<P> for Told {
    fn to_payload(&self) -> P {
        let kind = |name, rest: Option<(&'static str, P)>| {
            P::object([("of", P::string(name))].into_iter().chain(rest).collect())
        };
        match self {
            Self::Connectivity(News::Connection(state)) => {
                kind("connection", Some(("state", P::string(state.as_str()))))
            }
            Self::Connectivity(News::Connected) => kind("connected", None),
            Self::Connectivity(News::Disconnected { code, .. }) => {
                kind("disconnected", Some(("code", P::number(f64::from(*code)))))
            }
            Self::Connectivity(News::Heartbeat(heartbeat)) => match heartbeat {
                Heartbeat::Sent => kind("beat", None),
                Heartbeat::Answered(millis) => kind("beat", Some(("millis", P::number(*millis as f64)))),
                Heartbeat::TimedOut => kind("beat", Some(("millis", P::boolean(false)))),
            },
            Self::Error(error) => {
                let mut written = kind("error", Some(("code", P::string(error.code.as_str()))));
                written.set_field("message", P::string(&error.message));
                if let Some(millis) = error.retry_after {
                    written.set_field("retry", P::number(millis as f64));
                }
                written
            }
        }
    }

    fn from_payload(value: &P) -> Option<Self> {
        let text = |name| value.field(name)?.as_text();
        let number = |name| value.field(name).and_then(|number| number.as_number());
        let news = match text("of")?.as_str() {
            "connection" => {
                let state = text("state")?;
                News::Connection(*STATES.iter().find(|known| known.as_str() == state)?)
            }
            "connected" => News::Connected,
            "disconnected" => News::Disconnected { code: number("code")? as u16, reason: ELSEWHERE },
            "beat" => News::Heartbeat(match value.field("millis") {
                None => Heartbeat::Sent,
                Some(millis) => millis
                    .as_number()
                    .map_or(Heartbeat::TimedOut, |millis| Heartbeat::Answered(millis as u64)),
            }),
            "error" => {
                let name = text("code")?;
                let code = *Code::ALL.iter().find(|code| code.as_str() == name)?;
                let retry_after = number("retry").map(|millis| millis as u64);
                return Some(Self::Error(Error { code, message: text("message")?, retry_after }));
            }
            _ => return None,
        };
        Some(Self::Connectivity(news))
    }
}

impl<P: Payload> LinkNews<P> for Told {
    fn state(&self) -> Option<u8> {
        match self {
            Self::Connectivity(News::Connection(_)) => Some(0),
            Self::Connectivity(News::Connected | News::Disconnected { .. }) => Some(1),
            Self::Connectivity(News::Heartbeat(_)) | Self::Error(_) => None,
        }
    }

    fn is_initial(&self) -> bool {
        matches!(self, Self::Connectivity(News::Connection(Connection::Idle) | News::Disconnected { .. }))
    }

    fn after_loss(states: &[Self]) -> Vec<Self> {
        let reason = "the tab that held the connection is gone";
        ended(states, Connection::Disconnected, News::Disconnected { code: 0, reason })
    }

    fn after_end(states: &[Self]) -> Vec<Self> {
        let reason = "disconnect() was called";
        ended(states, Connection::Idle, News::Disconnected { code: 1000, reason })
    }
}

/// What is told once the connection is in this state, and was in those.
fn ended(states: &[Told], state: Connection, news: News) -> Vec<Told> {
    let mut told = Vec::new();
    let is_other = |known: &Told| matches!(known, Told::Connectivity(News::Connection(known)) if *known != Connection::Idle);
    if states.iter().any(is_other) {
        told.push(Told::Connectivity(News::Connection(state)));
    }
    if states.iter().any(Told::is_up) {
        told.push(Told::Connectivity(news));
    }
    told
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn all_that_is_told_comes_back_as_it_was() {
        let error =
            Error { code: Code::Unreachable, message: "nothing answers".into(), retry_after: Some(5) };
        let mut all = vec![
            News::Connected,
            News::Disconnected { code: 1006, reason: ELSEWHERE },
            News::Heartbeat(Heartbeat::Sent),
            News::Heartbeat(Heartbeat::Answered(40)),
            News::Heartbeat(Heartbeat::TimedOut),
        ];
        all.extend(STATES.map(News::Connection));
        let all = all.into_iter().map(Told::Connectivity).chain([Told::Error(error)]);
        for told in all {
            let written: Value = told.to_payload();
            assert_eq!(Told::from_payload(&written), Some(told), "{written}");
        }
        for other in [json!(null), json!({ "of": "later" }), json!({ "of": "connection", "state": "later" })]
        {
            assert_eq!(Told::from_payload(&other), None);
        }
    }

    #[test]
    fn only_a_connection_that_was_up_is_told_to_be_gone() {
        let up = [News::Connection(Connection::Connected), News::Connected].map(Told::Connectivity);
        let told = <Told as LinkNews<Value>>::after_loss(&up);
        assert_eq!(told.len(), 2);
        assert!(matches!(told[1], Told::Connectivity(News::Disconnected { code: 0, .. })));
        let trying = [Told::Connectivity(News::Connection(Connection::Connecting))];
        let told = <Told as LinkNews<Value>>::after_end(&trying);
        assert_eq!(told, [Told::Connectivity(News::Connection(Connection::Idle))]);
        assert!(<Told as LinkNews<Value>>::after_loss(&[]).is_empty());
    }
}
