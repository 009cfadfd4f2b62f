//! The page's life, the pace of joins, and rest.

use crate::defaults::defaults;
use serde_json::json;
use wedsync_dashboard::core::dashboard::{Config, Notification};
use wedsync_dashboard::core::log::Level;
use wedsync_dashboard::core::page::{PageEvent, Ticking};
use wedsync_dashboard::core::realtime::Command;
use wedsync_dashboard::core::realtime::subscriptions::Status;
use wedsync_dashboard::core::session::token::{Claims, QuestionId};
use wedsync_dashboard::core::{connectivity, session};

use crate::world::{World, broadcasts, private};

#[test]
fn a_page_put_away_holds_nothing_open_and_comes_back_at_once() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    world.input(PageEvent::Suspend);
    assert_eq!(world.closed, [world.opened[0]]);
    assert!(world.client().next_timeout().is_none(), "nothing runs");
    world.input(PageEvent::Suspend);
    world.input(PageEvent::Online);
    world.subscribe("late", broadcasts("late"));
    assert_eq!(world.opened.len(), 1);
    world.input(PageEvent::Resume);
    assert_eq!(world.opened.len(), 2);
    world.open();
    world.accept("feed");
    world.accept("late");
    use Status::{Joining, Live, Reconnecting};
    assert_eq!(world.statuses("feed"), [Joining, Live, Reconnecting, Live]);
    assert!(world.is_live("late"));
    assert!(world.errors("feed").is_empty(), "no attempt failed");
}

#[test]
fn a_page_put_away_while_nothing_is_wanted_comes_back_to_rest() {
    let mut world = World::new();
    world.input(PageEvent::Suspend);
    world.input(PageEvent::Resume);
    assert!(world.opened.is_empty());
    world.subscribe("feed", broadcasts("feed"));
    world.open();
    world.input(PageEvent::Suspend);
    world.unsubscribe("feed");
    world.input(PageEvent::Resume);
    assert_eq!(world.opened.len(), 1);
    assert!(world.client().next_timeout().is_none());
}

#[test]
fn an_open_socket_that_nobody_uses_is_closed_after_ten_seconds() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    world.unsubscribe("feed");
    world.pass(9_000);
    world.subscribe("feed", broadcasts("feed"));
    world.accept("feed");
    world.pass(20_000);
    assert!(world.closed.is_empty(), "a new subscription came in time");
    world.unsubscribe("feed");
    world.pass(10_000);
    assert_eq!(world.closed.len(), 1);
    assert!(world.client().next_timeout().is_none(), "nothing is left running");
    assert!(matches!(
        world.news.last(),
        Some(Notification::Connectivity(connectivity::News::Disconnected { code: 1000, .. }))
    ));
}

#[test]
fn connect_opens_before_anybody_subscribes_and_keeps_open() {
    let mut world = World::new();
    world.input(Command::Connect);
    world.open();
    world.pass(60_000);
    assert!(world.closed.is_empty());
    world.close(1006);
    world.pass(2_000);
    assert_eq!(world.opened.len(), 2, "it is wanted");
    world.input(Command::Disconnect);
    assert!(world.client().next_timeout().is_none());
}

#[test]
fn a_hundred_channels_join_again_within_the_servers_limit() {
    let mut world = World::new();
    for number in 0..100 {
        world.subscribe(&format!("c{number}"), broadcasts(&format!("c{number}")));
    }
    world.open();
    let begun = world.now;
    let joins = |world: &World| world.sent_events().iter().filter(|event| **event == "phx_join").count();
    assert_eq!(joins(&world), 50);
    world.pass(500);
    assert_eq!(joins(&world), 75);
    world.pass(500);
    assert_eq!(joins(&world), 100);
    assert_eq!(world.now.since(begun), 1_000);
}

#[test]
fn a_topic_that_was_refused_is_joined_after_the_others_and_one_at_a_time() {
    let mut world = World::new();
    for id in ["a", "b", "good"] {
        world.subscribe(id, broadcasts(id));
    }
    world.open();
    for id in ["a", "b"] {
        world.refuse(id, "RealtimeRestarting: Realtime is restarting, please standby");
    }
    world.accept("good");
    world.close(1012);
    world.sent.clear();
    world.pass(3_000);
    world.open();
    world.pass(3_000);
    let topics: Vec<_> =
        world.sent.iter().filter(|frame| frame[3] == "phx_join").map(|frame| frame[2].clone()).collect();
    assert_eq!(topics.len(), 2, "{topics:?}");
    assert_eq!(topics[0], json!("realtime:good"));
    world.accept(topics[1].as_str().unwrap().strip_prefix("realtime:").unwrap());
    assert_eq!(world.sent_events().iter().filter(|event| **event == "phx_join").count(), 3);
}

