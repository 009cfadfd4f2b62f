//! What tabs ask of this tab's own machine, under names that are each tab's alone.

use super::Tabs;
use super::body::{Body, Echo};
use super::names::{Party, id_of, own_id};
use super::output::Output;
use super::relay::{CommandOf, Relay, Subscription};
use super::tracks::Track;
use super::wants::Wants;
use crate::core::command::Command;
use crate::core::ids::CallId;
use crate::core::news::News;
use crate::core::time::Instant;

/// A broadcast that other tabs are to get once the server has taken it.
pub(super) struct PendingEcho<P> {
    from: Option<Party>,
    echo: Echo<P>,
}

impl<R: Relay> Tabs<R> {
    /// Hands to this tab's own machine what a tab asks for, `None` for this one, under names that are the tab's alone.
    pub(super) fn serve_command(&mut self, now: Instant, tab: Option<Party>, command: CommandOf<R>) {
        let was_open = self.is_open();
        if let Some(tab) = tab
            && let Some(follower) = self.follower_mut(tab)
        {
            follower.wants.note(&command);
        }
        let mut command = command;
        let mut untracked = None;
        match &mut command {
            Command::Subscribe { call, id, slot, .. } => {
                if let Some(tab) = tab {
                    *slot = self.names.slot(tab, *slot);
                }
                *call = self.call(tab, *call);
                let want = self.wants(tab).and_then(|wants| wants.get(id));
                let is_tracked = want.is_some_and(|want| want.track.is_some());
                untracked = Some(rename(tab, id)).filter(|_| !is_tracked);
            }
            Command::Unsubscribe { id } => {
                if let Some(follower) = tab.and_then(|tab| self.follower_mut(tab)) {
                    follower.wants.remove(id);
                }
                untracked = Some(rename(tab, id));
            }
            Command::Connect | Command::Release => return self.keep_open(was_open),
            Command::Disconnect => return self.disconnect(now, tab, was_open),
            Command::Broadcast { call, id, event, payload, is_bytes } => {
                *call = self.call(tab, *call);
                self.plan_echo(tab, *call, id, event, payload, *is_bytes);
                rename(tab, id);
            }
            Command::HttpBroadcast(broadcast) => broadcast.call = self.call(tab, broadcast.call),
            Command::Track { call, id, state } => {
                *call = self.call(tab, *call);
                let id = rename(tab, id);
                if self.is_covered(now, tab, *call, id, state.as_ref()) {
                    return;
                }
            }
        }
        self.tell(Output::Apply(command));
        if let Some(id) = untracked {
            self.track_no_longer(tab, &id);
        }
    }

    fn call(&mut self, tab: Option<Party>, call: CallId) -> CallId {
        tab.map_or(call, |tab| self.names.call(tab, call))
    }

    fn wants(&self, tab: Option<Party>) -> Option<&Wants<R>> {
        match tab {
            Some(tab) => self.follower(tab).map(|follower| &follower.wants),
            None => Some(&self.own.wants),
        }
    }

    /// Whether any tab wants the socket to stay open without a subscription.
    fn is_open(&self) -> bool {
        self.own.wants.is_open || self.followers.iter().any(|follower| follower.wants.is_open)
    }

    fn keep_open(&mut self, was_open: bool) {
        match (was_open, self.is_open()) {
            (true, false) => self.tell(Output::Apply(Command::Release)),
            (false, false) => {}
            (_, true) => self.tell(Output::Apply(Command::Connect)),
        }
    }

    /// A subscription has ended: what it tracked counts no longer.
    pub(super) fn track_no_longer(&mut self, tab: Option<Party>, id: &str) {
        if let Some(fallback) = self.tracks.remove(tab, id) {
            let call = CallId(self.names.number());
            self.tell_track(call, fallback);
        }
    }

    /// One tab wants nothing any more. The socket stays for the others.
    fn disconnect(&mut self, now: Instant, tab: Option<Party>, was_open: bool) {
        let others = self.followers.iter().any(|follower| !follower.wants.is_empty());
        if tab.is_none() && !others {
            self.tracks.clear();
            self.tell(Output::Apply(Command::Disconnect));
            return;
        }
        self.unsubscribe_all(now, tab);
        self.keep_open(was_open);
        if tab.is_none() {
            self.tell_end();
        }
    }

    /// Ends all subscriptions of a tab.
    pub(super) fn unsubscribe_all(&mut self, now: Instant, tab: Option<Party>) {
        for id in self.wants(tab).map(Wants::ids).unwrap_or_default() {
            self.serve_command(now, tab, Command::Unsubscribe { id });
        }
    }

    /// The server keeps one state for the socket: the latest that any tab tracks counts. Whether what is tracked no longer
    /// changes nothing that this tab's own machine has to hear of, but for what now takes its place.
    fn is_covered(
        &mut self,
        now: Instant,
        tab: Option<Party>,
        call: CallId,
        id: String,
        state: Option<&R::Payload>,
    ) -> bool {
        // Without a topic the machine says what is wrong with that.
        let Some(topic) = self.wants(tab).and_then(|wants| wants.topic(&id)) else { return false };
        if let Some(state) = state {
            self.tracks.set(Track { topic, tab, id, state: state.clone() });
            return false;
        }
        match self.tracks.remove(tab, &id) {
            Some(fallback) => self.tell_track(call, fallback),
            None if self.tracks.has(&topic) => self.news(now, News::Settled { call, result: Ok(()) }, None),
            None => return false,
        }
        true
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
        let Some(want) = self.wants(tab).and_then(|wants| wants.get(id)) else { return };
        if want.subscription.hears_itself() || self.followers.is_empty() {
            return;
        }
        let topic = want.subscription.topic();
        let echo = Echo { topic, event: event.to_owned(), payload: payload.clone(), is_bytes };
        self.echoes.push((call, PendingEcho { from: tab, echo }));
    }

    /// A broadcast whose call is done.
    pub(super) fn take_echo(&mut self, call: CallId) -> Option<PendingEcho<R::Payload>> {
        let at = self.echoes.iter().position(|(of, _)| *of == call)?;
        Some(self.echoes.remove(at).1)
    }

    pub(super) fn echo(&mut self, now: Instant, pending: PendingEcho<R::Payload>) {
        let PendingEcho { from, echo } = pending;
        let mut tabs = Vec::new();
        for (tab, _) in self.tabs_of(&echo.topic) {
            if from.is_none_or(|from| from.tab != tab) {
                tabs.push(tab);
            }
        }
        self.send_each(now, tabs, Body::Echo(echo.clone()));
        if from.is_some() {
            self.tell(Output::Deliver(echo));
        }
    }
}

/// What this tab's own machine calls an id of a tab's.
fn name(tab: Option<Party>, id: &str) -> String {
    tab.map_or_else(|| own_id(id), |tab| id_of(tab, id))
}

/// Calls an id of a tab's as this tab's own machine does; what the tab calls it.
fn rename(tab: Option<Party>, id: &mut String) -> String {
    let name = name(tab, id);
    std::mem::replace(id, name)
}
