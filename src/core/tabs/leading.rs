//! This tab serves: itself, and those that follow it.

use super::Tabs;
use super::body::Body;
use super::link::Link;
use super::message::{Epoch, Message};
use super::names::Party;
use super::output::{Action, Output};
use super::relay::{LinkNews, Portable, Relay};
use super::role::Role;
use super::wants::Wants;
use crate::core::command::Command;
use crate::core::ids::TabId;
use crate::core::sorted_map::SortedMap;
use crate::core::time::Instant;

/// A follower that has said nothing for so long is frozen: it is not written to any more, in milliseconds.
const FROZEN: u64 = 35_000;

/// So many tabs that have gone are known by their last hello. What was on its way for longer than that many took to come and
/// go does not come.
const MOST_FORGOTTEN: usize = 100;

/// A tab that follows.
pub(super) struct Follower<R: Relay> {
    pub(super) party: Party,
    pub(super) link: Link<R::Payload>,
    pub(super) wants: Wants<R>,
    /// Its part of the routes of each topic.
    pub(super) routes: SortedMap<String, R::Routes>,
    heard_at: Instant,
    /// Whether anybody sees it.
    pub(super) is_seen: bool,
    /// It is not written to until it says hello again.
    pub(super) is_frozen: bool,
}

impl<R: Relay> Tabs<R> {
    /// A tab wants to follow.
    pub(super) fn greeted(
        &mut self,
        now: Instant,
        tab: TabId,
        hello: u32,
        highest: Epoch,
        is_understood: bool,
    ) {
        let Role::Leading { epoch: Some(epoch) } = self.role else { return };
        if highest > epoch {
            self.heard_higher(now, highest);
            return;
        }
        if !is_understood {
            self.post(Some(tab), Message::Welcome { hello, epoch });
            return;
        }
        match self.follower(Party { tab, hello }) {
            Some(follower) if follower.is_frozen => {
                self.post(Some(tab), Message::Again { hello });
            }
            // The answer was lost, or both have met.
            Some(_) => self.post(Some(tab), Message::Welcome { hello, epoch }),
            // What both numbered by this hello is not begun from one again.
            None if self.has_forgotten(Party { tab, hello }) => {
                self.post(Some(tab), Message::Again { hello });
            }
            None => self.welcome(now, tab, hello, epoch),
        }
    }

    fn welcome(&mut self, now: Instant, tab: TabId, hello: u32, epoch: Epoch) {
        if !self.forget(now, tab) {
            self.tell(Output::Action(Action::Watch(tab)));
        }
        self.followers.push(Follower {
            party: Party { tab, hello },
            link: Link::default(),
            wants: Wants::default(),
            routes: SortedMap::new(),
            heard_at: now,
            is_seen: true,
            is_frozen: false,
        });
        self.count = 1 + self.followers.len() as u32;
        self.post(Some(tab), Message::Welcome { hello, epoch });
        for link in self.states.clone() {
            if !link.is_initial() {
                self.send(now, tab, Body::Link(link));
            }
        }
        self.mind_beat(now);
    }

    /// Says something to a follower.
    pub(super) fn send(&mut self, now: Instant, tab: TabId, body: Body<R>) {
        self.send_written(now, tab, body.to_payload());
    }

    /// Says the same to several.
    pub(super) fn send_each(&mut self, now: Instant, tabs: Vec<TabId>, body: Body<R>) {
        let body = body.to_payload();
        for tab in tabs {
            self.send_written(now, tab, body.clone());
        }
    }

    fn send_written(&mut self, now: Instant, tab: TabId, body: R::Payload) {
        let Role::Leading { epoch: Some(epoch) } = self.role else { return };
        let Some(follower) = self.follower_of(tab).filter(|follower| !follower.is_frozen) else { return };
        if follower.link.is_full() {
            self.freeze(tab);
            return;
        }
        let hello = follower.party.hello;
        let number = follower.link.send(now, body.clone());
        self.post(Some(tab), Message::Told { hello, epoch, number, body });
    }

    /// A follower is there, and tells what it has taken.
    pub(super) fn ponged(&mut self, now: Instant, tab: TabId, hello: u32, heard: u64) {
        let Role::Leading { epoch: Some(epoch) } = self.role else { return };
        let Some(follower) = self.known(tab, hello) else {
            self.post(Some(tab), Message::Again { hello });
            return;
        };
        follower.heard_at = now;
        follower.link.acknowledge(heard);
        let overdue = follower.link.overdue(now);
        let heard = follower.link.heard();
        for (number, body) in overdue {
            self.post(Some(tab), Message::Told { hello, epoch, number, body });
        }
        self.post(Some(tab), Message::Heard { hello, heard });
    }

