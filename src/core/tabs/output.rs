//! What comes out.

use super::body::Echo;
use super::relay::{CommandOf, Relay};
use super::role::Health;
use crate::core::edit::Edit;
use crate::core::ids::{Slot, TabId};
use crate::core::news::News;
use crate::core::tabs::message::Epoch;

/// Names one entering of a group, so that late events of a former one are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Membership(pub u32);

/// What the browser is to do about locks and channels.
#[derive(Clone, Debug, PartialEq)]
pub enum Action<P> {
    /// Open the channels of a group: one that all listen to, and one that only this tab does. Hold the lock named after
    /// this tab, which says that it lives; then [`Event::Entered`](super::Event::Entered).
    Enter {
        /// From now on.
        membership: Membership,
        /// The group's name, the same for all its tabs.
        group: String,
    },
    /// Close the channels and give all locks back.
    Leave,
    /// Queue for the leader's lock.
    Queue,
    /// Take the leader's lock from whoever holds it, and queue for it no longer. That this tab has taken it from itself is
    /// not told as a loss.
    Steal,
    /// Tell whether this tab holds the leader's lock.
    Check,
    /// Tell when the lock that says that another tab lives becomes free.
    Watch(TabId),
    /// That is of no interest any more.
    Unwatch(TabId),
    /// Take the frames that this tab forwards, and nobody else's: one that has lost the lead may not know it yet. If it is
    /// one's own, nobody's at all.
    TakeFrom(TabId),
    /// Say something to the others.
    Post {
        /// To whom; `None` for all of the group.
        to: Option<TabId>,
        /// What.
        message: P,
    },
}

/// What is to be done, in this order.
pub enum Output<R: Relay> {
    /// Hand this to this tab's own machine.
    Apply(CommandOf<R>),
    /// Tell the application.
    News(News<R::Payload>),
    /// Tell the application of the connection.
    Link(R::Link),
    /// Write to the router's table.
    Routes(Edit<R::Routes>),
    /// Frames of this topic go to these other tabs too. What waits for one that is seen or hidden from now on goes out
    /// before that.
    Forward {
        /// The topic on the wire.
        topic: String,
        /// Which, and of each whether somebody sees it: those get frames once in 16 ms, the others once in 250. None any more
        /// if it is empty.
        tabs: Vec<(TabId, bool)>,
    },
    /// Deliver a broadcast of another tab's as if the server had sent it.
    Deliver(Echo<R::Payload>),
    /// Hand on that messages of a callback were dropped.
    Overflow {
        /// Whose, as this tab's own machine calls it.
        slot: Slot,
        /// How many since the last time.
        count: u32,
    },
    /// Hand an access token that the application has set in another tab to the session.
    SetToken(R::Payload),
    /// Another tab has said something that this machine does not look into.
    Aside(R::Payload),
    /// Find out whose tab this is.
    AskUser,
    /// By the browser.
    Action(Action<R::Payload>),
    /// Draw the next epoch.
    Draw {
        /// The group's.
        membership: Membership,
        /// It is higher than this.
        above: Epoch,
    },
    /// Who serves this tab, or how many there are, has changed.
    Health(Health),
}
