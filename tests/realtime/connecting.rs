//! The socket: opening, losing and finding it again.

use crate::defaults::defaults;
use serde_json::json;
use wedsync_dashboard::core::connectivity;
use wedsync_dashboard::core::dashboard::{Input, Notification};
use wedsync_dashboard::core::page::PageEvent;
use wedsync_dashboard::core::realtime::subscriptions::Status;
use wedsync_dashboard::core::realtime::subscriptions::Subscription;
use wedsync_dashboard::core::realtime::{Command, News};

use crate::recording::{Data, from_server};
use crate::world::{World, broadcasts, changes};

#[test]
fn nothing_is_opened_before_something_is_wanted() {
    let mut world = World::new();
    world.input(PageEvent::Online);
    world.input(PageEvent::Visible);
    world.pass(60_000);
    assert!(world.opened.is_empty() && world.client().next_timeout().is_none());
    world.subscribe("feed", broadcasts("feed"));
    world.subscribe("more", broadcasts("more"));
    assert_eq!(world.opened.len(), 1, "one socket for all");
}

#[test]
fn attempts_back_off_with_jitter_up_to_thirty_seconds() {
    let mut world = World::new();
    world.subscribe("feed", broadcasts("feed"));
    let mut delays = Vec::new();
    let mut ceiling = 1_000;
    for attempt in 0..60 {
        world.close(1006);
        let delay = world.left(connectivity::Timer::Reconnect).expect("an attempt is planned");
        let least = if attempt == 0 { 0 } else { ceiling / 2 };
        assert!((least..=ceiling).contains(&delay), "attempt {attempt} after {delay} ms");
        ceiling = 30_000.min(ceiling.div_ceil(2) + ceiling);
        delays.push(delay);
        world.jump();
    }
    assert_eq!(world.opened.len(), 61);
    delays.sort_unstable();
    delays.dedup();
    assert!(delays.len() > 50, "drawn, not fixed");
    assert!(delays.iter().any(|delay| *delay > 25_000), "up to the cap");
    assert!(world.errors("feed").iter().all(|code| *code == "unreachable"));
}

#[test]
fn two_clients_do_not_come_back_together() {
    let delay = |seed| {
        let mut world = World::with(defaults(), seed);
        world.subscribe("feed", broadcasts("feed"));
        world.close(1006);
        world.left(connectivity::Timer::Reconnect).unwrap()
    };
    assert_ne!(delay(1), delay(2));
    assert_eq!(delay(1), delay(1), "a seed repeats itself");
}

#[test]
fn the_network_coming_back_and_the_page_becoming_visible_reconnect_at_once() {
    for input in [PageEvent::Online, PageEvent::Visible] {
        let mut world = World::new();
        world.subscribe("feed", broadcasts("feed"));
        for _ in 0..8 {
            world.close(1006);
            world.jump();
        }
        world.close(1006);
        let attempts = world.opened.len();
        world.input(input);
        assert_eq!(world.opened.len(), attempts + 1);
        world.close(1006);
        assert!(world.left(connectivity::Timer::Reconnect).unwrap() <= 1_000, "and the backoff begins anew");
    }
}

#[test]
fn a_socket_that_neither_opens_nor_fails_is_given_up_after_ten_seconds() {
    let mut world = World::new();
    world.subscribe("feed", broadcasts("feed"));
    assert_eq!(world.left(connectivity::Timer::Connect), Some(10_000));
    world.pass(10_000);
    assert_eq!(world.closed, [world.opened[0]]);
    assert_eq!(world.errors("feed"), ["unreachable"]);
}

#[test]
fn events_of_a_former_socket_mean_nothing() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    let former = world.socket();
    world.close(1006);
    world.jump();
    world.input(Input::SocketOpened { socket: former, epoch: 0 });
    world.input(connectivity::Event::Closed { socket: former, code: 1000 });
    assert_eq!(world.client().connectivity_stats().connections, 1);
    world.open();
    world.input(connectivity::Event::Closed { socket: former, code: 1000 });
    world.accept("feed");
    assert!(world.is_live("feed"));
}

#[test]
fn a_server_restart_as_recorded_ends_live_again() {
    let mut world = World::open_with("rs", broadcasts("rs"));
    world.subscribe("rsdb", changes("rsdb", "kinds", None));
    let own =
        |data: &Data, topic: &str| matches!(data, Data::Text(text) if text.contains(&format!("\"{topic}\"")));
    let feed = |world: &mut World, connection| {
        for line in from_server("server_restart_sigterm", connection) {
            for (recorded, ours) in [("realtime:rs", "rs"), ("realtime:rsdb", "rsdb")] {
                let control = ["phx_reply", "system", "phx_error"]
                    .iter()
                    .any(|event| matches!(&line.data, Data::Text(text) if text.contains(event)));
                if control && own(&line.data, recorded) {
                    world.receive_recorded(&line.data, recorded, ours);
                }
            }
        }
    };
    feed(&mut world, 1);
    assert_eq!(world.statuses("rs"), [Status::Joining, Status::Live, Status::Reconnecting], "by phx_error");
    assert!(world.is_live("rsdb"));
    world.close(1012);
    for _ in 0..2 {
        world.jump();
        world.close(1006);
    }
    world.jump();
    world.open();
    world.pass(5_000);
    feed(&mut world, 4);
    assert!(world.is_live("rs") && world.is_live("rsdb"));
    let continuity: Vec<_> = world
        .news
        .iter()
        .filter(|news| matches!(news, Notification::Realtime(News::Continuity { .. })))
        .collect();
    assert_eq!(continuity.len(), 2, "each is told that it may have missed something");
}

