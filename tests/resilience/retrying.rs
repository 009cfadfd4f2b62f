//! Whether and when a call is made again.

use wedsync_dashboard::core::resilience::backoff::{Backoff, Jitter};
use wedsync_dashboard::core::resilience::budget::Budget;
use wedsync_dashboard::core::resilience::retry::{Config, Failure, Next, Reason, Retry};
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::time::Instant;

const JITTERS: [Jitter; 4] = [Jitter::Spaced, Jitter::Full, Jitter::Equal, Jitter::Decorrelated];
const PASSING: Failure = Failure { is_retryable: true, retry_after: None };
const NOW: Instant = Instant::from_millis(5_000);

/// What the dashboard begins with.
fn default() -> Config {
    Config {
        max_retries: 3,
        backoff: Backoff::new(1_000, 10_000, Jitter::Full),
        deadline: None,
        most_retry_after: 300_000,
    }
}

fn asks(retry_after: u64) -> Failure {
    Failure { is_retryable: true, retry_after: Some(retry_after) }
}

fn millis(next: Next) -> u64 {
    let Next::Wait { millis, .. } = next else { panic!("{next:?}") };
    millis
}

#[test]
fn a_call_is_tried_as_often_as_it_may_be_and_then_given_up() {
    for max_retries in [0, 1, 3, 50] {
        let mut retry = Retry::begin(&Config { max_retries, ..default() }, NOW);
        for _ in 0..max_retries {
            assert!(matches!(retry.failed(NOW, PASSING, None, &mut Rng::new(1)), Next::Wait { .. }));
        }
        for _ in 0..3 {
            let next = retry.failed(NOW, PASSING, None, &mut Rng::new(1));
            assert_eq!(next, Next::GiveUp(Reason::Exhausted));
        }
    }
}

#[test]
fn the_wait_is_the_longer_of_jitter_and_retry_after() {
    for (asked, wait, capped) in [
        (0, 0..=1_000, false),
        (500, 500..=1_000, false),
        (1_000, 1_000..=1_000, false),
        (120_000, 120_000..=120_000, false),
        (300_000, 300_000..=300_000, false),
        (300_001, 300_000..=300_000, true),
        (86_400_000, 300_000..=300_000, true),
        (u64::MAX, 300_000..=300_000, true),
    ] {
        for seed in 0..50 {
            let mut retry = Retry::begin(&default(), NOW);
            let next = retry.failed(NOW, asks(asked), None, &mut Rng::new(seed));
            assert_eq!(next, Next::Wait { millis: millis(next), capped }, "{asked}");
            assert!(wait.contains(&millis(next)), "{asked}: {next:?}");
        }
    }
}

#[test]
fn a_wait_that_leaves_no_time_is_not_begun() {
    for (deadline, failed_after, asked, is_given_up) in [
        (10_000, 0, 9_999, false),
        (10_000, 0, 10_000, true),
        (10_000, 7_000, 2_999, false),
        (10_000, 7_000, 3_000, true),
        (10_000, 10_000, 0, true),
        (10_000, 86_400_000, 0, true),
        (0, 0, 0, true),
        (u64::MAX, 86_400_000, 300_000, false),
    ] {
        let mut retry = Retry::begin(&Config { deadline: Some(deadline), ..default() }, NOW);
        let next = retry.failed(NOW.after(failed_after), asks(asked), None, &mut Rng::new(1));
        assert_eq!(
            next == Next::GiveUp(Reason::Deadline),
            is_given_up,
            "{deadline}, {failed_after}, {asked}: {next:?}"
        );
    }
}

#[test]
fn a_clock_that_is_set_back_gives_no_time() {
    let mut retry = Retry::begin(&Config { deadline: Some(10_000), max_retries: 9, ..default() }, NOW);
    let mut fail = |at, asked| retry.failed(Instant::from_millis(at), asks(asked), None, &mut Rng::new(1));
    assert_eq!(millis(fail(11_000, 2_000)), 2_000);
    assert_eq!(millis(fail(100, 3_999)), 3_999);
    assert_eq!(fail(100 + 2_000, 2_000), Next::GiveUp(Reason::Deadline));
}

#[test]
fn what_would_not_succeed_is_not_tried_and_costs_nothing() {
    let mut budget = Budget::new(1, 1_000);
    let mut retry = Retry::begin(&default(), NOW);
    for _ in 0..10 {
        let failure = Failure { is_retryable: false, retry_after: Some(1_000) };
        let next = retry.failed(NOW, failure, Some(&mut budget), &mut Rng::new(1));
        assert_eq!(next, Next::GiveUp(Reason::NotRetryable));
    }
    assert!(budget.allows());
}

#[test]
fn a_service_that_fails_is_sent_few_retries_however_many_call_it() {
    let mut budget = Budget::new(10, 100);
    let mut requests = 0;
    for _ in 0..1_000 {
        let mut retry = Retry::begin(&default(), NOW);
        loop {
            requests += 1;
            match retry.failed(NOW, PASSING, Some(&mut budget), &mut Rng::new(1)) {
                Next::Wait { .. } => {}
                Next::GiveUp(reason) => break assert!(reason != Reason::Exhausted || requests < 10),
            }
        }
    }
    assert_eq!(requests, 1_003, "without a budget it would be 4,000");
    budget.succeed(70);
    let mut retry = Retry::begin(&default(), NOW);
    let next = retry.failed(NOW, PASSING, Some(&mut budget), &mut Rng::new(1));
    assert!(matches!(next, Next::Wait { .. }), "it answers again");
}

#[test]
fn three_thousand_steps_stay_within_their_bounds() {
    for jitter in JITTERS {
        for (base, cap) in [(0, 0), (1, 1), (1_000, 10_000), (u64::MAX, u64::MAX), (10_000, 1_000)] {
            let backoff = Backoff::new(base, cap, jitter);
            let mut retry = Retry::begin(&Config { max_retries: 3_000, backoff, ..default() }, NOW);
            let mut rng = Rng::new(7);
            let waits = (0..3_000).map(|_| millis(retry.failed(NOW, PASSING, None, &mut rng)));
            assert!(waits.into_iter().all(|wait| wait <= cap), "{jitter:?}, {base}, {cap}");
            assert_eq!(retry.failed(NOW, PASSING, None, &mut rng), Next::GiveUp(Reason::Exhausted));
        }
    }
}
