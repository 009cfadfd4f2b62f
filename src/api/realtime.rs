//! The realtime client as JavaScript holds it; `js/realtime.ts` is its face.

use litemap::LiteMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use crate::api::options::{self, AccessToken, Content};
use crate::core::dashboard::Input;
use crate::core::error::Error;
use crate::core::ids::CallId;
use crate::core::payload::Payload;
use crate::core::realtime::routes::Slot;
use crate::shell::driver::{Driver, Setup};
use crate::shell::object;

/// One client with its driver. Errors are plain objects `{ code, message, retryable, retryAfter? }`.
#[wasm_bindgen]
pub struct RealtimeClient {
    driver: Rc<Driver>,
    slots: RefCell<LiteMap<String, Slot>>,
    next_slot: Cell<Slot>,
}

#[wasm_bindgen]
impl RealtimeClient {
    /// Reads the options; `notify` is given each batch of notifications.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue, notify: Function) -> Result<RealtimeClient, JsValue> {
        let options = options::realtime(options).map_err(thrown)?;
        let (fixed, source) = match options.access_token {
            AccessToken::None => (None, None),
            AccessToken::Fixed(token) => (Some(token), None),
            AccessToken::Source(source) => (None, Some(source)),
        };
        let setup = Setup {
            config: options.config,
            url: options.url,
            project: Rc::new(options.project),
            notify,
            log: options.log,
            access_token: source,
        };
        let driver = Driver::new(setup);
        if let Some(tap) = &options.traffic {
            driver.router().set_tap(tap);
        }
        if fixed.is_some() {
            driver.set_token(fixed);
        }
        Ok(Self { driver, slots: RefCell::default(), next_slot: Cell::new(0) })
    }

    /// Subscribes, or replaces the subscription of this id.
    ///
    /// Reading the options may run the application's code, which may have changed its mind: once all is read, `take` is
    /// told whether the id stands for this very subscription already, and says whether it is still wanted.
    pub fn subscribe(
        &self,
        id: &JsValue,
        options: &JsValue,
        on_data: &JsValue,
        take: &Function,
    ) -> Result<(), JsValue> {
        let id = options::id("subscribe", id).map_err(thrown)?;
        let subscription = options::subscription(&id, options).map_err(thrown)?;
        let delivery = options::delivery(options).map_err(thrown)?;
        let on_data = options::on_data(on_data).map_err(thrown)?;
        if let Some(error) = self.driver.conflict(&id, &subscription) {
            return Err(thrown(error));
        }
        let is_same = self.driver.stands_for(&id, &subscription);
        if !take.call1(&JsValue::NULL, &is_same.into()).is_ok_and(|wanted| wanted.is_truthy()) {
            return Ok(());
        }
        let slot = *self.slots.borrow_mut().entry(id.clone()).or_insert_with(|| {
            self.next_slot.set(self.next_slot.get() + 1);
            self.next_slot.get()
        });
        if !is_same {
            // What waits to be delivered is the former subscription's, and of another kind perhaps.
            self.driver.router().drop_slot(slot);
        }
        self.driver.router().set_slot(slot, on_data, &delivery);
        self.driver.handle(Input::Subscribe { id, subscription, slot });
        Ok(())
    }

    /// Drops the callback of an id whose subscription has ended.
    pub fn release(&self, id: &JsValue) {
        let slot = id.as_string().and_then(|id| self.slots.borrow_mut().remove(&id));
        if let Some(slot) = slot {
            self.driver.router().drop_slot(slot);
        }
    }

    /// Ends a subscription.
    pub fn unsubscribe(&self, id: &JsValue) -> Result<(), JsValue> {
        let id = options::id("unsubscribe", id).map_err(thrown)?;
        self.driver.handle(Input::Unsubscribe { id });
        Ok(())
    }

    /// Ends everything and closes the socket.
    pub fn disconnect(&self) {
        self.driver.handle(Input::Disconnect);
    }

    /// Sends a broadcast; the notification `settled` with this `call` says how it went.
    pub fn send(&self, call: u32, id: &JsValue, event: &JsValue, payload: &JsValue) -> Result<(), JsValue> {
        let id = options::id("send", id).map_err(thrown)?;
        let event = options::event_name("send", event).map_err(thrown)?;
        let Content { value: payload, is_bytes } = options::content(payload).map_err(thrown)?;
        self.driver.handle(Input::Broadcast { call: CallId(call), id, event, payload, is_bytes });
        Ok(())
    }

    /// Sends a broadcast by HTTP; the notification `settled` with this `call` says how it went.
    #[wasm_bindgen(js_name = httpSend)]
    pub fn http_send(
        &self,
        call: u32,
        channel: &JsValue,
        event: &JsValue,
        payload: &JsValue,
        options: &JsValue,
    ) -> Result<(), JsValue> {
        let broadcast = options::http_broadcast(CallId(call), channel, event, payload, options);
        self.driver.handle(Input::HttpBroadcast(broadcast.map_err(thrown)?));
        Ok(())
    }

    /// Tracks a state from now on, or nothing if it is `undefined`; the notification `settled` with this `call` says how
    /// it went.
    pub fn track(&self, call: u32, id: &JsValue, state: &JsValue) -> Result<(), JsValue> {
        let of = if state.is_undefined() { "untrack" } else { "track" };
        let id = options::id(of, id).map_err(thrown)?;
        let state =
            if state.is_undefined() { None } else { Some(options::presence_state(state).map_err(thrown)?) };
        self.driver.handle(Input::Track { call: CallId(call), id, state });
        Ok(())
    }

    /// `{ key: [presence, …] }`, or `undefined` if the id is no subscription to presence.
    #[wasm_bindgen(js_name = presenceState)]
    pub fn presence_state(&self, id: &JsValue) -> Result<JsValue, JsValue> {
        let id = options::id("presenceState", id).map_err(thrown)?;
        Ok(self.driver.presence(&id).unwrap_or(JsValue::UNDEFINED))
    }

    /// Opens the socket and keeps it open.
    pub fn connect(&self) {
        self.driver.handle(Input::Connect);
    }

    /// Sets the access token; `null` for the key's own role.
    #[wasm_bindgen(js_name = setAuth)]
    pub fn set_auth(&self, token: &JsValue) -> Result<(), JsValue> {
        self.driver.set_token(options::token(token).map_err(thrown)?);
        Ok(())
    }

    /// The counters, as `RealtimeStats` in `js/types.ts`.
    pub fn stats(&self) -> JsValue {
        let router = self.driver.router();
        let (connectivity, realtime) = self.driver.stats();
        let millis =
            |millis: Option<u64>| millis.map_or(JsValue::NULL, |millis| JsValue::from_f64(millis as f64));
        let round_trip = JsValue::object(vec![
            ("p50", millis(connectivity.percentile(50))),
            ("p95", millis(connectivity.percentile(95))),
            ("p99", millis(connectivity.percentile(99))),
        ]);
        JsValue::object(vec![
            ("frames", router.frames().into()),
            ("bytes", router.bytes().into()),
            ("malformed", router.malformed().into()),
            ("unrouted", router.unrouted().into()),
            ("duplicates", router.duplicates().into()),
            ("dropped", realtime.dropped.into()),
            ("sent", realtime.sent.into()),
            ("connections", connectivity.connections.into()),
            ("reconnects", connectivity.reconnects.into()),
            ("joins", realtime.joins.into()),
            ("failedJoins", realtime.failed_joins.into()),
            ("heartbeats", connectivity.heartbeats.into()),
            ("roundTripMs", round_trip),
            ("recoveries", realtime.recoveries.into()),
            ("liveAgainMs", millis(realtime.live_again)),
            ("longestLiveAgainMs", millis(realtime.longest_live_again)),
        ])
    }
}

fn thrown(error: Error) -> JsValue {
    object::error(&error)
}
