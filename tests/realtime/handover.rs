//! Make before break: a socket in doubt is kept, another is tried beside it, and one of the two serves on.

use serde_json::json;
use wedsync_dashboard::core::connectivity::Connection;
use wedsync_dashboard::core::dashboard::{Input, Notification};
use wedsync_dashboard::core::ids::SocketId;
use wedsync_dashboard::core::page::PageEvent;
use wedsync_dashboard::core::realtime::Command;
use wedsync_dashboard::core::realtime::subscriptions::Status;
use wedsync_dashboard::core::session::token::Claims;
use wedsync_dashboard::core::{connectivity, session};

use crate::world::{World, broadcasts, changes};

pub fn live() -> World {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    world.answers = false;
    world.sent.clear();
    world
}

/// The old socket answers the last heartbeat.
pub fn answer_on(world: &mut World, socket: SocketId) {
    let beat = world.last_sent("heartbeat").clone();
    let ok = json!({ "status": "ok", "response": {} });
    world.receive_on(socket, json!([null, beat[1], "phoenix", "phx_reply", ok]));
}

pub fn state(world: &World) -> Option<Connection> {
    world.news.iter().rev().find_map(|news| match news {
        Notification::Connectivity(connectivity::News::Connection(state)) => Some(*state),
        _ => None,
    })
}

pub fn joins(world: &World) -> usize {
    world.sent_events().iter().filter(|event| **event == "phx_join").count()
}

#[test]
fn a_socket_that_outlived_the_outage_serves_on_and_nothing_was_lost() {
    let mut world = live();
    world.input(PageEvent::Offline);
    world.pass(8_000);
    let tried = world.opened.len();
    world.input(PageEvent::Online);
    let old = world.opened[0];
    // Its answer comes before the other is open.
    assert!(world.opened.len() >= tried);
    let beside = world.socket();
    assert_ne!(beside, old, "another is tried beside it");
    world.pass(80);
    answer_on(&mut world, old);
    assert_eq!(world.closed.last(), Some(&beside));
    assert!(!world.closed.contains(&old));
    assert_eq!(state(&world), Some(Connection::Connected));
    assert!(world.is_live("feed"));
    assert_eq!(world.continuity("feed"), ["resumed"]);
    assert_eq!(joins(&world), 0, "nobody had to join again");
    world.answers = true;
    world.pass(60_000);
    assert!(world.is_live("feed"));
    let (stats, ended) = (world.client().realtime_stats(), world.closed.len());
    assert_eq!(stats.recoveries, 1);
    assert_eq!(ended, world.opened.len() - 1);
}

#[test]
fn the_successor_waits_until_the_old_socket_has_been_silent_for_its_patience() {
    let mut world = live();
    world.input(PageEvent::Offline);
    world.pass(8_000);
    world.input(PageEvent::Online);
    let old = world.opened[0];
    world.pass(50);
    world.open();
    assert_eq!(joins(&world), 0, "open, and not joined");
    world.pass(1_400);
    assert!(!world.closed.contains(&old));
    world.pass(100);
    assert!(world.closed.contains(&old));
    assert_eq!(joins(&world), 1);
    world.accept("feed");
    assert!(world.is_live("feed"));
    assert_eq!(world.continuity("feed"), ["lost"]);
}

#[test]
fn the_old_socket_that_answers_while_the_successor_waits_serves_on() {
    let mut world = live();
    world.input(PageEvent::Offline);
    world.pass(4_000);
    world.input(PageEvent::Online);
    world.open();
    let (old, successor) = (world.opened[0], world.socket());
    world.pass(500);
    answer_on(&mut world, old);
    assert_eq!(world.closed.last(), Some(&successor));
    assert_eq!(world.continuity("feed"), ["resumed"]);
    world.pass(10_000);
    assert_eq!(joins(&world), 0);
}

#[test]
fn a_successor_that_opens_after_the_old_socket_was_given_up_lets_it_be_asked_once_more() {
    let mut world = live();
    let old = world.opened[0];
    // Held up without a word: asked after 5 s, doubted after 7, given up after 9.5.
    world.pass(12_000);
    assert!(world.is_told_down());
    world.open();
    assert!(!world.closed.contains(&old));
    world.pass(30);
    answer_on(&mut world, old);
    assert_eq!(world.continuity("feed"), ["resumed"]);
}

