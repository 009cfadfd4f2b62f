//! What an answer over HTTP says of the service, and whether the request is worth another.

use crate::core::resilience::breaker::Outcome;

/// What a status says of the service, and whether the same request may succeed later; 0 if nothing answered.
///
/// A failure is what the service has not done its work in: 5xx, 408, and 429 if it `counts_429`. Any other answer, 401
/// among them, is proof of life; only a 429 that does not count says neither. What RFC 9110 and RFC 8470 name as
/// passing is worth another request; 501 and 505 are not, for they will be said again.
pub const fn of_status(status: u16, counts_429: bool) -> (Outcome, bool) {
    match status {
        501 | 505 => (Outcome::Failure, false),
        0 | 408 | 500.. => (Outcome::Failure, true),
        429 if counts_429 => (Outcome::Failure, true),
        429 => (Outcome::Neutral, true),
        425 => (Outcome::Answered, true),
        400..=499 => (Outcome::Answered, false),
        _ => (Outcome::Success, false),
    }
}

/// Whether a request may be sent again though it may have arrived: by its method (RFC 9110, 9.2.2), or because it has a
/// key by which the server knows it again.
pub fn is_idempotent(method: &str, has_key: bool) -> bool {
    let is_safe_twice = |name: &&str| method.eq_ignore_ascii_case(name);
    has_key || ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].iter().any(is_safe_twice)
}
