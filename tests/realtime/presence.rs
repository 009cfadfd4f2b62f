//! Presence: who is there, what changed, and what is tracked.

use crate::defaults::defaults;
use serde_json::{Value, json};
use wedsync_dashboard::core::dashboard::Config;
use wedsync_dashboard::core::realtime::frame::Protocol;
use wedsync_dashboard::core::realtime::presence::PresenceEvent::{self, Change, Sync};

use crate::recording::{Data, from_client, from_server};
use crate::world::{World, broadcasts, presence, private};

/// An event in a few words: its kind, the key, and the statuses that came and went.
fn told(event: &PresenceEvent<Value>) -> String {
    let statuses = |presences: &[Value]| {
        let all: Vec<_> = presences.iter().map(|one| one["status"].as_str().unwrap_or("?")).collect();
        all.join(",")
    };
    let Change { key, current, joined, left } = event else {
        assert_eq!(*event, Sync);
        return event.as_str().into();
    };
    let changed = |sign: &str, presences: &[Value]| match presences {
        [] => String::new(),
        _ => format!(" {sign}{}", statuses(presences)),
    };
    let (left, joined) = (changed("-", left), changed("+", joined));
    format!("{} {key}{left}{joined} ={}", event.as_str(), statuses(current))
}

/// What A of the recording was told, with its own join in the place of the recorded one.
fn as_recorded(recording: &str, protocol: Protocol) -> World {
    let mut world = World::with(Config { protocol, ..defaults() }, 1);
    world.subscribe("who", presence("pres1", "alice"));
    world.open();
    let join = references(&world, "phx_join").0;
    for (at, line) in from_server(recording, 1).into_iter().enumerate() {
        if at == 1 {
            world.track(1, "who", Some(json!({ "status": "online", "n": 1 })));
        }
        let Data::Text(text) = &line.data else { panic!("a binary frame") };
        // The recorded client's join was its message 6, its first call of `track` 7.
        let track = if at == 0 { join.clone() } else { references(&world, "presence").1 };
        let text = text
            .replacen("[\"6\",\"6\"", &format!("[{join},{join}"), 1)
            .replacen("[\"6\",\"7\"", &format!("[{join},{track}"), 1)
            .replacen("[\"6\",null", &format!("[{join},null"), 1)
            .replacen("\"ref\":\"6\"", &format!("\"ref\":{join}"), 1)
            .replacen("\"ref\":\"7\"", &format!("\"ref\":{track}"), 1);
        world.receive(&Data::Text(text));
    }
    world
}

fn references(world: &World, event: &str) -> (Value, Value) {
    let frame = world.sent.iter().rev().find(|frame| frame[3] == event || frame["event"] == event).unwrap();
    match frame.is_array() {
        true => (frame[0].clone(), frame[1].clone()),
        false => (frame["join_ref"].clone(), frame["ref"].clone()),
    }
}

#[test]
fn two_clients_as_recorded_come_change_and_go_on_both_protocols() {
    for (recording, protocol) in
        [("presence_two_clients_v2", Protocol::V2), ("presence_two_clients_v1", Protocol::V1)]
    {
        let world = as_recorded(recording, protocol);
        let told: Vec<_> = world.presence_events("who").iter().map(told).collect();
        let busy = told.iter().find(|event| event.contains("+busy")).expect("B came");
        let key = busy.split(' ').nth(1).unwrap();
        let expected = [
            "sync".to_owned(),
            "join alice +online =".to_owned(),
            "sync".to_owned(),
            format!("join {key} +busy ="),
            "sync".to_owned(),
            "update alice -online +away =away".to_owned(),
            "sync".to_owned(),
            "leave alice -away =".to_owned(),
            "sync".to_owned(),
            "join alice +back =".to_owned(),
            "sync".to_owned(),
            format!("leave {key} -busy ="),
            "sync".to_owned(),
        ];
        assert_eq!(told, expected, "{recording}");
        assert_eq!(world.settled(1), Some(Ok(())));
        let state = world.client().presence("who").unwrap();
        assert_eq!(state["alice"][0]["status"], "back");
        assert_eq!(state.as_object().map(|people| people.len()), Some(1));
    }
}

