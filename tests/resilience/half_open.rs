//! Probes: how many, how long, and what ends them.

use crate::rig::{DEFAULT, Rig};
use wedsync_dashboard::core::resilience::breaker::{Config, Outcome, State};

/// Scenario 17: probes that end in 401 and 404, in the caller's abort, in an exception that does not count.
#[test]
fn half_open_and_only_neutral_answers() {
    // 401 and 404 are answers: the service lives.
    let mut rig = Rig::half_open(DEFAULT);
    rig.calls(3, Outcome::Answered);
    assert_eq!(rig.state(), State::Closed);
    // Aborts and exceptions say nothing: each permit is back at once, whatever their number, and the next call probes.
    let mut rig = Rig::half_open(DEFAULT);
    for _ in 0..100 {
        let permits: Vec<_> = (0..3).map(|_| rig.permit().unwrap()).collect();
        rig.permit().unwrap_err();
        rig.now += 2_000;
        for permit in permits {
            rig.end(permit, Outcome::Neutral);
        }
        assert_eq!(rig.state(), State::HalfOpen);
    }
    // Both by turns: what has answered counts.
    for _ in 0..3 {
        rig.calls(1, Outcome::Neutral);
        rig.now += 60_000;
        assert_eq!(rig.state(), State::HalfOpen, "it waits for nobody");
        rig.calls(1, Outcome::Answered);
    }
    assert_eq!(rig.state(), State::Closed);
}

#[test]
fn no_more_than_the_probes_are_under_way_at_once() {
    for probes in [1, 3, 7] {
        let mut rig = Rig::half_open(Config { probes, successes: 100, ..DEFAULT });
        let permits: Vec<_> = (0..50).filter_map(|_| rig.permit().ok()).collect();
        assert_eq!(permits.len(), probes as usize);
        for permit in permits {
            rig.end(permit, Outcome::Success);
            rig.permit().unwrap();
            rig.permit().unwrap_err();
        }
    }
}

#[test]
fn probes_that_never_come_back_are_given_up_at_the_deadline() {
    let mut rig = Rig::half_open(DEFAULT);
    let lost = rig.permit().unwrap();
    rig.now += 9_999;
    assert_eq!(rig.state(), State::HalfOpen);
    rig.now += 1;
    assert_eq!(rig.state(), State::Open);
    rig.end(lost, Outcome::Success);
    assert_eq!(rig.state(), State::Open, "too late");
    let again = rig.open_for().unwrap();
    assert!((30_000..=60_000).contains(&again), "{again}");
    rig.now += again;
    rig.calls(3, Outcome::Success);
    assert_eq!(rig.state(), State::Closed, "all permits are there again");
}

#[test]
fn a_deadline_that_nobody_saw_pass_counts_from_when_it_passed() {
    let mut rig = Rig::half_open(DEFAULT);
    rig.permit().unwrap();
    rig.now += 3_600_000;
    assert_eq!(rig.state(), State::HalfOpen, "opened, and its time is over too");
    assert_eq!(rig.breaker.metrics(rig.at()).openings, 2);
    rig.calls(3, Outcome::Success);
    assert_eq!(rig.state(), State::Closed);
}

#[test]
fn a_success_gives_the_others_their_time_again() {
    let mut rig = Rig::half_open(DEFAULT);
    let [first, second] = [rig.permit().unwrap(), rig.permit().unwrap()];
    rig.now += 9_000;
    rig.end(first, Outcome::Answered);
    rig.now += 9_999;
    assert_eq!(rig.state(), State::HalfOpen);
    rig.end(second, Outcome::Success);
    rig.calls(1, Outcome::Success);
    assert_eq!(rig.state(), State::Closed);
}

#[test]
fn without_calls_it_stays_ready_for_them() {
    let mut rig = Rig::half_open(DEFAULT);
    for _ in 0..10 {
        rig.now += 3_600_000;
        assert_eq!(rig.state(), State::HalfOpen);
    }
    rig.calls(2, Outcome::Success);
    rig.now += 3_600_000;
    rig.calls(1, Outcome::Success);
    assert_eq!(rig.state(), State::Closed);
}

#[test]
fn one_failure_opens_and_what_the_other_probes_bring_is_too_late() {
    let mut rig = Rig::half_open(DEFAULT);
    let permits = [rig.permit().unwrap(), rig.permit().unwrap(), rig.permit().unwrap()];
    rig.end(permits[1], Outcome::Failure);
    let open = rig.open_for();
    for permit in permits {
        rig.end(permit, Outcome::Success);
        rig.end(permit, Outcome::Failure);
    }
    assert_eq!((rig.state(), rig.open_for()), (State::Open, open));
}

#[test]
fn a_probe_that_is_told_of_twice_counts_once() {
    let mut rig = Rig::half_open(DEFAULT);
    let permit = rig.permit().unwrap();
    for _ in 0..5 {
        rig.end(permit, Outcome::Success);
    }
    assert_eq!(rig.state(), State::HalfOpen);
}