#[test]
fn the_log_tells_what_happens_and_never_a_token() {
    let mut world = World::with(Config { logs: true, has_token_source: true, ..defaults() }, 1);
    world.subscribe("feed", private(broadcasts("feed")));
    world.open();
    world.input(session::Event::Token {
        question: QuestionId(1),
        value: Some("eyJ.secret.x".into()),
        claims: Claims::default(),
    });
    world.accept("feed");
    world.close(1006);
    world.input(PageEvent::Ticking(Ticking::InPage));
    let events: Vec<_> = world.log.iter().map(|entry| entry.event).collect();
    assert_eq!(events, ["connect", "connected", "token", "join", "live", "closed", "ticking_in_page"]);
    assert_eq!(world.log[5].number, Some(1006));
    assert_eq!(world.log[6].level, Level::Warn, "a hidden page may be silent for too long");
    assert!(!format!("{:?}", world.log).contains("secret"));
    let mut quiet = World::open_with("feed", broadcasts("feed"));
    quiet.accept("feed");
    assert!(quiet.log.is_empty(), "nothing is written that nobody asked for");
}

#[test]
fn statistics_tell_how_long_it_took_to_be_live_again() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    world.pass(30_000);
    assert_eq!(
        world.client().connectivity_stats().percentile(95),
        Some(0),
        "one heartbeat, answered at once"
    );
    world.close(1006);
    world.pass(400);
    world.reached(true);
    world.open();
    world.pass(100);
    world.accept("feed");
    let stats = world.client().realtime_stats();
    let reconnects = world.client().connectivity_stats().reconnects;
    assert_eq!((stats.live_again, stats.recoveries, reconnects), (Some(500), 1, 1));
}

#[test]
fn a_page_that_is_seen_again_is_no_longer_put_away_though_no_event_said_so() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    world.input(PageEvent::Suspend);
    world.input(PageEvent::Visible);
    world.open();
    world.accept("feed");
    assert!(world.is_live("feed"));
    world.input(PageEvent::Resume);
    assert_eq!(world.opened.len(), 2, "the event that comes after all changes nothing");
}

#[test]
fn statistics_do_not_count_an_absence_whose_end_nobody_awaits() {
    // The channel that was away has been unsubscribed; the other was live all the time.
    let mut world = World::new();
    world.subscribe("feed", broadcasts("feed"));
    world.subscribe("other", broadcasts("other"));
    world.open();
    world.accept("feed");
    world.accept("other");
    let (reference, topic, _) = world.join("feed");
    world.receive_json(json!([reference, reference, topic, "phx_close", {}]));
    world.unsubscribe("feed");
    world.pass(600_000);
    world.close(1012);
    world.pass(1_000);
    world.open();
    world.accept("other");
    assert!(world.client().realtime_stats().live_again.unwrap() <= 1_000);

    // A page put away while nothing was subscribed.
    let mut world = World::new();
    world.input(Command::Connect);
    world.open();
    world.input(PageEvent::Suspend);
    world.input(PageEvent::Resume);
    world.open();
    world.pass(600_000);
    world.subscribe("feed", broadcasts("feed"));
    world.accept("feed");
    assert_eq!(
        (world.client().realtime_stats().recoveries, world.client().realtime_stats().live_again),
        (0, None)
    );
}

#[test]
fn topics_that_come_and_go_while_there_is_no_network_leave_nothing_behind() {
    let mut world = World::open_with("kept", broadcasts("kept"));
    world.accept("kept");
    world.input(PageEvent::Offline);
    world.close(1006);
    let size = |world: &World| format!("{:?}", world.client()).len();
    let mut sizes = Vec::new();
    for number in 10..30 {
        world.subscribe("page", broadcasts(&format!("page{number}")));
        world.unsubscribe("page");
        sizes.push(size(&world));
    }
    assert_eq!(sizes[0], sizes[19]);
}

