//! What a log says, read from its start without the code that is tested.

use std::collections::BTreeMap;

use wedsync_dashboard::core::store::segment::{Content, EntryId};

use crate::disk::{Base, Value};

#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    pub id: EntryId,
    pub segment: u64,
    pub position: usize,
    pub value: Value,
}

#[derive(Debug, Default)]
pub struct Reference {
    pub live: BTreeMap<String, Live>,
    pub gone: BTreeMap<String, u64>,
    pub seen: BTreeMap<u64, u64>,
    pub epoch: u64,
    /// Which origin's acts were accepted in an epoch.
    pub leaders: BTreeMap<u64, Vec<u64>>,
    /// Of each entry that counts, in the order of the log.
    pub order: Vec<EntryId>,
}

pub fn read(base: &Base, ids: bool) -> Reference {
    let mut all = Reference::default();
    for (key, segment) in &base.log {
        if segment.epoch > 0 && segment.epoch < all.epoch {
            continue;
        }
        all.epoch = all.epoch.max(segment.epoch);
        let is_compacted = !segment.seen.is_empty();
        for (position, entry) in segment.entries.iter().enumerate() {
            let id = entry.id;
            if all.seen.get(&id.origin).is_some_and(|seen| id.number <= *seen) {
                continue;
            }
            all.seen.insert(id.origin, id.number);
            all.order.push(id);
            if segment.epoch > 0 && !is_compacted {
                let leaders = all.leaders.entry(segment.epoch).or_default();
                if !leaders.contains(&id.origin) {
                    leaders.push(id.origin);
                }
            }
            let name = entry.key.to_string();
            match &entry.content {
                Content::Put { value, .. } => {
                    if ids && (all.live.contains_key(&name) || all.gone.contains_key(&name)) {
                        continue;
                    }
                    all.gone.remove(&name);
                    all.live.insert(name, Live { id, segment: *key, position, value: value.value });
                }
                Content::Remove { .. } => {
                    all.live.remove(&name);
                    all.gone.insert(name, *key);
                }
            }
        }
        for seen in &segment.seen {
            let number = all.seen.entry(seen.origin).or_default();
            *number = (*number).max(seen.number);
        }
    }
    all
}
