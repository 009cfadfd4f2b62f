//! The access token: before the first join, ahead of its end, and after the server's refusal.

use serde_json::json;
use wedsync_dashboard::core::client::Config;
use wedsync_dashboard::core::io::{Input, QuestionId};
use wedsync_dashboard::core::realtime::subscriptions::Subscription;

use crate::recording::{from_client, from_server};
use crate::world::{World, broadcasts, private};

fn asking() -> World {
    let mut world = World::with(Config { has_token_source: true, ..Config::default() }, 1);
    world.subscribe("room", private(broadcasts("room:1")));
    world.open();
    world
}

fn give(world: &mut World, token: &str, lifetime: Option<i64>) {
    answer(world, world.tokens_asked, token, lifetime);
}

fn answer(world: &mut World, question: usize, token: &str, lifetime: Option<i64>) {
    let question = QuestionId(question as u32);
    world.input(Input::Token { question, value: Some(token.to_owned()), lifetime });
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
    let joins = world.client().stats().joins;
    world.pass(1_000);
    assert_eq!(
        (world.tokens_asked, world.client().stats().joins),
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
fn an_expired_token_costs_no_join_and_is_told_with_what_to_do() {
    let mut world = asking();
    give(&mut world, "old", Some(-5_000));
    assert_eq!(world.client().stats().joins, 0);
    assert_eq!(world.errors("room"), ["token_expired"]);
    let told = format!("{:?}", world.news);
    assert!(told.contains("Sign in again"), "{told}");
    assert!(!told.contains("\"old\""), "a token is never told");
    world.pass(1_000);
    assert_eq!(world.tokens_asked, 2, "the application is asked again after the backoff");
    give(&mut world, "new", Some(60_000));
    assert_eq!(world.join("room:1").2["access_token"], "new");
}

#[test]
fn an_expired_token_set_before_the_first_subscription_is_told_to_it() {
    let mut world = World::new();
    give(&mut world, "old", Some(-5_000));
    world.subscribe("room", private(broadcasts("room:1")));
    world.open();
    assert_eq!(world.errors("room"), ["token_expired"]);
    assert_eq!(world.client().stats().joins, 0);
    give(&mut world, "new", Some(60_000));
    assert_eq!(world.client().stats().joins, 1);
}

#[test]
fn an_application_that_fails_or_never_answers_is_asked_again() {
    let mut world = asking();
    world.input(Input::TokenFailed { question: QuestionId(1), reason: "no session".into() });
    assert_eq!(world.errors("room"), ["token_unavailable"]);
    world.pass(1_000);
    assert_eq!(world.tokens_asked, 2);
    world.pass(10_000);
    assert_eq!(world.errors("room").len(), 2, "ten seconds without an answer");
    world.pass(2_000);
    assert_eq!(world.tokens_asked, 3);
    give(&mut world, "jwt", None);
    assert_eq!(world.client().stats().joins, 1);
}

#[test]
fn a_disconnect_while_a_token_is_awaited_does_not_keep_the_next_from_being_asked_for() {
    let mut world = asking();
    world.input(Input::Disconnect);
    world.subscribe("room", private(broadcasts("room:1")));
    world.open();
    assert_eq!(world.tokens_asked, 2);
}

#[test]
fn a_new_connection_asks_anew_even_while_the_former_token_is_good() {
    let mut world = asking();
    give(&mut world, "jwt", Some(3_600_000));
    world.accept("room:1");
    world.close(1006);
    world.jump();
    world.open();
    assert_eq!((world.tokens_asked, world.client().stats().joins), (2, 1));
    give(&mut world, "jwt", Some(3_600_000));
    assert_eq!(world.client().stats().joins, 2);
}

#[test]
fn a_client_at_rest_asks_for_no_token_whatever_becomes_of_the_last_question() {
    let answers = [
        Input::TokenFailed { question: QuestionId(1), reason: "signed out".into() },
        Input::Token { question: QuestionId(1), value: Some("jwt".into()), lifetime: Some(3_600_000) },
        Input::Token { question: QuestionId(1), value: Some("jwt".into()), lifetime: Some(-1) },
    ];
    for answer in answers {
        let mut world = asking();
        world.input(Input::Disconnect);
        let news = world.news.len();
        world.input(answer);
        world.pass(600_000);
        assert_eq!((world.tokens_asked, world.news.len()), (1, news));
        assert!(world.client().next_timeout().is_none(), "no timer is left running");
    }
}

#[test]
fn a_client_whose_last_subscription_failed_renews_no_token() {
    let mut world = World::with(Config { has_token_source: true, ..Config::default() }, 1);
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
    world.input(Input::SetToken { value: Some("alice".into()), lifetime: None });
    world.subscribe("room", broadcasts("room:1"));
    world.open();
    world.accept("room:1");
    world.sent.clear();
    world.input(Input::SetToken { value: None, lifetime: None });
    assert_eq!(world.sent_events(), ["phx_leave", "phx_join"], "the server ignores a null token");
    assert_eq!(world.join("room:1").2.get("access_token"), None);
    assert!(!world.is_live("room"));
    world.accept("room:1");
    assert!(world.is_live("room"));
}

#[test]
fn an_answer_asked_for_before_set_auth_does_not_override_it() {
    let mut world = asking();
    world.input(Input::SetToken { value: Some("bob".into()), lifetime: None });
    assert_eq!(world.join("room:1").2["access_token"], "bob");
    world.accept("room:1");
    let sent = world.sent.len();
    give(&mut world, "alice", None);
    assert_eq!(world.sent.len(), sent, "alice's token goes nowhere");
}

#[test]
fn a_failure_asked_for_before_set_auth_is_no_error_after_it() {
    let mut world = asking();
    world.input(Input::SetToken { value: Some("bob".into()), lifetime: None });
    world.accept("room:1");
    let news = world.news.len();
    world.input(Input::TokenFailed { question: QuestionId(1), reason: "no session".into() });
    assert_eq!(world.news.len(), news);
    world.pass(60_000);
    assert_eq!(world.tokens_asked, 1, "and no reason to ask again");
}

#[test]
fn an_expired_fixed_token_is_told_once_to_each_until_another_is_set() {
    let mut world = World::new();
    give(&mut world, "old", Some(-1));
    world.subscribe("a", Subscription { max_reconnect_attempts: Some(2), ..broadcasts("a") });
    world.open();
    for id in ["b", "c", "d"] {
        world.subscribe(id, broadcasts(id));
    }
    assert_eq!(world.errors("a"), ["token_expired"], "no attempt was made, so none is counted");
    give(&mut world, "older", Some(-1));
    assert_eq!(world.errors("a").len(), 2);
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
    assert_eq!(world.client().stats().joins, 1);
}

#[test]
fn a_page_put_away_while_a_token_is_awaited_asks_again_when_it_is_back() {
    let mut world = asking();
    let asked = world.tokens_asked;
    world.input(Input::Suspend);
    world.input(Input::Resume);
    world.open();
    assert_eq!(world.tokens_asked, asked + 1, "the first question may have died with the page");
    give(&mut world, "a", None);
    world.accept("room:1");
    assert!(world.is_live("room"));
}

#[test]
fn a_machine_whose_clock_is_hours_ahead_joins_all_the_same() {
    // By its clock every token has run out before it comes.
    let mut world = asking();
    give(&mut world, "first", Some(-7_200_000));
    assert!(world.sent.is_empty(), "one such token may have run out indeed");
    world.pass(1_000);
    assert_eq!(world.tokens_asked, 2);
    give(&mut world, "first", Some(-7_201_000));
    assert!(world.sent.is_empty(), "the same again is no fresh one");
    world.pass(2_000);
    give(&mut world, "second", Some(-7_200_000));
    world.accept("room:1");
    assert!(world.is_live("room"));
    // Nor does it need another for the next connection.
    world.close(1012);
    world.pass(1_000);
    world.open();
    give(&mut world, "second", Some(-7_300_000));
    world.accept("room:1");
    assert!(world.is_live("room"));
}

#[test]
fn an_answer_from_before_set_auth_is_not_taken_for_that_to_a_later_question() {
    let mut world = asking();
    world.input(Input::SetToken { value: Some("bob".into()), lifetime: None });
    world.accept("room:1");
    world.close(1012);
    while world.opened.len() < 2 {
        world.jump();
    }
    world.open();
    assert_eq!(world.tokens_asked, 2);
    answer(&mut world, 1, "alice", None);
    assert_eq!(world.client().stats().joins, 1, "alice's token is about the past");
    answer(&mut world, 2, "bob", None);
    assert_eq!(world.join("room:1").2["access_token"], "bob");
}
