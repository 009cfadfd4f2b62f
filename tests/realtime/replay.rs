//! Broadcasts that the database kept, and the connection they come by.

use serde_json::{Value, json};
use wedsync_dashboard::core::realtime::subscriptions::{Replay, Subscription};

use crate::recording::{Data, from_client, from_server};
use crate::world::{EPOCH, World, broadcasts, private};

fn replayed(channel: &str, since: u64) -> Subscription {
    Subscription { replay: Some(Replay { since, limit: 25 }), ..private(broadcasts(channel)) }
}

fn since(world: &World) -> &Value {
    &world.last_sent("phx_join")[4]["config"]["broadcast"]["replay"]["since"]
}

#[test]
fn a_join_asks_for_a_replay_as_recorded() {
    let world = World::open_with("audit", replayed("room:replay1", 5));
    let recorded = from_client("replay_v2", 1);
    let asked =
        &recorded.iter().find(|frame| frame[3] == "phx_join").unwrap()[4]["config"]["broadcast"]["replay"];
    let ours = &world.last_sent("phx_join")[4]["config"]["broadcast"]["replay"];
    assert_eq!(ours, &json!({ "since": 5, "limit": 25 }));
    let names = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(ours), names(asked));
}

#[test]
fn since_is_computed_anew_at_each_join() {
    let mut world = World::open_with("audit", replayed("room", EPOCH - 60_000));
    assert_eq!(since(&world), &json!(EPOCH - 60_000));
    world.accept("room");
    world.pass(1_000_000);
    let live_until = EPOCH + world.now.as_millis();
    world.close(1012);
    world.pass(40_000);
    world.open();
    let asked = since(&world).as_u64().unwrap();
    let before = live_until - asked;
    assert!((300_000..=330_000).contains(&before), "{before} ms: five minutes, and up to a heartbeat");
    let (join, topic, _) = world.join("room");
    // A refusal before it was live again does not move it on.
    world.receive_json(json!([join, join, topic, "phx_reply", { "status": "error", "response": { "reason": "RealtimeRestarting" } }]));
    world.pass(3_000);
    assert_eq!(since(&world).as_u64(), Some(asked));
}

#[test]
fn a_replay_never_begins_before_what_the_application_said() {
    let mut world = World::open_with("audit", replayed("room", EPOCH + 500));
    world.accept("room");
    world.close(1006);
    world.reached(true);
    world.open();
    assert_eq!(since(&world), &json!(EPOCH + 500));
}

#[test]
fn replayed_broadcasts_as_recorded_come_once() {
    let mut world = World::open_with("audit", replayed("room:replay1", 0));
    let recorded = from_server("replay_v2", 1);
    let replayed: Vec<_> = recorded
        .iter()
        .filter(|line| matches!(&line.data, Data::Text(text) if text.contains("\"replayed\":true")))
        .collect();
    assert!(!replayed.is_empty());
    let Data::Text(first) = &replayed[0].data else { panic!("a binary frame") };
    let topic = serde_json::from_str::<Value>(first).unwrap()[2].as_str().unwrap().to_owned();
    let channel = topic.strip_prefix("realtime:").unwrap().to_owned();
    world.subscribe("audit", self::replayed(&channel, 0));
    world.accept(&channel);
    for _ in 0..2 {
        for line in &replayed {
            world.receive_recorded(&line.data, &topic, &channel);
        }
    }
    let ids: Vec<_> = world.delivered.iter().map(|(_, message)| message["meta"]["id"].clone()).collect();
    let mut once = ids.clone();
    once.dedup();
    assert_eq!(ids, once);
    assert_eq!(ids.len(), replayed.len());
}

#[test]
fn a_channel_may_wait_for_the_connection_of_database_broadcasts_as_recorded() {
    let waiting = Subscription { replication_ready: true, ..private(broadcasts("room:rr")) };
    let mut world = World::open_with("rr", waiting);
    let recorded = &from_client("replication_ready", 1)[0][4]["config"]["broadcast"];
    assert_eq!(recorded["replication_ready"], true);
    assert_eq!(world.last_sent("phx_join")[4]["config"]["broadcast"]["replication_ready"], true);
    let lines = from_server("replication_ready", 1);
    world.receive_recorded(&lines[0].data, "realtime:room:rr", "room:rr");
    assert!(!world.is_live("rr"));
    world.receive_recorded(&lines[1].data, "realtime:room:rr", "room:rr");
    assert!(world.is_live("rr"));
}
