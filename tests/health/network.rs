//! Whether it is they, or us.

use crate::world::{Answer, HOUR, MINUTE, SECOND, World, local, service};
use std::cell::Cell;
use std::rc::Rc;
use wedsync_dashboard::core::health::Status::{Healthy, Unhealthy, Unknown};
use wedsync_dashboard::core::health::{CheckConfig, Input, NETWORK, Status};

const REMOTE: [&str; 4] = ["calendar", "database", "payments", "storage"];

/// A tab with four services and a part of its own, and what the services answer.
fn tab() -> (World, Rc<Cell<Answer>>) {
    let answer = Rc::new(Cell::new(Answer::After(80)));
    let mut world = World::new(4);
    let given = answer.clone();
    world.services = Box::new(move |_, _| given.get());
    for name in REMOTE {
        world.register(name, CheckConfig { is_critical: name == "database", ..service() });
    }
    world.register("disk", CheckConfig { is_active: false, ..local() });
    world.report("disk", Healthy);
    world.put(Input::Start { interval: MINUTE });
    (world, answer)
}

fn statuses(world: &World) -> Vec<Status> {
    REMOTE.iter().map(|name| world.status(name)).collect()
}

#[test]
fn what_fails_all_at_once_is_unknown_and_one_alert() {
    for seed_minutes in 0..20 {
        for answer_of_the_dead in [Answer::Fails, Answer::Never] {
            let (mut world, answer) = tab();
            world.pass(5 * MINUTE + seed_minutes * 3 * SECOND);
            assert_eq!(statuses(&world), [Healthy; 4]);
            answer.set(answer_of_the_dead);
            let gone = world.now;
            world.pass(3 * MINUTE);
            assert_eq!(statuses(&world), [Unknown; 4]);
            assert_eq!((world.status("disk"), world.health.is_us()), (Healthy, true));
            assert_eq!(world.health.overall(), Healthy, "what is unknown does not count");
            world.pass(2 * HOUR);
            let (_, alert) = world.alerts[0].clone();
            assert_eq!((&*alert.name, alert.status), (NETWORK, Unknown));
            let expected = [
                "network is unknown (warning)",
                "network still unknown (info)",
                "network still unknown (info)",
            ];
            assert_eq!(world.take_alerts()[..1], expected[..1], "gone at {gone}");
            answer.set(Answer::After(80));
            world.pass(90 * SECOND);
            assert_eq!((statuses(&world), world.health.is_us()), (vec![Healthy; 4], false));
            let alerts = world.take_alerts();
            assert_eq!(alerts, ["network recovered healthy (info)"]);
        }
    }
}

#[test]
fn where_one_of_them_answers_it_is_the_others() {
    let mut world = World::new(4);
    world.services =
        Box::new(
            |name, at| {
                if at > 5 * MINUTE && name != "storage" { Answer::Fails } else { Answer::After(80) }
            },
        );
    for name in REMOTE {
        world.register(name, CheckConfig { is_critical: name == "database", ..service() });
    }
    world.put(Input::Start { interval: MINUTE });
    world.pass(10 * MINUTE);
    assert_eq!(statuses(&world), [Unhealthy, Unhealthy, Unhealthy, Healthy]);
    assert_eq!((world.health.is_us(), world.health.overall()), (false, Unhealthy));
    let mut alerts = world.take_alerts();
    alerts.sort();
    let expected = [
        "calendar is unhealthy (warning)",
        "database is unhealthy (critical)",
        "payments is unhealthy (warning)",
    ];
    assert_eq!(alerts, expected);
}

#[test]
fn a_single_service_that_fails_is_no_sign_of_the_network() {
    let mut world = World::monitoring(1, &[("database", service())]);
    world.services = Box::new(|_, _| Answer::Fails);
    world.pass(2 * MINUTE);
    assert_eq!((world.status("database"), world.health.is_us()), (Unhealthy, false));
    assert_eq!(world.take_alerts(), ["database is unhealthy (warning)"]);
}

