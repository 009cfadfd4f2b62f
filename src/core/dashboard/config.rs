//! What the dashboard is told once.

use crate::core::connectivity::{self, link::Heartbeats};
use crate::core::realtime::{self, frame::Protocol};
use crate::core::resilience::backoff::{Backoff, Jitter};
use crate::core::session;
use crate::core::tabs;
use crate::core::time::Instant;
use crate::core::user::User;

/// What the dashboard is told once. Times in milliseconds; `js/options` has the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The version of the protocol that is spoken.
    pub protocol: Protocol,
    /// Between heartbeats; the server closes a socket after 60,000 of silence.
    pub heartbeat_interval: u64,
    /// Between heartbeats while the page is visible and the server says nothing.
    pub visible_heartbeat_interval: u64,
    /// For the answer to a join.
    pub join_timeout: u64,
    /// For a socket to open.
    pub connect_timeout: u64,
    /// The backoff's first ceiling.
    pub reconnect_base: u64,
    /// The backoff's last ceiling.
    pub reconnect_cap: u64,
    /// How the delays of the backoff are drawn.
    pub jitter: Jitter,
    /// Joins a second, and as many at once.
    pub joins_per_second: u32,
    /// For the answer to a message.
    pub push_timeout: u64,
    /// For the answer to a request over HTTP.
    pub http_timeout: u64,
    /// How long an open socket is kept while nobody is subscribed.
    pub idle_timeout: u64,
    /// Whether the application can be asked for an access token.
    pub has_token_source: bool,
    /// The user of the last token on this device, if one is remembered.
    pub last_user: Option<String>,
    /// Names the project on this device: its URL.
    pub project: String,
    /// The wall clock at the origin of the driver's clock, in milliseconds since 1970.
    pub wall: u64,
    /// Whether the application wants the log.
    pub logs: bool,
    /// When the key expires, if it says so.
    pub key_expires: Option<Instant>,
    /// The build of this tab, a later one with a higher number, if it shares its connection with the user's other tabs.
    pub tabs: Option<u64>,
}

impl Config {
    const fn backoff(&self) -> Backoff {
        Backoff::new(self.reconnect_base, self.reconnect_cap, self.jitter)
    }

    pub(super) const fn connectivity(&self) -> connectivity::Config {
        connectivity::Config {
            heartbeats: Heartbeats {
                interval: self.heartbeat_interval,
                visible_interval: self.visible_heartbeat_interval,
            },
            connect_timeout: self.connect_timeout,
            idle_timeout: self.idle_timeout,
            backoff: self.backoff(),
        }
    }

    pub(super) fn session(&self) -> session::Config {
        session::Config {
            has_token_source: self.has_token_source,
            key_expires: self.key_expires,
            last_user: self.last_user.clone(),
            backoff: self.backoff(),
        }
    }

    pub(super) fn tabs(&self) -> tabs::Config {
        let user = if self.has_token_source { User::Unknown } else { User::Nobody };
        let (is_shared, build) = (self.tabs.is_some(), self.tabs.unwrap_or_default());
        let project = self.project.clone();
        tabs::Config { is_shared, project, protocol: tabs::PROTOCOL, build, user }
    }

    pub(super) const fn realtime(&self) -> realtime::Config {
        realtime::Config {
            protocol: self.protocol,
            join_timeout: self.join_timeout,
            push_timeout: self.push_timeout,
            joins_per_second: self.joins_per_second,
            backoff: self.backoff(),
        }
    }
}