#[test]
fn data_that_comes_on_the_old_socket_proves_it_too() {
    let mut world = live();
    let old = world.opened[0];
    world.input(PageEvent::Offline);
    world.pass(4_000);
    world.input(PageEvent::Online);
    world.pass(1_100);
    world.hear(old, 5);
    world.pass(400);
    assert_eq!(world.continuity("feed"), ["resumed"]);
    assert!(!world.closed.contains(&old));
}

#[test]
fn an_old_socket_that_closes_leaves_the_field_to_its_successor() {
    for is_open in [false, true] {
        let mut world = live();
        let old = world.opened[0];
        world.input(PageEvent::Offline);
        world.pass(2_000);
        world.input(PageEvent::Online);
        if is_open {
            world.open();
        }
        world.input(connectivity::Event::Closed { socket: old, code: 1006 });
        assert_eq!(joins(&world), usize::from(is_open));
        if !is_open {
            world.open();
        }
        assert_eq!(joins(&world), 1);
        world.accept("feed");
        assert_eq!(world.continuity("feed"), ["lost"]);
        let disconnected = |news: &&Notification<_>| {
            matches!(news, Notification::Connectivity(connectivity::News::Disconnected { .. }))
        };
        assert_eq!(world.news.iter().filter(disconnected).count(), 1, "told once");
    }
}

#[test]
fn a_limit_that_ends_the_old_socket_is_heeded_by_its_successor() {
    let mut world = live();
    let old = world.opened[0];
    world.input(PageEvent::Offline);
    world.pass(2_000);
    world.input(PageEvent::Online);
    let before = world.opened.len();
    world.input(connectivity::Event::Closed { socket: old, code: 1001 });
    assert_eq!(world.closed.last(), Some(&world.socket()));
    world.pass(59_000);
    assert_eq!(world.opened.len(), before);
}

#[test]
fn a_socket_that_the_server_must_have_closed_is_not_kept() {
    let mut world = live();
    let old = world.opened[0];
    world.input(PageEvent::Offline);
    world.pass(62_000);
    assert!(world.closed.contains(&old));
    assert!(world.errors("feed").contains(&"disconnected"));
}

#[test]
fn what_is_left_while_the_link_is_down_is_left_at_the_server_too() {
    let mut world = World::new();
    let token = |value: &str| {
        let claims = Claims { user: Some("alice".into()), lifetime: Some(3_600_000), age: None };
        session::Event::SetToken { value: Some(value.into()), claims }
    };
    world.input(token("first"));
    for id in ["kept", "left"] {
        world.subscribe(id, broadcasts(id));
    }
    world.open();
    world.accept("kept");
    world.accept("left");
    world.answers = false;
    world.input(PageEvent::Offline);
    world.pass(2_000);
    world.unsubscribe("left");
    assert_eq!(world.last_sent("phx_leave")[2], json!("realtime:left"));
    world.input(token("fresh"));
    assert_eq!(world.last_sent("access_token")[2], json!("realtime:kept"));
}

#[test]
fn what_is_wanted_meanwhile_is_joined_by_whichever_socket_serves() {
    let mut world = live();
    world.input(PageEvent::Offline);
    world.pass(2_000);
    world.subscribe("rows", changes("rows", "clients", None));
    world.subscribe("again", broadcasts("feed"));
    assert_eq!(joins(&world), 0);
    assert_eq!(world.statuses("again"), [Status::Joining], "its channel is live, the link is not");
    world.input(PageEvent::Online);
    let old = world.opened[0];
    answer_on(&mut world, old);
    assert!(world.is_live("again"));
    assert_eq!(world.continuity("again"), Vec::<&str>::new(), "it has missed nothing: it is new");
    assert_eq!(joins(&world), 1);
    world.accept("rows");
    assert!(world.is_live("rows"));
}

#[test]
fn a_subscription_that_wants_no_reconnection_ends_with_its_socket_and_not_before() {
    let mut subscription = broadcasts("feed");
    subscription.auto_reconnect = false;
    let mut world = World::open_with("feed", subscription);
    world.accept("feed");
    world.answers = false;
    let old = world.opened[0];
    world.input(PageEvent::Offline);
    world.pass(8_000);
    assert!(world.failure("feed").is_none());
    world.input(connectivity::Event::Closed { socket: old, code: 1006 });
    assert!(world.failure("feed").is_some());
}

