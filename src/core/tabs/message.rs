//! What tabs say to each other, as a value that a BroadcastChannel carries.
//!
//! Every message says of which group and protocol it is and who has sent it. One of another group or protocol is dropped,
//! except that tabs of any protocol understand who leads, since when and by which build.

use crate::core::ids::TabId;
use crate::core::payload::{MOST_EXACT, Payload};

/// Who leads when: a later leader's number is higher. Where there is no store that draws it two may draw the same.
pub type Epoch = u64;

/// What is said.
#[derive(Clone, Debug, PartialEq)]
pub enum Message<P> {
    /// To all: a tab wants to follow whoever leads.
    Hello {
        /// Which of its attempts.
        hello: u32,
        /// The highest epoch that it knows.
        highest: Epoch,
    },
    /// To one: the answer to its hello.
    Welcome {
        /// The attempt that this answers.
        hello: u32,
        /// Since when the sender leads.
        epoch: Epoch,
    },
    /// To all: the sender leads.
    Beat {
        /// Since when.
        epoch: Epoch,
        /// How many tabs there are.
        tabs: u32,
    },
    /// To the leader: the sender is there.
    Pong {
        /// By which hello it follows.
        hello: u32,
        /// The last number it has sent.
        sent: u64,
        /// The last number it has taken.
        heard: u64,
    },
    /// To one that has sent a pong: what the leader has taken.
    Heard {
        /// By which hello it follows.
        hello: u32,
        /// The last number.
        heard: u64,
    },
    /// To one that the leader does not know: say hello again.
    Again {
        /// By which hello it follows.
        hello: u32,
    },
    /// To all: somebody leads in an epoch below this one, and does not know.
    Higher {
        /// The highest epoch that the sender knows.
        epoch: Epoch,
    },
    /// To all: a tab of a newer build takes the lead.
    TakeOver,
    /// To all: the sender is being closed or put away.
    Goodbye,
    /// To all: something that the machines of every tab may want to know. It may be lost.
    Aside {
        /// What.
        body: P,
    },
    /// Something numbered, from a follower to its leader.
    Asked {
        /// By which hello the follower follows.
        hello: u32,
        /// The leader's epoch.
        epoch: Epoch,
        /// Its number.
        number: u64,
        /// What.
        body: P,
    },
    /// Something numbered, from a leader to a follower.
    Told {
        /// By which hello the follower follows.
        hello: u32,
        /// The leader's epoch.
        epoch: Epoch,
        /// Its number.
        number: u64,
        /// What.
        body: P,
    },
}

/// A message with its sender.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope<P> {
    /// The name of the group.
    pub group: String,
    /// The version of what is said.
    pub protocol: u32,
    /// The sender's build.
    pub build: u64,
    /// The sender.
    pub from: TabId,
    /// What it says.
    pub message: Message<P>,
}

/// Why a message is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// It is none.
    Malformed,
    /// It is of a kind that this build does not know.
    Unknown,
}

/// A number of any size from a message.
pub fn whole<P: Payload>(value: &P, name: &str) -> Option<u64> {
    let number = value.field(name)?.as_number()?;
    (number >= 0.0 && number.fract() == 0.0 && number <= MOST_EXACT).then_some(number as u64)
}

/// A number from a message.
pub fn number<P: Payload>(value: &P, name: &str) -> Option<u32> {
    u32::try_from(whole(value, name)?).ok()
}

/// A text from a message.
pub fn text<P: Payload>(value: &P, name: &str) -> Option<String> {
    value.field(name)?.as_text()
}

/// Yes or no from a message.
pub fn flag<P: Payload>(value: &P, name: &str) -> Option<bool> {
    value.field(name)?.as_boolean()
}

fn large<P: Payload>(number: u64) -> P {
    P::number(number as f64)
}

impl<P: Payload> Envelope<P> {
    /// As a value.
    pub fn to_payload(&self) -> P {
        let count = |number: u32| P::number(f64::from(number));
        let (kind, rest) = match &self.message {
            Message::Hello { hello, highest } => {
                ("hello", vec![("hello", count(*hello)), ("highest", large(*highest))])
            }
            Message::Welcome { hello, epoch } => {
                ("welcome", vec![("hello", count(*hello)), ("epoch", large(*epoch))])
            }
            Message::Beat { epoch, tabs } => ("beat", vec![("epoch", large(*epoch)), ("tabs", count(*tabs))]),
            Message::Pong { hello, sent, heard } => {
                ("pong", vec![("hello", count(*hello)), ("sent", large(*sent)), ("heard", large(*heard))])
            }
            Message::Heard { hello, heard } => {
                ("heard", vec![("hello", count(*hello)), ("heard", large(*heard))])
            }
            Message::Again { hello } => ("again", vec![("hello", count(*hello))]),
            Message::Higher { epoch } => ("higher", vec![("epoch", large(*epoch))]),
            Message::TakeOver => ("takeover", Vec::new()),
            Message::Goodbye => ("goodbye", Vec::new()),
            Message::Aside { body } => ("aside", vec![("body", body.clone())]),
            Message::Asked { hello, epoch, number, body } => {
                ("asked", numbered(*hello, *epoch, *number, body))
            }
            Message::Told { hello, epoch, number, body } => ("told", numbered(*hello, *epoch, *number, body)),
        };
        let mut fields = vec![
            ("group", P::string(&self.group)),
            ("protocol", count(self.protocol)),
            ("build", large(self.build)),
            ("from", large(self.from.0)),
            ("kind", P::string(kind)),
        ];
        fields.extend(rest);
        P::object(fields)
    }

