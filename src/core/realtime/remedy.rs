//! What to do about a reason the server gives.

/// What a reason asks of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Join again after the backoff.
    Retry,
    /// Join again after a minute: the server's limiter averages over as much.
    SlowDown,
    /// Get a fresh access token, then join again.
    RefreshToken,
    /// No retry can mend it.
    GiveUp,
    /// Join again once another channel may have been left.
    WaitForSlot,
}

/// Codes of join errors (`Code: text`), and literal texts of `system` messages, which carry no code.
const REASONS: &[(&str, Remedy)] = &[
    ("ClientJoinRateLimitReached", Remedy::SlowDown),
    ("JoinsRateLimitReached", Remedy::SlowDown),
    ("ConnectionRateLimitReached", Remedy::SlowDown),
    ("DatabaseConnectionRateLimitReached", Remedy::SlowDown),
    ("IncreaseConnectionPool", Remedy::SlowDown),
    ("DatabaseLackOfConnections", Remedy::SlowDown),
    ("ClientPresenceRateLimitReached", Remedy::SlowDown),
    ("Too many messages per second", Remedy::SlowDown),
    ("Client presence rate limit exceeded", Remedy::SlowDown),
    ("InvalidJWTToken", Remedy::RefreshToken),
    ("JwtSignatureError", Remedy::RefreshToken),
    ("Token has expired", Remedy::RefreshToken),
    (":signature_error", Remedy::RefreshToken),
    ("Unauthorized", Remedy::GiveUp),
    ("You do not have permissions to read from this Channel topic", Remedy::GiveUp),
    ("RlsPolicyError", Remedy::GiveUp),
    ("PrivateOnly", Remedy::GiveUp),
    ("TenantNotFound", Remedy::GiveUp),
    ("RealtimeDisabledForTenant", Remedy::GiveUp),
    ("MissingAPIKey", Remedy::GiveUp),
    ("MalformedJWT", Remedy::GiveUp),
    ("The token provided is not a valid JWT", Remedy::GiveUp),
    ("Fields `role` and `exp` are required in JWT", Remedy::GiveUp),
    ("RealtimeDisabledForConfiguration", Remedy::GiveUp),
    ("UnableToReplayMessages", Remedy::GiveUp),
    ("TopicNameRequired", Remedy::GiveUp),
    ("Unable to subscribe to changes", Remedy::GiveUp),
    ("Error parsing", Remedy::GiveUp),
    ("ChannelRateLimitReached", Remedy::WaitForSlot),
];

impl Remedy {
    /// The remedy for a reason, by how it begins; an unknown one is retried.
    pub fn of(reason: &str) -> Self {
        REASONS.iter().find(|(beginning, _)| reason.starts_with(beginning)).map_or(Self::Retry, |row| row.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_found_by_the_code_with_its_text() {
        for (beginning, remedy) in REASONS {
            assert_eq!(Remedy::of(&format!("{beginning}: some text")), *remedy, "{beginning}");
        }
    }

    #[test]
    fn an_unknown_reason_is_retried() {
        assert_eq!(Remedy::of("UnknownErrorOnChannel: boom"), Remedy::Retry);
        assert_eq!(Remedy::of(""), Remedy::Retry);
    }
}
