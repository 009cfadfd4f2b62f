//! What is relayed here: subscriptions, routes and news of the connection, as small as they can be.

use serde_json::Value;
use wedsync_dashboard::core::ids::Slot;
use wedsync_dashboard::core::tabs::relay::{Fields, LinkNews, Portable, Relay, Routes, Subscription};

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
    fn blank() -> Self {
        Self { topic: String::new(), own: false }
    }

    fn pass(&mut self, fields: &mut Fields<Value>) {
        fields.text(&mut self.topic);
        fields.flag(&mut self.own);
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
    fn blank() -> Self {
        Self(Vec::new())
    }

    fn pass(&mut self, fields: &mut Fields<Value>) {
        fields.each(&mut self.0, Fields::number);
    }
}

impl Routes<Value> for Slots {
    fn part(&self, name: &mut dyn FnMut(Slot) -> Option<Slot>) -> Option<Self> {
        let slots: Vec<Slot> = self.0.iter().filter_map(|slot| name(*slot)).collect();
        (!slots.is_empty()).then_some(Self(slots))
    }
}

impl Portable<Value> for Link {
    fn blank() -> Self {
        Self::Down
    }

    fn pass(&mut self, fields: &mut Fields<Value>) {
        let mut is_up = *self == Self::Up;
        fields.flag(&mut is_up);
        *self = if is_up { Self::Up } else { Self::Down };
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
