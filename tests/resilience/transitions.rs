//! Every state, every outcome, every generation.

use crate::rig::{DEFAULT, Rig};
use wedsync_dashboard::core::resilience::breaker::{Config, Event, Outcome, Permit, Reason, Refusal, State};

const OUTCOMES: [Outcome; 4] = [Outcome::Success, Outcome::Failure, Outcome::Neutral, Outcome::Answered];
/// One failure opens, one success closes.
const EAGER: Config = Config {
    detector: wedsync_dashboard::core::resilience::breaker::DetectorConfig::Consecutive {
        threshold: 1,
        reset_timeout: 60_000,
    },
    successes: 1,
    ..DEFAULT
};

fn brought_to(state: State) -> Rig {
    match state {
        State::Closed => Rig::new(EAGER),
        State::Open => Rig::opened(EAGER),
        State::HalfOpen => Rig::half_open(EAGER),
        State::Isolated => {
            let mut rig = Rig::new(EAGER);
            rig.breaker.isolate(rig.at());
            rig
        }
    }
}

#[test]
fn what_comes_back_to_the_state_that_permitted_it_decides() {
    for (state, outcome, next) in [
        (State::Closed, Outcome::Success, State::Closed),
        (State::Closed, Outcome::Failure, State::Open),
        (State::Closed, Outcome::Neutral, State::Closed),
        (State::Closed, Outcome::Answered, State::Closed),
        (State::HalfOpen, Outcome::Success, State::Closed),
        (State::HalfOpen, Outcome::Failure, State::Open),
        (State::HalfOpen, Outcome::Neutral, State::HalfOpen),
        (State::HalfOpen, Outcome::Answered, State::Closed),
    ] {
        let mut rig = brought_to(state);
        let permit = rig.permit().unwrap();
        rig.end(permit, outcome);
        assert_eq!(rig.state(), next, "{outcome:?} while {state:?}");
    }
}

#[test]
fn what_comes_back_from_another_generation_decides_nothing() {
    for state in State::ALL {
        for outcome in OUTCOMES {
            for distance in [1, 2, u32::MAX] {
                let mut rig = brought_to(*state);
                let before = rig.breaker.metrics(rig.at());
                rig.end(Permit(before.generation.wrapping_sub(distance)), outcome);
                assert_eq!(
                    rig.breaker.metrics(rig.at()),
                    before,
                    "{outcome:?} of {distance} before, while {state:?}"
                );
            }
        }
    }
}

#[test]
fn time_and_the_application_change_the_state_so() {
    type Act = fn(&mut Rig);
    let wait: Act = |rig| rig.now += 30_000;
    let wait_less: Act = |rig| rig.now += 29_999;
    let isolate: Act = |rig| rig.breaker.isolate(rig.at());
    let reset: Act = |rig| rig.breaker.reset(rig.at());
    let probe_in_vain: Act = |rig| {
        rig.permit().unwrap();
        rig.now += 10_000;
    };
    for (state, name, act, next) in [
        (State::Closed, "wait", wait, State::Closed),
        (State::Closed, "isolate", isolate, State::Isolated),
        (State::Closed, "reset", reset, State::Closed),
        (State::Open, "wait less", wait_less, State::Open),
        (State::Open, "wait", wait, State::HalfOpen),
        (State::Open, "isolate", isolate, State::Isolated),
        (State::Open, "reset", reset, State::Closed),
        (State::HalfOpen, "wait", wait, State::HalfOpen),
        (State::HalfOpen, "probe in vain", probe_in_vain, State::Open),
        (State::HalfOpen, "isolate", isolate, State::Isolated),
        (State::HalfOpen, "reset", reset, State::Closed),
        (State::Isolated, "wait", wait, State::Isolated),
        (State::Isolated, "isolate", isolate, State::Isolated),
        (State::Isolated, "reset", reset, State::Closed),
    ] {
        let mut rig = brought_to(state);
        let generation = rig.breaker.metrics(rig.at()).generation;
        act(&mut rig);
        assert_eq!(rig.state(), next, "{name} while {state:?}");
        let is_new = rig.breaker.metrics(rig.at()).generation != generation;
        assert_eq!(is_new, next != state, "generation after {name} while {state:?}");
    }
}

