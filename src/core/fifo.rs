//! What a machine has to say, in its order.

use std::vec::{self, Vec};

/// A first-in, first-out queue that is filled for a while and then emptied, as a machine's outputs are. It is two lists, which need less code
/// than a ring; each is given back once it is empty.
#[derive(Debug)]
pub struct Fifo<T> {
    /// What is taken first.
    front: vec::IntoIter<T>,
    /// What has come since.
    back: Vec<T>,
}

impl<T> Default for Fifo<T> {
    fn default() -> Self {
        Self { front: Vec::new().into_iter(), back: Vec::new() }
    }
}

impl<T> Fifo<T> {
    /// Puts one at the end.
    pub fn push(&mut self, item: T) {
        self.back.push(item);
    }

    /// Takes the first.
    pub fn pop(&mut self) -> Option<T> {
        if self.front.len() == 0 && !self.back.is_empty() {
            self.front = std::mem::take(&mut self.back).into_iter();
        }
        self.front.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_first_goes_first_however_it_is_filled_and_emptied() {
        let mut fifo = Fifo::default();
        let (mut put, mut taken) = (0, 0);
        for round in 0..100 {
            for _ in 0..round % 7 {
                fifo.push(put);
                put += 1;
            }
            for _ in 0..round % 5 {
                if let Some(item) = fifo.pop() {
                    assert_eq!(item, taken);
                    taken += 1;
                }
            }
        }
        while let Some(item) = fifo.pop() {
            assert_eq!(item, taken);
            taken += 1;
        }
        assert_eq!(taken, put);
    }
}
