//! The documented behaviour of cockatiel 4, opossum 10 and resilience4j 2 as tables of our own, each with a note where
//! this breaker differs on purpose.

use crate::rig::{DEFAULT, Rig};
use wedsync_dashboard::core::resilience::breaker::{Config, DetectorConfig, Outcome, Slow, State};

const COUNT: DetectorConfig = DetectorConfig::Count { size: 10, minimum: 10, rate: 50 };
const TIME: DetectorConfig = DetectorConfig::Time { window: 5_000, buckets: 10, minimum: 10, rate: 50 };
pub const WINDOWS: [DetectorConfig; 2] = [COUNT, TIME];

/// A step of a table.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// So many calls that end so at once.
    Calls(u32, Outcome),
    /// A call that succeeds after so many milliseconds.
    Takes(u64),
    /// So many calls that are refused.
    Refused(u32),
    /// So many milliseconds pass.
    Wait(u64),
    /// The state now.
    Is(State),
}

use Outcome::{Answered, Failure, Neutral, Success};
use State::{Closed, HalfOpen, Isolated, Open};
use Step::{Calls, Is, Refused, Takes, Wait};

fn run(name: &str, config: Config, steps: &[Step]) {
    let mut rig = Rig::new(config);
    for (nth, step) in steps.iter().enumerate() {
        match *step {
            Calls(count, outcome) => rig.calls(count, outcome),
            Takes(millis) => {
                let permit = rig.permit().unwrap();
                rig.now += millis;
                rig.breaker.outcome(rig.at(), permit, Success, millis, None);
            }
            Refused(count) => {
                for _ in 0..count {
                    rig.call(Success).unwrap_err();
                }
            }
            Wait(millis) => rig.now += millis,
            Is(state) => assert_eq!(rig.state(), state, "{name}, step {nth}"),
        }
    }
}

fn detects(detector: DetectorConfig) -> Config {
    Config { detector, ..DEFAULT }
}

/// One probe at a time, one success closes: as cockatiel and opossum do unless told otherwise.
fn one_probe(detector: DetectorConfig) -> Config {
    Config { probes: 1, successes: 1, ..detects(detector) }
}

#[test]
fn cockatiel() {
    let row = |threshold| DetectorConfig::Consecutive { threshold, reset_timeout: 60_000 };
    run(
        "ConsecutiveBreaker: n failures in a row open, a success between them begins anew",
        detects(row(3)),
        &[Calls(2, Failure), Calls(1, Success), Calls(2, Failure), Is(Closed), Calls(1, Failure), Is(Open)],
    );
    run(
        "halfOpenAfter: calls are refused until then; a success closes",
        one_probe(row(1)),
        &[Calls(1, Failure), Refused(3), Wait(29_999), Refused(1), Wait(1), Calls(1, Success), Is(Closed)],
    );
    run(
        "a failure while half-open opens again",
        one_probe(row(3)),
        &[Calls(3, Failure), Wait(30_000), Calls(1, Failure), Is(Open), Refused(1)],
    );
    run(
        "CountBreaker: nothing opens before the minimum",
        detects(DetectorConfig::Count { size: 10, minimum: 5, rate: 20 }),
        &[Calls(4, Failure), Is(Closed), Calls(1, Failure), Is(Open)],
    );
    // Differs: there, more than the share must have failed, here the share itself opens, as in resilience4j.
    run(
        "CountBreaker: the share of failures among the last calls opens",
        detects(COUNT),
        &[Calls(6, Success), Calls(4, Failure), Is(Closed), Calls(1, Failure), Is(Open)],
    );
    run(
        "CountBreaker: only the last calls count",
        detects(COUNT),
        &[Calls(4, Failure), Calls(10, Success), Calls(4, Failure), Is(Closed), Calls(1, Failure), Is(Open)],
    );
    run(
        "SamplingBreaker: the share of failures within the time opens, from a minimum of calls on",
        detects(TIME),
        &[Calls(9, Failure), Is(Closed), Calls(1, Failure), Is(Open)],
    );
    // Differs: there, one window is cleared for each call, and what is an hour old still counts.
    run(
        "SamplingBreaker: nine failures, an hour without calls, one failure",
        detects(TIME),
        &[Calls(9, Failure), Wait(3_600_000), Calls(1, Failure), Is(Closed)],
    );
    // Differs: there, an error that is not handled counts as a success while half-open.
    run(
        "an error that does not count says nothing of the service",
        one_probe(row(1)),
        &[Calls(1, Failure), Wait(30_000), Calls(5, Neutral), Is(HalfOpen), Calls(1, Success), Is(Closed)],
    );
}

/// Differs from cockatiel: there, a call beyond the probes waits until they have decided; here it is refused at once, for a
/// storm of callers must not wait for a service that is probably dead.
#[test]
fn cockatiel_lets_the_excess_wait_and_this_refuses_it() {
    let mut rig = Rig::half_open(DEFAULT);
    let permitted = (0..50).filter(|_| rig.permit().is_ok()).count();
    assert_eq!((permitted, rig.state()), (3, HalfOpen));
}

