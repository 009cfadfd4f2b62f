//! Finding the way back to the server, and why it does not let one in.

use crate::defaults::defaults;
use serde_json::json;
use wedsync_dashboard::core::dashboard::{Config, Notification};
use wedsync_dashboard::core::error::{Code, Error};
use wedsync_dashboard::core::page::PageEvent;
use wedsync_dashboard::core::realtime::Command;
use wedsync_dashboard::core::resilience::backoff::Jitter;
use wedsync_dashboard::core::session::token::Claims;
use wedsync_dashboard::core::time::Instant;
use wedsync_dashboard::core::{connectivity, session};

use crate::world::{World, broadcasts};

fn live() -> World {
    let mut world = World::open_with("feed", broadcasts("feed"));
    world.accept("feed");
    world
}

#[test]
fn a_cut_that_nobody_tells_of_is_over_within_a_thirtieth_of_itself() {
    for outage in [1_000, 4_000, 8_000, 12_000] {
        let mut world = live();
        let lost = world.now;
        world.close(1006);
        // Whoever asks is answered by nothing while the cut lasts; sockets fail too.
        let mut opened = world.opened.len();
        let mut asked = 0;
        while world.opened.len() == opened || world.now.since(lost) < outage {
            world.pass(10);
            if world.reach_asked > asked {
                asked = world.reach_asked;
                let answered = world.now.since(lost) >= outage;
                world.reached(answered);
            }
            if world.now.since(lost) < outage && world.opened.len() > opened {
                opened = world.opened.len();
                world.close(1006);
            }
            assert!(world.now.since(lost) < 2 * outage + 1_000, "never back");
        }
        let late = world.now.since(lost) - outage;
        assert!(late <= (outage / 30).max(100) + 20, "{late} ms after an outage of {outage}");
    }
}

#[test]
fn a_server_that_answers_and_refuses_the_socket_is_not_hurried() {
    let mut world = live();
    world.close(1006);
    let first = world.opened.len();
    world.pass(1_000);
    world.reached(true);
    assert_eq!(world.opened.len(), first + 1, "the way is there");
    let mut asked = world.reach_asked;
    let mut times = Vec::new();
    for _ in 0..6 {
        world.close(1006);
        let before = world.opened.len();
        while world.opened.len() == before {
            world.pass(10);
            if world.reach_asked > asked {
                asked = world.reach_asked;
                world.reached(true);
            }
        }
        times.push(world.now.as_millis());
    }
    let pauses: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.iter().any(|pause| *pause > 2_000), "the backoff decides: {pauses:?}");
}

#[test]
fn a_restart_that_the_server_announces_is_left_to_the_backoff() {
    let mut world = live();
    world.close(1012);
    assert_eq!(world.client().deadline(connectivity::Timer::Probe), None);
    assert!(world.client().deadline(connectivity::Timer::Reconnect).is_some());
}

#[test]
fn a_limit_is_given_a_minute_whatever_the_browser_says() {
    let mut world = live();
    let before = world.opened.len();
    world.close(1001);
    world.input(PageEvent::Online);
    world.input(PageEvent::Visible);
    world.pass(59_000);
    assert_eq!(world.opened.len(), before);
    while world.opened.len() == before {
        world.jump();
    }
    assert!(world.now.as_millis() <= 91_000 + 1_000, "{}", world.now.as_millis());
}

#[test]
fn a_limit_is_given_a_minute_whatever_the_application_does() {
    let mut world = live();
    let before = world.opened.len();
    world.close(1001);
    // As a component does that leaves the page and comes back.
    world.unsubscribe("feed");
    world.subscribe("feed", broadcasts("feed"));
    world.input(Command::Disconnect);
    world.input(Command::Connect);
    world.subscribe("feed", broadcasts("feed"));
    world.input(PageEvent::Suspend);
    world.input(PageEvent::Resume);
    world.pass(59_000);
    assert_eq!(world.opened.len(), before);
    while world.opened.len() == before {
        world.jump();
    }
    assert!(world.now.as_millis() <= 91_000 + 1_000, "{}", world.now.as_millis());
    world.open();
    world.accept("feed");
    assert!(world.is_live("feed"));
}

