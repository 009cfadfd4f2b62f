//! What the application is told.

use super::{News, Output, Realtime};
use crate::core::error::{Code, Error};
use crate::core::ids::CallId;
use crate::core::log::{Level, LogEntry};
use crate::core::payload::Payload;
use crate::core::realtime::routes::Slot;
use crate::core::realtime::subscriptions::Status;

impl<P: Payload> Realtime<P> {
    /// Writes an entry of the log about a topic.
    pub(super) fn log(&mut self, level: Level, event: &'static str, topic: &str, detail: Option<&str>) {
        let (topic, detail) = (Some(topic.to_owned()), detail.map(str::to_owned));
        self.tell(Output::Log(LogEntry { level, event, topic, number: None, detail }));
    }

    pub(super) fn notify(&mut self, news: News<P>) {
        self.tell(Output::News(news));
    }

    /// The state of a subscription, whether or not it has changed.
    pub(super) fn tell_status(&mut self, id: &str, status: Status) {
        if status != Status::Reconnecting {
            self.troubles.end_of(id);
        }
        self.notify(News::Status { id: id.to_owned(), status });
    }

    /// A failure of a subscription that is retried, if it is news.
    pub(super) fn tell_error(&mut self, id: &str, error: Error) {
        if self.troubles.begins(Some(id), &error) {
            self.notify(News::Error { id: id.to_owned(), error });
        }
    }

    pub(super) fn settle_call(&mut self, call: CallId, result: Result<(), Error>) {
        self.notify(News::Settled { call, result });
    }

    pub(super) fn settle_calls(&mut self, calls: Vec<CallId>, result: &Result<(), Error>) {
        for call in calls {
            self.settle_call(call, result.clone());
        }
    }

    /// A buffer was full: its subscription is told.
    pub(super) fn overflow(&mut self, slot: Slot, count: u32) {
        self.stats.dropped = self.stats.dropped.saturating_add(count);
        let Some((id, _)) = self.subscriptions.iter().find(|(_, entry)| entry.slot == slot) else { return };
        let (id, count) = (id.clone(), count.to_string());
        let pieces = [
            "\"",
            &id,
            "\" did not keep up: its ",
            &count,
            " oldest messages were dropped. Do less in `onData`, or narrow what it is asked for.",
        ];
        self.tell_error(&id, Error::of(Code::Overflow, &pieces));
    }
}
