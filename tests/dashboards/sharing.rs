//! What several tabs of a user see of one connection.

use serde_json::{Value, json};
use wedsync_dashboard::core::dashboard::Input;
use wedsync_dashboard::core::http::HttpAnswer;
use wedsync_dashboard::core::news::Status;
use wedsync_dashboard::core::page::{PageEvent, Ticking};
use wedsync_dashboard::core::realtime::Command;
use wedsync_dashboard::core::realtime::binding::Binding;
use wedsync_dashboard::core::realtime::http_broadcast::HttpBroadcast;
use wedsync_dashboard::core::realtime::subscriptions::{Source, Subscription};
use wedsync_dashboard::core::tabs::role::Role;

use crate::tab::Event;
use crate::world::World;

pub fn broadcasts(channel: &str, own: bool) -> Subscription {
    Subscription::to(channel, Source::Broadcast { event: None, own })
}

pub fn presence(channel: &str) -> Subscription {
    Subscription::to(channel, Source::Presence { key: "us".into(), is_chosen: true, enabled: true })
}

/// So many tabs of one user, each subscribed to "feed"; the first leads.
pub fn world(tabs: usize) -> World {
    let mut world = World::new(11);
    for _ in 0..tabs {
        let tab = world.open(Some("alice"), true);
        subscribe(&mut world, tab, "feed", broadcasts("a", false));
    }
    world
}

pub fn subscribe(world: &mut World, tab: usize, id: &str, subscription: Subscription) {
    let input = world.tabs[tab].subscribe(id, subscription);
    world.input(tab, input);
    world.run(1_000);
}

/// A tab says something; which tabs hear it, and how often.
pub fn say(world: &mut World, tab: usize, id: &str, text: &str) -> Vec<(usize, u32)> {
    let call = world.tabs[tab].call();
    let payload = json!({ "text": text });
    let command = Command::Broadcast { call, id: id.into(), event: "said".into(), payload, is_bytes: false };
    world.input(tab, command);
    world.run(300);
    assert_eq!(world.tabs[tab].settled.get(&call), Some(&Ok(())), "{id} of tab {tab}");
    heard(world, text)
}

pub fn heard(world: &World, text: &str) -> Vec<(usize, u32)> {
    let of_tab = |(tab, state): (usize, &crate::tab::Tab)| {
        let times =
            state.received.iter().filter(|((_, said), _)| said == text).map(|(_, times)| *times).sum();
        (times > 0).then_some((tab, times))
    };
    world.tabs.iter().enumerate().filter_map(of_tab).collect()
}

#[test]
fn three_tabs_have_one_socket_and_one_join_and_hear_each_other_once() {
    let mut world = world(3);
    assert_eq!((world.opened, world.sockets()), (1, 1));
    assert!(matches!(world.tabs[0].role(), Role::Leading { .. }));
    assert!(world.tabs.iter().all(|tab| tab.statuses["feed"] == Status::Live));
    assert_eq!(say(&mut world, 0, "feed", "one"), [(1, 1), (2, 1)]);
    assert_eq!(say(&mut world, 1, "feed", "two"), [(0, 1), (2, 1)]);
    world.server_says("a", "from elsewhere");
    world.run(100);
    assert_eq!(heard(&world, "from elsewhere"), [(0, 1), (1, 1), (2, 1)]);
}

#[test]
fn only_the_tab_that_wants_a_topic_gets_its_frames() {
    let mut world = world(3);
    subscribe(&mut world, 2, "mine", broadcasts("b", true));
    world.server_says("b", "private to it");
    world.run(100);
    assert_eq!(heard(&world, "private to it"), [(2, 1)]);
    assert_eq!(say(&mut world, 2, "mine", "back to me"), [(2, 1)]);
    world.input(2, Command::Unsubscribe { id: "mine".into() });
    world.run(100);
    world.server_says("b", "too late");
    world.run(100);
    assert_eq!(heard(&world, "too late"), []);
    assert_eq!(world.opened, 1);
}

