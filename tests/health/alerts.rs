//! When somebody is alerted, and to what.

use crate::world::{Answer, HOUR, MINUTE, SECOND, World, local, service};
use wedsync_dashboard::core::health::Status::{Degraded, Healthy, Unhealthy, Unknown};
use wedsync_dashboard::core::health::{CheckConfig, Input, Status};

fn critical() -> CheckConfig {
    CheckConfig { is_critical: true, ..local() }
}

fn fail(world: &mut World, name: &str, times: usize) {
    for _ in 0..times {
        world.pass(SECOND);
        world.observe(name, false, None);
    }
}

fn succeed(world: &mut World, name: &str, times: usize) {
    for _ in 0..times {
        world.pass(SECOND);
        world.observe(name, true, Some(100));
    }
}

#[test]
fn it_is_told_when_something_goes_down_and_when_it_is_back() {
    let mut world = World::monitoring(1, &[("database", critical()), ("calendar", local())]);
    succeed(&mut world, "database", 1);
    succeed(&mut world, "calendar", 1);
    fail(&mut world, "database", 2);
    assert_eq!(world.take_alerts(), Vec::<String>::new());
    fail(&mut world, "database", 1);
    let down = world.now;
    let (at, alert) = world.alerts[0].clone();
    assert_eq!((at, alert.since.as_millis(), alert.lasted), (down, down, 0));
    assert_eq!((alert.previous, alert.message.as_deref(), alert.count), (Healthy, Some("refused"), 1));
    assert!(alert.is_own && !alert.is_recovery && !alert.is_reminder);
    assert_eq!(world.take_alerts(), ["database is unhealthy (critical)"]);
    fail(&mut world, "calendar", 3);
    assert_eq!(world.take_alerts(), ["calendar is unhealthy (warning)"]);
    fail(&mut world, "database", 20);
    assert_eq!(world.take_alerts(), Vec::<String>::new(), "it is known");
    world.pass(10 * MINUTE);
    succeed(&mut world, "database", 1);
    assert_eq!(world.take_alerts(), Vec::<String>::new());
    succeed(&mut world, "database", 1);
    let (_, alert) = world.alerts[0].clone();
    assert_eq!((alert.since.as_millis(), alert.lasted), (down, world.now - down));
    assert_eq!((alert.previous, alert.count), (Unhealthy, 2));
    assert_eq!(world.take_alerts(), ["database recovered healthy (info)"]);
}

#[test]
fn it_is_told_when_something_is_slow_and_again_when_it_gets_worse() {
    let mut world = World::monitoring(1, &[("it", CheckConfig { slow: 1_000, ..critical() })]);
    for _ in 0..3 {
        world.observe("it", true, Some(3_000));
    }
    assert_eq!(world.take_alerts(), ["it is degraded (warning)"]);
    fail(&mut world, "it", 3);
    assert_eq!(world.alerts[0].1.previous, Degraded);
    assert_eq!(world.take_alerts(), ["it is unhealthy (critical)"]);
    for _ in 0..5 {
        world.observe("it", true, Some(3_000));
    }
    assert_eq!((world.status("it"), world.take_alerts()), (Degraded, vec![]), "better, but not over");
    fail(&mut world, "it", 3);
    assert_eq!(world.take_alerts(), Vec::<String>::new(), "it is as it was told last");
    succeed(&mut world, "it", 2);
    assert_eq!(world.take_alerts(), ["it recovered healthy (info)"]);
}

#[test]
fn a_reminder_comes_once_an_interval_and_no_oftener() {
    let config = CheckConfig { reminder: 30 * MINUTE, ..critical() };
    let mut world = World::monitoring(1, &[("it", config)]);
    fail(&mut world, "it", 3);
    let down = world.now;
    world.take_alerts();
    for _ in 0..6 * 60 {
        world.pass(10 * SECOND);
        world.observe("it", false, None);
    }
    world.pass(30 * MINUTE);
    let times: Vec<u64> = world.alerts.iter().map(|(at, _)| at - down).collect();
    assert_eq!(times, [30 * MINUTE, 60 * MINUTE, 90 * MINUTE]);
    let counts: Vec<u32> = world.alerts.iter().map(|(_, alert)| alert.count).collect();
    assert_eq!(counts, [2, 3, 4]);
    assert_eq!(world.alerts[1].1.lasted, 60 * MINUTE);
    assert_eq!(world.take_alerts(), ["it still unhealthy (critical)"; 3]);
}

