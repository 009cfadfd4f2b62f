//! Subscribing and unsubscribing: twice, in a hurry, and against each other.

use serde_json::json;
use wedsync_dashboard::core::dashboard::Notification;
use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::realtime::frame::Encoding;
use wedsync_dashboard::core::realtime::subscriptions::Status;
use wedsync_dashboard::core::realtime::subscriptions::{Source, Subscription};
use wedsync_dashboard::core::realtime::{Command, News};

use wedsync_dashboard::core::{connectivity, realtime};

use crate::recording::{Data, from_server};
use crate::world::{World, broadcasts, changes, event, presence, private};

#[test]
fn the_same_subscription_twice_joins_once() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    let call = world.ask_for("feed", broadcasts("feed"));
    assert_eq!(world.client().realtime_stats().joins, 1);
    assert_eq!(world.statuses("feed"), [Status::Joining, Status::Live]);
    assert_eq!(world.settled(call), Some(Ok(())), "its promise resolves");
}

#[test]
fn two_ids_on_one_topic_share_its_channel_until_the_last_leaves() {
    let mut world = World::open_with("one", broadcasts("feed"));
    world.subscribe("two", event("feed", "ping"));
    world.accept("feed");
    assert_eq!(world.client().realtime_stats().joins, 1);
    assert!(world.is_live("one") && world.is_live("two"));
    world.subscribe("three", event("feed", "ping"));
    assert!(world.is_live("three"), "at once: the channel is live");

    let topic = world.join("feed").1;
    for name in ["ping", "pong"] {
        let payload = json!({ "type": "broadcast", "event": name, "payload": 1 });
        world.receive_json(json!([null, null, topic, "broadcast", payload]));
    }
    let slots: Vec<_> = world.delivered.iter().map(|(slot, _)| *slot).collect();
    let (one, two, three) = (world.slot("one"), world.slot("two"), world.slot("three"));
    assert_eq!(slots, [one, two, three, one], "those who asked for all come first");

    world.unsubscribe("one");
    world.unsubscribe("two");
    assert!(!world.sent_events().contains(&"phx_leave"));
    world.unsubscribe("three");
    assert_eq!(world.sent_events().last(), Some(&"phx_leave"));
    assert!(world.client().routes().is_empty());
}

#[test]
fn names_of_broadcasts_are_compared_letter_by_letter() {
    let mut world = World::open_with("moved", event("vans", "moved"));
    world.subscribe("all", broadcasts("vans"));
    world.accept("vans");
    let topic = world.join("vans").1;
    for name in ["Moved", "MOVED", "moved", "moved ", "mov\u{435}d"] {
        let payload = json!({ "type": "broadcast", "event": name, "payload": 1 });
        world.receive_json(json!([null, null, topic, "broadcast", payload]));
    }
    let moved = world.slot("moved");
    assert_eq!(world.delivered.iter().filter(|(slot, _)| *slot == moved).count(), 1);
    assert_eq!(world.delivered.len(), 5 + 1);
}

#[test]
fn who_only_watches_takes_the_key_that_the_channel_has() {
    let watching = |key: &str| {
        let source = Source::Presence { key: key.to_owned(), is_chosen: false, enabled: true };
        Subscription::to("team", source)
    };
    let key = |world: &World| world.join("team").2["config"]["presence"]["key"].clone();
    let mut world = World::open_with("one", watching("dashboard-one"));
    world.accept("team");
    world.subscribe("two", watching("dashboard-two"));
    assert!(
        world.is_live("two") && key(&world) == "dashboard-one",
        "nobody is interrupted for a key nobody chose"
    );
    world.subscribe("amelia", presence("team", "amelia"));
    world.accept("team");
    assert_eq!(key(&world), "amelia");
    assert_eq!(world.client().realtime_stats().joins, 2);
    world.subscribe("three", watching("dashboard-three"));
    assert!(["one", "two", "amelia", "three"].iter().all(|id| world.is_live(id)));
    let call = world.ask_for("ben", presence("team", "ben"));
    assert_eq!(world.settled(call), Some(Err("topic_conflict")));
}

#[test]
fn other_options_under_the_same_id_join_anew() {
    let mut world = World::open_with("feed", changes("feed", "activity", Some("supplier_id=eq.1")));
    world.accept("feed");
    let former = world.join("feed").1;
    world.subscribe("feed", changes("feed", "activity", Some("supplier_id=eq.2")));
    assert_ne!(world.join("feed").1, former);
    assert_eq!(world.sent_events(), ["phx_join", "phx_leave", "phx_join"]);
    assert_eq!(world.sent[1][2], json!(former));
    world.accept("feed");
    let change = json!({ "ids": [77], "data": { "type": "INSERT" } });
    world.receive_json(json!([null, null, former, "postgres_changes", change]));
    assert_eq!((world.delivered.len(), world.unrouted), (0, 1), "nothing for a supplier no longer asked for");
}

