//! Messages between two tabs: each once and in order, although one may be lost on the way.
//!
//! A browser loses what is sent to a page that is being put away, or before it listens.

use crate::core::time::Instant;

/// What is not acknowledged after this time is sent again, in milliseconds.
const RESEND: u64 = 1_000;
/// So many messages are kept for a tab that acknowledges nothing: it is frozen, and begins anew when it is back.
const MOST_UNHEARD: usize = 2_000;

/// One end.
#[derive(Debug)]
pub struct Link<P> {
    sent: u64,
    heard: u64,
    unheard: Vec<(u64, Instant, P)>,
}

impl<P> Default for Link<P> {
    fn default() -> Self {
        Self { sent: 0, heard: 0, unheard: Vec::new() }
    }
}

impl<P: Clone> Link<P> {
    /// Numbers a message and keeps it until the other end has it.
    pub fn send(&mut self, now: Instant, body: P) -> u64 {
        self.sent += 1;
        self.unheard.push((self.sent, now, body));
        self.sent
    }

    /// The last number that was given.
    pub const fn sent(&self) -> u64 {
        self.sent
    }

    /// The last number that the other end has sent and that has come in order.
    pub const fn heard(&self) -> u64 {
        self.heard
    }

    /// Whether a message is the next one. One that has come before, or before the one ahead of it, is not taken.
    pub fn takes(&mut self, number: u64) -> bool {
        let is_next = number == self.heard + 1;
        self.heard += u64::from(is_next);
        is_next
    }

    /// The other end has everything up to this.
    pub fn acknowledge(&mut self, number: u64) {
        let mut heard = 0;
        for (sent, ..) in &self.unheard {
            heard += usize::from(*sent <= number);
        }
        self.unheard.drain(..heard);
    }

    /// Whether the other end has still to say that it has everything.
    pub const fn is_open(&self) -> bool {
        !self.unheard.is_empty()
    }

    /// Whether the other end has taken nothing for so long that it is not written to any more.
    pub const fn is_full(&self) -> bool {
        self.unheard.len() >= MOST_UNHEARD
    }

    /// What is to be sent again.
    pub fn overdue(&mut self, now: Instant) -> Vec<(u64, P)> {
        let mut again = Vec::new();
        if self.unheard.first().is_some_and(|(_, at, _)| now.since(*at) >= RESEND) {
            for (number, at, body) in &mut self.unheard {
                *at = now;
                again.push((*number, body.clone()));
            }
        }
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_millis(10_000);

    #[test]
    fn what_is_lost_is_sent_again_and_nothing_is_taken_twice_or_out_of_order() {
        let (mut from, mut to) = (Link::default(), Link::<char>::default());
        let numbers: Vec<u64> = "abc".chars().map(|body| from.send(NOW, body)).collect();
        assert!(to.takes(numbers[0]) && !to.takes(numbers[2]), "the second was lost");
        from.acknowledge(to.heard());
        assert_eq!(from.overdue(NOW.after(999)), [], "it may be on its way");
        let again = from.overdue(NOW.after(1_000));
        assert_eq!(again, [(2, 'b'), (3, 'c')]);
        assert_eq!(from.overdue(NOW.after(1_500)), [], "it has just been sent again");
        assert!(again.iter().all(|(number, _)| to.takes(*number)));
        assert!(!to.takes(3));
        from.acknowledge(to.heard());
        assert!(!from.is_open());
    }

    #[test]
    fn what_is_kept_for_a_silent_tab_is_bounded() {
        let mut link = Link::default();
        for _ in 0..MOST_UNHEARD {
            assert!(!link.is_full());
            link.send(NOW, ());
        }
        assert!(link.is_full());
    }
}
