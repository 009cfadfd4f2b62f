//! Single events, each with what has to come of it.

use serde_json::json;
use wedsync_dashboard::core::ids::TabId;
use wedsync_dashboard::core::news::Status;
use wedsync_dashboard::core::tabs::message::{Envelope, Message};
use wedsync_dashboard::core::tabs::role::{Reason, Role};
use wedsync_dashboard::core::tabs::{self, Input, names};

use crate::browser::Browser;
use crate::page::{Event, Page};
use crate::relayed::Wish;

pub fn wish(topic: &str, own: bool) -> Wish {
    Wish { topic: topic.into(), own }
}

/// So many tabs of one user, the first of which leads; each wants "feed".
pub fn browser(tabs: usize) -> Browser {
    let mut browser = Browser::new(7, true);
    browser.has_slow_users = false;
    for tab in 0..tabs {
        open(&mut browser, 1, 1, tab as u64);
    }
    assert!(matches!(browser.pages[0].tabs.role(), Role::Leading { .. }));
    browser
}

pub fn open(browser: &mut Browser, build: u64, protocol: u32, seed: u64) -> usize {
    let page = browser.add(Page::new(Some("alice"), build, protocol, seed));
    subscribe(browser, page, "feed", wish("a", false));
    page
}

pub fn subscribe(browser: &mut Browser, page: usize, id: &str, wish: Wish) {
    let outside = browser.pages[page].subscribe(browser.now, id, wish);
    browser.perform(page, outside);
    browser.run(browser.now + 1_000);
}

pub fn status(browser: &Browser, page: usize, id: &str) -> Option<Status> {
    browser.pages[page].app.statuses.get(id).copied()
}

pub fn leader(browser: &Browser) -> Vec<usize> {
    let leads = |page: &usize| {
        let page = &browser.pages[*page];
        page.is_awake() && matches!(page.tabs.role(), Role::Leading { .. })
    };
    (0..browser.pages.len()).filter(leads).collect()
}

/// What a page receives of a broadcast of another's.
pub fn hears(browser: &mut Browser, from: usize, id: &str) -> Vec<usize> {
    let number = browser.rng.next_u64() >> 12;
    let (_, outside) = browser.pages[from].broadcast(browser.now, id, number);
    browser.perform(from, outside);
    browser.run(browser.now + 200);
    let heard = |page: &usize| browser.pages[*page].app.received.keys().any(|(_, heard)| *heard == number);
    (0..browser.pages.len()).filter(heard).collect()
}

#[test]
fn ten_tabs_have_one_socket_and_each_hears_the_others() {
    let mut browser = browser(10);
    let sockets = browser.pages.iter().filter(|page| page.machine.is_up).count();
    assert_eq!(sockets, 1);
    for from in [0, 4] {
        let others: Vec<usize> = (0..10).filter(|page| *page != from).collect();
        assert_eq!(hears(&mut browser, from, "feed"), others, "all but the one that said it");
    }
    subscribe(&mut browser, 3, "echo", wish("c", true));
    assert_eq!(hears(&mut browser, 3, "echo"), [3], "whoever wants its own back has it, and once");
    let counted = Role::Following { leader: browser.pages[0].tabs.tab(), epoch: 1 };
    assert_eq!(browser.pages[9].tabs.role(), counted);
}

#[test]
fn what_is_asked_for_while_nobody_leads_is_done_once_somebody_does() {
    let mut browser = browser(2);
    browser.pages[0].is_frozen = true;
    let outside = browser.pages[1].subscribe(browser.now, "desk", wish("b", false));
    browser.perform(1, outside);
    let (call, outside) = browser.pages[1].broadcast(browser.now, "feed", 5);
    browser.perform(1, outside);
    browser.run(browser.now + 5_000);
    assert_eq!(status(&browser, 1, "desk"), Some(Status::Live));
    assert!(!browser.pages[1].app.results[&call], "nobody knows whether it was sent");
    assert!(browser.pages[1].app.open.is_empty());
}

#[test]
fn two_tabs_that_want_one_topic_with_other_options_get_an_error_and_what_was_there_stays() {
    let mut browser = browser(2);
    subscribe(&mut browser, 1, "desk", wish("b", false));
    let slot = browser.pages[1].app.wants["desk"].1;
    subscribe(&mut browser, 1, "desk", wish("a", true));
    assert!(browser.pages[1].app.results.values().any(|is_ok| !is_ok));
    assert!(!browser.pages[1].app.dropped.contains(&slot), "its callback stays");
    let refused = browser.pages[1].app.wants["desk"].1;
    assert!(browser.pages[1].app.dropped.contains(&refused));
    assert_eq!(browser.pages[1].tabs.wanted("desk"), Some((&wish("b", false), slot)));
    let party = browser.pages[1].tabs.party();
    assert!(browser.pages[0].machine.ids().contains(&names::id_of(party, "desk")));
}

