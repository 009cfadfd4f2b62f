//! What the client tells of itself.

use super::Client;
use crate::core::error::{Code, Error};
use crate::core::io::{Level, LogEntry, Notification, Output};
use crate::core::payload::Payload;
use crate::core::realtime::routes::Slot;

impl<P: Payload> Client<P> {
    /// Writes an entry of the log, where that is asked for.
    pub(super) fn log(&mut self, level: Level, event: &'static str) {
        self.log_with(level, event, None, None, None);
    }

    /// Writes an entry about a topic.
    pub(super) fn log_topic(&mut self, level: Level, event: &'static str, topic: &str, detail: Option<&str>) {
        self.log_with(level, event, Some(topic), None, detail);
    }

    /// Writes an entry with a number: a close code, milliseconds.
    pub(super) fn log_number(&mut self, level: Level, event: &'static str, number: u64) {
        self.log_with(level, event, None, Some(number), None);
    }

    fn log_with(
        &mut self,
        level: Level,
        event: &'static str,
        topic: Option<&str>,
        number: Option<u64>,
        detail: Option<&str>,
    ) {
        if self.config.logs {
            let (topic, detail) = (topic.map(str::to_owned), detail.map(str::to_owned));
            self.outputs.push_back(Output::Log(LogEntry { level, event, topic, number, detail }));
        }
    }

    /// A buffer was full: its subscription is told.
    pub(super) fn overflow(&mut self, slot: Slot, count: u32) {
        self.stats.dropped = self.stats.dropped.saturating_add(count);
        let Some(id) =
            self.subscriptions.iter().find(|(_, entry)| entry.slot == slot).map(|(id, _)| id.clone())
        else {
            return;
        };
        let message = [
            "\"",
            &id,
            "\" did not keep up: its ",
            &count.to_string(),
            " oldest messages were dropped. Do less in `onData`, or narrow what it is asked for.",
        ];
        let error = Error::new(Code::Overflow, message.concat());
        self.notify(Notification::Error { id: Some(id), error });
    }
}
