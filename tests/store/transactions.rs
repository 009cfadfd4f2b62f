//! Transactions of a database, one after another in their order.

use wedsync_dashboard::core::store::operation::{Failure, From, HandleId, Operation, OperationId};

use crate::browser::{Browser, NOT_CLONEABLE, Place, TabId};
use crate::disk::{Result, Value};

#[derive(Debug)]
pub struct Transaction {
    pub tab: TabId,
    pub handle: HandleId,
    pub id: OperationId,
    pub operation: Operation<Value>,
    /// When it is over, once it has begun.
    pub ends: Option<u64>,
    /// Its tab has been stopped in the middle of it.
    pub is_caught: bool,
}

impl Browser {
    fn place_of(&self, tab: TabId, handle: HandleId) -> Option<String> {
        let mut places = self.places.iter();
        places
            .find(|(_, place)| place.connections.get(&(tab, handle)) == Some(&true))
            .map(|(name, _)| name.clone())
    }

    pub fn begin(
        &mut self,
        now: u64,
        tab: TabId,
        handle: HandleId,
        id: OperationId,
        operation: Operation<Value>,
    ) {
        let Some(name) = self.place_of(tab, handle).filter(|_| !self.dead.contains(&(tab, handle))) else {
            return self.answer(tab, id, Err(Failure::Dead));
        };
        let transaction = Transaction { tab, handle, id, operation, ends: None, is_caught: false };
        self.places.get_mut(&name).unwrap().transactions.push_back(transaction);
        self.run(now, &name);
    }

    /// Lets the first transaction begin.
    pub fn run(&mut self, now: u64, name: &str) {
        let is_slow = self.chance(self.mood.is_slow);
        let takes = if is_slow { self.rng.up_to(4_000) } else { 1 + self.rng.up_to(8) };
        if let Some(first) = self.places.get_mut(name).and_then(|place| place.transactions.front_mut())
            && first.ends.is_none()
        {
            first.ends = Some(now + takes);
        }
    }

    /// When the next transaction is over.
    pub fn next(&self) -> Option<u64> {
        let firsts = self.places.values().filter_map(|place| place.transactions.front());
        firsts.filter(|first| !first.is_caught).filter_map(|first| first.ends).min()
    }

    /// Ends a transaction that is over.
    pub fn work(&mut self, now: u64) {
        let is_over = |place: &Place| {
            place
                .transactions
                .front()
                .is_some_and(|first| !first.is_caught && first.ends.is_some_and(|ends| ends <= now))
        };
        let names: Vec<String> =
            self.places.iter().filter(|(_, place)| is_over(place)).map(|(name, _)| name.clone()).collect();
        for name in names {
            let transaction = self.places.get_mut(&name).unwrap().transactions.pop_front().unwrap();
            let Transaction { tab, handle, id, operation, .. } = transaction;
            let result = self.commit(&name, tab, handle, &operation);
            let is_silent =
                self.silent.as_ref() == Some(&name) && matches!(operation, Operation::Append { .. });
            if !is_silent {
                self.answer(tab, id, result);
            }
            self.settle_connections(&name);
            self.run(now, &name);
            self.requests(now, &name);
        }
    }

    pub fn commit(
        &mut self,
        name: &str,
        tab: TabId,
        handle: HandleId,
        operation: &Operation<Value>,
    ) -> Result {
        if self.dead.contains(&(tab, handle)) {
            return Err(Failure::Dead);
        }
        if self.chance(self.mood.fails) {
            let is_dead = self.chance(500);
            if is_dead {
                self.dead.insert((tab, handle));
            }
            return Err(if is_dead { Failure::Dead } else { Failure::Other(String::new()) });
        }
        if let Operation::Append { segments, .. } = operation
            && segments.iter().flat_map(|segment| &segment.entries).any(|entry| &*entry.key == NOT_CLONEABLE)
        {
            return Err(Failure::NotCloneable);
        }
        let puts = matches!(
            operation,
            Operation::Append { .. } | Operation::Compact { .. } | Operation::DrawEpoch { .. }
        );
        if self.is_full && puts {
            return Err(Failure::Quota);
        }
        let base = self.disk.bases.get_mut(name).expect("a connection keeps its database");
        if base.is_directory_damaged && matches!(operation, Operation::Read { from: From::Start, .. }) {
            return Err(Failure::Corrupt);
        }
        let answer = match operation {
            Operation::Append { segments, .. } => base.append(segments),
            Operation::Read { from, most, .. } => base.read(*from, *most),
            Operation::Get { segments, .. } => base.get(segments),
            Operation::Compact { compaction, .. } => base.compact(compaction),
            Operation::Clear { .. } => base.clear(),
            Operation::DrawEpoch { above, .. } => base.draw(*above),
            other => panic!("{other:?} is no transaction"),
        };
        if matches!(operation, Operation::Clear { .. }) && name.ends_with("/cache") {
            let frees = self.frees_by_clearing.unwrap_or_else(|| self.rng.up_to(999) < 700);
            self.is_full &= !frees;
        }
        if !matches!(operation, Operation::Read { .. } | Operation::Get { .. }) {
            self.commits.push((name.to_owned(), operation.clone(), answer.clone()));
        }
        Ok(answer)
    }
}
