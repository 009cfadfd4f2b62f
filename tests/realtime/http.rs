//! Broadcasts by HTTP.

use crate::defaults::defaults;
use serde_json::json;
use wedsync_dashboard::core::dashboard::Config;
use wedsync_dashboard::core::ids::CallId;
use wedsync_dashboard::core::page::PageEvent;
use wedsync_dashboard::core::realtime::Command;
use wedsync_dashboard::core::realtime::http_broadcast::HttpBroadcast;
use wedsync_dashboard::core::session::token::{Claims, QuestionId};
use wedsync_dashboard::core::{connectivity, session};

use crate::world::{World, broadcasts};

fn send(world: &mut World, call: u32) {
    world.input(Command::HttpBroadcast(HttpBroadcast {
        call: CallId(call),
        channel: "room:1".into(),
        event: "hello".into(),
        payload: json!({ "a": 1 }),
        private: true,
    }));
}

#[test]
fn a_broadcast_by_http_needs_no_socket_and_settles_with_the_servers_answer() {
    let mut world = World::new();
    world.input(session::Event::SetToken { value: Some("jwt".into()), claims: Claims::default() });
    send(&mut world, 1);
    let request = &world.requests[0];
    assert_eq!(request.path, "/realtime/v1/api/broadcast/room%3A1/events/hello?private=true");
    assert_eq!((request.body.as_ref(), request.token.as_deref()), (Some(&json!({ "a": 1 })), Some("jwt")));
    world.answer(202, json!(null));
    assert_eq!(world.settled(1), Some(Ok(())));
    send(&mut world, 2);
    world.answer(403, json!({ "message": "Unauthorized" }));
    assert_eq!(world.settled(2), Some(Err("push_refused")));
    assert!(world.opened.is_empty());
}

#[test]
fn it_waits_for_the_token_and_is_told_when_there_is_none() {
    let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
    send(&mut world, 1);
    assert_eq!((world.tokens_asked, world.requests.len()), (1, 0));
    world.input(session::Event::Token {
        question: QuestionId(1),
        value: Some("jwt".into()),
        claims: Claims { lifetime: Some(3_600_000), ..Claims::default() },
    });
    assert_eq!(world.requests[0].token.as_deref(), Some("jwt"));

    let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
    send(&mut world, 1);
    world.input(session::Event::TokenFailed { question: QuestionId(1), reason: "no session".into() });
    assert_eq!(world.settled(1), Some(Err("token_unavailable")));
    assert!(world.client().next_timeout().is_none());

    let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
    send(&mut world, 1);
    world.pass(10_000);
    assert_eq!(world.settled(1), Some(Err("token_unavailable")), "no answer is a failure too");

    let mut world = World::new();
    let claims = Claims { lifetime: Some(-1), ..Claims::default() };
    world.input(session::Event::SetToken { value: Some("old".into()), claims });
    send(&mut world, 1);
    world.answer(401, json!({ "message": "Token has expired" }));
    assert_eq!(world.settled(1), Some(Err("token_expired")), "it is for the server to say");
}

#[test]
fn a_token_that_has_run_out_meanwhile_is_asked_for_again_before_a_broadcast() {
    let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
    let answer = |question, token: &str, lifetime| session::Event::Token {
        question: QuestionId(question),
        value: Some(token.into()),
        claims: Claims { user: Some("alice".into()), lifetime: Some(lifetime), age: None },
    };
    send(&mut world, 1);
    world.input(answer(1, "first", 60_000));
    world.pass(60_000);
    send(&mut world, 2);
    assert_eq!((world.tokens_asked, world.requests.len()), (2, 1));
    world.input(answer(2, "second", -7_200_000));
    let token = world.requests[1].token.as_deref();
    assert_eq!(token, Some("second"), "by this clock it is over, which is for the server to say");
    assert!(world.client().next_timeout().is_none(), "nothing is left running");
}

#[test]
fn a_broadcast_that_waits_for_a_token_is_settled_whatever_becomes_of_the_link() {
    let asking = || {
        let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
        world.subscribe("feed", broadcasts("feed"));
        world.open();
        send(&mut world, 1);
        assert_eq!((world.tokens_asked, world.settled(1)), (1, None));
        world
    };
    // The application never answers, and meanwhile the link comes to rest.
    let mut world = asking();
    world.input(connectivity::Event::Closed { socket: world.socket(), code: 1006 });
    world.unsubscribe("feed");
    world.pass(10_000);
    assert_eq!(world.settled(1), Some(Err("token_unavailable")));
    assert!(world.client().next_timeout().is_none());

    let mut world = asking();
    world.input(PageEvent::Suspend);
    assert!(world.client().next_timeout().is_none(), "nothing runs in a page put away");
    world.input(PageEvent::Resume);
    world.pass(10_000);
    assert_eq!(world.settled(1), Some(Err("token_unavailable")));

    let mut world = World::with(Config { has_token_source: true, ..defaults() }, 1);
    send(&mut world, 1);
    world.input(Command::Disconnect);
    assert_eq!(world.settled(1), Some(Err("disconnected")));
    assert!(world.client().next_timeout().is_none(), "nothing is left running");
}
