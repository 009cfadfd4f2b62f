//! The cache over the user's store: what it asks of the disk becomes calls of the store's, and their ends become its inputs.

use std::rc::Rc;

use super::relayed::Aside;
use super::{Dashboard, Notification};
use crate::core::cache::input::{Input, RequestId, Written};
use crate::core::cache::output::{Output, Write as CacheWrite};
use crate::core::cache::stats::Stats;
use crate::core::ids::CallId;
use crate::core::payload::Payload;
use crate::core::store::input::{Command, Write};
use crate::core::store::names::{Kind, Owner};
use crate::core::store::output::{Outcome, Refusal};
use crate::core::store::segment::Encoded;
use crate::core::time::Instant;

/// The store's calls from here on are the cache's.
const OWN: u32 = 1 << 31;
/// What counters take on the disk, in bytes.
const COUNT_BYTES: u32 = 40;

/// What the cache has asked the store for.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    Entry(Rc<str>),
    Count,
    Write,
}

/// What the cache has asked the store for, by its request.
pub(super) type AskedOfStore = Vec<(u32, Asked)>;

impl<P: Payload> Dashboard<P> {
    pub(super) fn route_cache(&mut self, now: Instant, output: Output<P>) {
        let database = Kind::Cache;
        match output {
            Output::Load { request, key, is_latest } => {
                let name = named('e', &key);
                let command = if is_latest {
                    Command::Latest { database, key: name }
                } else {
                    Command::Get { database, key: name }
                };
                self.ask_store(now, request, Asked::Entry(key), command);
            }
            Output::Count { request, tag } => {
                let command = Command::Get { database, key: named('g', &tag) };
                self.ask_store(now, request, Asked::Count, command);
            }
            Output::Write { request, writes } => {
                let writes = writes.into_iter().map(stored).collect();
                let command = Command::Write { database, writes, is_leaders: false };
                self.ask_store(now, request, Asked::Write, command);
            }
            Output::Publish { supplier, text } => {
                self.tell_others(now, Aside::Cache(text.clone()));
                self.notify(Notification::Cache(Output::Publish { supplier, text }));
            }
            output => {
                if let Output::Tiers { disk, is_disk_silent, is_remote_well } = &output {
                    self.observe_tiers(now, *disk, *is_disk_silent, *is_remote_well);
                }
                self.notify(Notification::Cache(output));
            }
        }
    }

    fn ask_store(&mut self, now: Instant, RequestId(request): RequestId, asked: Asked, command: Command<P>) {
        self.asked_of_store.push((request & !OWN, asked));
        self.vault.call(now, CallId(request | OWN), command);
    }

    /// A call of the store's has ended; whether it was the cache's.
    pub(super) fn settle_cache(&mut self, now: Instant, call: CallId, outcome: &Outcome<P>) -> bool {
        if call.0 & OWN == 0 {
            return false;
        }
        let number = call.0 & !OWN;
        let Some(place) = self.asked_of_store.iter().position(|(asked, _)| *asked == number) else {
            return true;
        };
        let (_, asked) = self.asked_of_store.swap_remove(place);
        let request = RequestId(number);
        let found = match outcome {
            Outcome::Value(Some(found)) => Some(found.value.value.clone()),
            _ => None,
        };
        // Where there is no store at all, there is nothing to wait for.
        let is_unread =
            matches!(outcome, Outcome::Failed(Refusal::Unavailable)) && self.vault.store().is_some();
        let input = match asked {
            Asked::Entry(_) | Asked::Count if is_unread => Input::Unread { request },
            Asked::Entry(key) => match found.and_then(|found| found.parted()) {
                Some((header, body)) => {
                    self.notify(Notification::CacheFound { request, key, header, body });
                    return true;
                }
                None => Input::Read { request, found: None },
            },
            Asked::Count => {
                let generation = found.and_then(|found| found.as_text()).map(Rc::from);
                Input::Counted { request, generation }
            }
            Asked::Write => {
                let written = match outcome {
                    Outcome::Durable => Written::Durable,
                    Outcome::Held => Written::Held,
                    _ => Written::Refused,
                };
                Input::Written { request, written }
            }
        };
        self.cache.handle(now, input);
        true
    }

    /// Whose the page is has become known, or has changed.
    pub(super) fn set_cache_owner(&mut self, now: Instant, owner: Option<Owner>) {
        let Some(owner) = owner else { return };
        let former = self.cache_owner.replace(owner.clone());
        if former.is_some_and(|former| former != owner) {
            self.end_cache(now);
        }
    }

    /// What the cache has counted.
    pub fn cache_stats(&self) -> Stats {
        self.cache.stats()
    }

    /// Nothing that is in memory counts any more.
    pub(super) fn end_cache(&mut self, now: Instant) {
        self.asked_of_store.clear();
        self.cache.handle(now, Input::User);
    }
}

/// What a key of the cache's is called in the store.
fn named(kind: char, name: &str) -> Rc<str> {
    let mut text = String::from(kind);
    text.push_str(name);
    text.into()
}

fn stored<P: Payload>(write: CacheWrite<P>) -> Write<P> {
    match write {
        CacheWrite::Entry { key, header, value, bytes, expires } => {
            let (value, bytes) = P::joined(&header, value, bytes);
            Write::Put { key: named('e', &key), value: Encoded { value, bytes }, expires }
        }
        CacheWrite::Remove { key } => Write::Remove { key: named('e', &key) },
        CacheWrite::Count { tag, generation, expires } => {
            let value = Encoded { value: P::string(&generation), bytes: COUNT_BYTES };
            Write::Put { key: named('g', &tag), value, expires }
        }
    }
}
