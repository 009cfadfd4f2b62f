//! What the application asks for, and what it is told of that, whoever serves it.

use super::Tabs;
use super::body::Body;
use super::names;
use super::output::Output;
use super::own::About;
use super::relay::{CommandOf, LinkNews, Relay};
use super::role::Role;
use super::wants::Outcome;
use crate::core::command::Command;
use crate::core::edit::Edit;
use crate::core::error::{Code, Error};
use crate::core::ids::CallId;
use crate::core::news::{Continuity, News, Status};
use crate::core::time::Instant;

impl<R: Relay> Tabs<R> {
    pub(super) fn command(&mut self, now: Instant, command: CommandOf<R>) {
        if !self.config.is_shared {
            self.tell(Output::Apply(command));
            return;
        }
        self.start(now);
        if matches!(command, Command::Subscribe { .. } | Command::Connect)
            && std::mem::take(&mut self.own.has_ended)
        {
            for link in self.states.clone() {
                self.tell_link(link);
            }
        }
        let is_following = matches!(self.role, Role::Following { .. });
        self.own.note(&command, !self.is_serving && !is_following);
        if self.is_serving {
            self.serve_command(now, None, command);
            return;
        }
        match &command {
            Command::Unsubscribe { id } => self.end(id.clone()),
            Command::Disconnect => self.end_all(),
            _ => {}
        }
        if is_following {
            self.send_to_leader(now, Body::Command(command));
        }
    }

    /// Another tab serves the subscription, or none does yet: that it ends is not for that one to say.
    fn end(&mut self, id: String) {
        let Some(slot) = self.own.wants.remove(&id) else { return };
        let (subscribing, tracking) = (self.own.take_subscribing(&id), self.own.take_tracking(&id));
        self.tell_news(News::Status { id, status: Status::Closed });
        self.fail(subscribing, Code::Unsubscribed, "The subscription was ended before it was live.");
        self.fail(tracking, Code::NotJoined, "The subscription was ended before the server had answered.");
        self.tell(Output::Routes(Edit::DropSlot { slot }));
    }

    fn end_all(&mut self) {
        for id in self.own.wants.ids() {
            self.end(id);
        }
        self.tell_end();
    }

    fn fail(&mut self, calls: Vec<CallId>, code: Code, message: &str) {
        for call in calls {
            self.tell_news(News::Settled { call, result: Err(Error::new(code, message)) });
        }
    }

    /// The application has ended everything here, and others keep the connection.
    pub(super) fn tell_end(&mut self) {
        if !std::mem::replace(&mut self.own.has_ended, true) {
            for link in R::Link::after_end(&self.states) {
                self.tell_link(link);
            }
        }
    }

    /// Whoever serves this tab has news for it.
    pub(super) fn own_news(&mut self, news: News<R::Payload>, state: Option<R::Payload>) {
        match news {
            News::Settled { call, result } => self.own_settled(call, result),
            news => self.news_of_subscription(news, state),
        }
    }

    fn news_of_subscription(&mut self, news: News<R::Payload>, state: Option<R::Payload>) {
        let Some(id) = news.id() else { return };
        let Some(want) = self.own.wants.get_mut(id) else { return };
        let mut is_back = false;
        match &news {
            News::Status { status, .. } => {
                // A status is told once, and that another leader begins a subscription again is no news after its interruption.
                if want.status == Some(*status) || (want.is_interrupted && *status == Status::Joining) {
                    return;
                }
                want.status = Some(*status);
                want.was_live |= *status == Status::Live;
                is_back = *status == Status::Live && std::mem::take(&mut want.is_interrupted);
                if *status == Status::Closed {
                    self.own.wants.remove(id);
                }
            }
            News::Failed { .. } => drop(self.own.wants.remove(id)),
            _ => want.state = state.or_else(|| want.state.take()),
        }
        let id = id.to_owned();
        self.tell_news(news);
        if is_back {
            self.tell_news(News::Continuity { id, continuity: Continuity::Lost });
        }
    }