#[test]
fn a_join_and_what_is_tracked_go_out_as_recorded() {
    let mut world = World::open_with("who", presence("pres1", "alice"));
    let recorded = from_client("presence_two_clients_v2", 1);
    assert_eq!(world.join("pres1").2["config"], recorded[0][4]["config"]);
    world.accept("pres1");
    world.track(1, "who", Some(json!({ "status": "online", "n": 1 })));
    assert_eq!(world.last_sent("presence")[4], recorded[1][4]);
    let reference = world.last_sent("presence")[1].clone();
    let (join, topic, _) = world.join("pres1");
    world.receive_json(json!([join, reference, topic, "phx_reply", { "status": "ok", "response": {} }]));
    world.track(2, "who", None);
    let untrack = &world.last_sent("presence")[4];
    assert_eq!((&untrack["type"], &untrack["event"]), (&json!("presence"), &json!("untrack")));
}

#[test]
fn a_state_names_presences_by_presence_ref_as_the_official_client_does() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.accept("room");
    let (join, topic, _) = world.join("room");
    let state = json!({ "a": { "metas": [{ "phx_ref": "r1", "n": 1 }, { "phx_ref": "r2", "n": 2 }] } });
    world.receive_json(json!([join, null, topic, "presence_state", state]));
    let expected = json!({ "a": [{ "presence_ref": "r1", "n": 1 }, { "presence_ref": "r2", "n": 2 }] });
    assert_eq!(world.client().presence("who"), Some(expected));
}

#[test]
fn the_servers_own_names_in_what_is_tracked_are_the_servers() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.accept("room");
    let (join, topic, _) = world.join("room");
    let meta = json!({ "phx_ref": "r1", "phx_ref_prev": "r0", "presence_ref": "mine", "n": 1 });
    let state = json!({ "a": { "metas": [meta] }, "__proto__": { "metas": [{ "phx_ref": "r2" }] } });
    world.receive_json(json!([join, null, topic, "presence_state", state]));
    let expected =
        json!({ "__proto__": [{ "presence_ref": "r2" }], "a": [{ "presence_ref": "r1", "n": 1 }] });
    assert_eq!(world.client().presence("who"), Some(expected));
    // And so that nobody else is confused, they do not go out.
    let state = json!({ "phx_ref": "r1", "presence_ref": "mine", "phx_ref_prev": "r0", "at": "desk" });
    world.track(1, "who", Some(state));
    assert_eq!(world.last_sent("presence")[4]["payload"], json!({ "at": "desk" }));
}

#[test]
fn diffs_before_the_state_are_taken_after_it() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.accept("room");
    let (join, topic, _) = world.join("room");
    let left = json!({ "joins": {}, "leaves": { "a": { "metas": [{ "phx_ref": "r1", "status": "old" }] } } });
    world.receive_json(json!([null, null, topic, "presence_diff", left]));
    assert!(world.presence_events("who").is_empty());
    let state = json!({ "a": { "metas": [{ "phx_ref": "r1", "status": "old" }] } });
    world.receive_json(json!([join, null, topic, "presence_state", state]));
    let told: Vec<_> = world.presence_events("who").iter().map(told).collect();
    assert_eq!(told, ["join a +old =", "leave a -old =", "sync"]);
}

