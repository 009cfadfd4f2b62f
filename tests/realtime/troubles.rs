//! A failure is told when it begins and when its reason changes, whatever fails how often.

use crate::defaults::defaults;
use wedsync_dashboard::core::dashboard::{Config, Notification};
use wedsync_dashboard::core::error::Error;
use wedsync_dashboard::core::realtime::News;
use wedsync_dashboard::core::realtime::subscriptions::Subscription;
use wedsync_dashboard::core::session;
use wedsync_dashboard::core::session::token::QuestionId;

use crate::tokens::{answer_with, claims};
use crate::world::{World, broadcasts};

/// What is told of the connection and the token, and of all subscriptions.
fn told(world: &World) -> (Vec<Error>, Vec<(String, Error)>) {
    let (mut general, mut own) = (Vec::new(), Vec::new());
    for news in &world.news {
        match news {
            Notification::Error(error) => general.push(error.clone()),
            Notification::Realtime(News::Error { id, error }) => own.push((id.clone(), error.clone())),
            _ => {}
        }
    }
    (general, own)
}

#[test]
fn a_server_out_of_reach_is_told_once_to_each_and_not_at_every_attempt() {
    let mut world = World::new();
    for number in 0..20 {
        world.subscribe(&format!("s{number:02}"), broadcasts(&format!("room {number}")));
    }
    let mut attempts = 0;
    for _ in 0..60 {
        if world.opened.len() > attempts {
            attempts = world.opened.len();
            world.close(1006);
        }
        world.pass(1_000);
    }
    assert!(attempts > 3, "{attempts}");
    let (general, own) = told(&world);
    assert_eq!((general.len(), own.len()), (1, 20));
    assert!(general[0].retry_after.is_some(), "of the first attempt");
}

#[test]
fn a_join_that_is_refused_again_is_told_again_only_for_another_reason() {
    let mut world = World::open_with("feed", broadcasts("feed"));
    let reasons = ["RealtimeRestarting: 1", "RealtimeRestarting: 2", "InitializingProjectConnection: wait"];
    for reason in reasons {
        world.refuse("feed", reason);
        world.pass(8_000);
    }
    assert_eq!(world.errors("feed"), ["join_failed", "join_failed"]);
    world.accept("feed");
    assert!(world.is_live("feed"));
    world.close(1006);
    world.pass(1);
    assert_eq!(
        world.errors("feed").last(),
        Some(&"disconnected"),
        "it was live, and this is another failure"
    );
}

#[test]
fn attempts_are_counted_though_they_are_not_told() {
    let mut world = World::new();
    let limited = Subscription { max_reconnect_attempts: Some(3), ..broadcasts("feed") };
    world.subscribe("feed", limited);
    world.open();
    for _ in 0..4 {
        world.refuse("feed", "RealtimeRestarting: again");
        world.pass(8_000);
    }
    assert_eq!(world.errors("feed"), ["join_failed", "max_reconnect_attempts"]);
}

#[test]
fn a_source_that_fails_for_long_is_told_once_and_anew_after_it_gave_a_token() {
    let config = Config { has_token_source: true, ..defaults() };
    let mut world = World::with(config, 1);
    world.subscribe("feed", broadcasts("feed"));
    world.open();
    let unavailable = |world: &World| {
        let of_token = |error: &&Error| error.code.as_str() == "token_unavailable";
        told(world).0.iter().filter(of_token).count()
    };
    for _ in 0..5 {
        fail(&mut world);
        let asked = world.tokens_asked;
        while world.tokens_asked == asked {
            world.pass(100);
        }
    }
    assert_eq!(unavailable(&world), 1);
    let asked = world.tokens_asked;
    answer_with(&mut world, asked, "good", claims(Some(40_000), None));
    world.accept("feed");
    // It is asked again ahead of the token's end.
    world.pass(25_000);
    fail(&mut world);
    assert_eq!(unavailable(&world), 2);
}

fn fail(world: &mut World) {
    let question = QuestionId(world.tokens_asked as u32);
    world.input(session::Event::TokenFailed { question, reason: "offline".into() });
}
