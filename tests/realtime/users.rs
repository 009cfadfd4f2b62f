//! Whose session it is: nothing of a former user's reaches the next one, and what the server subscribes anew is told.

use crate::defaults::defaults;
use serde_json::{Value, json};
use wedsync_dashboard::core::dashboard::{Config, Notification};
use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::core::realtime::http_broadcast::HttpBroadcast;
use wedsync_dashboard::core::realtime::presence::PresenceEvent;
use wedsync_dashboard::core::realtime::subscriptions::Status;
use wedsync_dashboard::core::realtime::{Command, Continuity, News};
use wedsync_dashboard::core::session;
use wedsync_dashboard::core::session::token::Claims;
use wedsync_dashboard::core::session::token::QuestionId;

use crate::recording::from_server;
use crate::world::{World, broadcasts, changes, presence, private};

fn claims(user: &str) -> Claims {
    Claims { user: Some(user.to_owned()), ..Claims::default() }
}

fn set_auth(world: &mut World, user: &str, token: &str) {
    world.input(session::Event::SetToken { value: Some(token.to_owned()), claims: claims(user) });
}

fn sign_out(world: &mut World) {
    world.input(session::Event::SetToken { value: None, claims: Claims::default() });
}

/// Alice's, with this subscription live.
fn alices(id: &str, subscription: wedsync_dashboard::core::realtime::subscriptions::Subscription) -> World {
    let channel = subscription.channel.clone();
    let mut world = World::new();
    set_auth(&mut world, "alice", "alice-1");
    world.subscribe(id, subscription);
    world.open();
    world.accept(&channel);
    assert!(world.is_live(id));
    world
}

/// A row of the binding's, as it comes for whoever is joined on the topic.
fn row(world: &mut World, channel: &str) {
    let (_, topic, _) = world.join(channel);
    let data =
        json!({ "schema": "public", "table": "clients", "type": "INSERT", "columns": [], "record": {} });
    world.receive_json(json!([null, null, topic, "postgres_changes", { "ids": [77], "data": data }]));
}

fn greeting(world: &mut World, channel: &str) {
    let topic = ["realtime:", channel].concat();
    let payload = json!({ "type": "broadcast", "event": "hi", "payload": {} });
    world.receive_json(json!([null, null, topic, "broadcast", payload]));
}

fn subscribed_to_postgres(world: &mut World, channel: &str) {
    let (reference, topic, _) = world.join(channel);
    world.receive_json(json!([reference, null, topic, "system", {
        "message": "Subscribed to PostgreSQL", "status": "ok", "extension": "postgres_changes", "channel": channel,
    }]));
}

fn gaps(world: &World, wanted: &str) -> usize {
    let of = |news: &&Notification<Value>| matches!(news, Notification::Realtime(News::Continuity { id, continuity: Continuity::Lost }) if id == wanted);
    world.news.iter().filter(of).count()
}

fn user_changes(world: &World) -> usize {
    world.news.iter().filter(|news| matches!(news, Notification::UserChanged)).count()
}

#[test]
fn nothing_of_the_former_users_is_delivered_after_set_auth_of_another() {
    let mut world = alices("rows", changes("rows", "clients", None));
    row(&mut world, "rows");
    assert_eq!(world.delivered.len(), 1);
    world.sent.clear();
    set_auth(&mut world, "bob", "bob-1");
    assert_eq!(
        world.sent_events(),
        ["phx_leave", "phx_join"],
        "a mere push leaves alice's subscription for seconds"
    );
    assert_eq!(world.join("rows").2["access_token"], "bob-1");
    assert_eq!(world.statuses("rows").last(), Some(&Status::Reconnecting));
    row(&mut world, "rows");
    world.accept_join("rows");
    row(&mut world, "rows");
    assert_eq!(
        world.delivered.len(),
        1,
        "the join is answered, the server's new subscription does not stand yet"
    );
    assert_eq!(gaps(&world, "rows"), 0);
    subscribed_to_postgres(&mut world, "rows");
    assert_eq!((world.is_live("rows"), gaps(&world, "rows")), (true, 1), "bob may have missed something");
    row(&mut world, "rows");
    assert_eq!(world.delivered.len(), 2);
    assert_eq!(user_changes(&world), 2, "alice's coming and bob's");
}

