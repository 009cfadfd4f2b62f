//! How many retries a service is worth, so that retries do not become a storm.

/// Tokens are counted in thousandths.
const TOKEN: u32 = 1_000;
/// The most tokens, as many as gRPC takes.
const MOST_TOKENS: u32 = 1_000;

/// A retry budget (gRPC proposal A6, "Throttling Retry Attempts and Hedged RPCs"): each failed attempt takes a token,
/// each success gives a part of one back, and nothing is tried again unless more than half of them are there.
#[derive(Clone, Debug)]
pub struct Budget {
    most: u32,
    held: u32,
    ratio: u32,
}

impl Budget {
    /// A full one: `tokens` of 1 to 1,000, and the thousandths of a token that a success gives back, 1 to 1,000.
    pub fn new(tokens: u32, ratio: u32) -> Self {
        let most = tokens.clamp(1, MOST_TOKENS) * TOKEN;
        Self { most, held: most, ratio: ratio.clamp(1, TOKEN) }
    }

    /// An attempt has failed that may be tried again; whether it may now.
    pub const fn fail(&mut self) -> bool {
        self.held = self.held.saturating_sub(TOKEN);
        self.allows()
    }

    /// So many calls have succeeded.
    pub fn succeed(&mut self, count: u32) {
        self.held = self.held.saturating_add(count.saturating_mul(self.ratio)).min(self.most);
    }

    /// Whether something may be tried again.
    pub const fn allows(&self) -> bool {
        self.held > self.most / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_proposal() {
        // Ten tokens, a tenth of one for each success.
        let mut budget = Budget::new(10, 100);
        assert_eq!((0..6).map(|_| budget.fail()).collect::<Vec<_>>(), [true, true, true, true, false, false]);
        budget.succeed(10);
        assert!(!budget.allows(), "five of ten are not more than half");
        budget.succeed(1);
        assert!(budget.allows());
    }

    #[test]
    fn it_is_never_emptier_than_empty_nor_fuller_than_full() {
        for (tokens, ratio) in [(0, 0), (1, 1), (u32::MAX, u32::MAX)] {
            let mut budget = Budget::new(tokens, ratio);
            for _ in 0..2_000 {
                budget.fail();
            }
            assert_eq!((budget.held, budget.allows()), (0, false));
            budget.succeed(u32::MAX);
            assert_eq!((budget.held, budget.allows()), (budget.most, true));
        }
    }
}
