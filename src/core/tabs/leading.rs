//! This tab serves: itself, and those that follow it.

use litemap::LiteMap;

use super::Tabs;
use super::body::Body;
use super::link::Link;
use super::message::{Epoch, Message};
use super::names::Party;
use super::output::{Action, Output};
use super::own::Wants;
use super::relay::{LinkNews, Relay};
use super::role::Role;
use crate::core::command::Command;
use crate::core::ids::TabId;
use crate::core::time::Instant;

/// A follower that has said nothing for so long is frozen: it is not written to any more, in milliseconds.
const FROZEN: u64 = 35_000;

/// A tab that follows.
pub(super) struct Follower<R: Relay> {
    hello: u32,
    pub(super) link: Link<R::Payload>,
    pub(super) wants: Wants<R>,
    /// Its part of the routes of each topic.
    pub(super) routes: LiteMap<String, R::Routes>,
    heard_at: Instant,
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
        match self.followers.get(&tab) {
            Some(follower) if follower.hello == hello && follower.is_frozen => {
                self.post(Some(tab), Message::Again { hello });
            }
            // The answer was lost, or both have met.
            Some(follower) if follower.hello == hello => {
                self.post(Some(tab), Message::Welcome { hello, epoch })
            }
            _ => self.welcome(now, tab, hello, epoch),
        }
    }

    fn welcome(&mut self, now: Instant, tab: TabId, hello: u32, epoch: Epoch) {
        if !self.forget(now, tab) {
            self.tell(Output::Action(Action::Watch(tab)));
        }
        let follower = Follower {
            hello,
            link: Link::default(),
            wants: Wants::default(),
            routes: LiteMap::new(),
            heard_at: now,
            is_frozen: false,
        };
        self.followers.insert(tab, follower);
        self.count = 1 + self.followers.len() as u32;
        self.post(Some(tab), Message::Welcome { hello, epoch });
        for link in self.states.iter().filter(|link| !link.is_initial()).cloned().collect::<Vec<_>>() {
            self.send(now, tab, &Body::Link(link));
        }
        self.mind_beat(now);
    }

    /// Says something to a follower.
    pub(super) fn send(&mut self, now: Instant, tab: TabId, body: &Body<R>) {
        let Role::Leading { epoch: Some(epoch) } = self.role else { return };
        let Some(follower) = self.followers.get_mut(&tab).filter(|follower| !follower.is_frozen) else {
            return;
        };
        if follower.link.is_full() {
            self.freeze(tab);
            return;
        }
        let (hello, body) = (follower.hello, body.to_payload());
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
        self.followers.get_mut(&tab).filter(|follower| follower.hello == hello && !follower.is_frozen)
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
            _ => self.stats.malformed += 1,
        }
    }

    /// Followers that say nothing any more are frozen.
    pub(super) fn look_after_followers(&mut self, now: Instant) {
        let is_silent = |follower: &Follower<R>| now.since(follower.heard_at) > FROZEN && !follower.is_frozen;
        let silent: Vec<TabId> =
            self.followers.iter().filter(|(_, follower)| is_silent(follower)).map(|(tab, _)| *tab).collect();
        for tab in silent {
            self.freeze(tab);
        }
    }

    fn freeze(&mut self, tab: TabId) {
        let Some(follower) = self.followers.get_mut(&tab) else { return };
        follower.is_frozen = true;
        follower.link = Link::default();
        let topics: Vec<String> = follower.routes.keys().cloned().collect();
        for topic in topics {
            self.forward(topic);
        }
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
        let Some(wants) = self.followers.get(&tab).map(|follower| {
            let ids: Vec<String> = follower.wants.table.keys().cloned().collect();
            (Party { tab, hello: follower.hello }, ids, follower.wants.is_open)
        }) else {
            return false;
        };
        let (party, ids, is_open) = wants;
        for id in ids {
            self.serve_command(now, Some(party), Command::Unsubscribe { id });
        }
        if is_open {
            self.serve_command(now, Some(party), Command::Release);
        }
        let follower = self.followers.remove(&tab);
        self.count = 1 + self.followers.len() as u32;
        for topic in
            follower.into_iter().flat_map(|follower| follower.routes.into_iter().map(|(topic, _)| topic))
        {
            self.forward(topic);
        }
        true
    }

    /// This tab leads nobody any more.
    pub(super) fn forget_followers(&mut self, now: Instant) {
        let tabs: Vec<TabId> = self.followers.keys().copied().collect();
        for tab in tabs {
            self.left(now, tab);
        }
    }

    /// A tab that follows, with its hello.
    pub(super) fn party_of(&self, tab: TabId) -> Option<Party> {
        self.followers.get(&tab).map(|follower| Party { tab, hello: follower.hello })
    }

    /// Whether a tab still follows by that hello.
    pub(super) fn is_following(&self, party: Party) -> bool {
        self.follower(party).is_some()
    }

    pub(super) fn follower(&self, party: Party) -> Option<&Follower<R>> {
        self.followers.get(&party.tab).filter(|follower| follower.hello == party.hello)
    }

    pub(super) fn follower_mut(&mut self, party: Party) -> Option<&mut Follower<R>> {
        self.followers.get_mut(&party.tab).filter(|follower| follower.hello == party.hello)
    }
}
