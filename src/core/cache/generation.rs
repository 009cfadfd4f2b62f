//! Generations of tags: which entries an invalidation is about, without looking at any of them.
//!
//! Each tag has a counter, and an entry carries what the counters of its tags said before its value was fetched. It is valid while
//! none of them has gone on.
//!
//! A counter is a hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014): it goes on to what the wall clock says, or
//! by one where that is not ahead of it. So a counter that was lost, or that another tab has written over with what it knew, goes on
//! above all that was fetched before; and where a clock is wrong, the counter still never goes back.

mod holding;

use std::rc::Rc;

use super::halving;
use crate::core::sorted_map::SortedMap;

/// The most tags whose generations are known although nothing that is in memory or under way is about them. One that is dropped is
/// read again.
const MOST_KNOWN: usize = 5_000;
/// No clock of a browser's says more, in milliseconds. What does is no generation: nothing could be above it.
const LAST_EPOCH: u64 = 1 << 53;

/// What a tag's counter says.
///
/// Two tabs that count without having heard of each other come to the same number. What one of them has fetched since then may be older
/// than what the other one has invalidated, so they are told apart by who has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Generation {
    /// The latest moment that it has gone on to, in milliseconds of the wall clock; 0 if it never has.
    pub epoch: u64,
    /// How often it has counted in that moment.
    pub count: u32,
    /// Who has counted last.
    pub origin: u32,
}

impl Generation {
    /// As text: `epoch.count.origin`.
    pub fn to_text(self) -> String {
        let mut text = self.epoch.to_string();
        for number in [self.count, self.origin] {
            text.push('.');
            text.push_str(&number.to_string());
        }
        text
    }

    /// From such a text, which may be anything.
    pub fn from_text(text: &str) -> Option<Self> {
        let (epoch, rest) = text.split_once('.')?;
        let (count, origin) = rest.split_once('.')?;
        let epoch = epoch.parse().ok().filter(|epoch| *epoch <= LAST_EPOCH)?;
        Some(Self { epoch, count: count.parse().ok()?, origin: origin.parse().ok()? })
    }

    /// Of two that have counted as far without each other, one goes before the other, for everybody the same.
    pub fn is_after(self, other: Self) -> bool {
        (self.epoch, self.count, self.origin) > (other.epoch, other.count, other.origin)
    }

    /// Whether it has counted further than another.
    pub fn is_above(self, other: Self) -> bool {
        (self.epoch, self.count) > (other.epoch, other.count)
    }

    /// Whether what has seen this still holds where `known` is known.
    pub fn holds(self, known: Self) -> bool {
        self == known || self.is_above(known)
    }

    /// The one after it.
    fn next(self, wall: u64, origin: u32) -> Self {
        if wall > self.epoch {
            return Self { epoch: wall, count: 1, origin };
        }
        match self.count.checked_add(1) {
            Some(count) => Self { count, origin, ..self },
            None => Self { epoch: self.epoch.saturating_add(1), count: 1, origin },
        }
    }
}

/// What is known of a tag.
#[derive(Clone, Copy, Debug)]
struct Known {
    generation: Generation,
    /// When it was last asked for.
    used: u64,
    /// It may have gone on since: only that it is not less is certain.
    is_doubted: bool,
    /// The remote tier was asked for it since messages of other devices may have been missed.
    is_checked: bool,
    /// The disk is asked for it.
    is_counting: bool,
    /// The disk could not say it when it was last asked.
    is_given_up: bool,
    /// How many need it: it is not dropped.
    held: u32,
}

impl Known {
    /// Nothing is known of it yet.
    const fn new(used: u64) -> Self {
        let generation = Generation { epoch: 0, count: 0, origin: 0 };
        Self {
            generation,
            used,
            is_doubted: true,
            is_checked: false,
            is_counting: false,
            is_given_up: false,
            held: 0,
        }
    }
}

/// The generations that are known.
#[derive(Debug, Default)]
pub struct Generations {
    known: SortedMap<Rc<str>, Known>,
    /// How many of them nobody holds.
    free: usize,
    used: u64,
    /// Who counts here.
    origin: u32,
}

impl Generations {
    /// None. `origin` tells this tab from others: a number by chance.
    pub const fn new(origin: u32) -> Self {
        Self { known: SortedMap::new(), free: 0, used: 0, origin }
    }

    /// What a tag's counter says, if that is known for certain.
    pub fn get(&mut self, tag: &str) -> Option<Generation> {
        Some(self.get_checked(tag)?.0)
    }

    /// As [`Generations::get`], with whether the remote tier need not be asked for it.
    pub fn get_checked(&mut self, tag: &str) -> Option<(Generation, bool)> {
        self.used += 1;
        let known = self.known.get_mut(tag)?;
        known.used = self.used;
        (!known.is_doubted).then_some((known.generation, known.is_checked))
    }

