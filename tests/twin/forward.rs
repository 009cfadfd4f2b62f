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

/// What waits for one set of tabs.
#[derive(Clone, Debug)]
struct Batch {
    tabs: Vec<String>,
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
    tabs: LiteMap<String, Vec<String>>,
    /// In the order of their first frames.
    waiting: Vec<Batch>,
    handed: Vec<Forwarded>,
}

impl Forwarder {
    /// Says where a topic's frames go from now on; if nowhere, what waits of it is dropped.
    pub fn set(&mut self, topic: &str, tabs: &[&str]) {
        let sorted = |tabs: &[String]| {
            let mut tabs = tabs.to_vec();
            tabs.sort();
            tabs
        };
        let tabs: Vec<String> = tabs.iter().map(|tab| (*tab).to_owned()).collect();
        if self.tabs.get(topic).map(|former| sorted(former)).unwrap_or_default() == sorted(&tabs) {
            return;
        }
        // What waits is handed over before what comes, whichever tabs it is for.
        for batch in &mut self.waiting {
            batch.is_open = false;
        }
        if tabs.is_empty() {
            self.tabs.remove(topic);
            for batch in &mut self.waiting {
                batch.forget(topic);
            }
            self.waiting.retain(|batch| !batch.frames.is_empty() || !batch.dropped.is_empty());
        } else {
            self.tabs.insert(topic.to_owned(), tabs);
        }
    }

    /// Whether a topic's frames go to other tabs.
    pub fn has(&self, topic: &str) -> bool {
        self.tabs.contains_key(topic)
    }

    /// The topics whose frames do.
    pub fn topics(&self) -> impl Iterator<Item = &String> {
        self.tabs.keys()
    }

    /// Takes in a frame of a topic that has tabs.
    pub fn put(&mut self, topic: &str, frame: Frame) {
        let Some(tabs) = self.tabs.get(topic).cloned() else { return };
        if frame.size() > LARGE_BYTES {
            self.flush();
            self.handed.push(Forwarded { tabs, frames: vec![frame], dropped: LiteMap::new() });
            return;
        }
        let is_for = |batch: &Batch| {
            batch.is_open && batch.tabs.len() == tabs.len() && tabs.iter().all(|tab| batch.tabs.contains(tab))
        };
        if let Some(batch) = self.waiting.iter_mut().find(|batch| is_for(batch)) {
            batch.put(topic, frame);
            return;
        }
        let (frames, dropped) = (VecDeque::new(), LiteMap::new());
        let mut batch = Batch { tabs, is_open: true, frames, bytes: 0, dropped };
        batch.put(topic, frame);
        self.waiting.push(batch);
    }

    /// Hands over all that waits, as every 16 ms.
    pub fn flush(&mut self) {
        self.handed.extend(std::mem::take(&mut self.waiting).into_iter().map(Batch::handed));
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
