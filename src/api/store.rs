//! The store as JavaScript holds it: `js/store.ts` and `js/records.ts` are its faces. The notification `settled` with the `call`
//! says how each of these went, and what was found.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::realtime::RealtimeClient;
use crate::core::dashboard::Input;
use crate::core::ids::CallId;
use crate::core::payload::Payload;
use crate::core::store::input::{Command, Write};
use crate::core::store::names::Kind;
use crate::core::store::output::Refusal;
use crate::shell::object;
use crate::shell::store::encode;

#[wasm_bindgen]
impl RealtimeClient {
    /// Opens the present user's databases, once it is known whose page this is.
    #[wasm_bindgen(js_name = storeOpen)]
    pub fn store_open(&self) {
        self.driver.handle(Input::OpenStore);
    }

    /// Writes all of `[key, value]` and `[key]`, which removes it, or none, in this order.
    ///
    /// # Errors
    /// `not_cloneable`.
    #[wasm_bindgen(js_name = storeWrite)]
    pub fn store_write(&self, call: u32, database: &str, entries: &Array) -> Result<(), JsValue> {
        let writes = entries.iter().map(|entry| write(entry.unchecked_ref())).collect::<Result<_, _>>()?;
        let command = Command::Write { database: kind(database), writes, is_leaders: false };
        self.driver.store(CallId(call), command);
        Ok(())
    }

    /// What is stored of the value of a key.
    #[wasm_bindgen(js_name = storeGet)]
    pub fn store_get(&self, call: u32, database: &str, key: &JsValue) {
        let command = Command::Get { database: kind(database), key: encode::key(key).into() };
        self.driver.store(CallId(call), command);
    }

    /// Key and what is stored of the value of all, in the order in which they were written.
    #[wasm_bindgen(js_name = storeAll)]
    pub fn store_all(&self, call: u32, database: &str) {
        self.driver.store(CallId(call), Command::All { database: kind(database) });
    }

    /// How much space there is.
    #[wasm_bindgen(js_name = storeSpace)]
    pub fn store_space(&self, call: u32) {
        self.driver.store(CallId(call), Command::Estimate);
    }

    /// What a database takes, in bytes.
    #[wasm_bindgen(js_name = storeBytes)]
    pub fn store_bytes(&self, database: &str) -> f64 {
        self.driver.stored_bytes(kind(database)) as f64
    }

    /// Asks the browser to keep what is stored.
    #[wasm_bindgen(js_name = storePersist)]
    pub fn store_persist(&self, call: u32) {
        self.driver.store(CallId(call), Command::Persist);
    }

    /// Removes everything that the user has on this device, unless something pending is to be spared and there is any.
    #[wasm_bindgen(js_name = storeWipe)]
    pub fn store_wipe(&self, call: u32, spares_pending: bool) {
        self.driver.store(CallId(call), Command::Wipe { spares_pending });
    }
}

fn kind(name: &str) -> Kind {
    match name {
        "outbox" => Kind::Outbox,
        "data" => Kind::Data,
        _ => Kind::Cache,
    }
}

/// `[key, value, expires]`, the last in milliseconds of the wall clock if it is there, or `[key]`.
fn write(entry: &Array) -> Result<Write<JsValue>, JsValue> {
    let key = encode::key(&entry.get(0)).into();
    if entry.length() == 1 {
        return Ok(Write::Remove { key });
    }
    let expires = entry.get(2).as_number().unwrap_or(0.0) as u64;
    let value = encode::encode(&entry.get(1)).map_err(|_| object::error(&Refusal::NotCloneable.error()))?;
    Ok(Write::Put { key, value, expires })
}
