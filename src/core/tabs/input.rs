//! What goes in.

use super::output::Membership;
use super::relay::{CommandOf, Relay};
use crate::core::edit::Edit;
use crate::core::ids::{Slot, TabId};
use crate::core::news::News;
use crate::core::tabs::message::Epoch;
use crate::core::user::User;

/// What the browser has done about locks and channels.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<P> {
    /// The channels are open and the lock that says that this tab lives is held.
    Entered,
    /// This tab holds the leader's lock.
    Granted,
    /// It held it, and another one has taken it.
    Lost,
    /// The browser refuses its locks.
    Unavailable,
    /// The answer to [`Action::Check`](super::Action::Check): whether this tab holds the leader's lock.
    Checked(bool),
    /// The lock that said that a tab lives has become free.
    Gone(TabId),
    /// Another tab has said something.
    Said(P),
}

/// What has happened.
pub enum Input<R: Relay> {
    /// The application asks for something.
    Command(CommandOf<R>),
    /// The application is going to use what tabs have in common, though no connection: one of them has to lead.
    Start,
    /// The application has set an access token of the user that the session had before.
    Token(R::Payload),
    /// The session has learnt whose tab this is.
    User(User),
    /// This tab's own machine has news.
    News {
        /// Of a subscription or a call, as this machine has named them.
        news: News<R::Payload>,
        /// With a sync of presence of another tab's subscription: who is there.
        state: Option<R::Payload>,
    },
    /// This tab's own connection has news.
    Link(R::Link),
    /// This tab's own machine has written to its routing table.
    Routes(Edit<R::Routes>),
    /// The browser has done something about locks and channels.
    Event {
        /// Of which entering of a group.
        membership: Membership,
        /// What.
        event: Event<R::Payload>,
    },
    /// The answer to [`Output::Draw`](super::Output::Draw).
    Drawn {
        /// The group's.
        membership: Membership,
        /// A number that no leader has had before.
        epoch: Epoch,
    },
    /// There is a leader of this higher epoch, as the store has found.
    Fenced(Epoch),
    /// The other tabs are to be told this.
    Aside(R::Payload),
    /// Messages of a callback of this tab's were dropped, because it did not keep up.
    Overflow {
        /// Whose.
        slot: Slot,
        /// How many since the last time.
        count: u32,
    },
    /// The page has become visible.
    Visible,
    /// Nobody sees the page any more.
    Hidden,
    /// The page is put away or frozen, or closes.
    Suspend,
    /// The page is back.
    Resume,
    /// Time has passed.
    Wake,
}