#[test]
fn broadcasts_of_the_former_users_channel_end_with_set_auth_of_another() {
    let mut world = alices("room", private(broadcasts("room:1")));
    set_auth(&mut world, "bob", "bob-1");
    greeting(&mut world, "room:1");
    world.subscribe("more", private(broadcasts("room:1")));
    greeting(&mut world, "room:1");
    assert_eq!(world.delivered.len(), 0, "bob may not be allowed to read it at all");
    world.accept("room:1");
    greeting(&mut world, "room:1");
    assert_eq!((world.delivered.len(), gaps(&world, "room"), gaps(&world, "more")), (2, 1, 0));
}

#[test]
fn a_topic_that_the_former_user_left_brings_the_next_one_nothing_before_its_own_join_is_answered() {
    let mut world = alices("room", broadcasts("room"));
    world.unsubscribe("room");
    set_auth(&mut world, "bob", "bob-1");
    world.subscribe("room", broadcasts("room"));
    greeting(&mut world, "room");
    assert_eq!(world.delivered.len(), 0);
    world.accept("room");
    greeting(&mut world, "room");
    assert_eq!(world.delivered.len(), 1);
}

#[test]
fn signing_out_and_in_begins_anew_each_time() {
    let mut world = alices("room", broadcasts("room"));
    world.sent.clear();
    sign_out(&mut world);
    assert_eq!(world.sent_events(), ["phx_leave", "phx_join"]);
    assert_eq!(world.join("room").2.get("access_token"), None);
    world.accept("room");
    set_auth(&mut world, "alice", "alice-2");
    assert_eq!(world.sent_events(), ["phx_leave", "phx_join", "phx_leave", "phx_join"]);
    world.accept("room");
    assert_eq!(gaps(&world, "room"), 2);
}

#[test]
fn a_fresh_token_of_the_same_user_is_pushed_and_nothing_is_missed_as_recorded() {
    let mut world = alices("todos", private(changes("room:tok", "todos", None)));
    set_auth(&mut world, "alice", "alice-2");
    assert_eq!(world.last_sent("access_token")[4]["access_token"], "alice-2");
    let again = &from_server("access_token_refresh_v2", 1)[2];
    assert!(format!("{:?}", again.data).contains("Subscribed to PostgreSQL"));
    world.receive_recorded(&again.data, "realtime:room:tok", "room:tok");
    assert_eq!((world.is_live("todos"), gaps(&world, "todos")), (true, 0));
}

#[test]
fn a_subscription_that_the_server_begins_anew_by_itself_is_told_as_a_gap() {
    let mut world = alices("rows", private(changes("rows", "clients", None)));
    world.subscribe("talk", private(broadcasts("rows")));
    assert!(world.is_live("talk"));
    subscribed_to_postgres(&mut world, "rows");
    assert_eq!((world.is_live("rows"), gaps(&world, "rows"), gaps(&world, "talk")), (true, 1, 0));
}

#[test]
fn tokens_that_do_not_say_whose_they_are_are_each_anothers() {
    let mut world = World::new();
    world.input(session::Event::SetToken { value: Some("a".into()), claims: Claims::default() });
    world.subscribe("room", broadcasts("room"));
    world.open();
    world.accept("room");
    world.sent.clear();
    world.input(session::Event::SetToken { value: Some("b".into()), claims: Claims::default() });
    assert_eq!(world.sent_events(), ["phx_leave", "phx_join"]);
}

