//! How a log is read, and the index kept up with it.

use std::rc::Rc;

use super::database::Link;
use super::index::Index;
use super::input::Timer;
use super::names::{Kind, SHARED};
use super::operation::{From, Operation, Slice};
use super::output::{News, Output, Trouble};
use super::segment::VERSION;
use super::writing::{end_of_write, settle};
use super::{DEADLINE, Purpose, Store};
use crate::core::time::Instant;

impl<P: Clone> Store<P> {
    /// Reads on, unless that is under way.
    pub(super) fn read(&mut self, now: Instant, kind: Kind, patience: u64) {
        let is_reading = self.asked(Purpose::Read(kind)).is_some();
        let Some(database) = self.databases.get(kind) else { return };
        let Some(handle) = database.handle.filter(|_| !is_reading) else { return };
        let index = database.building.as_ref().unwrap_or(&database.index);
        let is_start = database.begins_with_directory() && index.is_fresh();
        let from = if is_start { From::Start } else { From::After(index.through) };
        let operation = Operation::Read { handle, from, most: self.limits.slice };
        self.ask(now, Purpose::Read(kind), operation, patience);
    }

    /// The record beside the log is damaged. It goes without a directory, which says nothing that the log does not say.
    pub(super) fn not_readable(&mut self, now: Instant, kind: Kind) {
        let Some(database) = self.databases.get_mut(kind) else { return };
        if !database.begins_with_directory() {
            return self.lost(now, kind);
        }
        database.is_undirected = true;
        self.tell_news(News::SetAside { database: kind, records: 1 });
        self.read(now, kind, DEADLINE);
    }

    pub(super) fn take_slice(&mut self, now: Instant, kind: Kind, slice: &Slice<P>) {
        let is_own_spill = kind == self.spill_kind();
        let Some(database) = self.databases.get_mut(kind) else { return };
        let head = slice.head;
        let is_other = database.head.is_some_and(|known| known.identity != head.identity);
        let is_unknown = database.head.is_none();
        let is_telling = SHARED.contains(&kind) || !(is_unknown || database.is_late);
        let mark = database.lower_mark.take();
        database.is_late |= is_unknown && mark.is_some();
        if let Some(mark) = mark.filter(|_| is_telling) {
            self.unmarked(now, mark, !is_other && !is_unknown);
            if is_other || is_unknown {
                return;
            }
        } else if is_other {
            return self.replaced(now, kind);
        }
        let Some(database) = self.databases.get_mut(kind) else { return };
        if head.oldest_reader > VERSION {
            // A build that nobody here knows of has it: not even reading is safe.
            database.head = Some(head);
            self.close(kind);
            self.belongs_to_newer(kind);
            self.try_later(now, kind);
            return self.plan_spilling();
        }
        if slice.first > database.building.as_ref().unwrap_or(&database.index).first() {
            return self.emptied(now, kind);
        }
        if let Some(known) = database.head {
            let is_fresh = database.building.as_ref().is_some_and(Index::is_fresh);
            if known.generation != head.generation && !is_fresh {
                // What the index says of places is no longer so, and what was dropped may never be heard of.
                return self.rebuild(now, kind);
            }
        }
        database.head = Some(head);
        if is_unknown && head.identity == 0 {
            self.tell_news(News::SetAside { database: kind, records: 1 });
        }
        let Some(database) = self.databases.get_mut(kind) else { return };
        // What is read at first is held for those who want it next, as far as there is room. What others write later is not: it
        // would take the room of what this tab uses.
        let holds = !is_own_spill && (database.holds_all() || !database.is_loaded);
        let is_building = database.building.is_some();
        let index = database.building.as_mut().unwrap_or(&mut database.index);
        if let Some(directory) = &slice.directory {
            index.seed(directory);
        }
        let mut changed = Vec::new();
        for (key, segment) in &slice.segments {
            if *key > index.through {
                index.apply(*key, segment, holds, &mut changed);
            }
        }
        let mut records = 0;
        for key in &slice.unreadable {
            index.through = index.through.max(*key);
            if !database.unreadable.contains(key) {
                database.unreadable.push(*key);
                records += 1;
            }
        }
        if records > 0 {
            self.tell_news(News::SetAside { database: kind, records });
        }
        self.remember_held(kind, &changed);
        if !is_building {
            self.tell_changed(kind, changed);
            // Before anything else is done as a leader: there may be more to read.
            self.notice_epoch(kind);
        }
        if slice.is_end { self.up_to_date(now, kind) } else { self.read(now, kind, DEADLINE) }
    }

