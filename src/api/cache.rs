//! The cache as JavaScript holds it: `js/cache` is its face. The notification `settled` with the `call` says how each call went.

use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

use super::checked;
use super::realtime::RealtimeClient;
use crate::core::cache::input::{
    Answer, Command, FlightId, Found, Input, Key, RequestId, Settings, SlotId, Value,
};
use crate::core::error::{Code, Error};
use crate::core::ids::CallId;
use crate::shell::cache as entry;
use crate::shell::store::encode::encode;

/// The most bytes that a value takes as it is stored.
const MOST_BYTES: u32 = 50_000_000;

#[wasm_bindgen]
impl RealtimeClient {
    /// The application uses the cache. `memory` in bytes.
    #[wasm_bindgen(js_name = cacheBegin)]
    pub fn cache_begin(&self, memory: f64, has_remote: bool, has_locks: bool) {
        self.cache(Input::Begin(Settings { memory: memory as u64, has_remote, has_locks }));
    }

    /// The value of a key, if any tier has it.
    #[wasm_bindgen(js_name = cacheGet)]
    pub fn cache_get(&self, call: u32, key: &str, supplier: &str, version: Option<String>) {
        let version = version.map(Rc::from);
        self.cache_call(call, Command::Get { key: key_of(key, supplier), version });
    }

    /// The value of a key, which `fetcher` fetches if need be, as `CheckedFetching` says.
    #[wasm_bindgen(js_name = cacheFetch)]
    pub fn cache_fetch(&self, call: u32, key: &str, supplier: &str, fetcher: JsValue, options: &JsValue) {
        let fetching = Rc::new(checked::fetching(options, supplier));
        self.cache_call(call, Command::Fetch { key: key_of(key, supplier), fetcher, fetching });
    }

    /// Sets one or several: `[key, supplier, value, options]` each, with options as `CheckedKeeping`.
    #[wasm_bindgen(js_name = cacheSet)]
    pub fn cache_set(&self, call: u32, entries: &Array) {
        let mut all = Vec::new();
        for entry in entries.iter() {
            let entry: Array = entry.unchecked_into();
            let text = |place| entry.get(place).as_string().unwrap_or_default();
            let (key, supplier) = (text(0), text(1));
            let keeping = checked::keeping(&entry.get(3), &supplier);
            all.push((key_of(&key, &supplier), entry.get(2), keeping));
        }
        self.cache_call(call, Command::Warm { entries: all });
    }

    /// Removes the value of a key.
    #[wasm_bindgen(js_name = cacheDelete)]
    pub fn cache_delete(&self, call: u32, key: &str, supplier: &str) {
        self.cache_call(call, Command::Delete { key: key_of(key, supplier) });
    }

    /// Makes invalid what has one of these tags, or all of a supplier's if there is none.
    #[wasm_bindgen(js_name = cacheInvalidate)]
    pub fn cache_invalidate(&self, call: u32, tags: Vec<String>, supplier: Option<String>) {
        let tags = tags.into_iter().map(Rc::from).collect();
        self.cache_call(call, Command::Invalidate { tags, supplier: supplier.map(Rc::from) });
    }

    /// Whoever made the call does not wait any more.
    #[wasm_bindgen(js_name = cacheLeave)]
    pub fn cache_leave(&self, call: u32) {
        self.cache(Input::Leave { call: CallId(call) });
    }

    /// A key is shown, by one component more.
    #[wasm_bindgen(js_name = cacheWatch)]
    pub fn cache_watch(&self, key: &str, supplier: &str) {
        self.cache(Input::Watch { key: key_of(key, supplier) });
    }

    /// By one less.
    #[wasm_bindgen(js_name = cacheUnwatch)]
    pub fn cache_unwatch(&self, key: &str) {
        self.cache(Input::Unwatch { key: key.into() });
    }

    /// What the table has of a key is about to be shown, and may not hold: the table is written before this returns.
    #[wasm_bindgen(js_name = cacheLook)]
    pub fn cache_look(&self, key: &str) {
        self.cache(Input::Look { key: key.into() });
    }

    /// These were given by the table of JavaScript's.
    #[wasm_bindgen(js_name = cacheTouched)]
    pub fn cache_touched(&self, slots: Vec<u32>) {
        self.cache(Input::Touched(slots.into_iter().map(SlotId).collect()));
    }

    /// A value is ready to be written.
    #[wasm_bindgen(js_name = cacheEncoded)]
    pub fn cache_encoded(&self, request: u32, stored: JsValue, flags: u8, bytes: u32) {
        let result = if bytes > MOST_BYTES {
            let message = "A value of the cache may take 50,000,000 bytes, and this one takes more.";
            Err(Error::new(Code::ValueTooLarge, message))
        } else {
            Ok((stored, flags, bytes))
        };
        self.cache(Input::Encoded { request: RequestId(request), result });
    }

    /// What is written of a value, as `encodeEntry` in `src/shell/cache/entry.js` gives it.
    ///
    /// # Errors
    /// What the browser says of a value that it cannot store.
    #[wasm_bindgen(js_name = cacheEncode)]
    pub fn cache_encode(&self, value: &JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
        entry::encode(value, options)
    }

    /// The value of what was written, as `decodeEntry` gives it.
    #[wasm_bindgen(js_name = cacheDecode)]
    pub fn cache_decode(&self, body: &JsValue, flags: u32, options: &JsValue) -> JsValue {
        entry::decode(body, flags, options)
    }

    /// The JSON text of a value; `undefined` where that would not say all of it.
    #[wasm_bindgen(js_name = cacheText)]
    pub fn cache_text(&self, value: &JsValue) -> JsValue {
        encode(value)
            .ok()
            .filter(|encoded| encoded.value.is_string())
            .map_or(JsValue::UNDEFINED, |encoded| encoded.value)
    }

