//! What to do about a reason that the server gives.

/// What a reason asks of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Try again after the backoff.
    Retry,
    /// Try again after a minute: the server's limiter averages over as much.
    SlowDown,
    /// Get a fresh access token, then join again.
    RefreshToken,
    /// As [`Remedy::RefreshToken`] the first time; if a fresh token fares no better, no retry can mend it.
    RefreshTokenOnce,
    /// No retry can mend it.
    GiveUp,
    /// Join again once another channel may have been left.
    WaitForSlot,
}

/// Codes of join errors (`Code: text`), and literal texts of `system` messages, which carry no code.
const REASONS: &[(&str, Remedy)] = &[
    ("InitializingProjectConnection", Remedy::Retry),
    ("RealtimeRestarting", Remedy::Retry),
    ("UnableToConnectToProject", Remedy::Retry),
    ("TimeoutOnRpcCall", Remedy::Retry),
    ("ErrorOnRpcCall", Remedy::Retry),
    ("QueryCanceled", Remedy::Retry),
    ("MissingPartition", Remedy::Retry),
    ("MusterJoinError", Remedy::Retry),
    ("UnknownErrorOnChannel", Remedy::Retry),
    ("PostgresChangesSubscribeTimeout", Remedy::Retry),
    ("ReconnectSubscribeToPostgres", Remedy::Retry),
    ("UnableToSetPolicies", Remedy::Retry),
    ("UnknownErrorOnCounter", Remedy::Retry),
    ("Unknown Error on Channel", Remedy::Retry),
    ("Realtime was unable to connect to the project database", Remedy::Retry),
    ("Query was cancelled", Remedy::Retry),
    ("Node request timeout", Remedy::Retry),
    ("RPC call error", Remedy::Retry),
    ("Replication connection was not established in time", Remedy::Retry),
    // What is tracked is dropped with it.
    ("Track message size exceeded", Remedy::Retry),
    ("channel_crash", Remedy::Retry),
    ("unmatched topic", Remedy::GiveUp),
    ("ClientJoinRateLimitReached", Remedy::SlowDown),
    ("JoinsRateLimitReached", Remedy::SlowDown),
    ("ConnectionRateLimitReached", Remedy::SlowDown),
    ("DatabaseConnectionRateLimitReached", Remedy::SlowDown),
    ("IncreaseConnectionPool", Remedy::SlowDown),
    ("IncreaseSubscriptionConnectionPool", Remedy::SlowDown),
    ("Please increase your connection pool size", Remedy::SlowDown),
    ("DatabaseLackOfConnections", Remedy::SlowDown),
    ("Database can't accept more connections", Remedy::SlowDown),
    // One limit of messages, and two of presence: a project's, and a channel's of one client.
    ("MessagePerSecondRateLimitReached", Remedy::SlowDown),
    ("Too many messages per second", Remedy::SlowDown),
    ("PresenceRateLimitReached", Remedy::SlowDown),
    ("Too many presence messages per second", Remedy::SlowDown),
    ("ClientPresenceRateLimitReached", Remedy::SlowDown),
    ("Client presence rate limit exceeded", Remedy::SlowDown),
    ("InvalidJWTToken", Remedy::RefreshToken),
    ("Token has expired", Remedy::RefreshToken),
    ("JwtSignatureError", Remedy::RefreshTokenOnce),
    (":signature_error", Remedy::RefreshTokenOnce),
    ("Unauthorized", Remedy::GiveUp),
    ("You do not have permissions to read from this Channel topic", Remedy::GiveUp),
    ("You no longer have permission to read from this Channel topic", Remedy::GiveUp),
    ("RlsPolicyError", Remedy::GiveUp),
    ("PrivateOnly", Remedy::GiveUp),
    ("TenantNotFound", Remedy::GiveUp),
    ("RealtimeDisabledForTenant", Remedy::GiveUp),
    ("MissingAPIKey", Remedy::GiveUp),
    ("MalformedJWT", Remedy::GiveUp),
    ("The token provided is not a valid JWT", Remedy::GiveUp),
    ("Fields `role` and `exp` are required in JWT", Remedy::GiveUp),
    ("RealtimeDisabledForConfiguration", Remedy::GiveUp),
    ("UnableToReplayMessages: Realtime was unable", Remedy::Retry),
    ("UnableToReplayMessages", Remedy::GiveUp),
    ("TopicNameRequired", Remedy::GiveUp),
    ("Unable to subscribe to changes", Remedy::GiveUp),
    ("Error parsing", Remedy::GiveUp),
    ("No subscription params provided", Remedy::GiveUp),
    ("Column selection is not supported", Remedy::GiveUp),
    ("ChannelRateLimitReached", Remedy::WaitForSlot),
    ("Too many channels", Remedy::WaitForSlot),
];

/// What is in the text of every limit, however it is worded: as a code, a sentence, or a name of the server's own.
const LIMITS: &[&str] = &["toomany", "ratelimit"];

impl Remedy {
    /// The remedy for a reason; an unknown one is retried.
    pub fn of(reason: &str) -> Self {
        Self::known(reason).unwrap_or(Self::Retry)
    }

    /// The remedy for a reason, by how it begins, or because it speaks of a limit; `None` if it is unknown.
    pub fn known(reason: &str) -> Option<Self> {
        let row = REASONS.iter().find(|(beginning, _)| reason.starts_with(beginning));
        row.map(|row| row.1).or_else(|| is_about_a_limit(reason).then_some(Self::SlowDown))
    }
}

fn is_about_a_limit(reason: &str) -> bool {
    let letters = reason.bytes().filter(u8::is_ascii_alphabetic);
    let letters: Vec<u8> = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    LIMITS.iter().any(|limit| letters.windows(limit.len()).any(|part| part == limit.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_found_by_the_code_with_its_text() {
        for (beginning, remedy) in REASONS {
            assert_eq!(Remedy::known(&format!("{beginning}: some text")), Some(*remedy), "{beginning}");
        }
    }

    #[test]
    fn a_limit_is_one_in_every_wording() {
        for reason in [
            "Too many presence messages per second",
            "Client presence rate limit exceeded",
            "PresenceRateLimitReached: Limit of presence events reached",
            "SomethingRateLimitReached: new",
            "Too many joins per second",
            "Too many connected users",
            ":connect_rate_limit_reached",
            ":tenant_db_too_many_connections",
            "{:error, \"Too many database timeouts\"}",
            "FATAL 53300 (too_many_connections) sorry, too many clients already",
        ] {
            assert_eq!(Remedy::of(reason), Remedy::SlowDown, "{reason}");
        }
        assert_eq!(Remedy::of("Too many channels"), Remedy::WaitForSlot);
        assert_eq!(Remedy::of("Unauthorized: topic: too many"), Remedy::GiveUp);
    }

    #[test]
    fn a_replay_that_failed_is_tried_again_and_one_that_is_wrong_is_not() {
        let failed = "UnableToReplayMessages: Realtime was unable to replay messages";
        assert_eq!(Remedy::of(failed), Remedy::Retry);
        assert_eq!(Remedy::of("UnableToReplayMessages: Replay params are not valid"), Remedy::GiveUp);
    }

    #[test]
    fn an_unknown_reason_is_retried() {
        assert_eq!(Remedy::known("SomethingNew: boom"), None);
        assert_eq!(Remedy::of("SomethingNew: boom"), Remedy::Retry);
        assert_eq!(Remedy::of(""), Remedy::Retry);
    }
}
