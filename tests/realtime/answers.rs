//! Which question for a token an answer is to: what comes late, or was asked before something else happened.

use serde_json::json;
use wedsync_dashboard::core::dashboard::{Config, Input};
use wedsync_dashboard::core::page::PageEvent;
use wedsync_dashboard::core::realtime::Command;
use wedsync_dashboard::core::resilience::backoff::Jitter;
use wedsync_dashboard::core::session;
use wedsync_dashboard::core::session::token::QuestionId;

use crate::defaults::defaults;
use crate::tokens::{answer, asking, give, set_auth};
use crate::world::{World, broadcasts, private};

#[test]
fn a_disconnect_while_a_token_is_awaited_does_not_keep_the_next_from_being_asked_for() {
    let mut world = asking();
    world.input(Command::Disconnect);
    world.subscribe("room", private(broadcasts("room:1")));
    world.open();
    assert_eq!(world.tokens_asked, 2);
}

#[test]
fn an_answer_asked_for_before_set_auth_does_not_override_it() {
    let mut world = asking();
    set_auth(&mut world, "bob", None);
    assert_eq!(world.join("room:1").2["access_token"], "bob");
    world.accept("room:1");
    let sent = world.sent.len();
    give(&mut world, "alice", None);
    assert_eq!(world.sent.len(), sent, "alice's token goes nowhere");
}

#[test]
fn a_failure_asked_for_before_set_auth_is_no_error_after_it() {
    let mut world = asking();
    set_auth(&mut world, "bob", None);
    world.accept("room:1");
    let news = world.news.len();
    world.input(session::Event::TokenFailed { question: QuestionId(1), reason: "no session".into() });
    assert_eq!(world.news.len(), news);
    world.pass(60_000);
    assert_eq!(world.tokens_asked, 1, "and no reason to ask again");
}

#[test]
fn a_page_put_away_while_a_token_is_awaited_asks_again_when_it_is_back() {
    let mut world = asking();
    let asked = world.tokens_asked;
    world.input(PageEvent::Suspend);
    world.input(PageEvent::Resume);
    world.open();
    assert_eq!(world.tokens_asked, asked + 1, "the first question may have died with the page");
    give(&mut world, "a", None);
    world.accept("room:1");
    assert!(world.is_live("room"));
}

#[test]
fn an_answer_from_before_set_auth_is_not_taken_for_that_to_a_later_question() {
    let mut world = asking();
    set_auth(&mut world, "bob", None);
    world.accept("room:1");
    world.close(1012);
    while world.opened.len() < 2 {
        world.jump();
    }
    world.open();
    assert_eq!(world.tokens_asked, 2);
    answer(&mut world, 1, "alice", None);
    assert_eq!(world.client().realtime_stats().joins, 1, "alice's token is about the past");
    answer(&mut world, 2, "bob", None);
    assert_eq!(world.join("room:1").2["access_token"], "bob");
}

#[test]
fn the_answer_to_an_older_question_does_not_override_that_to_a_newer_one() {
    let mut world = asking();
    world.pass(13_000);
    assert_eq!(world.tokens_asked, 2, "the first was not answered in time");
    answer(&mut world, 2, "new", None);
    world.accept("room:1");
    let sent = world.sent.len();
    answer(&mut world, 1, "old", None);
    assert_eq!(world.sent.len(), sent);
    assert!(world.is_live("room"));
}

#[test]
fn a_late_answer_is_used_while_the_newer_question_is_not_answered_and_does_not_end_it() {
    let mut world = asking();
    world.pass(12_000);
    assert_eq!(world.tokens_asked, 2);
    answer(&mut world, 1, "late", None);
    assert_eq!(world.join("room:1").2["access_token"], "late", "a token all the same");
    world.accept("room:1");
    answer(&mut world, 2, "newer", None);
    assert_eq!(world.last_sent("access_token")[4]["access_token"], "newer");
}

#[test]
fn a_late_failure_of_an_older_question_does_not_end_the_wait_for_the_newer_one() {
    let mut world = asking();
    world.pass(12_000);
    assert_eq!(world.tokens_asked, 2);
    let errors = world.errors("room").len();
    world.input(session::Event::TokenFailed { question: QuestionId(1), reason: "late".into() });
    assert_eq!(world.errors("room").len(), errors);
    answer(&mut world, 2, "jwt", None);
    world.accept("room:1");
    assert!(world.is_live("room"));
}

#[test]
fn a_refusal_of_an_older_token_does_not_refuse_the_newer_one() {
    let mut world = asking();
    give(&mut world, "old", Some(3_600_000));
    set_auth(&mut world, "new", Some(3_600_000));
    let asked = world.tokens_asked;
    // Of the join that went out with the old one. The new one has been pushed behind it.
    world.refuse("room:1", "InvalidJWTToken: Token has expired 5 seconds ago");
    world.pass(1_000);
    assert_eq!(world.tokens_asked, asked + 1, "pushed: it is the new one that is refused");

    let mut world = World::with(Config { reconnect_base: 30_000, jitter: Jitter::Equal, ..defaults() }, 1);
    set_auth(&mut world, "old", None);
    world.subscribe("feed", broadcasts("feed"));
    world.close(1006);
    world.probe(true);
    world.close(1006);
    world.probe(true);
    set_auth(&mut world, "new", None);
    let news = world.news.len();
    world.answer(401, json!({ "msg": "invalid JWT" }));
    assert_eq!(world.news.len(), news, "the answer is about the old one");
}

#[test]
fn what_was_asked_before_a_rest_is_not_answered_after_it() {
    let calls = [Command::Disconnect, Command::Connect].map(Input::from);
    let events = [PageEvent::Suspend, PageEvent::Resume].map(Input::from);
    for rest in [calls, events] {
        let mut world = asking();
        rest.into_iter().for_each(|input| world.input(input));
        world.subscribe("room", private(broadcasts("room:1")));
        world.open();
        assert_eq!(world.tokens_asked, 2);
        answer(&mut world, 1, "an earlier session's", Some(3_600_000));
        assert!(world.sent.is_empty());
        answer(&mut world, 2, "this one's", Some(3_600_000));
        assert_eq!(world.join("room:1").2["access_token"], "this one's");
    }
}
