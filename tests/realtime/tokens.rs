//! The access token: before the first join, ahead of its end, and after the server's refusal.

use crate::defaults::defaults;
use serde_json::json;
use wedsync_dashboard::core::dashboard::{Config, Notification};
use wedsync_dashboard::core::realtime::Command;
use wedsync_dashboard::core::realtime::subscriptions::Subscription;
use wedsync_dashboard::core::session;
use wedsync_dashboard::core::session::token::{Claims, QuestionId};

use crate::recording::{from_client, from_server};
use crate::world::{World, broadcasts, private};

pub fn asking() -> World {
    let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
    world.subscribe("room", private(broadcasts("room:1")));
    world.open();
    world
}

pub fn give(world: &mut World, token: &str, lifetime: Option<i64>) {
    answer(world, world.tokens_asked, token, lifetime);
}

pub fn answer(world: &mut World, question: usize, token: &str, lifetime: Option<i64>) {
    answer_with(world, question, token, claims(lifetime, None));
}

pub fn answer_with(world: &mut World, question: usize, token: &str, claims: Claims) {
    let question = QuestionId(question as u32);
    world.input(session::Event::Token { question, value: Some(token.to_owned()), claims });
}

/// All tokens are one user's.
pub fn claims(lifetime: Option<i64>, age: Option<i64>) -> Claims {
    Claims { user: Some("alice".into()), lifetime, age }
}

pub fn set_auth(world: &mut World, token: &str, lifetime: Option<i64>) {
    world.input(session::Event::SetToken { value: Some(token.to_owned()), claims: claims(lifetime, None) });
}

/// The server complains of a channel's token and closes it.
pub fn complain(world: &mut World, channel: &str, message: &str) {
    let (reference, topic, _) = world.join(channel);
    let told = json!({ "message": message, "status": "error", "extension": "system" });
    world.receive_json(json!([reference, null, topic, "system", told]));
    world.receive_json(json!([reference, reference, topic, "phx_close", {}]));
}

#[test]
fn no_join_goes_out_before_the_token_is_there() {
    let mut world = asking();
    assert_eq!((world.tokens_asked, world.sent.len()), (1, 0));
    give(&mut world, "jwt", Some(3_600_000));
    assert_eq!(world.join("room:1").2["access_token"], "jwt");
}

#[test]
fn a_join_without_a_token_has_no_such_field() {
    let world = World::open_with("room", broadcasts("room:1"));
    assert_eq!(world.join("room:1").2.get("access_token"), None);
}

#[test]
fn a_token_is_renewed_ahead_of_its_end_and_pushed_to_the_joined_channels() {
    let mut world = asking();
    give(&mut world, "first", Some(3_600_000));
    world.accept("room:1");
    let (join, ..) = world.join("room:1");
    world.pass(3_569_000);
    assert_eq!(world.tokens_asked, 1);
    world.pass(1_000);
    assert_eq!(world.tokens_asked, 2, "half a minute ahead");
    world.sent.clear();
    give(&mut world, "second", Some(3_600_000));
    let recorded = &from_client("access_token_raw_v2", 1)[1];
    assert_eq!(recorded[3], "access_token");
    let frame = world.sent.last().unwrap();
    assert_eq!(frame[3], recorded[3]);
    assert_eq!(frame[4], json!({ "access_token": "second" }));
    assert_eq!((&frame[0], &frame[2]), (&join, &json!("realtime:room:1")), "on the join that counts");
    give(&mut world, "second", Some(3_600_000));
    assert_eq!(world.sent.len(), 1, "the same token is not pushed again");
}

#[test]
fn an_expiry_as_recorded_asks_for_another_token_and_joins_again() {
    let mut world = asking();
    give(&mut world, "first", Some(300_000));
    world.accept("room:1");
    let lines = from_server("access_token_raw_v2", 1);
    let at = lines
        .iter()
        .position(|line| format!("{:?}", line.data).contains("Token has expired"))
        .expect("the recording has an expiry");
    for line in &lines[at..at + 2] {
        world.receive_recorded(&line.data, "realtime:at-expired", "room:1");
    }
    assert_eq!(world.errors("room"), ["token_expired"]);
    let joins = world.client().realtime_stats().joins;
    world.pass(1_000);
    assert_eq!(
        (world.tokens_asked, world.client().realtime_stats().joins),
        (2, joins),
        "a join waits for the new token"
    );
    give(&mut world, "second", Some(300_000));
    assert_eq!(world.join("room:1").2["access_token"], "second");
    world.accept("room:1");
    assert!(world.is_live("room"));
}

