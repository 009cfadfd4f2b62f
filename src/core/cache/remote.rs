//! The remote tier: it is asked before anything is fetched, and for the counters that other devices may have raised unheard.

use std::rc::Rc;

use super::Cache;
use super::counting::{Counts, key_tag, names_of};
use super::entry::Standing;
use super::flying::Phase;
use super::generation::Generation;
use super::header::{Header, NOTHING};
use super::input::{Answer, FlightId, Found, RequestId};
use super::output::{Ask, Output};
use super::serving::Tier;
use super::stats::Counted;
use crate::core::resilience::breaker::{Config, DetectorConfig, Outcome as Ended, Permit};
use crate::core::time::Instant;

/// How long the remote tier may take to have an entry, in milliseconds.
const HAVING: u64 = 300;
/// How long it may take to be told something, or to tell what counters say, in milliseconds.
pub(super) const TELLING: u64 = 5_000;
/// The most tags that one question is about. Those beyond are asked for when they are needed next.
const MOST_TAGS: usize = 500;

/// The remote tier is asked what the counters of these tags say.
#[derive(Debug)]
pub(super) struct Checking {
    request: RequestId,
    permit: Permit,
    supplier: Rc<str>,
    tags: Vec<Rc<str>>,
}

/// The remote tier is one more way to what could be fetched as well: it is left alone for half a minute after three failures.
pub(super) fn remote_breaker() -> Config {
    Config {
        detector: DetectorConfig::Consecutive { threshold: 3, reset_timeout: 60_000 },
        slow: None,
        timeout: 30_000,
        max_timeout: 300_000,
        probes: 1,
        probe_timeout: 5_000,
        successes: 1,
    }
}

impl<P: Clone> Cache<P> {
    /// The remote tier is asked for a flight, if there is one that lives.
    pub(super) fn ask_remote(&mut self, now: Instant, id: FlightId) {
        let is_asked = self.settings.has_remote && !self.flight(id).is_some_and(|flight| flight.is_forced);
        let permit = if is_asked { self.remote.permit(now).ok() } else { None };
        let Some(permit) = permit else { return self.fetch(now, id) };
        let request = self.request();
        let Some(flight) = self.flight(id) else { return };
        flight.phase = Phase::Remote(request, permit);
        let ask = Ask::Get { key: flight.key.clone() };
        self.outputs.push(Output::Remote { request, ask, within: HAVING });
    }

    /// It has answered a flight, or was not reached.
    fn has_remotely(&mut self, now: Instant, request: RequestId, answer: &Option<Answer<P>>) -> bool {
        let asked = |flight: &super::flying::Flight<P>| match flight.phase {
            Phase::Remote(asked, permit) if asked == request => Some((flight.id, permit)),
            _ => None,
        };
        let Some((id, permit)) = self.flights.iter().find_map(asked) else { return false };
        self.ended(now, permit, answer.is_some());
        match answer {
            Some(Answer::Hit(found)) => self.found_remotely(now, id, found),
            _ => self.fetch(now, id),
        }
        true
    }

    fn ended(&mut self, now: Instant, permit: Permit, is_reached: bool) {
        let ended = if is_reached { Ended::Success } else { Ended::Failure };
        self.remote.outcome(now, permit, ended, 0, None);
        while self.remote.poll().is_some() {}
    }

    fn found_remotely(&mut self, now: Instant, id: FlightId, found: &Found<P>) {
        let Some(mut header) = Header::from_text(&found.header) else { return self.fetch(now, id) };
        if let Some(age) = found.age {
            // The clock that has stored it may be another one.
            header.stored = self.wall(now).saturating_sub(age);
        }
        // It gives nothing that its own counters are above of.
        let own = self.flight(id).map(|flight| flight.key.text.clone());
        self.learn_from_afar(now, &header.tags, own.as_deref());
        self.knows(&names_of(&header.tags));
        let disk_ends = Some(self.disk_end(now));
        if let Some(flight) = self.flight(id) {
            (flight.phase, flight.disk_ends) = (Phase::Judging(header, found.value.clone()), disk_ends);
        }
    }

    /// The counters of what the remote tier has are known.
    pub(super) fn judge(&mut self, now: Instant, id: FlightId, header: Header) {
        let wall = self.wall(now);
        let is_untold = header.tags.iter().any(|(tag, _)| self.is_untold(tag));
        let holds = self.holds(&header.tags) && !is_untold;
        let Some(flight) = self.flight(id) else { return };
        let key = flight.key.clone();
        let version = flight.fetcher.as_ref().and_then(|(_, fetching)| fetching.keeping.version.clone());
        let is_of = version.is_none() || version == header.version;
        let is_forced = flight.is_forced;
        let Phase::Judging(_, value) = std::mem::replace(&mut flight.phase, Phase::Ready) else { return };
        for (tag, _) in &header.tags {
            self.generations.check(tag, true);
        }
        let standing = header.standing(wall);
        let is_wanted = match standing {
            Standing::Fresh => true,
            // Should the fetch fail, that is better than nothing.
            Standing::Stale => !self.entries.contains_key(&*key.text),
            Standing::Gone => false,
        };
        if holds && is_of && is_wanted {
            let value = (header.flags & NOTHING == 0).then_some(value);
            self.put(now, key.clone(), header, value, None);
            self.write_entry(now, &key.text, false, false);
        }
        if is_forced || !holds || !is_of || standing != Standing::Fresh {
            return self.fetch(now, id);
        }
        let Some(flight) = self.take_flight(id) else { return };
        self.end_outside(&flight);
        self.serve_callers_of(now, id, Tier::Remote);
    }

