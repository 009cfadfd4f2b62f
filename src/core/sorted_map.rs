//! The core's tables: flat, sorted by their keys.

use std::borrow::Borrow;
use std::iter::Zip;
use std::{slice, vec};

/// A table sorted by its keys, for dozens of entries and up to some thousands.
///
/// Keys and values stand in two lists. What looks a key up is then compiled once for each type of key, not once for each
/// table, and reads nothing but keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortedMap<K, V> {
    keys: Vec<K>,
    values: Vec<V>,
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> SortedMap<K, V> {
    /// Without an entry.
    pub const fn new() -> Self {
        Self { keys: Vec::new(), values: Vec::new() }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Drops all.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
    }

    /// The keys, in their order.
    pub fn keys(&self) -> slice::Iter<'_, K> {
        self.keys.iter()
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> slice::Iter<'_, V> {
        self.values.iter()
    }

    /// The values to be changed, in the order of their keys.
    pub fn values_mut(&mut self) -> slice::IterMut<'_, V> {
        self.values.iter_mut()
    }

    /// The entries, in the order of their keys.
    pub fn iter(&self) -> Zip<slice::Iter<'_, K>, slice::Iter<'_, V>> {
        self.keys.iter().zip(&self.values)
    }

    /// The entries, their values to be changed, in the order of their keys.
    pub fn iter_mut(&mut self) -> Zip<slice::Iter<'_, K>, slice::IterMut<'_, V>> {
        self.keys.iter().zip(&mut self.values)
    }

    /// The entry at a place in the order of the keys.
    pub fn get_indexed(&self, place: usize) -> Option<(&K, &V)> {
        Some((self.keys.get(place)?, self.values.get(place)?))
    }

    /// Drops the entries of which that is not true.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&K, &V) -> bool) {
        for (key, value) in std::mem::take(self) {
            if is_kept(&key, &value) {
                self.keys.push(key);
                self.values.push(value);
            }
        }
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    /// Where a key stands, or where it would.
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        place(&self.keys, key)
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.values.get(self.place(key).ok()?)
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        self.values.get_mut(place)
    }

    /// Whether there is an entry of this key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(place) => {
                if let Some(former) = self.values.get_mut(place) {
                    *former = value;
                }
            }
            Err(place) => {
                self.keys.insert(place, key);
                self.values.insert(place, value);
            }
        }
    }

    /// The value of a key, made if there is none: always one.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> Option<&mut V> {
        let place = match self.place(&key) {
            Ok(place) => place,
            Err(place) => {
                self.keys.insert(place, key);
                self.values.insert(place, make());
                place
            }
        };
        self.values.get_mut(place)
    }

    /// Takes an entry out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        self.keys.remove(place);
        Some(self.values.remove(place))
    }
}

fn place<K: Borrow<Q>, Q: Ord + ?Sized>(keys: &[K], key: &Q) -> Result<usize, usize> {
    keys.binary_search_by(|other| other.borrow().cmp(key))
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = Zip<vec::IntoIter<K>, vec::IntoIter<V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.keys.into_iter().zip(self.values)
    }
}

impl<'a, K, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Zip<slice::Iter<'a, K>, slice::Iter<'a, V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::core::rng::Rng;

    #[test]
    fn whatever_is_put_in_and_taken_out_it_holds_what_a_btreemap_holds() {
        let mut rng = Rng::new(5);
        let (mut map, mut model) = (SortedMap::new(), BTreeMap::new());
        for step in 0..20_000 {
            let key = rng.up_to(40).to_string();
            match rng.up_to(4) {
                0 | 1 => {
                    map.insert(key.clone(), step);
                    model.insert(key.clone(), step);
                }
                2 => assert_eq!(map.remove(key.as_str()), model.remove(&key)),
                3 => {
                    if let Some(value) = map.get_mut(key.as_str()) {
                        *value += 1;
                    }
                    model.entry(key.clone()).and_modify(|value| *value += 1);
                }
                _ if step % 50 == 0 => {
                    map.retain(|_, value| value % 3 > 0);
                    model.retain(|_, value| *value % 3 > 0);
                }
                _ => {}
            }
            assert_eq!(map.get(key.as_str()), model.get(&key));
            assert_eq!((map.contains_key(&key), map.len()), (model.contains_key(&key), model.len()));
            assert!(map.iter().eq(&model) && map.keys().eq(model.keys()) && map.values().eq(model.values()));
        }
        let entry = |place| map.get_indexed(place).map(|(key, value)| (key.clone(), *value));
        assert!((0..map.len()).filter_map(entry).eq(model.clone()) && entry(map.len()).is_none());
        assert!(map.clone().into_iter().eq(model));
        map.clear();
        assert!(map.is_empty() && map == SortedMap::default());
    }
}