    /// Everything that there is has been read.
    fn up_to_date(&mut self, now: Instant, kind: Kind) {
        let Some(database) = self.databases.get_mut(kind) else { return };
        if let Some(mut index) = database.building.take() {
            if database.is_loaded {
                index.inherit(&database.index);
            } else {
                database.listed_uses = index.uses();
            }
            database.index = index;
            database.is_loaded = true;
            if std::mem::take(&mut database.was_cleared) {
                // That it gave everything up is no news to this tab, which may have it in memory.
                let keys = database.index.slots().map(|(key, _)| Rc::clone(key)).collect();
                self.tell_changed(kind, keys);
            } else {
                self.tell(Output::Changed { database: kind, keys: Vec::new(), is_own: false });
            }
        }
        let Some(database) = self.databases.get_mut(kind) else { return };
        database.link = Link::Ready;
        database.turns = database.turns.saturating_add(1);
        database.is_suspect = false;
        database.trouble = database.is_newer.then_some(Trouble::Newer);
        self.settle_seen(kind);
        self.settle_awaiting(kind);
        self.notice_epoch(kind);
        self.ensure_record(now, kind);
        let Some(database) = self.databases.get_mut(kind) else { return };
        if database.queue.is_empty() {
            self.recovered(kind);
        }
        let Some(database) = self.databases.get_mut(kind) else { return };
        if std::mem::take(&mut database.is_behind) {
            self.read(now, kind, DEADLINE);
        }
        self.adopt(now, kind);
        if kind == Kind::Cache {
            // What was refused for want of space may have waited for it.
            self.flush_all(now);
        }
        self.flush(now, kind);
        self.serve(now, kind);
        self.leave(now);
        self.after_progress(now, kind);
    }

    /// Begins a new index, while the former one goes on to answer.
    pub(super) fn rebuild(&mut self, now: Instant, kind: Kind) {
        // What is being read follows what the former index has: in a new one it would stand for everything before it.
        if let Some(read) = self.asked(Purpose::Read(kind)) {
            self.take_operation(read);
            self.timers.clear(&Timer::Deadline(read));
        }
        let Some(database) = self.databases.get_mut(kind) else { return };
        database.building = Some(database.fresh_index());
        database.listed = 0;
        self.read(now, kind, DEADLINE);
    }

    pub(super) fn tell_changed(&mut self, kind: Kind, keys: Vec<Rc<str>>) {
        let index = self.databases.get(kind).map(|database| &database.index);
        let is_own = |key: &mut Rc<str>| {
            index.and_then(|index| index.slot(key)).is_some_and(|slot| slot.id.origin == self.origin)
        };
        let mut others = keys;
        let own: Vec<Rc<str>> = others.extract_if(.., is_own).collect();
        for (keys, is_own) in [(own, true), (others, false)] {
            if !keys.is_empty() {
                self.tell(Output::Changed { database: kind, keys, is_own });
            }
        }
    }

    /// What has turned up in the log needs not be written again.
    fn settle_seen(&mut self, kind: Kind) {
        let Some(database) = self.databases.get_mut(kind) else { return };
        let mut stranded = Vec::new();
        for group in std::mem::take(&mut database.queue) {
            if group.entries.is_empty() || !database.index.has_seen(group.last()) {
                database.queue.push(group);
                continue;
            }
            let is_counted = group.epoch == 0 || database.index.counts(group.epoch, None);
            if group.is_lost(&database.index, is_counted) {
                stranded.push(group);
            } else {
                settle(&mut self.outputs, group.call, end_of_write(is_counted));
            }
        }
        self.renumber(kind, stranded);
    }
}