#[test]
fn only_the_leader_asks_the_application_for_tokens_but_for_each_tabs_first_question() {
    let mut world = world(3);
    let asked =
        |world: &World| world.tabs.iter().map(|tab| tab.pump.dashboard().question()).collect::<Vec<_>>();
    assert_eq!(asked(&world), [None; 3]);
    // Beyond the end of several tokens.
    world.run(3 * 3_600_000);
    assert!(world.tabs.iter().all(|tab| tab.statuses["feed"] == Status::Live));
    let access = |tab: usize| world.tabs[tab].pump.dashboard().tabs().is_serving();
    assert_eq!([access(0), access(1), access(2)], [true, false, false]);
    assert_eq!(world.opened, 1);
}

#[test]
fn a_token_that_is_set_in_a_follower_reaches_the_tab_that_holds_the_connection_and_another_users_does_not() {
    let mut world = World::new(3);
    for _ in 0..2 {
        let tab = world.open(Some("alice"), false);
        subscribe(&mut world, tab, "feed", broadcasts("a", false));
    }
    assert_eq!(world.opened, 1);
    world.run(5_000);
    world.set_token(1);
    world.run(500);
    assert!(world.tabs.iter().all(|tab| tab.statuses["feed"] == Status::Live));
    // The tab leaves with its user, and what it says is for that one's tabs alone.
    world.become_user(1, Some("bob"));
    world.run(2_000);
    assert!(matches!(world.tabs[0].role(), Role::Leading { .. }));
    assert!(matches!(world.tabs[1].role(), Role::Leading { .. }));
    assert_eq!(world.sockets(), 2);
    world.become_user(1, Some("alice"));
    world.run(3_000);
    assert!(matches!(world.tabs[1].role(), Role::Following { .. }));
    assert_eq!(world.sockets(), 1);
    assert_eq!(say(&mut world, 1, "feed", "again"), [(0, 1)]);
}

#[test]
fn a_leader_that_cannot_get_a_token_tells_every_tab() {
    let mut world = World::new(5);
    for _ in 0..2 {
        let tab = world.open(Some("alice"), true);
        subscribe(&mut world, tab, "feed", broadcasts("a", false));
    }
    for tab in 0..2 {
        world.fail_tokens(tab);
    }
    world.server.restart();
    world.run(8_000);
    for tab in &world.tabs {
        let codes: Vec<&str> = tab.errors.iter().map(|error| error.code.as_str()).collect();
        assert!(codes.contains(&"token_unavailable"), "{codes:?}");
    }
}

#[test]
fn presence_is_the_same_in_every_tab_and_a_follower_that_comes_later_sees_it() {
    let mut world = world(2);
    for tab in 0..2 {
        subscribe(&mut world, tab, "who", presence("who"));
    }
    let call = world.tabs[1].call();
    world.input(1, Command::Track { call, id: "who".into(), state: Some(json!({ "mood": "fine" })) });
    world.run(500);
    let late = world.open(Some("alice"), true);
    subscribe(&mut world, late, "who", presence("who"));
    let moods = |tab: usize| {
        let people = world.tabs[tab].pump.dashboard().presence("who").unwrap_or(Value::Null);
        people["us"][0]["mood"].clone()
    };
    assert_eq!([moods(0), moods(1), moods(2)], [json!("fine"), json!("fine"), json!("fine")]);
}

