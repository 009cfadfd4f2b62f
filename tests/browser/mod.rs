//! What the browser tests share: an inbox for what the client tells, and people at the embedded backend.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use wedsync_dashboard::api::realtime::RealtimeClient;

/// The embedded backend, which the test command starts.
pub const URL: &str =
    env!("WEDSYNC_TEST_SUPABASE_URL", "run the browser tests with `npm test`, which starts the backend");
/// Its publishable key.
pub const KEY: &str = env!("WEDSYNC_TEST_ANON_KEY");
/// Where it takes orders to break.
pub const CONTROL: &str = env!("WEDSYNC_TEST_CONTROL_URL");

/// Rosewood Barn, Amelia's and Ben's.
pub const ROSEWOOD: &str = "51000000-0000-4000-8000-000000000001";

#[wasm_bindgen(inline_js = r#"
export async function send(method, url, headers, body) {
  const response = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
"#)]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn send(method: &str, url: &str, headers: &JsValue, body: &JsValue) -> Result<JsValue, JsValue>;
}

/// What is asked of a subscription once its options are read: it is still wanted.
pub fn always() -> Function {
    Function::new_no_args("return true")
}

/// A plain object of these fields.
pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value).unwrap();
    }
    object.into()
}

/// A field's text; empty if it is none.
pub fn text(value: &JsValue, path: &str) -> String {
    let step = |value: JsValue, name: &str| Reflect::get(&value, &name.into()).unwrap_or(JsValue::UNDEFINED);
    path.split('.').fold(value.clone(), step).as_string().unwrap_or_default()
}

/// The access token of one of the demo's people.
pub async fn sign_in(email: &str) -> String {
    let url = [URL, "/auth/v1/token?grant_type=password"].concat();
    let headers = object(&[("apikey", KEY.into()), ("content-type", "application/json".into())]);
    let body = object(&[("email", email.into()), ("password", "wedding-demo-1".into())]);
    text(&send("POST", &url, &headers, &body).await.unwrap(), "access_token")
}

/// Adds a client by REST, as that person.
pub async fn add_client(token: &str, name: &str) {
    let url = [URL, "/rest/v1/clients"].concat();
    let headers = object(&[
        ("apikey", KEY.into()),
        ("authorization", ["Bearer ", token].concat().into()),
        ("content-type", "application/json".into()),
        ("prefer", "return=minimal".into()),
    ]);
    let body = object(&[("supplier_id", ROSEWOOD.into()), ("name", name.into())]);
    send("POST", &url, &headers, &body).await.unwrap();
}

/// Orders the backend to break.
pub async fn control(path: &str, body: &JsValue) {
    let headers = object(&[("content-type", "application/json".into())]);
    send("POST", &[CONTROL, path].concat(), &headers, body).await.unwrap();
}

/// What was told, in order, to be awaited.
#[derive(Clone, Default)]
pub struct Inbox {
    inner: Rc<RefCell<(VecDeque<JsValue>, Option<Waker>)>>,
}

impl Inbox {
    /// A function that puts its argument in.
    pub fn put(&self) -> Function {
        let inbox = self.clone();
        Closure::<dyn FnMut(JsValue)>::new(move |value| inbox.push(value)).into_js_value().unchecked_into()
    }

    /// A function that puts each item of its argument in.
    pub fn put_all(&self) -> Function {
        let inbox = self.clone();
        let put = move |batch: Array| batch.iter().for_each(|value| inbox.push(value));
        Closure::<dyn FnMut(Array)>::new(put).into_js_value().unchecked_into()
    }

    fn push(&self, value: JsValue) {
        let mut inner = self.inner.borrow_mut();
        inner.0.push_back(value);
        if let Some(waker) = inner.1.take() {
            waker.wake();
        }
    }

    /// The next that is as wanted; those before it are dropped.
    pub async fn next(&self, wanted: impl Fn(&JsValue) -> bool) -> JsValue {
        poll_fn(|context| {
            let mut inner = self.inner.borrow_mut();
            while let Some(value) = inner.0.pop_front() {
                if wanted(&value) {
                    return Poll::Ready(value);
                }
            }
            inner.1 = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// How many are there now.
    pub fn len(&self) -> usize {
        self.inner.borrow().0.len()
    }
}

/// A client of the embedded backend with the inbox of its notifications.
pub fn client(access_token: &JsValue, more: &[(&str, JsValue)]) -> (RealtimeClient, Inbox) {
    let inbox = Inbox::default();
    let options = object(&[
        ("url", URL.into()),
        ("key", KEY.into()),
        ("accessToken", access_token.clone()),
        ("reconnectBaseMs", 50.into()),
    ]);
    let options = Object::<JsValue>::assign(options.unchecked_ref(), object(more).unchecked_ref());
    (RealtimeClient::new(&options, inbox.put_all()).unwrap(), inbox)
}

/// Options of a subscription; those of the list replace the usual ones.
pub fn subscription(fields: &[(&str, JsValue)]) -> JsValue {
    let options = object(&[("channel", "test".into()), ("onData", Function::new_no_args("").into())]);
    Object::<JsValue>::assign(options.unchecked_ref(), object(fields).unchecked_ref()).into()
}

/// Waits until a subscription has this state.
pub async fn status(inbox: &Inbox, id: &str, wanted: &str) {
    inbox
        .next(|news| {
            text(news, "type") == "status" && text(news, "id") == id && text(news, "status") == wanted
        })
        .await;
}
