//! The seeded generator behind every jitter.

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
///
/// Not for secrets: it spreads clients in time, and makes a simulation repeatable from its seed.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator whose sequence is decided by `seed` alone.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A name that nobody else draws: from 1 to 2^53 - 1, the largest whole number that JavaScript holds.
    pub const fn next_id(&mut self) -> u64 {
        self.up_to((1 << 53) - 2).saturating_add(1)
    }

    /// Another generator, whose sequence has nothing to do with what is left of this one's.
    pub const fn split(&mut self) -> Self {
        Self(self.next_u64())
    }

    /// A number from 0 to `limit`, both included. The bias of the modulus is below 2^-32 for the delays it is used for.
    pub const fn up_to(&mut self, limit: u64) -> u64 {
        match limit.checked_add(1) {
            Some(count) => self.next_u64() % count,
            None => self.next_u64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_sequence_and_reaches_both_ends() {
        let mut one = Rng::new(7);
        let mut two = Rng::new(7);
        let drawn: Vec<u64> = (0..200).map(|_| one.up_to(3)).collect();
        assert_eq!(drawn, (0..200).map(|_| two.up_to(3)).collect::<Vec<_>>());
        for value in 0..=3 {
            assert!(drawn.contains(&value));
        }
    }

    #[test]
    fn matches_the_published_sequence_of_splitmix64() {
        let mut rng = Rng::new(1_234_567);
        assert_eq!(rng.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next_u64(), 3_203_168_211_198_807_973);
    }
}
