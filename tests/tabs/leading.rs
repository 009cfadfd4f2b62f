//! Who leads, event by event.

use wedsync_dashboard::core::news::Status;
use wedsync_dashboard::core::tabs::body::Body;
use wedsync_dashboard::core::tabs::message::{Envelope, Message};
use wedsync_dashboard::core::tabs::relay::Portable;
use wedsync_dashboard::core::tabs::role::{Reason, Role};
use wedsync_dashboard::core::tabs::{self, Input};
use wedsync_dashboard::core::time::Instant;

use crate::browser::Browser;
use crate::page::{Event, Page};
use crate::relayed::Model;
use crate::scenarios::{browser, hears, leader, open, status, wish};

#[test]
fn a_closed_leader_is_followed_at_once_and_a_crashed_one_too() {
    for crashes in [false, true] {
        let mut browser = browser(3);
        if crashes {
            browser.remove(0);
        } else {
            browser.close(0);
        }
        browser.run(browser.now + 200);
        assert_eq!(leader(&browser), [1], "the next in the queue");
        browser.run(browser.now + 1_000);
        for page in [1, 2] {
            assert_eq!(status(&browser, page, "feed"), Some(Status::Live));
        }
        assert_eq!(hears(&mut browser, 2, "feed"), [1]);
    }
}

#[test]
fn a_thawed_leader_acts_no_more_before_it_learns_that_it_lost_the_lock() {
    let mut browser = browser(3);
    browser.pages[0].is_frozen = true;
    browser.run(browser.now + 4_500);
    let [next] = leader(&browser)[..] else { panic!("a visible tab leads") };
    // It says something to the frozen one's group, as a follower of that one did while it was frozen.
    let lost: Vec<Event> =
        browser.pages[0].backlog.iter().filter(|event| !event.is_message()).cloned().collect();
    assert!(lost.iter().any(|event| matches!(event, Event::Tabs(_, tabs::Event::Lost))));
    browser.pages[0].backlog.retain(Event::is_message);
    browser.thaw(0);
    assert!(!browser.pages[0].tabs.is_serving() && browser.pages[0].machine.ids().is_empty());
    assert_ne!(next, 0);
    for event in lost {
        let outside = browser.pages[0].told(browser.now, event);
        browser.perform(0, outside);
    }
    browser.run(browser.now + 2_000);
    assert_eq!(leader(&browser), [next]);
    assert_eq!(status(&browser, 0, "feed"), Some(Status::Live));
}

#[test]
fn what_a_leader_of_an_earlier_epoch_says_is_not_heard_and_it_is_told_so() {
    let mut browser = browser(3);
    let former = browser.pages[0].tabs.tab();
    browser.close(0);
    browser.run(browser.now + 1_000);
    let following = browser.pages[2].tabs.role();
    assert!(matches!(following, Role::Following { epoch: 2, .. }));
    let (membership, group) = browser.pages[2].open.clone().unwrap();
    let said = |message| Envelope { group: group.clone(), protocol: 1, build: 1, from: former, message };
    let hello = browser.pages[2].tabs.party().hello;
    let body = Body::<Model>::DropSlot(1).to_payload();
    let before = browser.pages[2].tabs.stats().stale;
    for message in [
        Message::Beat { epoch: 1, tabs: 3 },
        Message::Told { hello, epoch: 1, number: 1, body: body.clone() },
        Message::Told { hello, epoch: 2, number: 9, body },
    ] {
        let outside = browser.pages[2]
            .told(browser.now, Event::Tabs(membership, tabs::Event::Said(said(message).to_payload())));
        browser.perform(2, outside);
    }
    assert_eq!(browser.pages[2].tabs.role(), following);
    assert_eq!(browser.pages[2].tabs.stats().stale, before + 3);
    assert!(browser.pages[2].app.dropped.is_empty());
    browser.run(browser.now + 1_000);
    assert_eq!(leader(&browser), [1]);
}

#[test]
fn nobody_steals_from_a_leader_that_is_heard_nor_because_the_machine_slept() {
    let mut browser = browser(3);
    browser.run(browser.now + 120_000);
    browser.sleep(3_600_000);
    browser.run(browser.now + 10_000);
    assert!(browser.pages.iter().all(|page| page.tabs.stats().stolen == 0));
    assert_eq!(leader(&browser), [0]);
}

#[test]
fn a_hidden_tab_does_not_steal_and_does_once_it_is_visible() {
    let mut browser = browser(2);
    browser.pages[1].is_visible = false;
    browser.input(1, Input::Hidden);
    browser.pages[0].is_frozen = true;
    browser.run(browser.now + 120_000);
    assert_eq!(leader(&browser), [0; 0]);
    browser.pages[1].is_visible = true;
    browser.input(1, Input::Visible);
    browser.run(browser.now + 2_900);
    assert_eq!(leader(&browser), [0; 0], "it listens first");
    browser.run(browser.now + 600);
    assert_eq!(leader(&browser), [1]);
}

