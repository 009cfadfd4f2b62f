//! What tabs say, and whether they may.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::store::index::State;
use wedsync_dashboard::core::store::input::Input;
use wedsync_dashboard::core::store::names::Kind;
use wedsync_dashboard::core::store::operation::Operation;
use wedsync_dashboard::core::store::output::{Found, News, Outcome, Output, Refusal};

use crate::browser::TabId;
use crate::disk::Value;
use crate::world::{Life, World};

impl World {
    pub fn output(&mut self, tab: TabId, output: Output<Value>) {
        if self.trace {
            let text = format!("{output:?}");
            self.say(|| format!("tab {tab} -> {}", &text[..text.len().min(400)]));
        }
        match output {
            Output::Operation { id, operation } => {
                if let Operation::WriteMark { value, .. } = &operation
                    && self.tabs[tab].calls.values().any(|call| call.is_wipe)
                {
                    self.say(|| format!("wiped by {value}"));
                    self.truth.wiped(self.now);
                    self.count("wipes");
                }
                if let Some(record) = &mut self.record {
                    record.operations.push((tab, operation.clone()));
                }
                self.browser.perform(self.now, tab, id, operation);
            }
            Output::News(News::Settled { call, outcome }) => self.settled(tab, call, outcome),
            Output::Changed { database, keys, is_own } => {
                self.origin_of_changed(tab, database, &keys, is_own);
                self.changed(tab, database);
            }
            Output::Announce { database, through, generation } => {
                self.broadcast(tab, &Input::Announced { database, through, generation });
            }
            Output::Wiped { incarnation } => {
                self.tabs[tab].is_ended = true;
                self.tabs[tab].leads = false;
                if self.holder == Some(tab) {
                    self.holder = None;
                }
                self.void_of(tab);
                self.broadcast(tab, &Input::Wiped { incarnation });
            }
            Output::Epoch(epoch) => {
                self.tabs[tab].drawing = false;
                match epoch.filter(|_| self.holder == Some(tab)) {
                    Some(epoch) => {
                        self.tabs[tab].leads = true;
                        self.count("reigns");
                        self.tell(tab, Input::Leading { epoch }, 0);
                    }
                    None if self.holder == Some(tab) => self.holder = None,
                    None => {}
                }
            }
            Output::Fenced { .. } => {
                self.count("fenced");
                self.tabs[tab].leads = false;
                if self.holder == Some(tab) {
                    self.holder = None;
                }
            }
            Output::News(News::Status(status)) => {
                if status.is_spilling {
                    self.count("spilling");
                }
            }
            Output::News(News::Wiped) => {}
            Output::News(news) => {
                if matches!(news, News::Lost { .. }) {
                    self.count("lost");
                }
                if let Some(record) = &mut self.record {
                    record.others.push(news);
                }
            }
        }
    }

    /// What the tab has written without knowing of the wipe is void.
    fn void_of(&mut self, tab: TabId) {
        for put in self.truth.puts.values_mut().filter(|put| put.tab == tab) {
            put.is_void = true;
        }
        let origin = self.tabs[tab].origin;
        self.truth.durable_removals.retain(|(of, _)| *of != origin);
        self.tabs[tab].gone.clear();
    }

    fn broadcast(&mut self, from: TabId, input: &Input<Value>) {
        for tab in 0..self.tabs.len() {
            let is_there = !matches!(self.tabs[tab].life, Life::Dead | Life::Away);
            if tab != from && is_there && self.rng.up_to(999) >= self.loss {
                let late = 1 + self.rng.up_to(4);
                self.tell(tab, input.clone(), late);
            }
        }
    }

