//! Several bindings to the database on one channel.

use serde_json::{Value, json};
use wedsync_dashboard::core::realtime::binding::Binding;
use wedsync_dashboard::core::realtime::subscriptions::{Source, Subscription};

use crate::recording::{Data, from_server};
use crate::world::{World, broadcasts, changes, presence, private};

fn binding(table: &str, filter: Option<&str>) -> Binding {
    Binding {
        event: "*".into(),
        schema: "public".into(),
        table: Some(table.into()),
        filter: filter.map(Into::into),
        select: None,
    }
}

fn many(channel: &str, bindings: &[Binding]) -> Subscription {
    Subscription::to(channel, Source::Changes(bindings.to_vec()))
}

/// The server takes the last join of a channel with these ids, in any order.
fn accept_with(world: &mut World, channel: &str, ids: &[u64], reversed: bool) {
    let (join, topic, payload) = world.join(channel);
    let mut entries = payload["config"]["postgres_changes"].as_array().unwrap().clone();
    entries.iter_mut().zip(ids).for_each(|(entry, id)| entry["id"] = json!(id));
    if reversed {
        entries.reverse();
    }
    let payload = json!({ "status": "ok", "response": { "postgres_changes": entries } });
    world.receive_json(json!([join, join, topic, "phx_reply", payload]));
    let ready =
        json!({ "status": "ok", "extension": "postgres_changes", "message": "Subscribed to PostgreSQL" });
    world.receive_json(json!([join, null, topic, "system", ready]));
}

#[test]
fn a_change_that_several_bindings_match_comes_once_in_whatever_order_the_ids_are() {
    let both = [binding("kinds", None), binding("kinds", Some("id=eq.1"))];
    for reversed in [false, true] {
        let mut world = World::open_with("kinds", many("x", &both));
        accept_with(&mut world, "x", &[19_164_736, 47_307_394], reversed);
        assert!(world.is_live("kinds"));
        let recorded = from_server("postgres_changes_rejoin_v2", 1);
        let Data::Text(insert) = &recorded[4].data else { panic!("a binary change") };
        let mut insert: Value = serde_json::from_str(insert).unwrap();
        insert[2] = json!(world.join("x").1);
        assert_eq!(insert[4]["ids"], json!([47_307_394, 90_575_687, 19_164_736]), "in the reverse order");
        world.receive_json(insert);
        assert_eq!(world.delivered.len(), 1);
    }
}

#[test]
fn a_reply_that_leaves_a_binding_out_is_no_join() {
    let both = [binding("kinds", None), binding("other", None)];
    let mut world = World::open_with("kinds", many("x", &both));
    let (join, topic, payload) = world.join("x");
    let mut first = payload["config"]["postgres_changes"][0].clone();
    first["id"] = json!(7);
    let payload = json!({ "status": "ok", "response": { "postgres_changes": [first] } });
    world.receive_json(json!([join, join, topic, "phx_reply", payload]));
    assert_eq!(world.errors("kinds"), ["join_failed"]);
}

#[test]
fn subscriptions_of_one_private_channel_share_a_join_with_all_their_bindings() {
    let mut world = World::open_with("a", private(changes("room", "a", None)));
    accept_with(&mut world, "room", &[1], false);
    world.subscribe("b", private(changes("room", "b", None)));
    assert_eq!(world.sent_events(), ["phx_join", "phx_leave", "phx_join"]);
    accept_with(&mut world, "room", &[1, 2], false);
    assert!(world.is_live("a") && world.is_live("b"));
    let topic = world.join("room").1;
    for id in [1, 2] {
        world.receive_json(
            json!([null, null, topic, "postgres_changes", { "ids": [id], "data": { "n": id } }]),
        );
    }
    let (a, b) = (world.slot("a"), world.slot("b"));
    assert_eq!(world.delivered, [(a, json!({ "n": 1 })), (b, json!({ "n": 2 }))]);
    world.unsubscribe("b");
    assert_eq!(world.sent.len(), 3, "whoever stays is not interrupted");
    assert!(world.is_live("a"));
}

#[test]
fn what_the_database_refuses_fails_alone_on_a_shared_private_channel() {
    let mut world = World::open_with("room", private(broadcasts("room")));
    world.subscribe("rows", private(changes("room", "nope", None)));
    world.accept_join("room");
    let (join, topic, _) = world.join("room");
    let refusal = json!({ "status": "error", "extension": "postgres_changes", "message": "Unable to subscribe to changes" });
    world.receive_json(json!([join, null, topic, "system", refusal]));
    assert_eq!(world.errors("rows"), ["subscription_refused"]);
    assert!(world.errors("room").is_empty());
    world.pass(1_000);
    assert_eq!(world.join("room").2["config"]["postgres_changes"], json!([]));
    world.accept("room");
    assert!(world.is_live("room"));
}

#[test]
fn a_binding_that_the_database_refuses_does_not_end_those_that_were_live_on_the_channel() {
    let mut world = World::open_with("good", private(changes("room", "good", None)));
    world.subscribe("chat", private(broadcasts("room")));
    world.accept("room");
    world.subscribe("bad", private(changes("room", "bad", None)));
    world.accept_join("room");
    let (reference, topic, _) = world.join("room");
    let message = "Unable to subscribe to changes with given parameters. The table does not exist.";
    world.receive_json(json!([reference, null, topic, "system", {
        "message": message, "status": "error", "extension": "postgres_changes", "channel": "room",
    }]));
    assert_eq!(world.failure("bad").map(|error| error.code.as_str()), Some("subscription_refused"));
    assert!(world.failure("good").is_none() && world.failure("chat").is_none());
    let (_, _, payload) = world.join("room");
    assert_eq!(payload["config"]["postgres_changes"].as_array().map(Vec::len), Some(1));
    world.accept("room");
    assert!(world.is_live("good") && world.is_live("chat"));
    // The table that was live is dropped: nothing is left to keep it for.
    let (reference, topic, _) = world.join("room");
    world.receive_json(json!([reference, null, topic, "system", {
        "message": message, "status": "error", "extension": "postgres_changes", "channel": "room",
    }]));
    assert_eq!(world.failure("good").map(|error| error.code.as_str()), Some("subscription_refused"));
    world.accept("room");
    assert!(world.is_live("chat"));
}

#[test]
fn what_is_asked_of_one_channel_has_at_most_half_a_million_bytes() {
    let long = |bytes: usize| [binding("clients", Some(&["t=eq.", &"é".repeat(bytes / 2)].concat()))];
    let mut world = World::new();
    let code = |world: &World, id: &str, subscription: &Subscription| {
        world.client().conflict(id, subscription).map(|error| error.code.as_str())
    };
    assert_eq!(code(&world, "a", &many("x", &long(500_000))), Some("payload_too_large"));
    assert_eq!(code(&world, "a", &many("x", &long(499_900))), None);
    // What shares a private channel is asked for by one join.
    world.subscribe("a", private(many("x", &long(300_000))));
    assert_eq!(code(&world, "b", &private(many("x", &long(300_002)))), Some("payload_too_large"));
    assert_eq!(code(&world, "b", &many("x", &long(300_002))), None, "a channel of its own");
    let key = "k".repeat(500_001);
    assert_eq!(code(&world, "c", &presence("y", &key)), Some("payload_too_large"));
}