#[test]
fn cockatiel_s_isolation_refuses_until_it_is_given_up() {
    let mut rig = Rig::new(DEFAULT);
    rig.breaker.isolate(rig.at());
    rig.now += 86_400_000;
    rig.call(Success).unwrap_err();
    assert_eq!(rig.state(), Isolated);
    rig.breaker.reset(rig.at());
    rig.calls(1, Success);
}

#[test]
fn opossum() {
    let rolling = |minimum| DetectorConfig::Time { window: 10_000, buckets: 10, minimum, rate: 50 };
    run(
        "volumeThreshold: fewer calls within the rolling time do not open",
        one_probe(rolling(5)),
        &[Calls(4, Failure), Is(Closed), Calls(1, Failure), Is(Open)],
    );
    // Differs: there, without a volumeThreshold the first failure opens as well, but at 50 % of two calls it does not.
    run(
        "errorThresholdPercentage without volumeThreshold",
        one_probe(rolling(1)),
        &[Calls(1, Success), Calls(1, Failure), Is(Open)],
    );
    run(
        "rollingCountTimeout: what is older does not count",
        one_probe(rolling(5)),
        &[Calls(4, Failure), Wait(10_000), Calls(4, Failure), Is(Closed), Calls(1, Failure), Is(Open)],
    );
    run(
        "resetTimeout: one call is let through, and closes or opens",
        one_probe(rolling(1)),
        &[
            Calls(1, Failure),
            Refused(10),
            Wait(30_000),
            Is(HalfOpen),
            Calls(1, Success),
            Is(Closed),
            Calls(1, Failure),
            Wait(30_000),
            Calls(1, Failure),
            Is(Open),
        ],
    );
    // Differs: there, what errorFilter lets pass is a success, and closes a half-open breaker.
    run(
        "errorFilter: an error that does not count does not open",
        one_probe(rolling(1)),
        &[Calls(20, Neutral), Calls(20, Answered), Is(Closed)],
    );
}

#[test]
fn resilience4j() {
    run(
        "COUNT_BASED: at the threshold or above it opens, once minimumNumberOfCalls are there",
        detects(COUNT),
        &[Calls(5, Success), Calls(4, Failure), Is(Closed), Calls(1, Failure), Is(Open)],
    );
    run(
        "TIME_BASED: as many calls, of the last time only",
        detects(TIME),
        &[Calls(5, Success), Wait(5_000), Calls(9, Failure), Is(Closed), Calls(1, Failure), Is(Open)],
    );
    // Differs: there, a success that completes the minimum opens too. Right after a good call none is refused here.
    run(
        "a success does not open",
        detects(COUNT),
        &[Calls(9, Failure), Calls(1, Success), Is(Closed), Calls(1, Failure), Is(Open)],
    );
    let slow = Some(Slow { millis: 2_000, rate: 50 });
    let four_are_slow =
        [Calls(6, Success), Takes(2_000), Takes(2_001), Takes(2_001), Takes(2_001), Takes(2_001)];
    run(
        "slowCallRateThreshold: calls that take longer, though they succeed, among the last ten",
        Config { slow, ..detects(COUNT) },
        &[&four_are_slow[..], &[Is(Closed), Takes(2_001), Is(Open)]].concat(),
    );
    run(
        "slowCallRateThreshold: among those of the last minute, seven of fourteen",
        Config {
            slow,
            ..detects(DetectorConfig::Time { window: 60_000, buckets: 60, minimum: 10, rate: 50 })
        },
        &[&four_are_slow[..], &[Takes(2_001), Takes(2_001), Is(Closed), Takes(2_001), Is(Open)]].concat(),
    );
    // Differs: there, the share of slow calls among the permitted decides; here one slow probe is enough to wait longer.
    run(
        "a slow probe opens again",
        Config { slow, ..detects(COUNT) },
        &[Calls(10, Failure), Wait(30_000), Calls(2, Success), Takes(2_001), Is(Open)],
    );
    // Differs: there, the rate among permittedNumberOfCallsInHalfOpenState decides; here so many successes close, and one
    // failure opens: people wait, and three answers are proof enough.
    run(
        "permittedNumberOfCallsInHalfOpenState",
        detects(COUNT),
        &[Calls(10, Failure), Wait(30_000), Calls(2, Success), Is(HalfOpen), Calls(1, Success), Is(Closed)],
    );
    run(
        "ignored exceptions count neither as success nor as failure, and give their permit back",
        detects(COUNT),
        &[
            Calls(9, Failure),
            Calls(100, Neutral),
            Is(Closed),
            Calls(1, Failure),
            Wait(30_000),
            Calls(100, Neutral),
            Is(HalfOpen),
        ],
    );
}

#[test]
fn resilience4j_s_max_wait_duration_in_half_open_state_frees_permits_that_do_not_come_back() {
    let mut rig = Rig::half_open(DEFAULT);
    for _ in 0..3 {
        rig.permit().unwrap();
    }
    rig.now += 10_000;
    assert_eq!(rig.state(), Open);
}