#[test]
fn what_has_failed_for_long_is_no_sign_of_the_network() {
    let (mut world, _) = tab();
    world.services = Box::new(|name, at| match name {
        "calendar" => Answer::Fails,
        "database" if at > HOUR => Answer::Fails,
        _ => Answer::After(50),
    });
    world.put(Input::Unregister { name: "payments".into() });
    world.put(Input::Unregister { name: "storage".into() });
    world.pass(50 * MINUTE);
    assert_eq!((world.status("calendar"), world.status("database")), (Unhealthy, Healthy));
    world.pass(20 * MINUTE);
    assert_eq!((world.status("database"), world.health.is_us()), (Unhealthy, false));
}

#[test]
fn a_burst_of_calls_that_fail_together_is_checked_against_another_service() {
    let (mut world, answer) = tab();
    world.pass(5 * MINUTE + 20 * SECOND);
    answer.set(Answer::Fails);
    for _ in 0..5 {
        world.observe("database", false, None);
    }
    assert_eq!(world.status("database"), Unhealthy, "as far as anybody knows");
    world.pass(4 * SECOND);
    assert_eq!((statuses(&world), world.take_alerts()), (vec![Unknown; 4], vec![]), "but nobody was alerted");
}

#[test]
fn while_the_browser_is_offline_nothing_is_known_and_nobody_is_alerted() {
    let (mut world, answer) = tab();
    world.pass(5 * MINUTE);
    answer.set(Answer::Fails);
    world.changes.clear();
    world.put(Input::Online(false));
    assert_eq!((statuses(&world), world.changes.len()), (vec![Unknown; 4], 1));
    world.probes.clear();
    for _ in 0..100 {
        world.observe("database", false, None);
    }
    world.pass(HOUR);
    assert_eq!((statuses(&world), world.take_alerts()), (vec![Unknown; 4], vec![]));
    let probes = world.probes.len();
    assert!((55..=66).contains(&probes), "one a minute, not {probes} in an hour");
    for name in REMOTE {
        assert!(
            world.probes.iter().filter(|(_, probed)| probed == name).count() >= 10,
            "{name} has its turn"
        );
    }
    answer.set(Answer::After(80));
    world.put(Input::Online(true));
    world.probes.clear();
    world.pass(11 * SECOND);
    assert_eq!(statuses(&world), [Healthy; 4], "all are probed at once");
    let times: Vec<u64> = world.probes.iter().map(|(at, _)| *at).collect();
    assert!(times.windows(2).all(|pair| pair[1] > pair[0]) && times.len() == 4, "but spread: {times:?}");
    assert_eq!(world.take_alerts(), Vec::<String>::new());
}

#[test]
fn behind_a_vpn_the_browser_says_offline_though_there_is_a_network() {
    let (mut world, _) = tab();
    world.put(Input::Online(false));
    assert_eq!(world.health.overall(), Healthy);
    world.pass(66 * SECOND + 80);
    assert!(!world.health.is_us(), "the first answer ends the disbelief");
    world.pass(11 * SECOND);
    assert_eq!(statuses(&world), [Healthy; 4]);
    world.pass(HOUR);
    let per_check = world.probes.len() / 4;
    assert!((50..=70).contains(&per_check), "it is probed as ever: {per_check}");
    // It says so again, and again it is not true.
    world.put(Input::Online(false));
    assert_eq!(statuses(&world), [Healthy; 4], "nothing new was said");
    world.put(Input::Online(true));
    world.put(Input::Online(false));
    assert_eq!(statuses(&world), [Unknown; 4]);
    world.observe("payments", true, Some(90));
    assert_eq!(world.status("payments"), Healthy, "what is used counts as well");
    assert!(!world.health.is_us());
}

#[test]
fn what_was_down_before_the_network_went_is_not_told_again() {
    let mut world = World::monitoring(1, &[("calendar", service()), ("database", service())]);
    world.services = Box::new(|name, _| if name == "calendar" { Answer::Fails } else { Answer::After(50) });
    world.pass(10 * MINUTE);
    assert_eq!(world.take_alerts(), ["calendar is unhealthy (warning)"]);
    world.put(Input::Online(false));
    world.services = Box::new(|_, _| Answer::Fails);
    world.pass(10 * MINUTE);
    world.services = Box::new(|name, _| if name == "calendar" { Answer::Fails } else { Answer::After(50) });
    world.put(Input::Online(true));
    assert_eq!(world.status("calendar"), Unknown);
    world.pass(10 * MINUTE);
    assert_eq!((world.status("calendar"), world.take_alerts()), (Unhealthy, vec![]));
    world.services = Box::new(|_, _| Answer::After(50));
    world.pass(10 * MINUTE);
    assert_eq!(world.take_alerts(), ["calendar recovered healthy (info)"]);
}

