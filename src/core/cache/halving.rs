//! How far back what is let go of reaches.

/// The least count of uses, at most `last`, up to which letting go is enough. `is_enough` says it of one count, and of all above
/// that it says the same. It is found by halves: sorting by uses is some kilobytes of code.
pub(super) fn least(last: u64, is_enough: &dyn Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_enough(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_that_is_enough_is_found_wherever_it_lies() {
        for last in 0..20 {
            for enough in 0..=last {
                assert_eq!(least(last, &|count| count >= enough), enough);
            }
            assert_eq!(least(last, &|_| false), last, "all there is");
        }
    }
}