    /// Whether this tab has raised a tag, and the remote tier has yet to hear of it: it may have what was fetched before that, and
    /// counters of other devices that are above.
    fn is_untold(&self, tag: &Rc<str>) -> bool {
        self.jobs.iter().any(|job| job.tells(tag)) || self.repairs.tells(tag)
    }

    /// The remote tier is asked for the counters of these tags, unless that was done since anything may have been missed. Nobody
    /// waits for it.
    pub(super) fn check(&mut self, supplier: &Rc<str>, tags: &[Rc<str>]) {
        for tag in tags {
            let is_asked = self.generations.is_checked(tag)
                || self.unchecked.iter().any(|(_, other)| other == tag)
                || self.checking.iter().any(|checking| checking.tags.contains(tag));
            if self.settings.has_remote && !is_asked && self.unchecked.len() < MOST_TAGS {
                self.unchecked.push((supplier.clone(), tag.clone()));
            }
        }
    }

    /// Asks for what has come together in this turn.
    pub(super) fn ask_counters(&mut self, now: Instant) {
        let mut unchecked = std::mem::take(&mut self.unchecked);
        while let Some((supplier, _)) = unchecked.first().cloned() {
            let Ok(permit) = self.remote.permit(now) else { return };
            let request = self.request();
            let of_it = unchecked.extract_if(.., |(other, _)| *other == supplier);
            let tags: Vec<Rc<str>> = of_it.map(|(_, tag)| tag).collect();
            self.checking.push(Checking { request, permit, supplier: supplier.clone(), tags: tags.clone() });
            let ask = Ask::Generations { supplier, tags };
            self.outputs.push(Output::Remote { request, ask, within: TELLING });
        }
    }

    fn checked(&mut self, now: Instant, request: RequestId, answer: &Option<Answer<P>>) -> bool {
        let Some(place) = self.checking.iter().position(|one| one.request == request) else { return false };
        let Checking { permit, supplier, tags, .. } = self.checking.remove(place);
        self.ended(now, permit, answer.is_some());
        let Some(Answer::Done(said)) = answer else { return true };
        let mut untold = Counts::new();
        for tag in &tags {
            self.generations.check(tag, true);
            let says = said.iter().find(|(other, _)| other == tag);
            let says = says.and_then(|(_, text)| Generation::from_text(text)).unwrap_or_default();
            let least = self.generations.least(tag);
            // What it is being told it may have said before that.
            if least.is_after(says) && !self.jobs.iter().any(|job| job.tells(tag)) {
                untold.push((tag.clone(), least));
            }
        }
        if !untold.is_empty() {
            // It has lost them, or was not reached, and then the page was loaded anew.
            let asks = vec![self.invalidation(&supplier, &untold)];
            self.write(now, Vec::new(), Vec::new(), Counts::new(), asks);
        }
        self.counted_remotely(now, said);
        true
    }

    /// The remote tier says what counters say.
    pub(super) fn counted_remotely(&mut self, now: Instant, said: &[(Rc<str>, Rc<str>)]) {
        self.learn_from_afar(now, &counts_of(said), None);
    }

    /// The remote tier has answered, or was not reached.
    pub(super) fn remote_answered(&mut self, now: Instant, request: RequestId, answer: Option<Answer<P>>) {
        if answer.is_none() {
            self.count(Counted::RefusedByRemote);
        }
        let is_answered = self.has_remotely(now, request, &answer)
            || self.checked(now, request, &answer)
            || self.remote_repaired(now, request, &answer)
            || self.job_answered(now, request, &answer);
        if is_answered {
            self.is_remote_well = answer.is_some();
        }
    }

    /// The remote tier was told something. What it was not reached with is repaired: an invalidation, and that a key `is_set`.
    pub(super) fn told(&mut self, now: Instant, ask: &Ask<P>, answer: &Option<Answer<P>>, is_set: bool) {
        match (answer, ask) {
            (Some(answer), _) => {
                if let Answer::Done(said) = answer {
                    self.counted_remotely(now, said);
                }
                let told = match ask {
                    Ask::Invalidate { tags, .. } => tags.clone(),
                    _ => tags_put(ask),
                };
                for tag in told {
                    self.generations.check(&tag, true);
                }
            }
            (None, Ask::Invalidate { supplier, tags, .. }) => {
                self.repairs.add_remote(now, supplier, tags.iter().cloned());
            }
            (None, Ask::Put { supplier, entries }) if is_set => {
                self.repairs.add_remote(now, supplier, entries.iter().map(|(key, ..)| key_tag(key)));
            }
            _ => {}
        }
    }
}

/// What counters say, of what was said as text.
pub(super) fn counts_of(said: &[(Rc<str>, Rc<str>)]) -> Counts {
    let read = |(tag, text): &(Rc<str>, Rc<str>)| Some((tag.clone(), Generation::from_text(text)?));
    said.iter().filter_map(read).collect()
}

/// The tags of what the remote tier is asked to take.
pub(super) fn tags_put<P>(ask: &Ask<P>) -> Vec<Rc<str>> {
    match ask {
        Ask::Put { entries, .. } => {
            entries.iter().flat_map(|(_, header, _)| tags_of_header(header)).collect()
        }
        _ => Vec::new(),
    }
}

fn tags_of_header(header: &str) -> Vec<Rc<str>> {
    let tags = Header::from_text(header).map(|header| header.tags).unwrap_or_default();
    names_of(&tags)
}
