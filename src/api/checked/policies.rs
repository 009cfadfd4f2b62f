//! The options of breakers, retries and bulkheads.

use super::fields::Fields;
use crate::core::health::CheckConfig;
use crate::core::payload::Payload;
use crate::core::resilience::backoff::{Backoff, Jitter};
use crate::core::resilience::breaker::{self, DetectorConfig, Slow};
use crate::core::resilience::retry;

/// What the core is told of a breaker's options.
pub fn breaker<P: Payload>(options: &P) -> breaker::Config {
    let options = Fields(options);
    let given = options.get("detector");
    let window = given.as_ref().map(Fields);
    let number = |name: &str| window.as_ref().and_then(|window| window.optional_number(name));
    let share = |name: &str| number(name).unwrap_or_default() as u32;
    let kind = window.as_ref().map(|window| window.text("kind")).unwrap_or_default();
    let (minimum, rate) = (share("minimum"), share("rate"));
    let detector = match kind.as_str() {
        "count" => DetectorConfig::Count { size: share("size"), minimum, rate },
        "time" => {
            let window = number("window").unwrap_or_default();
            DetectorConfig::Time { window, buckets: share("buckets"), minimum, rate }
        }
        _ => DetectorConfig::Consecutive {
            threshold: options.number("threshold") as u32,
            reset_timeout: options.number("resetTimeout"),
        },
    };
    breaker::Config {
        detector,
        slow: number("slow").map(|millis| Slow { millis, rate: share("slowRate") }),
        timeout: options.number("timeout"),
        max_timeout: options.number("maxTimeout"),
        probes: options.number("probes") as u32,
        probe_timeout: options.number("probeTimeout"),
        successes: options.number("successes") as u32,
    }
}

/// What the core is told of a check's options.
pub fn check<P: Payload>(options: &P) -> CheckConfig {
    let options = Fields(options);
    CheckConfig {
        is_critical: options.flag("critical"),
        is_remote: options.flag("remote"),
        is_active: options.flag("active"),
        timeout: options.number("timeout"),
        failures: options.number("failures") as u32,
        successes: options.number("successes") as u32,
        slow: options.number("slow"),
        reminder: options.number("reminder"),
    }
}

/// How many calls of a policy run at once, and how many may wait.
pub fn bulkhead<P: Payload>(options: &P) -> (u32, u32) {
    let options = Fields(options);
    (options.number("concurrency") as u32, options.number("queue") as u32)
}

/// What the core is told of the retries of a policy, and how many retries a thousand successes allow, if
/// there is a limit.
pub fn retry<P: Payload>(options: &P) -> (retry::Config, Option<u32>) {
    let policy = Fields(options);
    let given = policy.get("retry");
    let given = given.as_ref().map(Fields);
    let number = |name: &str| given.as_ref().map(|given| given.number(name)).unwrap_or_default();
    let jitter = given.as_ref().map(|given| given.text("jitter")).unwrap_or_default();
    let own = given.as_ref().and_then(|given| given.optional_number("deadline"));
    let config = retry::Config {
        max_retries: number("maxRetries") as u32,
        backoff: Backoff::new(number("baseDelay"), number("maxDelay"), jitter_named(&jitter)),
        deadline: policy.optional_number("deadline").or(own),
        most_retry_after: number("maxRetryAfter"),
    };
    let budget = given.as_ref().and_then(|given| given.optional_number("budget"));
    (config, budget.map(|percent| percent as u32 * 10))
}

/// The jitter of this name.
pub fn jitter_named(name: &str) -> Jitter {
    match name {
        "full" => Jitter::Full,
        "equal" => Jitter::Equal,
        "decorrelated" => Jitter::Decorrelated,
        "none" => Jitter::None,
        _ => Jitter::Spaced,
    }
}
