//! Reading the options of a realtime manager.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::reader::Options;
use crate::api::given;
use crate::core::dashboard::Config;
use crate::core::error::{Code, Error};
use crate::core::realtime::frame::Protocol;
use crate::core::resilience::backoff::Jitter;
use crate::core::time::Instant;
use crate::shell::environment::read_clocks;
use crate::shell::http::Project;
use crate::shell::token::{LONGEST_TOKEN, claims, is_secret, user_token};

const KNOWN: &[&str] = &[
    "url",
    "key",
    "accessToken",
    // Taken out by js/supabase.ts, and named in the list of what there is.
    "supabase",
    "heartbeatIntervalMs",
    "joinTimeoutMs",
    "connectTimeoutMs",
    "reconnectBaseMs",
    "reconnectCapMs",
    "jitter",
    "vsn",
    "joinsPerSecond",
    "pushTimeoutMs",
    "httpTimeoutMs",
    "disconnectWhenIdleMs",
    "onLog",
    "onTraffic",
];

/// A project's services, each of which has an address of its own.
const SERVICES: &[&str] = &["auth", "functions", "graphql", "realtime", "rest", "storage"];

/// Where the user's access token comes from.
pub enum AccessToken {
    /// Nowhere: the key's own role.
    None,
    /// A fixed token.
    Fixed(String),
    /// Asked for when one is needed.
    Source(Function),
}

/// The options of a realtime manager.
pub struct RealtimeOptions {
    /// The socket's URL with its query.
    pub url: String,
    /// The project that requests go to.
    pub project: Project,
    /// Takes the log.
    pub log: Option<Function>,
    /// Is shown every frame.
    pub traffic: Option<Function>,
    /// What the core is told.
    pub config: Config,
    /// Where the access token comes from.
    pub access_token: AccessToken,
}

/// Reads the options of a realtime manager.
///
/// # Errors
/// `invalid_option`, `unknown_option`, `invalid_url`, `missing_key`.
pub fn realtime(value: &JsValue) -> Result<RealtimeOptions, Error> {
    let options = Options::read(value, "RealtimeSubscriptionManager", KNOWN);
    let access_token = access_token(&options);
    let config = config(&options, matches!(access_token, AccessToken::Source(_)));
    let key = key(&options);
    let host = Host::of(&options);
    let query = String::from(js_sys::encode_uri_component(&key));
    let vsn = config.protocol.as_str();
    let read = RealtimeOptions {
        url: [host.socket, &host.rest, "/realtime/v1/websocket?apikey=", &query, "&vsn=", vsn].concat(),
        log: options.function("onLog"),
        traffic: options.function("onTraffic"),
        config: Config { key_expires: expiry(&key), ..config },
        access_token,
        project: Project { url: [host.http, &host.rest].concat(), key },
    };
    options.done(read)
}

fn access_token(options: &Options<'_>) -> AccessToken {
    let Some(value) = options.get("accessToken").filter(|value| !value.is_null()) else {
        return AccessToken::None;
    };
    match (user_token(&value), value.dyn_into::<Function>()) {
        (_, Ok(source)) => AccessToken::Source(source),
        (Ok(token), _) => AccessToken::Fixed(token),
        (Err(wrong), _) => {
            let expected = ["a user's token, a function that returns one, or null. It is ", wrong];
            options.wrong("accessToken", &expected.concat());
            AccessToken::None
        }
    }
}

fn config(options: &Options<'_>, has_token_source: bool) -> Config {
    let default = Config::default();
    let heartbeat_interval = options.millis("heartbeatIntervalMs", 1_000, 50_000, default.heartbeat_interval);
    let config = Config {
        protocol: protocol(options),
        heartbeat_interval,
        // An interval that was asked for is kept to, seen or not.
        visible_heartbeat_interval: if options.has("heartbeatIntervalMs") {
            heartbeat_interval
        } else {
            default.visible_heartbeat_interval
        },
        join_timeout: options.millis("joinTimeoutMs", 1_000, 120_000, default.join_timeout),
        connect_timeout: options.millis("connectTimeoutMs", 1_000, 120_000, default.connect_timeout),
        reconnect_base: options.millis("reconnectBaseMs", 1, 600_000, default.reconnect_base),
        reconnect_cap: options.millis("reconnectCapMs", 1, 600_000, default.reconnect_cap),
        jitter: jitter(options).unwrap_or(default.jitter),
        joins_per_second: options.number("joinsPerSecond", 1, 10_000).unwrap_or(default.joins_per_second),
        push_timeout: options.millis("pushTimeoutMs", 1_000, 120_000, default.push_timeout),
        http_timeout: options.millis("httpTimeoutMs", 1_000, 120_000, default.http_timeout),
        idle_timeout: options.millis("disconnectWhenIdleMs", 0, 3_600_000, default.idle_timeout),
        has_token_source,
        logs: options.has("onLog"),
        key_expires: None,
    };
    if config.reconnect_cap < config.reconnect_base {
        options.wrong("reconnectCapMs", "at least `reconnectBaseMs`");
    }
    config
}

