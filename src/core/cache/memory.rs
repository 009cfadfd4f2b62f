//! What is in memory: what is shown stays, of the rest what was given last.

use std::rc::Rc;

use super::entry::Entry;
use super::header::Header;
use super::input::{Key, SlotId};
use super::output::Output;
use super::stats::Counted;
use super::{Cache, halving};
use crate::core::time::Instant;

/// What a value counts whose size is not known yet, in bytes.
const PRESUMED: u32 = 1_024;
/// A value that takes more bytes is kept on the disk alone, unless it is shown.
const MOST_HELD: u32 = 5 * 1024 * 1024;
impl<P: Clone> Cache<P> {
    /// Puts a value in memory, in the place of any other of its key.
    pub(super) fn put(
        &mut self,
        now: Instant,
        key: Key,
        header: Header,
        value: Option<P>,
        eager: Option<Instant>,
    ) {
        self.uses += 1;
        let text = key.text.clone();
        // It is looked at with each look at the entry.
        if let Some((own, _)) = header.own(&text) {
            self.generations.hold(own);
        }
        let id = match self.entries.get(&*text) {
            Some(former) => {
                self.bytes = self.bytes.saturating_sub(u64::from(size(&former.header)));
                if let Some((own, _)) = former.header.own(&text) {
                    self.generations.release(own);
                }
                former.id
            }
            None => {
                self.last = self.last.wrapping_add(1);
                self.slots.insert(SlotId(self.last), text.clone());
                SlotId(self.last)
            }
        };
        let entry = Entry {
            id,
            key,
            value,
            header,
            used: self.uses,
            eager,
            throttled: None,
            is_suspect: false,
            is_set: false,
        };
        self.bytes += u64::from(size(&entry.header));
        self.entries.insert(text.clone(), Box::new(entry));
        self.show(now, &text);
        self.make_room(&text);
    }

    /// Writes the entry of a key to JavaScript's table, as it stands now: what is not certain to hold is not given from there.
    pub(super) fn show(&mut self, now: Instant, key: &Rc<str>) {
        let wall = self.wall(now);
        let Some(entry) = self.entries.get(&**key) else { return };
        let mut slot = entry.slot(now, wall);
        for (tag, seen) in &entry.header.tags {
            if !self.generations.get(tag).is_some_and(|known| seen.holds(known)) {
                slot.until = 0;
            }
        }
        if self.is_operated_on(key) {
            slot.until = 0;
        }
        self.outputs.push(Output::Put { key: key.clone(), slot });
    }

    /// The entry of a key is in memory no longer.
    pub(super) fn drop_entry(&mut self, key: &Rc<str>) {
        if let Some(entry) = self.entries.remove(&**key) {
            self.bytes = self.bytes.saturating_sub(u64::from(size(&entry.header)));
            self.slots.remove(&entry.id);
            if let Some((own, _)) = entry.header.own(key) {
                self.generations.release(own);
            }
            self.outputs.push(Output::Drop { key: key.clone() });
        }
    }

    /// It turned out what the value of a key takes.
    pub(super) fn sized(&mut self, key: &Rc<str>, bytes: u32) {
        let Some(entry) = self.entries.get_mut(&**key) else { return };
        self.bytes = self.bytes.saturating_sub(u64::from(size(&entry.header)));
        entry.header.bytes = bytes;
        self.bytes += u64::from(size(&entry.header));
        if bytes > MOST_HELD && !self.watched.contains_key(&**key) {
            self.drop_entry(key);
        }
        self.make_room(key);
    }

    /// These were given by JavaScript.
    pub(super) fn touched(&mut self, slots: &[SlotId]) {
        for slot in slots {
            self.uses += 1;
            self.count(Counted::Memory);
            if let Some(entry) = self.slots.get(slot).and_then(|key| self.entries.get_mut(&**key)) {
                entry.used = self.uses;
            }
        }
    }

    /// Lets go of what was given longest ago, until a tenth of the room is free. `kept` was put last.
    fn make_room(&mut self, kept: &Rc<str>) {
        let most = self.settings.memory;
        if self.bytes <= most {
            return;
        }
        let mut free: Vec<(u64, u64, Rc<str>)> = Vec::new();
        for (key, entry) in &self.entries {
            if key != kept && !self.watched.contains_key(&**key) {
                free.push((entry.used, u64::from(size(&entry.header)), key.clone()));
            }
        }
        let excess = self.bytes - (most - most / 10);
        let oldest = halving::least(self.uses, &|count| {
            let gone = |(used, bytes, _): &(u64, u64, Rc<str>)| if *used <= count { *bytes } else { 0 };
            free.iter().map(gone).sum::<u64>() >= excess
        });
        free.retain(|(used, ..)| *used <= oldest);
        for (.., key) in free {
            self.count(Counted::Evicted);
            self.drop_entry(&key);
        }
    }
}

/// What an entry counts, in bytes.
fn size(header: &Header) -> u32 {
    if header.bytes == 0 { PRESUMED } else { header.bytes }
}
