//! Another tab leads: it is told what is asked for here, and tells what becomes of that.

use super::body::Body;
use super::link::Link;
use super::message::{Epoch, Message};
use super::output::{Action, Output};
use super::relay::{Portable, Relay};
use super::role::Role;
use super::{Tabs, Timer};
use crate::core::command::Command;
use crate::core::edit::Edit;
use crate::core::ids::{Slot, TabId};
use crate::core::news::{News, Status};
use crate::core::time::Instant;

/// A follower says at least so often that it is there, in milliseconds.
const PONG: u64 = 10_000;
/// A hello that nobody answers is said again after this, in milliseconds,
const REPEAT: u64 = 900;
/// and so often in all.
const MOST_HELLOS: u32 = 4;
/// A tab that serves itself because the leader speaks another protocol asks so often whether there is another leader, in
/// milliseconds.
pub(super) const ASK_AGAIN: u64 = 30_000;

/// Of the leader.
pub(super) struct Leader<P> {
    link: Link<P>,
    /// The number up to which it knows what has been heard of it.
    told: u64,
    ponged_at: Instant,
    /// To whom the last hello was said, since when that one leads.
    greeted: Option<(Epoch, TabId)>,
    /// How often the last hello has been said.
    hellos: u32,
    /// The topics whose frames it sends.
    routed: Vec<String>,
    /// A token that the application has set since there was none.
    token: Option<P>,
    /// This tab, of a newer build, is taking its place.
    pub(super) is_taken_over: bool,
}

impl<P: Clone> Default for Leader<P> {
    fn default() -> Self {
        Self {
            link: Link::default(),
            told: 0,
            ponged_at: Instant::from_millis(0),
            greeted: None,
            hellos: 0,
            routed: Vec::new(),
            token: None,
            is_taken_over: false,
        }
    }
}

impl<R: Relay> Tabs<R> {
    pub(super) fn say_hello(&mut self, now: Instant) {
        self.hello = self.hello.wrapping_add(1);
        self.leader.hellos = 0;
        self.repeat_hello(now);
    }

    fn repeat_hello(&mut self, now: Instant) {
        self.leader.hellos += 1;
        self.post(None, Message::Hello { hello: self.hello, highest: self.highest });
        let is_alone = matches!(self.role, Role::Alone(_));
        if self.leader.hellos < MOST_HELLOS {
            self.timers.set(Timer::Hello, now.after(REPEAT));
        } else if is_alone {
            self.timers.set(Timer::Hello, now.after(ASK_AGAIN));
        }
    }

    /// Nobody has answered a hello. It may have been lost, and a leader that leads nobody says nothing by itself.
    pub(super) fn hello_again(&mut self, now: Instant) {
        if matches!(self.role, Role::Waiting | Role::Alone(_)) && self.is_entered {
            self.repeat_hello(now);
        }
    }

    /// There is a leader that this tab does not follow yet.
    pub(super) fn look_for(&mut self, now: Instant, leader: TabId, epoch: Epoch) {
        self.lose_leader(now);
        if self.leader.greeted.replace((epoch, leader)) == Some((epoch, leader)) {
            self.repeat_hello(now);
        } else {
            self.say_hello(now);
        }
    }

    /// The leader serves this tab from now on.
    pub(super) fn welcomed(&mut self, now: Instant, leader: TabId, hello: u32, epoch: Epoch) {
        let can_follow = matches!(self.role, Role::Waiting | Role::Alone(_));
        if hello != self.hello || epoch != self.highest || self.leader.is_taken_over || !can_follow {
            return;
        }
        self.unserve(now);
        self.timers.clear(&Timer::Hello);
        self.role = Role::Following { leader, epoch };
        let token = self.leader.token.take();
        self.leader = Leader { greeted: Some((epoch, leader)), ponged_at: now, ..Leader::default() };
        self.tell(Output::Action(Action::TakeFrom(leader)));
        self.mind_silence(now);
        if let Some(token) = token {
            self.send_to_leader(now, Body::Token(token));
        }
        if !self.is_visible {
            self.tell_seen(now);
        }
        for command in self.replayed() {
            self.send_to_leader(now, Body::Command(command));
        }
    }

    pub(super) fn send_to_leader(&mut self, now: Instant, body: Body<R>) {
        let Role::Following { leader, epoch } = self.role else { return };
        if let Body::Command(Command::Subscribe { id, call, .. }) = &body {
            self.own.wants.asked(id, *call, self.leader.link.sent() + 1);
        }
        let body = body.to_payload();
        let number = self.leader.link.send(now, body.clone());
        self.post(Some(leader), Message::Asked { hello: self.hello, epoch, number, body });
    }

    /// Frames go to a tab that nobody sees fewer times and more of them together.
    pub(super) fn tell_seen(&mut self, now: Instant) {
        self.send_to_leader(now, Body::Seen(self.is_visible));
    }