#[test]
fn a_reconnection_tells_only_what_changed_meanwhile_and_tracks_again() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.accept("room");
    world.track(1, "who", Some(json!({ "status": "here" })));
    let (join, topic, _) = world.join("room");
    let state = json!({
        "stays": { "metas": [{ "phx_ref": "s", "status": "same" }] },
        "goes": { "metas": [{ "phx_ref": "g", "status": "gone" }] },
    });
    world.receive_json(json!([join, null, topic, "presence_state", state]));
    world.close(1006);
    world.reached(true);
    world.open();
    world.accept("room");
    assert_eq!(world.last_sent("presence")[4]["payload"], json!({ "status": "here" }), "tracked again");
    assert_eq!(world.settled(1), None, "its first answer was lost with the connection");
    let (join, topic, _) = world.join("room");
    let reference = world.last_sent("presence")[1].clone();
    world.receive_json(json!([join, reference, topic, "phx_reply", { "status": "ok", "response": {} }]));
    assert_eq!(world.settled(1), Some(Ok(())));
    let before = world.presence_events("who").len();
    let state = json!({
        "stays": { "metas": [{ "phx_ref": "s", "status": "same" }] },
        "comes": { "metas": [{ "phx_ref": "c", "status": "new" }] },
    });
    world.receive_json(json!([join, null, topic, "presence_state", state]));
    let told: Vec<_> = world.presence_events("who")[before..].iter().map(told).collect();
    assert_eq!(told, ["leave goes -gone =", "join comes +new =", "sync"]);
}

#[test]
fn what_is_tracked_before_the_channel_is_live_waits_for_it() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.track(1, "who", Some(json!({ "n": 1 })));
    world.track(2, "who", Some(json!({ "n": 2 })));
    assert!(!world.sent_events().contains(&"presence"));
    world.accept("room");
    assert_eq!(world.last_sent("presence")[4]["payload"], json!({ "n": 2 }), "the latest alone");
}

#[test]
fn the_server_s_limit_of_presence_calls_is_never_reached() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.accept("room");
    let (join, topic, _) = world.join("room");
    for number in 1..=20 {
        world.track(number, "who", Some(json!({ "n": number })));
        let reference = world.last_sent("presence")[1].clone();
        world.receive_json(json!([join, reference, topic, "phx_reply", { "status": "ok", "response": {} }]));
        world.pass(100);
    }
    let calls = |world: &World| world.sent_events().iter().filter(|event| **event == "presence").count();
    assert_eq!(calls(&world), 5);
    world.pass(30_000);
    assert_eq!(calls(&world), 6);
    assert_eq!(world.last_sent("presence")[4]["payload"], json!({ "n": 20 }), "what it came to");
}

#[test]
fn a_subscription_of_broadcasts_on_the_same_channel_shares_its_join() {
    let mut world = World::open_with("room", broadcasts("room"));
    world.accept("room");
    world.subscribe("who", presence("room", "me"));
    assert_eq!(world.sent_events(), ["phx_join", "phx_leave", "phx_join"], "presence has to be asked for");
    assert!(!world.is_live("room"));
    world.accept("room");
    assert!(world.is_live("room") && world.is_live("who"));
    assert_eq!(world.continuity("room"), ["lost"], "something may have been missed while it was not joined");
    assert!(world.continuity("who").is_empty(), "it is new");
    world.track(1, "who", Some(json!({ "n": 1 })));
    world.unsubscribe("who");
    assert_eq!(world.last_sent("presence")[4]["event"], "track", "its answer is awaited first");
    let reference = world.last_sent("presence")[1].clone();
    let (join, topic, _) = world.join("room");
    world.receive_json(json!([join, reference, topic, "phx_reply", { "status": "ok", "response": {} }]));
    assert_eq!(world.last_sent("presence")[4]["event"], "untrack", "nobody is there any more");
    assert!(world.is_live("room"), "and the other goes on");
}

#[test]
fn a_second_subscription_to_presence_is_told_who_is_there_at_once() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.accept("room");
    let (join, topic, _) = world.join("room");
    world.receive_json(json!([join, null, topic, "presence_state", {}]));
    world.subscribe("too", presence("room", "me"));
    assert_eq!(world.presence_events("too"), [Sync]);
}

#[test]
fn presence_of_a_channel_that_did_not_ask_for_it_means_nothing() {
    let mut world = World::open_with("room", broadcasts("room"));
    world.accept("room");
    let before = world.news.len();
    for line in from_server("presence_public_not_enabled_v2", 2) {
        let Data::Text(text) = line.data else { continue };
        let mut frame: Value = serde_json::from_str(&text).unwrap();
        if frame[3] == "presence_diff" {
            frame[2] = json!("realtime:room");
            world.receive_json(frame);
        }
    }
    assert_eq!(world.news.len(), before);
}