#[test]
fn options_that_contradict_a_live_topic_are_an_error_of_the_later_call() {
    let own = Subscription { source: Source::Broadcast { event: None, own: true }, ..broadcasts("feed") };
    for other in [private(broadcasts("feed")), own] {
        let mut world = World::open_with("one", broadcasts("feed"));
        world.accept("feed");
        let call = world.ask_for("two", other);
        assert_eq!(world.settled(call), Some(Err("topic_conflict")));
        assert!(world.is_live("one"));
        assert_eq!(world.client().realtime_stats().joins, 1);
    }
}

#[test]
fn unsubscribing_while_joining_leaves_and_the_late_answer_means_nothing() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.unsubscribe("feed");
    assert_eq!(world.sent_events(), ["phx_join", "phx_leave"]);
    let news = world.news.len();
    world.accept_join("feed");
    assert_eq!(world.news.len(), news);
    assert_eq!(world.left(realtime::Timer::Join("realtime:feed".into())), None);
    assert_eq!(world.left(connectivity::Timer::Idle), Some(10_000), "the socket is kept for a while");
}

#[test]
fn a_mount_unmount_mount_ends_live_and_the_former_joins_close_means_nothing() {
    let mut world = World::open_with("feed", broadcasts("mf"));
    let (first, ..) = world.join("mf");
    world.unsubscribe("feed");
    world.subscribe("feed", broadcasts("mf"));
    let (second, topic, _) = world.join("mf");
    // As recorded: the reply to the new join comes first, then the close of the former one.
    let recorded: Vec<_> = from_server("malformed_frames_v2", 1)
        .into_iter()
        .filter_map(|line| match line.data {
            Data::Text(text) => serde_json::from_str::<serde_json::Value>(&text).ok(),
            Data::Binary(_) => None,
        })
        .collect();
    let at = recorded.iter().position(|frame| frame[0] == "30").expect("the second join's reply");
    for (frame, reference) in [(&recorded[at], &second), (&recorded[at + 1], &first)] {
        let mut frame = frame.clone();
        (frame[0], frame[1], frame[2]) = (reference.clone(), reference.clone(), json!(topic));
        world.receive_json(frame);
    }
    assert!(world.is_live("feed"));
}

#[test]
fn a_broadcast_goes_out_on_the_live_channel_only() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    let send = |call, id: &str| Command::Broadcast {
        call: CallId(call),
        id: id.to_owned(),
        event: "cursor".to_owned(),
        payload: json!({ "x": 1 }),
        is_bytes: false,
    };
    let settled = |world: &World, wanted| {
        world.news.iter().find_map(|news| match news {
            Notification::Realtime(News::Settled { call: CallId(call), result }) if *call == wanted => {
                Some(result.clone().map_err(|error| error.code.as_str()))
            }
            _ => None,
        })
    };
    world.input(send(1, "feed"));
    world.input(send(2, "nobody"));
    world.accept("feed");
    world.input(send(3, "feed"));
    assert_eq!(settled(&world, 1), Some(Err("not_joined")));
    assert_eq!(settled(&world, 2), Some(Err("unknown_subscription")));
    assert_eq!(settled(&world, 3), Some(Ok(())));
    let (join, topic, _) = world.join("feed");
    let [(header, payload, Encoding::Json)] = world.broadcasts.as_slice() else { panic!("one broadcast") };
    let (join, fields) = (join.as_str().unwrap(), String::from_utf8_lossy(&header[7..]));
    assert!(fields.starts_with(join) && fields.ends_with(&[&topic, "cursor"].concat()), "{fields}");
    assert_eq!(payload, &json!({ "x": 1 }));
}

#[test]
fn a_replacement_that_contradicts_another_subscription_leaves_what_was_there() {
    let mut world = World::open_with("x", broadcasts("own"));
    world.subscribe("other", broadcasts("shared"));
    world.accept("own");
    world.accept("shared");
    let call = world.ask_for("x", private(broadcasts("shared")));
    assert_eq!(world.settled(call), Some(Err("topic_conflict")));
    assert_eq!((world.failure("x"), world.dropped.as_slice()), (None, [].as_slice()));
    assert!(!world.sent_events().contains(&"phx_leave"));
    assert!(world.is_live("x") && world.is_live("other"));
}

