//! Reading options: each wrong one gets a sentence at the call.

mod delivery;

pub use delivery::delivery;

use js_sys::{ArrayBuffer, DataView, Date, Function, JSON, Object, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::api::filter;
use crate::core::client::Config;
use crate::core::error::{Code, Error};
use crate::core::io::CallId;
use crate::core::payload::Payload;
use crate::core::realtime::binding::Binding;
use crate::core::realtime::frame::Protocol;
use crate::core::realtime::http_send::HttpBroadcast;
use crate::core::realtime::subscriptions::{Replay, Source, Subscription};
use crate::core::resilience::backoff::Jitter;
use crate::core::time::Instant;
use crate::shell::environment::now;
use crate::shell::http::Project;
use crate::shell::token::lifetime;

/// The longest name of a broadcast in bytes: a binary frame says its length in one.
pub const LONGEST_EVENT: usize = 255;
/// The most bindings of one subscription.
const MOST_BINDINGS: usize = 100;
/// The most broadcasts that the server gives again.
const MOST_REPLAYED: u32 = 25;
/// The largest time that a `Date` holds.
const MOST_MILLIS: f64 = 8.64e15;
/// The most characters of a payload as JSON, and the most bytes of one that is bytes. The server closes a socket at a
/// frame of 5,000,000 bytes, and takes payloads of 3,000,000 at the most.
const LARGEST_PAYLOAD: usize = 3_000_000;

/// The longest channel name in bytes: with its prefix and a binding's digest it must fit the 255 of a binary frame.
const LONGEST_CHANNEL: usize = 220;

const REALTIME_OPTIONS: &[&str] = &[
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

const SUBSCRIPTION_OPTIONS: &[&str] = &[
    "channel",
    "event",
    "schema",
    "table",
    "filter",
    "select",
    "private",
    "self",
    "ack",
    "replay",
    "replicationReady",
    "presence",
    "changes",
    "deliver",
    "autoReconnect",
    "maxReconnectAttempts",
    "onData",
    "onError",
    "onStatus",
    "onContinuity",
    "onSystem",
];

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

/// An object of options, with its user's name for messages.
struct Options<'a> {
    value: &'a JsValue,
    of: &'static str,
}

impl<'a> Options<'a> {
    fn read(value: &'a JsValue, of: &'static str, known: &[&str]) -> Result<Self, Error> {
        if !Payload::is_object(value) {
            let message = [of, " takes an object of options."].concat();
            return Err(Error::new(Code::InvalidOption, message));
        }
        for name in Object::keys(value.unchecked_ref::<Object>()).iter().filter_map(|name| name.as_string()) {
            if !known.contains(&name.as_str()) {
                let message = [of, " has no option \"", &name, "\". It knows: ", &known.join(", "), "."];
                return Err(Error::new(Code::UnknownOption, message.concat()));
            }
        }
        Ok(Self { value, of })
    }

    fn get(&self, name: &str) -> Option<JsValue> {
        js_sys::Reflect::get(self.value, &name.into()).ok().filter(|value| !value.is_undefined())
    }

    fn wrong(&self, name: &str, expected: &str) -> Error {
        let message = ["Option \"", name, "\" of ", self.of, " must be ", expected, "."];
        Error::new(Code::InvalidOption, message.concat())
    }

    fn text(&self, name: &str) -> Result<Option<String>, Error> {
        let wrong = || self.wrong(name, "a string that is not empty");
        self.get(name)
            .map(|value| value.as_string().filter(|text| !text.is_empty()).ok_or_else(wrong))
            .transpose()
    }

    fn function(&self, name: &str) -> Result<Option<Function>, Error> {
        let wrong = |_| self.wrong(name, "a function");
        self.get(name).map(|value| value.dyn_into::<Function>().map_err(wrong)).transpose()
    }

    fn flag(&self, name: &str, default: bool) -> Result<bool, Error> {
        self.get(name)
            .map_or(Ok(default), |value| value.as_bool().ok_or_else(|| self.wrong(name, "true or false")))
    }

    fn number(&self, name: &str, least: u32, most: u32) -> Result<Option<u32>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let range = f64::from(least)..=f64::from(most);
        let number = value.as_f64().filter(|number| range.contains(number) && number.fract() == 0.0);
        number.map(|number| Some(number as u32)).ok_or_else(|| {
            let range = ["a whole number from ", &least.to_string(), " to ", &most.to_string()];
            self.wrong(name, &range.concat())
        })
    }

    fn millis(&self, name: &str, least: u32, most: u32, default: u64) -> Result<u64, Error> {
        Ok(self.number(name, least, most)?.map_or(default, u64::from))
    }
}

