//! How long a breaker stays open, and what can and cannot change that.

use crate::rig::{DEFAULT, Rig};
use wedsync_dashboard::core::resilience::breaker::{Breaker, Config, Outcome, Permit, State};
use wedsync_dashboard::core::rng::Rng;
use wedsync_dashboard::core::time::Instant;

/// How long each of so many openings in a row lasts, with this seed.
fn openings(seed: u64, count: usize) -> Vec<u64> {
    let mut rig = Rig { breaker: Breaker::new(DEFAULT, Rng::new(seed)), now: 1_000_000 };
    rig.calls(5, Outcome::Failure);
    let mut times = Vec::new();
    for _ in 0..count {
        times.push(rig.open_for().unwrap());
        rig.now += times.last().unwrap();
        rig.calls(1, Outcome::Failure);
    }
    times
}

#[test]
fn the_first_opening_is_exact_and_later_ones_grow_with_jitter() {
    let all: Vec<_> = (0..500).map(|seed| openings(seed, 8)).collect();
    let ceilings = [30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000, 300_000];
    for (nth, ceiling) in ceilings.into_iter().enumerate() {
        let least = (ceiling / 2).max(30_000);
        let times: Vec<u64> = all.iter().map(|times| times[nth]).collect();
        let (shortest, longest) = (*times.iter().min().unwrap(), *times.iter().max().unwrap());
        assert!(shortest >= least && longest <= ceiling, "opening {nth}: {shortest} to {longest}");
        if nth > 0 {
            let span = ceiling - least;
            assert!(shortest < least + span / 10 && longest > ceiling - span / 10, "opening {nth} is spread");
        }
    }
}

#[test]
fn three_thousand_openings_in_a_row_stay_within_their_bounds() {
    for time in &openings(3, 3_000)[1..] {
        assert!((30_000..=300_000).contains(time), "{time}");
    }
    for (timeout, max_timeout) in [(0, 0), (1, u64::MAX), (u64::MAX, 0), (u64::MAX, u64::MAX)] {
        let mut rig = Rig::new(Config { timeout, max_timeout, ..DEFAULT });
        rig.calls(5, Outcome::Failure);
        for _ in 0..3_000 {
            let open = rig.open_for().unwrap_or_default();
            assert!(open >= timeout.min(u64::MAX - rig.now) && open <= max_timeout.max(timeout));
            rig.now = rig.now.saturating_add(open);
            if rig.call(Outcome::Failure).is_err() {
                break;
            }
        }
    }
}

#[test]
fn closing_forgets_the_openings() {
    let mut rig = Rig::opened(DEFAULT);
    for _ in 0..4 {
        rig.now += rig.open_for().unwrap();
        rig.calls(1, Outcome::Failure);
    }
    assert_eq!(rig.breaker.metrics(rig.at()).openings, 5);
    rig.now += rig.open_for().unwrap();
    rig.calls(3, Outcome::Success);
    rig.calls(5, Outcome::Failure);
    assert_eq!(rig.open_for(), Some(30_000));
}

#[test]
fn calls_that_began_together_and_fail_one_after_another_neither_cancel_nor_prolong_the_open_time() {
    let mut rig = Rig::new(DEFAULT);
    let permits: Vec<_> = (0..50).map(|_| rig.permit().unwrap()).collect();
    for (nth, permit) in permits.into_iter().enumerate() {
        rig.end(permit, if nth % 7 == 6 { Outcome::Success } else { Outcome::Failure });
        if nth >= 4 {
            assert_eq!(rig.state(), State::Open, "call {nth}");
            assert_eq!(rig.breaker.next_turn(), Some(Instant::from_millis(1_000_000 + 400 + 30_000)));
        }
        rig.now += 100;
    }
    rig.now = 1_000_400 + 30_000;
    assert_eq!(rig.state(), State::HalfOpen);
    let metrics = rig.breaker.metrics(rig.at());
    assert_eq!((metrics.openings, metrics.failures), (1, 5));
}

#[test]
fn late_failures_of_before_a_whole_cycle_do_not_open_it_again() {
    let mut rig = Rig::new(DEFAULT);
    let late: Vec<_> = (0..20).map(|_| rig.permit().unwrap()).collect();
    rig.calls(5, Outcome::Failure);
    rig.now += 30_000;
    for permit in &late[..10] {
        rig.end(*permit, Outcome::Failure);
    }
    assert_eq!(rig.state(), State::HalfOpen);
    rig.calls(3, Outcome::Success);
    for permit in &late[10..] {
        rig.end(*permit, Outcome::Failure);
    }
    assert_eq!((rig.state(), rig.failure_count()), (State::Closed, 0));
}

#[test]
fn retry_after_lengthens_the_open_time_and_never_shortens_it() {
    let late = |millis, retry_after| (Permit(0), millis, Some(retry_after));
    for (opening, later, expected) in [
        (None, None, 30_000),
        (Some(10_000), None, 30_000),
        (Some(120_000), None, 120_000),
        // Of an hour at most.
        (Some(86_400_000), None, 3_600_000),
        (Some(u64::MAX), None, 3_600_000),
        // A failure that comes late, after so many milliseconds.
        (None, Some(late(1_000, 60_000)), 61_000),
        (None, Some(late(1_000, 1_000)), 30_000),
        (Some(120_000), Some(late(1_000, 60_000)), 120_000),
        (Some(120_000), Some(late(1_000, u64::MAX)), 3_601_000),
    ] {
        let mut rig = Rig::new(DEFAULT);
        rig.calls(4, Outcome::Failure);
        let permit = rig.permit().unwrap();
        rig.breaker.outcome(rig.at(), permit, Outcome::Failure, 0, opening);
        if let Some((permit, millis, retry_after)) = later {
            rig.now += millis;
            for outcome in [Outcome::Success, Outcome::Neutral, Outcome::Answered] {
                rig.breaker.outcome(rig.at(), permit, outcome, 0, Some(3_000_000));
            }
            rig.breaker.outcome(rig.at(), permit, Outcome::Failure, 0, retry_after);
        }
        rig.now = 1_000_000 + expected - 1;
        assert_eq!(rig.state(), State::Open, "{opening:?}, {later:?}");
        rig.now += 1;
        assert_eq!(rig.state(), State::HalfOpen, "{opening:?}, {later:?}");
    }
}

#[test]
fn a_clock_that_is_set_back_neither_wraps_nor_keeps_it_open_for_ever() {
    let mut rig = Rig::opened(DEFAULT);
    rig.now += 10_000;
    assert_eq!(rig.state(), State::Open);
    rig.now -= 900_000;
    assert_eq!(rig.open_for(), Some(20_000), "it goes on from where it was");
    rig.now += 19_999;
    assert_eq!(rig.state(), State::Open);
    rig.now += 1;
    assert_eq!(rig.state(), State::HalfOpen);
    let probe = rig.permit().unwrap();
    rig.now = 0;
    assert_eq!(rig.state(), State::HalfOpen);
    rig.end(probe, Outcome::Success);
    rig.permit().unwrap();
    rig.now = 10_000;
    assert_eq!(rig.state(), State::Open, "the deadline of probes holds too");
}