#[test]
fn changes_of_the_database_reach_each_tab_by_its_own_bindings() {
    let mut world = world(2);
    let changes = |table: &str| {
        let (event, schema) = ("*".to_owned(), "public".to_owned());
        let binding = Binding { event, schema, table: Some(table.to_owned()), filter: None, select: None };
        Subscription::to("rows", Source::Changes(vec![binding]))
    };
    for (tab, table) in [(0, "clients"), (1, "clients"), (1, "tasks")] {
        subscribe(&mut world, tab, table, changes(table));
    }
    world.run(3_000);
    assert_eq!(world.tabs[1].statuses["tasks"], Status::Live);
    let routed =
        |tab: usize| world.tabs[tab].router.routes().values().map(|of| of.changes.len()).sum::<usize>();
    assert_eq!((routed(0), routed(1)), (1, 2), "each its own bindings");
    assert_eq!(world.opened, 1);
}

#[test]
fn every_tab_is_told_who_keeps_the_time_of_the_one_that_holds_the_connection() {
    let mut world = world(2);
    for tab in 0..2 {
        world.input(tab, PageEvent::Ticking(if tab == 0 { Ticking::InPage } else { Ticking::InWorker }));
    }
    world.run(100);
    let late = world.open(Some("alice"), true);
    subscribe(&mut world, late, "feed", broadcasts("a", false));
    for tab in &world.tabs {
        assert_eq!(tab.ticking, [Ticking::InPage]);
    }
    world.crash(0);
    world.run(1_500);
    for tab in &world.tabs[1..] {
        assert_eq!(tab.ticking, [Ticking::InPage, Ticking::InWorker]);
    }
}

#[test]
fn tabs_that_use_nothing_but_the_store_have_a_leader_too_and_no_connection() {
    let mut world = World::new(11);
    for _ in 0..2 {
        let tab = world.open(Some("alice"), true);
        world.input(tab, Input::OpenStore);
        world.run(1_000);
    }
    assert!(matches!(world.tabs[0].role(), Role::Leading { epoch: Some(_) }));
    assert!(matches!(world.tabs[1].role(), Role::Following { .. }));
    assert_eq!(world.opened, 0);
}

#[test]
fn a_page_that_is_put_away_is_told_that_and_the_others_that_the_connection_was_another_tabs() {
    let mut world = world(2);
    world.input(0, PageEvent::Suspend);
    world.run(1_500);
    assert_eq!(world.tabs[0].disconnections, ["the page was put away"]);
    assert_eq!(world.tabs[1].disconnections, ["the tab that held the connection is gone"]);
    assert!(matches!(world.tabs[1].role(), Role::Leading { .. }));
    world.input(0, PageEvent::Resume);
    world.run(1_500);
    assert!(world.tabs.iter().all(|tab| tab.statuses["feed"] == Status::Live));
    assert_eq!(world.sockets(), 1);
}

#[test]
fn what_was_on_its_way_back_when_the_leader_ended_is_told_that_it_may_have_missed_something() {
    for is_put_away in [false, true] {
        let mut world = world(2);
        world.server.restart();
        while world.tabs[1].statuses["feed"] == Status::Live {
            world.run(10);
        }
        let told = |world: &World, tab: usize| {
            world.tabs[tab].told.iter().map(|(_, what)| *what).collect::<Vec<_>>()
        };
        assert_eq!(told(&world, 1), ["joining", "live", "reconnecting"]);
        if is_put_away {
            world.input(0, PageEvent::Suspend);
        } else {
            world.crash(0);
        }
        world.run(40_000);
        assert_eq!(told(&world, 1), ["joining", "live", "reconnecting", "live", "lost"]);
        if is_put_away {
            world.input(0, PageEvent::Resume);
            world.run(3_000);
            assert_eq!(told(&world, 0), ["joining", "live", "reconnecting", "live", "lost"]);
        }
    }
}

