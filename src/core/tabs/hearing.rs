//! What other tabs say.

use super::Tabs;
use super::message::{Dropped, Envelope, Message};
use super::output::{Action, Output};
use super::relay::Relay;
use super::role::Role;
use crate::core::ids::TabId;
use crate::core::time::Instant;

impl<R: Relay> Tabs<R> {
    pub(super) fn post(&mut self, to: Option<TabId>, message: Message<R::Payload>) {
        let Self { config, tab, .. } = self;
        let (protocol, build, from, group) = (config.protocol, config.build, *tab, self.group_name());
        let message = Envelope { group, protocol, build, from, message }.to_payload();
        self.tell(Output::Action(Action::Post { to, message }));
    }

    pub(super) fn said(&mut self, now: Instant, message: &R::Payload) {
        match Envelope::from_payload(message) {
            Ok(envelope) if envelope.group != self.group_name() => self.stats.foreign += 1,
            Ok(envelope) if self.is_entered && envelope.from != self.tab => self.hear(now, envelope),
            Ok(_) => {}
            Err(Dropped::Unknown) => self.stats.foreign += 1,
            Err(Dropped::Malformed) => self.stats.malformed += 1,
        }
    }

    fn hear(&mut self, now: Instant, envelope: Envelope<R::Payload>) {
        let Envelope { protocol, build, from, message, .. } = envelope;
        let is_understood = protocol == self.config.protocol;
        match message {
            Message::Hello { hello, highest } => self.greeted(now, from, hello, highest, is_understood),
            Message::Welcome { hello, epoch } => {
                if hello == self.hello {
                    self.heard_leader(now, from, epoch, is_understood, build);
                    if is_understood {
                        self.welcomed(now, from, hello, epoch);
                    }
                }
            }
            Message::Beat { epoch, tabs } => {
                self.heard_leader(now, from, epoch, is_understood, build);
                if self.role == (Role::Following { leader: from, epoch }) {
                    self.count = tabs;
                    self.pong(now);
                }
            }
            Message::Higher { epoch } => self.heard_higher(now, epoch),
            Message::TakeOver => self.taken_over(now, build, is_understood),
            Message::Goodbye => self.said_goodbye(now, from),
            _ if !is_understood => self.stats.foreign += 1,
            Message::Pong { hello, heard, .. } => self.ponged(now, from, hello, heard),
            Message::Heard { hello, heard } => self.acknowledged(now, from, hello, heard),
            Message::Aside { body } => self.tell(Output::Aside(body)),
            Message::Again { hello } => self.begin_anew(now, from, hello),
            Message::Asked { hello, epoch, number, body } => {
                self.follower_says(now, epoch, from, hello, number, &body);
            }
            Message::Told { hello, epoch, number, body } => {
                self.leader_says(epoch, from, hello, number, &body);
            }
        }
    }

    /// The other tabs are told something that this machine does not look into.
    pub(super) fn aside(&mut self, body: R::Payload) {
        if self.is_entered {
            self.post(None, Message::Aside { body });
        }
    }

    fn said_goodbye(&mut self, now: Instant, from: TabId) {
        if matches!(self.role, Role::Following { leader, .. } if leader == from) {
            self.lose_leader(now);
        } else {
            self.left(now, from);
        }
    }
}