    /// The disk says this of a tag. If somebody else has counted as far as was counted here, it is raised once more, and what it is
    /// now has to be written.
    pub fn learn(&mut self, tag: &Rc<str>, said: Generation, wall: u64) -> Option<Generation> {
        let least = self.least(tag);
        if let Some(known) = self.known.get_mut(&**tag) {
            known.is_given_up = false;
        }
        if least.is_after(said) && !least.is_above(said) {
            return Some(self.raise(tag, wall));
        }
        self.set(tag, if said.is_after(least) { said } else { least });
        None
    }

    /// The remote tier says this of a tag, or the echo of a message. Whether that was news, which have to be written.
    pub fn learn_from_afar(&mut self, tag: &Rc<str>, said: Generation) -> bool {
        let (least, is_certain) = (self.least(tag), self.get(tag).is_some());
        if !said.is_after(least) {
            return false;
        }
        self.set(tag, said);
        if !is_certain {
            // What the disk has may be more.
            self.doubt(tag);
        }
        true
    }

    /// Counts on from what is known, or from nothing.
    pub fn raise(&mut self, tag: &Rc<str>, wall: u64) -> Generation {
        let next = self.least(tag).next(wall, self.origin);
        self.set(tag, next);
        next
    }

    /// What a tag is of has changed, at a moment of a clock that all share, in milliseconds: everybody who hears of that counts to
    /// the same, and what one of them has fetched since then holds for all. What it is now, unless that was known.
    pub fn change(&mut self, tag: &Rc<str>, at: u64) -> Option<Generation> {
        let (least, at) = (self.least(tag), at.min(LAST_EPOCH));
        if at < least.epoch {
            return None;
        }
        let next = match least.count.checked_add(1) {
            Some(count) if at == least.epoch => Generation { epoch: at, count, origin: 0 },
            _ => Generation { epoch: at, count: 1, origin: 0 },
        };
        self.set(tag, next);
        Some(next)
    }

    /// Another tab or device has raised a tag. If what is known is after that, both have counted without each other: then it is
    /// raised once more, and what it is now has to be written, and the remote tier told. The other one takes it over from there. So in
    /// whichever order they hear of each other, all have counted everything in the end.
    pub fn hear(&mut self, tag: &Rc<str>, said: Generation, wall: u64) -> Option<Generation> {
        let least = self.least(tag);
        // Whoever has counted on since has counted this too.
        if said.origin == least.origin && !said.is_after(least) {
            return None;
        }
        // What was read after it was said may be more, and what was not read at all.
        let is_doubted = self.known.get(&**tag).is_none_or(|known| known.is_doubted);
        let next = (!said.is_after(least)).then(|| self.raise(tag, wall));
        if next.is_none() {
            self.set(tag, said);
        }
        if is_doubted {
            self.doubt(tag);
        }
        next
    }

    /// Others may have raised it since it was known: it has to be read again.
    pub fn doubt(&mut self, tag: &str) {
        if let Some(known) = self.known.get_mut(tag) {
            known.is_doubted = true;
        }
    }

    /// Whether it was counted here last, as far as is known.
    pub fn is_ours(&self, tag: &str) -> bool {
        self.known.get(tag).is_some_and(|known| known.generation.origin == self.origin)
    }

    /// As [`Generations::doubt`], of all, and the remote tier has to be asked for them as well.
    pub fn doubt_all(&mut self) {
        for known in self.known.values_mut() {
            (known.is_doubted, known.is_checked) = (true, false);
        }
    }

    /// Whether the remote tier need not be asked for it.
    pub fn is_checked(&self, tag: &str) -> bool {
        self.known.get(tag).is_some_and(|known| known.is_checked)
    }

    /// The remote tier was asked for it, or has to be.
    pub fn check(&mut self, tag: &str, is_checked: bool) {
        if let Some(known) = self.known.get_mut(tag) {
            known.is_checked = is_checked;
        }
    }

    /// Nothing is known.
    pub fn clear(&mut self) {
        self.known.clear();
        self.free = 0;
    }

    /// What it is not below.
    pub fn least(&self, tag: &str) -> Generation {
        self.known.get(tag).map(|known| known.generation).unwrap_or_default()
    }

    fn set(&mut self, tag: &Rc<str>, generation: Generation) {
        if let Some(known) = self.known_of(tag) {
            (known.generation, known.is_doubted) = (generation, false);
        }
    }

    fn known_of(&mut self, tag: &Rc<str>) -> Option<&mut Known> {
        if !self.known.contains_key(&**tag) {
            if self.free >= MOST_KNOWN {
                self.drop_oldest();
            }
            self.free += 1;
        }
        let used = self.used;
        self.known.get_or_insert_with(tag.clone(), || Known::new(used))
    }

    /// Drops the half that was not asked for, for longest, of what nobody holds.
    fn drop_oldest(&mut self) {
        let half = self.free / 2;
        let middle = halving::least(self.used, &|count| {
            self.known.values().filter(|known| known.held == 0 && known.used <= count).count() > half
        });
        self.known.retain(|_, known| known.held > 0 || known.used > middle);
        self.free = self.known.values().filter(|known| known.held == 0).count();
    }
}

#[cfg(test)]
mod tests;
