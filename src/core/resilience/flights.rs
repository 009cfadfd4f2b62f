//! One request for all who ask for the same at once.

use crate::core::time::Instant;

/// The name of a request that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlightId(pub u32);

/// What one who asks is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// Send the request.
    Start(FlightId),
    /// Wait for the one that is under way.
    Join(FlightId),
}

#[derive(Debug)]
struct Flight {
    id: FlightId,
    key: String,
    /// How many wait for it.
    readers: u32,
    /// When it is aborted, if nobody waits for it any more.
    abandoned: Option<Instant>,
    /// Whether what it brings is still what its key stands for.
    is_current: bool,
}

/// The requests that are under way, each with those who wait for it.
#[derive(Debug)]
pub struct Flights {
    grace: u64,
    last: u32,
    flights: Vec<Flight>,
}

impl Flights {
    /// None. A request that nobody waits for any more is aborted after `grace` milliseconds: a component that is unmounted
    /// and mounted again in the meantime does not send it twice.
    pub const fn new(grace: u64) -> Self {
        Self { grace, last: 0, flights: Vec::new() }
    }

    /// Somebody asks for what `key` stands for. Whoever has joined must leave, or be there when the flight has ended.
    pub fn join(&mut self, key: &str, now: Instant) -> Joined {
        let grace = self.grace;
        let joinable =
            |flight: &&mut Flight| flight.is_current && flight.key == key && !flight.is_over(now, grace);
        if let Some(flight) = self.flights.iter_mut().find(joinable) {
            flight.readers = flight.readers.saturating_add(1);
            flight.abandoned = None;
            return Joined::Join(flight.id);
        }
        self.last = self.last.wrapping_add(1);
        let id = FlightId(self.last);
        self.flights.push(Flight { id, key: key.to_owned(), readers: 1, abandoned: None, is_current: true });
        Joined::Start(id)
    }

    /// One of those who wait for a flight no longer does.
    pub fn leave(&mut self, id: FlightId, now: Instant) {
        let Some(flight) = self.flights.iter_mut().find(|flight| flight.id == id) else { return };
        flight.readers = flight.readers.saturating_sub(1);
        if flight.readers == 0 && flight.abandoned.is_none() {
            flight.abandoned = Some(now.after(self.grace));
        }
    }

    /// When the next flight is to be aborted.
    pub fn deadline(&self) -> Option<Instant> {
        let mut earliest: Option<Instant> = None;
        for abandoned in self.flights.iter().filter_map(|flight| flight.abandoned) {
            if earliest.is_none_or(|other| abandoned < other) {
                earliest = Some(abandoned);
            }
        }
        earliest
    }

    /// Takes a flight that nobody has waited for long enough: abort it.
    pub fn take_abandoned(&mut self, now: Instant) -> Option<FlightId> {
        let grace = self.grace;
        let place = self.flights.iter().position(|flight| flight.is_over(now, grace))?;
        Some(self.flights.remove(place).id)
    }

    /// A flight has brought its answer, or failed. Whether what it has brought is still what its key stands for: if not,
    /// those who waited for it may have it, and nobody else.
    pub fn ended(&mut self, id: FlightId) -> bool {
        let place = self.flights.iter().position(|flight| flight.id == id);
        place.is_some_and(|place| self.flights.remove(place).is_current)
    }

    /// What `key` stands for has changed: those who ask from now on do not join what is under way.
    pub fn change(&mut self, key: &str) {
        for flight in self.flights.iter_mut().filter(|flight| flight.key == key) {
            flight.is_current = false;
        }
    }

    /// How many requests are under way.
    pub const fn len(&self) -> usize {
        self.flights.len()
    }

    /// Whether none is.
    pub const fn is_empty(&self) -> bool {
        self.flights.is_empty()
    }
}

impl Flight {
    /// Whether nobody has waited for it long enough. A clock that was set back does not make that longer.
    fn is_over(&self, now: Instant, grace: u64) -> bool {
        self.abandoned.is_some_and(|moment| moment <= now || moment > now.after(grace))
    }
}
