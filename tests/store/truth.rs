//! What was asked for, what was promised, and what must therefore be so.

use std::collections::{BTreeMap, BTreeSet};

use wedsync_dashboard::core::store::names::Kind;
use wedsync_dashboard::core::store::operation::{Answer, Operation, Verdict};
use wedsync_dashboard::core::store::segment::{Content, EntryId};

use crate::browser::TabId;
use crate::disk::{Base, Value};
use crate::reference;

#[derive(Clone, Debug)]
pub struct Put {
    pub database: Kind,
    pub key: String,
    pub tab: TabId,
    pub at: u64,
    pub is_leaders: bool,
    pub is_durable: bool,
    pub is_held: bool,
    pub is_refused: bool,
    /// It was written before something was wiped, or by a tab that did not know of that yet.
    pub is_void: bool,
}

#[derive(Debug, Default)]
pub struct Truth {
    pub puts: BTreeMap<Value, Put>,
    /// Removals from the outbox that were asked for, by their keys.
    pub removals: BTreeSet<String>,
    /// By whom.
    pub durable_removals: BTreeSet<(u64, String)>,
    /// In which databases, by their identities.
    committed: BTreeMap<Value, BTreeSet<u64>>,
    committed_removals: BTreeSet<(u64, String)>,
    /// What a leader appended when there was another one already.
    rejected: BTreeSet<Value>,
    /// Keys whose removal counts in the outbox, by the identity of the database.
    buried: BTreeMap<u64, BTreeSet<String>>,
    /// The entry that a key of the outbox had first.
    first: BTreeMap<String, EntryId>,
    pub last_wipe: Option<u64>,
    pub last_clear: Option<u64>,
    pub is_upgraded: bool,
}

impl Truth {
    pub fn committed(
        &mut self,
        name: &str,
        operation: &Operation<Value>,
        answer: &Answer<Value>,
        base: &Base,
    ) {
        match (operation, answer) {
            (Operation::Append { segments, .. }, Answer::Appended { first, .. }) => {
                let epochs = base.log.range(..first).map(|(_, segment)| segment.epoch);
                let highest = epochs.max().unwrap_or(0);
                for segment in &**segments {
                    let is_rejected = segment.epoch > 0 && segment.epoch < highest;
                    for entry in &segment.entries {
                        match &entry.content {
                            Content::Put { value, .. } => {
                                self.committed.entry(value.value).or_default().insert(base.head.identity);
                                if is_rejected {
                                    self.rejected.insert(value.value);
                                }
                            }
                            Content::Remove { .. } => {
                                self.committed_removals.insert((entry.id.origin, entry.key.to_string()));
                            }
                        }
                    }
                }
            }
            (Operation::Compact { compaction, .. }, Answer::Compacted(Verdict::Done(_))) => {
                let highest = base.log.values().map(|segment| segment.epoch).max().unwrap_or(0);
                assert!(
                    compaction.epoch >= highest,
                    "{name}: a leader of epoch {} compacts in epoch {highest}",
                    compaction.epoch
                );
            }
            _ => {}
        }
        if name.ends_with("/outbox") {
            let now = reference::read(base, true);
            let buried = self.buried.entry(base.head.identity).or_default();
            if matches!(operation, Operation::Clear { .. }) {
                // It is of a wiped incarnation: nobody reads what is still written there.
                buried.clear();
            }
            for (key, live) in &now.live {
                self.first.entry(key.clone()).or_insert(live.id);
            }
            // Once the site's data were cleared, what its maker writes again under a new number may have been removed from
            // the new database already: then the server's ledger knows it.
            let is_new = |key: &str| self.last_clear.is_some() && now.live[key].id != self.first[key];
            if let Some(key) = buried.iter().find(|key| now.live.contains_key(*key) && !is_new(key)) {
                panic!("{key} was removed and is there again, after {operation:?}");
            }
            buried.extend(now.gone.into_keys());
        }
    }

    /// A call was told that what it wrote is durable.
    pub fn promised(&mut self, origin: u64, puts: &[Value], removals: &[String]) {
        for value in puts {
            assert!(self.committed.contains_key(value), "{value} was acknowledged before it was committed");
            let put = self.puts.get_mut(value).unwrap();
            put.is_durable = true;
            assert!(
                !put.is_leaders || !self.rejected.contains(value),
                "{value} of a former leader was acknowledged"
            );
        }
        for key in removals {
            let is_committed = self.committed_removals.contains(&(origin, key.clone()));
            assert!(is_committed, "the removal of {key} was acknowledged before it was committed");
            self.durable_removals.insert((origin, key.clone()));
        }
    }

    /// A call was told that what it wrote is not stored. What went with a database that was deleted is not.
    pub fn refused_for_good(&mut self, puts: &[Value], bases: &BTreeMap<String, Base>) {
        for value in puts {
            let is_in = |base: &Base| {
                self.committed.get(value).is_some_and(|databases| databases.contains(&base.head.identity))
            };
            assert!(!bases.values().any(is_in), "{value} was refused for good and is stored");
            self.puts.get_mut(value).unwrap().is_refused = true;
        }
    }

    /// Everything written so far is void.
    pub fn wiped(&mut self, now: u64) {
        self.last_wipe = Some(now);
        for put in self.puts.values_mut() {
            put.is_void = true;
        }
    }
}
