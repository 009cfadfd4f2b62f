//! Joining: what goes out, and when a subscription is truly live.

use crate::defaults::defaults;
use serde_json::{Value, json};
use wedsync_dashboard::core::dashboard::{Config, Notification};
use wedsync_dashboard::core::realtime::News;
use wedsync_dashboard::core::realtime::remedy::Remedy;
use wedsync_dashboard::core::realtime::subscriptions::Status;
use wedsync_dashboard::core::realtime::subscriptions::{Source, Subscription};
use wedsync_dashboard::core::session::token::{Claims, QuestionId};
use wedsync_dashboard::core::{realtime, session};

use crate::recording::{Data, from_client, from_server};
use crate::world::{World, broadcasts, changes, private};

fn config_of(join: &Value) -> Value {
    join[4]["config"].clone()
}

#[test]
fn a_join_asks_for_what_the_official_client_asks_for() {
    let world = World::open_with("feed", changes("db1", "kinds", None));
    let recorded = from_client("postgres_changes_all_v2", 1);
    assert_eq!(world.join("db1").2["config"], config_of(&recorded[0]));

    let world = World::open_with("cursor", broadcasts("pub1"));
    let recorded = from_client("broadcast_public_v2", 1);
    assert_eq!(world.join("pub1").2, recorded[0][4]);

    let own = Subscription { source: Source::Broadcast { event: None, own: true }, ..broadcasts("self1") };
    let world = World::open_with("own", own);
    let mut recorded = config_of(&from_client("broadcast_self_ack_v2", 1)[0]);
    recorded["broadcast"]["ack"] = json!(false);
    assert_eq!(world.join("self1").2["config"], recorded);

    let world = World::open_with("audit", private(broadcasts("audited:5")));
    let recorded = from_client("broadcast_from_database", 1);
    assert_eq!(world.join("audited:5").1, "realtime:audited:5");
    assert_eq!(world.join("audited:5").2["config"], config_of(&recorded[0]));
}

