//! The one error type, with its stable codes.

/// What went wrong, by its stable code. `docs/errors.md` has the table for users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// An option has the wrong type or lies outside its range.
    InvalidOption,
    /// An option of this name does not exist.
    UnknownOption,
    /// The project URL is missing or no URL.
    InvalidUrl,
    /// The project's publishable key is missing.
    MissingKey,
    /// The topic is joined already with other options.
    TopicConflict,
    /// There is no subscription of this id.
    UnknownSubscription,
    /// The application has ended the subscription before it was live.
    Unsubscribed,
    /// The channel is not joined at the moment.
    NotJoined,
    /// The server could not be reached, or refused the connection.
    Unreachable,
    /// The access token has expired.
    TokenExpired,
    /// The `accessToken` function failed.
    TokenUnavailable,
    /// Another user's token was set before it went out.
    UserChanged,
    /// The server did not answer the join in time.
    JoinTimeout,
    /// The server refused the join for now.
    JoinFailed,
    /// The server refused the join for good.
    JoinRefused,
    /// The server limits the rate of joins or messages.
    RateLimited,
    /// The server refused what the subscription asks of the database.
    SubscriptionRefused,
    /// The server closed the channel.
    ChannelClosed,
    /// The connection was lost and the subscription does not reconnect.
    Disconnected,
    /// The server refused a message.
    PushRefused,
    /// The server did not answer a message in time.
    PushTimeout,
    /// A payload is larger than a frame may be.
    PayloadTooLarge,
    /// A value of the cache has more bytes than any may have.
    ValueTooLarge,
    /// A broadcast by HTTP was refused.
    HttpFailed,
    /// The project does not take the key.
    KeyRefused,
    /// Messages were dropped because the callback did not keep up.
    Overflow,
    /// `maxReconnectAttempts` is used up.
    MaxReconnectAttempts,
    /// A value was not fetched in time.
    TimedOut,
    /// The remote tier of the cache was not reached by what it has to know.
    RemoteUnavailable,
    /// Writes are not confirmed by the server.
    PendingWrites,
    /// What was written is in memory, and not confirmed to be on the disk.
    NotDurable,
    /// There is no space on the device.
    StorageFull,
    /// The browser's storage does not answer, or there is none.
    StorageUnavailable,
    /// The browser cannot store a value.
    NotCloneable,
    /// The user's databases belong to a newer build.
    NewerBuild,
    /// Only the leader may do this.
    NotLeading,
    /// What the user had on this device has been wiped.
    Wiped,
}

impl Code {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::InvalidOption,
        Self::UnknownOption,
        Self::InvalidUrl,
        Self::MissingKey,
        Self::TopicConflict,
        Self::UnknownSubscription,
        Self::Unsubscribed,
        Self::NotJoined,
        Self::Unreachable,
        Self::TokenExpired,
        Self::TokenUnavailable,
        Self::UserChanged,
        Self::JoinTimeout,
        Self::JoinFailed,
        Self::JoinRefused,
        Self::RateLimited,
        Self::SubscriptionRefused,
        Self::ChannelClosed,
        Self::Disconnected,
        Self::PushRefused,
        Self::PushTimeout,
        Self::PayloadTooLarge,
        Self::ValueTooLarge,
        Self::HttpFailed,
        Self::KeyRefused,
        Self::Overflow,
        Self::MaxReconnectAttempts,
        Self::TimedOut,
        Self::RemoteUnavailable,
        Self::PendingWrites,
        Self::NotDurable,
        Self::StorageFull,
        Self::StorageUnavailable,
        Self::NotCloneable,
        Self::NewerBuild,
        Self::NotLeading,
        Self::Wiped,
    ];

    /// The stable name that users compare with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidOption => "invalid_option",
            Self::UnknownOption => "unknown_option",
            Self::InvalidUrl => "invalid_url",
            Self::MissingKey => "missing_key",
            Self::TopicConflict => "topic_conflict",
            Self::UnknownSubscription => "unknown_subscription",
            Self::Unsubscribed => "unsubscribed",
            Self::NotJoined => "not_joined",
            Self::Unreachable => "unreachable",
            Self::TokenExpired => "token_expired",
            Self::TokenUnavailable => "token_unavailable",
            Self::UserChanged => "user_changed",
            Self::JoinTimeout => "join_timeout",
            Self::JoinFailed => "join_failed",
            Self::JoinRefused => "join_refused",
            Self::RateLimited => "rate_limited",
            Self::SubscriptionRefused => "subscription_refused",
            Self::ChannelClosed => "channel_closed",
            Self::Disconnected => "disconnected",
            Self::PushRefused => "push_refused",
            Self::PushTimeout => "push_timeout",
            Self::PayloadTooLarge => "payload_too_large",
            Self::ValueTooLarge => "value_too_large",
            Self::HttpFailed => "http_failed",
            Self::KeyRefused => "key_refused",
            Self::Overflow => "overflow",
            Self::MaxReconnectAttempts => "max_reconnect_attempts",
            Self::TimedOut => "timed_out",
            Self::RemoteUnavailable => "remote_unavailable",
            Self::PendingWrites => "pending_writes",
            Self::NotDurable => "not_durable",
            Self::StorageFull => "storage_full",
            Self::StorageUnavailable => "storage_unavailable",
            Self::NotCloneable => "not_cloneable",
            Self::NewerBuild => "newer_build",
            Self::NotLeading => "not_leading",
            Self::Wiped => "wiped",
        }
    }

    /// Whether the same call may succeed later.
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::NotJoined
                | Self::Unreachable
                | Self::TokenExpired
                | Self::TokenUnavailable
                | Self::JoinTimeout
                | Self::JoinFailed
                | Self::RateLimited
                | Self::ChannelClosed
                | Self::Disconnected
                | Self::PushTimeout
                | Self::Overflow
                | Self::MaxReconnectAttempts
                | Self::TimedOut
                | Self::RemoteUnavailable
                | Self::PendingWrites
                | Self::StorageFull
                | Self::StorageUnavailable
                | Self::NotLeading
        )
    }
}

/// An error: a stable code, and a sentence that says what is wrong and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The stable code.
    pub code: Code,
    /// What is wrong and what to do. Never holds a token.
    pub message: String,
    /// Milliseconds until the next attempt, where one is planned.
    pub retry_after: Option<u64>,
}

impl Error {
    /// An error without a pause, whose sentence is these pieces together.
    pub fn of(code: Code, pieces: &[&str]) -> Self {
        Self { code, message: pieces.concat(), retry_after: None }
    }

    /// An error without a pause.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_for_users_has_every_code_and_says_truly_whether_to_retry() {
        let table = include_str!("../../docs/errors.md");
        for code in Code::ALL {
            let row = ["| `", code.as_str(), "` |"].concat();
            let row =
                table.lines().find(|line| line.starts_with(&row)).unwrap_or_else(|| panic!("no row {row}"));
            let retryable = row.split('|').nth(3).map(str::trim) == Some("yes");
            assert_eq!(retryable, code.is_retryable(), "{row}");
        }
    }
}
