//! Messages that wait for their answers.

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
    /// Its number.
    pub reference: Reference,
    /// The topic on the wire.
    pub topic: String,
    /// What it is about.
    pub purpose: Purpose,
}

/// All messages that wait, in the order in which they went out.
#[derive(Debug, Default)]
pub struct Pushes {
    waiting: Vec<Push>,
}

impl Pushes {
    /// One goes out.
    pub fn add(&mut self, reference: Reference, topic: String, purpose: Purpose) {
        self.waiting.push(Push { reference, topic, purpose });
    }

    /// Its answer has come, or will not come.
    pub fn take(&mut self, reference: Reference) -> Option<Push> {
        let place = self.waiting.iter().position(|push| push.reference == reference)?;
        Some(self.waiting.remove(place))
    }

    /// Those of a topic whose join is over: none of them will be answered.
    pub fn take_of(&mut self, topic: &str) -> Vec<Push> {
        let mut taken = Vec::new();
        for push in std::mem::take(&mut self.waiting) {
            if push.topic == topic {
                taken.push(push);
            } else {
                self.waiting.push(push);
            }
        }
        taken
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
