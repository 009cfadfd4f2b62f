//! A table by keys that keeps the order in which they were put into it: what a log says, in the log's order.
//!
//! It is a list beside a hash table of places in it. What is removed leaves a hole, and holes are closed when the hash table
//! is full, so an entry costs the same however many there are.

use std::rc::Rc;

/// Where texts are in a list, by their hashes; it does not know the texts.
#[derive(Debug, Default)]
pub struct Places {
    /// As many as a power of two, at most three quarters of them taken: 0 where nothing is, otherwise one more than the place.
    buckets: Vec<u32>,
    taken: usize,
}

impl Places {
    /// For so many texts, and half as many more.
    pub fn with_capacity(count: usize) -> Self {
        Self { buckets: vec![0; (count * 2 + 8).next_power_of_two()], taken: 0 }
    }

    /// Whether there is no room for another one.
    pub fn is_full(&self) -> bool {
        self.taken * 4 >= self.buckets.len() * 3
    }

    /// The place of a text, of those with its hash the one that this accepts.
    pub fn find(&self, text: &str, is_it: &dyn Fn(usize) -> bool) -> Option<usize> {
        let mut at = hash(text);
        loop {
            let place = self.bucket(at)?.checked_sub(1)? as usize;
            if is_it(place) {
                return Some(place);
            }
            at = at.wrapping_add(1);
        }
    }

    /// Notes the place of a text that has none; there must be room.
    pub fn add(&mut self, text: &str, place: usize) {
        let mut at = hash(text);
        while self.bucket(at).is_some_and(|bucket| bucket > 0) {
            at = at.wrapping_add(1);
        }
        let mask = self.buckets.len().wrapping_sub(1);
        if let Some(bucket) = self.buckets.get_mut(at & mask) {
            *bucket = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
            self.taken += 1;
        }
    }

    fn bucket(&self, at: usize) -> Option<u32> {
        self.buckets.get(at & self.buckets.len().wrapping_sub(1)).copied()
    }
}

/// FNV-1a, with its upper bits mixed into the lower ones, which choose the bucket.
fn hash(text: &str) -> usize {
    let hash =
        text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ (hash >> 15)) as usize
}

/// The table.
#[derive(Debug)]
pub struct Table<V> {
    /// In their order, with holes where something was removed.
    entries: Vec<Option<(Rc<str>, V)>>,
    places: Places,
    len: usize,
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self { entries: Vec::new(), places: Places::default(), len: 0 }
    }
}

impl<V> Table<V> {
    fn place(&self, key: &str) -> Option<usize> {
        self.places
            .find(key, &|place| matches!(self.entries.get(place), Some(Some((found, _))) if **found == *key))
    }

    /// What is there of a key.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.entries.get(self.place(key)?)?.as_ref().map(|(_, value)| value)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        let place = self.place(key)?;
        self.entries.get_mut(place)?.as_mut().map(|(_, value)| value)
    }

    /// Puts a key behind all others. What was there of it before has to be removed first.
    pub fn push(&mut self, key: Rc<str>, value: V) {
        if self.places.is_full() {
            self.entries.retain(Option::is_some);
            self.places = Places::with_capacity(self.len);
            for (place, entry) in self.entries.iter().enumerate() {
                if let Some((key, _)) = entry {
                    self.places.add(key, place);
                }
            }
        }
        self.places.add(&key, self.entries.len());
        self.entries.push(Some((key, value)));
        self.len += 1;
    }

    /// Removes a key, and gives what was there of it.
    pub fn remove(&mut self, key: &str) -> Option<V> {
        let place = self.place(key)?;
        let (_, value) = self.entries.get_mut(place)?.take()?;
        self.len -= 1;
        Some(value)
    }

    /// Number of keys.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// All, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &(Rc<str>, V)> {
        self.entries.iter().flatten()
    }

    /// The same, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut (Rc<str>, V)> {
        self.entries.iter_mut().flatten()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::core::rng::Rng;

    #[test]
    fn a_table_knows_what_a_map_knows_and_keeps_the_order_in_which_keys_came() {
        let mut rng = Rng::new(7);
        let (mut table, mut map) = (Table::default(), BTreeMap::new());
        for step in 0..20_000_u32 {
            let key = format!("key-{}", rng.up_to(300));
            assert_eq!(table.get(&key), map.get(&key));
            assert_eq!(table.remove(&key), map.remove(&key));
            if rng.up_to(2) > 0 {
                table.push(key.as_str().into(), step);
                map.insert(key.clone(), step);
                assert_eq!(table.get_mut(&key), map.get_mut(&key));
            }
            if step % 997 == 0 {
                let steps: Vec<u32> = table.iter().map(|(_, step)| *step).collect();
                let mut expected: Vec<u32> = map.into_values().collect();
                expected.sort_unstable();
                assert_eq!(steps, expected);
                map = table.iter().map(|(key, step)| (key.to_string(), *step)).collect();
            }
        }
        assert!(table.entries.len() < 2_000, "holes are closed");
    }

    #[test]
    fn keys_do_not_crowd_into_few_buckets() {
        let mut table = Table::default();
        for number in 0..50_000_u32 {
            table.push(format!("row:{number:08}").into(), ());
        }
        let (mut run, mut longest) = (0, 0);
        for bucket in &table.places.buckets {
            run = if *bucket > 0 { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        assert!(longest < 400, "{longest} buckets in a row are taken");
    }
}
