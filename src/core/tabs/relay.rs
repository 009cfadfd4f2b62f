//! What tabs say to each other of things that this machine does not look into.

pub use super::fields::{Fields, Portable};
use crate::core::command::Command;
use crate::core::ids::Slot;
use crate::core::payload::Payload;

/// The types that are passed on.
pub trait Relay {
    /// A JSON value.
    type Payload: Payload;
    /// What a subscription asks for.
    type Subscription: Subscription<Self::Payload>;
    /// Where the data frames of a topic go.
    type Routes: Routes<Self::Payload>;
    /// What is told of the connection to every tab.
    type Link: LinkNews<Self::Payload>;
}

/// What an application asks for.
pub type CommandOf<R> = Command<<R as Relay>::Subscription, <R as Relay>::Payload>;

/// What a subscription asks for.
pub trait Subscription<P>: Clone + PartialEq + Portable<P> {
    /// The topic on the wire.
    fn topic(&self) -> String;
    /// Whether the server sends a socket's own broadcasts back to it.
    fn hears_itself(&self) -> bool;
}

/// The routes of one topic.
pub trait Routes<P>: Clone + PartialEq + Portable<P> {
    /// The part of those slots for which there is a name, under that name; `None` if there is none.
    fn part(&self, name: &mut dyn FnMut(Slot) -> Option<Slot>) -> Option<Self>;
}

/// News of the connection.
pub trait LinkNews<P>: Clone + PartialEq + Portable<P> {
    /// Which state this sets, if it sets one: whoever comes later is told the last of each.
    fn state(&self) -> Option<u8>;
    /// Whether it says what a tab takes for granted that has been told nothing yet.
    fn is_initial(&self) -> bool;
    /// What is told when the connection is gone with the tab that held it, after the last of each state.
    fn after_loss(states: &[Self]) -> Vec<Self>;
    /// What is told when the application has ended everything in a tab, while another one keeps the connection.
    fn after_end(states: &[Self]) -> Vec<Self>;
}
