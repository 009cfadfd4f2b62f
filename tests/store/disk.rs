//! What a browser has on its disk: databases as the port describes them, and marks.

use std::collections::BTreeMap;

use wedsync_dashboard::core::store::operation::{Answer, Failure, From};
use wedsync_dashboard::core::store::operation::{Compaction, Slice, Verdict};
use wedsync_dashboard::core::store::segment::{Directory, Head, Segment};

/// A value is a number that is never used again.
pub type Value = u64;

#[derive(Clone, Debug)]
pub struct Base {
    pub version: u32,
    pub head: Head,
    pub directory: Directory,
    pub log: BTreeMap<u64, Segment<Value>>,
    pub next_key: u64,
    /// Segments that cannot be read.
    pub damaged: Vec<u64>,
    /// The directory cannot be read.
    pub is_directory_damaged: bool,
}

impl Base {
    pub fn new(version: u32, identity: u64) -> Self {
        let head = Head { identity, generation: 0, epoch: 0, oldest_reader: version };
        Self {
            version,
            head,
            directory: Directory::default(),
            log: BTreeMap::new(),
            next_key: 1,
            damaged: Vec::new(),
            is_directory_damaged: false,
        }
    }

    pub fn newest(&self) -> u64 {
        self.log.keys().next_back().copied().unwrap_or(0)
    }

    pub fn first(&self) -> u64 {
        self.log.keys().next().copied().unwrap_or(u64::MAX)
    }

    pub fn append(&mut self, segments: &[Segment<Value>]) -> Answer<Value> {
        let first = self.next_key;
        for segment in segments {
            self.log.insert(self.next_key, segment.clone());
            self.next_key += 1;
        }
        Answer::Appended { first, last: self.next_key - 1 }
    }

    pub fn read(&self, from: From, most: u32) -> Answer<Value> {
        let (after, directory) = match from {
            From::After(after) => (after, None),
            From::Start => (self.directory.through, Some(self.directory.clone())),
        };
        let segments: Vec<_> = self
            .log
            .range(after + 1..)
            .take(most as usize)
            .map(|(key, segment)| (*key, segment.clone()))
            .collect();
        let is_end = segments.len() < most as usize;
        let (segments, unreadable): (Vec<_>, Vec<_>) =
            segments.into_iter().partition(|(key, _)| !self.damaged.contains(key));
        let unreadable = unreadable.into_iter().map(|(key, _)| key).collect();
        Answer::Read(Slice { head: self.head, directory, first: self.first(), segments, unreadable, is_end })
    }

    pub fn get(&self, keys: &[u64]) -> Answer<Value> {
        Answer::Got(keys.iter().filter_map(|key| Some((*key, self.log.get(key)?.clone()))).collect())
    }

    pub fn compact(&mut self, compaction: &Compaction<Value>) -> Answer<Value> {
        let verdict = compaction.verdict(&self.head, self.newest(), self.first());
        if let Verdict::Done(head) = verdict {
            self.head = head;
            if let Some((first, last)) = compaction.removed {
                self.log.retain(|key, _| *key < first || *key > last);
            }
            for (key, segment) in &compaction.added {
                self.log.insert(*key, segment.clone());
            }
            self.directory = compaction.directory.clone();
            self.is_directory_damaged = false;
        }
        Answer::Compacted(verdict)
    }

    pub fn clear(&mut self) -> Answer<Value> {
        self.log.clear();
        self.directory = Directory::default();
        self.is_directory_damaged = false;
        Answer::Done
    }

    pub fn draw(&mut self, above: u64) -> Answer<Value> {
        self.head.epoch = self.head.epoch.max(above) + 1;
        Answer::Epoch(self.head.epoch)
    }
}

#[derive(Debug, Default)]
pub struct Disk {
    pub bases: BTreeMap<String, Base>,
    pub marks: BTreeMap<String, u64>,
}

pub type Result = std::result::Result<Answer<Value>, Failure>;
