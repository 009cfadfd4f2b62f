//! What is not taken, and what it all costs.

use crate::world::{HOUR, MINUTE, World, local, service};
use std::rc::Rc;
use wedsync_dashboard::core::health::Status::{Degraded, Healthy, Unhealthy};
use wedsync_dashboard::core::health::{CheckConfig, Input, NETWORK};
use wedsync_dashboard::core::time::Instant;

#[test]
fn a_check_that_is_registered_twice_is_the_first_one() {
    let mut world = World::new(1);
    world.register("it", CheckConfig { failures: 1, ..local() });
    world.observe("it", true, None);
    assert!(!world.health.admits("it", &local()));
    world.register("it", CheckConfig { failures: 9, is_critical: true, ..service() });
    assert_eq!((world.health.states().count(), world.status("it")), (1, Healthy));
    assert!(!world.state("it").is_critical);
    world.observe("it", false, None);
    assert_eq!(world.status("it"), Unhealthy);
    // Once it is gone it may come again, and begins anew.
    world.put(Input::Unregister { name: "it".into() });
    assert_eq!(world.health.states().count(), 0);
    world.put(Input::Unregister { name: "it".into() });
    world.observe("it", true, None);
    world.report("it", Degraded);
    assert!(world.health.admits("it", &service()));
    world.register("it", service());
    assert_eq!(world.state("it").checked, None);
}

#[test]
fn names_and_numbers_have_their_bounds() {
    let world = World::new(1);
    let longest = "ü".repeat(64);
    for (name, is_taken) in
        [("", false), ("a", true), (longest.as_str(), true), (&"a".repeat(65), false), (NETWORK, false)]
    {
        assert_eq!(world.health.admits(name, &local()), is_taken, "{name}");
    }
    let good = local;
    for (config, is_taken) in [
        (CheckConfig { timeout: 0, ..good() }, false),
        (CheckConfig { timeout: 1, ..good() }, true),
        (CheckConfig { timeout: u64::MAX, ..good() }, false),
        (CheckConfig { failures: 0, ..good() }, false),
        (CheckConfig { failures: u32::MAX, ..good() }, true),
        (CheckConfig { successes: 0, ..good() }, false),
        (CheckConfig { slow: u64::MAX, ..good() }, false),
        (CheckConfig { reminder: 59_999, ..good() }, false),
        (CheckConfig { reminder: 60_000, ..good() }, true),
        (CheckConfig { reminder: u64::MAX, ..good() }, false),
    ] {
        assert_eq!(world.health.admits("it", &config), is_taken, "{config:?}");
    }
}

#[test]
fn of_a_thousand_names_a_hundred_are_taken() {
    let mut world = World::new(1);
    world.put(Input::Start { interval: MINUTE });
    for number in 0..1_000 {
        world.register(&format!("service {number}"), service());
    }
    assert_eq!(world.health.states().count(), 100);
    assert!(!world.health.admits("one more", &service()));
    world.pass(HOUR);
    assert!(world.health.states().all(|(_, state)| state.status == Healthy));
    // Names that come and go leave no more behind than there may be.
    for number in 0..1_000 {
        world.put(Input::Unregister { name: format!("service {}", number % 100).into() });
        let name = format!("other {number}");
        world.register(&name, service());
        world.put(Input::Unregister { name: name.as_str().into() });
    }
    world.pass(2 * MINUTE);
    let kept: usize = world.kept.values().map(String::len).sum();
    assert!(kept < 200_000, "{kept} bytes");
}

#[test]
fn a_message_is_cut() {
    let mut world = World::new(1);
    world.register("it", local());
    let input = |text: &str| Input::Observed {
        name: Rc::from("it"),
        is_ok: false,
        latency: None,
        message: Some(text.to_owned()),
    };
    world.put(input(&"é".repeat(1_000)));
    assert_eq!(world.state("it").message.unwrap().chars().count(), 200);
    world.put(input("short"));
    assert_eq!(world.state("it").message.as_deref(), Some("short"));
}

#[test]
fn odd_moments_and_numbers_do_no_harm() {
    let mut world = World::monitoring(1, &[("it", CheckConfig { slow: 1, ..service() })]);
    for latency in [0, 1, u64::MAX] {
        world.observe("it", true, Some(latency));
    }
    for at in [0, u64::MAX, 1, u64::MAX - 1] {
        let now = Instant::from_millis(at);
        for epoch in [0, u64::MAX] {
            world.health.handle(now, Input::Wall { epoch });
            world.health.handle(now, Input::Wake);
            world.health.handle(now, Input::Online(epoch == 0));
            let status = if at == 0 { Unhealthy } else { Healthy };
            world.health.handle(now, Input::Reported { name: "it".into(), status, message: None });
            world.health.handle(now, Input::Visible(true));
            while world.health.poll().is_some() {}
            let history = world.health.history(now, "it");
            assert!(history.hours.len() <= 168);
        }
    }
}

#[test]
fn a_call_that_is_observed_costs_little_however_many_there_are() {
    let names: Vec<String> = (0..10).map(|number| format!("service {number}")).collect();
    let mut world = World::new(1);
    for name in &names {
        world.register(name, service());
    }
    world.put(Input::Start { interval: MINUTE });
    world.pass(MINUTE);
    world.wakes = 0;
    world.changes.clear();
    for number in 0..100_000_u64 {
        world.pass(number % 2);
        world.observe(&names[(number % 10) as usize], true, Some(50 + number % 40));
    }
    assert!(world.changes.is_empty(), "nothing has changed");
    assert!(world.wakes <= 12, "{} in 50 s", world.wakes);
    assert_eq!(world.history(&names[0]).recent.len(), 60);
    assert!(world.history(&names[0]).day.latency.samples >= 10_000);
}
