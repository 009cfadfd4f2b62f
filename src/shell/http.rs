//! Requests to the project over HTTP, by the browser's `fetch` (`http.js`).

use js_sys::Date;
use wasm_bindgen::prelude::*;

use crate::core::http::HttpAnswer;
use crate::core::payload::Payload;
use crate::core::resilience::retry_after::retry_after;
use crate::shell::promise::{once, settle};

#[wasm_bindgen(module = "/src/shell/http.js")]
extern "C" {
    fn answers(url: &str, within: f64) -> JsValue;
    fn request(url: &str, key: &str, token: Option<&str>, body: &JsValue, within: f64) -> JsValue;
}

/// Where the project is, and what it takes as its key.
pub struct Project {
    /// Its URL, `http` or `https`, without a slash at its end.
    pub url: String,
    /// The publishable key.
    pub key: String,
}

impl Project {
    /// Tells whether anything answers at the project's address within so many milliseconds, whatever it says.
    pub fn answers(&self, within: u64, told: impl FnOnce(bool) + 'static) {
        let key = String::from(js_sys::encode_uri_component(&self.key));
        let url = [&self.url, "/auth/v1/health?apikey=", &key].concat();
        settle(&answers(&url, within as f64), &once(move |ended| told(ended.is_ok())));
    }

    /// Gets, or posts a body of bytes or JSON, and tells the answer, and by how many milliseconds this machine's clock is
    /// ahead of the server's where the browser lets its `Date` be read.
    pub fn request(
        &self,
        path: &str,
        body: Option<JsValue>,
        token: Option<&str>,
        within: u64,
        told: impl FnOnce(HttpAnswer<JsValue>, Option<i64>) + 'static,
    ) {
        let url = [&self.url, path].concat();
        let body = body.unwrap_or(JsValue::UNDEFINED);
        // `http.js` makes an answer of every failure.
        let told = once(move |ended| {
            let ended = ended.unwrap_or_else(|reason| reason);
            told(answer(&ended), ahead(&ended));
        });
        settle(&request(&url, &self.key, token, &body, within as f64), &told);
    }
}

fn answer(told: &JsValue) -> HttpAnswer<JsValue> {
    let part = |index| told.item(index).unwrap_or(JsValue::UNDEFINED);
    let retry_after = |value: String| retry_after(&value, part(3).as_string().as_deref(), Date::now() as u64);
    HttpAnswer {
        status: part(0).as_f64().unwrap_or(0.0) as u16,
        body: Some(part(1)).filter(|body| !body.is_undefined()),
        retry_after: part(2).as_string().and_then(retry_after),
    }
}

fn ahead(told: &JsValue) -> Option<i64> {
    let stated = Date::parse(&told.item(3)?.as_string()?);
    (!stated.is_nan()).then(|| (Date::now() - stated) as i64)
}