#[test]
fn a_page_put_away_runs_no_timer_of_a_channel_that_was_refused() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.refuse("feed", "RealtimeRestarting: Realtime is restarting, please standby");
    world.input(PageEvent::Suspend);
    assert!(world.client().next_timeout().is_none(), "{:?}", world.client().next_timeout());
    world.input(PageEvent::Resume);
    world.open();
    world.accept("feed");
    assert!(world.is_live("feed"));
}

#[test]
fn a_limit_of_the_server_s_is_kept_to_by_a_page_that_was_put_away_meanwhile() {
    for changes_its_mind in [false, true] {
        let mut world = World::open_with("feed", broadcasts("feed"));
        world.accept("feed");
        let (reference, topic, _) = world.join("feed");
        let limit =
            json!({ "status": "error", "extension": "system", "message": "Too many messages per second" });
        world.receive_json(json!([reference, null, topic, "system", limit]));
        world.receive_json(json!([reference, reference, topic, "phx_close", {}]));
        world.pass(10_000);
        world.input(PageEvent::Suspend);
        if changes_its_mind {
            world.unsubscribe("feed");
            world.subscribe("feed", broadcasts("feed"));
        }
        assert!(world.client().next_timeout().is_none());
        world.sleep(10_000);
        world.input(PageEvent::Resume);
        world.open();
        world.sent.clear();
        world.pass(39_000);
        assert!(!world.sent_events().contains(&"phx_join"), "59 s after it was told to slow down");
        world.pass(32_000);
        assert!(world.sent_events().contains(&"phx_join"));
    }
}

#[test]
fn the_last_subscription_that_ends_while_the_page_is_put_away_does_not_bring_it_back() {
    for disconnects in [false, true] {
        let mut world = World::open_with("feed", broadcasts("feed"));
        world.accept("feed");
        world.input(PageEvent::Suspend);
        if disconnects {
            world.input(Command::Disconnect);
        } else {
            world.unsubscribe("feed");
        }
        world.subscribe("other", broadcasts("other"));
        assert_eq!(world.opened.len(), 1, "an open socket would keep it out of the back/forward cache");
        world.input(PageEvent::Resume);
        assert_eq!(world.opened.len(), 2);
    }
}

#[test]
fn a_page_put_away_before_anything_was_wanted_opens_nothing() {
    let mut world = World::new();
    world.input(PageEvent::Suspend);
    world.subscribe("feed", broadcasts("feed"));
    assert!(world.opened.is_empty());
    world.input(PageEvent::Resume);
    assert_eq!(world.opened.len(), 1);
}

#[test]
fn a_page_that_is_looked_at_again_and_again_does_not_begin_its_attempt_anew() {
    let mut world = World::new();
    world.subscribe("feed", broadcasts("feed"));
    for _ in 0..5 {
        world.pass(1_500);
        world.input(PageEvent::Hidden);
        world.input(PageEvent::Visible);
    }
    assert_eq!((world.opened.len(), world.closed.len()), (1, 0));
}

#[test]
fn a_limit_is_kept_to_though_another_users_token_seems_over_when_the_page_is_back() {
    let token = |user: &str, lifetime: i64| {
        let claims = Claims { user: Some(user.to_owned()), lifetime: Some(lifetime), age: None };
        (Some([user, "'s for ", &lifetime.to_string()].concat()), claims)
    };
    let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
    world.subscribe("room", private(broadcasts("room:1")));
    world.open();
    let (value, claims) = token("alice", 3_600_000);
    world.input(session::Event::Token { question: QuestionId(1), value, claims });
    world.accept("room:1");
    let (reference, topic, _) = world.join("room:1");
    let told = json!({ "message": "Too many messages per second", "status": "error", "extension": "system" });
    world.receive_json(json!([reference, null, topic, "system", told]));
    world.receive_json(json!([reference, reference, topic, "phx_close", {}]));
    world.input(PageEvent::Suspend);
    let (value, claims) = token("bob", 60_000);
    world.input(session::Event::SetToken { value, claims });
    world.sleep(20_000);
    world.input(PageEvent::Resume);
    world.open();
    for lifetime in [-5_000, 3_600_000] {
        let (value, claims) = token("bob", lifetime);
        let question = QuestionId(world.tokens_asked as u32);
        world.input(session::Event::Token { question, value, claims });
        world.pass(2_000);
    }
    let joins = |world: &World| world.sent_events().iter().filter(|event| **event == "phx_join").count();
    assert_eq!(joins(&world), 1, "before the limit");
    world.answers = true;
    world.pass(120_000);
    assert!(joins(&world) > 1);
}