#[test]
fn what_another_leader_refuses_is_told_to_have_failed() {
    let mut browser = browser(3);
    // Another tab has got in between with other options.
    browser.pages[1].is_frozen = true;
    subscribe(&mut browser, 2, "desk", wish("b", false));
    browser.thaw(1);
    let outside = browser.pages[1].subscribe(browser.now, "desk", wish("b", true));
    browser.perform(1, outside);
    browser.remove(0);
    browser.run(browser.now + 2_000);
    assert_eq!(leader(&browser), [1], "what it wants itself comes first");
    assert_eq!(status(&browser, 2, "desk"), None, "failed");
    assert!(!browser.pages[2].app.wants.contains_key("desk"));
    assert_eq!(status(&browser, 2, "feed"), Some(Status::Live));
}

#[test]
fn the_latest_that_any_tab_tracks_counts_and_what_is_left_takes_its_place() {
    let mut browser = browser(3);
    let mut track = |page: usize, state: Option<u32>| {
        let outside =
            browser.pages[page].track(browser.now, "feed", state.map(|mood| json!({ "mood": mood })));
        browser.perform(page, outside);
        browser.run(browser.now + 100);
        browser.pages[0].machine.tracked.get("a").map(|(_, state)| state["mood"].as_u64().unwrap())
    };
    assert_eq!(track(1, Some(1)), Some(1));
    assert_eq!(track(2, Some(2)), Some(2));
    assert_eq!(track(0, Some(3)), Some(3));
    assert_eq!(track(2, None), Some(3), "the latest counts as before");
    assert_eq!(track(0, None), Some(1));
    browser.close(1);
    browser.run(browser.now + 100);
    assert!(browser.pages[0].machine.tracked.is_empty());
    assert!(browser.pages.iter().all(|page| page.app.open.is_empty()), "every call is settled");
}

#[test]
fn a_tab_that_says_goodbye_or_crashes_wants_nothing_any_more() {
    for crashes in [false, true] {
        let mut browser = browser(2);
        subscribe(&mut browser, 1, "desk", wish("b", false));
        if crashes {
            browser.remove(1);
        } else {
            // What it says comes before anybody could notice that its lock is free.
            browser.notice = 10_000;
            browser.close(1);
        }
        browser.run(browser.now + 100);
        assert_eq!(browser.pages[0].machine.ids(), ["feed"]);
        browser.run(browser.now + 2_000);
        assert!(browser.pages[0].tabs.next_timeout().is_none(), "a leader of nobody needs no timer");
    }
}

#[test]
fn a_tab_that_does_not_know_whose_it_is_serves_itself_after_two_seconds_and_loses_nothing_when_it_learns() {
    let mut browser = Browser::new(7, true);
    let mut page = Page::new(None, 1, 1, 1);
    let outside = page.subscribe(1_000, "feed", wish("a", false));
    assert!(outside.iter().any(|outside| matches!(outside, crate::page::Outside::Output(_))), "it asks");
    let page = browser.add(page);
    browser.run(2_900);
    assert_eq!(browser.pages[page].tabs.role(), Role::Waiting);
    browser.run(3_500);
    assert_eq!(browser.pages[page].tabs.role(), Role::Alone(Reason::Unknown));
    assert_eq!(status(&browser, page, "feed"), Some(Status::Live));
    browser.change_user(page, Some("alice"));
    browser.run(browser.now + 100);
    assert_eq!(leader(&browser), [page]);
    assert_eq!(status(&browser, page, "feed"), Some(Status::Live), "as before, on the same socket");
    assert!(browser.pages[page].machine.is_up);
}

#[test]
fn another_users_tab_is_never_served_nor_heard() {
    let mut browser = browser(2);
    browser.change_user(1, Some("bob"));
    browser.run(browser.now + 1_000);
    assert_eq!(leader(&browser), [0, 1], "each leads its own");
    assert_eq!(browser.pages[0].machine.ids(), ["feed"]);
    assert_eq!(hears(&mut browser, 0, "feed"), [0; 0]);
    // Even where its messages come.
    let (membership, _) = browser.pages[0].open.clone().unwrap();
    let group = browser.pages[1].open.clone().unwrap().1;
    let message = Message::Hello { hello: 1, highest: 99 };
    let envelope = Envelope { group, protocol: 1, build: 9, from: TabId(5), message };
    let before = browser.pages[0].tabs.stats().foreign;
    let outside =
        browser.pages[0].told(browser.now, Event::Tabs(membership, tabs::Event::Said(envelope.to_payload())));
    assert!(outside.is_empty());
    assert_eq!(browser.pages[0].tabs.stats().foreign, before + 1);
}

#[test]
fn what_is_kept_for_a_frozen_tab_is_bounded_and_it_begins_anew_when_it_is_back() {
    let mut browser = browser(2);
    browser.pages[1].is_frozen = true;
    browser.run(browser.now + 60_000);
    let tabs = |browser: &Browser| browser.pages[0].forwards["a"].len();
    assert_eq!(tabs(&browser), 0, "no frames for it");
    browser.thaw(1);
    browser.run(browser.now + 3_000);
    assert_eq!(tabs(&browser), 1);
    assert_eq!(status(&browser, 1, "feed"), Some(Status::Live));
    assert_eq!(hears(&mut browser, 0, "feed"), [1]);
}