#[test]
fn a_join_refused_for_its_token_as_recorded_asks_for_another() {
    let mut world = asking();
    give(&mut world, "old", None);
    let refusal = &from_server("join_bad_tokens_v2", 1)[0];
    world.receive_recorded(&refusal.data, "realtime:jt1", "room:1");
    assert_eq!(world.errors("room"), ["token_expired"]);
    world.pass(1_000);
    assert_eq!(world.tokens_asked, 2);
}

#[test]
fn a_malformed_token_is_given_up_with_the_servers_words() {
    let mut world = asking();
    give(&mut world, "abc", None);
    let refusal = &from_server("join_bad_tokens_v2", 1)[1];
    world.receive_recorded(&refusal.data, "realtime:jt2", "room:1");
    let failure = world.failure("room").expect("it has failed");
    assert_eq!(failure.code.as_str(), "join_refused");
    assert!(failure.message.contains("not a valid JWT"));
}

#[test]
fn an_application_that_fails_or_never_answers_is_asked_again() {
    let mut world = asking();
    world.input(session::Event::TokenFailed { question: QuestionId(1), reason: "no session".into() });
    assert_eq!(world.errors("room"), ["token_unavailable"]);
    world.pass(1_000);
    assert_eq!(world.tokens_asked, 2);
    world.pass(10_000);
    assert_eq!(world.errors("room").len(), 2, "ten seconds without an answer");
    world.pass(2_000);
    assert_eq!(world.tokens_asked, 3);
    give(&mut world, "jwt", None);
    assert_eq!(world.client().realtime_stats().joins, 1);
}

/// Scenario 11 of the field, as far as the connection goes.
#[test]
fn scenario_11_a_source_that_never_answers_is_asked_one_at_a_time_and_no_heartbeat_is_missed() {
    let mut world = asking();
    let mut asked = vec![0];
    for second in 1..=120 {
        world.pass(1_000);
        if second == 9 {
            assert!(world.errors("room").is_empty(), "it has ten seconds");
        }
        if world.tokens_asked > asked.len() {
            asked.push(second);
        }
    }
    assert_eq!(world.errors("room"), ["token_unavailable"], "told once, not once for each question");
    assert_eq!(world.tokens_asked, asked.len());
    assert!(asked.windows(2).all(|pair| pair[1] - pair[0] >= 10), "no question beside another: {asked:?}");
    assert!(asked.len() >= 3, "{asked:?}");
    assert!(world.closed.is_empty(), "the socket stays");
    let beats = world.sent_events().iter().filter(|event| **event == "heartbeat").count();
    assert!(beats >= 4, "{beats} heartbeats in two minutes");
    assert_eq!(world.client().realtime_stats().joins, 0, "the join waits");
    give(&mut world, "jwt", None);
    assert_eq!(world.client().realtime_stats().joins, 1);
}

#[test]
fn a_new_connection_asks_anew_even_while_the_former_token_is_good() {
    let mut world = asking();
    give(&mut world, "jwt", Some(3_600_000));
    world.accept("room:1");
    world.close(1006);
    world.jump();
    world.open();
    assert_eq!((world.tokens_asked, world.client().realtime_stats().joins), (2, 1));
    give(&mut world, "jwt", Some(3_600_000));
    assert_eq!(world.client().realtime_stats().joins, 2);
}

#[test]
fn a_client_at_rest_asks_for_no_token_whatever_becomes_of_the_last_question() {
    let answers = [
        session::Event::TokenFailed { question: QuestionId(1), reason: "signed out".into() },
        session::Event::Token {
            question: QuestionId(1),
            value: Some("jwt".into()),
            claims: claims(Some(3_600_000), None),
        },
        session::Event::Token {
            question: QuestionId(1),
            value: Some("jwt".into()),
            claims: claims(Some(-1), None),
        },
    ];
    for answer in answers {
        let mut world = asking();
        world.input(Command::Disconnect);
        world.news.clear();
        world.input(answer);
        world.pass(600_000);
        world.news.retain(|news| !matches!(news, Notification::UserChanged));
        assert_eq!((world.tokens_asked, world.news.len()), (1, 0));
        assert!(world.client().next_timeout().is_none(), "no timer is left running");
    }
}

#[test]
fn a_client_whose_last_subscription_failed_renews_no_token() {
    let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
    world.subscribe("room", Subscription { auto_reconnect: false, ..broadcasts("room:1") });
    world.open();
    give(&mut world, "jwt", Some(3_600_000));
    world.accept("room:1");
    world.close(1006);
    assert!(world.client().next_timeout().is_none(), "no timer is left running");
}

