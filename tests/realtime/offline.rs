//! What the browser says of the network: told in time, taken back in time, and never taken for more than it is.

use wedsync_dashboard::core::connectivity;
use wedsync_dashboard::core::connectivity::Connection;
use wedsync_dashboard::core::page::PageEvent;
use wedsync_dashboard::core::realtime::subscriptions::Status;

use crate::handover::{answer_on, joins, live, state};
use crate::world::{World, broadcasts};

#[test]
fn the_application_is_told_within_a_second_and_a_half_that_there_is_no_network() {
    let mut world = live();
    world.input(PageEvent::Offline);
    world.pass(1_500);
    assert_ne!(state(&world), Some(Connection::Connected));
    assert_eq!(world.statuses("feed").last(), Some(&Status::Reconnecting));
    assert!(world.closed.is_empty(), "the socket is kept: it may outlive the outage");
}

#[test]
fn it_is_told_as_soon_though_the_socket_was_in_doubt_already() {
    let mut world = live();
    world.pass(7_050);
    assert_eq!(world.opened.len(), 2, "another is tried beside it");
    world.input(PageEvent::Offline);
    world.pass(1_300);
    assert!(world.is_told_down(), "its patience would have gone on for a second more");
}

#[test]
fn it_is_told_as_soon_though_the_browser_says_so_again_and_again() {
    for (joins, every) in [(0, 1_000), (3, 1_000), (0, 300)] {
        let mut world = live();
        for number in 0..joins {
            let name = format!("more {number}");
            world.subscribe(&name, broadcasts(&name));
        }
        let begun = world.now;
        while world.now.since(begun) < 1_500 {
            world.input(PageEvent::Offline);
            world.pass(every.min(1_500 - world.now.since(begun)));
        }
        assert!(world.is_told_down(), "{joins} joins under way, every {every} ms");
    }
}

#[test]
fn it_is_told_as_soon_as_a_page_that_was_busy_has_read_what_came() {
    for joins in [0, 1] {
        let mut world = live();
        (0..joins).for_each(|_| world.subscribe("more", broadcasts("more")));
        world.input(PageEvent::Offline);
        world.sleep(2_000);
        assert!(!world.is_told_down(), "what came meanwhile is read first");
        world.pass(300);
        assert!(world.is_told_down());
    }
    for busy in [1_600, 2_000, 4_600, 7_000] {
        let mut world = live();
        world.input(PageEvent::Offline);
        world.sleep(busy);
        let old = world.opened[0];
        answer_on(&mut world, old);
        world.answers = true;
        world.pass(30_000);
        assert!(!world.is_told_down(), "the answer had come, and was read after {busy} ms");
    }
}

#[test]
fn it_stays_told_though_a_successor_had_opened_before() {
    let mut world = live();
    world.pass(7_050);
    world.open();
    let successor = world.socket();
    world.input(PageEvent::Offline);
    assert_eq!(world.closed, [successor], "it opened while there was a network");
    for _ in 0..2_000 {
        world.pass(10);
        assert!(!world.is_told_down() || state(&world) != Some(Connection::Connected));
    }
    assert!(world.is_told_down());
}

#[test]
fn a_successor_that_opened_before_a_short_outage_is_replaced_at_once_after_it() {
    let mut world = live();
    world.pass(7_050);
    world.open();
    world.input(PageEvent::Offline);
    world.pass(300);
    let opened = world.opened.len();
    world.input(PageEvent::Online);
    assert_eq!(world.opened.len(), opened + 1);
}

#[test]
fn after_the_shortest_outage_a_successor_is_tried_at_once() {
    for outage in [100, 500, 1_100, 1_300, 4_400, 8_000] {
        let mut world = live();
        let old = world.opened[0];
        world.input(PageEvent::Offline);
        world.pass(outage);
        world.input(PageEvent::Online);
        let online = world.now;
        world.pass(100);
        assert!(world.opened.len() > 1, "after {outage} ms");
        world.open();
        world.pass(1_600);
        assert!(world.closed.contains(&old), "after {outage} ms the old one was silent for its patience");
        assert_eq!(joins(&world), 1, "after {outage} ms");
        assert!(world.now.since(online) <= 1_700);
    }
}

#[test]
fn a_network_that_comes_and_goes_does_not_keep_a_dead_socket() {
    let mut world = live();
    let begun = world.now;
    while joins(&world) == 0 {
        world.input(PageEvent::Offline);
        world.pass(300);
        world.input(PageEvent::Online);
        world.open();
        world.pass(700);
        assert!(world.now.since(begun) < 6_000);
    }
}

#[test]
fn an_offline_that_is_over_or_was_wrong_ends_no_slow_link() {
    let late = |mut world: World| {
        world.news.clear();
        let pause = world.left(connectivity::Timer::Heartbeat).expect("a heartbeat is planned");
        world.answers = false;
        // One answer takes three seconds.
        world.pass(pause + 3_000);
        !world.is_told_down()
    };
    let mut world = live();
    world.input(PageEvent::Offline);
    world.answers = true;
    world.pass(60_000);
    assert!(late(world), "the link answered all the time");
    let mut world = live();
    world.input(PageEvent::Offline);
    world.input(PageEvent::Suspend);
    world.sleep(60_000);
    world.input(PageEvent::Resume);
    world.open();
    world.accept("feed");
    assert!(late(world), "what the browser said while the page was put away was not heard");
    let mut world = live();
    world.input(PageEvent::Offline);
    world.pass(8_000);
    world.reached(true);
    world.open();
    world.pass(60_000);
    world.open();
    world.accept("feed");
    assert!(late(world), "a socket has opened since");
}

#[test]
fn a_link_that_answers_after_offline_was_never_away() {
    let mut world = live();
    world.input(PageEvent::Offline);
    world.pass(100);
    let old = world.opened[0];
    answer_on(&mut world, old);
    world.answers = true;
    world.pass(30_000);
    assert_eq!(state(&world), Some(Connection::Connected));
    assert!(!world.is_told_down() && world.opened.len() == 1);
}
