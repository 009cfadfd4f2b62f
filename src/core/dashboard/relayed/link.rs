//! What every tab is told of the one connection.

use crate::core::connectivity::{Connection, Heartbeat, News};
use crate::core::error::{Code, Error};
use crate::core::page::Ticking;
use crate::core::payload::Payload;
use crate::core::tabs::relay::{Fields, LinkNews, Portable};

/// What every tab is told of the one connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// What becomes of it.
    Connectivity(News),
    /// Who keeps the time of the tab that holds it.
    Ticking(Ticking),
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

fn of_kind(kind: usize) -> Option<Told> {
    Some(Told::Connectivity(match kind {
        0 => News::Connection(Connection::Idle),
        1 => News::Connected,
        2 => News::Disconnected { code: 0, reason: ELSEWHERE },
        3 => News::Heartbeat(Heartbeat::Sent),
        4 => News::Heartbeat(Heartbeat::Answered(0)),
        5 => News::Heartbeat(Heartbeat::TimedOut),
        6 => return Some(Told::Error(Error::new(Code::Unreachable, ""))),
        7 => return Some(Told::Ticking(Ticking::InWorker)),
        8 => return Some(Told::Ticking(Ticking::InPage)),
        _ => return None,
    }))
}

impl<P: Payload> Portable<P> for Told {
    fn blank() -> Self {
        Self::Connectivity(News::Connected)
    }

    fn pass(&mut self, fields: &mut Fields<P>) {
        let kind = match self {
            Self::Connectivity(News::Connection(_)) => 0,
            Self::Connectivity(News::Connected) => 1,
            Self::Connectivity(News::Disconnected { .. }) => 2,
            Self::Connectivity(News::Heartbeat(Heartbeat::Sent)) => 3,
            Self::Connectivity(News::Heartbeat(Heartbeat::Answered(_))) => 4,
            Self::Connectivity(News::Heartbeat(Heartbeat::TimedOut)) => 5,
            Self::Error(_) => 6,
            Self::Ticking(Ticking::InWorker) => 7,
            Self::Ticking(Ticking::InPage) => 8,
        };
        fields.kind(self, kind, of_kind);
        match self {
            Self::Connectivity(News::Connection(state)) => fields.one_of(state, *state as usize, &STATES),
            Self::Connectivity(News::Disconnected { code, .. }) => {
                *code = fields.count((*code).into()) as u16;
            }
            Self::Connectivity(News::Heartbeat(Heartbeat::Answered(millis))) => fields.large(millis),
            Self::Connectivity(News::Connected | News::Heartbeat(_)) | Self::Ticking(_) => {}
            Self::Error(error) => fields.error(error),
        }
    }
}

impl<P: Payload> LinkNews<P> for Told {
    fn state(&self) -> Option<u8> {
        match self {
            Self::Connectivity(News::Connection(_)) => Some(0),
            Self::Connectivity(News::Connected | News::Disconnected { .. }) => Some(1),
            Self::Ticking(_) => Some(2),
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
        let all = all.chain([Ticking::InWorker, Ticking::InPage].map(Told::Ticking));
        for told in all {
            let written: Value = told.clone().to_payload();
            assert_eq!(Told::from_payload(&written), Some(told), "{written}");
        }
        for other in [json!(null), json!([99]), json!([0, 4]), json!([4, false])] {
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