#[test]
fn a_part_that_reports_is_unknown_with_the_network_and_known_at_once_with_it() {
    let (mut world, answer) = tab();
    world.register("realtime", CheckConfig::default());
    world.report("realtime", Healthy);
    world.pass(5 * MINUTE);
    answer.set(Answer::Fails);
    world.report("realtime", Unhealthy);
    world.pass(MINUTE);
    world.put(Input::Online(false));
    assert_eq!(world.status("realtime"), Unknown);
    world.put(Input::Online(true));
    answer.set(Answer::After(80));
    world.report("realtime", Healthy);
    assert_eq!((world.status("realtime"), world.health.is_us()), (Healthy, false));
}

#[test]
fn a_service_that_comes_back_gets_no_storm() {
    let (mut world, answer) = tab();
    world.pass(5 * MINUTE);
    answer.set(Answer::Fails);
    world.pass(10 * MINUTE);
    assert!(world.health.is_us());
    world.probes.clear();
    world.pass(HOUR);
    let probes = world.probes.len();
    assert!((55..=66).contains(&probes), "one a minute for all, not {probes}");
}

#[test]
fn that_the_browser_goes_offline_ends_no_alert() {
    let (mut world, answer) = tab();
    world.pass(5 * MINUTE);
    answer.set(Answer::Fails);
    world.pass(5 * MINUTE);
    assert_eq!(world.take_alerts(), ["network is unknown (warning)"]);
    world.put(Input::Online(false));
    world.pass(5 * MINUTE);
    assert_eq!(world.take_alerts(), Vec::<String>::new());
    world.put(Input::Online(true));
    answer.set(Answer::After(80));
    world.pass(MINUTE);
    assert_eq!(world.take_alerts(), ["network recovered healthy (info)"]);
    // Nor does anybody have to be told what the browser says itself.
    answer.set(Answer::Fails);
    world.pass(50 * SECOND);
    assert!(world.health.is_us());
    world.put(Input::Online(false));
    world.pass(10 * MINUTE);
    assert_eq!(world.take_alerts(), Vec::<String>::new());
}

#[test]
fn failures_from_before_the_network_went_do_not_count_after_it_is_back() {
    let mut world = World::monitoring(1, &[("database", CheckConfig::default())]);
    world.observe("database", true, None);
    world.observe("database", false, None);
    world.observe("database", false, None);
    world.put(Input::Online(false));
    world.put(Input::Online(true));
    world.observe("database", false, None);
    assert_eq!(world.status("database"), Unknown, "one failure, not three");
    world.observe("database", false, None);
    world.observe("database", false, None);
    assert_eq!(world.status("database"), Unhealthy);
}

#[test]
fn what_reports_and_has_nothing_new_to_say_is_believed_again() {
    let mut world = World::monitoring(1, &[("realtime", CheckConfig::default())]);
    world.report("realtime", Healthy);
    world.put(Input::Online(false));
    assert_eq!(world.status("realtime"), Unknown);
    world.put(Input::Online(true));
    assert_eq!(world.status("realtime"), Healthy);
}

#[test]
fn a_service_that_is_really_down_is_found_out_soon_after_the_network_is_back() {
    let (mut world, _) = tab();
    world.services = Box::new(|name, _| if name == "payments" { Answer::Fails } else { Answer::After(50) });
    world.pass(10 * MINUTE);
    assert_eq!(world.status("payments"), Unhealthy);
    world.put(Input::Online(false));
    world.pass(10 * SECOND);
    world.put(Input::Online(true));
    world.pass(40 * SECOND);
    assert_eq!(world.status("payments"), Unhealthy);
}