/// The handshake fails although something answers, and the auth server is asked why.
fn refused(config: Config) -> World {
    let mut world = World::with(Config { reconnect_base: 30_000, jitter: Jitter::Equal, ..config }, 1);
    world.input(session::Event::SetToken { value: Some("jwt".into()), claims: Claims::default() });
    world.subscribe("feed", broadcasts("feed"));
    world.close(1006);
    world.probe(true);
    world.close(1006);
    world.probe(true);
    world
}

/// The last error that is no subscription's.
fn error(world: &World) -> &Error {
    let error = world.news.iter().rev().find_map(|news| match news {
        Notification::Error(error) => Some(error),
        _ => None,
    });
    error.expect("an error was told")
}

#[test]
fn a_wrong_key_is_told_apart_from_a_project_out_of_reach() {
    let mut world = refused(defaults());
    let request = world.requests.last().expect("it was asked");
    assert_eq!((request.path.as_str(), request.token.as_deref()), ("/auth/v1/user", Some("jwt")));
    world.answer(401, json!({ "message": "Invalid API key" }));
    assert_eq!(error(&world).code, Code::KeyRefused);
    let opened = world.opened.len();
    world.pass(55_000);
    assert_eq!(world.opened.len(), opened, "a minute apart");
}

#[test]
fn an_expired_token_is_told_and_asked_for_anew() {
    let mut world = refused(Config { has_token_source: true, ..defaults() });
    let asked = world.tokens_asked;
    world.answer(403, json!({ "msg": "invalid JWT: token is expired" }));
    assert_eq!(world.tokens_asked, asked + 1);
}

#[test]
fn a_key_that_says_it_has_expired_needs_no_question() {
    let key_expires = Some(Instant::from_millis(10));
    let world = refused(Config { key_expires, ..defaults() });
    assert!(world.requests.is_empty());
    assert!(error(&world).message.contains("has expired"));
}

#[test]
fn a_project_that_answers_nothing_is_asked_no_questions() {
    let mut world = World::with(Config { reconnect_base: 30_000, jitter: Jitter::Equal, ..defaults() }, 1);
    world.subscribe("feed", broadcasts("feed"));
    world.close(1006);
    world.pass(1_000);
    assert_eq!(world.reach_asked, 1);
    world.reached(false);
    assert!(world.requests.is_empty());
}

#[test]
fn on_a_connection_that_is_to_be_spared_all_of_it_is_rarer() {
    let network = |saves_data, effective_type: &str| PageEvent::Network {
        saves_data,
        effective_type: Some(effective_type.to_owned()),
    };
    for (input, saves_data) in
        [(network(true, "4g"), true), (network(false, "2g"), true), (network(false, "3g"), false)]
    {
        let mut world =
            World::with(Config { reconnect_base: 30_000, jitter: Jitter::Equal, ..defaults() }, 1);
        world.input(input);
        world.subscribe("feed", broadcasts("feed"));
        world.open();
        let interval = if saves_data { 50_000 } else { 5_000 };
        assert_eq!(world.left(connectivity::Timer::Heartbeat), Some(interval));
        world.close(1006);
        world.probe(false);
        let next = world.left(connectivity::Timer::Probe).unwrap();
        assert_eq!(next >= 200, saves_data, "{next}");
    }
}

#[test]
fn an_attempt_that_hangs_is_begun_anew_when_the_network_returns() {
    let mut world = World::new();
    world.subscribe("feed", broadcasts("feed"));
    world.pass(500);
    world.input(PageEvent::Online);
    assert_eq!(world.opened.len(), 1, "it has only begun");
    world.pass(3_000);
    world.input(PageEvent::Online);
    assert_eq!((world.opened.len(), world.closed.len()), (2, 1));
    world.open();
    world.accept("feed");
    assert!(world.is_live("feed") && world.errors("feed").is_empty(), "no attempt failed");
}

#[test]
fn another_network_makes_an_open_link_prove_itself() {
    let mut world = live();
    world.answers = false;
    world.input(PageEvent::Network { saves_data: false, effective_type: Some("4g".into()) });
    assert_eq!(world.sent_events().last(), Some(&"heartbeat"));
    world.pass(2_000);
    world.open();
    world.pass(2_500);
    assert_eq!(world.closed, [world.opened[0]]);
}
