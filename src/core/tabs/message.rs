//! What tabs say to each other.
//!
//! Every message says of which group and protocol it is and who has sent it. One of another group or protocol is dropped,
//! except that tabs of any protocol understand who leads, since when and by which build.

use super::fields::Fields;
use crate::core::ids::TabId;
use crate::core::payload::Payload;

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

impl<P: Payload> Message<P> {
    /// The number of its kind in what is written. A number once given stays what it is in every protocol.
    const fn kind(&self) -> usize {
        match self {
            Self::Hello { .. } => 0,
            Self::Welcome { .. } => 1,
            Self::Beat { .. } => 2,
            Self::Higher { .. } => 3,
            Self::TakeOver => 4,
            Self::Goodbye => 5,
            Self::Pong { .. } => 6,
            Self::Heard { .. } => 7,
            Self::Again { .. } => 8,
            Self::Aside { .. } => 9,
            Self::Asked { .. } => 10,
            Self::Told { .. } => 11,
        }
    }

    /// One of a kind, before it is read.
    fn blank(kind: usize) -> Option<Self> {
        Some(match kind {
            0 => Self::Hello { hello: 0, highest: 0 },
            1 => Self::Welcome { hello: 0, epoch: 0 },
            2 => Self::Beat { epoch: 0, tabs: 0 },
            3 => Self::Higher { epoch: 0 },
            4 => Self::TakeOver,
            5 => Self::Goodbye,
            6 => Self::Pong { hello: 0, sent: 0, heard: 0 },
            7 => Self::Heard { hello: 0, heard: 0 },
            8 => Self::Again { hello: 0 },
            9 => Self::Aside { body: P::null() },
            10 => Self::Asked { hello: 0, epoch: 0, number: 0, body: P::null() },
            11 => Self::Told { hello: 0, epoch: 0, number: 0, body: P::null() },
            _ => return None,
        })
    }

    fn pass(&mut self, fields: &mut Fields<P>) {
        match self {
            Self::Hello { hello, highest: number }
            | Self::Welcome { hello, epoch: number }
            | Self::Heard { hello, heard: number } => {
                fields.number(hello);
                fields.large(number);
            }
            Self::Beat { epoch, tabs } => {
                fields.large(epoch);
                fields.number(tabs);
            }
            Self::Pong { hello, sent, heard } => {
                fields.number(hello);
                fields.large(sent);
                fields.large(heard);
            }
            Self::Again { hello } => fields.number(hello),
            Self::Higher { epoch } => fields.large(epoch),
            Self::TakeOver | Self::Goodbye => {}
            Self::Aside { body } => fields.value(body),
            Self::Asked { hello, epoch, number, body } | Self::Told { hello, epoch, number, body } => {
                fields.number(hello);
                fields.large(epoch);
                fields.large(number);
                fields.value(body);
            }
        }
    }
}

impl<P: Payload> Envelope<P> {
    /// As a value.
    pub fn to_payload(mut self) -> P {
        let mut fields = Fields::writing();
        self.pass(&mut fields);
        fields.count(self.message.kind());
        self.message.pass(&mut fields);
        fields.written()
    }

    /// From a value.
    ///
    /// # Errors
    /// If it is none, or of an unknown kind.
    pub fn from_payload(value: &P) -> Result<Self, Dropped> {
        let mut fields = Fields::reading(value);
        let mut read = Self::blank();
        read.pass(&mut fields);
        match Message::blank(fields.count(0)) {
            Some(message) => read.message = message,
            None if fields.is_whole() => return Err(Dropped::Unknown),
            None => {}
        }
        read.message.pass(&mut fields);
        if fields.is_whole() { Ok(read) } else { Err(Dropped::Malformed) }
    }

    const fn blank() -> Self {
        Self { group: String::new(), protocol: 0, build: 0, from: TabId(0), message: Message::Goodbye }
    }

    /// What all messages begin with.
    fn pass(&mut self, fields: &mut Fields<P>) {
        fields.text(&mut self.group);
        fields.number(&mut self.protocol);
        fields.large(&mut self.build);
        fields.large(&mut self.from.0);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::core::payload::MOST_EXACT;
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
            assert_eq!(Envelope::from_payload(&said.clone().to_payload()), Ok(said));
        }
    }

    #[test]
    fn whatever_else_comes_is_told_from_a_message_and_never_trusted() {
        let whole = envelope(Message::Beat { epoch: 3, tabs: 10 }).to_payload();
        for at in 0..whole.as_array().unwrap().len() {
            for wrong in [json!(null), json!(-1), json!(0.5), json!({}), json!(1e300)] {
                let mut broken = whole.clone();
                broken[at] = wrong;
                assert_eq!(Envelope::from_payload(&broken), Err(Dropped::Malformed), "{broken}");
            }
            let short = Value::from(whole.as_array().unwrap()[..at].to_vec());
            assert_eq!(Envelope::from_payload(&short), Err(Dropped::Malformed), "{short}");
        }
        for value in [json!(null), json!("beat"), json!([1]), json!({})] {
            assert_eq!(Envelope::from_payload(&value), Err(Dropped::Malformed));
        }
        let mut later = whole.clone();
        later[4] = json!(99);
        assert_eq!(Envelope::from_payload(&later), Err(Dropped::Unknown));
        let mut longer = whole;
        longer.as_array_mut().unwrap().push(json!("of a later build"));
        assert!(Envelope::from_payload(&longer).is_ok());
    }
}
