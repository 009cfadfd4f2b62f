//! A model world that works for ever in one instant is at fault, and says so rather than never ending.

/// More steps than any history takes in one instant.
const MOST: u32 = 100_000;

/// How often a world has worked in the present instant.
#[derive(Default)]
pub struct Rest {
    at: u64,
    steps: u32,
}

impl Rest {
    /// Counts a step at `now`, in milliseconds.
    ///
    /// # Panics
    ///
    /// If the clock stands still while the world works on.
    pub fn step(&mut self, now: u64) {
        if self.at != now {
            *self = Self { at: now, steps: 0 };
        }
        self.steps += 1;
        assert!(self.steps < MOST, "nothing comes to rest at {now} ms");
    }
}
