//! The remote tier, as `js/server` does it: entries with the counters that their fetches saw, and the counters of tags.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::world::{P, WALL};
use wedsync_dashboard::core::cache::generation::Generation;
use wedsync_dashboard::core::cache::header::Header;
use wedsync_dashboard::core::cache::input::{Answer, Found};
use wedsync_dashboard::core::cache::output::Ask;

struct Stored {
    header: Header,
    value: P,
    at: u64,
}

#[derive(Default)]
pub struct Remote {
    entries: BTreeMap<String, Stored>,
    pub counters: BTreeMap<String, Generation>,
    /// When its counters were begun, once they were: one that is not there says that.
    floor: Option<Generation>,
    /// Somebody else sets each key before it is given.
    pub is_contended: bool,
    pub hits: u32,
    pub stale_hits: u32,
    pub misses: u32,
    pub superseded: u32,
}

impl Remote {
    pub fn answer(&mut self, now: u64, ask: Ask<P>) -> Answer<P> {
        if !matches!(ask, Ask::Get { .. }) {
            self.floor.get_or_insert(Generation { epoch: WALL + now, count: 0, origin: 0 });
        }
        match ask {
            Ask::Get { key } => self.get(now, &key.text),
            Ask::Put { entries, .. } => {
                let mut superseded = Vec::new();
                for (key, header, value) in entries {
                    let header = Header::from_text(&header).expect("a header");
                    if self.is_contended {
                        let (tag, seen) = &header.tags[0];
                        let next = Generation { count: seen.count + 1, origin: 7, ..*seen };
                        self.counters.insert(tag.to_string(), next);
                    }
                    // Who knows of no counter where there is none has missed nothing.
                    let none =
                        |seen| if seen == Generation::default() { seen } else { self.floor.expect("begun") };
                    let known = |(tag, seen): &(Rc<str>, Generation)| {
                        (tag.clone(), self.counters.get(&**tag).copied().unwrap_or_else(|| none(*seen)))
                    };
                    let known: Vec<(Rc<str>, Generation)> = header.tags.iter().map(known).collect();
                    if header.tags.iter().zip(&known).any(|((_, seen), (_, known))| !seen.holds(*known)) {
                        self.superseded += 1;
                        superseded
                            .extend(known.iter().map(|(tag, known)| (tag.clone(), known.to_text().into())));
                        continue;
                    }
                    for ((tag, seen), (_, known)) in header.tags.iter().zip(&known) {
                        if seen.is_above(*known) {
                            self.counters.insert(tag.to_string(), *seen);
                        }
                    }
                    self.entries.insert(key.to_string(), Stored { header, value, at: now });
                }
                if superseded.is_empty() { Answer::Done(superseded) } else { Answer::Superseded(superseded) }
            }
            Ask::Invalidate { tags, generations, .. } => {
                for (tag, text) in tags.iter().zip(generations) {
                    let said = Generation::from_text(&text).expect("a generation");
                    let known = self.counters.get(&**tag).copied().or(self.floor).expect("begun");
                    // What it knows already it was told before; what is below was raised without knowing of it.
                    let next = if known.is_after(said) {
                        Generation { count: known.count + 1, origin: 0, ..known }
                    } else {
                        said
                    };
                    self.counters.insert(tag.to_string(), next);
                }
                self.say(&tags)
            }
            Ask::Generations { tags, .. } => self.say(&tags),
        }
    }

    fn get(&mut self, now: u64, key: &str) -> Answer<P> {
        let Some(stored) = self.entries.get(key) else {
            self.misses += 1;
            return Answer::Miss;
        };
        let (age, header) = (now - stored.at, &stored.header);
        let holds = |(tag, seen): &(Rc<str>, Generation)| {
            self.counters.get(&**tag).is_none_or(|known| seen.holds(*known))
        };
        if age >= header.ttl + header.stale || !header.tags.iter().all(holds) {
            self.misses += 1;
            return Answer::Miss;
        }
        if age < header.ttl {
            self.hits += 1;
        } else {
            self.stale_hits += 1;
        }
        let header = header.to_text().into();
        Answer::Hit(Found { header, value: stored.value.clone(), age: Some(age) })
    }

    fn say(&self, tags: &[Rc<str>]) -> Answer<P> {
        let known = |tag: &Rc<str>| self.counters.get(&**tag).copied().unwrap_or_default();
        Answer::Done(tags.iter().map(|tag| (tag.clone(), known(tag).to_text().into())).collect())
    }
}
