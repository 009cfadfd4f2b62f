//! The options of breakers, retries, policies, services and checks: the defaults that their TSDoc states reach the core, and so
//! does everything else.

use crate::defaults::example;
use serde_json::{Value, json};
use wedsync_dashboard::api::checked;
use wedsync_dashboard::core::health::CheckConfig;
use wedsync_dashboard::core::resilience::backoff::{Backoff, Jitter};
use wedsync_dashboard::core::resilience::breaker::{Config, DetectorConfig, Slow};
use wedsync_dashboard::core::resilience::retry;

const BREAKER: Config = Config {
    detector: DetectorConfig::Consecutive { threshold: 5, reset_timeout: 60_000 },
    slow: None,
    timeout: 30_000,
    max_timeout: 300_000,
    probes: 1,
    probe_timeout: 30_000,
    successes: 3,
};

fn breaker(name: &str) -> Config {
    checked::breaker(&example(name))
}

#[test]
fn a_breaker_has_the_defaults_that_are_documented() {
    assert_eq!(breaker("breaker"), BREAKER);
    for whole in ["policy", "service"] {
        assert_eq!(checked::breaker(&example(whole)["breaker"]), BREAKER, "{whole}");
    }
}

#[test]
fn each_detector_reaches_the_core_with_its_own_options() {
    let by_count = Config {
        detector: DetectorConfig::Count { size: 20, minimum: 6, rate: 40 },
        slow: Some(Slow { millis: 700, rate: 60 }),
        timeout: 2_000,
        max_timeout: 8_000,
        probes: 2,
        probe_timeout: 3_000,
        successes: 4,
    };
    assert_eq!(breaker("breakerByCount"), by_count);
    let detector = DetectorConfig::Time { window: 5_000, buckets: 5, minimum: 4, rate: 25 };
    assert_eq!(breaker("breakerByTime"), Config { detector, ..BREAKER });
    let detector = DetectorConfig::Consecutive { threshold: 2, reset_timeout: 900 };
    assert_eq!(breaker("breakerInARow"), Config { detector, ..BREAKER });
}

/// The retries of an example, in a form that can be compared, and how many a thousand successes allow.
fn retries(options: &Value) -> (u32, String, Option<u64>, u64, Option<u32>) {
    let (retry::Config { max_retries, backoff, deadline, most_retry_after }, budget) =
        checked::retry(options);
    (max_retries, format!("{backoff:?}"), deadline, most_retry_after, budget)
}

fn backoff(base: u64, cap: u64, jitter: Jitter) -> String {
    format!("{:?}", Backoff::new(base, cap, jitter))
}

#[test]
fn retries_have_the_defaults_that_are_documented() {
    let by_default = |deadline, budget| (3, backoff(1_000, 10_000, Jitter::Full), deadline, 300_000, budget);
    assert_eq!(retries(&example("retry")), by_default(None, None), "alone without a budget and a deadline");
    for whole in ["policy", "service"] {
        assert_eq!(retries(&example(whole)), by_default(Some(30_000), Some(100)), "{whole}");
    }
}

#[test]
fn each_option_of_retries_reaches_the_core() {
    let all = (7, backoff(20, 400, Jitter::Decorrelated), Some(5_000), 60_000, Some(250));
    assert_eq!(retries(&example("retryWithAll")), all);
    // The policy's deadline counts, and its budget is there although other options of its retries are given.
    let of_policy = (1, backoff(1_000, 10_000, Jitter::None), Some(4_000), 300_000, Some(100));
    assert_eq!(retries(&example("policyWithAll")), of_policy);
    for (word, jitter) in [("full", Jitter::Full), ("equal", Jitter::Equal), ("none", Jitter::None)] {
        let mut options = example("retry");
        options["retry"]["jitter"] = word.into();
        assert_eq!(retries(&options).1, backoff(1_000, 10_000, jitter), "{word}");
    }
}

#[test]
fn a_bulkhead_is_as_large_as_the_policy_says() {
    assert_eq!(checked::bulkhead(&example("policy")), (20, 100));
    assert_eq!(checked::bulkhead(&example("service")), (20, 100));
    assert_eq!(checked::bulkhead(&example("policyWithAll")), (3, 0));
}

#[test]
fn a_check_has_the_defaults_that_are_documented_and_all_that_is_given() {
    let by_default = CheckConfig {
        is_critical: false,
        is_remote: true,
        is_active: true,
        timeout: 10_000,
        failures: 3,
        successes: 2,
        slow: 0,
        reminder: 3_600_000,
    };
    assert_eq!(checked::check(&example("check")), by_default);
    let with_all = CheckConfig {
        is_critical: true,
        is_remote: false,
        is_active: true,
        timeout: 1_000,
        failures: 4,
        successes: 5,
        slow: 600,
        reminder: 60_000,
    };
    assert_eq!(checked::check(&example("checkWithAll")), with_all);
}

#[test]
fn what_a_service_says_to_its_check_is_documented() {
    let service = example("service");
    for (name, by_default) in [
        ("timeout", json!(10_000)),
        ("slow", json!(5_000)),
        ("critical", json!(false)),
        ("maxBytes", json!(5_000_000)),
        ("countsRateLimit", json!(true)),
    ] {
        assert_eq!(service[name], by_default, "{name}");
    }
    assert_eq!(service["breaker"]["name"], "calendar", "by which other tabs know it");
}
