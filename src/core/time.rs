//! Time as an argument: instants on the driver's monotonic clock, and a machine's table of timers.

use crate::core::sorted_map::SortedMap;

/// A moment on the driver's monotonic clock, in milliseconds since an origin of the driver's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(u64);

impl Instant {
    /// The moment `millis` after the origin.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the origin.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The moment `millis` later.
    pub const fn after(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds since `earlier`; 0 if that lies ahead.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A monotonic clock that goes on while the machine sleeps.
///
/// Where the system's monotonic clock stands still during sleep (in browsers on macOS, Linux and Android), the wall clock
/// tells: what it has gained on the other was slept. A wall clock that is set ahead by hand looks the same, and costs a
/// heartbeat and a question for the token; one that is set back changes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// The two clocks at the last reading.
    last: Option<(u64, u64)>,
    slept: u64,
}

/// What the wall clock may gain without anybody having slept, in milliseconds: it is corrected now and then.
const CORRECTION: u64 = 2_000;

impl Clock {
    /// A clock that has not been read yet.
    pub const fn new() -> Self {
        Self { last: None, slept: 0 }
    }

    /// The moment at which an event happened that was stamped by the monotonic clock, in milliseconds. What the machine
    /// has slept since the last reading is not known yet: ask before the next one.
    pub fn moment(&self, monotonic: u64) -> Instant {
        Instant::from_millis(monotonic.saturating_add(self.slept))
    }

    /// What the machine has slept while the monotonic clock stood still, in milliseconds.
    pub const fn slept(&self) -> u64 {
        self.slept
    }

    /// The moment at which the system's clocks say this, in milliseconds.
    pub fn read(&mut self, monotonic: u64, wall: u64) -> Instant {
        if let Some((last_monotonic, last_wall)) = self.last.replace((monotonic, wall)) {
            let gained =
                wall.saturating_sub(last_wall).saturating_sub(monotonic.saturating_sub(last_monotonic));
            if gained > CORRECTION {
                self.slept = self.slept.saturating_add(gained);
            }
        }
        Instant::from_millis(monotonic.saturating_add(self.slept))
    }
}

/// The deadlines of a machine's timers, at most one for each of its reasons `T`.
///
/// A linear scan finds the next one: there are seldom more than a few dozen, and it is asked once a pump.
#[derive(Debug)]
pub struct Timers<T> {
    deadlines: SortedMap<T, Instant>,
}

impl<T> Default for Timers<T> {
    fn default() -> Self {
        Self { deadlines: SortedMap::new() }
    }
}

impl<T: Clone + Ord> Timers<T> {
    /// Sets `timer`, replacing its former deadline.
    pub fn set(&mut self, timer: T, deadline: Instant) {
        self.deadlines.insert(timer, deadline);
    }

    /// Stops `timer`.
    pub fn clear(&mut self, timer: &T) {
        self.deadlines.remove(timer);
    }

    /// Stops all.
    pub fn clear_all(&mut self) {
        self.deadlines.clear();
    }

    /// When `timer` is due, if it runs.
    pub fn deadline(&self, timer: &T) -> Option<Instant> {
        self.deadlines.get(timer).copied()
    }

    /// Whether `timer` runs.
    pub fn is_set(&self, timer: &T) -> bool {
        self.deadlines.contains_key(timer)
    }

    /// The earliest deadline and its reason.
    pub fn next(&self) -> Option<(Instant, &T)> {
        let (deadline, place) = earliest(self.deadlines.values().as_slice())?;
        Some((deadline, self.deadlines.keys().as_slice().get(place)?))
    }

    /// Takes the earliest timer that is due at `now`, with its deadline.
    pub fn take_due(&mut self, now: Instant) -> Option<(T, Instant)> {
        let (deadline, timer) = self.next()?;
        if deadline > now {
            return None;
        }
        let timer = timer.clone();
        self.deadlines.remove(&timer);
        Some((timer, deadline))
    }

    /// How many timers run.
    pub fn len(&self) -> usize {
        self.deadlines.len()
    }

    /// Whether none runs.
    pub fn is_empty(&self) -> bool {
        self.deadlines.is_empty()
    }
}

/// The earliest of these moments, and where it stands.
fn earliest(deadlines: &[Instant]) -> Option<(Instant, usize)> {
    let mut earliest: Option<(Instant, usize)> = None;
    for (place, deadline) in deadlines.iter().enumerate() {
        if earliest.is_none_or(|(other, _)| *deadline < other) {
            earliest = Some((*deadline, place));
        }
    }
    earliest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_timers_come_in_the_order_of_their_deadlines() {
        let mut timers = Timers::default();
        timers.set("beat", Instant::from_millis(30));
        timers.set("retry", Instant::from_millis(10));
        timers.set("open", Instant::from_millis(99));
        timers.set("open", Instant::from_millis(20));
        let now = Instant::from_millis(25);
        assert_eq!(timers.take_due(now).map(|due| due.0), Some("retry"));
        assert_eq!(timers.take_due(now).map(|due| due.0), Some("open"));
        assert_eq!(timers.take_due(now), None);
        assert_eq!(timers.next(), Some((Instant::from_millis(30), &"beat")));
    }

    #[test]
    fn a_clock_that_stood_still_while_the_machine_slept_is_put_right_by_the_wall_clock() {
        let mut clock = Clock::new();
        let read = |clock: &mut Clock, monotonic, wall| clock.read(monotonic, wall).as_millis();
        assert_eq!(read(&mut clock, 500, 1_790_000_000_000), 500);
        assert_eq!(read(&mut clock, 1_500, 1_790_000_001_000), 1_500);
        assert_eq!(
            read(&mut clock, 2_500, 1_790_000_003_900),
            2_500,
            "a correction of the wall clock is no sleep"
        );
        assert_eq!(
            read(&mut clock, 3_500, 1_790_003_604_900),
            3_603_500,
            "an hour in which one clock stood still"
        );
        assert_eq!(read(&mut clock, 4_500, 1_790_000_000_000), 3_604_500, "it never goes back");
        assert_eq!(
            read(&mut clock, 3_604_500, 1_790_003_600_000),
            7_204_500,
            "where both clocks go on, nothing is added"
        );
    }

    #[test]
    fn the_clock_saturates_instead_of_wrapping() {
        let end = Instant::from_millis(u64::MAX);
        assert_eq!(end.after(1), end);
        assert_eq!(Instant::from_millis(3).since(end), 0);
    }
}
