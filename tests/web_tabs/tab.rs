//! A tab: a client that shares its connection, in this page or in one of its own.

use gloo_net::http::Request;
use js_sys::{Array, Function, Object, Promise, Uint8Array};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wedsync_dashboard::api::realtime::RealtimeClient;

use crate::browser::{CONTROL, Inbox, KEY, URL, broadcasts, manager, settled, status, text};

#[wasm_bindgen]
extern "C" {
    /// A `RealtimeClient` as JavaScript has it, whichever page's module it is of.
    type Client;

    #[wasm_bindgen(method, catch)]
    fn subscribe(
        this: &Client,
        call: u32,
        id: &str,
        options: &JsValue,
        delivery: &JsValue,
        on_data: &Function,
        take: &Function,
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(method)]
    fn send(this: &Client, call: u32, id: &str, event: &str, payload: &JsValue, is_bytes: bool);

    #[wasm_bindgen(method)]
    fn track(this: &Client, call: u32, id: &str, state: &JsValue);

    #[wasm_bindgen(method, js_name = presenceState)]
    fn presence_state(this: &Client, id: &str) -> JsValue;

    #[wasm_bindgen(method)]
    fn silence(this: &Client) -> Option<f64>;

    #[wasm_bindgen(method)]
    fn free(this: &Client);
}

pub struct Tab {
    client: Client,
    pub news: Inbox,
    /// What comes to its subscription `lobby`.
    pub heard: Inbox,
    calls: u32,
}

impl Tab {
    /// In this page, subscribed to broadcasts of the channel as `lobby`; it is live.
    pub async fn open(token: &JsValue, channel: &str) -> Self {
        Self::open_as(token, channel, "shared").await
    }

    /// One that has a connection of its own.
    pub async fn open_alone(token: &JsValue, channel: &str) -> Self {
        Self::open_as(token, channel, "alone").await
    }

    async fn open_as(token: &JsValue, channel: &str, tabs: &str) -> Self {
        let news = Inbox::default();
        let client = RealtimeClient::new(&options(token, tabs), news.put_all());
        Self::live(JsValue::from(client), news, channel).await
    }

    /// The same by the module of another page: `make(options, notify)` gives its client.
    pub async fn open_in(make: &Function, token: &JsValue, channel: &str) -> Self {
        let news = Inbox::default();
        let client = make.call2(&JsValue::NULL, &options(token, "shared"), &news.put_all()).unwrap();
        Self::live(client, news, channel).await
    }

    async fn live(client: JsValue, news: Inbox, channel: &str) -> Self {
        let mut tab = Self { client: client.unchecked_into(), news, heard: Inbox::default(), calls: 0 };
        let heard = tab.heard.put();
        tab.subscribe("lobby", &broadcasts(&[("channel", channel.into())]), &heard).await;
        tab
    }

    fn next_call(&mut self) -> u32 {
        self.calls += 1;
        self.calls
    }

    /// Until it is live.
    pub async fn subscribe(&mut self, id: &str, options: &JsValue, on_data: &Function) {
        let (call, take) = (self.next_call(), Function::new_no_args(""));
        self.client.subscribe(call, id, options, &JsValue::UNDEFINED, on_data, &take).unwrap();
        assert_eq!(settled(&self.news, call).await, "");
    }

    /// Sends a broadcast to the lobby, until the server has taken it.
    pub async fn say(&mut self, word: &str) {
        let call = self.next_call();
        self.client.send(call, "lobby", "said", &word.into(), false);
        assert_eq!(settled(&self.news, call).await, "");
    }

    pub async fn say_bytes(&mut self, bytes: &[u8]) {
        let call = self.next_call();
        self.client.send(call, "lobby", "bytes", &Uint8Array::from(bytes).buffer(), true);
        assert_eq!(settled(&self.news, call).await, "");
    }

    /// The next that comes to the lobby is this.
    pub async fn hears(&self, word: &str) {
        let message = self.heard.next(|_| true).await;
        assert_eq!((text(&message, "event"), text(&message, "payload")), ("said".into(), word.into()));
    }

    /// Until the server has taken the state.
    pub async fn track(&mut self, id: &str, state: &JsValue) {
        let call = self.next_call();
        self.client.track(call, id, state);
        assert_eq!(settled(&self.news, call).await, "");
    }

    /// Waits until those who are present under any key are in these moods.
    pub async fn sees(&self, id: &str, moods: &[&str]) {
        for _ in 0..200 {
            if self.moods(id) == moods {
                return;
            }
            pause(50).await;
        }
        assert_eq!(self.moods(id), moods);
    }

    fn moods(&self, id: &str) -> Vec<String> {
        let mut moods = Vec::new();
        for states in Object::values::<JsValue>(self.client.presence_state(id).unchecked_ref()).to_vec() {
            moods.extend(states.unchecked_into::<Array>().iter().map(|state| text(&state, "mood")));
        }
        moods
    }

    /// Milliseconds since the tab that leads was last heard; none if that is this one.
    pub fn silence(&self) -> Option<f64> {
        self.client.silence()
    }

    /// Waits until it is told that it leads, or that it follows.
    pub async fn becomes(&self, role: &str) {
        self.news.next(|news| text(news, "type") == "tabs" && text(news, "role") == role).await;
    }

    /// Waits until its lobby is live again, and has been told that it may have missed something.
    pub async fn is_live_again(&self) {
        status(&self.news, "lobby", "live").await;
        let told = self.news.next(|news| text(news, "type") == "continuity").await;
        assert_eq!((text(&told, "id"), text(&told, "continuity")), ("lobby".into(), "lost".into()));
    }

    pub fn close(self) {
        self.client.free();
    }
}

fn options(token: &JsValue, tabs: &str) -> JsValue {
    manager(
        URL,
        KEY,
        &[("accessToken", token.clone()), ("reconnectBaseMs", 50.into()), ("tabs", tabs.into())],
    )
}

/// Waits until the server counts so many sockets.
pub async fn connected(count: u64) {
    for _ in 0..200 {
        if connections().await == count {
            return;
        }
        pause(50).await;
    }
    assert_eq!(connections().await, count);
}

async fn connections() -> u64 {
    let answer = Request::get(&[CONTROL, "/stats"].concat()).send().await.unwrap();
    let stats: Value = answer.json().await.unwrap();
    stats["connections"].as_u64().unwrap()
}

async fn pause(millis: u32) {
    let pause = Function::new_with_args("done, millis", "setTimeout(done, millis)");
    let waited = Promise::new(&mut |done, _| drop(pause.call2(&JsValue::NULL, &done, &millis.into())));
    JsFuture::from(waited).await.unwrap();
}

/// What an `ArrayBuffer` holds.
pub fn bytes(value: &JsValue) -> Vec<u8> {
    Uint8Array::new(value).to_vec()
}
