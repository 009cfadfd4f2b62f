//! A tab's part of a topic's routes.

use crate::core::sorted_map::SortedMap;

use crate::core::ids::Slot;
use crate::core::payload::Payload;
use crate::core::realtime::frame::Reference;
use crate::core::realtime::routes::TopicRoutes;
use crate::core::tabs::relay::{Fields, Portable, Routes};

impl<P: Payload> Routes<P> for TopicRoutes {
    fn part(&self, name: &mut dyn FnMut(Slot) -> Option<Slot>) -> Option<Self> {
        let mut named = |slots: &[Slot]| {
            let mut named = Vec::new();
            for slot in slots {
                if let Some(slot) = name(*slot) {
                    named.push(slot);
                }
            }
            named
        };
        let any = named(&self.any);
        // Whoever asked for all has no need of an entry that says the same.
        let events = entries(&self.events, &any, &mut named);
        let changes = entries(&self.changes, &[], &mut named);
        let is_empty = any.is_empty() && events.is_empty() && changes.is_empty();
        let (join_ref, deduplicate) = (self.join_ref, self.deduplicate);
        (!is_empty).then_some(Self { any, events, changes, join_ref, deduplicate })
    }
}

/// The entries that name others than these.
fn entries<K: Clone + Ord>(
    of: &SortedMap<K, Vec<Slot>>,
    but: &[Slot],
    named: &mut dyn FnMut(&[Slot]) -> Vec<Slot>,
) -> SortedMap<K, Vec<Slot>> {
    let mut entries = SortedMap::new();
    for (key, slots) in of {
        let slots = named(slots);
        if slots != but {
            entries.insert(key.clone(), slots);
        }
    }
    entries
}

impl<P: Payload> Portable<P> for TopicRoutes {
    fn blank() -> Self {
        Self::default()
    }

    fn pass(&mut self, fields: &mut Fields<P>) {
        fields.each(&mut self.any, Fields::number);
        pass_entries(fields, &mut self.events, Fields::text);
        pass_entries(fields, &mut self.changes, Fields::large);
        fields.flag(&mut self.deduplicate);
        if fields.has(self.join_ref.is_some()) {
            fields.large(&mut self.join_ref.get_or_insert(Reference(0)).0);
        }
    }
}

fn pass_entries<K: Clone + Default + Ord, P: Payload>(
    fields: &mut Fields<P>,
    entries: &mut SortedMap<K, Vec<Slot>>,
    pass: fn(&mut Fields<P>, &mut K),
) {
    let count = fields.count(entries.len());
    for (key, slots) in entries.iter_mut() {
        pass(fields, &mut key.clone());
        fields.each(slots, Fields::number);
    }
    // Those that are read: there are none yet.
    for _ in entries.len()..count {
        let (mut key, mut slots) = (K::default(), Vec::new());
        pass(fields, &mut key);
        fields.each(&mut slots, Fields::number);
        if !fields.is_whole() {
            return;
        }
        entries.insert(key, slots);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn routes() -> TopicRoutes {
        TopicRoutes {
            any: vec![1, 12],
            events: SortedMap::from_iter([("said".to_owned(), vec![1, 12, 13])]),
            changes: SortedMap::from_iter([(70, vec![2]), (71, vec![14, 2])]),
            join_ref: Some(Reference(9)),
            deduplicate: true,
        }
    }

    #[test]
    fn routes_come_back_as_they_were() {
        for routes in [routes(), TopicRoutes::default()] {
            let written: Value = routes.clone().to_payload();
            assert_eq!(TopicRoutes::from_payload(&written), Some(routes), "{written}");
        }
        for broken in [json!(null), json!({}), json!([1, -1, 0, 0, 1, 0]), json!([4_000_000_000_u32])] {
            assert_eq!(TopicRoutes::from_payload(&broken), None);
        }
    }

    #[test]
    fn each_tab_gets_its_part_and_whoever_has_none_nothing() {
        let part = |name: &mut dyn FnMut(Slot) -> Option<Slot>| Routes::<Value>::part(&routes(), name);
        let own = part(&mut |slot| (slot < 10).then_some(slot)).unwrap();
        assert_eq!((own.any, own.events.len()), (vec![1], 0), "to all of them it gets that one too");
        assert_eq!(own.changes, SortedMap::from_iter([(70, vec![2]), (71, vec![2])]));
        let other = part(&mut |slot| (slot > 10).then(|| slot - 10)).unwrap();
        assert_eq!(other.events, SortedMap::from_iter([("said".to_owned(), vec![2, 3])]));
        assert_eq!(other.changes, SortedMap::from_iter([(71, vec![4])]));
        assert_eq!((other.join_ref, other.deduplicate), (Some(Reference(9)), true));
        assert_eq!(part(&mut |_| None), None);
    }
}
