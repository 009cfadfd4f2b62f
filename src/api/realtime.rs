//! The realtime client as JavaScript holds it; `js/realtime.ts` is its face.

use std::rc::Rc;

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

use crate::api::checked;
use crate::core::dashboard::Config;
use crate::core::error::Error;
use crate::core::ids::CallId;
use crate::core::realtime::Command;
use crate::core::realtime::http_broadcast::HttpBroadcast;
use crate::core::time::Instant;
use crate::shell::driver::{Driver, Setup};
use crate::shell::environment::{epoch, read_clocks};
use crate::shell::http::Project;
use crate::shell::object;
use crate::shell::object::fields::Fields;
use crate::shell::store::last_user;
use crate::shell::tabs::{can_share, in_turn};
use crate::shell::token::claims;

/// One client with its driver. `js/options` has checked what it is given: options are objects without getters, ids and names
/// well-formed texts, payloads bytes or what JSON holds. Errors are plain objects `{ code, message, retryable, retryAfter? }`.
#[wasm_bindgen]
pub struct RealtimeClient {
    pub(super) driver: Rc<Driver>,
}

#[wasm_bindgen]
impl RealtimeClient {
    /// Takes the options that `checkedManager` gives; `notify` is given each batch of notifications.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue, notify: Function) -> Self {
        let field = |name: &str| Reflect::get(options, &name.into()).unwrap_or_default();
        let text = |name: &str| field(name).as_string().unwrap_or_default();
        let function = |name: &str| field(name).dyn_into::<Function>().ok();
        let (key, log, access_token) = (text("key"), function("onLog"), function("accessToken"));
        let project_url = text("projectUrl");
        let shares = text("tabs") == "shared" && can_share();
        let access_token = match access_token {
            Some(source) if shares => Some(in_turn(&project_url, &source)),
            source => source,
        };
        let setup = Setup {
            config: Config {
                has_token_source: access_token.is_some(),
                logs: log.is_some(),
                key_expires: expiry(&key),
                last_user: last_user(&project_url),
                wall: epoch().saturating_sub(read_clocks().monotonic),
                tabs: shares.then_some(BUILD),
                ..checked::config(options)
            },
            url: text("socketUrl"),
            project: Rc::new(Project { url: project_url, key }),
            notify,
            log,
            access_token,
        };
        let driver = Driver::new(setup);
        if let Some(tap) = function("onTraffic") {
            driver.router().set_tap(&tap);
        }
        if let Some(token) = field("accessToken").as_string() {
            driver.set_token(Some(token));
        }
        Self { driver }
    }

    /// Subscribes, or replaces the subscription of this id; the notification `settled` with this `call` says when it is live, or
    /// why it is not. Unless it is refused, `take` is called before anything is told of it, with whether the id stands for
    /// this very subscription already.
    ///
    /// # Errors
    /// `invalid_option` for a filter that the server's grammar does not express.
    pub fn subscribe(
        &self,
        call: u32,
        id: String,
        options: &JsValue,
        delivery: &JsValue,
        on_data: &Function,
        take: &Function,
    ) -> Result<(), JsValue> {
        let subscription = checked::subscription(options).map_err(thrown)?;
        let same = self.driver.slot_of(&id, &subscription);
        // No other subscription has been begun by this call.
        let slot = same.unwrap_or(call);
        if !self.driver.is_refused(&id, &subscription) {
            take.call1(&JsValue::NULL, &same.is_some().into())?;
            self.driver.router().set_slot_to(slot, on_data, delivery);
        }
        self.driver.command(Command::Subscribe { call: CallId(call), id, subscription, slot });
        Ok(())
    }

    /// The state of a subscription: `joining`, `live` or `reconnecting`; `undefined` if there is none of this id.
    pub fn status(&self, id: &str) -> JsValue {
        self.driver.status(id).map_or(JsValue::UNDEFINED, |status| JsValue::from_str(status.as_str()))
    }

    /// Milliseconds since the tab that holds the connection was last heard; `undefined` if that is this one.
    pub fn silence(&self) -> Option<f64> {
        self.driver.silence().map(|millis| millis as f64)
    }

    /// Ends a subscription.
    pub fn unsubscribe(&self, id: String) {
        self.driver.command(Command::Unsubscribe { id });
    }

    /// Ends everything and closes the socket.
    pub fn disconnect(&self) {
        self.driver.command(Command::Disconnect);
    }

    /// Sends a broadcast; the notification `settled` with this `call` says how it went.
    pub fn send(&self, call: u32, id: String, event: String, payload: JsValue, is_bytes: bool) {
        self.driver.command(Command::Broadcast { call: CallId(call), id, event, payload, is_bytes });
    }

    /// Sends a broadcast by HTTP; the notification `settled` with this `call` says how it went.
    #[wasm_bindgen(js_name = httpSend)]
    pub fn http_send(&self, call: u32, channel: String, event: String, payload: JsValue, private: bool) {
        let broadcast = HttpBroadcast { call: CallId(call), channel, event, payload, private };
        self.driver.command(Command::HttpBroadcast(broadcast));
    }

    /// Tracks a state from now on, or nothing if it is `undefined`; the notification `settled` with this `call` says how
    /// it went.
    pub fn track(&self, call: u32, id: String, state: JsValue) {
        let state = Some(state).filter(|state| !state.is_undefined());
        self.driver.command(Command::Track { call: CallId(call), id, state });
    }

    /// `{ key: [presence, …] }`, or `undefined` if the id is no subscription to presence.
    #[wasm_bindgen(js_name = presenceState)]
    pub fn presence_state(&self, id: &str) -> JsValue {
        self.driver.presence(id).unwrap_or(JsValue::UNDEFINED)
    }

    /// Opens the socket and keeps it open.
    pub fn connect(&self) {
        self.driver.command(Command::Connect);
    }

    /// Sets the access token; `null` for the key's own role.
    #[wasm_bindgen(js_name = setAuth)]
    pub fn set_auth(&self, token: Option<String>) {
        self.driver.set_token(token);
    }

    /// The counters, as `RealtimeStats` in `js/types.ts`; `undefined` while it cannot be asked.
    pub fn stats(&self) -> JsValue {
        let millis =
            |millis: Option<u64>| millis.map_or(JsValue::NULL, |millis| JsValue::from_f64(millis as f64));
        let stats = self.driver.stats(|connectivity, realtime, silence| {
            let round_trip = Fields::new()
                .with("p50", millis(connectivity.percentile(50)))
                .with("p95", millis(connectivity.percentile(95)))
                .with("p99", millis(connectivity.percentile(99)));
            Fields::of(self.driver.router().counts())
                .number("dropped", f64::from(realtime.dropped))
                .number("sent", f64::from(realtime.sent))
                .number("connections", f64::from(connectivity.connections))
                .number("reconnects", f64::from(connectivity.reconnects))
                .number("joins", f64::from(realtime.joins))
                .number("failedJoins", f64::from(realtime.failed_joins))
                .number("heartbeats", f64::from(connectivity.heartbeats))
                .with("roundTripMs", round_trip.done())
                .with("lastFrameMs", millis(silence))
                .number("recoveries", f64::from(realtime.recoveries))
                .with("liveAgainMs", millis(realtime.live_again))
                .with("longestLiveAgainMs", millis(realtime.longest_live_again))
                .done()
        });
        stats.unwrap_or_default()
    }
}

/// This build's number: a later version's is higher.
const BUILD: u64 = build(env!("CARGO_PKG_VERSION").as_bytes());

const fn build(version: &[u8]) -> u64 {
    let (mut build, mut part, mut at) = (0, 0, 0);
    while at < version.len() {
        match version[at] {
            digit @ b'0'..=b'9' => part = part * 10 + (digit - b'0') as u64,
            b'.' => (build, part) = ((build + part) * 10_000, 0),
            // What comes before a release counts as it.
            _ => break,
        }
        at += 1;
    }
    build + part
}

/// When the key expires, if it is a token that says so.
fn expiry(key: &str) -> Option<Instant> {
    let now = Instant::from_millis(read_clocks().monotonic);
    claims(key).lifetime.map(|left| now.after(u64::try_from(left).unwrap_or(0)))
}

fn thrown(error: Error) -> JsValue {
    object::error(&error)
}