#[test]
fn a_token_taken_away_leaves_every_channel_and_joins_without_it() {
    let mut world = World::new();
    set_auth(&mut world, "alice", None);
    world.subscribe("room", broadcasts("room:1"));
    world.open();
    world.accept("room:1");
    world.sent.clear();
    world.input(session::Event::SetToken { value: None, claims: Claims::default() });
    assert_eq!(world.sent_events(), ["phx_leave", "phx_join"], "the server ignores a null token");
    assert_eq!(world.join("room:1").2.get("access_token"), None);
    assert!(!world.is_live("room"));
    world.accept("room:1");
    assert!(world.is_live("room"));
}

#[test]
fn a_permission_revoked_by_a_new_token_as_recorded_is_not_retried() {
    let mut world = asking();
    give(&mut world, "jwt", None);
    world.accept("room:1");
    let lines = from_server("access_token_refresh_v2", 1);
    for line in &lines[lines.len() - 2..] {
        let crate::recording::Data::Text(text) = &line.data else { panic!("a binary frame") };
        let frame: serde_json::Value = serde_json::from_str(text).unwrap();
        world.receive_recorded(&line.data, frame[2].as_str().unwrap(), "room:1");
    }
    assert_eq!(world.errors("room"), ["join_refused"]);
    world.pass(120_000);
    assert_eq!(world.client().realtime_stats().joins, 1);
}

#[test]
fn a_client_with_only_a_key_joins_again_after_a_complaint_about_its_token() {
    for message in ["Token has expired 0 seconds ago", ":signature_error"] {
        let mut world = World::open_with("feed", broadcasts("feed"));
        world.accept("feed");
        complain(&mut world, "feed", message);
        assert_eq!(world.errors("feed"), ["token_expired"], "{message}");
        world.pass(1_000);
        assert_eq!(world.client().realtime_stats().joins, 2, "{message}");
        world.accept("feed");
        assert!(world.is_live("feed"));
        world.subscribe("more", broadcasts("more"));
        world.accept("more");
        assert!(world.is_live("more"));
    }
}

#[test]
fn a_client_with_only_a_key_goes_on_with_backoff_while_its_token_is_refused_and_says_so() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    for joins in 1..=10 {
        assert_eq!(
            world.client().realtime_stats().joins,
            joins,
            "each refusal is followed by one more attempt"
        );
        world.refuse("feed", "InvalidJWTToken: Token has expired 7 seconds ago");
        while world.client().realtime_stats().joins == joins {
            world.jump();
        }
    }
    assert_eq!(world.errors("feed"), ["token_expired"], "told when it begins");
    assert!(world.now.as_millis() >= 60_000, "with backoff: {:?}", world.now);
    // After the next reconnection too.
    world.close(1012);
    while world.opened.len() < 2 {
        world.jump();
    }
    world.open();
    world.accept("feed");
    assert!(world.is_live("feed"));
}

#[test]
fn a_source_that_has_only_what_was_refused_is_asked_every_five_seconds_at_most() {
    for channels in [1, 10] {
        let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
        let names: Vec<String> = (0..channels).map(|number| format!("room:{number}")).collect();
        for name in &names {
            world.subscribe(name, private(broadcasts(name)));
        }
        world.open();
        let begun = world.now;
        let (mut answered, mut seen) = (0, 0);
        while world.now.since(begun) < 60_000 {
            while answered < world.tokens_asked {
                answered += 1;
                answer(&mut world, answered, "short", Some(100));
            }
            while seen < world.sent.len() {
                let frame = world.sent[seen].clone();
                seen += 1;
                if frame[3] == "phx_join" {
                    let channel = frame[2].as_str().unwrap_or_default().replace("realtime:", "");
                    world.accept_join(&channel);
                    complain(&mut world, &channel, "Token has expired 0 seconds ago");
                }
            }
            world.pass(10);
        }
        assert!(world.tokens_asked <= 16, "{channels} channels: {} questions a minute", world.tokens_asked);
    }
}

#[test]
fn what_was_refused_for_a_token_is_joined_at_once_with_a_fresh_one() {
    let mut world = World::new();
    set_auth(&mut world, "old", Some(-5_000));
    world.subscribe("room", private(broadcasts("room:1")));
    world.open();
    for _ in 0..12 {
        world.refuse("room:1", "InvalidJWTToken: Token has expired 5 seconds ago");
        let joins = world.client().realtime_stats().joins;
        while world.client().realtime_stats().joins == joins {
            world.jump();
        }
    }
    world.refuse("room:1", "InvalidJWTToken: Token has expired 5 seconds ago");
    set_auth(&mut world, "new", Some(3_600_000));
    assert_eq!(world.join("room:1").2["access_token"], "new");
}