#[test]
fn a_subscription_to_changes_is_live_only_when_the_database_says_so() {
    let mut world = World::open_with("kinds", changes("db1", "kinds", None));
    let lines = from_server("postgres_changes_all_v2", 1);
    let [reply, system, changes @ ..] = lines.as_slice() else { panic!("a short recording") };
    world.receive_recorded(&reply.data, "realtime:db1", "db1");
    assert_eq!(world.statuses("kinds"), [Status::Joining]);
    world.receive_recorded(&system.data, "realtime:db1", "db1");
    assert_eq!(world.statuses("kinds"), [Status::Joining, Status::Live]);

    for line in changes {
        let Data::Text(text) = &line.data else { panic!("a binary change") };
        let mut frame: Value = serde_json::from_str(text).unwrap();
        frame[2] = json!(world.join("db1").1);
        world.receive_json(frame);
    }
    let types: Vec<_> = world.delivered.iter().map(|(_, change)| change["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["INSERT", "INSERT", "UPDATE", "DELETE", "INSERT", "INSERT", "UPDATE", "UPDATE"]);
    assert_eq!(world.delivered[0].1["record"]["t"], "text ✓");
    assert_eq!((world.malformed, world.unrouted), (0, 0));
}

#[test]
fn changes_before_the_system_message_reach_their_callback_too() {
    let mut world = World::open_with("kinds", changes("db1", "kinds", None));
    world.accept_join("db1");
    let topic = world.join("db1").1;
    world.receive_json(
        json!([null, null, topic, "postgres_changes", { "ids": [77], "data": { "type": "INSERT" } }]),
    );
    assert_eq!(world.delivered.len(), 1);
}

#[test]
fn every_binding_has_a_topic_of_its_own_and_gets_its_own_changes() {
    let mut world = World::open_with("all", changes("x", "kinds", None));
    world.subscribe("one", changes("x", "kinds", Some("id=eq.1")));
    let lines = from_server("postgres_changes_rejoin_v2", 1);
    let joins: Vec<Value> = world.sent.iter().filter(|frame| frame[3] == "phx_join").cloned().collect();
    assert_eq!(joins.len(), 2);
    assert_ne!(joins[0][2], joins[1][2]);
    for (join, id) in joins.iter().zip([19_164_736, 47_307_394]) {
        let mut bindings = join[4]["config"]["postgres_changes"].clone();
        bindings[0]["id"] = json!(id);
        let payload = json!({ "status": "ok", "response": { "postgres_changes": bindings } });
        world.receive_json(json!([join[0], join[1], join[2], "phx_reply", payload]));
    }
    // The recorded frame names all ids it matched, in the reverse order of the bindings.
    let Data::Text(insert) = &lines[4].data else { panic!("a binary change") };
    let mut insert: Value = serde_json::from_str(insert).unwrap();
    assert_eq!(insert[4]["ids"], json!([47_307_394, 90_575_687, 19_164_736]));
    for join in &joins {
        insert[2] = join[2].clone();
        world.receive_json(insert.clone());
    }
    let (all, one) = (world.slot("all"), world.slot("one"));
    assert_eq!(world.delivered.iter().map(|(slot, _)| *slot).collect::<Vec<_>>(), [all, one]);
}

#[test]
fn a_reply_that_names_another_binding_is_refused_and_joined_again() {
    let mut world = World::open_with("kinds", changes("db1", "kinds", None));
    let (reference, topic, _) = world.join("db1");
    let other = json!([{ "id": 5, "event": "*", "schema": "public", "table": "other" }]);
    let payload = json!({ "status": "ok", "response": { "postgres_changes": other } });
    world.receive_json(json!([reference, reference, topic, "phx_reply", payload]));
    assert_eq!(world.errors("kinds"), ["join_failed"]);
    assert_eq!(world.sent_events(), ["phx_join", "phx_leave"]);
    world.pass(1_000);
    assert_ne!(world.join("db1").0, reference);
}

#[test]
fn a_refused_private_join_is_told_once_and_not_retried() {
    let mut world = World::open_with("denied", private(broadcasts("room:denied")));
    world.subscribe("other", broadcasts("lobby"));
    world.accept("lobby");
    let denial = &from_server("private_denied_v2", 2)[0];
    world.pass(denial.millis - 13);
    world.receive_recorded(&denial.data, "realtime:room:denied", "room:denied");
    let failure = world.failure("denied").expect("it has failed");
    assert_eq!(failure.code.as_str(), "join_refused");
    assert!(failure.message.contains("You do not have permissions to read"), "{}", failure.message);
    assert!(!failure.code.is_retryable());
    let joins = world.client().realtime_stats().joins;
    world.pass(120_000);
    assert_eq!(world.client().realtime_stats().joins, joins, "no join after a refusal for good");
    assert!(world.is_live("other"), "the other topic lives on");
}

#[test]
fn what_the_database_refuses_fails_with_the_servers_reason_and_leaves_the_channel() {
    let lines = from_server("postgres_changes_errors", 1);
    let bad = [
        ("nosuchtable", "nope", None),
        ("badcolumn", "kinds", Some("nocol=eq.1")),
        ("badop", "kinds", Some("id=zz.1")),
    ];
    for (name, table, filter) in bad {
        let mut world = World::open_with(name, changes(name, table, filter));
        let recorded = ["realtime:bad-", name].concat();
        let own = |data: &Data| matches!(data, Data::Text(text) if text.contains(&format!("\"{recorded}\"")));
        for line in lines.iter().filter(|line| own(&line.data)) {
            world.receive_recorded(&line.data, &recorded, name);
        }
        assert_eq!(world.errors(name), ["subscription_refused"], "{name}");
        assert_eq!(world.sent_events(), ["phx_join", "phx_leave"], "{name}");
        world.pass(120_000);
        assert_eq!(world.client().realtime_stats().joins, 1, "{name}");
    }
}

#[test]
fn a_rate_limit_is_given_a_minute() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.refuse("feed", "ClientJoinRateLimitReached: Too many joins per second");
    assert_eq!(world.errors("feed"), ["rate_limited"]);
    world.pass(59_000);
    assert_eq!(world.client().realtime_stats().joins, 1);
    while world.client().realtime_stats().joins == 1 {
        world.jump();
    }
    assert!(world.now.as_millis() <= 91_000 + 1_000, "{}", world.now.as_millis());
}

#[test]
fn a_join_without_an_answer_is_sent_again_with_a_new_reference() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    let (first, ..) = world.join("feed");
    assert_eq!(world.left(realtime::Timer::Join("realtime:feed".into())), Some(15_000));
    world.pass(16_500);
    let (second, ..) = world.join("feed");
    assert_ne!(first, second);
    assert_eq!(world.errors("feed"), ["join_timeout"]);
    // The answer to the first comes at last, and then its close: neither is about the second.
    let ok = json!({ "status": "ok", "response": { "postgres_changes": [] } });
    world.receive_json(json!([first, first, "realtime:feed", "phx_reply", ok]));
    assert!(!world.is_live("feed"));
    world.accept("feed");
    world.receive_json(json!([first, first, "realtime:feed", "phx_close", {}]));
    assert!(world.is_live("feed"));
}