fn protocol(options: &Options<'_>) -> Protocol {
    match options.text("vsn").as_deref() {
        Some("1.0.0") => return Protocol::V1,
        None | Some("2.0.0") => {}
        Some(_) => options.wrong("vsn", "\"1.0.0\" or \"2.0.0\""),
    }
    Protocol::V2
}

fn jitter(options: &Options<'_>) -> Option<Jitter> {
    match options.text("jitter")?.as_str() {
        "spaced" => return Some(Jitter::Spaced),
        "full" => return Some(Jitter::Full),
        "equal" => return Some(Jitter::Equal),
        "decorrelated" => return Some(Jitter::Decorrelated),
        _ => options.wrong("jitter", "\"spaced\", \"full\", \"equal\" or \"decorrelated\""),
    }
    None
}

fn key(options: &Options<'_>) -> String {
    let given = options.get("key").filter(JsValue::is_string);
    let text =
        given.as_ref().map_or(Some(String::new()), given::text).filter(|key| key.len() <= LONGEST_TOKEN);
    let Some(text) = text else {
        options.wrong("key", "the publishable (anon) key: at most 100,000 bytes, without lone surrogates");
        return String::new();
    };
    let key = text.trim();
    if key.is_empty() {
        let message = "The project's key is missing. Pass the publishable (anon) key as `key`; \
            it is on the API page of the project's settings.";
        options.complain(Code::MissingKey, &[message]);
    }
    if is_secret(key) {
        let message = "`key` is a secret key, or the service role's: whoever reads the page would have all rights. \
            Pass the publishable (anon) key, and replace the secret one if it was ever published.";
        options.complain(Code::InvalidOption, &[message]);
    }
    key.to_owned()
}

/// When the key expires, if it is a token that says so.
fn expiry(key: &str) -> Option<Instant> {
    let now = Instant::from_millis(read_clocks().monotonic);
    claims(key).lifetime.map(|left| now.after(u64::try_from(left).unwrap_or(0)))
}

/// Where a project is: its schemes, and what follows either.
#[derive(Default)]
struct Host {
    socket: &'static str,
    http: &'static str,
    rest: String,
}

impl Host {
    fn of(options: &Options<'_>) -> Self {
        let given = options.get("url").as_ref().and_then(given::text).unwrap_or_default();
        let read = Self::read(&given);
        if read.as_ref().is_some_and(Self::is_of_one_service) {
            let message = "`url` is the address of one of the project's services. Pass the project's own, as \
                `https://<project>.supabase.co`: the rest is added.";
            options.complain(Code::InvalidUrl, &[message]);
        }
        read.unwrap_or_else(|| {
            // What was given is not repeated: it may be the key, in the wrong place.
            let message = "`url` is missing or no URL. Pass the project's, as `https://<project>.supabase.co`, or \
                your own server's.";
            options.complain(Code::InvalidUrl, &[message]);
            Self::default()
        })
    }

    fn is_of_one_service(&self) -> bool {
        // A path may have more slashes than it needs.
        let parts: Vec<&str> = self.rest.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [.., service, "v1"] | [.., service, "v1", "websocket"] => SERVICES.contains(service),
            _ => false,
        }
    }

    fn read(url: &str) -> Option<Self> {
        let url = web_sys::Url::new(url).ok()?;
        let (socket, http) = match url.protocol().as_str() {
            "http:" | "ws:" => ("ws:", "http:"),
            "https:" | "wss:" => ("wss:", "https:"),
            _ => return None,
        };
        let path = url.pathname();
        let path = path.trim_end_matches('/');
        Some(Self { socket, http, rest: ["//", &url.host(), path].concat() })
    }
}