#[test]
fn presences_of_another_shape_are_left_out() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.accept("room");
    let (join, topic, _) = world.join("room");
    for odd in
        [json!(null), json!([]), json!("x"), json!({ "a": 5 }), json!({ "a": { "metas": [{ "n": 1 }, 7] } })]
    {
        world.receive_json(json!([join, null, topic, "presence_state", odd]));
        world.receive_json(json!([null, null, topic, "presence_diff", odd]));
        world.receive_json(json!([null, null, topic, "presence_diff", { "joins": odd, "leaves": odd }]));
    }
    assert_eq!(world.client().presence("who"), Some(json!({})));
    assert!(world.is_live("who"));
}

#[test]
fn tracking_on_what_is_no_presence_is_an_error_of_the_call() {
    let mut world = World::open_with("room", broadcasts("room"));
    world.track(1, "room", Some(json!({})));
    world.track(2, "nobody", Some(json!({})));
    assert_eq!(world.settled(1), Some(Err("invalid_option")));
    assert_eq!(world.settled(2), Some(Err("unknown_subscription")));
    assert_eq!(world.client().presence("room"), None);
}

#[test]
fn the_end_of_a_subscription_settles_what_it_still_tracks() {
    let mut world = World::open_with("who", private(presence("room", "me")));
    world.track(1, "who", Some(json!({})));
    world.unsubscribe("who");
    assert_eq!(world.settled(1), Some(Err("not_joined")));
}

#[test]
fn what_is_too_large_to_track_as_recorded_is_told_and_not_tracked_again() {
    let mut world = World::open_with("who", presence("room", "me"));
    world.accept("room");
    world.track(1, "who", Some(json!({ "blob": "x" })));
    let recorded = from_server("huge_payload", 1);
    let at =
        recorded.iter().position(|line| format!("{:?}", line.data).contains("Track message size")).unwrap();
    for line in &recorded[at..at + 2] {
        let Data::Text(text) = &line.data else { panic!("a binary frame") };
        let topic = serde_json::from_str::<Value>(text).unwrap()[2].as_str().unwrap().to_owned();
        world.receive_recorded(&line.data, &topic, "room");
    }
    assert_eq!(world.settled(1), Some(Err("payload_too_large")));
    world.pass(2_000);
    world.accept("room");
    assert!(world.is_live("who"));
    assert_eq!(world.sent_events().iter().filter(|event| **event == "presence").count(), 1);
}

#[test]
fn what_a_subscription_tracks_ends_with_it_though_others_still_watch() {
    let mut world = World::open_with("watcher", presence("room", "alice"));
    world.subscribe("editor", presence("room", "alice"));
    world.accept("room");
    world.track(1, "editor", Some(json!({ "editing": true })));
    let ok = json!({ "status": "ok", "response": {} });
    let (join, track) = references(&world, "presence");
    world.receive_json(json!([join, track, "realtime:room", "phx_reply", ok]));
    assert_eq!(world.settled(1), Some(Ok(())));
    world.unsubscribe("editor");
    assert_eq!(world.last_sent("presence")[4]["event"], "untrack");
    assert!(world.is_live("watcher"));
}

#[test]
fn a_diff_of_an_earlier_join_that_ends_late_leaves_no_ghost() {
    let mut world = World::open_with("team", presence("room", "amelia"));
    world.accept("room");
    let (earlier, topic, _) = world.join("room");
    // Left and joined again, and the new join is answered while what the server said of the earlier one is on its way.
    world.unsubscribe("team");
    world.subscribe("team", presence("room", "amelia"));
    world.accept("room");
    let (current, ..) = world.join("room");
    let came = json!({ "joins": { "amelia": { "metas": [{ "phx_ref": "r1" }] } }, "leaves": {} });
    world.receive_json(json!([null, null, topic, "presence_diff", came]));
    world.receive_json(json!([earlier, earlier, topic, "phx_close", {}]));
    world.receive_json(json!([current, null, topic, "presence_state", {}]));
    assert_eq!(world.client().presence("team"), Some(json!({})));
}