/// Scenario 3 of the field: a leader is frozen, its lock stolen, and it thaws with messages waiting.
#[test]
fn scenario_3_a_frozen_leader_sends_and_answers_nothing_when_it_thaws_before_it_learns_that_it_lost_the_lock()
{
    let mut world = world(3);
    let asked = world.tabs[0].call();
    let (channel, event, payload) = ("a".to_owned(), "said".to_owned(), json!({ "text": "by HTTP" }));
    world.input(
        0,
        Command::HttpBroadcast(HttpBroadcast { call: asked, channel, event, payload, private: false }),
    );
    let [(0, request)] = world.http[..] else { panic!("{:?}", world.http) };
    world.tabs[0].is_frozen = true;
    world.run(4_500);
    let [next] = leaders(&world)[..] else { panic!("one of the others leads") };
    let (Role::Leading { epoch: Some(epoch) }, other) = (world.tabs[next].role(), 3 - next) else { panic!() };
    assert_eq!(epoch, 2);
    // What is said meanwhile waits for the frozen one, which still takes itself for the leader, with a socket that is open.
    assert_eq!(say(&mut world, other, "feed", "while it sleeps"), [(next, 1)]);
    assert!(
        matches!(world.tabs[0].role(), Role::Leading { epoch: Some(1) }) && !world.tabs[0].sockets.is_empty()
    );
    let backlog = std::mem::take(&mut world.tabs[0].backlog);
    let (messages, others): (Vec<_>, Vec<_>) = backlog.into_iter().partition(Event::is_message);
    assert!(messages.len() > 3 && others.iter().any(Event::is_loss), "messages, and that it lost the lock");

    // Messages first: by the first of them it knows, and everything that it does from there on is refused by the epoch.
    world.tabs[0].backlog = messages.into();
    world.thaw(0);
    // It has left the channels of its socket.
    let sent = world.sent.get(&0).copied();
    assert!(!matches!(world.tabs[0].role(), Role::Leading { .. }) && !world.tabs[0].tabs().is_serving());
    assert!(world.tabs[0].sockets.is_empty(), "its socket is closed");
    // The answer that was under way is information for whoever asked, and begins nothing.
    let answer = HttpAnswer { status: 202, body: None, retry_after: None };
    world.input(0, Input::HttpDone { request, answer });
    let call = world.tabs[0].call();
    let payload = json!({ "text": "on waking" });
    world.input(
        0,
        Command::Broadcast { call, id: "feed".into(), event: "said".into(), payload, is_bytes: false },
    );
    world.run(500);
    assert_eq!(world.sent.get(&0).copied(), sent, "nothing goes out on a socket of its own");
    assert_eq!(heard(&world, "on waking"), [(1, 1), (2, 1)], "but by the tab that leads");
    for event in others {
        world.tell(0, event);
    }
    world.run(2_000);
    assert_eq!(leaders(&world), [next], "to learn of the loss changes nothing");
    assert!(world.tabs[0].open_calls.is_empty(), "each call has an end");
    assert!(world.tabs.iter().all(|tab| tab.statuses["feed"] == Status::Live));
    assert_eq!((world.sockets(), say(&mut world, 0, "feed", "back")), (1, vec![(1, 1), (2, 1)]));
}

fn leaders(world: &World) -> Vec<usize> {
    let leads = |tab: &usize| {
        let tab = &world.tabs[*tab];
        tab.is_awake() && matches!(tab.role(), Role::Leading { .. })
    };
    (0..world.tabs.len()).filter(leads).collect()
}

#[test]
fn a_tab_that_only_leads_has_nothing_to_wake_it_once_nothing_is_wanted() {
    let mut world = world(1);
    world.input(0, Command::Disconnect);
    world.run(60_000);
    assert_eq!(world.tabs[0].next(), None);
}

#[test]
fn the_lead_goes_over_when_the_leader_crashes_and_everything_is_live_again() {
    let mut world = world(3);
    world.crash(0);
    world.run(1_500);
    assert!(matches!(world.tabs[1].role(), Role::Leading { .. }));
    assert_eq!(world.sockets(), 1);
    for tab in 1..3 {
        assert_eq!(world.tabs[tab].statuses["feed"], Status::Live);
    }
    assert_eq!(say(&mut world, 2, "feed", "after it"), [(1, 1)]);
}
