//! Messages that wait for their answers.

use litemap::LiteMap;

use crate::core::ids::CallId;
use crate::core::realtime::frame::Reference;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A broadcast of the application's, which its answer settles.
    Broadcast(CallId),
    /// What is tracked.
    Tracking,
}

/// A message that waits for its answer.
#[derive(Clone, Debug)]
pub struct Push {
    /// The topic on the wire.
    pub topic: String,
    /// What it is about.
    pub purpose: Purpose,
}

/// All messages that wait, by their references.
#[derive(Debug, Default)]
pub struct Pushes {
    waiting: LiteMap<Reference, Push>,
}

impl Pushes {
    /// One goes out.
    pub fn add(&mut self, reference: Reference, topic: String, purpose: Purpose) {
        self.waiting.insert(reference, Push { topic, purpose });
    }

    /// Its answer has come, or will not come.
    pub fn take(&mut self, reference: Reference) -> Option<Push> {
        self.waiting.remove(&reference)
    }

    /// Those of a topic whose join is over: none of them will be answered.
    pub fn take_of(&mut self, topic: &str) -> Vec<(Reference, Push)> {
        let of_topic = |(reference, push): (&Reference, &Push)| (push.topic == topic).then_some(*reference);
        let references: Vec<_> = self.waiting.iter().filter_map(of_topic).collect();
        references.into_iter().filter_map(|reference| Some((reference, self.take(reference)?))).collect()
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