#[test]
fn a_subscription_that_does_not_reconnect_fails_with_the_connection() {
    let mut world = World::open_with("once", Subscription { auto_reconnect: false, ..broadcasts("feed") });
    world.accept("feed");
    world.close(1006);
    assert_eq!(world.errors("once"), ["disconnected"]);
    assert_eq!(world.statuses("once").last(), Some(&Status::Failed));
    world.pass(60_000);
    assert_eq!(world.opened.len(), 1, "nothing is left to reconnect for");
    assert!(world.client().next_timeout().is_none(), "no timer is left running");
}

#[test]
fn a_subscription_gives_up_after_its_attempts_and_the_others_go_on() {
    let mut world = World::new();
    world.subscribe("three", Subscription { max_reconnect_attempts: Some(3), ..broadcasts("feed") });
    world.subscribe("ever", broadcasts("feed"));
    for _ in 0..4 {
        assert!(world.failure("three").is_none());
        world.close(1006);
        world.jump();
    }
    let failure = world.failure("three").expect("it gave up");
    assert_eq!(failure.code.as_str(), "max_reconnect_attempts");
    assert!(failure.message.contains("3 attempts"), "{}", failure.message);
    world.open();
    world.accept("feed");
    assert!(world.is_live("ever"));
}

#[test]
fn a_success_gives_back_all_attempts() {
    let mut world = World::new();
    world.subscribe("two", Subscription { max_reconnect_attempts: Some(2), ..broadcasts("feed") });
    for _ in 0..5 {
        for _ in 0..2 {
            world.close(1006);
            world.jump();
        }
        world.open();
        world.accept("feed");
        world.news.retain(|news| {
            !matches!(news, Notification::Error(_) | Notification::Realtime(News::Error { .. }))
        });
    }
    assert!(world.failure("two").is_none());
}

#[test]
fn a_link_lost_while_nothing_was_wanted_opens_for_the_next_subscription() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    world.unsubscribe("feed");
    world.close(1006);
    assert!(world.client().next_timeout().is_none(), "nothing to reconnect for");
    world.subscribe("feed", broadcasts("feed"));
    assert_eq!(world.opened.len(), 2);
}

#[test]
fn a_server_that_accepts_and_drops_at_once_is_not_hammered() {
    let mut world = World::new();
    world.subscribe("feed", broadcasts("feed"));
    let begun = world.now;
    // The project's health page answers all the time, and codes that ask for no pause of their own say nothing of why.
    while world.now.since(begun) < 600_000 {
        let (opened, asked) = (world.opened.len(), world.reach_asked);
        world.open();
        world.pass(20);
        world.close(1006);
        while world.opened.len() == opened {
            let asked_before = world.reach_asked;
            world.pass(10);
            if world.reach_asked > asked_before || world.reach_asked > asked {
                world.reached(true);
            }
        }
    }
    assert!(world.opened.len() < 60, "{} sockets in ten minutes", world.opened.len());
}

#[test]
fn a_server_that_accepts_a_join_and_then_drops_is_not_hammered() {
    // Whatever the code, and whether the project's health page answers or not.
    for (code, answers) in [(1006, true), (1006, false), (1012, true), (1009, true), (1011, true)] {
        let mut world = World::new();
        world.subscribe("feed", broadcasts("feed"));
        let begun = world.now;
        while world.now.since(begun) < 600_000 {
            let opened = world.opened.len();
            world.open();
            world.accept("feed");
            world.pass(2_000);
            world.close(code);
            let mut asked = world.reach_asked;
            while world.opened.len() == opened {
                world.pass(10);
                if world.reach_asked > asked {
                    asked = world.reach_asked;
                    world.reached(answers);
                }
            }
        }
        assert!(world.opened.len() < 60, "{code}: {} sockets in ten minutes", world.opened.len());
    }
}

#[test]
fn a_link_that_was_up_for_a_while_is_found_again_at_once() {
    let mut world = World::new();
    world.subscribe("feed", broadcasts("feed"));
    for _ in 0..8 {
        world.open();
        world.accept("feed");
        world.pass(11_000);
        let (opened, asked) = (world.opened.len(), world.reach_asked);
        world.close(1006);
        let lost = world.now;
        while world.opened.len() == opened {
            world.pass(10);
            if world.reach_asked > asked {
                world.reached(true);
            }
        }
        assert!(world.now.since(lost) <= 1_000, "{} ms", world.now.since(lost));
    }
}

#[test]
fn disconnect_leaves_nothing_running_and_subscribe_begins_anew() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    world.input(Command::Disconnect);
    assert_eq!(world.closed, [world.opened[0]]);
    assert_eq!(world.statuses("feed").last(), Some(&Status::Closed));
    assert!(world.client().next_timeout().is_none() && world.client().routes().is_empty());
    world.subscribe("feed", broadcasts("feed"));
    world.open();
    world.accept("feed");
    assert!(world.is_live("feed"));
}

#[test]
fn a_frame_for_a_topic_of_nobody_means_nothing() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    let before = world.news.len();
    world.receive_json(json!(["9", "9", "realtime:other", "phx_close", {}]));
    world.receive_json(json!([null, null, "realtime:feed", "phx_close", {}]));
    assert_eq!(world.news.len(), before);
}