    /// The leader is there: it is told what has been heard of it, if that is news.
    pub(super) fn pong(&mut self, now: Instant) {
        let Role::Following { leader, .. } = self.role else { return };
        let link = &self.leader.link;
        let (sent, heard) = (link.sent(), link.heard());
        if link.is_open() || heard != self.leader.told || now.since(self.leader.ponged_at) >= PONG {
            self.leader.told = heard;
            self.leader.ponged_at = now;
            self.post(Some(leader), Message::Pong { hello: self.hello, sent, heard });
        }
    }

    /// What the leader has taken.
    pub(super) fn acknowledged(&mut self, now: Instant, from: TabId, hello: u32, heard: u64) {
        let Role::Following { leader, epoch } = self.role else { return };
        if (from, hello) != (leader, self.hello) {
            return;
        }
        self.leader.link.acknowledge(heard);
        for (number, body) in self.leader.link.overdue(now) {
            self.post(Some(leader), Message::Asked { hello, epoch, number, body });
        }
    }

    /// The leader does not know this tab, or has given up writing to it.
    pub(super) fn begin_anew(&mut self, now: Instant, from: TabId, hello: u32) {
        let is_meant = match self.role {
            Role::Following { leader, .. } => leader == from,
            Role::Waiting | Role::Alone(_) => self.is_entered,
            Role::Leading { .. } => false,
        };
        if is_meant && hello == self.hello {
            self.lose_leader(now);
            self.say_hello(now);
        }
    }

    /// What the leader has numbered, if it is the next of that.
    pub(super) fn leader_says(
        &mut self,
        epoch: Epoch,
        from: TabId,
        hello: u32,
        number: u64,
        body: &R::Payload,
    ) {
        if (self.role, hello) != (Role::Following { leader: from, epoch }, self.hello) {
            self.stats.stale += 1;
            return;
        }
        if !self.leader.link.takes(number) {
            return;
        }
        let Some(body) = Body::<R>::from_payload(body) else {
            self.stats.malformed += 1;
            return;
        };
        match body {
            Body::News { news, state, after } => {
                // Otherwise it is of what the application has replaced since.
                if self.is_about_present(&news, after) && !self.is_begun_again(&news, after) {
                    self.own_news(news, state);
                }
            }
            Body::Link(link) => self.own_link(link),
            Body::Routes(topic, routes) => self.routed(topic, routes),
            // What is begun again keeps its callback.
            Body::DropSlot(slot) if self.own.wants.has_slot(slot) => {}
            Body::DropSlot(slot) => self.tell(Output::Routes(Edit::DropSlot { slot })),
            Body::Echo(echo) => self.tell(Output::Deliver(echo)),
            Body::Command(_) | Body::Token(_) | Body::Overflow(..) | Body::Seen(_) => {
                self.stats.malformed += 1
            }
        }
    }

    fn is_about_present(&self, news: &News<R::Payload>, after: u64) -> bool {
        let want = news.id().and_then(|id| self.own.wants.get(id));
        want.is_none_or(|want| want.asked <= after)
    }

    /// Whether it is that the leader has given up what it is about to hear was asked for again.
    fn is_begun_again(&mut self, news: &News<R::Payload>, after: u64) -> bool {
        let News::Status { id, status: Status::Failed } = news else { return false };
        let Some(was_live) = self.own.wants.begins_again(id, after) else { return false };
        if was_live {
            self.tell_news(News::Status { id: id.clone(), status: Status::Reconnecting });
        }
        true
    }

    fn routed(&mut self, topic: String, routes: Option<R::Routes>) {
        let routed = &mut self.leader.routed;
        if let Some(at) = routed.iter().position(|known| *known == topic) {
            routed.remove(at);
        }
        if routes.is_some() {
            routed.push(topic.clone());
        }
        self.tell_routes(topic, routes);
    }

    /// The leader serves this tab no longer.
    pub(super) fn lose_leader(&mut self, _now: Instant) {
        if !matches!(self.role, Role::Following { .. }) {
            return;
        }
        self.role = Role::Waiting;
        self.tell(Output::Action(Action::TakeFrom(self.tab)));
        for topic in std::mem::take(&mut self.leader.routed) {
            self.tell_routes(topic, None);
        }
        self.leader = Leader::default();
        self.interrupt();
    }

    /// Messages of a callback were dropped: whoever serves the subscription says so.
    pub(super) fn overflow(&mut self, now: Instant, slot: Slot, count: u32) {
        if self.is_serving {
            self.tell(Output::Overflow { slot, count });
        } else {
            self.send_to_leader(now, Body::Overflow(slot, count));
        }
    }

    /// A former user's, or one that this tab's own session serves with.
    pub(super) fn forget_token(&mut self) {
        self.leader.token = None;
    }

    /// The application has set a token. If another tab serves this one, that one's session needs it.
    pub(super) fn token(&mut self, now: Instant, token: R::Payload) {
        match self.role {
            Role::Following { .. } => self.send_to_leader(now, Body::Token(token)),
            _ if !self.is_serving => self.leader.token = Some(token),
            _ => {}
        }
    }
}
