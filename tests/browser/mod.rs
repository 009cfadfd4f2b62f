//! What the browser tests share: an inbox for what the client tells, and people at the embedded backend.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::{Array, Function, JSON, Object, Reflect};
use serde_json::{Value, json};
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
    let body = json!({ "email": email, "password": "wedding-demo-1" });
    let session: Value = posted(Request::post(&url).header("apikey", KEY), &body).await.json().await.unwrap();
    session["access_token"].as_str().unwrap().to_owned()
}

/// Adds a client by REST, as that person.
pub async fn add_client(token: &str, name: &str) {
    let request = Request::post(&[URL, "/rest/v1/clients"].concat())
        .header("apikey", KEY)
        .header("authorization", &["Bearer ", token].concat())
        .header("prefer", "return=minimal");
    posted(request, &json!({ "supplier_id": ROSEWOOD, "name": name })).await;
}

/// Orders the backend to break.
pub async fn control(path: &str, body: &Value) {
    posted(Request::post(&[CONTROL, path].concat()), body).await;
}

async fn posted(request: RequestBuilder, body: &Value) -> Response {
    let response = request.json(body).unwrap().send().await.unwrap();
    assert!(response.ok(), "{} {}", response.status(), response.url());
    response
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

    /// Whether one that is there now is as wanted.
    pub fn any(&self, wanted: impl Fn(&JsValue) -> bool) -> bool {
        self.inner.borrow().0.iter().any(wanted)
    }

    /// How many are there now.
    pub fn len(&self) -> usize {
        self.inner.borrow().0.len()
    }
}

/// Options as `js/options` gives them once they are checked, written by `npm run docs`.
const CHECKED: &str = include_str!("../options/checked.json");

/// Those of this name, with others in the place of some.
fn checked(name: &str, fields: &[(&str, JsValue)]) -> JsValue {
    let all = JSON::parse(CHECKED).unwrap();
    let options = Reflect::get(&all, &name.into()).unwrap();
    Object::<JsValue>::assign(options.unchecked_ref(), object(fields).unchecked_ref()).into()
}

/// Options of a manager of this project.
pub fn manager(url: &str, key: &str, more: &[(&str, JsValue)]) -> JsValue {
    let vsn = more.iter().find(|(name, _)| *name == "vsn").and_then(|(_, vsn)| vsn.as_string());
    let vsn = vsn.unwrap_or_else(|| "2.0.0".into());
    let socket = [&url.replace("http", "ws"), "/realtime/v1/websocket?apikey=", key, "&vsn=", &vsn].concat();
    let mut fields = vec![("projectUrl", url.into()), ("socketUrl", socket.into()), ("key", key.into())];
    fields.extend_from_slice(more);
    checked("manager", &fields)
}

/// A client of the embedded backend with the inbox of its notifications. It has a connection of its own, whatever others the
/// page has.
pub fn client(access_token: &JsValue, more: &[(&str, JsValue)]) -> (RealtimeClient, Inbox) {
    let inbox = Inbox::default();
    let mut fields =
        vec![("accessToken", access_token.clone()), ("reconnectBaseMs", 50.into()), ("tabs", "alone".into())];
    fields.extend_from_slice(more);
    (RealtimeClient::new(&manager(URL, KEY, &fields), inbox.put_all()), inbox)
}

/// Options of a subscription to broadcasts; those of the list replace the usual ones.
pub fn broadcasts(fields: &[(&str, JsValue)]) -> JsValue {
    checked("broadcasts", fields)
}

/// Options of a subscription to presence under a key.
pub fn presence(channel: &str, key: &str) -> JsValue {
    let chosen = object(&[("key", key.into()), ("isChosen", true.into()), ("enabled", true.into())]);
    checked("presence", &[("channel", channel.into()), ("presence", chosen)])
}

/// Options of a subscription to changes of a table: of each the event and, if there is one, the filter.
pub fn changes(table: &str, bindings: &[(&str, Option<&str>)]) -> JsValue {
    let binding = |(event, filter): &(&str, Option<&str>)| {
        object(&[
            ("event", (*event).into()),
            ("schema", "public".into()),
            ("table", table.into()),
            ("filter", filter.map_or(JsValue::UNDEFINED, JsValue::from)),
        ])
    };
    let bindings: Array = bindings.iter().map(binding).collect();
    checked("changes", &[("channel", table.into()), ("changes", bindings.into())])
}

thread_local! {
    /// The last call of `subscribe`. Those of a test's own have smaller numbers.
    static SUBSCRIBED: Cell<u32> = const { Cell::new(1_000) };
}

/// Subscribes, and gives the call that is settled with that; what comes is handed over one by one.
pub fn subscribe(client: &RealtimeClient, id: &str, options: &JsValue, on_data: &Function) -> u32 {
    let call = SUBSCRIBED.get() + 1;
    SUBSCRIBED.set(call);
    let take = Function::new_no_args("");
    client.subscribe(call, id.into(), options, &JsValue::UNDEFINED, on_data, &take).unwrap();
    call
}

/// Waits until a call is settled: with the code of its error, or none.
pub async fn settled(inbox: &Inbox, call: u32) -> String {
    let is_settled = |news: &JsValue| {
        text(news, "type") == "settled"
            && Reflect::get(news, &"call".into()).unwrap().as_f64() == Some(f64::from(call))
    };
    text(&inbox.next(is_settled).await, "error.code")
}

/// Waits until a subscription has this state.
pub async fn status(inbox: &Inbox, id: &str, wanted: &str) {
    inbox
        .next(|news| {
            text(news, "type") == "status" && text(news, "id") == id && text(news, "status") == wanted
        })
        .await;
}
