//! Why a channel is not live, what is done about it, and how it is told.

use crate::core::error::Code;
use crate::core::realtime::remedy::Remedy;

/// Why a channel is not live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The server refused the join, with its reason.
    Refused(String),
    /// The database refused what the bindings ask, with the server's reason.
    RefusedByDatabase(String),
    /// The server's reply named another binding than the one asked for.
    OtherBinding,
    /// The server closed the channel, with its reason if it gave one.
    Closed(Option<String>),
    /// The server did not answer the join in time.
    Silence,
}

impl Cause {
    fn said(&self) -> Option<&str> {
        match self {
            Self::Refused(reason) | Self::RefusedByDatabase(reason) => Some(reason.as_str()),
            Self::Closed(reason) => reason.as_deref(),
            Self::OtherBinding | Self::Silence => None,
        }
        .filter(|reason| !reason.is_empty())
    }

    /// Whether what is tracked is larger than the server takes: to track it again would end the channel again.
    pub fn is_about_what_is_tracked(&self) -> bool {
        self.said().is_some_and(|said| said.starts_with("Track message size exceeded"))
    }

    /// What to do about it.
    pub fn remedy(&self) -> Remedy {
        self.said().map_or(Remedy::Retry, Remedy::of)
    }

    /// The error's code, if this is what is done about it.
    pub fn code(&self, remedy: Remedy) -> Code {
        match (remedy, self) {
            (Remedy::RefreshToken | Remedy::RefreshTokenOnce, _) => Code::TokenExpired,
            (Remedy::SlowDown | Remedy::WaitForSlot, _) => Code::RateLimited,
            (Remedy::GiveUp, Self::RefusedByDatabase(_)) => Code::SubscriptionRefused,
            (Remedy::GiveUp, _) => Code::JoinRefused,
            (Remedy::Retry, Self::Closed(_)) => Code::ChannelClosed,
            (Remedy::Retry, Self::Silence) => Code::JoinTimeout,
            (Remedy::Retry, _) => Code::JoinFailed,
        }
    }

    /// The error's sentence about the channel of this name.
    pub fn sentence(&self, channel: &str) -> String {
        let (beginning, end) = match (self.said(), self) {
            (Some(reason), _) => return ["The server said of \"", channel, "\": ", reason].concat(),
            (_, Self::OtherBinding) => ("The server answered for another binding than that of \"", "\"."),
            (_, Self::Silence) => ("The server did not answer the join of \"", "\" in time."),
            (_, Self::Closed(_)) => ("The server closed \"", "\" without a reason."),
            (_, Self::Refused(_) | Self::RefusedByDatabase(_)) => {
                ("The server refused \"", "\" without a reason.")
            }
        };
        [beginning, channel, end].concat()
    }
}
