//! Several clients of one user in a real browser, with its locks and channels, as tabs beside each other are: one connection
//! for all, and what becomes of it when the one that holds it ends.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;

use browser::{CONTROL, Inbox, broadcasts, client, settled, sign_in, status, subscribe, text};
use gloo_net::http::Request;
use js_sys::{Function, Promise, Reflect};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wedsync_dashboard::api::realtime::RealtimeClient;

wasm_bindgen_test_configure!(run_in_browser);

const SHARED: (&str, &str) = ("tabs", "shared");

struct Tab {
    client: RealtimeClient,
    news: Inbox,
    heard: Inbox,
}

impl Tab {
    /// Subscribed to the channel as soon as it is live.
    async fn open(token: &JsValue, channel: &str) -> Self {
        let (client, news) = client(token, &[(SHARED.0, SHARED.1.into())]);
        let heard = Inbox::default();
        let options = broadcasts(&[("channel", channel.into())]);
        let call = subscribe(&client, "lobby", &options, &heard.put());
        assert_eq!(settled(&news, call).await, "");
        Self { client, news, heard }
    }

    fn say(&self, call: u32, word: &str) {
        self.client.send(call, "lobby".into(), "said".into(), word.into(), false);
    }

    async fn hears(&self, word: &str) {
        self.heard.next(|message| text(message, "payload") == word).await;
    }

    async fn becomes(&self, role: &str) -> JsValue {
        self.news.next(|news| text(news, "type") == "tabs" && text(news, "role") == role).await
    }
}

async fn connections() -> u64 {
    let stats: Value =
        Request::get(&[CONTROL, "/stats"].concat()).send().await.unwrap().json().await.unwrap();
    stats["connections"].as_u64().unwrap()
}

/// Until the server has so many connections; whatever other tests have left closes by itself.
async fn connected(count: u64) {
    for _ in 0..100 {
        if connections().await == count {
            return;
        }
        let pause = Function::new_with_args("done", "setTimeout(done, 50)");
        let waited = Promise::new(&mut |done, _| drop(pause.call1(&JsValue::NULL, &done)));
        JsFuture::from(waited).await.unwrap();
    }
    assert_eq!(connections().await, count);
}

#[wasm_bindgen_test]
async fn one_leads_the_others_follow_each_hears_the_other_and_the_next_leads_when_it_ends() {
    connected(0).await;
    for (channel, token) in [
        ("tabs of nobody", JsValue::NULL),
        ("tabs of amelia", sign_in("amelia@rosewood.example").await.into()),
    ] {
        let first = Tab::open(&token, channel).await;
        assert!(first.news.len() == 0 || first.client.silence().is_none(), "it depends on nobody");
        let second = Tab::open(&token, channel).await;
        let third = Tab::open(&token, channel).await;
        connected(1).await;
        assert!(second.client.silence().is_some_and(|silence| silence < 3_000.0));
        second.say(1, "from the second");
        first.hears("from the second").await;
        third.hears("from the second").await;
        first.say(1, "from the first");
        second.hears("from the first").await;
        third.hears("from the first").await;
        assert_eq!((second.heard.len(), first.heard.len()), (0, 0), "nobody hears itself");

        drop(first);
        let told = second.becomes("leading").await;
        assert!(Reflect::get(&told, &"tabs".into()).unwrap().as_f64().is_some());
        status(&second.news, "lobby", "live").await;
        status(&third.news, "lobby", "live").await;
        connected(1).await;
        third.say(2, "after it");
        second.hears("after it").await;
        second.say(2, "to the last");
        third.hears("to the last").await;
        drop((second, third));
        connected(0).await;
    }
}

#[wasm_bindgen_test]
async fn tabs_of_two_users_and_one_that_wants_its_own_connection_share_nothing() {
    connected(0).await;
    let token: JsValue = sign_in("amelia@rosewood.example").await.into();
    let amelia = Tab::open(&token, "apart").await;
    let nobody = Tab::open(&JsValue::NULL, "apart").await;
    let (alone, news) = client(&token, &[("tabs", "alone".into())]);
    let call =
        subscribe(&alone, "lobby", &broadcasts(&[("channel", "apart".into())]), &Inbox::default().put());
    assert_eq!(settled(&news, call).await, "");
    connected(3).await;
    assert!(!news.any(|news| text(news, "type") == "tabs"), "it has nothing to tell of tabs");
    amelia.say(1, "by the server");
    nobody.hears("by the server").await;
    drop((amelia, nobody, alone));
    connected(0).await;
}
