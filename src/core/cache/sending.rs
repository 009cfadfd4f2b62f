//! How jobs go on: values are encoded, written to the disk and told to the remote tier, and then others hear of it.

use std::rc::Rc;

use super::Cache;
use super::counting::names_of;
use super::header::NOTHING;
use super::input::{Answer, FlightId, RequestId, Written};
use super::output::{Ask, Outcome, Output, Write};
use super::remote::{TELLING, tags_put};
use super::stats::Counted;
use super::writing::{Encoding, Job};
use crate::core::error::{Code, Error};
use crate::core::time::Instant;

impl<P: Clone> Cache<P> {
    pub(super) fn start(&mut self, now: Instant, mut job: Job<P>) {
        if !self.settings.has_remote {
            job.asks.clear();
        }
        if !job.asks.is_empty() {
            job.is_on_remote.get_or_insert(true);
        }
        self.jobs.push(job);
        self.send(now);
    }

    /// Gives to the disk what is ready, and ends what is done.
    fn send(&mut self, now: Instant) {
        let mut place = 0;
        while place < self.jobs.len() {
            self.ask(place);
            let Some(job) = self.jobs.get_mut(place) else { return };
            // They become so in their order.
            let is_ready = job.encodings.iter().rev().all(|encoding| encoding.is_encoded);
            if is_ready && job.disk.is_none() && !job.writes.is_empty() {
                self.last = self.last.wrapping_add(1);
                let request = RequestId(self.last);
                job.disk = Some(request);
                let writes = job.writes.clone();
                self.outputs.push(Output::Write { request, writes });
            }
            let is_durable = is_ready && job.writes.is_empty();
            // Others hear of what was set once the remote tier has, which may have counted further; of an invalidation at once.
            let is_told = |job: &Job<P>| {
                job.is_strict || job.remote.is_empty() && job.asks.is_empty() && !job.is_again()
            };
            if is_durable && !job.is_said && !job.said.is_empty() && is_told(job) {
                job.is_said = true;
                let (supplier, said) = (job.supplier.clone(), job.said.clone());
                self.publish(supplier, &said);
                continue;
            }
            if is_durable && job.remote.is_empty() && job.asks.is_empty() {
                let job = self.jobs.remove(place);
                self.end(now, job);
            } else {
                place += 1;
            }
        }
    }

    /// Asks the remote tier what it has yet to be asked. What was fetched since a tag was raised waits until it has heard of that:
    /// else it could come after an invalidation of another device's that knows nothing of it, and be above that.
    fn ask(&mut self, place: usize) {
        let Some(job) = self.jobs.get(place).filter(|job| !job.asks.is_empty()) else { return };
        if job.said.is_empty() {
            let tags: Vec<Rc<str>> = job.asks.iter().flat_map(tags_put).collect();
            if tags.iter().any(|tag| self.jobs.iter().any(|other| other.tells(tag))) {
                return;
            }
            if tags.iter().any(|tag| self.repairs.tells(tag))
                && let Some(job) = self.jobs.get_mut(place)
            {
                (job.asks, job.is_on_remote) = (Vec::new(), Some(false));
            }
        }
        let asks = self.jobs.get_mut(place).map(|job| std::mem::take(&mut job.asks)).unwrap_or_default();
        for ask in asks {
            let request = self.request();
            self.outputs.push(Output::Remote { request, ask: ask.clone(), within: TELLING });
            if let Some(job) = self.jobs.get_mut(place) {
                job.remote.push((request, ask));
            }
        }
    }

    fn end(&mut self, now: Instant, mut job: Job<P>) {
        if job.is_again() {
            match self.set_again(now, job) {
                Some(rest) => job = rest,
                None => return,
            }
        }
        // Where the remote tier has counted further, others had better know.
        let said = self.seen(&names_of(&job.said));
        let is_further = job.is_on_remote == Some(true) && said != job.said;
        if !said.is_empty() && (is_further || !job.is_said) {
            self.publish(job.supplier, &said);
        }
        self.release(job.lock);
        for call in job.calls {
            let outcome = if job.is_strict && job.is_on_remote == Some(false) {
                Outcome::not_reached()
            } else {
                Outcome::Done { on_disk: job.is_on_disk, on_remote: job.is_on_remote }
            };
            self.settle(call, outcome);
        }
        let contested = std::mem::take(&mut self.contested);
        for key in contested {
            // Which stays contested if another job writes it.
            self.doubt_flights(&key);
            self.read_again(now, &key);
        }
    }