#[test]
fn rest_and_being_put_away_close_both_sockets() {
    for input in [Input::from(Command::Disconnect), PageEvent::Suspend.into()] {
        let mut world = live();
        world.input(PageEvent::Offline);
        world.pass(2_000);
        world.input(PageEvent::Online);
        world.open();
        world.input(input);
        assert_eq!(world.closed.len(), world.opened.len());
        assert!(world.client().next_timeout().is_none());
    }
}

#[test]
fn a_slow_link_that_lives_is_not_ended_by_a_change_of_network() {
    let mut world = live();
    world.input(PageEvent::Network { saves_data: false, effective_type: Some("4g".into()) });
    // A round trip of four seconds, and a handshake takes three of them.
    world.pass(4_000);
    let old = world.opened[0];
    answer_on(&mut world, old);
    world.pass(8_000);
    assert!(!world.is_told_down());
    assert!(!world.closed.contains(&world.opened[0]));
}

#[test]
fn another_user_while_the_link_is_down_gets_nothing_of_the_former_ones_from_the_old_socket() {
    let mut world = live();
    world.answers = false;
    world.input(PageEvent::Offline);
    world.pass(2_000);
    let claims = Claims { user: Some("bob".into()), ..Claims::default() };
    world.input(session::Event::SetToken { value: Some("bob-1".into()), claims });
    assert_eq!(world.last_sent("phx_leave")[2], json!("realtime:feed"));
    assert!(world.client().routes().is_empty());
    world.input(PageEvent::Online);
    let old = world.opened[0];
    answer_on(&mut world, old);
    assert!(!world.is_live("feed"), "the socket outlived the outage, the user did not");
    assert_eq!(world.join("feed").2["access_token"], "bob-1");
    world.accept("feed");
    assert_eq!(world.continuity("feed"), ["lost"]);
}

/// Until the client has tried another socket beside the first.
fn doubted() -> World {
    let mut world = live();
    while world.opened.len() < 2 {
        world.pass(10);
    }
    world
}

#[test]
fn who_comes_back_while_a_socket_is_in_doubt_is_connected() {
    let mut world = doubted();
    world.unsubscribe("feed");
    let second = world.opened[1];
    world.input(connectivity::Event::Closed { socket: second, code: 1012 });
    world.pass(1_100);
    world.subscribe("feed", broadcasts("feed"));
    world.pass(600_000);
    assert!(world.opened.len() > 2, "an attempt that nobody wanted any more leaves nothing waiting");
}

#[test]
fn a_limit_that_ended_the_successor_outlives_the_old_sockets_answer() {
    for closes in [false, true] {
        let mut world = doubted();
        let (old, second) = (world.opened[0], world.opened[1]);
        world.input(connectivity::Event::Closed { socket: second, code: 1001 });
        answer_on(&mut world, old);
        if closes {
            world.input(connectivity::Event::Closed { socket: old, code: 1006 });
        }
        world.pass(55_000);
        assert_eq!(world.opened.len(), 2, "the server limits connections for a minute at least");
        world.pass(60_000);
        assert!(world.opened.len() > 2);
    }
}

#[test]
fn what_is_told_of_the_connection_is_what_there_is() {
    let mut world = doubted();
    let (old, second) = (world.opened[0], world.opened[1]);
    world.input(connectivity::Event::Closed { socket: second, code: 1001 });
    world.input(connectivity::Event::Closed { socket: old, code: 1006 });
    assert_ne!(state(&world), Some(Connection::Connected), "both are gone");

    let mut world = doubted();
    let (old, second) = (world.opened[0], world.opened[1]);
    world.input(connectivity::Event::Closed { socket: second, code: 1001 });
    answer_on(&mut world, old);
    world.pass(10_500);
    world.subscribe("more", broadcasts("more"));
    answer_on(&mut world, old);
    world.answers = true;
    world.pass(120_000);
    assert_eq!(state(&world), Some(Connection::Connected), "it has served all the time");
}

#[test]
fn a_subscription_that_wants_no_reconnection_is_not_joined_on_a_successor() {
    let mut subscription = broadcasts("feed");
    subscription.auto_reconnect = false;
    let mut world = World::open_with("feed", subscription);
    world.accept("feed");
    world.answers = false;
    while world.opened.len() < 2 {
        world.pass(10);
    }
    world.open();
    world.pass(10_000);
    assert!(world.closed.contains(&world.opened[0]));
    assert!(world.failure("feed").is_some());
    assert_eq!(joins(&world), 1);
}
