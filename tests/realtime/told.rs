//! What the application has been told.

use serde_json::Value;
use wedsync_dashboard::core::connectivity;
use wedsync_dashboard::core::dashboard::Notification;
use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::realtime::News;
use wedsync_dashboard::core::realtime::presence::PresenceEvent;
use wedsync_dashboard::core::realtime::subscriptions::Status;

use crate::world::World;

impl World {
    /// Whether the application has been told that a link was dead.
    pub fn is_told_down(&self) -> bool {
        self.news.iter().any(|news| {
            matches!(news, Notification::Connectivity(connectivity::News::Disconnected { code: 0, .. }))
        })
    }

    /// What a subscription was told of its returns.
    pub fn continuity(&self, wanted: &str) -> Vec<&'static str> {
        self.news
            .iter()
            .filter_map(|news| match news {
                Notification::Realtime(News::Continuity { id, continuity }) if id == wanted => {
                    Some(continuity.as_str())
                }
                _ => None,
            })
            .collect()
    }

    pub fn statuses(&self, wanted: &str) -> Vec<Status> {
        self.news
            .iter()
            .filter_map(|news| match news {
                Notification::Realtime(News::Status { id, status }) if id == wanted => Some(*status),
                _ => None,
            })
            .collect()
    }

    pub fn is_live(&self, id: &str) -> bool {
        self.statuses(id).last() == Some(&Status::Live)
    }

    /// The codes of a subscription's errors, those that ended it included.
    pub fn errors(&self, wanted: &str) -> Vec<&'static str> {
        self.news
            .iter()
            .filter_map(|news| match news {
                Notification::Realtime(News::Error { id, error } | News::Failed { id, error })
                    if id == wanted =>
                {
                    Some(error.code.as_str())
                }
                _ => None,
            })
            .collect()
    }

    pub fn failure(&self, wanted: &str) -> Option<&wedsync_dashboard::core::error::Error> {
        self.news.iter().find_map(|news| match news {
            Notification::Realtime(News::Failed { id, error }) if id == wanted => Some(error),
            _ => None,
        })
    }

    /// How a call ended: `None` while it waits.
    pub fn settled(&self, wanted: u32) -> Option<Result<(), &'static str>> {
        self.news.iter().find_map(|news| match news {
            Notification::Realtime(News::Settled { call: CallId(call), result }) if *call == wanted => {
                Some(result.clone().map_err(|error| error.code.as_str()))
            }
            _ => None,
        })
    }

    /// How many times a call was settled.
    pub fn settlements(&self, wanted: u32) -> usize {
        let is_wanted = |news: &&Notification<Value>| matches!(news, Notification::Realtime(News::Settled { call, .. }) if call.0 == wanted);
        self.news.iter().filter(is_wanted).count()
    }

    pub fn presence_events(&self, wanted: &str) -> Vec<PresenceEvent<Value>> {
        self.news
            .iter()
            .filter_map(|news| match news {
                Notification::Realtime(News::Presence { id, event }) if id == wanted => Some(event.clone()),
                _ => None,
            })
            .collect()
    }
}
