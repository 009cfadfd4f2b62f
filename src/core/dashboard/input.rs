//! What goes in.

use super::RequestId;
use crate::core::http::HttpAnswer;
use crate::core::ids::{CallId, SocketId};
use crate::core::page::PageEvent;
use crate::core::tabs::{self, Membership};
use crate::core::{cache, connectivity, health, realtime, session, store};

/// What has happened. What one machine alone is told is that machine's own enum.
#[derive(Clone, Debug)]
pub enum Input<P> {
    /// The application asks for something of realtime's.
    Realtime(realtime::Command<P>),
    /// The router says something.
    Traffic(realtime::Traffic<P>),
    /// Something has become of the access token, or the time is known.
    Session(session::Event),
    /// The application is going to use the store.
    OpenStore,
    /// The application asks for something of the store's.
    Store {
        /// The call to settle.
        call: CallId,
        /// What.
        command: store::input::Command<P>,
    },
    /// Something has become of the browser's storage.
    Storage(store::event::Event<P>),
    /// Something has become of a socket or a probe.
    Connectivity(connectivity::Event),
    /// Something has become of the page, or of the network.
    Page(PageEvent),
    /// Something is to be watched, or is known of what is watched.
    Health(health::Input),
    /// Something is asked of the cache, or was done for it.
    Cache(cache::input::Input<P>),
    /// The browser has done something about locks and channels.
    Tabs {
        /// Of which entering of a group.
        membership: Membership,
        /// What.
        event: tabs::Event<P>,
    },
    /// A socket is open.
    SocketOpened {
        /// Which.
        socket: SocketId,
        /// The wall clock, in milliseconds since 1970.
        epoch: u64,
    },
    /// The answer to a request.
    HttpDone {
        /// Which.
        request: RequestId,
        /// How it ended.
        answer: HttpAnswer<P>,
    },
    /// The time asked for by `next_timeout` has come.
    Wake,
}

impl<P> From<realtime::Command<P>> for Input<P> {
    fn from(command: realtime::Command<P>) -> Self {
        Self::Realtime(command)
    }
}

impl<P> From<realtime::Traffic<P>> for Input<P> {
    fn from(traffic: realtime::Traffic<P>) -> Self {
        Self::Traffic(traffic)
    }
}

impl<P> From<session::Event> for Input<P> {
    fn from(event: session::Event) -> Self {
        Self::Session(event)
    }
}

impl<P> From<connectivity::Event> for Input<P> {
    fn from(event: connectivity::Event) -> Self {
        Self::Connectivity(event)
    }
}

impl<P> From<health::Input> for Input<P> {
    fn from(input: health::Input) -> Self {
        Self::Health(input)
    }
}

impl<P> From<cache::input::Input<P>> for Input<P> {
    fn from(input: cache::input::Input<P>) -> Self {
        Self::Cache(input)
    }
}

impl<P> From<PageEvent> for Input<P> {
    fn from(event: PageEvent) -> Self {
        Self::Page(event)
    }
}
