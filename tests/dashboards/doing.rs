//! What tabs do, and what comes of it.

use serde_json::Value;
use wedsync_dashboard::core::connectivity;
use wedsync_dashboard::core::dashboard::{Input, Output};
use wedsync_dashboard::core::ids::SocketId;
use wedsync_dashboard::core::realtime::Action as Sent;
use wedsync_dashboard::core::realtime::frame::Encoding;
use wedsync_dashboard::core::tabs::{Action, Event as Of, Membership};

use crate::locks::Change;
use crate::server::{Conn, Data};
use crate::tab::Event;
use crate::world::{Later, World};

impl World {
    pub fn perform(&mut self, tab: usize, output: Output<Value>) {
        match output {
            Output::Connectivity(connectivity::Action::Open { socket }) => {
                self.opened += 1;
                let conn = Conn(self.opened);
                self.conns.insert(conn, (tab, socket));
                self.tabs[tab].sockets.insert(socket, conn);
                self.later(40, Later::Handshake(tab, socket, conn));
            }
            Output::Connectivity(connectivity::Action::Close { socket }) => self.close_socket(tab, socket),
            Output::Connectivity(connectivity::Action::Probe { .. }) => {
                let answered = connectivity::Event::Probed { answered: true };
                self.later(20, Later::Tab(tab, Event::Input(answered.into())));
            }
            Output::Realtime(Sent::Send { socket, frame }) => {
                self.send(tab, socket, Data::Text(frame.to_string()));
            }
            Output::Realtime(Sent::SendBroadcast { socket, header, payload, encoding }) => {
                assert_eq!(encoding, Encoding::Json);
                let data = Data::Binary([header, payload.to_string().into_bytes()].concat());
                self.send(tab, socket, data);
            }
            Output::Tabs(action) => self.act(tab, action),
            Output::Http { request, .. } => self.http.push((tab, request)),
            other => unreachable!("{other:?}"),
        }
    }

    pub fn send(&mut self, tab: usize, socket: SocketId, data: Data) {
        *self.sent.entry(tab).or_default() += 1;
        if let Some(conn) = self.tabs[tab].sockets.get(&socket) {
            self.later(5, Later::ToServer(*conn, data));
        }
    }

    pub fn close_socket(&mut self, tab: usize, socket: SocketId) {
        if let Some(conn) = self.tabs[tab].sockets.remove(&socket) {
            self.conns.remove(&conn);
            self.server.advance(self.now);
            self.server.disconnected(conn);
            self.deliver();
        }
    }

    pub fn act(&mut self, tab: usize, action: Action<Value>) {
        let open = self.tabs[tab].open.clone();
        if self.trace {
            println!("{:>8} {tab} {action:?}", self.now);
        }
        match action {
            Action::Enter { membership, group } => {
                self.tabs[tab].open = Some((membership, group));
                self.event(tab, membership, Of::Entered);
            }
            Action::Leave => self.leave(tab),
            Action::Queue => {
                let (membership, group) = open.unwrap();
                let change = self.locks.queue(&group, (tab, membership.0));
                change.into_iter().for_each(|change| self.changed(change));
            }
            Action::Steal => {
                let (membership, group) = open.unwrap();
                for change in self.locks.steal(&group, (tab, membership.0)) {
                    self.changed(change);
                }
            }
            Action::Check => {
                let (membership, group) = open.unwrap();
                let is_held = self.locks.holder(&group) == Some((tab, membership.0));
                self.event(tab, membership, Of::Checked(is_held));
            }
            Action::TakeFrom(other) => self.tabs[tab].takes_from = Some(other),
            Action::Watch(other) => drop(self.watchers.entry(other).or_default().insert(tab)),
            Action::Unwatch(other) => drop(self.watchers.entry(other).or_default().remove(&tab)),
            Action::Post { to, message } => {
                let (_, group) = open.unwrap();
                for other in (0..self.tabs.len()).filter(|other| *other != tab) {
                    let is_meant = to.is_none_or(|to| self.tabs[other].tabs().tab() == to);
                    let Some((membership, _)) =
                        self.tabs[other].open.clone().filter(|(_, of)| *of == group && is_meant)
                    else {
                        continue;
                    };
                    let event = Of::Said(message.clone());
                    self.message(tab, other, Event::Input(Input::Tabs { membership, event }));
                }
            }
        }
    }

    pub fn changed(&mut self, change: Change) {
        match change {
            Change::Granted((tab, entered)) => self.event(tab, Membership(entered), Of::Granted),
            Change::Lost((tab, entered)) => self.event(tab, Membership(entered), Of::Lost),
        }
    }
}
