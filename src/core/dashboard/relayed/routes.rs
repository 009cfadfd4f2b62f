//! A tab's part of a topic's routes.

use crate::core::sorted_map::SortedMap;

use crate::core::ids::Slot;
use crate::core::payload::Payload;
use crate::core::realtime::frame::Reference;
use crate::core::realtime::routes::{TopicRoutes, whole};
use crate::core::tabs::relay::{Portable, Routes};

impl<P: Payload> Routes<P> for TopicRoutes {
    fn part(&self, name: &mut dyn FnMut(Slot) -> Option<Slot>) -> Option<Self> {
        let mut named = |slots: &[Slot]| slots.iter().filter_map(|slot| name(*slot)).collect::<Vec<Slot>>();
        let any = named(&self.any);
        let (mut events, mut changes) = (SortedMap::new(), SortedMap::new());
        for (event, slots) in &self.events {
            let slots = named(slots);
            // Whoever asked for all has no need of an entry that says the same.
            if slots != any {
                events.insert(event.clone(), slots);
            }
        }
        for (id, slots) in &self.changes {
            let slots = named(slots);
            if !slots.is_empty() {
                changes.insert(*id, slots);
            }
        }
        let is_empty = any.is_empty() && events.is_empty() && changes.is_empty();
        let (join_ref, deduplicate) = (self.join_ref, self.deduplicate);
        (!is_empty).then_some(Self { any, events, changes, join_ref, deduplicate })
    }
}

impl<P: Payload> Portable<P> for TopicRoutes {
    fn to_payload(&self) -> P {
        let slots = |slots: &[Slot]| P::array(slots.iter().map(|slot| P::number(f64::from(*slot))).collect());
        let events = self.events.iter().map(|(name, of)| P::array(vec![P::string(name), slots(of)]));
        let changes = self.changes.iter().map(|(id, of)| P::array(vec![P::number(*id as f64), slots(of)]));
        let mut fields = vec![
            ("any", slots(&self.any)),
            ("events", P::array(events.collect())),
            ("changes", P::array(changes.collect())),
            ("deduplicate", P::boolean(self.deduplicate)),
        ];
        fields.extend(self.join_ref.map(|join_ref| ("joinRef", P::number(join_ref.0 as f64))));
        P::object(fields)
    }

    fn from_payload(value: &P) -> Option<Self> {
        let number = |number: P| whole(number.as_number()?);
        let slots = |array: P| {
            items(&array)?
                .into_iter()
                .map(|slot| u32::try_from(number(slot)?).ok())
                .collect::<Option<Vec<Slot>>>()
        };
        let (mut events, mut changes) = (SortedMap::new(), SortedMap::new());
        for entry in items(&value.field("events")?)? {
            events.insert(entry.item(0)?.as_text()?, slots(entry.item(1)?)?);
        }
        for entry in items(&value.field("changes")?)? {
            changes.insert(number(entry.item(0)?)?, slots(entry.item(1)?)?);
        }
        let deduplicate = value.field("deduplicate")?.as_boolean()?;
        let join_ref = value.field("joinRef").and_then(number).map(Reference);
        Some(Self { any: slots(value.field("any")?)?, events, changes, join_ref, deduplicate })
    }
}

/// The items of an array; `None` if it is none.
pub(super) fn items<P: Payload>(array: &P) -> Option<Vec<P>> {
    (0..array.length()?).map(|index| array.item(index)).collect()
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
            let written: Value = routes.to_payload();
            assert_eq!(TopicRoutes::from_payload(&written), Some(routes), "{written}");
        }
        for broken in
            [json!(null), json!({}), json!({ "any": [-1], "events": [], "changes": [], "deduplicate": true })]
        {
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