    /// From a value.
    ///
    /// # Errors
    /// If it is none, or of an unknown kind.
    pub fn from_payload(value: &P) -> Result<Self, Dropped> {
        let read = || {
            let (group, kind) = (text(value, "group")?, text(value, "kind")?);
            let from = TabId(whole(value, "from")?);
            Some((group, number(value, "protocol")?, whole(value, "build")?, from, kind))
        };
        let (group, protocol, build, from, kind) = read().ok_or(Dropped::Malformed)?;
        let message = Self::message(value, &kind)?.ok_or(Dropped::Malformed)?;
        Ok(Self { group, protocol, build, from, message })
    }

    fn message(value: &P, kind: &str) -> Result<Option<Message<P>>, Dropped> {
        let hello = || number(value, "hello");
        let large = |name| whole(value, name);
        Ok(match kind {
            "hello" => hello().and_then(|hello| Some(Message::Hello { hello, highest: large("highest")? })),
            "welcome" => hello().and_then(|hello| Some(Message::Welcome { hello, epoch: large("epoch")? })),
            "beat" => {
                large("epoch").and_then(|epoch| Some(Message::Beat { epoch, tabs: number(value, "tabs")? }))
            }
            "pong" => hello().and_then(|hello| {
                Some(Message::Pong { hello, sent: large("sent")?, heard: large("heard")? })
            }),
            "heard" => hello().and_then(|hello| Some(Message::Heard { hello, heard: large("heard")? })),
            "again" => hello().map(|hello| Message::Again { hello }),
            "higher" => large("epoch").map(|epoch| Message::Higher { epoch }),
            "takeover" => Some(Message::TakeOver),
            "goodbye" => Some(Message::Goodbye),
            "aside" => value.field("body").map(|body| Message::Aside { body }),
            kind @ ("asked" | "told") => hello().and_then(|hello| {
                let (epoch, number, body) = (large("epoch")?, large("number")?, value.field("body")?);
                Some(match kind {
                    "asked" => Message::Asked { hello, epoch, number, body },
                    _ => Message::Told { hello, epoch, number, body },
                })
            }),
            _ => return Err(Dropped::Unknown),
        })
    }
}

fn numbered<P: Payload>(hello: u32, epoch: Epoch, number: u64, body: &P) -> Vec<(&'static str, P)> {
    let large = |number: u64| P::number(number as f64);
    vec![
        ("hello", P::number(f64::from(hello))),
        ("epoch", large(epoch)),
        ("number", large(number)),
        ("body", body.clone()),
    ]
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn envelope(message: Message<Value>) -> Envelope<Value> {
        let group = "wedsync/https://a.supabase.co/alice".to_owned();
        Envelope { group, protocol: 1, build: 2, from: TabId(MOST_EXACT as u64), message }
    }

    #[test]
    fn every_message_comes_back_as_it_was() {
        let body = json!({ "a": [1, null] });
        for message in [
            Message::Hello { hello: 1, highest: 2 },
            Message::Welcome { hello: 1, epoch: 3 },
            Message::Beat { epoch: 3, tabs: 10 },
            Message::Pong { hello: 1, sent: 7, heard: 8 },
            Message::Heard { hello: 1, heard: 7 },
            Message::Again { hello: 1 },
            Message::Higher { epoch: 4 },
            Message::TakeOver,
            Message::Goodbye,
            Message::Aside { body: body.clone() },
            Message::Asked { hello: 1, epoch: 3, number: 9, body: body.clone() },
            Message::Told { hello: 1, epoch: 3, number: 9, body },
        ] {
            let said = envelope(message);
            assert_eq!(Envelope::from_payload(&said.to_payload()), Ok(said));
        }
    }

    #[test]
    fn whatever_else_comes_is_told_from_a_message_and_never_trusted() {
        let whole = envelope(Message::Beat { epoch: 3, tabs: 10 }).to_payload();
        for name in ["group", "protocol", "build", "from", "kind", "epoch", "tabs"] {
            for wrong in [json!(null), json!(-1), json!(0.5), json!({}), json!(1e300)] {
                let mut broken = whole.clone();
                broken[name] = wrong;
                assert_eq!(Envelope::from_payload(&broken), Err(Dropped::Malformed), "{broken}");
            }
        }
        for value in [json!(null), json!("beat"), json!([1]), json!({})] {
            assert_eq!(Envelope::from_payload(&value), Err(Dropped::Malformed));
        }
        let mut later = whole;
        later["kind"] = json!("of a later build");
        assert_eq!(Envelope::from_payload(&later), Err(Dropped::Unknown));
    }
}