#[test]
fn who_the_former_user_saw_and_what_it_tracked_end_with_it() {
    let mut world = alices("people", presence("office", "here"));
    let (reference, topic, _) = world.join("office");
    let state = json!({ "x": { "metas": [{ "phx_ref": "1", "mood": "well" }] } });
    world.receive_json(json!([reference, null, topic, "presence_state", state]));
    world.track(1, "people", Some(json!({ "name": "alice" })));
    let tracked = world.last_sent("presence")[1].clone();
    let ok = json!({ "status": "ok", "response": {} });
    world.receive_json(json!([reference, tracked, topic, "phx_reply", ok]));
    world.track(2, "people", Some(json!({ "name": "alice", "busy": true })));
    world.track(3, "people", Some(json!({ "name": "alice", "busy": false })));
    world.news.clear();
    world.sent.clear();
    set_auth(&mut world, "bob", "bob-1");
    assert_eq!(world.client().presence("people"), Some(json!({})));
    assert_eq!(world.presence_events("people"), [PresenceEvent::Sync], "and the application is told so");
    assert_eq!((world.settled(2), world.settled(3)), (Some(Err("user_changed")), Some(Err("user_changed"))));
    // Word of alice's channel that was on its way.
    let state = json!({ "y": { "metas": [{ "phx_ref": "2" }] } });
    world.receive_json(json!([reference, null, topic, "presence_state", state]));
    world.receive_json(json!([null, null, topic, "presence_diff", { "joins": state, "leaves": {} }]));
    let message = json!({ "message": "about alice", "status": "error", "extension": "system" });
    world.receive_json(json!([reference, null, topic, "system", message]));
    assert_eq!(world.client().presence("people"), Some(json!({})));
    assert!(!world.news.iter().any(|news| matches!(news, Notification::Realtime(News::System { .. }))));
    world.accept("office");
    assert!(!world.sent_events().contains(&"presence"), "what alice tracked is not bob's");
}

#[test]
fn a_broadcast_by_http_that_waited_under_the_former_user_does_not_go_out_as_the_next_ones() {
    let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
    let answer = |user: &str, question| session::Event::Token {
        question: QuestionId(question),
        value: Some(user.to_owned()),
        claims: claims(user),
    };
    let send = |world: &mut World, call| {
        world.input(Command::HttpBroadcast(HttpBroadcast {
            call: CallId(call),
            channel: "room".into(),
            event: "hi".into(),
            payload: json!({}),
            private: true,
        }));
    };
    send(&mut world, 1);
    world.input(answer("alice", 1));
    assert_eq!(world.requests.len(), 1, "the first token is no other user's");
    world.subscribe("room", broadcasts("room"));
    world.open();
    assert_eq!(world.tokens_asked, 2, "a new connection asks");
    send(&mut world, 2);
    world.input(answer("bob", 2));
    assert_eq!((world.requests.len(), world.settled(2)), (1, Some(Err("user_changed"))));
}

#[test]
fn a_user_who_comes_back_while_the_link_is_down_finds_nothing_of_the_former_ones() {
    let mut world = alices("people", presence("office", "here"));
    let (reference, topic, _) = world.join("office");
    let state = json!({ "x": { "metas": [{ "phx_ref": "1" }] } });
    world.receive_json(json!([reference, null, topic, "presence_state", state]));
    world.close(1006);
    set_auth(&mut world, "bob", "bob-1");
    assert_eq!(world.client().presence("people"), Some(json!({})));
    assert!(world.client().routes().is_empty());
    while world.opened.len() < 2 {
        world.jump();
    }
    world.open();
    assert_eq!(world.join("office").2["access_token"], "bob-1");
    world.accept("office");
    assert_eq!((world.is_live("people"), gaps(&world, "people")), (true, 1));
}

#[test]
fn what_the_server_refused_the_former_user_is_joined_at_once_for_the_next() {
    let mut world = alices("room", private(broadcasts("room:1")));
    let (reference, topic, _) = world.join("room:1");
    world.receive_json(json!([reference, reference, topic, "phx_close", {}]));
    let joins = world.client().realtime_stats().joins;
    set_auth(&mut world, "bob", "bob-1");
    assert_eq!(world.client().realtime_stats().joins, joins + 1, "no backoff of alice's");
}