    /// A promise of the key that the user's entries are encrypted with; `undefined` while it is not known whose they are.
    #[wasm_bindgen(js_name = cacheKey)]
    pub fn cache_key(&self) -> JsValue {
        self.driver.key_database().map_or(JsValue::UNDEFINED, |name| entry::key(&name).into())
    }

    /// It cannot be written: there is no key to encrypt it with, or the browser cannot store it.
    #[wasm_bindgen(js_name = cacheNotEncoded)]
    pub fn cache_not_encoded(&self, request: u32, has_no_key: bool) {
        let error = if has_no_key {
            Error::new(
                Code::StorageUnavailable,
                "The browser gives no key to encrypt with, and nothing is stored without. Encryption needs a page of HTTPS \
                 and a storage.",
            )
        } else {
            Error::new(
                Code::NotCloneable,
                "The browser cannot store this value. Functions and DOM nodes cannot be stored, and with encryption only what \
                 JSON can say.",
            )
        };
        self.cache(Input::Encoded { request: RequestId(request), result: Err(error) });
    }

    /// What the disk has is decoded; `header` is missing where it could not be.
    #[wasm_bindgen(js_name = cacheDecoded)]
    pub fn cache_decoded(&self, request: u32, header: Option<String>, value: JsValue) {
        let found = header.map(|header| Found { header: header.into(), value, age: None });
        self.cache(Input::Read { request: RequestId(request), found });
    }

    /// The lock for a fetch is held.
    #[wasm_bindgen(js_name = cacheLocked)]
    pub fn cache_locked(&self, flight: u32, was_contended: bool) {
        self.cache(Input::Locked { flight: FlightId(flight), was_contended });
    }

    /// A fetch has brought a value; `null` and `undefined` are none.
    #[wasm_bindgen(js_name = cacheFetched)]
    pub fn cache_fetched(&self, flight: u32, value: JsValue) {
        let is_nothing = value.is_null() || value.is_undefined();
        let value = if is_nothing { Value::Nothing } else { Value::Some(value) };
        self.cache(Input::Fetched { flight: FlightId(flight), result: Ok(value) });
    }

    /// A fetch has failed with this.
    #[wasm_bindgen(js_name = cacheNotFetched)]
    pub fn cache_not_fetched(&self, flight: u32, thrown: JsValue) {
        self.cache(Input::Fetched { flight: FlightId(flight), result: Err(thrown) });
    }

    /// The remote tier has this entry, for so many milliseconds.
    #[wasm_bindgen(js_name = cacheRemoteHit)]
    pub fn cache_remote_hit(&self, request: u32, header: &str, value: JsValue, age: f64) {
        let found = Found { header: header.into(), value, age: Some(age as u64) };
        self.answer(request, Some(Answer::Hit(found)));
    }

    /// It has answered otherwise: `miss`, `superseded` or `done`, these two with what counters say as tag and text in turns. Anything
    /// else says that it was not reached.
    #[wasm_bindgen(js_name = cacheRemoteAnswer)]
    pub fn cache_remote_answer(&self, request: u32, kind: &str, said: Vec<String>) {
        let pair = |two: &[String]| match two {
            [tag, text] => Some((Rc::from(tag.as_str()), Rc::from(text.as_str()))),
            _ => None,
        };
        let said = said.chunks(2).filter_map(pair).collect();
        self.answer(
            request,
            match kind {
                "miss" => Some(Answer::Miss),
                "superseded" => Some(Answer::Superseded(said)),
                "done" => Some(Answer::Done(said)),
                _ => None,
            },
        );
    }

    /// Another device has said this.
    #[wasm_bindgen(js_name = cacheHeard)]
    pub fn cache_heard(&self, text: &str) {
        self.cache(Input::Heard { text: text.into(), is_written: false });
    }

    /// A table of a supplier's has changed; `at` is when that was committed by the server's clock, in milliseconds since 1970, if it
    /// is known: then all devices count it alike, and what one of them has fetched since holds for all.
    #[wasm_bindgen(js_name = cacheChanged)]
    pub fn cache_changed(&self, supplier: &str, table: &str, row: Option<String>, at: Option<f64>) {
        let (supplier, table) = (supplier.into(), table.into());
        let at = at.map(|at| at as u64);
        self.cache(Input::Changed { supplier, table, row: row.map(Rc::from), at });
    }

    /// What has happened so far: the counts of `Counted` in `src/core/cache/stats.rs` in that order (given from memory, from the disk,
    /// from the remote tier; missed; given stale, given degraded; fetches, calls that joined one; values let go of; writes that the
    /// disk refused, questions that the remote tier was not reached with), then how many values are in memory, and their bytes.
    #[wasm_bindgen(js_name = cacheStats)]
    pub fn cache_stats(&self) -> Vec<f64> {
        self.driver.cache_stats().map(|count| count as f64).to_vec()
    }

    /// Messages or changes may have been missed.
    #[wasm_bindgen(js_name = cacheGap)]
    pub fn cache_gap(&self) {
        self.cache(Input::Gap);
    }
}

impl RealtimeClient {
    fn cache(&self, input: Input<JsValue>) {
        self.driver.handle(input.into());
    }

    fn cache_call(&self, call: u32, command: Command<JsValue>) {
        self.cache(Input::Command { call: CallId(call), command });
    }

    fn answer(&self, request: u32, answer: Option<Answer<JsValue>>) {
        self.cache(Input::Remote { request: RequestId(request), answer });
    }
}

fn key_of(text: &str, supplier: &str) -> Key {
    Key { text: text.into(), supplier: supplier.into() }
}