#[test]
fn each_state_permits_or_refuses_and_says_for_how_long() {
    for (state, expected) in [
        (State::Closed, None),
        (State::Open, Some(Refusal { retry_after: Some(30_000) })),
        (State::HalfOpen, None),
        (State::Isolated, Some(Refusal { retry_after: None })),
    ] {
        let mut rig = brought_to(state);
        assert_eq!(rig.permit().err(), expected, "{state:?}");
    }
    let mut rig = brought_to(State::HalfOpen);
    for _ in 0..3 {
        rig.permit().unwrap();
    }
    assert_eq!(rig.permit(), Err(Refusal { retry_after: Some(0) }));
}

#[test]
fn every_change_is_told_with_its_reason() {
    let mut rig = Rig::opened(EAGER);
    rig.now += 30_000;
    rig.calls(1, Outcome::Failure);
    let again = rig.open_for().unwrap();
    rig.now += again;
    rig.calls(1, Outcome::Success);
    rig.breaker.isolate(rig.at());
    rig.breaker.reset(rig.at());
    let changed = |event| match event {
        Event::Changed { from, to, generation, reason, retry_after } => {
            Some((from, to, generation, reason, retry_after))
        }
        _ => None,
    };
    let events: Vec<_> = rig.events().into_iter().filter_map(changed).collect();
    assert_eq!(
        events,
        [
            (State::Closed, State::Open, 1, Reason::Failures, Some(30_000)),
            (State::Open, State::HalfOpen, 2, Reason::Elapsed, None),
            (State::HalfOpen, State::Open, 3, Reason::ProbeFailed, Some(again)),
            (State::Open, State::HalfOpen, 4, Reason::Elapsed, None),
            (State::HalfOpen, State::Closed, 5, Reason::Recovered, None),
            (State::Closed, State::Isolated, 6, Reason::Isolated, None),
            (State::Isolated, State::Closed, 7, Reason::Reset, None),
        ]
    );
}

#[test]
fn a_storm_of_refusals_is_one_event_and_each_of_them_is_counted() {
    let mut rig = Rig::opened(DEFAULT);
    rig.events();
    for _ in 0..100_000 {
        rig.call(Outcome::Success).unwrap_err();
    }
    assert_eq!(rig.events(), [Event::Rejected { count: 100_000 }]);
    assert_eq!(rig.breaker.metrics(rig.at()).rejections, 100_000);
}

#[test]
fn calls_pass_unasked_only_while_a_success_would_change_nothing() {
    let mut rig = Rig::new(DEFAULT);
    let permit = rig.breaker.free_pass().unwrap();
    rig.breaker.count(1_000);
    rig.end(permit, Outcome::Failure);
    assert_eq!(rig.breaker.free_pass(), None, "a success would clear the count");
    rig.calls(1, Outcome::Success);
    assert_eq!(rig.breaker.free_pass(), Some(permit));
    assert_eq!(rig.breaker.metrics(rig.at()).success_count, 1_001);
    rig.calls(1, Outcome::Failure);
    rig.now += 60_000;
    rig.permit().unwrap();
    assert_eq!(rig.breaker.free_pass(), Some(permit), "the failure is long ago");
    for state in [State::Open, State::HalfOpen, State::Isolated] {
        assert_eq!(brought_to(state).breaker.free_pass(), None, "{state:?}");
    }
    for detector in crate::peers::WINDOWS {
        assert_eq!(Rig::new(Config { detector, ..DEFAULT }).breaker.free_pass(), None, "{detector:?}");
    }
}

#[test]
fn the_default_breaker_opens_after_five_failures_and_closes_after_three_successes() {
    let mut rig = Rig::new(DEFAULT);
    rig.calls(4, Outcome::Failure);
    assert_eq!((rig.state(), rig.failure_count()), (State::Closed, 4));
    rig.now += 59_999;
    rig.calls(1, Outcome::Failure);
    assert_eq!((rig.state(), rig.failure_count()), (State::Open, 5));
    rig.now += 30_000;
    rig.calls(2, Outcome::Success);
    assert_eq!(rig.state(), State::HalfOpen);
    rig.calls(1, Outcome::Success);
    assert_eq!((rig.state(), rig.failure_count()), (State::Closed, 0));
    assert_eq!(rig.breaker.metrics(rig.at()).last_failure.map(|at| at.as_millis()), Some(1_059_999));
}
