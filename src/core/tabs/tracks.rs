//! What several tabs track on the channels of one socket: the server keeps one state for it, so the latest counts.

use super::names::Party;

/// What one subscription of one tab tracks.
#[derive(Clone, Debug, PartialEq)]
pub struct Track<P> {
    /// The topic on the wire.
    pub topic: String,
    /// The tab; `None` for this one.
    pub tab: Option<Party>,
    /// The subscription, as its tab calls it.
    pub id: String,
    /// What it tracks.
    pub state: P,
}

/// All of them, the latest last.
#[derive(Debug)]
pub struct Tracks<P>(Vec<Track<P>>);

impl<P> Default for Tracks<P> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<P: Clone> Tracks<P> {
    /// This is what counts from now on.
    pub fn set(&mut self, track: Track<P>) {
        self.remove(track.tab, &track.id);
        self.0.push(track);
    }

    /// A subscription tracks nothing any more: what counts in its place, and whether that is another than before.
    pub fn remove(&mut self, tab: Option<Party>, id: &str) -> Option<Track<P>> {
        let at = self.0.iter().position(|track| track.tab == tab && track.id == id)?;
        let removed = self.0.remove(at);
        let fallback = self.0.iter().rposition(|track| track.topic == removed.topic)?;
        // One that came later than what is removed counted already.
        if fallback < at { self.0.get(fallback).cloned() } else { None }
    }

    /// Nobody tracks anything.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether any other subscription tracks something on this topic.
    pub fn has(&self, topic: &str) -> bool {
        self.0.iter().any(|track| track.topic == topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::TabId;

    const fn party(tab: u64) -> Party {
        Party { tab: TabId(tab), hello: 1 }
    }

    fn track(tab: u64, topic: &str, state: u8) -> Track<u8> {
        Track { topic: topic.into(), tab: Some(party(tab)), id: "who".into(), state }
    }

    #[test]
    fn the_latest_counts_and_whoever_is_left_takes_its_place() {
        let mut tracks = Tracks::default();
        tracks.set(track(1, "desk", 10));
        tracks.set(track(2, "desk", 20));
        tracks.set(track(3, "hall", 30));
        assert_eq!(tracks.remove(Some(party(3)), "who"), None, "nobody else is on that channel");
        assert_eq!(tracks.remove(Some(party(2)), "who").map(|track| track.state), Some(10));
        tracks.set(track(2, "desk", 21));
        assert_eq!(tracks.remove(Some(party(1)), "who"), None, "the latest counts as before");
        assert_eq!(tracks.remove(Some(party(2)), "who"), None);
        assert!(!tracks.has("desk"));
    }
}
