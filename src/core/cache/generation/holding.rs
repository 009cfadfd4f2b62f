//! What is known of tags and is needed: it is not dropped to make room.

use std::rc::Rc;

use super::Generations;

impl Generations {
    /// What is known of a tag is not dropped, as long as it is not [released](Generations::release) as often: that of the key of each
    /// entry in memory, and all that something waits for.
    pub fn hold(&mut self, tag: &Rc<str>) {
        if let Some(known) = self.known_of(tag) {
            known.held = known.held.saturating_add(1);
            if known.held == 1 {
                self.free = self.free.saturating_sub(1);
            }
        }
    }

    /// It may be dropped.
    pub fn release(&mut self, tag: &str) {
        let Some(known) = self.known.get_mut(tag).filter(|known| known.held > 0) else { return };
        known.held -= 1;
        if known.held == 0 {
            self.free += 1;
        }
    }

    /// The disk is asked for it from now on, or has answered. Whether that is a change.
    pub fn set_counting(&mut self, tag: &Rc<str>, is_counting: bool) -> bool {
        let Some(known) = self.known_of(tag) else { return false };
        if std::mem::replace(&mut known.is_counting, is_counting) == is_counting {
            return false;
        }
        if is_counting {
            // What it said before is not what it says now.
            known.is_given_up = false;
            self.hold(tag);
        } else {
            self.release(tag);
        }
        true
    }

    /// The disk could not say it: what counts it on goes on from what is known at least.
    pub fn give_up(&mut self, tag: &str) {
        if let Some(known) = self.known.get_mut(tag) {
            known.is_given_up = true;
        }
    }

    /// Whether what it says is known for certain.
    pub fn is_known(&self, tag: &str) -> bool {
        self.known.get(tag).is_some_and(|known| !known.is_doubted)
    }

    /// Whether what it says is known for certain, or the disk could not say it.
    pub fn is_settled(&self, tag: &str) -> bool {
        self.known.get(tag).is_some_and(|known| !known.is_doubted || known.is_given_up)
    }

    /// Whether the disk is asked for it.
    pub fn is_counting(&self, tag: &str) -> bool {
        self.known.get(tag).is_some_and(|known| known.is_counting)
    }
}
