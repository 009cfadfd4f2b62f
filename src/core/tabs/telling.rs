//! What this tab's own machine says: it goes to the tab that it is about.

use super::Tabs;
use super::body::Body;
use super::names::{self, Party, is_given};
use super::output::Output;
use super::relay::Relay;
use crate::core::error::Error;
use crate::core::ids::TabId;
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

/// An error as the tab's application has to read it: with its own id.
fn of_tab(tab: Party, mut error: Error) -> Error {
    error.message = error.message.replace(&names::prefix(tab), "");
    error
}