#[test]
fn a_channel_that_the_server_closes_is_joined_again_and_told_as_discontinuous() {
    for event in ["phx_close", "phx_error"] {
        let mut world = World::open_with("feed", broadcasts("feed"));
        world.accept("feed");
        let (reference, topic, _) = world.join("feed");
        world.receive_json(json!([reference, reference, topic, event, { "reason": "channel_crash" }]));
        assert_eq!(world.errors("feed"), ["channel_closed"]);
        world.pass(1_000);
        world.accept("feed");
        use Status::{Joining, Live, Reconnecting};
        assert_eq!(world.statuses("feed"), [Joining, Live, Reconnecting, Live]);
        assert_eq!(world.continuity("feed").len(), 1, "once, after it was live again");
    }
}

#[test]
fn a_good_join_behind_refused_ones_is_given_the_time_that_they_take() {
    let mut world = World::new();
    for (id, topic) in [("one", "room:1"), ("two", "room:2"), ("three", "room:3")] {
        world.subscribe(id, private(broadcasts(topic)));
    }
    world.subscribe("good", Subscription { auto_reconnect: false, ..broadcasts("zoo") });
    world.open();
    // Each refusal silences the whole socket for 5 s; the good reply comes last.
    for topic in ["room:1", "room:2", "room:3"] {
        world.pass(5_000);
        world.refuse(topic, "Unauthorized: You do not have permissions to read from this Channel topic");
    }
    world.pass(100);
    world.accept("zoo");
    assert!(world.is_live("good"), "{:?}", world.errors("good"));
}