/// Reads the options of a realtime manager.
///
/// # Errors
/// `invalid_option`, `unknown_option`, `invalid_url`, `missing_key`.
pub fn realtime(value: &JsValue) -> Result<RealtimeOptions, Error> {
    let options = Options::read(value, "RealtimeSubscriptionManager", REALTIME_OPTIONS)?;
    let access_token = match options.get("accessToken") {
        None => AccessToken::None,
        Some(value) if value.is_null() => AccessToken::None,
        Some(value) => match (value.as_string(), value.dyn_into::<Function>()) {
            (Some(token), _) if !token.is_empty() => AccessToken::Fixed(token),
            (_, Ok(source)) => AccessToken::Source(source),
            _ => return Err(options.wrong("accessToken", "a token, a function that returns one, or null")),
        },
    };
    let default = Config::default();
    let config = Config {
        protocol: protocol(&options)?,
        heartbeat_interval: options.millis(
            "heartbeatIntervalMs",
            1_000,
            50_000,
            default.heartbeat_interval,
        )?,
        join_timeout: options.millis("joinTimeoutMs", 1_000, 120_000, default.join_timeout)?,
        connect_timeout: options.millis("connectTimeoutMs", 1_000, 120_000, default.connect_timeout)?,
        reconnect_base: options.millis("reconnectBaseMs", 1, 600_000, default.reconnect_base)?,
        reconnect_cap: options.millis("reconnectCapMs", 1, 600_000, default.reconnect_cap)?,
        jitter: jitter(&options)?,
        joins_per_second: options.number("joinsPerSecond", 1, 10_000)?.unwrap_or(default.joins_per_second),
        push_timeout: options.millis("pushTimeoutMs", 1_000, 120_000, default.push_timeout)?,
        http_timeout: options.millis("httpTimeoutMs", 1_000, 120_000, default.http_timeout)?,
        idle_timeout: options.millis("disconnectWhenIdleMs", 0, 3_600_000, default.idle_timeout)?,
        has_token_source: matches!(access_token, AccessToken::Source(_)),
        logs: options.get("onLog").is_some(),
        key_expires: None,
    };
    if config.reconnect_cap < config.reconnect_base {
        return Err(options.wrong("reconnectCapMs", "at least `reconnectBaseMs`"));
    }
    let key = options.get("key").and_then(|key| key.as_string()).unwrap_or_default();
    if key.trim().is_empty() {
        let message = "The project's key is missing. Pass the publishable (anon) key as `key`; \
            it is on the API page of the project's settings.";
        return Err(Error::new(Code::MissingKey, message));
    }
    let key = key.trim().to_owned();
    let host = project_host(options.get("url").as_ref())?;
    let query = String::from(js_sys::encode_uri_component(&key));
    Ok(RealtimeOptions {
        url: [
            host.socket,
            &host.rest,
            "/realtime/v1/websocket?apikey=",
            &query,
            "&vsn=",
            config.protocol.as_str(),
        ]
        .concat(),
        log: options.function("onLog")?,
        traffic: options.function("onTraffic")?,
        config: Config { key_expires: expiry(&key), ..config },
        access_token,
        project: Project { url: [host.http, &host.rest].concat(), key },
    })
}

fn protocol(options: &Options) -> Result<Protocol, Error> {
    match options.text("vsn")?.as_deref() {
        None => Ok(Protocol::default()),
        Some("1.0.0") => Ok(Protocol::V1),
        Some("2.0.0") => Ok(Protocol::V2),
        Some(_) => Err(options.wrong("vsn", "\"1.0.0\" or \"2.0.0\"")),
    }
}

