//! Subscriptions that fail, and what is asked for in their place.

use serde_json::json;
use wedsync_dashboard::core::error::Code;
use wedsync_dashboard::core::news::Status;
use wedsync_dashboard::core::realtime::Command;
use wedsync_dashboard::core::realtime::subscriptions::Subscription;

use crate::sharing::{broadcasts, heard, presence, subscribe, world};
use crate::world::Reply;

fn doomed(channel: &str) -> Subscription {
    Subscription { auto_reconnect: false, ..broadcasts(channel, false) }
}

/// Whether a tab knows, by one sign or another, that its subscriptions fail.
type Sign = fn(&crate::tab::Tab) -> bool;

#[test]
fn what_is_subscribed_anew_while_it_fails_comes_to_its_end_in_every_tab() {
    let signs: [(&str, Sign); 5] = [
        ("another has failed", |tab| tab.told.iter().any(|(id, what)| id == "one" && *what == "failed")),
        ("it has failed", |tab| tab.told.iter().any(|(id, what)| id == "two" && *what == "failed")),
        ("the connection is lost", |tab| !tab.disconnections.is_empty()),
        ("another is given up", |tab| tab.given_up.contains("one")),
        ("it is given up", |tab| tab.given_up.contains("two")),
    ];
    for (sign, is_there) in signs {
        for (tab, wait) in [0, 1].into_iter().flat_map(|tab| (0..10).map(move |wait| (tab, wait))) {
            let mut world = world(2);
            for (id, channel) in [("one", "d1"), ("two", "d2")] {
                for tab in 0..2 {
                    subscribe(&mut world, tab, id, doomed(channel));
                }
            }
            world.server.restart();
            for _ in 0..60_000 {
                if is_there(&world.tabs[tab]) {
                    break;
                }
                world.run(1);
            }
            assert!(is_there(&world.tabs[tab]), "tab {tab}: {sign}");
            world.run(wait);
            let input = world.tabs[tab].subscribe("two", doomed("d2"));
            world.input(tab, input);
            world.run(60_000);
            let state = &world.tabs[tab];
            assert!(state.open_calls.is_empty(), "tab {tab}, {wait} ms after {sign}");
            let is_live = state.statuses.get("two") == Some(&Status::Live);
            world.server_says("d2", "to all");
            world.run(1_000);
            assert_eq!(
                heard(&world, "to all").iter().any(|(of, _)| *of == tab),
                is_live,
                "tab {tab}, {sign}"
            );
        }
    }
}

#[test]
fn what_a_callback_subscribes_anew_before_it_hears_that_it_has_failed_too_comes_to_its_end() {
    for (told, is_same) in [("reconnecting", true), ("failed", true), ("failed", false)] {
        for (tab, wait) in [0, 1, 2].into_iter().flat_map(|tab| (0..40).map(move |wait| (tab, wait))) {
            let mut world = world(3);
            for (id, channel) in [("one", "d1"), ("two", "d2")] {
                for tab in 0..3 {
                    subscribe(&mut world, tab, id, doomed(channel));
                }
            }
            let of = if told == "failed" { "one" } else { "feed" };
            let again = if is_same { doomed("d2") } else { broadcasts("d2", false) };
            world.replies.push(Reply { tab, told: (of, told), id: "two", subscription: again });
            world.server.restart();
            for _ in 0..60_000 {
                if world.replies.is_empty() {
                    break;
                }
                world.run(1);
            }
            assert!(world.replies.is_empty(), "tab {tab} was told");
            world.run(wait);
            if tab != 0 {
                world.crash(0);
            }
            world.run(60_000);
            let state = &world.tabs[tab];
            assert!(state.open_calls.is_empty(), "tab {tab}, {wait} ms after {told}");
            let is_live = state.statuses.get("two") == Some(&Status::Live);
            assert_eq!(state.wants.contains_key("two"), is_live, "tab {tab}, {wait} ms after {told}");
            world.server_says("d2", "to all");
            world.run(1_000);
            let heard = heard(&world, "to all");
            assert_eq!(heard.iter().any(|(of, _)| *of == tab), is_live, "tab {tab}, {wait} ms after {told}");
        }
    }
}

#[test]
fn what_ends_with_its_subscription_is_told_by_the_same_code_in_every_tab() {
    let mut world = world(2);
    for tab in 0..2 {
        subscribe(&mut world, tab, "who", presence("who"));
        let track = world.tabs[tab].call();
        let (id, state) = ("who".to_owned(), Some(json!({ "at": "home" })));
        world.input(tab, Command::Track { call: track, id, state });
        let again = world.tabs[tab].subscribe("late", broadcasts("late", false));
        world.input(tab, again);
        let late = *world.tabs[tab].open_calls.last().unwrap();
        for id in ["who", "late"] {
            world.input(tab, Command::Unsubscribe { id: id.into() });
        }
        world.run(1_000);
        let code = |call| world.tabs[tab].settled[&call].as_ref().map_err(|error| error.code);
        assert_eq!((code(track), code(late)), (Err(Code::NotJoined), Err(Code::Unsubscribed)), "tab {tab}");
    }
}

#[test]
fn what_is_asked_for_again_before_it_is_told_to_be_refused_stands_if_it_is_not_refused_then() {
    for wait in 0..12 {
        let mut world = world(2);
        subscribe(&mut world, 0, "hall", broadcasts("b", true));
        for pause in [wait, 0] {
            let input = world.tabs[1].subscribe("hall", broadcasts("b", false));
            world.input(1, input);
            world.run(pause);
        }
        world.input(0, Command::Unsubscribe { id: "hall".into() });
        world.run(5_000);
        assert!(world.tabs[1].open_calls.is_empty(), "{wait} ms");
        let last = world.tabs[1].settled.last_key_value().unwrap().1.is_ok();
        world.server_says("b", "to all");
        world.run(1_000);
        assert_eq!(heard(&world, "to all").iter().any(|(tab, _)| *tab == 1), last, "{wait} ms");
    }
}

#[test]
fn what_has_failed_is_not_there_again_because_what_was_to_take_its_place_is_refused() {
    for tab in 1..3 {
        let mut world = world(3);
        subscribe(&mut world, tab, "two", doomed("d2"));
        // Others have this channel with other options.
        let subscription = broadcasts("a", true);
        world.replies.push(Reply { tab, told: ("two", "failed"), id: "two", subscription });
        world.server.restart();
        world.run(60_000);
        assert!(world.replies.is_empty(), "tab {tab} was told");
        let last = world.tabs[tab].settled.last_key_value().unwrap().1.clone();
        assert_eq!(last.map_err(|error| error.code), Err(Code::TopicConflict));
        assert_eq!(world.tabs[tab].tabs().status("two"), None);
        world.crash(0);
        world.run(10_000);
        assert_eq!(world.tabs[tab].statuses["two"], Status::Failed, "no other leader begins it again");
    }
}
