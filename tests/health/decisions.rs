//! How a check gets from one status to the next.

use crate::world::{SECOND, World, local};
use wedsync_dashboard::core::health::Status::{Degraded, Healthy, Unhealthy, Unknown};
use wedsync_dashboard::core::health::{CheckConfig, Input, Status};

/// What is heard: good and quick, good and slow, good and not measured, bad.
fn observe(world: &mut World, signals: &str) {
    for signal in signals.chars() {
        world.sleep(SECOND);
        match signal {
            'q' => world.observe("it", true, Some(100)),
            's' => world.observe("it", true, Some(2_000)),
            'o' => world.observe("it", true, None),
            'f' => world.observe("it", false, None),
            _ => panic!("no signal: {signal}"),
        }
    }
}

fn after(config: CheckConfig, signals: &str) -> Status {
    let mut world = World::new(1);
    world.register("it", config);
    observe(&mut world, signals);
    world.status("it")
}

#[test]
fn every_transition_has_its_signals() {
    let table: &[(&str, Status)] = &[
        ("", Unknown),
        // Unknown: one answer is enough, one failure is not.
        ("q", Healthy),
        ("s", Healthy),
        ("o", Healthy),
        ("f", Unknown),
        ("ff", Unknown),
        ("fff", Unhealthy),
        ("ffq", Healthy),
        // Healthy.
        ("qff", Healthy),
        ("qfff", Unhealthy),
        ("qffqff", Healthy),
        ("qss", Healthy),
        ("qsss", Degraded),
        ("sss", Degraded),
        ("qssqss", Healthy),
        ("qssfss", Healthy),
        ("qssos", Degraded),
        // Degraded.
        ("sssq", Degraded),
        ("sssqq", Healthy),
        ("sssqsq", Degraded),
        ("sssoooo", Degraded),
        ("sssff", Degraded),
        ("sssfff", Unhealthy),
        // Unhealthy.
        ("fffq", Unhealthy),
        ("fffqq", Healthy),
        ("fffqfq", Unhealthy),
        ("fffoo", Healthy),
        ("fffss", Degraded),
        ("fffqs", Healthy),
        ("fffsq", Healthy),
        ("ffffffqq", Healthy),
    ];
    let config = CheckConfig { slow: 1_000, ..local() };
    for (signals, expected) in table {
        assert_eq!(after(config.clone(), signals), *expected, "{signals}");
        // It is the same for what depends on the network, as long as it is alone.
        let config = CheckConfig { is_remote: true, ..config.clone() };
        assert_eq!(after(config, signals), *expected, "{signals}");
    }
}

#[test]
fn the_counts_are_those_of_the_check() {
    let config = |failures, successes| CheckConfig { slow: 1_000, failures, successes, ..local() };
    assert_eq!(after(config(1, 1), "f"), Unhealthy);
    assert_eq!(after(config(1, 1), "fq"), Healthy);
    assert_eq!(after(config(1, 1), "s"), Healthy, "the first answer says that it is there");
    assert_eq!(after(config(1, 1), "ss"), Degraded);
    assert_eq!(after(config(5, 4), "ffff"), Unknown);
    assert_eq!(after(config(5, 4), "fffffqqq"), Unhealthy);
    assert_eq!(after(config(5, 4), "fffffqqqq"), Healthy);
    assert_eq!(after(CheckConfig { slow: 0, ..local() }, "ssssss"), Healthy, "nothing is slow");
    assert_eq!(after(CheckConfig { slow: 2_000, ..local() }, "ssssss"), Healthy, "over it, not at it");
}

#[test]
fn a_flapping_check_keeps_its_status() {
    let mut world = World::new(1);
    world.register("it", CheckConfig { slow: 1_000, ..local() });
    observe(&mut world, "q");
    world.changes.clear();
    observe(&mut world, &"fq".repeat(50));
    observe(&mut world, &"ffq".repeat(50));
    observe(&mut world, &"sq".repeat(50));
    assert_eq!((world.status("it"), world.changes.len()), (Healthy, 0));
    observe(&mut world, &"f".repeat(3));
    observe(&mut world, &"qf".repeat(50));
    assert_eq!((world.status("it"), world.changes.len()), (Unhealthy, 1), "not back for one answer");
}

#[test]
fn what_says_itself_how_it_is_is_believed_at_once() {
    let mut world = World::new(1);
    world.register("it", local());
    for status in [Degraded, Unhealthy, Healthy, Unknown, Unhealthy, Degraded, Healthy] {
        world.sleep(10);
        world.changes.clear();
        world.report("it", status);
        assert_eq!((world.status("it"), world.changes.len()), (status, 1));
        assert_eq!(world.state("it").since.as_millis(), world.now);
        let now = world.now;
        world.sleep(10);
        world.report("it", status);
        assert_eq!((world.state("it").since.as_millis(), world.changes.len()), (now, 1), "no news");
    }
    observe(&mut world, "ffffff");
    assert_eq!(world.status("it"), Healthy, "it knows best");
}

#[test]
fn a_state_says_what_was_last_heard() {
    let mut world = World::new(1);
    world.register("it", CheckConfig { is_critical: true, ..local() });
    assert_eq!(world.state("it").checked, None);
    observe(&mut world, "qf");
    let state = world.state("it");
    assert_eq!(state.latency, Some(100), "of the last answer");
    assert_eq!(state.message.as_deref(), Some("refused"));
    assert_eq!(state.checked.unwrap().as_millis(), world.now);
    assert_eq!(state.since.as_millis(), world.now - SECOND);
    assert!(state.is_critical && !state.is_remote && !state.is_active);
    observe(&mut world, "q");
    assert_eq!(world.state("it").message, None);
}

#[test]
fn together_they_are_as_the_table_says() {
    let table: &[(&[(bool, Status)], Status)] = &[
        (&[], Healthy),
        (&[(true, Unknown), (false, Unknown)], Healthy),
        (&[(true, Healthy), (false, Unknown)], Healthy),
        (&[(true, Healthy), (false, Degraded)], Degraded),
        (&[(true, Healthy), (false, Unhealthy)], Degraded),
        (&[(true, Degraded), (false, Healthy)], Degraded),
        (&[(true, Unhealthy), (false, Healthy)], Unhealthy),
        (&[(false, Unhealthy), (true, Unhealthy), (false, Degraded)], Unhealthy),
        (&[(false, Unhealthy), (true, Unknown)], Degraded),
    ];
    for (checks, expected) in table {
        let mut world = World::new(1);
        for (place, (is_critical, status)) in checks.iter().enumerate() {
            let name = place.to_string();
            world.register(&name, CheckConfig { is_critical: *is_critical, ..local() });
            world.report(&name, *status);
        }
        assert_eq!(world.health.overall(), *expected, "{checks:?}");
    }
}

#[test]
fn many_changes_of_one_pump_are_told_once() {
    let mut world = World::new(1);
    for name in ["a", "b", "c"] {
        world.register(name, local());
    }
    let now = wedsync_dashboard::core::time::Instant::from_millis(world.now);
    for name in ["a", "b", "c"] {
        let input = Input::Reported { name: name.into(), status: Degraded, message: None };
        world.health.handle(now, input);
    }
    let mut outputs = Vec::new();
    while let Some(output) = world.health.poll() {
        outputs.push(output);
    }
    assert_eq!(outputs.len(), 1, "{outputs:?}");
}
