//! Requests to the project over HTTP.

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::{ArrayBuffer, Date, JSON};
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestCredentials, RequestMode};

use crate::core::payload::Payload;
use crate::core::realtime::http_send::HttpAnswer;

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
        let url =
            [&self.url, "/auth/v1/health?apikey=", &String::from(js_sys::encode_uri_component(&self.key))];
        let request = Request::get(&url.concat())
            .abort_signal(Some(&timeout(within)))
            .cache(web_sys::RequestCache::NoStore)
            .credentials(RequestCredentials::Omit)
            // So that no answer is kept from us, and none is asked for in advance.
            .mode(RequestMode::NoCors);
        request.send().await.is_ok()
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
        let builder = if body.is_some() { Request::post(&url) } else { Request::get(&url) };
        let builder = builder
            .abort_signal(Some(&timeout(within)))
            .credentials(RequestCredentials::Omit)
            .header("apikey", &self.key)
            .header("authorization", &["Bearer ", token.unwrap_or(&self.key)].concat());
        match send(builder, body).await {
            Ok(response) => HttpAnswer {
                status: response.status(),
                retry_after: response.headers().get("retry-after").and_then(|value| retry_after(&value)),
                body: response.text().await.ok().and_then(|text| JsValue::parse(&text)),
            },
            Err(_) => HttpAnswer { status: 0, body: None, retry_after: None },
        }
    }
}

async fn send(builder: RequestBuilder, body: Option<JsValue>) -> Result<Response, gloo_net::Error> {
    let Some(body) = body else { return builder.send().await };
    if body.is_instance_of_bytes() {
        return builder.header("content-type", "application/octet-stream").body(body)?.send().await;
    }
    let text = JSON::stringify(&body).map_or(JsValue::NULL, Into::into);
    builder.header("content-type", "application/json").body(text)?.send().await
}

trait IsBytes {
    fn is_instance_of_bytes(&self) -> bool;
}

impl IsBytes for JsValue {
    fn is_instance_of_bytes(&self) -> bool {
        use wasm_bindgen::JsCast;
        self.is_instance_of::<ArrayBuffer>() || ArrayBuffer::is_view(self)
    }
}

fn timeout(within: u64) -> AbortSignal {
    AbortSignal::timeout_with_u32(u32::try_from(within).unwrap_or(u32::MAX))
}

/// Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now.
fn retry_after(value: &str) -> Option<u64> {
    let millis = match value.trim().parse::<f64>() {
        Ok(seconds) => seconds * 1_000.0,
        Err(_) => Date::parse(value) - Date::now(),
    };
    (millis >= 0.0).then_some(millis as u64)
}
