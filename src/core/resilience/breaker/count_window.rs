//! The last calls, however long ago they were.

use super::config::MOST_SIZE;
use super::tally::{Mark, Tally};

/// So many calls stand in one word, at two bits each.
const A_WORD: u32 = 16;

/// A ring of the last calls.
#[derive(Debug)]
pub struct CountWindow {
    size: u32,
    /// Two bits a call: it failed, it was slow.
    words: Vec<u32>,
    /// Where the next call goes: once the ring is full, the place of the oldest.
    next: u32,
    tally: Tally,
}

impl CountWindow {
    /// Of no calls yet.
    pub fn new(size: u32) -> Self {
        let size = size.clamp(1, MOST_SIZE);
        Self { size, words: vec![0; size.div_ceil(A_WORD) as usize], next: 0, tally: Tally::default() }
    }

    /// How many calls it holds.
    pub const fn size(&self) -> u32 {
        self.size
    }

    /// What is in it.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// Puts a call in, for the oldest if it is full.
    pub fn record(&mut self, mark: Mark) {
        let shift = self.next % A_WORD * 2;
        let Some(word) = self.words.get_mut((self.next / A_WORD) as usize) else { return };
        if self.tally.calls >= self.size {
            let bits = *word >> shift;
            self.tally.subtract(Tally { calls: 1, failures: bits & 1, slow: bits >> 1 & 1 });
        }
        let bits = u32::from(mark.is_failure) | u32::from(mark.is_slow) << 1;
        *word = *word & !(3 << shift) | bits << shift;
        self.tally.add(mark);
        self.next = (self.next + 1) % self.size;
    }

    /// Forgets all.
    pub const fn clear(&mut self) {
        self.next = 0;
        self.tally = Tally { calls: 0, failures: 0, slow: 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::rng::Rng;

    #[test]
    fn it_counts_what_a_list_of_the_last_calls_counts() {
        let mut rng = Rng::new(4);
        for size in [1, 2, 15, 16, 17, 100] {
            let (mut window, mut list) = (CountWindow::new(size), Vec::new());
            for step in 0..1_000 {
                let mark = Mark { is_failure: rng.up_to(2) == 0, is_slow: rng.up_to(3) == 0 };
                window.record(mark);
                list.push(mark);
                let last = &list[list.len().saturating_sub(size as usize)..];
                let count = |is_it: fn(&&Mark) -> bool| last.iter().filter(is_it).count() as u32;
                let expected = Tally {
                    calls: last.len() as u32,
                    failures: count(|mark| mark.is_failure),
                    slow: count(|mark| mark.is_slow),
                };
                assert_eq!(window.tally(), expected, "{size}, step {step}");
                if step == 500 {
                    window.clear();
                    list.clear();
                    assert_eq!(window.tally(), Tally::default());
                }
            }
        }
    }

    #[test]
    fn the_largest_takes_two_and_a_half_kilobytes_whatever_is_asked_for() {
        let window = CountWindow::new(u32::MAX);
        assert_eq!((window.size, window.words.capacity() * 4), (MOST_SIZE, 2_500));
    }
}
