//! How many calls a service is sent at once.

/// The name that a caller goes by.
pub type Ticket = u32;

/// What becomes of a caller who wants to enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It may begin.
    Entered,
    /// It waits; [`Bulkhead::leave`] names it when it may begin.
    Queued,
    /// Too many wait.
    Full,
}

/// A limit of calls at once, and of those who wait for their turn; first come, first served.
#[derive(Debug)]
pub struct Bulkhead {
    limit: u32,
    most_waiting: usize,
    inside: u32,
    waiting: Vec<Ticket>,
}

impl Bulkhead {
    /// An empty one: so many calls at once, at least 1, and so many who may wait.
    pub fn new(limit: u32, most_waiting: u32) -> Self {
        Self { limit: limit.max(1), most_waiting: most_waiting as usize, inside: 0, waiting: Vec::new() }
    }

    /// A caller wants to enter.
    pub fn enter(&mut self, ticket: Ticket) -> Entry {
        if self.inside < self.limit {
            self.inside += 1;
            return Entry::Entered;
        }
        if self.waiting.len() >= self.most_waiting {
            return Entry::Full;
        }
        self.waiting.push(ticket);
        Entry::Queued
    }

    /// A call that had entered is over; the caller who enters in its place.
    pub fn leave(&mut self) -> Option<Ticket> {
        if self.waiting.is_empty() {
            self.inside = self.inside.saturating_sub(1);
            return None;
        }
        Some(self.waiting.remove(0))
    }

    /// A caller no longer wants to wait; whether it did. One that has entered meanwhile must leave instead.
    pub fn give_up(&mut self, ticket: Ticket) -> bool {
        let place = self.waiting.iter().position(|other| *other == ticket);
        place.map(|place| self.waiting.remove(place)).is_some()
    }

    /// How many calls are under way.
    pub const fn inside(&self) -> u32 {
        self.inside
    }

    /// How many wait.
    pub const fn waiting(&self) -> usize {
        self.waiting.len()
    }
}