#[test]
fn a_topic_that_was_dropped_and_comes_back_under_another_user_brings_rows_from_its_own_subscription_on() {
    for drops_first in [false, true] {
        let mut world = alices("rows", changes("rows", "clients", None));
        if drops_first {
            world.unsubscribe("rows");
        }
        set_auth(&mut world, "bob", "bob-1");
        if !drops_first {
            world.unsubscribe("rows");
        }
        world.subscribe("rows", changes("rows", "clients", None));
        let before = world.delivered.len();
        row(&mut world, "rows");
        world.accept_join("rows");
        row(&mut world, "rows");
        assert_eq!(world.delivered.len(), before, "it may be the former user's");
        subscribed_to_postgres(&mut world, "rows");
        row(&mut world, "rows");
        assert_eq!(world.delivered.len(), before + 1);
    }
}

#[test]
fn a_fresh_token_that_met_a_join_hides_no_later_gap() {
    let mut world = World::new();
    set_auth(&mut world, "alice", "alice-1");
    world.subscribe("rows", private(changes("rows", "clients", None)));
    world.open();
    set_auth(&mut world, "alice", "alice-2");
    // One answer for both.
    world.accept("rows");
    subscribed_to_postgres(&mut world, "rows");
    assert_eq!(gaps(&world, "rows"), 1, "the server has begun it anew by itself");
}

fn last_join_1(world: &World) -> Value {
    let is_join = |frame: &&Value| frame["event"] == "phx_join";
    world.sent.iter().rev().find(is_join).expect("a join").clone()
}

/// In protocol 1 the server's words about its subscriptions name no join.
fn system_1(world: &mut World, status: &str, message: &str) {
    let topic = last_join_1(world)["topic"].clone();
    let payload =
        json!({ "message": message, "status": status, "extension": "postgres_changes", "channel": "rows" });
    world.receive_json(json!({ "topic": topic, "event": "system", "ref": null, "payload": payload }));
}

fn accept_1(world: &mut World) {
    let join = last_join_1(world);
    let mut bindings = join["payload"]["config"]["postgres_changes"].clone();
    bindings[0]["id"] = json!(77);
    let payload = json!({ "status": "ok", "response": { "postgres_changes": bindings } });
    let topic = &join["topic"];
    world.receive_json(
        json!({ "topic": topic, "event": "phx_reply", "ref": join["ref"], "payload": payload }),
    );
}

#[test]
fn in_protocol_1_another_user_is_told_from_the_former_one_by_another_socket() {
    let mut world = World::with(Config { protocol: Protocol::V1, ..defaults() }, 1);
    set_auth(&mut world, "alice", "alice-1");
    world.subscribe("rows", changes("rows", "clients", None));
    world.open();
    accept_1(&mut world);
    let alices = world.socket();
    set_auth(&mut world, "bob", "bob-1");
    assert_eq!(world.closed, [alices]);
    assert_eq!(world.statuses("rows").last(), Some(&Status::Joining), "it was not live yet");
    // What the server says of Alice's subscription comes on her socket, if at all.
    let late =
        json!({ "message": "Subscribed to PostgreSQL", "status": "ok", "extension": "postgres_changes" });
    let topic = last_join_1(&world)["topic"].clone();
    let frame = json!({ "topic": topic, "event": "system", "ref": null, "payload": late });
    world.receive_on(alices, frame);
    world.open();
    assert_eq!(last_join_1(&world)["payload"]["access_token"], "bob-1");
    accept_1(&mut world);
    assert!(!world.is_live("rows"));
    system_1(&mut world, "ok", "Subscribed to PostgreSQL");
    assert!(world.is_live("rows"));
}

#[test]
fn in_protocol_1_what_comes_before_the_reply_to_a_join_is_not_about_it() {
    let mut world = World::with(Config { protocol: Protocol::V1, ..defaults() }, 1);
    world.subscribe("rows", changes("rows", "clients", None));
    world.open();
    accept_1(&mut world);
    world.unsubscribe("rows");
    world.subscribe("rows", changes("rows", "clients", None));
    system_1(&mut world, "error", "Unable to subscribe to changes with given parameters.");
    assert!(world.failure("rows").is_none());
    accept_1(&mut world);
    system_1(&mut world, "error", "Unable to subscribe to changes with given parameters.");
    assert!(world.failure("rows").is_some());
}