#[test]
fn what_flaps_is_told_to_be_well_only_once_it_has_been_for_a_while() {
    let mut world = World::monitoring(1, &[("it", critical())]);
    for _ in 0..60 {
        fail(&mut world, "it", 3);
        world.pass(10 * SECOND);
        succeed(&mut world, "it", 2);
        world.pass(10 * SECOND);
    }
    let (down, back) = ("it is unhealthy (critical)", "it recovered healthy (info)");
    assert_eq!(world.take_alerts(), [down, back, down, back, down], "the last one says what is wrong");
    let well = world.state("it").since.as_millis();
    world.pass(20 * MINUTE);
    assert_eq!(world.alerts[0].0, well + 15 * MINUTE);
    assert_eq!(world.take_alerts(), [back]);
    world.pass(2 * HOUR);
    fail(&mut world, "it", 3);
    world.pass(10 * SECOND);
    succeed(&mut world, "it", 2);
    assert_eq!(world.take_alerts(), [down, back], "long after it is as at first");
}

#[test]
fn a_part_of_the_page_that_heals_itself_is_given_time() {
    let mut world = World::monitoring(1, &[("realtime", critical())]);
    world.report("realtime", Healthy);
    world.report("realtime", Unhealthy);
    world.pass(29 * SECOND);
    world.report("realtime", Healthy);
    world.pass(MINUTE);
    assert_eq!(world.take_alerts(), Vec::<String>::new());
    world.report("realtime", Unhealthy);
    world.pass(30 * SECOND);
    assert_eq!(world.take_alerts(), ["realtime is unhealthy (critical)"]);
    world.report("realtime", Healthy);
    world.pass(29 * SECOND);
    assert_eq!(world.take_alerts(), Vec::<String>::new());
    world.report("realtime", Unhealthy);
    world.report("realtime", Healthy);
    world.pass(30 * SECOND);
    assert_eq!(world.take_alerts(), ["realtime recovered healthy (info)"]);
}

#[test]
fn of_what_is_unknown_nothing_is_told() {
    let mut world = World::monitoring(1, &[("it", CheckConfig { reminder: MINUTE, ..critical() })]);
    world.report("it", Unhealthy);
    world.pass(30 * SECOND);
    assert_eq!(world.take_alerts().len(), 1);
    world.report("it", Unknown);
    world.pass(HOUR);
    assert_eq!(world.take_alerts(), Vec::<String>::new(), "no reminder, and no end");
    world.report("it", Healthy);
    world.pass(30 * SECOND);
    assert_eq!(world.take_alerts(), ["it recovered healthy (info)"]);
}

#[test]
fn nobody_is_alerted_before_monitoring_begins_or_after_it_has_ended() {
    let mut world = World::new(1);
    world.register("it", critical());
    fail(&mut world, "it", 5);
    world.pass(HOUR);
    assert_eq!((world.status("it"), world.take_alerts()), (Unhealthy, vec![]));
    world.put(Input::Start { interval: MINUTE });
    assert_eq!(world.take_alerts(), ["it is unhealthy (critical)"]);
    world.put(Input::Stop);
    world.pass(5 * HOUR);
    succeed(&mut world, "it", 5);
    assert_eq!((world.take_alerts(), world.health.next_timeout()), (vec![], None));
    world.put(Input::Start { interval: MINUTE });
    assert_eq!(world.take_alerts(), ["it recovered healthy (info)"], "what was told is remembered");
}

#[test]
fn every_alert_of_every_history_follows_from_the_one_before() {
    for seed in 0..30 {
        let mut rng = wedsync_dashboard::core::rng::Rng::new(seed);
        let mut world = World::monitoring(seed, &[("it", CheckConfig { slow: 500, ..service() })]);
        let mut worst = rng.up_to(3);
        world.services = Box::new(move |_, _| {
            if rng.up_to(9) == 0 {
                worst = rng.up_to(3);
            }
            match rng.up_to(worst) {
                0 => Answer::After(50),
                1 => Answer::After(900),
                2 => Answer::Fails,
                _ => Answer::Never,
            }
        });
        world.pass(2 * 24 * HOUR);
        let mut last: Option<(u64, Status)> = None;
        for (at, alert) in &world.alerts {
            match last {
                None => {
                    assert!(alert.status.is_trouble() && !alert.is_reminder, "{alert:?}");
                    assert_eq!((alert.count, alert.previous), (1, Healthy));
                }
                Some((_, status)) if alert.is_recovery => assert_eq!(alert.previous, status),
                Some((told, status)) if alert.is_reminder => {
                    assert!(at - told >= HOUR && alert.status <= status, "{alert:?}");
                }
                Some((_, status)) => assert!(alert.status > status, "{alert:?} after {status:?}"),
            }
            last = (!alert.is_recovery).then_some((*at, alert.status));
        }
        assert!(world.alerts.len() < 2 * 48 * 3, "{} alerts in two days", world.alerts.len());
    }
}