#[test]
fn the_only_subscription_of_a_topic_may_change_its_options() {
    let mut world = World::open_with("x", broadcasts("room"));
    world.accept("room");
    assert_eq!(world.client().conflict("x", &private(broadcasts("room"))), None);
    world.subscribe("x", private(broadcasts("room")));
    assert_eq!(world.sent_events(), ["phx_join", "phx_leave", "phx_join"]);
    assert_eq!(world.join("room").2["config"]["private"], true);
}

#[test]
fn the_same_subscription_again_is_settled_by_the_state_as_it_is() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    let at_once = world.ask_for("feed", broadcasts("feed"));
    assert_eq!(world.settled(at_once), Some(Ok(())));
    world.close(1006);
    let later = world.ask_for("feed", broadcasts("feed"));
    assert_eq!(world.settled(later), None);
    use Status::{Joining, Live, Reconnecting};
    assert_eq!(world.statuses("feed"), [Joining, Live, Reconnecting]);
    assert_eq!(world.client().status("feed"), Some(Reconnecting));
    world.pass(1_000);
    world.open();
    world.accept("feed");
    assert_eq!(world.settled(later), Some(Ok(())));
}

#[test]
fn a_call_is_settled_once_the_subscription_is_live() {
    let mut world = World::new();
    let calls = [
        world.ask_for("rows", changes("feed", "a", None)),
        world.ask_for("rows", changes("feed", "a", None)),
    ];
    world.open();
    world.accept_join("feed");
    assert_eq!(calls.map(|call| world.settled(call)), [None, None]);
    let (reference, topic, _) = world.join("feed");
    world.receive_json(json!([reference, null, topic, "system", {
        "message": "Subscribed to PostgreSQL", "status": "ok", "extension": "postgres_changes", "channel": "feed",
    }]));
    assert_eq!(calls.map(|call| world.settled(call)), [Some(Ok(())); 2]);
}

#[test]
fn a_call_is_settled_with_what_ends_the_subscription_before_it_is_live() {
    let mut world = World::new();
    let ended = world.ask_for("ended", broadcasts("ended"));
    let stopped = world.ask_for("stopped", broadcasts("stopped"));
    let refused = world.ask_for("refused", private(broadcasts("refused")));
    world.open();
    world.unsubscribe("ended");
    world.refuse(
        "refused",
        "Unauthorized: You do not have permissions to read from this Channel topic: refused",
    );
    world.input(Command::Disconnect);
    assert_eq!(
        [ended, refused, stopped].map(|call| world.settled(call)),
        [Some(Err("unsubscribed")), Some(Err("join_refused")), Some(Err("unsubscribed"))]
    );
    assert_eq!(world.client().status("refused"), None);
}

#[test]
fn who_waits_for_what_is_replaced_waits_for_what_replaces_it() {
    let mut world = World::new();
    let calls = [world.ask_for("x", broadcasts("one")), world.ask_for("x", broadcasts("two"))];
    world.open();
    world.accept("two");
    assert_eq!(calls.map(|call| world.settled(call)), [Some(Ok(())); 2]);
    world.unsubscribe("x");
    assert_eq!(calls.map(|call| world.settlements(call)), [1, 1]);
}

#[test]
fn a_callback_is_dropped_with_its_subscription() {
    let mut world = World::new();
    for id in ["ended", "refused", "kept"] {
        world.subscribe(id, private(broadcasts(id)));
    }
    world.open();
    world.unsubscribe("ended");
    world.refuse(
        "refused",
        "Unauthorized: You do not have permissions to read from this Channel topic: refused",
    );
    let slots = ["ended", "refused"].map(|id| world.slot(id));
    assert_eq!(world.dropped, slots);
}

#[test]
fn a_broadcast_on_a_subscription_to_changes_is_refused_because_nobody_would_hear_it() {
    let mut world = World::open_with("rows", changes("feed", "activity", None));
    world.accept("feed");
    world.input(Command::Broadcast {
        call: CallId(1),
        id: "rows".into(),
        event: "e".into(),
        payload: json!(1),
        is_bytes: false,
    });
    let settled = world.news.last().map(|news| format!("{news:?}")).unwrap_or_default();
    assert!(settled.contains("InvalidOption") && settled.contains("listens to changes"), "{settled}");
}

#[test]
fn a_client_tells_whether_an_id_stands_for_the_same_subscription() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    let slot = world.slot("feed");
    assert_eq!(world.client().slot_of("feed", &broadcasts("feed")), Some(slot));
    assert_eq!(world.client().slot_of("feed", &event("feed", "hello")), None);
    assert_eq!(world.client().slot_of("other", &broadcasts("feed")), None);
}
