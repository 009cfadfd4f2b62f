//! Reading options: each wrong one gets a sentence at the call.

use js_sys::{ArrayBuffer, Function, JSON, Object};
use wasm_bindgen::prelude::*;

use crate::api::filter;
use crate::core::client::Config;
use crate::core::error::{Code, Error};
use crate::core::payload::Payload;
use crate::core::realtime::binding::Binding;
use crate::core::realtime::subscriptions::{Source, Subscription};

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
    "autoReconnect",
    "maxReconnectAttempts",
    "onData",
    "onError",
    "onStatus",
    "onContinuity",
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
        has_token_source: matches!(access_token, AccessToken::Source(_)),
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
    let url = socket_url(options.get("url").as_ref(), key.trim())?;
    Ok(RealtimeOptions { url, config, access_token })
}

fn socket_url(url: Option<&JsValue>, key: &str) -> Result<String, Error> {
    let given = url.and_then(JsValue::as_string).unwrap_or_default();
    // What was given is not repeated: it may be the key, in the wrong place.
    let wrong = || {
        let message = "`url` is missing or no URL. Pass the project's, as `https://<project>.supabase.co`, or your \
            own server's.";
        Error::new(Code::InvalidUrl, message)
    };
    let url = web_sys::Url::new(&given).map_err(|_| wrong())?;
    let scheme = match url.protocol().as_str() {
        "http:" | "ws:" => "ws:",
        "https:" | "wss:" => "wss:",
        _ => return Err(wrong()),
    };
    let path = url.pathname();
    let path = path.trim_end_matches('/');
    let key = String::from(js_sys::encode_uri_component(key));
    Ok([scheme, "//", &url.host(), path, "/realtime/v1/websocket?apikey=", &key, "&vsn=2.0.0"].concat())
}

/// Reads the options of a subscription.
///
/// # Errors
/// `invalid_option`, `unknown_option`.
pub fn subscription(value: &JsValue) -> Result<Subscription, Error> {
    let options = Options::read(value, "subscribe", SUBSCRIPTION_OPTIONS)?;
    let channel = options.text("channel")?.filter(|channel| channel.len() <= LONGEST_CHANNEL);
    let channel = channel.ok_or_else(|| options.wrong("channel", "a topic of 1 to 220 bytes"))?;
    if channel.starts_with("realtime:") {
        return Err(options.wrong("channel", "the topic without the prefix \"realtime:\""));
    }
    for name in ["onData", "onError", "onStatus", "onContinuity"] {
        let given = options.get(name);
        if given.as_ref().is_some_and(|value| !value.is_function()) || (name == "onData" && given.is_none()) {
            return Err(options.wrong(name, "a function"));
        }
    }
    let own = options.flag("self", false)?;
    let source = if options.get("schema").is_some() || options.get("table").is_some() {
        if own {
            return Err(options.wrong("self", "left out with `table`: it is about broadcasts"));
        }
        Source::Changes(binding(&options)?)
    } else {
        for name in ["filter", "select"] {
            if options.get(name).is_some() {
                return Err(options.wrong(name, "given together with `table`: broadcasts have none"));
            }
        }
        Source::Broadcast { event: options.text("event")?.filter(|event| event != "*"), own }
    };
    Ok(Subscription {
        channel,
        private: options.flag("private", false)?,
        source,
        auto_reconnect: options.flag("autoReconnect", true)?,
        max_reconnect_attempts: options.number("maxReconnectAttempts", 0, u32::MAX)?,
    })
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

/// What a payload is as JSON, so that none of the application's code runs when it is sent.
///
/// # Errors
/// `invalid_option` for what JSON cannot hold.
pub fn json(payload: &JsValue) -> Result<JsValue, Error> {
    let is_bytes = payload.is_instance_of::<ArrayBuffer>() || ArrayBuffer::is_view(payload);
    let text = JSON::stringify(payload).ok().filter(|text| !is_bytes && text.is_string());
    text.and_then(|text| JSON::parse(&String::from(text)).ok()).ok_or_else(|| {
        let message = "The payload is nothing that JSON can hold: send null, numbers, strings, arrays and objects \
            without circles, bigints or bytes.";
        Error::new(Code::InvalidOption, message)
    })
}