fn jitter(options: &Options) -> Result<Jitter, Error> {
    match options.text("jitter")?.as_deref() {
        None | Some("full") => Ok(Jitter::Full),
        Some("equal") => Ok(Jitter::Equal),
        Some("decorrelated") => Ok(Jitter::Decorrelated),
        Some(_) => Err(options.wrong("jitter", "\"full\", \"equal\" or \"decorrelated\"")),
    }
}

/// When the key expires, if it is a token that says so.
fn expiry(key: &str) -> Option<Instant> {
    lifetime(key).map(|left| now().after(u64::try_from(left).unwrap_or(0)))
}

/// Where a project is: its schemes, and what follows either.
struct Host {
    socket: &'static str,
    http: &'static str,
    rest: String,
}

fn project_host(url: Option<&JsValue>) -> Result<Host, Error> {
    let given = url.and_then(JsValue::as_string).unwrap_or_default();
    // What was given is not repeated: it may be the key, in the wrong place.
    let wrong = || {
        let message = "`url` is missing or no URL. Pass the project's, as `https://<project>.supabase.co`, or your \
            own server's.";
        Error::new(Code::InvalidUrl, message)
    };
    let url = web_sys::Url::new(&given).map_err(|_| wrong())?;
    let (socket, http) = match url.protocol().as_str() {
        "http:" | "ws:" => ("ws:", "http:"),
        "https:" | "wss:" => ("wss:", "https:"),
        _ => return Err(wrong()),
    };
    let path = url.pathname();
    let path = path.trim_end_matches('/');
    Ok(Host { socket, http, rest: ["//", &url.host(), path].concat() })
}

/// Reads the options of a subscription.
///
/// # Errors
/// `invalid_option`, `unknown_option`.
pub fn subscription(id: &str, value: &JsValue) -> Result<Subscription, Error> {
    let options = Options::read(value, "subscribe", SUBSCRIPTION_OPTIONS)?;
    let channel = options.text("channel")?.filter(|channel| channel.len() <= LONGEST_CHANNEL);
    let channel = channel.ok_or_else(|| options.wrong("channel", "a topic of 1 to 220 bytes"))?;
    if channel.starts_with("realtime:") {
        return Err(options.wrong("channel", "the topic without the prefix \"realtime:\""));
    }
    for name in ["onData", "onError", "onStatus", "onContinuity", "onSystem"] {
        let given = options.get(name);
        if given.as_ref().is_some_and(|value| !value.is_function()) || (name == "onData" && given.is_none()) {
            return Err(options.wrong(name, "a function"));
        }
    }
    let private = options.flag("private", false)?;
    let source = source(&options, id)?;
    let replay = options.get("replay").map(|value| replay(&options, &value, private, &source)).transpose()?;
    Ok(Subscription {
        channel,
        private,
        source,
        ack: options.flag("ack", false)?,
        replay,
        replication_ready: options.flag("replicationReady", false)?,
        auto_reconnect: options.flag("autoReconnect", true)?,
        max_reconnect_attempts: options.number("maxReconnectAttempts", 0, u32::MAX)?,
    })
}

/// Reads what is listened to: presence, changes of the database, or broadcasts.
fn source(options: &Options<'_>, id: &str) -> Result<Source, Error> {
    let foreign = |names: &[&str], to: &str| {
        let given = names.iter().find(|name| options.get(name).is_some());
        given.map_or(Ok(()), |name| Err(options.wrong(name, to)))
    };
    const OF_CHANGES: [&str; 4] = ["schema", "table", "filter", "select"];
    const OF_BROADCASTS: [&str; 4] = ["self", "ack", "replay", "replicationReady"];
    if let Some(value) = options.get("presence").filter(|value| *value != JsValue::FALSE) {
        foreign(&["event", "changes", "self", "replay"], "left out with `presence`")?;
        foreign(&OF_CHANGES, "left out with `presence`")?;
        return presence(options, id, &value);
    }
    if let Some(list) = options.get("changes") {
        foreign(&OF_CHANGES, "left out with `changes`, whose entries have their own")?;
        foreign(&["event"], "left out with `changes`, whose entries have their own")?;
        foreign(&OF_BROADCASTS, "left out with `changes`: it is about broadcasts")?;
        return changes(options, &list);
    }
    if options.get("schema").is_some() || options.get("table").is_some() {
        foreign(&OF_BROADCASTS, "left out with `table`: it is about broadcasts")?;
        return Ok(Source::Changes(vec![binding(options)?]));
    }
    foreign(&OF_CHANGES, "given together with `table`: broadcasts have none")?;
    let event = options.text("event")?.filter(|event| event != "*");
    if event.as_ref().is_some_and(|event| event.len() > LONGEST_EVENT) {
        return Err(options.wrong("event", "a name of at most 255 bytes"));
    }
    Ok(Source::Broadcast { event, own: options.flag("self", false)? })
}

