//! The options of a manager.

use super::fields::Fields;
use super::policies::jitter_named;
use crate::core::dashboard::Config;
use crate::core::payload::Payload;
use crate::core::realtime::frame::Protocol;

/// What the core is told of a manager's options.
pub fn config<P: Payload>(options: &P) -> Config {
    let options = Fields(options);
    Config {
        protocol: if options.text("vsn") == "1.0.0" { Protocol::V1 } else { Protocol::V2 },
        heartbeat_interval: options.number("heartbeatIntervalMs"),
        visible_heartbeat_interval: options.number("visibleHeartbeatIntervalMs"),
        join_timeout: options.number("joinTimeoutMs"),
        connect_timeout: options.number("connectTimeoutMs"),
        reconnect_base: options.number("reconnectBaseMs"),
        reconnect_cap: options.number("reconnectCapMs"),
        jitter: jitter_named(&options.text("jitter")),
        joins_per_second: options.number("joinsPerSecond") as u32,
        push_timeout: options.number("pushTimeoutMs"),
        http_timeout: options.number("httpTimeoutMs"),
        idle_timeout: options.number("disconnectWhenIdleMs"),
        has_token_source: false,
        last_user: None,
        project: options.text("projectUrl"),
        wall: 0,
        logs: false,
        key_expires: None,
        tabs: None,
    }
}
