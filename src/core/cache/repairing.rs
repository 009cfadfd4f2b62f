//! What a tier has refused is given to it again.

use std::rc::Rc;

use super::Cache;
use super::counting::KEY;
use super::generation::Generation;
use super::input::{Answer, RequestId, Written};
use super::output::{Ask, Output, Write};
use super::remote::TELLING;
use super::repairs::{BATCH, is_as_new, name};
use crate::core::time::Instant;

impl<P: Clone> Cache<P> {
    /// What waits for a tier is tried now.
    pub(super) fn retry(&mut self, now: Instant) {
        self.repairs.attempts = 0;
        self.repair(now);
        // What could not be asked for can be now.
        self.look_again(now);
    }

    /// Gives to the tiers what they have refused.
    pub(super) fn repair(&mut self, now: Instant) {
        self.repairs.due = None;
        if self.repairs.is_empty() {
            return;
        }
        self.repairs.attempts = self.repairs.attempts.saturating_add(1);
        if self.repairs.asked.is_none() && !self.repairs.disk.is_empty() {
            let request = self.request();
            let mut writes = self.repairs.batch();
            for write in &mut writes {
                // What others have counted meanwhile was heard of, and is not taken back.
                if let Write::Count { tag, generation, .. } = write {
                    let least = self.generations.least(tag);
                    if Generation::from_text(generation).is_none_or(|refused| !refused.is_above(least)) {
                        *generation = least.to_text();
                    }
                }
            }
            self.repairs.asked = Some((request, writes.clone()));
            self.outputs.push(Output::Write { request, writes });
        }
        let first = self.repairs.remote.first().map(|(supplier, _)| supplier.clone());
        if let Some(supplier) = first.filter(|_| self.repairs.asked_remote.is_none()) {
            self.repair_remote(now, supplier);
        }
        // Should nobody answer.
        self.repairs.put_off(now);
    }

    /// The remote tier is given what there is of a supplier's keys, or else is told that they are not as it has them.
    fn repair_remote(&mut self, now: Instant, supplier: Rc<str>) {
        let of_it = |(other, tag): &(Rc<str>, Rc<str>)| (*other == supplier).then(|| tag.clone());
        let mut tags: Vec<Rc<str>> = self.repairs.remote.iter().filter_map(of_it).collect();
        let mut items = Vec::new();
        for key in tags.iter().filter_map(|tag| tag.strip_prefix(KEY)) {
            let Some(item) = self.item(key, false) else { continue };
            if items.len() < BATCH && self.holds(&item.header.tags) {
                items.push(item);
            }
        }
        let ask = self.puts(now, &items).into_iter().next();
        if let Some(Ask::Put { entries, .. }) = &ask {
            tags.retain(|tag| {
                entries.iter().any(|(key, ..)| tag.strip_prefix(KEY).is_some_and(|own| *own == **key))
            });
        }
        let ask = ask.unwrap_or_else(|| {
            let said = self.seen(&tags);
            self.invalidation(&supplier, &said)
        });
        let request = self.request();
        self.repairs.asked_remote = Some((request, ask.clone(), tags));
        self.outputs.push(Output::Remote { request, ask, within: TELLING });
    }

    /// The disk has answered such an attempt.
    pub(super) fn repaired(&mut self, now: Instant, request: RequestId, written: Written) -> bool {
        let is_it = |(asked, _): &mut (RequestId, Vec<Write<P>>)| *asked == request;
        let Some((_, writes)) = self.repairs.asked.take_if(is_it) else { return false };
        let is_taken = written != Written::Refused;
        for write in writes.into_iter().filter(|_| is_taken) {
            // What has come meanwhile is newer and waits on.
            let name = name(&write);
            if self.repairs.disk.get(&*name).is_some_and(|waiting| is_as_new(&write, waiting)) {
                self.repairs.disk.remove(&*name);
            }
        }
        self.rest(now, is_taken);
        true
    }

    /// The remote tier has.
    pub(super) fn remote_repaired(
        &mut self,
        now: Instant,
        request: RequestId,
        answer: &Option<Answer<P>>,
    ) -> bool {
        let is_it = |(asked, ..): &mut (RequestId, Ask<P>, Vec<Rc<str>>)| *asked == request;
        let Some((_, ask, mut tags)) = self.repairs.asked_remote.take_if(is_it) else { return false };
        let (Ask::Put { supplier, .. } | Ask::Invalidate { supplier, .. }) = &ask else { return true };
        let mut is_done = answer.is_some();
        if is_done {
            self.repairs.attempts = 0;
            let mut again = Vec::new();
            if let (Some(Answer::Superseded(said)), Ask::Put { entries, .. }) = (answer, &ask) {
                again = self.repair_superseded(now, entries, said);
                is_done = again.is_empty();
            }
            tags.retain(|tag| !again.contains(tag));
            self.repairs.remote.retain(|(other, tag)| other != supplier || !tags.contains(tag));
            self.told(now, &ask, answer, false);
        }
        self.rest(now, is_done);
        true
    }

    /// What waits on is tried at once if the last attempt has succeeded, and else after a pause.
    fn rest(&mut self, now: Instant, has_succeeded: bool) {
        self.repairs.due = None;
        if has_succeeded {
            self.repairs.attempts = 0;
            self.repair(now);
        } else if !self.repairs.is_empty() {
            self.repairs.put_off(now);
        }
    }
}