fn presence(options: &Options<'_>, id: &str, value: &JsValue) -> Result<Source, Error> {
    let default = ["dashboard-", id].concat();
    if *value == JsValue::TRUE {
        return Ok(Source::Presence { key: default, enabled: true });
    }
    if !Payload::is_object(value) {
        return Err(options.wrong("presence", "true, or an object `{ key, enabled }`"));
    }
    let presence = Options::read(value, "subscribe's `presence`", &["key", "enabled"])?;
    let key = presence.text("key")?.unwrap_or(default);
    Ok(Source::Presence { key, enabled: presence.flag("enabled", true)? })
}

fn changes(options: &Options<'_>, list: &JsValue) -> Result<Source, Error> {
    let wrong = || {
        options.wrong("changes", "an array of 1 to 100 objects `{ event, schema, table, filter, select }`")
    };
    let length = list.length().filter(|length| (1..=MOST_BINDINGS).contains(length)).ok_or_else(wrong)?;
    let read = |index| {
        let entry = list.item(index).ok_or_else(wrong)?;
        let names = ["event", "schema", "table", "filter", "select"];
        let entry = Options::read(&entry, "subscribe's `changes`", &names)?;
        if entry.get("schema").is_none() && entry.get("table").is_none() {
            return Err(entry.wrong("table", "the name of a table, unless `schema` is given"));
        }
        binding(&entry)
    };
    Ok(Source::Changes((0..length).map(read).collect::<Result<_, _>>()?))
}

fn replay(options: &Options<'_>, value: &JsValue, private: bool, source: &Source) -> Result<Replay, Error> {
    if !private || !matches!(source, Source::Broadcast { .. }) {
        return Err(
            options.wrong("replay", "used on private channels only: the server keeps no other broadcasts")
        );
    }
    let replay = Options::read(value, "subscribe's `replay`", &["since", "limit"])?;
    let since = replay.get("since").and_then(|since| {
        let date = since.dyn_ref::<Date>().map(Date::get_time);
        date.or_else(|| since.as_f64()).filter(|millis| *millis >= 0.0 && *millis <= MOST_MILLIS)
    });
    let since = since.ok_or_else(|| replay.wrong("since", "a Date, or milliseconds since 1970"))?;
    let limit = replay.number("limit", 1, MOST_REPLAYED)?.unwrap_or(MOST_REPLAYED);
    Ok(Replay { since: since as u64, limit })
}

/// Reads which changes of the database are wanted.
fn binding(options: &Options<'_>) -> Result<Binding, Error> {
    let event = options.text("event")?.unwrap_or_else(|| "*".into());
    if !["*", "INSERT", "UPDATE", "DELETE"].contains(&event.as_str()) {
        return Err(options.wrong("event", "INSERT, UPDATE, DELETE or * with `table` or `schema`"));
    }
    let schema = options.text("schema")?.unwrap_or_else(|| "public".into());
    let table = options.text("table")?;
    let filter = match options.get("filter") {
        // The server, asked for the rows of a whole schema, takes no filter.
        Some(_) if table.is_none() => return Err(options.wrong("filter", "given together with `table`")),
        Some(value) => filter::filter(&value)?,
        None => None,
    };
    let select = match options.get("select") {
        Some(_) if schema == "*" || table.as_deref().is_none_or(|table| table == "*") => {
            return Err(options.wrong("select", "given together with one `table` of one `schema`"));
        }
        Some(value) => Some(filter::select(&value)?),
        None => None,
    };
    Ok(Binding { event, schema, table, filter, select })
}