    fn own_settled(&mut self, call: CallId, result: Result<(), Error>) {
        let outcome = self.own.wants.settled(call, result.is_ok());
        if let Outcome::Refused(slot) = outcome
            && !self.is_serving
        {
            self.tell(Output::Routes(Edit::DropSlot { slot }));
        }
        match self.own.settled(call) {
            Some(About::Again(id)) => {
                // It was live, and whoever leads now has other options for its channel.
                if let (Err(error), Outcome::Refused(_)) = (result, outcome) {
                    self.tell_news(News::Status { id: id.clone(), status: Status::Failed });
                    self.tell_news(News::Failed { id, error });
                }
            }
            Some(_) => self.tell_news(News::Settled { call, result }),
            None => {}
        }
    }

    /// Whoever served this tab does so no longer: what was live is interrupted, and what cannot be asked for again is lost.
    pub(super) fn interrupt(&mut self) {
        let message = "The tab that held the connection ended before it said what became of this. Call again if it may \
            happen twice.";
        let lost = self.own.take_lost();
        self.fail(lost, Code::Disconnected, message);
        for id in self.own.wants.interrupt() {
            self.tell_news(News::Status { id, status: Status::Reconnecting });
        }
        for link in R::Link::after_loss(&self.states) {
            self.own_link(link);
        }
    }

    /// News of the connection, for this tab.
    pub(super) fn own_link(&mut self, link: R::Link) {
        keep(&mut self.states, &link);
        if !self.own.has_ended {
            self.tell_link(link);
        }
    }

    /// A state that the application knows is no news.
    fn tell_link(&mut self, link: R::Link) {
        if keep(&mut self.own.told, &link) {
            self.tell(Output::Link(link));
        }
    }

    /// This tab's own machine serves it from now on.
    pub(super) fn serve(&mut self, now: Instant) {
        if std::mem::replace(&mut self.is_serving, true) {
            return;
        }
        self.forget_token();
        for command in self.replayed() {
            self.serve_command(now, None, command);
        }
    }

    /// All that whoever serves this tab from now on has to be asked for.
    pub(super) fn replayed(&mut self) -> Vec<CommandOf<R>> {
        let names = &mut self.names;
        let (commands, replaced) = self.own.replay(&mut || CallId(names.number()));
        for slot in replaced {
            self.tell(Output::Routes(Edit::DropSlot { slot }));
        }
        commands
    }

    /// This tab's own machine serves nobody any more. What it says of that is of no interest.
    pub(super) fn unserve(&mut self, _now: Instant) {
        if !std::mem::replace(&mut self.is_serving, false) {
            return;
        }
        self.tell(Output::Apply(Command::Disconnect));
        self.names.clear();
        self.tracks.clear();
        self.echoes.clear();
        self.local.clear();
        self.interrupt();
    }

    /// A subscription that the application has, whoever serves it.
    pub fn wanted(&self, id: &str) -> Option<(&R::Subscription, crate::core::ids::Slot)> {
        self.own.wants.get(id).map(|want| (&want.subscription, want.slot))
    }

    /// The state of a subscription as last told.
    pub fn status(&self, id: &str) -> Option<Status> {
        let want = self.own.wants.get(id)?;
        Some(want.status.unwrap_or(Status::Joining))
    }

    /// Who is on the channel of a subscription, as another tab last told.
    pub fn presence(&self, id: &str) -> Option<R::Payload> {
        self.own.wants.get(id)?.state.clone()
    }

    /// What this tab's own machine calls an id of the application's.
    pub fn own_id(id: &str) -> String {
        names::own_id(id)
    }
}

/// Keeps the last news of each state; whether this one is news.
fn keep<L: LinkNews<P>, P>(states: &mut Vec<L>, link: &L) -> bool {
    if link.state().is_none() {
        return true;
    }
    for known in &mut *states {
        if known.state() == link.state() {
            let is_news = known != link;
            known.clone_from(link);
            return is_news;
        }
    }
    states.push(link.clone());
    true
}
