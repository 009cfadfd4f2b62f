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

/// How codes of join errors begin (`Code: text`), and literal texts of `system` messages, which carry no code. The first
/// that fits counts.
const REASONS: &[(Remedy, &[&str])] = &[
    (
        Remedy::Retry,
        &[
            "InitializingProjectConnection",
            "RealtimeRestarting",
            "UnableToConnectToProject",
            "TimeoutOnRpcCall",
            "ErrorOnRpcCall",
            "QueryCanceled",
            "MissingPartition",
            "MusterJoinError",
            "UnknownErrorOnChannel",
            "PostgresChangesSubscribeTimeout",
            "ReconnectSubscribeToPostgres",
            "UnableToSetPolicies",
            "UnknownErrorOnCounter",
            "Unknown Error on Channel",
            "Realtime was unable to connect to the project database",
            "Query was cancelled",
            "Node request timeout",
            "RPC call error",
            "Replication connection was not established in time",
            // What is tracked is dropped with it.
            "Track message size exceeded",
            "channel_crash",
            "UnableToReplayMessages: Realtime was unable",
        ],
    ),
    (
        Remedy::SlowDown,
        &[
            "IncreaseConnectionPool",
            "IncreaseSubscriptionConnectionPool",
            "Please increase your connection pool size",
            "DatabaseLackOfConnections",
            "Database can't accept more connections",
        ],
    ),
    (Remedy::RefreshToken, &["InvalidJWTToken", "Token has expired"]),
    (Remedy::RefreshTokenOnce, &["JwtSignatureError", ":signature_error"]),
    (
        Remedy::GiveUp,
        &[
            "unmatched topic",
            "Unauthorized",
            "You do not have permissions to read from this Channel topic",
            "You no longer have permission to read from this Channel topic",
            "RlsPolicyError",
            "PrivateOnly",
            "TenantNotFound",
            "RealtimeDisabledForTenant",
            "MissingAPIKey",
            "MalformedJWT",
            "The token provided is not a valid JWT",
            "Fields `role` and `exp` are required in JWT",
            "RealtimeDisabledForConfiguration",
            "UnableToReplayMessages",
            "TopicNameRequired",
            "Unable to subscribe to changes",
            "Error parsing",
            "No subscription params provided",
            "Column selection is not supported",
        ],
    ),
    (Remedy::WaitForSlot, &["ChannelRateLimitReached", "Too many channels"]),
];

/// What is in the text of every limit, however it is worded: as a code, a sentence, or a name of the server's own. Those
/// of messages and presence, of joins and connections have it too.
const LIMITS: &[&str] = &["toomany", "ratelimit"];

impl Remedy {
    /// The remedy for a reason; an unknown one is retried.
    pub fn of(reason: &str) -> Self {
        Self::known(reason).unwrap_or(Self::Retry)
    }

    /// The remedy for a reason, by how it begins, or because it speaks of a limit; `None` if it is unknown.
    pub fn known(reason: &str) -> Option<Self> {
        for (remedy, beginnings) in REASONS {
            for beginning in *beginnings {
                if reason.starts_with(beginning) {
                    return Some(*remedy);
                }
            }
        }
        is_about_a_limit(reason).then_some(Self::SlowDown)
    }
}

fn is_about_a_limit(reason: &str) -> bool {
    let mut letters = Vec::new();
    for letter in reason.bytes() {
        if letter.is_ascii_alphabetic() {
            letters.push(letter.to_ascii_lowercase());
        }
    }
    LIMITS.iter().any(|limit| letters.windows(limit.len()).any(|part| part == limit.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_found_by_the_code_with_its_text() {
        for (remedy, beginnings) in REASONS {
            for beginning in *beginnings {
                assert_eq!(Remedy::known(&format!("{beginning}: some text")), Some(*remedy), "{beginning}");
            }
        }
    }

    #[test]
    fn a_limit_is_one_in_every_wording() {
        for reason in [
            // One limit of messages, and two of presence: a project's, and a channel's of one client.
            "MessagePerSecondRateLimitReached: some text",
            "Too many messages per second",
            "Too many presence messages per second",
            "Client presence rate limit exceeded",
            "PresenceRateLimitReached: Limit of presence events reached",
            "ClientPresenceRateLimitReached: some text",
            "ClientJoinRateLimitReached: some text",
            "JoinsRateLimitReached: some text",
            "ConnectionRateLimitReached: some text",
            "DatabaseConnectionRateLimitReached: some text",
            "SomethingRateLimitReached: new",
            "Too many joins per second",
            "Too many connected users",
            ":connect_rate_limit_reached",
            ":tenant_db_too_many_connections",
            "{:error, \"Too many database timeouts\"}",
            "FATAL 53300 (too_many_connections) sorry, too many clients already",
        ] {
            assert_eq!(Remedy::known(reason), Some(Remedy::SlowDown), "{reason}");
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