#[test]
fn errors_name_the_users_channel_and_say_whose_words_they_are() {
    let mut world = World::open_with("rows", changes("feed", "activity", None));
    world.pass(15_000);
    world.refuse("feed", "");
    let told: Vec<String> = world.news.iter().map(|news| format!("{news:?}")).collect();
    let told = told.join("\n");
    assert!(told.contains(r#"The server did not answer the join of \"feed\" in time."#), "{told}");
    assert!(!told.contains("realtime:feed"), "{told}");
}

#[test]
fn a_channel_too_many_is_joined_as_soon_as_another_is_left_as_recorded() {
    let mut world = World::open_with("one", broadcasts("c1"));
    world.accept("c1");
    world.subscribe("many", broadcasts("c101"));
    let recorded = from_server("channel_limit", 1);
    let is_refusal =
        |data: &Data| matches!(data, Data::Text(text) if text.contains("ChannelRateLimitReached"));
    let refusal = recorded.iter().find(|line| is_refusal(&line.data)).expect("a refusal");
    let Data::Text(text) = &refusal.data else { panic!("a binary frame") };
    let topic = serde_json::from_str::<Value>(text).unwrap()[2].as_str().unwrap().to_owned();
    world.receive_recorded(&refusal.data, &topic, "c101");
    assert_eq!(world.errors("many"), ["rate_limited"]);
    world.pass(10_000);
    assert_eq!(world.client().realtime_stats().joins, 2, "it waits");
    world.unsubscribe("one");
    assert_eq!(world.client().realtime_stats().joins, 3);
    world.accept("c101");
    assert!(world.is_live("many"));
}

#[test]
fn a_wrong_signature_is_mended_by_another_token_once() {
    let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
    world.subscribe("room", private(broadcasts("room:1")));
    world.open();
    let refusal = &from_server("join_bad_tokens_v2", 1)[2];
    assert!(format!("{refusal:?}").contains("JwtSignatureError"));
    for (question, expected) in [(1, &["token_expired"][..]), (2, &["token_expired", "join_refused"])] {
        world.input(session::Event::Token {
            question: QuestionId(question),
            value: Some("forged".into()),
            claims: Claims::default(),
        });
        world.pass(1_000);
        world.receive_recorded(&refusal.data, "realtime:jt3", "room:1");
        assert_eq!(world.errors("room"), expected);
    }
    world.pass(300_000);
    assert_eq!(world.client().realtime_stats().joins, 2);
}

/// What the recorded server says of a channel, and what is to be done about it: a code that is missing from the table
/// would be retried for ever.
#[test]
fn every_recorded_reason_has_its_remedy() {
    let retried = ["UnknownErrorOnChannel", "channel_crash", "Track message size exceeded"];
    let about_messages = ["Presence track payload", "payload_size_exceeded"];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        for line in crate::recording::frames(name.strip_suffix(".jsonl").unwrap()) {
            let Data::Text(text) = &line.data else { continue };
            let Ok(frame) = serde_json::from_str::<Value>(text) else { continue };
            let (event, payload) = match frame.is_array() {
                true => (frame[3].clone(), frame[4].clone()),
                false => (frame["event"].clone(), frame["payload"].clone()),
            };
            let reason = match event.as_str() {
                Some("phx_reply") if payload["status"] == "error" => &payload["response"]["reason"],
                Some("system") if payload["status"] == "error" => &payload["message"],
                Some("phx_error") => &payload["reason"],
                _ => continue,
            };
            let Some(reason) = reason.as_str().filter(|_| line.from_server) else { continue };
            if about_messages.iter().any(|known| reason.starts_with(known)) {
                continue;
            }
            seen += 1;
            let is_retried = retried.iter().any(|known| reason.starts_with(known));
            assert_eq!(Remedy::of(reason) == Remedy::Retry, is_retried, "{name}: {reason}");
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn a_channel_that_is_taken_and_ended_at_once_is_not_hammered() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    for _ in 0..12 {
        world.accept("feed");
        let (reference, topic, _) = world.join("feed");
        world.receive_json(json!([reference, reference, topic, "phx_error", { "reason": "channel_crash" }]));
        let joins = world.client().realtime_stats().joins;
        while world.client().realtime_stats().joins == joins {
            world.pass(100);
        }
    }
    assert!(world.now.as_millis() > 60_000, "{} ms for a dozen joins", world.now.as_millis());
    world.accept("feed");
    world.pass(10_000);
    let (reference, topic, _) = world.join("feed");
    world.receive_json(json!([reference, reference, topic, "phx_close", {}]));
    assert!(
        world.left(realtime::Timer::Rejoin(topic)).unwrap() <= 1_000,
        "what was live for a while begins anew"
    );
}

#[test]
fn a_channels_limit_is_waited_out_by_a_component_that_leaves_and_comes_back() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.subscribe("other", broadcasts("other"));
    world.accept("other");
    world.refuse("feed", "ClientJoinRateLimitReached: Too many joins per second");
    world.pass(5_000);
    world.unsubscribe("feed");
    world.subscribe("feed", broadcasts("feed"));
    let joins = world.client().realtime_stats().joins;
    let told = world.news.iter().rev().find_map(|news| match news {
        Notification::Realtime(News::Error { id, error }) if id == "feed" => Some(error.clone()),
        _ => None,
    });
    let error = told.expect("it is told why it waits");
    assert_eq!(error.code.as_str(), "rate_limited");
    assert!(error.retry_after.is_some_and(|millis| (55_000..=85_000).contains(&millis)), "{error:?}");
    world.pass(50_000);
    assert_eq!(world.client().realtime_stats().joins, joins);
    while world.client().realtime_stats().joins == joins {
        world.jump();
    }
    assert!(world.now.as_millis() <= 91_000 + 1_000, "{}", world.now.as_millis());
}
