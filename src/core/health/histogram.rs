//! Latencies as counts in buckets whose width grows with them.

use super::text::Text;

/// Buckets of an octave.
const PER_OCTAVE: u64 = 8;
/// log2 of it.
const OCTAVE_BITS: u32 = 3;
/// What is longer counts as this, in milliseconds: 131 s.
const LONGEST: u64 = (1 << 17) - 1;
/// How many buckets there are.
const BUCKETS: u64 = 120;
/// The highest count of a bucket that is read: what more than a thousand calls a second would make in an hour.
const MOST: u32 = 1 << 22;

/// A log-linear histogram, as in HdrHistogram (G. Tene): every octave of milliseconds has eight buckets of the same width.
///
/// Up to 15 ms each has a bucket of its own. Above, a bucket is at most an eighth of its lower bound wide and is told as
/// its middle: a percentile is wrong by at most 1/16 (6.25 %). Only buckets that hold something take room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Histogram {
    /// Buckets and their counts, in the order of the buckets.
    counts: Vec<(u8, u32)>,
}

impl Histogram {
    /// One more that took so many milliseconds.
    pub(super) fn add(&mut self, millis: u64) {
        self.count(bucket(millis), 1);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.counts {
            self.count(*bucket, *count);
        }
    }

    pub(super) fn samples(&self) -> u64 {
        self.counts.iter().map(|(_, count)| u64::from(*count)).sum()
    }

    /// The latency in milliseconds that so many per cent do not exceed (nearest rank); `None` of nothing.
    pub(super) fn percentile(&self, percent: u64) -> Option<u64> {
        let mut left = (self.samples() * percent).div_ceil(100);
        for (bucket, count) in &self.counts {
            left = left.saturating_sub(u64::from(*count));
            if left == 0 {
                return Some(middle(u64::from(*bucket)));
            }
        }
        None
    }

    /// How many buckets, then of each its distance to the one before and its count.
    pub(super) fn pass(&mut self, text: &mut Text<'_>) {
        let mut next = 0;
        text.each(&mut self.counts, BUCKETS, &|| (0, 1), &mut |text, (bucket, count)| {
            let (mut distance, mut more) = (u64::from(*bucket).saturating_sub(next), *count - 1);
            text.number(&mut distance, BUCKETS);
            text.small(&mut more, MOST - 1);
            next += distance;
            if next >= BUCKETS {
                text.refuse();
            }
            (*bucket, *count) = (next as u8, more + 1);
            next += 1;
        });
    }

    fn count(&mut self, bucket: u8, more: u32) {
        match self.counts.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(place) => {
                if let Some((_, count)) = self.counts.get_mut(place) {
                    *count = count.saturating_add(more).min(MOST);
                }
            }
            Err(place) => self.counts.insert(place, (bucket, more)),
        }
    }
}

fn bucket(millis: u64) -> u8 {
    let millis = millis.min(LONGEST);
    if millis < PER_OCTAVE {
        return millis as u8;
    }
    let octave = millis.ilog2() - OCTAVE_BITS;
    ((u64::from(octave) * PER_OCTAVE) + (millis >> octave)) as u8
}

/// What stands for all that is in a bucket.
const fn middle(bucket: u64) -> u64 {
    if bucket < PER_OCTAVE {
        return bucket;
    }
    let octave = bucket / PER_OCTAVE - 1;
    ((PER_OCTAVE + bucket % PER_OCTAVE) << octave) + ((1 << octave) - 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::rng::Rng;

    #[test]
    fn a_bucket_is_told_as_its_middle_and_misses_by_a_sixteenth_at_most() {
        let mut last = 0;
        for millis in 0..=LONGEST {
            let bucket = bucket(millis);
            assert!(bucket == last || bucket == last + 1, "{millis}");
            last = bucket;
            let told = middle(u64::from(bucket));
            assert!(told.abs_diff(millis) * 16 <= millis, "{millis} is told as {told}");
            assert!(millis > 15 || told == millis);
        }
        assert_eq!(u64::from(last), BUCKETS - 1);
        assert_eq!(bucket(u64::MAX), last);
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_list() {
        let mut rng = Rng::new(3);
        for round in 0..200 {
            let mut list: Vec<u64> =
                (0..=rng.up_to(300)).map(|_| rng.up_to(1 << (round % 17)) + rng.up_to(40)).collect();
            let mut histogram = Histogram::default();
            list.iter().for_each(|millis| histogram.add(*millis));
            list.sort_unstable();
            for percent in [1, 50, 95, 99, 100] {
                let exact = list[(list.len() * percent).div_ceil(100) - 1].min(LONGEST);
                let told = histogram.percentile(percent as u64).unwrap();
                assert!(told.abs_diff(exact) * 16 <= exact, "p{percent} {told} instead of {exact}");
            }
        }
        assert_eq!(Histogram::default().percentile(50), None);
    }

    #[test]
    fn two_together_are_as_one_and_are_read_as_they_were_written() {
        let (mut one, mut other, mut both) =
            (Histogram::default(), Histogram::default(), Histogram::default());
        for millis in 0..2_000 {
            if millis % 3 == 0 { &mut one } else { &mut other }.add(millis * 7);
            both.add(millis * 7);
        }
        one.merge(&other);
        assert_eq!(one, both);
        assert_eq!(one.samples(), 2_000);
        let mut writing = Text::writing();
        one.pass(&mut writing);
        let text = writing.written();
        let (mut reading, mut read) = (Text::reading(&text), Histogram::default());
        read.pass(&mut reading);
        assert!(reading.is_whole());
        assert_eq!(read, one);
        // Too many buckets, one too far, a count too high, too short, too long.
        for wrong in ["i330", "1h30", "1000o", "10oooo4", "200000", "200", "", "1000"] {
            let (mut reading, mut read) = (Text::reading(wrong), Histogram::default());
            read.pass(&mut reading);
            assert!(!reading.is_whole(), "{wrong}: {read:?}");
        }
    }
}