#[test]
fn what_a_tab_says_is_done_once_though_it_comes_twice() {
    let mut browser = browser(3);
    browser.repeats = true;
    subscribe(&mut browser, 1, "desk", wish("b", false));
    assert_eq!(status(&browser, 1, "desk"), Some(Status::Live));
    for from in [0, 1] {
        assert_eq!(hears(&mut browser, from, "feed"), [1 - from, 2]);
    }
    let received = browser.pages.iter().flat_map(|page| page.app.received.values());
    assert_eq!(received.filter(|times| **times != 1).count(), 0);
}

#[test]
fn what_a_tab_asked_for_before_its_last_hello_is_not_taken_for_what_it_asks_for() {
    let mut browser = browser(2);
    let (membership, group) = browser.pages[1].open.clone().unwrap();
    let former = browser.pages[1].tabs.party();
    let envelope = |page: &Page, message| {
        let said = Envelope { group: group.clone(), protocol: 1, build: 1, from: page.tabs.tab(), message };
        Event::Tabs(membership, tabs::Event::Said(said.to_payload()))
    };
    let again = envelope(&browser.pages[0], Message::Again { hello: former.hello });
    let outside = browser.pages[1].told(browser.now, again);
    browser.perform(1, outside);
    browser.run(browser.now + 1_000);
    assert!(browser.pages[1].tabs.party().hello > former.hello, "it has begun anew");
    // It was on its way for long, by another channel than the hello.
    let number = 1 + browser.pages[1].app.wants.len() as u64;
    let late = Message::Asked { hello: former.hello, epoch: 1, number, body: json!(null) };
    let late = envelope(&browser.pages[1], late);
    let outside = browser.pages[0].told(browser.now, late);
    browser.perform(0, outside);
    subscribe(&mut browser, 1, "desk", wish("b", false));
    assert_eq!(status(&browser, 1, "desk"), Some(Status::Live));
    assert_eq!(browser.pages[0].tabs.stats().malformed, 0);
}

#[test]
fn a_tab_that_was_taken_for_gone_misses_nothing_though_its_last_hello_comes_once_more() {
    let mut browser = browser(2);
    let (membership, group) = browser.pages[0].open.clone().unwrap();
    let party = browser.pages[1].tabs.party();
    // The lock of the time before it was put away was seen to be free only now.
    let gone = Event::Tabs(membership, tabs::Event::Gone(party.tab));
    let hello = Message::Hello { hello: party.hello, highest: 1 };
    let said = Envelope { group, protocol: 1, build: 1, from: party.tab, message: hello };
    let hello = Event::Tabs(membership, tabs::Event::Said(said.to_payload()));
    for event in [gone, hello] {
        let outside = browser.pages[0].told(browser.now, event);
        browser.perform(0, outside);
    }
    browser.run(browser.now + 2_000);
    assert!(matches!(browser.pages[1].tabs.role(), Role::Following { .. }));
    assert!(browser.pages[1].tabs.party().hello > party.hello, "it has begun anew");
    assert_eq!(hears(&mut browser, 0, "feed"), [1]);
    assert_eq!(status(&browser, 1, "feed"), Some(Status::Live));
    assert_eq!(browser.pages[0].machine.ids().len(), 2, "its want is served once");
}

#[test]
fn a_page_that_is_put_away_leaves_and_is_back_at_once() {
    let mut browser = browser(2);
    browser.input(0, Input::Suspend);
    browser.pages[0].is_put_away = true;
    assert!(
        browser.pages[0].open.is_none() && !browser.pages[0].machine.is_up,
        "no lock, no channel, no socket"
    );
    browser.run(browser.now + 1_000);
    assert_eq!(leader(&browser), [1]);
    browser.show(0);
    browser.run(browser.now + 1_000);
    assert_eq!(status(&browser, 0, "feed"), Some(Status::Live));
    assert_eq!(leader(&browser), [1]);
}

#[test]
fn a_page_that_is_seen_again_is_back_though_no_event_said_so() {
    let mut browser = browser(1);
    browser.input(0, Input::Suspend);
    browser.input(0, Input::Hidden);
    browser.input(0, Input::Visible);
    browser.run(browser.now + 1_000);
    assert_eq!(leader(&browser), [0]);
    assert_eq!(status(&browser, 0, "feed"), Some(Status::Live));
}

#[test]
fn whoever_ends_everything_in_its_tab_is_told_so_while_others_keep_the_connection() {
    let mut browser = browser(2);
    for page in [1, 0] {
        let outside = browser.pages[page].disconnect(browser.now);
        browser.perform(page, outside);
        assert_eq!(browser.pages[page].app.link, Some(crate::relayed::Link::Down));
        subscribe(&mut browser, page, "desk", wish("b", false));
        assert_eq!(browser.pages[page].app.link, Some(crate::relayed::Link::Up));
    }
    assert!(browser.pages[0].machine.is_up);
}