    /// A value is ready to be written, or cannot be.
    pub(super) fn encoded(&mut self, now: Instant, request: RequestId, result: Result<(P, u8, u32), Error>) {
        let is_it = |encoding: &Encoding<P>| encoding.request == request;
        let Some(job) = self.jobs.iter_mut().find(|job| job.encodings.iter().any(is_it)) else { return };
        let Some(encoding) = job.encodings.iter_mut().find(|one| is_it(one)) else { return };
        let (key, mut header) = (encoding.item.key.text.clone(), encoding.item.header.clone());
        match result {
            Ok((value, flags, bytes)) => {
                encoding.is_encoded = true;
                (header.flags, header.bytes) = (header.flags & NOTHING | flags, bytes);
                let ends = header.ttl.saturating_add(header.stale);
                let expires = header.stored.saturating_add(ends);
                let header = header.to_text();
                job.writes.push(Write::Entry { key: key.clone(), header, value, bytes, expires });
                self.sized(&key, bytes);
            }
            Err(error) => {
                job.encodings.retain(|one| !is_it(one));
                let is_set = !job.said.is_empty();
                let is_too_large = error.code == Code::ValueTooLarge;
                // What the disk has of the key is older, and would be given in the place of what it refuses.
                if is_set || is_too_large {
                    job.writes.insert(0, Write::Remove { key: key.clone() });
                }
                for call in std::mem::take(&mut job.calls) {
                    self.settle(call, Outcome::Failed(error.clone()));
                }
                // What a fetch has brought stays in memory if it is shown, or is not too large for that too.
                if is_set || is_too_large && !self.watched.contains_key(&*key) {
                    self.drop_entry(&key);
                }
            }
        }
        self.send(now);
    }

    /// The disk has written, or has not.
    pub(super) fn written(&mut self, now: Instant, request: RequestId, written: Written) {
        if self.repaired(now, request, written) {
            return;
        }
        let Some(job) = self.jobs.iter_mut().find(|job| job.disk == Some(request)) else { return };
        job.is_on_disk = written == Written::Durable;
        let writes = std::mem::take(&mut job.writes);
        let lock = job.lock.take();
        self.release(lock);
        match written {
            Written::Refused => {
                self.count(Counted::RefusedByDisk);
                self.repairs.add(now, writes);
            }
            Written::Durable | Written::Held => self.repairs.forget(&writes),
        }
        self.send(now);
    }

    fn release(&mut self, lock: Option<FlightId>) {
        if let Some(flight) = lock {
            self.outputs.push(Output::Unlock { flight });
        }
    }

    /// The remote tier has answered a job, or was not reached.
    pub(super) fn job_answered(
        &mut self,
        now: Instant,
        request: RequestId,
        answer: &Option<Answer<P>>,
    ) -> bool {
        let is_it = |(asked, _): &(RequestId, Ask<P>)| *asked == request;
        let place = self.jobs.iter().position(|job| job.remote.iter().any(is_it));
        let Some((place, job)) = place.and_then(|place| Some((place, self.jobs.get_mut(place)?))) else {
            return false;
        };
        let Some((_, ask)) = job.remote.extract_if(.., |one| is_it(one)).next() else { return false };
        let is_set = !job.said.is_empty();
        match (answer, &ask) {
            (Some(Answer::Superseded(said)), Ask::Put { entries, .. }) => {
                self.job_superseded(now, place, entries, said);
            }
            _ => {
                if answer.is_none() {
                    job.is_on_remote = Some(false);
                }
                self.told(now, &ask, answer, is_set);
            }
        }
        self.send(now);
        true
    }
}
