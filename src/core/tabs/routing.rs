//! Where data frames go: the part of each tab.

use super::Tabs;
use super::body::Body;
use super::output::Output;
use super::relay::{Relay, Routes};
use crate::core::edit::Edit;
use crate::core::ids::TabId;
use crate::core::time::Instant;

impl<R: Relay> Tabs<R> {
    /// This tab's own machine has written to its routing table.
    pub(super) fn edit(&mut self, now: Instant, edit: Edit<R::Routes>) {
        if !self.config.is_shared {
            self.tell(Output::Routes(edit));
            return;
        }
        match edit {
            Edit::Route { topic, routes } if self.is_serving => self.route(now, topic, routes),
            // What it gives up is begun again by another tab, with the same callback.
            Edit::Route { .. } => {}
            Edit::Unroute { topic } => self.unroute(now, topic),
            Edit::DropSlot { slot } => self.drop_slot(now, slot),
        }
    }

    fn route(&mut self, now: Instant, topic: String, routes: R::Routes) {
        if self.followers.is_empty() {
            self.local.remove(&topic);
            self.tell(Output::Routes(Edit::Route { topic, routes }));
            return;
        }
        match routes.part(&mut |slot| Self::is_own_slot(slot).then_some(slot)) {
            Some(part) if self.local.get(&topic) == Some(&part) => {}
            Some(part) => {
                self.local.insert(topic.clone(), part.clone());
                self.tell(Output::Routes(Edit::Route { topic: topic.clone(), routes: part }));
            }
            None => {
                self.local.remove(&topic);
                self.tell(Output::Routes(Edit::Unroute { topic: topic.clone() }));
            }
        }
        let tabs: Vec<TabId> = self.followers.keys().copied().collect();
        for tab in tabs {
            let (names, party) = (&self.names, self.party_of(tab));
            let of_tab = |slot| {
                names.owner_of_slot(slot).filter(|(owner, _)| Some(*owner) == party).map(|(_, slot)| slot)
            };
            let part = routes.part(&mut { of_tab });
            self.route_to(now, tab, &topic, part);
        }
        self.forward(topic);
    }

    fn route_to(&mut self, now: Instant, tab: TabId, topic: &str, part: Option<R::Routes>) {
        let Some(follower) = self.followers.get_mut(&tab) else { return };
        let former = match &part {
            Some(part) => follower.routes.insert(topic.to_owned(), part.clone()),
            None => follower.routes.remove(topic),
        };
        if former != part {
            self.send(now, tab, &Body::Routes(topic.to_owned(), part));
        }
    }

    fn unroute(&mut self, now: Instant, topic: String) {
        self.local.remove(&topic);
        self.tell(Output::Routes(Edit::Unroute { topic: topic.clone() }));
        let tabs: Vec<TabId> = self.followers.keys().copied().collect();
        for tab in tabs {
            self.route_to(now, tab, &topic, None);
        }
        self.forward(topic);
    }

    /// Tells the router which tabs get the frames of a topic, if that has changed.
    pub(super) fn forward(&mut self, topic: String) {
        let is_meant =
            |follower: &super::Follower<R>| !follower.is_frozen && follower.routes.contains_key(&topic);
        let tabs: Vec<TabId> =
            self.followers.iter().filter(|(_, follower)| is_meant(follower)).map(|(tab, _)| *tab).collect();
        let former = self.forwards.get(&topic).map(Vec::as_slice).unwrap_or_default();
        if former == tabs {
            return;
        }
        if tabs.is_empty() {
            self.forwards.remove(&topic);
        } else {
            self.forwards.insert(topic.clone(), tabs.clone());
        }
        self.tell(Output::Forward { topic, tabs });
    }

    fn drop_slot(&mut self, now: Instant, slot: u32) {
        if Self::is_own_slot(slot) {
            if self.is_serving {
                self.tell(Output::Routes(Edit::DropSlot { slot }));
            }
        } else if let Some((party, slot)) = self.names.drop_slot(slot)
            && self.is_following(party)
        {
            self.send(now, party.tab, &Body::DropSlot(slot));
        }
    }
}
