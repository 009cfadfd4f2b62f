//! News for the application.

use std::rc::Rc;

use crate::core::error::Error;
use crate::core::page::Ticking;
use crate::core::tabs::role::Health;
use crate::core::{cache, connectivity, health, realtime, store};

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
    /// Of what is kept, and what the cache asks of the application's side.
    Cache(cache::output::Output<P>),
    /// The disk has this under a key of the cache's: it is decoded, and given back as
    /// [`Input::Read`](cache::input::Input::Read).
    CacheFound {
        /// The answer to this.
        request: cache::input::RequestId,
        /// The key.
        key: Rc<str>,
        /// The entry's header.
        header: String,
        /// What is stored of its value.
        body: P,
    },
    /// Which tab holds the connection, or how many share it, has changed.
    Tabs(Health),
    /// Who keeps the time of the tab that holds the connection.
    Ticking(Ticking),
    /// Another user's token is set, the first one's, or none any more: what the server refused may be asked for again.
    UserChanged,
    /// Something failed and is being retried that concerns no subscription alone.
    Error(Error),
}
