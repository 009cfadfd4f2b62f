//! What is relayed here: subscriptions, routes and news of the connection, as small as they can be.

use serde_json::{Value, json};
use wedsync_dashboard::core::ids::Slot;
use wedsync_dashboard::core::tabs::relay::{LinkNews, Portable, Relay, Routes, Subscription};

/// A subscription to broadcasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub topic: String,
    /// Whether a socket's own broadcasts come back to it.
    pub own: bool,
}

/// Who gets the broadcasts of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slots(pub Vec<Slot>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Up,
    Down,
}

/// The types.
pub struct Model;

impl Relay for Model {
    type Payload = Value;
    type Subscription = Wish;
    type Routes = Slots;
    type Link = Link;
}

impl Portable<Value> for Wish {
    fn to_payload(&self) -> Value {
        json!({ "topic": self.topic, "own": self.own })
    }

    fn from_payload(value: &Value) -> Option<Self> {
        Some(Self { topic: value["topic"].as_str()?.into(), own: value["own"].as_bool()? })
    }
}

impl Subscription<Value> for Wish {
    fn topic(&self) -> String {
        self.topic.clone()
    }

    fn hears_itself(&self) -> bool {
        self.own
    }
}

impl Portable<Value> for Slots {
    fn to_payload(&self) -> Value {
        json!(self.0)
    }

    fn from_payload(value: &Value) -> Option<Self> {
        serde_json::from_value(value.clone()).ok().map(Self)
    }
}

impl Routes<Value> for Slots {
    fn part(&self, name: &mut dyn FnMut(Slot) -> Option<Slot>) -> Option<Self> {
        let slots: Vec<Slot> = self.0.iter().filter_map(|slot| name(*slot)).collect();
        (!slots.is_empty()).then_some(Self(slots))
    }
}

impl Portable<Value> for Link {
    fn to_payload(&self) -> Value {
        json!(*self == Self::Up)
    }

    fn from_payload(value: &Value) -> Option<Self> {
        Some(if value.as_bool()? { Self::Up } else { Self::Down })
    }
}

impl LinkNews<Value> for Link {
    fn state(&self) -> Option<u8> {
        Some(0)
    }

    fn is_initial(&self) -> bool {
        *self == Self::Down
    }

    fn after_loss(states: &[Self]) -> Vec<Self> {
        states.iter().filter(|state| **state == Self::Up).map(|_| Self::Down).collect()
    }

    fn after_end(states: &[Self]) -> Vec<Self> {
        Self::after_loss(states)
    }
}
