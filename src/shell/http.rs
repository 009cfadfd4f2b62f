//! Requests to the project over HTTP, by the browser's `fetch` (`http.js`).

use js_sys::{Array, Date};
use wasm_bindgen::prelude::*;

use crate::core::realtime::http_send::HttpAnswer;

#[wasm_bindgen(module = "/src/shell/http.js")]
extern "C" {
    async fn answers(url: &str, within: f64) -> JsValue;
    async fn request(url: &str, key: &str, token: Option<&str>, body: &JsValue, within: f64) -> JsValue;
}

/// Where the project is, and what it takes as its key.
pub struct Project {
    /// Its URL, `http` or `https`, without a slash at its end.
    pub url: String,
    /// The publishable key.
    pub key: String,
}

impl Project {
    /// Whether anything answers at the project's address within so many milliseconds, whatever it says.
    pub async fn answers(&self, within: u64) -> bool {
        let key = String::from(js_sys::encode_uri_component(&self.key));
        let url = [&self.url, "/auth/v1/health?apikey=", &key].concat();
        answers(&url, within as f64).await.is_truthy()
    }

    /// Gets, or posts a body of bytes or JSON.
    pub async fn request(
        &self,
        path: &str,
        body: Option<JsValue>,
        token: Option<&str>,
        within: u64,
    ) -> HttpAnswer<JsValue> {
        let url = [&self.url, path].concat();
        let body = body.unwrap_or(JsValue::UNDEFINED);
        let answer: Array = request(&url, &self.key, token, &body, within as f64).await.unchecked_into();
        HttpAnswer {
            status: answer.get(0).as_f64().unwrap_or(0.0) as u16,
            body: Some(answer.get(1)).filter(|body| !body.is_undefined()),
            retry_after: answer.get(2).as_string().and_then(|value| retry_after(&value)),
        }
    }
}

/// Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now.
fn retry_after(value: &str) -> Option<u64> {
    let seconds = js_sys::Number::from(JsValue::from_str(value)).value_of();
    let millis = if seconds.is_nan() { Date::parse(value) - Date::now() } else { seconds * 1_000.0 };
    (millis >= 0.0).then_some(millis as u64)
}
