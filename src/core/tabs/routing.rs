//! Where data frames go: the part of each tab.

use super::Tabs;
use super::body::Body;
use super::names::{Party, is_given};
use super::output::Output;
use super::relay::{Relay, Routes};
use crate::core::edit::Edit;
use crate::core::ids::{Slot, TabId};
use crate::core::sorted_map::SortedMap;
use crate::core::time::Instant;

impl<R: Relay> Tabs<R> {
    /// This tab's own machine has written to its routing table.
    pub(super) fn edit(&mut self, now: Instant, edit: Edit<R::Routes>) {
        if !self.config.is_shared {
            self.tell(Output::Routes(edit));
            return;
        }
        match edit {
            // What it gives up is begun again by another tab, with the same callback.
            Edit::Route { .. } if !self.is_serving => {}
            Edit::Route { topic, routes } => self.route(now, topic, Some(routes)),
            Edit::Unroute { topic } => self.route(now, topic, None),
            Edit::DropSlot { slot } => self.drop_slot(now, slot),
        }
    }

    /// A topic has other routes, or none any more.
    fn route(&mut self, now: Instant, topic: String, routes: Option<R::Routes>) {
        if self.followers.is_empty() {
            self.local.remove(&topic);
            self.tell_routes(topic, routes);
            return;
        }
        let part = self.part(routes.as_ref(), None);
        if replace(&mut self.local, &topic, part.as_ref()) || part.is_none() {
            self.tell_routes(topic.clone(), part);
        }
        for tab in self.tabs() {
            let party = self.follower_of(tab).map(|follower| follower.party);
            let part = self.part(routes.as_ref(), party);
            let Some(follower) = self.follower_of(tab) else { continue };
            if replace(&mut follower.routes, &topic, part.as_ref()) {
                self.send(now, tab, Body::Routes(topic.clone(), part));
            }
        }
        self.forward(topic);
    }

    /// The part of a topic's routes that is a tab's, `None` for this one.
    fn part(&self, routes: Option<&R::Routes>, tab: Option<Party>) -> Option<R::Routes> {
        routes?.part(&mut |slot| self.names.slot_of(tab, slot))
    }

    /// Writes the routes of a topic to the router's table.
    pub(super) fn tell_routes(&mut self, topic: String, routes: Option<R::Routes>) {
        self.tell(Output::Routes(match routes {
            Some(routes) => Edit::Route { topic, routes },
            None => Edit::Unroute { topic },
        }));
    }

    /// The tabs that get the frames of a topic, and whether somebody sees them.
    pub(super) fn tabs_of(&self, topic: &str) -> Vec<(TabId, bool)> {
        let mut tabs = Vec::new();
        for follower in &self.followers {
            if !follower.is_frozen && follower.routes.contains_key(topic) {
                tabs.push((follower.party.tab, follower.is_seen));
            }
        }
        tabs
    }

    /// Tells the router which tabs get the frames of a topic.
    pub(super) fn forward(&mut self, topic: String) {
        let tabs = self.tabs_of(&topic);
        self.tell(Output::Forward { topic, tabs });
    }

    pub(super) fn forward_all(&mut self, topics: Vec<String>) {
        for topic in topics {
            self.forward(topic);
        }
    }

    fn drop_slot(&mut self, now: Instant, slot: Slot) {
        if is_given(slot) {
            if let Some((party, slot)) = self.names.drop_slot(slot)
                && self.follower(party).is_some()
            {
                self.send(now, party.tab, Body::DropSlot(slot));
            }
        } else if self.is_serving {
            self.tell(Output::Routes(Edit::DropSlot { slot }));
        }
    }
}

/// Sets the routes of a topic in a table; whether that changes anything.
fn replace<T: Clone + PartialEq>(table: &mut SortedMap<String, T>, topic: &str, routes: Option<&T>) -> bool {
    if table.get(topic) == routes {
        return false;
    }
    match routes {
        Some(routes) => table.insert(topic.to_owned(), routes.clone()),
        None => drop(table.remove(topic)),
    }
    true
}
