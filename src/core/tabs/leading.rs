//! This tab serves: itself, and those that follow it.

use litemap::LiteMap;

use super::Tabs;
use super::body::{Body, Echo};
use super::link::Link;
use super::message::{Epoch, Message};
use super::names::{self, Party, id_of, is_given, own_id};
use super::output::Output;
use super::own::Wants;
use super::relay::{Relay, Subscription};
use super::role::Role;
use super::tracks::Track;
use crate::core::command::Command;
use crate::core::ids::{CallId, TabId};
use crate::core::news::News;
use crate::core::time::Instant;

/// A follower that has said nothing for so long is frozen: it is not written to any more, in milliseconds.
const FROZEN: u64 = 35_000;

/// A tab that follows.
pub(super) struct Follower<R: Relay> {
    hello: u32,
    link: Link<R::Payload>,
    pub(super) wants: Wants<R>,
    /// Its part of the routes of each topic.
    pub(super) routes: LiteMap<String, R::Routes>,
    heard_at: Instant,
    /// It is not written to until it says hello again.
    pub(super) is_frozen: bool,
}

/// A broadcast that other tabs are to get once the server has taken it.
pub(super) struct PendingEcho<P> {
    from: Option<Party>,
    echo: Echo<P>,
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
            self.tell(Output::Watch(tab));
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
        for link in self.states.clone() {
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
        self.post(Some(tab), Message::Numbered { hello, epoch, number, body });
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
            self.post(Some(tab), Message::Numbered { hello, epoch, number, body });
        }
        self.post(Some(tab), Message::Heard { hello, heard });
    }

    fn known(&mut self, tab: TabId, hello: u32) -> Option<&mut Follower<R>> {
        self.followers.get_mut(&tab).filter(|follower| follower.hello == hello && !follower.is_frozen)
    }

    /// What a follower has numbered, if it is the next of that.
    pub(super) fn from_follower(
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
            self.tell(Output::Unwatch(tab));
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

    /// Hands to this tab's own machine what a tab asks for, `None` for this one, under names that are the tab's alone.
    pub(super) fn serve_command(
        &mut self,
        now: Instant,
        tab: Option<Party>,
        command: Command<R::Subscription, R::Payload>,
    ) {
        let was_open = self.is_open();
        if let Some(tab) = tab
            && let Some(follower) = self.follower_mut(tab)
        {
            follower.wants.note(&command);
        }
        match command {
            Command::Subscribe { call, id, subscription, slot } => {
                let slot = tab.map_or(slot, |tab| self.names.slot(tab, slot));
                let (call, name) = (self.call(tab, call), name(tab, &id));
                self.tell(Output::Apply(Command::Subscribe { call, id: name, subscription, slot }));
                let want = self.wants(tab).and_then(|wants| wants.table.get(&id));
                if want.is_none_or(|want| want.track.is_none()) {
                    self.track_no_longer(tab, &id);
                }
            }
            Command::Unsubscribe { id } => self.unsubscribe(tab, &id),
            Command::Connect | Command::Release => self.keep_open(was_open),
            Command::Disconnect => self.disconnect(now, tab, was_open),
            Command::Broadcast { call, id, event, payload, is_bytes } => {
                let call = self.call(tab, call);
                self.plan_echo(tab, call, &id, &event, &payload, is_bytes);
                let id = name(tab, &id);
                self.tell(Output::Apply(Command::Broadcast { call, id, event, payload, is_bytes }));
            }
            Command::HttpBroadcast { call, channel, event, payload, private } => {
                let call = self.call(tab, call);
                let command = Command::HttpBroadcast { call, channel, event, payload, private };
                self.tell(Output::Apply(command));
            }
            Command::Track { call, id, state } => self.track(now, tab, call, id, state),
            Command::Overflow { slot, count } => {
                let slot = tab.map_or(slot, |tab| self.names.slot(tab, slot));
                self.tell(Output::Apply(Command::Overflow { slot, count }));
            }
        }
    }

    fn call(&mut self, tab: Option<Party>, call: CallId) -> CallId {
        tab.map_or(call, |tab| self.names.call(tab, call))
    }

    /// A tab that follows, with its hello.
    pub(super) fn party_of(&self, tab: TabId) -> Option<Party> {
        self.followers.get(&tab).map(|follower| Party { tab, hello: follower.hello })
    }

    /// Whether a tab still follows by that hello.
    pub(super) fn is_following(&self, party: Party) -> bool {
        self.follower(party).is_some()
    }

    fn follower(&self, party: Party) -> Option<&Follower<R>> {
        self.followers.get(&party.tab).filter(|follower| follower.hello == party.hello)
    }

    fn follower_mut(&mut self, party: Party) -> Option<&mut Follower<R>> {
        self.followers.get_mut(&party.tab).filter(|follower| follower.hello == party.hello)
    }

    fn wants(&self, tab: Option<Party>) -> Option<&Wants<R>> {
        match tab {
            Some(tab) => self.follower(tab).map(|follower| &follower.wants),
            None => Some(&self.own.wants),
        }
    }

    /// Whether any tab wants the socket to stay open without a subscription.
    fn is_open(&self) -> bool {
        self.own.wants.is_open || self.followers.values().any(|follower| follower.wants.is_open)
    }

    fn keep_open(&mut self, was_open: bool) {
        match (was_open, self.is_open()) {
            (true, false) => self.tell(Output::Apply(Command::Release)),
            (false, false) => {}
            (_, true) => self.tell(Output::Apply(Command::Connect)),
        }
    }

    fn unsubscribe(&mut self, tab: Option<Party>, id: &str) {
        if let Some(follower) = tab.and_then(|tab| self.follower_mut(tab)) {
            follower.wants.table.remove(id);
        }
        self.tell(Output::Apply(Command::Unsubscribe { id: name(tab, id) }));
        self.track_no_longer(tab, id);
    }

    /// A subscription has ended: what it tracked counts no longer.
    fn track_no_longer(&mut self, tab: Option<Party>, id: &str) {
        if let Some(fallback) = self.tracks.remove(tab, id).cloned() {
            let call = CallId(self.names.number());
            self.tell_track(call, fallback);
        }
    }

    /// One tab wants nothing any more. The socket stays for the others.
    fn disconnect(&mut self, now: Instant, tab: Option<Party>, was_open: bool) {
        let others = self.followers.values().any(|follower| !follower.wants.is_empty());
        if tab.is_none() && !others {
            self.tracks.clear();
            self.tell(Output::Apply(Command::Disconnect));
            return;
        }
        let ids: Vec<String> =
            self.wants(tab).map(|wants| wants.table.keys().cloned().collect()).unwrap_or_default();
        for id in ids {
            self.serve_command(now, tab, Command::Unsubscribe { id });
        }
        self.keep_open(was_open);
        if tab.is_none() {
            self.tell_end();
        }
    }

    /// The server keeps one state for the socket: the latest that any tab tracks counts.
    fn track(
        &mut self,
        now: Instant,
        tab: Option<Party>,
        call: CallId,
        id: String,
        state: Option<R::Payload>,
    ) {
        let call = self.call(tab, call);
        let topic = self.wants(tab).and_then(|wants| wants.topic(&id));
        match (state, topic) {
            (Some(state), Some(topic)) => {
                let track = Track { topic, tab, id, state };
                self.tracks.set(track.clone());
                self.tell_track(call, track);
            }
            (None, Some(topic)) => match self.tracks.remove(tab, &id).cloned() {
                Some(fallback) => self.tell_track(call, fallback),
                None if self.tracks.has(&topic) => {
                    self.news(now, News::Settled { call, result: Ok(()) }, None)
                }
                None => {
                    let id = name(tab, &id);
                    self.tell(Output::Apply(Command::Track { call, id, state: None }));
                }
            },
            // The machine says what is wrong with that.
            (state, None) => {
                self.tell(Output::Apply(Command::Track { call, id: name(tab, &id), state }));
            }
        }
    }

    fn tell_track(&mut self, call: CallId, track: Track<R::Payload>) {
        let (id, state) = (name(track.tab, &track.id), Some(track.state));
        self.tell(Output::Apply(Command::Track { call, id, state }));
    }

    /// The server does not send a socket's own broadcasts back to it unless it is asked to: other tabs on the same socket
    /// get them from here.
    fn plan_echo(
        &mut self,
        tab: Option<Party>,
        call: CallId,
        id: &str,
        event: &str,
        payload: &R::Payload,
        is_bytes: bool,
    ) {
        let Some(want) = self.wants(tab).and_then(|wants| wants.table.get(id)) else { return };
        if want.subscription.hears_itself() || self.followers.is_empty() {
            return;
        }
        let topic = want.subscription.topic();
        let echo = Echo { topic, event: event.to_owned(), payload: payload.clone(), is_bytes };
        self.echoes.insert(call, PendingEcho { from: tab, echo });
    }

    fn echo(&mut self, now: Instant, pending: PendingEcho<R::Payload>) {
        let PendingEcho { from, echo } = pending;
        for tab in self.forwards.get(&echo.topic).cloned().unwrap_or_default() {
            if from.is_none_or(|from| from.tab != tab) {
                self.send(now, tab, &Body::Echo(echo.clone()));
            }
        }
        if from.is_some() {
            self.tell(Output::Deliver(echo));
        }
    }

    /// This tab's own machine has news: they go to whom they are about.
    pub(super) fn news(&mut self, now: Instant, news: News<R::Payload>, state: Option<R::Payload>) {
        if !self.config.is_shared {
            self.tell_news(news);
            return;
        }
        if !self.is_serving {
            return;
        }
        if let News::Settled { call, result } = &news {
            let (call, result) = (*call, result.clone());
            if let Some(echo) = self.echoes.remove(&call).filter(|_| result.is_ok()) {
                self.echo(now, echo);
            }
            match self.names.settle(call) {
                Some((tab, call)) => {
                    let Some(follower) = self.follower_mut(tab) else { return };
                    follower.wants.settled(call, result.is_ok());
                    let result = result.map_err(|error| of_tab(tab, error));
                    self.send_news(now, tab, News::Settled { call, result }, None);
                }
                None => self.own_news(news, None),
            }
            return;
        }
        let (tab, id) = names::owner(news.id().unwrap_or_default());
        let (tab, id) = (tab, id.to_owned());
        if matches!(news, News::Failed { .. }) {
            self.track_no_longer(tab, &id);
        }
        let Some(tab) = tab else {
            self.own_news(news.of(&id), state);
            return;
        };
        {
            // Of a hello before, it is of no interest any more.
            let Some(follower) = self.follower_mut(tab) else { return };
            match &news {
                News::Status { status, .. } => {
                    if let Some(want) = follower.wants.table.get_mut(&id) {
                        want.status = Some(*status);
                    }
                }
                News::Failed { .. } => {
                    follower.wants.table.remove(&id);
                }
                _ => {}
            }
        }
        let news = match news {
            News::Error { id, error } => News::Error { id, error: of_tab(tab, error) },
            News::Failed { id, error } => News::Failed { id, error: of_tab(tab, error) },
            other => other,
        };
        self.send_news(now, tab, news.of(&id), state);
    }

    fn send_news(&mut self, now: Instant, party: Party, news: News<R::Payload>, state: Option<R::Payload>) {
        let Some(after) = self.follower(party).map(|follower| follower.link.heard()) else { return };
        self.send(now, party.tab, &Body::News { news, state, after });
    }

    /// News of the connection: every tab is told.
    pub(super) fn link_news(&mut self, now: Instant, link: R::Link) {
        if !self.config.is_shared {
            self.tell(Output::Link(link));
            return;
        }
        if !self.is_serving {
            return;
        }
        let tabs: Vec<TabId> = self.followers.keys().copied().collect();
        for tab in tabs {
            self.send(now, tab, &Body::Link(link.clone()));
        }
        self.own_link(link);
    }

    /// Whether an id is another tab's, as this tab's own machine calls it.
    pub fn is_anothers(id: &str) -> bool {
        names::owner(id).0.is_some()
    }

    /// Whether a callback is this tab's own.
    pub(super) const fn is_own_slot(slot: u32) -> bool {
        !is_given(slot)
    }
}

/// What this tab's own machine calls an id of a tab's.
fn name(tab: Option<Party>, id: &str) -> String {
    tab.map_or_else(|| own_id(id), |tab| id_of(tab, id))
}

/// An error as the tab's application has to read it: with its own id.
fn of_tab(tab: Party, mut error: crate::core::error::Error) -> crate::core::error::Error {
    error.message = error.message.replace(&names::prefix(tab), "");
    error
}