#[test]
fn a_tab_tells_how_many_there_are_and_since_when_the_one_that_leads_is_silent() {
    let mut browser = browser(2);
    browser.run(browser.now + 10_000);
    let silence =
        |browser: &Browser, page: usize| browser.pages[page].tabs.silence(Instant::from_millis(browser.now));
    assert_eq!(silence(&browser, 0), None, "it depends on nobody");
    assert!(silence(&browser, 1).is_some_and(|silence| silence <= 1_100));
    let told = *browser.pages[1].health.last().unwrap();
    assert_eq!((told.tabs, told.is_silent), (2, false));
    browser.pages[0].is_frozen = true;
    // The last word of the leader's may be a second old.
    browser.run(browser.now + 1_900);
    assert!(silence(&browser, 1).is_some_and(|silence| silence >= 1_800));
    let already = browser.pages[1].health.len();
    browser.run(browser.now + 1_600);
    let told: Vec<(Role, bool)> =
        browser.pages[1].health[already..].iter().map(|health| (health.role, health.is_silent)).collect();
    assert!(matches!(told[0], (Role::Following { .. }, true)), "{told:?}");
    assert!(matches!(told[1], (Role::Leading { .. }, false)), "{told:?}");
    assert_eq!(silence(&browser, 1), None);
}

#[test]
fn a_hidden_tab_tells_on_being_asked_how_long_the_one_that_leads_is_silent() {
    let mut browser = browser(2);
    browser.pages[1].is_visible = false;
    browser.input(1, Input::Hidden);
    browser.pages[0].is_frozen = true;
    browser.run(browser.now + 60_000);
    let silence = browser.pages[1].tabs.silence(Instant::from_millis(browser.now));
    assert!(silence.is_some_and(|silence| silence >= 58_000), "{silence:?}");
}

#[test]
fn the_newest_build_leads_and_one_of_another_protocol_serves_itself() {
    let mut browser = browser(2);
    let newer = open(&mut browser, 2, 1, 20);
    assert_eq!(leader(&browser), [newer]);
    let newest = open(&mut browser, 3, 2, 21);
    assert_eq!(leader(&browser), [newest]);
    for page in 0..newest {
        assert_eq!(browser.pages[page].tabs.role(), Role::Alone(Reason::Protocol));
        assert_eq!(status(&browser, page, "feed"), Some(Status::Live));
    }
    browser.close(newest);
    browser.run(browser.now + 31_000);
    assert_eq!(leader(&browser), [newer], "by its build, and whoever it leads follows it again");
    assert!(matches!(browser.pages[0].tabs.role(), Role::Following { .. }));
}

#[test]
fn a_tab_that_serves_itself_follows_a_leader_that_has_taken_it_for_frozen_before_it_heard_of_it() {
    for draws in 0..20 {
        let mut browser = browser(2);
        let newest = open(&mut browser, 3, 2, 21);
        assert_eq!(browser.pages[1].tabs.role(), Role::Alone(Reason::Protocol));
        // What the leader answers to the hello may be lost; then the machine sleeps.
        browser.loses = 1;
        for _ in 0..draws {
            browser.rng.next_u64();
        }
        browser.close(newest);
        browser.run(browser.now + 200);
        browser.sleep(40_000);
        browser.run(browser.now + 10);
        browser.loses = 0;
        browser.run(browser.now + 31_000);
        let [leads] = leader(&browser)[..] else { panic!("{draws} draws") };
        for page in (0..2).filter(|page| *page != leads) {
            assert!(matches!(browser.pages[page].tabs.role(), Role::Following { .. }), "{draws} draws");
        }
    }
}

#[test]
fn a_browser_that_refuses_its_locks_leaves_each_tab_alone() {
    let mut browser = browser(1);
    let page = browser.add(Page::new(Some("alice"), 1, 1, 9));
    let outside = browser.pages[page].subscribe(browser.now, "feed", wish("a", false));
    browser.perform(page, outside);
    browser.run(browser.now + 60);
    let (membership, _) = browser.pages[page].open.clone().unwrap();
    browser.input(page, Input::Event { membership, event: tabs::Event::Unavailable });
    browser.run(browser.now + 1_000);
    assert_eq!(browser.pages[page].tabs.role(), Role::Alone(Reason::NoLock));
    assert_eq!(status(&browser, page, "feed"), Some(Status::Live));
}