    fn known(&mut self, tab: TabId, hello: u32) -> Option<&mut Follower<R>> {
        self.follower_mut(Party { tab, hello }).filter(|follower| !follower.is_frozen)
    }

    /// What a follower has numbered, if it is the next of that.
    pub(super) fn follower_says(
        &mut self,
        now: Instant,
        epoch: Epoch,
        tab: TabId,
        hello: u32,
        number: u64,
        body: &R::Payload,
    ) {
        if (self.role) != (Role::Leading { epoch: Some(epoch) }) {
            self.stats.stale += 1;
            return;
        }
        let Some(follower) = self.known(tab, hello) else {
            self.post(Some(tab), Message::Again { hello });
            return;
        };
        follower.heard_at = now;
        if !follower.link.takes(number) {
            return;
        }
        match Body::<R>::from_payload(body) {
            Some(Body::Command(command)) => self.serve_command(now, Some(Party { tab, hello }), command),
            Some(Body::Overflow(slot, count)) => {
                let slot = self.names.slot(Party { tab, hello }, slot);
                self.tell(Output::Overflow { slot, count });
            }
            Some(Body::Token(token)) => self.tell(Output::SetToken(token)),
            Some(Body::Seen(is_seen)) => {
                follower.is_seen = is_seen;
                let topics = follower.topics();
                self.forward_all(topics);
            }
            _ => self.stats.malformed += 1,
        }
    }

    /// Followers that say nothing any more are frozen.
    pub(super) fn look_after_followers(&mut self, now: Instant) {
        for tab in self.tabs() {
            let follower = self.follower_of(tab);
            if follower.is_some_and(|of| now.since(of.heard_at) > FROZEN && !of.is_frozen) {
                self.freeze(tab);
            }
        }
    }

    fn freeze(&mut self, tab: TabId) {
        let Some(follower) = self.follower_of(tab) else { return };
        follower.is_frozen = true;
        follower.link = Link::default();
        let topics = follower.topics();
        self.forward_all(topics);
    }

    /// The lock that said that a tab lives has become free.
    pub(super) fn gone(&mut self, now: Instant, tab: TabId) {
        self.forget(now, tab);
        self.mind_beat(now);
    }

    /// A tab has said goodbye.
    pub(super) fn left(&mut self, now: Instant, tab: TabId) {
        if self.forget(now, tab) {
            self.tell(Output::Action(Action::Unwatch(tab)));
            self.mind_beat(now);
        }
    }

    /// Ends all that a follower wants; whether there was such a one.
    fn forget(&mut self, now: Instant, tab: TabId) -> bool {
        let Some(follower) = self.follower_of(tab) else { return false };
        let (party, is_open) = (follower.party, follower.wants.is_open);
        self.unsubscribe_all(now, Some(party));
        if is_open {
            self.serve_command(now, Some(party), Command::Release);
        }
        let topics = self.follower_of(tab).map(|follower| follower.topics()).unwrap_or_default();
        if let Some(at) = self.followers.iter().position(|follower| follower.party == party) {
            self.followers.remove(at);
        }
        self.forgotten.retain(|known| known.tab != tab);
        if self.forgotten.len() >= MOST_FORGOTTEN {
            self.forgotten.remove(0);
        }
        self.forgotten.push(party);
        self.count = 1 + self.followers.len() as u32;
        self.forward_all(topics);
        true
    }

    /// Whether a tab that says this hello was led by it, and is no longer.
    fn has_forgotten(&self, party: Party) -> bool {
        self.forgotten.iter().any(|known| known.tab == party.tab && party.hello <= known.hello)
    }

    /// This tab leads nobody any more.
    pub(super) fn forget_followers(&mut self, now: Instant) {
        for tab in self.tabs() {
            self.left(now, tab);
        }
    }

    /// The tabs that follow.
    pub(super) fn tabs(&self) -> Vec<TabId> {
        let mut tabs = Vec::new();
        for follower in &self.followers {
            tabs.push(follower.party.tab);
        }
        tabs
    }

    /// A tab that follows, by whichever hello.
    pub(super) fn follower_of(&mut self, tab: TabId) -> Option<&mut Follower<R>> {
        self.followers.iter_mut().find(|follower| follower.party.tab == tab)
    }

    pub(super) fn follower(&self, party: Party) -> Option<&Follower<R>> {
        self.followers.iter().find(|follower| follower.party == party)
    }

    pub(super) fn follower_mut(&mut self, party: Party) -> Option<&mut Follower<R>> {
        self.followers.iter_mut().find(|follower| follower.party == party)
    }
}

impl<R: Relay> Follower<R> {
    /// The topics of which it has routes.
    fn topics(&self) -> Vec<String> {
        let mut topics = Vec::new();
        for topic in self.routes.keys() {
            topics.push(topic.clone());
        }
        topics
    }
}
