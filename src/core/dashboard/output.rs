//! What comes out.

use super::Notification;
use crate::core::ids::{CallId, TabId};
use crate::core::log::LogEntry;
use crate::core::realtime::routes::Edit;
use crate::core::session::token::QuestionId;
use crate::core::store::operation::{Operation, OperationId};
use crate::core::tabs::body::Echo;
use crate::core::{connectivity, realtime, tabs};

/// Names a request over HTTP by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestId {
    /// Whether the project takes key and token. There is one at a time.
    Credentials,
    /// A broadcast, by the call that its answer settles.
    Broadcast(CallId),
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output<P> {
    /// Open a socket, close one, or probe.
    Connectivity(connectivity::Action),
    /// Send on a socket.
    Realtime(realtime::Action<P>),
    /// Write to the routing table.
    Routes(Edit),
    /// Do something about locks and channels; answer with [`Input::Tabs`](super::Input::Tabs).
    Tabs(tabs::Action<P>),
    /// Data frames of this topic go to these other tabs too, whether or not this tab has routes of it.
    Forward {
        /// The topic on the wire.
        topic: String,
        /// Which, and of each whether somebody sees it: those get frames once in 16 ms, the others once in 250. None any more
        /// if it is empty.
        tabs: Vec<(TabId, bool)>,
    },
    /// Deliver a broadcast of another tab's as if the server had sent it.
    Deliver(Echo<P>),
    /// Send a request to the project; answer with [`Input::HttpDone`](super::Input::HttpDone).
    Http {
        /// Its name.
        request: RequestId,
        /// Where to, below the project's URL.
        path: String,
        /// What to post, bytes or JSON; `None` to get.
        body: Option<P>,
        /// The access token; `None` for the key's own role.
        token: Option<String>,
        /// Give up after so many milliseconds.
        within: u64,
    },
    /// Ask the application for its access token; answer with [`Event::Token`] or [`Event::TokenFailed`].
    ///
    /// [`Event::Token`]: crate::core::session::Event::Token
    /// [`Event::TokenFailed`]: crate::core::session::Event::TokenFailed
    AskToken {
        /// The question's name, for the answer.
        question: QuestionId,
    },
    /// Ask the browser's storage; answer with [`Input::Storage`](super::Input::Storage).
    Storage {
        /// Its name.
        id: OperationId,
        /// What.
        operation: Operation<P>,
    },
    /// Close all that the browser's storage has opened for the former user, and tell nothing more of it.
    RenewStorage,
    /// Remember this user as the last on this device, or nobody.
    RememberUser(Option<String>),
    /// Tell the application.
    Notify(Notification<P>),
    /// Write down what happens, where that is asked for.
    Log(LogEntry),
}
