//! Whose frames a tab takes, and to whom the one that leads forwards them.

use wedsync_dashboard::core::tabs::Input;

use crate::browser::Browser;
use crate::page::Event;
use crate::scenarios::{browser, leader};

#[test]
fn frames_that_a_leader_forwards_after_it_lost_the_lock_reach_nobody() {
    let mut browser = browser(3);
    browser.pages[0].is_frozen = true;
    browser.run(browser.now + 4_500);
    let [next] = leader(&browser)[..] else { panic!("a visible tab leads") };
    let other = 3 - next;
    let (from, before) = (browser.pages[0].tabs.tab(), browser.pages[0].forwards["a"].clone());
    assert!(before.len() == 2, "it has heard of nothing yet");
    // What was on its socket when it thaws comes before what the others have said.
    for page in [next, other] {
        let outside = browser.pages[page].told(browser.now, Event::Frame(from, "a".into(), 77));
        browser.perform(page, outside);
        assert!(!browser.pages[page].app.received.contains_key(&("feed".to_owned(), 77)), "page {page}");
    }
    let from = browser.pages[next].tabs.tab();
    browser.pages[other].told(browser.now, Event::Frame(from, "a".into(), 78));
    assert_eq!(browser.pages[other].app.received[&("feed".to_owned(), 78)], 1);
}

#[test]
fn whoever_leads_knows_which_tabs_nobody_sees() {
    let mut browser = browser(4);
    let tab = |browser: &Browser, page: usize| browser.pages[page].tabs.tab();
    let forwards = |browser: &Browser, page: usize| browser.pages[page].forwards["a"].clone();
    browser.pages[2].is_visible = false;
    browser.input(2, Input::Hidden);
    browser.run(browser.now + 100);
    let (second, third, fourth) = (tab(&browser, 1), tab(&browser, 2), tab(&browser, 3));
    assert_eq!(forwards(&browser, 0), [(second, true), (third, false), (fourth, true)]);
    browser.close(0);
    browser.run(browser.now + 1_500);
    assert_eq!(leader(&browser), [1]);
    let mut told = forwards(&browser, 1);
    told.sort_by_key(|(_, is_seen)| !is_seen);
    assert_eq!(told, [(fourth, true), (third, false)], "another leader is told too");
    browser.pages[2].is_visible = true;
    browser.input(2, Input::Visible);
    browser.run(browser.now + 100);
    assert!(forwards(&browser, 1).iter().all(|(_, is_seen)| *is_seen));
}
