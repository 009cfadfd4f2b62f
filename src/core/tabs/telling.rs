//! What this tab's own machine says: it goes to the tab that it is about.

use super::Tabs;
use super::body::Body;
use super::names::{self, Party};
use super::output::Output;
use super::relay::Relay;
use crate::core::error::Error;
use crate::core::news::News;
use crate::core::time::Instant;

impl<R: Relay> Tabs<R> {
    /// This tab's own machine has news: they go to whom they are about.
    pub(super) fn news(&mut self, now: Instant, news: News<R::Payload>, state: Option<R::Payload>) {
        if !self.config.is_shared {
            self.tell_news(news);
            return;
        }
        if !self.is_serving {
            return;
        }
        let mut news = news;
        let party = match &mut news {
            News::Settled { call, result } => {
                let echo = self.take_echo(*call);
                if let Some(echo) = echo.filter(|_| result.is_ok()) {
                    self.echo(now, echo);
                }
                let owner = self.names.settle(*call);
                owner.map(|(party, own)| {
                    *call = own;
                    party
                })
            }
            _ => self.unname(&mut news),
        };
        let Some(party) = party else {
            self.own_news(news, state);
            return;
        };
        // Of a hello before, it is of no interest any more.
        let Some(follower) = self.follower_mut(party) else { return };
        match &mut news {
            News::Settled { call, result } => {
                follower.wants.settled(*call, result.is_ok());
                if let Err(error) = result {
                    of_tab(party, error);
                }
            }
            News::Status { id, status } => {
                if let Some(want) = follower.wants.get_mut(id) {
                    want.status = Some(*status);
                }
            }
            News::Failed { id, error } => {
                follower.wants.remove(id);
                of_tab(party, error);
            }
            News::Error { error, .. } => of_tab(party, error),
            News::Continuity { .. } | News::Presence { .. } | News::System { .. } => {}
        }
        let after = follower.link.heard();
        self.send(now, party.tab, Body::News { news, state, after });
    }

    /// Calls a subscription as its tab does; which that is, `None` for this one.
    fn unname(&mut self, news: &mut News<R::Payload>) -> Option<Party> {
        let has_failed = matches!(news, News::Failed { .. });
        let name = news.id_mut()?;
        let (party, id) = names::owner(name);
        *name = id.to_owned();
        if has_failed {
            self.track_no_longer(party, name);
        }
        party
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
        self.send_each(now, self.tabs(), Body::Link(link.clone()));
        self.own_link(link);
    }

    /// Whether an id is another tab's, as this tab's own machine calls it.
    pub fn is_anothers(id: &str) -> bool {
        names::owner(id).0.is_some()
    }
}

/// An error as the tab's application has to read it: with its own id.
fn of_tab(tab: Party, error: &mut Error) {
    let (prefix, mut message) = (names::prefix(tab), String::new());
    let mut rest = error.message.chars();
    loop {
        while let Some(own) = rest.as_str().strip_prefix(&prefix) {
            rest = own.chars();
        }
        let Some(next) = rest.next() else { break };
        message.push(next);
    }
    error.message = message;
}
