//! What each status means.

use wedsync_dashboard::core::resilience::breaker::Outcome;
use wedsync_dashboard::core::resilience::verdict::{is_idempotent, of_status};

#[test]
fn each_status_has_one_meaning() {
    for status in 0..=999 {
        for counts_429 in [false, true] {
            let expected = match status {
                0 | 408 | 500 | 502 | 503 | 504 | 520 | 522 | 599 => (Outcome::Failure, true),
                501 | 505 => (Outcome::Failure, false),
                429 if counts_429 => (Outcome::Failure, true),
                429 => (Outcome::Neutral, true),
                425 => (Outcome::Answered, true),
                100 | 200 | 201 | 204 | 206 | 301 | 304 | 308 => (Outcome::Success, false),
                400 | 401 | 403 | 404 | 406 | 409 | 410 | 412 | 413 | 416 | 418 | 422 | 451 | 499 => {
                    (Outcome::Answered, false)
                }
                _ => {
                    let outcome = of_status(status, counts_429).0;
                    assert_eq!(outcome == Outcome::Failure, status >= 500, "{status}");
                    assert_eq!(outcome == Outcome::Success, (1..400).contains(&status), "{status}");
                    continue;
                }
            };
            assert_eq!(of_status(status, counts_429), expected, "{status}, {counts_429}");
        }
    }
}

#[test]
fn only_what_may_arrive_twice_is_sent_twice() {
    for (method, without_key) in [
        ("GET", true),
        ("get", true),
        ("HEAD", true),
        ("OPTIONS", true),
        ("TRACE", true),
        ("PUT", true),
        ("DELETE", true),
        ("POST", false),
        ("PATCH", false),
        ("patch", false),
        ("LOCK", false),
        ("", false),
        ("GET ", false),
    ] {
        assert_eq!(is_idempotent(method, false), without_key, "{method}");
        assert!(is_idempotent(method, true), "{method}");
    }
}
