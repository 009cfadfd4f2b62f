//! Whatever happens to it, a breaker is what its model is.

use crate::model::Model;
use crate::rig::Rig;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use wedsync_dashboard::core::resilience::breaker::{Config, DetectorConfig, Outcome, Slow, State};

/// What happens to a breaker.
#[derive(Clone, Debug)]
enum Act {
    /// So many milliseconds pass.
    Wait(u64),
    /// So many calls begin.
    Begin(usize),
    /// One of those under way ends, of whatever generation.
    End {
        which: usize,
        outcome: Outcome,
        latency: u64,
        retry_after: Option<u64>,
    },
    /// So many calls begin and end at once.
    Calls(u32, Outcome),
    Isolate,
    Reset,
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        4 => Just(Outcome::Failure),
        3 => Just(Outcome::Success),
        1 => Just(Outcome::Neutral),
        1 => Just(Outcome::Answered),
    ]
}

fn acts() -> impl Strategy<Value = Act> {
    let waits = prop_oneof![0..2_000_u64, 0..40_000_u64, Just(3_600_000)];
    prop_oneof![
        6 => waits.prop_map(Act::Wait),
        4 => (1..5_usize).prop_map(Act::Begin),
        8 => (0..100_usize, outcomes(), 0..3_000_u64, option::weighted(0.1, 0..200_000_u64)).prop_map(
            |(which, outcome, latency, retry_after)| Act::End { which, outcome, latency, retry_after }
        ),
        6 => (1..6_u32, outcomes()).prop_map(|(count, outcome)| Act::Calls(count, outcome)),
        1 => Just(Act::Isolate),
        1 => Just(Act::Reset),
    ]
}

fn detectors() -> impl Strategy<Value = DetectorConfig> {
    prop_oneof![
        (1..6_u32, 1..90_000_u64)
            .prop_map(|(threshold, reset_timeout)| DetectorConfig::Consecutive { threshold, reset_timeout }),
        (1..40_u32, 1..40_u32, 1..=100_u32).prop_map(|(size, minimum, rate)| DetectorConfig::Count {
            size,
            minimum: minimum.min(size),
            rate
        }),
        (1..30_000_u64, 1..20_u32, 1..10_u32, 1..=100_u32).prop_map(|(window, buckets, minimum, rate)| {
            DetectorConfig::Time { window, buckets, minimum, rate }
        }),
    ]
}

fn configs() -> impl Strategy<Value = Config> {
    let slow = option::of((0..3_000_u64, 1..=100_u32).prop_map(|(millis, rate)| Slow { millis, rate }));
    (detectors(), slow, 1..60_000_u64, 1..5_u32, 1..20_000_u64, 1..5_u32).prop_map(
        |(detector, slow, timeout, probes, probe_timeout, successes)| Config {
            detector,
            slow,
            timeout,
            max_timeout: timeout,
            probes,
            probe_timeout,
            successes,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn a_breaker_is_what_its_model_is(config in configs(), acts in vec(acts(), 1..120)) {
        let mut rig = Rig::new(config.clone());
        let mut model = Model::new(config);
        let mut out = Vec::new();
        for act in acts {
            match act {
                Act::Wait(millis) => rig.now += millis,
                Act::Begin(count) => for _ in 0..count {
                    let permit = rig.permit();
                    prop_assert_eq!(permit, model.permit(rig.now));
                    out.extend(permit);
                },
                Act::End { which, outcome, latency, retry_after } if !out.is_empty() => {
                    let permit = out.swap_remove(which % out.len());
                    rig.breaker.outcome(rig.at(), permit, outcome, latency, retry_after);
                    model.outcome(rig.now, permit, outcome, latency, retry_after);
                }
                Act::End { .. } => {}
                Act::Calls(count, outcome) => for _ in 0..count {
                    let permit = rig.permit();
                    prop_assert_eq!(permit, model.permit(rig.now));
                    if let Ok(permit) = permit {
                        rig.end(permit, outcome);
                        model.outcome(rig.now, permit, outcome, 0, None);
                    }
                },
                Act::Isolate => {
                    rig.breaker.isolate(rig.at());
                    model.isolate(rig.now);
                }
                Act::Reset => {
                    rig.breaker.reset(rig.at());
                    model.reset(rig.now);
                }
            }
            prop_assert_eq!(rig.state(), model.state(rig.now));
            let metrics = rig.breaker.metrics(rig.at());
            prop_assert_eq!(metrics.generation, model.generation());
            prop_assert_eq!(metrics.failure_count, model.failures(rig.now));
            prop_assert_eq!(metrics.probes as usize, model.out());
        }
    }

    /// Time alone always brings it to where calls are permitted, whatever happened, and successes close it.
    #[test]
    fn it_always_finds_its_way_back(config in configs(), acts in vec(acts(), 1..60), back in 0..2_000_000_u64) {
        let mut rig = Rig::new(Config { max_timeout: config.timeout * 8, ..config });
        let mut out = Vec::new();
        for act in acts {
            match act {
                Act::Wait(millis) => rig.now += millis,
                Act::Begin(count) => out.extend((0..count).filter_map(|_| rig.permit().ok())),
                Act::End { which, outcome, latency, retry_after } if !out.is_empty() => {
                    let permit = out.swap_remove(which % out.len());
                    rig.breaker.outcome(rig.at(), permit, outcome, latency, retry_after);
                }
                Act::Calls(count, outcome) => for _ in 0..count {
                    let _ = rig.call(outcome);
                },
                _ => {}
            }
        }
        rig.now = rig.now.saturating_sub(back);
        prop_assert!(rig.open_for().unwrap_or_default() <= 480_000);
        // The open time, the probes that are out, and the open time after that.
        rig.now += 2_000;
        for _ in 0..3 {
            rig.now += rig.breaker.next_turn().map_or(0, |turn| turn.as_millis().saturating_sub(rig.now));
            rig.state();
        }
        let is_closed = rig.state() == State::Closed;
        for _ in 0..5 {
            prop_assert_eq!(rig.call(Outcome::Success), Ok(()));
        }
        prop_assert!(is_closed || rig.state() == State::Closed);
    }
}

#[test]
fn the_properties_reach_every_state() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen = [0; 4];
    for _ in 0..100 {
        let mut rig = Rig::new(configs().new_tree(&mut runner).unwrap().current());
        for act in vec(acts(), 1..120).new_tree(&mut runner).unwrap().current() {
            match act {
                Act::Wait(millis) => rig.now += millis,
                Act::Calls(count, outcome) => {
                    for _ in 0..count {
                        let _ = rig.call(outcome);
                    }
                }
                Act::Isolate => rig.breaker.isolate(rig.at()),
                Act::Reset => rig.breaker.reset(rig.at()),
                _ => {}
            }
            let state = rig.state();
            seen[State::ALL.iter().position(|other| *other == state).unwrap()] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 200), "{seen:?}");
}
