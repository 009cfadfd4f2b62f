//! Data frames on their way to other tabs: the twin of `src/shell/router/forward.js`.

use std::collections::VecDeque;

use litemap::LiteMap;

/// So many frames wait for a set of tabs at most; beyond it the oldest are dropped and counted.
pub const MOST_FRAMES: usize = 10_000;
/// So many bytes, likewise.
pub const MOST_BYTES: usize = 8_000_000;
/// A frame of more bytes goes alone and at once.
pub const LARGE_BYTES: usize = 256 * 1024;

/// A frame as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
}

impl Frame {
    /// Bytes, or the length of a text, in UTF-16.
    pub fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.encode_utf16().count(),
            Self::Binary(bytes) => bytes.len(),
        }
    }
}

/// What is handed to a set of tabs at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// The tabs.
    pub tabs: Vec<String>,
    /// The frames, in the order in which they came.
    pub frames: Vec<Frame>,
    /// By topic, how many frames before them were dropped, because too much waited.
    pub dropped: LiteMap<String, usize>,
}

/// Where a topic's frames go: to tabs that somebody sees, and to hidden ones, which wait longer.
#[derive(Clone, Debug, Default)]
struct Targets {
    seen: Vec<String>,
    hidden: Vec<String>,
}

/// What waits for one set of tabs.
#[derive(Clone, Debug)]
struct Batch {
    tabs: Vec<String>,
    is_hidden: bool,
    is_open: bool,
    /// With their topics.
    frames: VecDeque<(String, Frame)>,
    bytes: usize,
    dropped: LiteMap<String, usize>,
}

impl Batch {
    fn put(&mut self, topic: &str, frame: Frame) {
        self.bytes += frame.size();
        self.frames.push_back((topic.to_owned(), frame));
        while self.frames.len() > MOST_FRAMES || self.bytes > MOST_BYTES {
            let Some((topic, frame)) = self.frames.pop_front() else { return };
            self.bytes -= frame.size();
            *self.dropped.entry(topic).or_default() += 1;
        }
    }

    fn forget(&mut self, topic: &str) {
        self.frames.retain(|(of, _)| of != topic);
        self.bytes = self.frames.iter().map(|(_, frame)| frame.size()).sum();
        self.dropped.remove(topic);
    }

    fn handed(self) -> Forwarded {
        let frames = self.frames.into_iter().map(|(_, frame)| frame).collect();
        Forwarded { tabs: self.tabs, frames, dropped: self.dropped }
    }
}

/// Which topics' frames go to other tabs, and what waits for these.
#[derive(Clone, Debug, Default)]
pub struct Forwarder {
    /// By topic.
    targets: LiteMap<String, Targets>,
    /// In the order of their first frames.
    waiting: Vec<Batch>,
    handed: Vec<Forwarded>,
}

impl Forwarder {
    /// Says to which tabs a topic's frames go from now on, those that are seen and those that are hidden; if to none, what
    /// waits of it is dropped. All that waits is handed over first if a tab goes over from the ones to the others.
    pub fn set(&mut self, topic: &str, seen: &[String], hidden: &[String]) {
        let former = self.targets.get(topic).cloned().unwrap_or_default();
        if hidden.iter().any(|tab| former.seen.contains(tab))
            || seen.iter().any(|tab| former.hidden.contains(tab))
        {
            self.flush();
        }
        for (is_hidden, former, tabs) in [(false, &former.seen, seen), (true, &former.hidden, hidden)] {
            if is_same(former, tabs) {
                continue;
            }
            // What waits is handed over before what comes, whichever tabs it is for.
            let mut waiting = std::mem::take(&mut self.waiting);
            for batch in waiting.iter_mut().filter(|batch| batch.is_hidden == is_hidden) {
                batch.is_open = false;
                if tabs.is_empty() {
                    batch.forget(topic);
                }
            }
            waiting.retain(|batch| !batch.frames.is_empty() || !batch.dropped.is_empty());
            self.waiting = waiting;
        }
        if seen.is_empty() && hidden.is_empty() {
            self.targets.remove(topic);
        } else {
            let kept = |former: Vec<String>, tabs: &[String]| {
                if is_same(&former, tabs) { former } else { tabs.to_vec() }
            };
            let targets = Targets { seen: kept(former.seen, seen), hidden: kept(former.hidden, hidden) };
            self.targets.insert(topic.to_owned(), targets);
        }
    }

    /// Whether a topic's frames go to other tabs.
    pub fn has(&self, topic: &str) -> bool {
        self.targets.contains_key(topic)
    }

    /// The topics whose frames do.
    pub fn topics(&self) -> impl Iterator<Item = &String> {
        self.targets.keys()
    }

    /// Takes in a frame of a topic that has tabs.
    pub fn put(&mut self, topic: &str, frame: Frame) {
        let Some(Targets { seen, hidden }) = self.targets.get(topic).cloned() else { return };
        self.put_for(topic, &frame, seen, false);
        self.put_for(topic, &frame, hidden, true);
    }

    fn put_for(&mut self, topic: &str, frame: &Frame, tabs: Vec<String>, is_hidden: bool) {
        if tabs.is_empty() {
            return;
        }
        if frame.size() > LARGE_BYTES {
            self.hand(is_hidden);
            self.handed.push(Forwarded { tabs, frames: vec![frame.clone()], dropped: LiteMap::new() });
            return;
        }
        let is_for =
            |batch: &Batch| batch.is_open && batch.is_hidden == is_hidden && is_same(&batch.tabs, &tabs);
        if let Some(batch) = self.waiting.iter_mut().find(|batch| is_for(batch)) {
            batch.put(topic, frame.clone());
            return;
        }
        let (frames, dropped) = (VecDeque::new(), LiteMap::new());
        let mut batch = Batch { tabs, is_hidden, is_open: true, frames, bytes: 0, dropped };
        batch.put(topic, frame.clone());
        self.waiting.push(batch);
    }

    /// Hands over what waits for the tabs that are seen, as every 16 ms, or for the hidden ones, as every 250.
    pub fn hand(&mut self, is_hidden: bool) {
        let (due, waiting) =
            std::mem::take(&mut self.waiting).into_iter().partition(|batch| batch.is_hidden == is_hidden);
        self.waiting = waiting;
        self.handed.extend(Vec::into_iter(due).map(Batch::handed));
    }

    /// Hands over all that waits.
    pub fn flush(&mut self) {
        self.hand(false);
        self.hand(true);
    }

    /// Whether anything waits to be handed over.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// What has been handed over since.
    pub fn take(&mut self) -> Vec<Forwarded> {
        std::mem::take(&mut self.handed)
    }
}

/// The same tabs in another order are the same.
fn is_same(some: &[String], others: &[String]) -> bool {
    some.len() == others.len() && some.iter().all(|tab| others.contains(tab))
}
