//! Several clients of one user in a real browser, with its locks and channels, as tabs beside each other are: one connection
//! for all, and what becomes of it when the one that holds it ends.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../browser/mod.rs"]
mod browser;
mod page;
mod tab;
mod written;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use crate::browser::{Inbox, ROSEWOOD, add_client, broadcasts, changes, object, presence, sign_in, text};
use crate::page::Page;
use crate::tab::{Tab, bytes, connected};
use crate::written::Written;

wasm_bindgen_test_configure!(run_in_browser);

const AMELIA: &str = "amelia@rosewood.example";

#[wasm_bindgen_test]
async fn several_tabs_have_one_socket_and_each_hears_the_others_and_not_itself() {
    connected(0).await;
    for (channel, token) in
        [("tabs of nobody", JsValue::NULL), ("tabs of amelia", sign_in(AMELIA).await.into())]
    {
        let mut first = Tab::open(&token, channel).await;
        let mut second = Tab::open(&token, channel).await;
        let third = Tab::open(&token, channel).await;
        connected(1).await;
        assert!(first.silence().is_none(), "it depends on nobody");
        for follower in [&second, &third] {
            assert!(follower.silence().is_some_and(|silence| silence < 3_000.0));
        }
        second.say("from the second").await;
        first.say("from the first").await;
        first.hears("from the second").await;
        second.hears("from the first").await;
        third.hears("from the second").await;
        third.hears("from the first").await;
        second.say_bytes(&[7, 200]).await;
        for tab in [&first, &third] {
            let message = tab.heard.next(|_| true).await;
            assert_eq!(text(&message, "event"), "bytes");
            assert_eq!(bytes(&Reflect::get(&message, &"payload".into()).unwrap()), [7, 200]);
        }
        assert_eq!((first.heard.len(), second.heard.len()), (0, 0), "nobody hears itself");
        for tab in [first, second, third] {
            tab.close();
        }
        connected(0).await;
    }
}

#[wasm_bindgen_test]
async fn a_follower_gets_rows_and_private_messages_and_is_present_as_if_it_were_alone() {
    connected(0).await;
    let token = sign_in(AMELIA).await;
    let as_value: JsValue = token.as_str().into();
    let mut leader = Tab::open(&as_value, "hall").await;
    let mut follower = Tab::open(&as_value, "hall").await;

    let (rows, told) = (Inbox::default(), Inbox::default());
    let filter = ["supplier_id=eq.", ROSEWOOD].concat();
    follower.subscribe("feed", &changes("activity", &[("*", Some(&filter))]), &rows.put()).await;
    let topic = ["supplier:", ROSEWOOD].concat();
    let private = broadcasts(&[("channel", topic.into()), ("private", true.into())]);
    follower.subscribe("private", &private, &told.put()).await;
    add_client(&token, "Seen By A Follower").await;
    let row = rows.next(|change| text(change, "record.summary").contains("Seen By A Follower")).await;
    assert_eq!((text(&row, "type"), text(&row, "table")), ("INSERT".into(), "activity".into()));
    assert_eq!(text(&told.next(|_| true).await, "event"), "clients_changed");

    let nothing = Inbox::default().put();
    for tab in [&mut leader, &mut follower] {
        tab.subscribe("who", &presence("who", "us"), &nothing).await;
    }
    follower.track("who", &object(&[("mood", "merry".into())])).await;
    leader.sees("who", &["merry"]).await;
    follower.sees("who", &["merry"]).await;
    follower.track("who", &JsValue::UNDEFINED).await;
    leader.sees("who", &[]).await;
    follower.sees("who", &[]).await;
    connected(1).await;
    leader.close();
    follower.close();
    connected(0).await;
}

#[wasm_bindgen_test]
async fn when_the_tab_that_leads_is_closed_another_leads_and_all_are_live_again_on_one_socket() {
    connected(0).await;
    let token: JsValue = sign_in(AMELIA).await.into();
    let first = Tab::open(&token, "relay").await;
    let mut second = Tab::open(&token, "relay").await;
    let mut third = Tab::open(&token, "relay").await;
    connected(1).await;

    first.close();
    second.becomes("leading").await;
    second.is_live_again().await;
    third.is_live_again().await;
    connected(1).await;
    third.say("after it").await;
    second.hears("after it").await;
    second.say("to the last").await;
    third.hears("to the last").await;

    third.close();
    let mut fourth = Tab::open(&token, "relay").await;
    fourth.say("new here").await;
    second.hears("new here").await;
    connected(1).await;
    second.close();
    fourth.close();
    connected(0).await;
}

#[wasm_bindgen_test]
async fn tabs_of_two_users_and_one_that_wants_its_own_connection_share_nothing() {
    connected(0).await;
    let token: JsValue = sign_in(AMELIA).await.into();
    let mut amelia = Tab::open(&token, "apart").await;
    let nobody = Tab::open(&JsValue::NULL, "apart").await;
    let alone = Tab::open_alone(&token, "apart").await;
    connected(3).await;
    assert!(!alone.news.any(|news| text(news, "type") == "tabs"), "it has nothing to tell of tabs");
    for tab in [&amelia, &nobody, &alone] {
        assert!(tab.silence().is_none(), "it depends on nobody");
    }
    amelia.say("by the server").await;
    nobody.hears("by the server").await;
    alone.hears("by the server").await;
    for tab in [amelia, nobody, alone] {
        tab.close();
    }
    connected(0).await;
}

#[wasm_bindgen_test]
async fn pages_of_their_own_share_a_socket_too_and_one_leads_once_the_page_that_led_is_gone() {
    connected(0).await;
    let token: JsValue = sign_in(AMELIA).await.into();
    let (leading, following) = (Page::open().await, Page::open().await);
    let mut leader = Tab::open_in(&leading.make(), &token, "pages").await;
    let mut follower = Tab::open_in(&following.make(), &token, "pages").await;
    let here = Tab::open(&token, "pages").await;
    connected(1).await;
    assert!(leader.silence().is_none() && follower.silence().is_some() && here.silence().is_some());
    follower.say("from a page").await;
    leader.say("from the page that leads").await;
    leader.hears("from a page").await;
    follower.hears("from the page that leads").await;
    here.hears("from a page").await;
    here.hears("from the page that leads").await;

    // Nobody says goodbye.
    leading.close();
    follower.becomes("leading").await;
    follower.is_live_again().await;
    here.is_live_again().await;
    connected(1).await;
    follower.say("after it").await;
    here.hears("after it").await;
    here.close();
    following.close();
    connected(0).await;
}

#[wasm_bindgen_test]
async fn what_most_tabs_take_is_written_once_for_all_and_each_has_it_once_and_in_order() {
    connected(0).await;
    let mut tabs = Vec::new();
    for _ in 0..5 {
        tabs.push(Tab::open(&JsValue::NULL, "crowd").await);
    }
    let elsewhere = Tab::open(&JsValue::NULL, "elsewhere").await;
    let mut alone = Tab::open_alone(&JsValue::NULL, "crowd").await;
    connected(2).await;
    let written = Written::watch();
    for number in 0..20 {
        alone.say(&number.to_string()).await;
    }
    for tab in &tabs {
        for number in 0..20 {
            tab.hears(&number.to_string()).await;
        }
        assert_eq!(tab.heard.len(), 0);
    }
    let count = written.end();
    assert!((1..=20).contains(&count), "{count} for four tabs beside the one that leads");
    assert_eq!(elsewhere.heard.len(), 0);
    for tab in tabs.into_iter().chain([elsewhere, alone]) {
        tab.close();
    }
    connected(0).await;
}