    fn settled(&mut self, tab: TabId, id: CallId, outcome: Outcome<Value>) {
        if let Some(record) = &mut self.record {
            record.outcomes.push((tab, id, outcome.clone()));
        }
        let call = self.tabs[tab]
            .calls
            .remove(&id)
            .unwrap_or_else(|| panic!("{id:?} of tab {tab} is settled twice"));
        self.settled += 1;
        let waited = self.now - call.since;
        let most = if call.is_wipe { 30_000 } else { 10_050 };
        assert!(call.has_slept || waited <= most, "{id:?} of tab {tab} waited {waited} ms: {call:?}");
        let origin = self.tabs[tab].origin;
        match outcome {
            Outcome::Durable => self.truth.promised(origin, &call.puts, &call.removals),
            Outcome::Held => {
                self.count("held");
                for value in &call.puts {
                    self.truth.puts.get_mut(value).unwrap().is_held = true;
                }
            }
            Outcome::Failed(Refusal::Quota | Refusal::NotCloneable) => {
                self.count("refused");
                self.truth.refused_for_good(&call.puts, &self.browser.disk.bases);
            }
            Outcome::Failed(refusal) => {
                assert!(self.expected.is_none(), "{call:?} of tab {tab} fails: {refusal:?}");
            }
            Outcome::Wiped { .. } => {}
            Outcome::Value(found) => {
                let (database, key) = call.reads.expect("a read");
                if let Some(expected) = &self.expected {
                    let there = expected.get(&(database, key.clone().unwrap_or_default()));
                    assert_eq!(found.as_ref().map(|found| &found.value.value), there, "{database:?} {key:?}");
                }
                for found in found.into_iter() {
                    self.check_value(database, &found.key, found.value.value);
                    assert_eq!(key.as_deref(), Some(&*found.key));
                }
            }
            Outcome::All(all) => {
                let (database, _) = call.reads.expect("a read");
                let keys: BTreeSet<_> = all.iter().map(|found| found.key.clone()).collect();
                let twice: Vec<_> = all
                    .iter()
                    .filter(|one| all.iter().filter(|other| other.key == one.key).count() > 1)
                    .map(|one| (one.key.clone(), one.id))
                    .collect();
                assert_eq!(keys.len(), all.len(), "{twice:?} are there twice");
                if let Some(expected) = &self.expected {
                    let of = |found: &Found<Value>| ((database, found.key.to_string()), found.value.value);
                    let found: BTreeMap<_, _> = all.iter().map(of).collect();
                    let there = expected.iter().filter(|((kind, _), _)| *kind == database);
                    let there: BTreeMap<_, _> = there.map(|(key, value)| (key.clone(), *value)).collect();
                    assert_eq!(found, there, "what tab {tab} reads of {database:?}");
                }
                for found in all {
                    self.check_value(database, &found.key, found.value.value);
                }
            }
            other => panic!("{other:?}"),
        }
    }

    fn check_value(&self, database: Kind, key: &str, value: Value) {
        let put = &self.truth.puts[&value];
        assert_eq!((put.database, put.key.as_str()), (database, key), "another one's value");
    }

    /// A tab is told apart what it has written itself: it knows that already.
    fn origin_of_changed(&mut self, tab: TabId, database: Kind, keys: &[Rc<str>], is_own: bool) {
        let tab = &self.tabs[tab];
        let Some(index) = tab.store.index(database) else { return };
        for key in keys {
            if let Some(slot) = index.slot(key) {
                assert_eq!(slot.id.origin == tab.origin, is_own, "{key}, last written by {:?}", slot.id);
            }
        }
        self.count(if is_own { "own changes" } else { "others' changes" });
    }

    fn changed(&mut self, tab: TabId, database: Kind) {
        if database != Kind::Outbox || self.truth.last_clear.is_some() {
            return;
        }
        let tab = &mut self.tabs[tab];
        let Some(index) = tab.store.index(Kind::Outbox) else { return };
        for (key, slot) in index.slots() {
            match slot.state {
                State::Live { .. } => {
                    assert!(!tab.gone.contains(&**key), "{key} is back in tab {}", tab.origin)
                }
                State::Removed { .. } => {
                    tab.gone.insert(key.to_string());
                }
            }
        }
    }
}
