//! News for the application.

use crate::core::error::Error;
use crate::core::page::Ticking;
use crate::core::tabs::role::Health;
use crate::core::{connectivity, health, realtime, store};

/// News for the application.
#[derive(Clone, Debug, PartialEq)]
pub enum Notification<P> {
    /// Of the connection.
    Connectivity(connectivity::News),
    /// Of a subscription or a call.
    Realtime(realtime::News<P>),
    /// Of what this device keeps.
    Store(store::output::News<P>),
    /// Of how everything is, and what health asks of the application's side.
    Health(health::Output),
    /// Which tab holds the connection, or how many share it, has changed.
    Tabs(Health),
    /// Who keeps the time of the tab that holds the connection.
    Ticking(Ticking),
    /// Another user's token is set, the first one's, or none any more: what the server refused may be asked for again.
    UserChanged,
    /// Something failed and is being retried that concerns no subscription alone.
    Error(Error),
}
