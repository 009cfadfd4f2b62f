//! The histories of [`properties`](crate::properties) by their seeds, as many as you like.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use wedsync_dashboard::core::rng::Rng;

use crate::model::{Act, acts};
use crate::properties::{devices_converge, nothing_replaced_is_given, tabs_converge};

fn acts_of(seed: u64, tabs: usize, most: usize) -> Vec<Act> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let of_seed = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), of_seed);
    vec(acts(tabs), 1..most).new_tree(&mut runner).expect("acts").current()
}

fn history(seed: u64, is_traced: bool) -> Result<(), String> {
    match seed % 4 {
        0 => nothing_replaced_is_given(seed, acts_of(seed, 3, 120), is_traced),
        1 => tabs_converge(seed, acts_of(seed, 3, 80), is_traced),
        _ => {
            let mut rng = Rng::new(seed);
            let lost = if rng.up_to(1) == 0 { 0 } else { rng.up_to(59) };
            devices_converge(seed, lost, rng.up_to(1) == 0, acts_of(seed, 4, 100), is_traced)
        }
    }
}

/// What is wrong with a history, if anything is.
fn problem(seed: u64, is_traced: bool) -> Option<String> {
    let ended = catch_unwind(AssertUnwindSafe(|| history(seed, is_traced)));
    ended.unwrap_or_else(|_| Err("a panic, which is told above".into())).err()
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_happens_nobody_is_given_what_was_replaced_and_all_converge() {
    let seeds = match number("SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => {
            let from = number("SIM_FROM").unwrap_or(0);
            from..from + number("SIM_SEEDS").unwrap_or(300)
        }
    };
    let is_traced = std::env::var("SIM_TRACE").is_ok();
    let (next, failed) = (AtomicU64::new(seeds.start), AtomicU64::new(u64::MAX));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let begun = std::time::Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || seed > failed.load(Ordering::Relaxed) {
                        return;
                    }
                    if let Some(problem) = problem(seed, is_traced) {
                        println!("seed {seed}: {problem}");
                        failed.fetch_min(seed, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner();
    assert!(failed == u64::MAX, "again with: npm run sim -- --cache --seed {failed}");
    println!("{} histories in {:.1} s", seeds.end - seeds.start, begun.elapsed().as_secs_f64());
}

/// Histories that once failed: a message that was on its way to a page when that was loaded anew, and an invalidation by a tab whose
/// disk had lost what others had counted, and a removal that the disk refuses while the key is read.
#[test]
fn what_has_failed_before_holds() {
    for seed in [7_003_783, 8_067_899, 9_072_731] {
        assert_eq!(problem(seed, false), None, "seed {seed}");
    }
}

#[test]
fn the_same_seed_is_the_same_history() {
    let of = |seed| format!("{:?}", acts_of(seed, 4, 100));
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}