/// Reads the name of a broadcast that is sent.
///
/// # Errors
/// `invalid_option`.
pub fn event_name(of: &str, event: &str) -> Result<String, Error> {
    if event.is_empty() || event.len() > LONGEST_EVENT {
        let message = [of, " takes the broadcast's name as its second argument: 1 to 255 bytes of UTF-8."];
        return Err(Error::new(Code::InvalidOption, message.concat()));
    }
    Ok(event.to_owned())
}

/// Reads what is tracked.
///
/// # Errors
/// `invalid_option`, `payload_too_large`.
pub fn presence_state(state: &JsValue) -> Result<JsValue, Error> {
    let Content { value, is_bytes } = content(state)?;
    if is_bytes || !Payload::is_object(&value) {
        let message = "track takes an object as its second argument, for example `{ status: 'online' }`.";
        return Err(Error::new(Code::InvalidOption, message));
    }
    Ok(value)
}

/// Reads a broadcast that goes out by HTTP.
///
/// # Errors
/// `invalid_option`, `unknown_option`, `payload_too_large`.
pub fn http_broadcast(
    call: CallId,
    channel: &str,
    event: &str,
    payload: &JsValue,
    options: &JsValue,
) -> Result<HttpBroadcast<JsValue>, Error> {
    let wrong = |message: &str| Err(Error::new(Code::InvalidOption, message));
    if channel.is_empty() || channel.len() > LONGEST_CHANNEL || channel.starts_with("realtime:") {
        return wrong(
            "httpSend takes a topic of 1 to 220 bytes, without the prefix \"realtime:\", as its first argument.",
        );
    }
    let event = event_name("httpSend", event)?;
    let Content { value: payload, is_bytes } = content(payload)?;
    if !is_bytes && !Payload::is_object(&payload) {
        return wrong(
            "httpSend takes an object, or bytes, as its third argument: the server wraps anything else.",
        );
    }
    let private = match options.is_undefined() {
        true => false,
        false => Options::read(options, "httpSend", &["private"])?.flag("private", false)?,
    };
    Ok(HttpBroadcast { call, channel: channel.to_owned(), event, payload, private })
}

/// A payload as it is now, so that neither the application's code nor a later change of it touches what is sent.
pub struct Content {
    /// Bytes as an `Uint8Array`, or a value that JSON holds.
    pub value: JsValue,
    /// Which of the two.
    pub is_bytes: bool,
}

/// Reads a payload: an `ArrayBuffer` or a view of one, or what JSON can hold.
///
/// # Errors
/// `invalid_option` for what JSON cannot hold, `payload_too_large`.
pub fn content(payload: &JsValue) -> Result<Content, Error> {
    let bytes = if payload.is_instance_of::<ArrayBuffer>() {
        Some(Uint8Array::new(payload))
    } else if ArrayBuffer::is_view(payload) {
        let view: &DataView = payload.unchecked_ref();
        let (start, length) = (view.byte_offset() as u32, view.byte_length() as u32);
        Some(Uint8Array::new_with_byte_offset_and_length(&view.buffer(), start, length))
    } else {
        None
    };
    if let Some(bytes) = bytes {
        if bytes.length() as usize > LARGEST_PAYLOAD {
            return Err(too_large());
        }
        let length = bytes.length();
        return Ok(Content { value: bytes.slice(0, length).into(), is_bytes: true });
    }
    let text = JSON::stringify(payload).ok().filter(|text| text.is_string());
    if text.as_ref().is_some_and(|text| text.length() as usize > LARGEST_PAYLOAD) {
        return Err(too_large());
    }
    let value = text.and_then(|text| JSON::parse(&String::from(text)).ok()).ok_or_else(|| {
        let message = "The payload is nothing that JSON can hold: send null, numbers, strings, arrays and objects \
            without circles or bigints, or an ArrayBuffer or a view of one for bytes.";
        Error::new(Code::InvalidOption, message)
    })?;
    Ok(Content { value, is_bytes: false })
}

fn too_large() -> Error {
    let message = "The payload has more than 3,000,000 bytes, for which the server would close the connection. Send less, \
        or send where it is stored.";
    Error::new(Code::PayloadTooLarge, message)
}
