//! How long the server's answers take on a socket.

/// The smoothed round trip and its variation, after RFC 6298 ("Computing TCP's Retransmission Timer"), section 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoundTrip {
    /// Both in eighths of a millisecond, so that the shares of the averages are not rounded away; `None` before the
    /// first answer.
    smoothed: Option<(u64, u64)>,
}

const SCALE: u64 = 8;

impl RoundTrip {
    /// Nothing measured yet.
    pub const fn new() -> Self {
        Self { smoothed: None }
    }

    /// An answer took so many milliseconds.
    pub fn take(&mut self, millis: u64) {
        let sample = millis.saturating_mul(SCALE);
        self.smoothed = Some(match self.smoothed {
            None => (sample, sample / 2),
            Some((smoothed, variation)) => {
                let variation = variation - variation / 4 + smoothed.abs_diff(sample) / 4;
                (smoothed - smoothed / 8 + sample / 8, variation)
            }
        });
    }

    /// Milliseconds after which an answer is late; 0 before the first one.
    pub fn late_after(&self) -> u64 {
        self.smoothed
            .map_or(0, |(smoothed, variation)| smoothed.saturating_add(variation.saturating_mul(4)) / SCALE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_counts_three_times_and_steady_ones_once() {
        let mut trip = RoundTrip::default();
        assert_eq!(trip.late_after(), 0);
        trip.take(100);
        assert_eq!(trip.late_after(), 300);
        for _ in 0..100 {
            trip.take(100);
        }
        assert!((100..110).contains(&trip.late_after()), "{}", trip.late_after());
    }

    #[test]
    fn an_answer_that_came_late_makes_the_next_wait_longer_and_is_forgotten_in_time() {
        let mut trip = RoundTrip::default();
        for _ in 0..20 {
            trip.take(60);
        }
        trip.take(5_000);
        assert!(trip.late_after() > 5_000, "{}", trip.late_after());
        for _ in 0..40 {
            trip.take(60);
        }
        assert!(trip.late_after() < 200, "{}", trip.late_after());
    }

    #[test]
    fn absurd_samples_saturate() {
        let mut trip = RoundTrip::default();
        trip.take(u64::MAX);
        trip.take(u64::MAX);
        trip.take(0);
        assert!(trip.late_after() > 0);
    }
}
