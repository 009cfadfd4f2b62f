//! What is probed, and when.

use crate::world::{Answer, DAY, HOUR, MINUTE, SECOND, World, local, service};
use std::cell::Cell;
use std::rc::Rc;
use wedsync_dashboard::core::health::Status::{Healthy, Unhealthy, Unknown};
use wedsync_dashboard::core::health::{CheckConfig, Input, Output, ProbeResult, Timer};
use wedsync_dashboard::core::time::Instant;

fn gaps(times: &[u64]) -> Vec<u64> {
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn each_is_probed_once_an_interval_and_not_all_at_once() {
    let names: Vec<String> = (0..10).map(|number| format!("service {number}")).collect();
    let checks: Vec<(&str, CheckConfig)> = names.iter().map(|name| (name.as_str(), service())).collect();
    let mut world = World::monitoring(9, &checks);
    let began = world.now;
    world.pass(11 * SECOND);
    assert!(names.iter().all(|name| world.status(name) == Healthy), "all is known soon");
    world.pass(HOUR);
    for name in &names {
        let times: Vec<u64> =
            world.probes.iter().filter(|(_, other)| other == name).map(|(at, _)| *at).collect();
        assert!((times[0] - began) <= 10 * SECOND);
        for gap in &gaps(&times)[1..] {
            assert!((54 * SECOND..=66 * SECOND + 100).contains(gap), "{name}: {gap}");
        }
    }
    // In the steady state the probes of a minute lie all over it.
    let minute = began + 10 * MINUTE;
    let times: Vec<u64> =
        world.probes.iter().map(|(at, _)| *at).filter(|at| (minute..minute + MINUTE).contains(at)).collect();
    let tenths: std::collections::BTreeSet<u64> = times.iter().map(|at| (at - minute) / 6_000).collect();
    assert!(tenths.len() >= 4, "{times:?}");
}

#[test]
fn nothing_is_probed_without_the_lead_before_the_start_or_after_the_end() {
    let mut world = World::new(1);
    world.register("it", service());
    world.pass(HOUR);
    assert_eq!(world.probes, []);
    world.put(Input::Leading(false));
    world.put(Input::Start { interval: MINUTE });
    world.pass(HOUR);
    assert_eq!(world.probes, []);
    world.put(Input::Leading(true));
    world.pass(HOUR);
    assert!(world.take_probes("it").len() > 50);
    world.put(Input::Leading(false));
    world.pass(HOUR);
    world.put(Input::Leading(true));
    world.put(Input::Stop);
    world.pass(HOUR);
    assert_eq!(world.probes, []);
}

#[test]
fn what_was_used_lately_is_not_probed() {
    let mut world = World::monitoring(1, &[("it", service())]);
    world.pass(MINUTE);
    world.probes.clear();
    for _ in 0..120 {
        world.pass(30 * SECOND);
        world.observe("it", true, Some(60));
    }
    assert_eq!(world.probes, []);
    let used = world.now;
    world.pass(HOUR);
    let first = world.take_probes("it")[0];
    assert!((used + MINUTE..=used + 66 * SECOND).contains(&first), "{}", first - used);
}

#[test]
fn what_fails_is_probed_again_soon_and_what_is_down_less_and_less() {
    let mut world = World::monitoring(1, &[("it", service())]);
    world.pass(10 * MINUTE);
    world.probes.clear();
    world.services = Box::new(|_, _| Answer::Fails);
    world.pass(3 * HOUR);
    let times = world.take_probes("it");
    let gaps = gaps(&times);
    let expected = [10, 10, 60, 120, 240, 300, 300, 300];
    for (gap, expected) in gaps.iter().zip(expected) {
        let least = expected * SECOND * 9 / 10;
        assert!((least..=expected * SECOND * 11 / 10 + 20).contains(gap), "{gap} instead of {expected} s");
    }
    assert_eq!(world.state("it").since.as_millis(), times[2] + 20);
    // The first answer is made sure of soon.
    world.services = Box::new(|_, _| Answer::After(50));
    world.pass(20 * MINUTE);
    let times = world.take_probes("it");
    assert!((9 * SECOND..=11 * SECOND + 50).contains(&(times[1] - times[0])));
    assert_eq!(world.state("it").since.as_millis(), times[1] + 50);
    // And the next time it begins anew.
    world.services = Box::new(|_, _| Answer::Fails);
    world.pass(10 * MINUTE);
    assert!(world.take_probes("it").len() >= 5);
}

#[test]
fn calls_that_fail_bring_the_next_probe_forward_but_do_not_put_it_off() {
    let mut world = World::monitoring(1, &[("it", service())]);
    world.pass(2 * MINUTE);
    let failed = world.now;
    world.probes.clear();
    world.services = Box::new(|_, _| Answer::Fails);
    for _ in 0..2 {
        world.observe("it", false, None);
    }
    world.pass(11 * SECOND);
    assert_eq!(world.take_probes("it").len(), 1);
    for _ in 0..500 {
        world.observe("it", false, None);
    }
    world.pass(10 * MINUTE);
    let times = world.take_probes("it");
    assert!(times[0] - failed < 90 * SECOND, "they do not count as probes that failed");
    assert!(times.len() >= 3, "{times:?}");
}

#[test]
fn a_probe_that_is_not_answered_has_failed_and_a_late_answer_does_not_count() {
    let mut world = World::monitoring(1, &[("it", CheckConfig { timeout: 5_000, ..service() })]);
    world.services = Box::new(|_, _| Answer::Never);
    world.pass(10 * SECOND + 5_000);
    let state = world.state("it");
    assert_eq!(state.message.as_deref(), Some("It did not answer in time."));
    assert_eq!(state.checked.unwrap().as_millis(), world.probes[0].0 + 5_000);
    world.pass(MINUTE);
    assert_eq!(world.status("it"), Unhealthy);
    assert_eq!(world.health.deadline(Timer::Answer), None);
    // One that takes longer than it may.
    world.services = Box::new(|_, _| Answer::After(5_001));
    world.pass(HOUR);
    assert_eq!(world.status("it"), Unhealthy, "late answers do not count");
    assert_eq!(world.state("it").latency, None);
    world.services = Box::new(|_, _| Answer::After(4_999));
    world.pass(20 * MINUTE);
    assert_eq!(world.status("it"), Healthy);
}

#[test]
fn an_answer_that_comes_before_the_timer_but_too_late_does_not_count() {
    let mut world = World::monitoring(1, &[("it", CheckConfig { timeout: 5_000, ..service() })]);
    let (deadline, _) = world.health.next_timeout().unwrap();
    world.health.handle(deadline, Input::Wake);
    let Some(Output::Probe { probe, .. }) =
        std::iter::from_fn(|| world.health.poll()).find(|output| matches!(output, Output::Probe { .. }))
    else {
        panic!("no probe")
    };
    // The page was busy, and the answer is handled before the timer.
    let late = deadline.after(5_001);
    world.health.handle(late, Input::Probed { probe, result: ProbeResult::Ok { latency: 5_001 } });
    assert_eq!(world.status("it"), Unknown);
    world.health.handle(late, Input::Wake);
    assert_eq!(world.state("it").message.as_deref(), Some("It did not answer in time."));
}

#[test]
fn an_answer_counts_once_and_only_for_the_probe_that_was_asked() {
    let mut world = World::monitoring(1, &[("a", service()), ("b", service())]);
    let mut asked = Vec::new();
    let mut now = world.now;
    while asked.len() < 2 {
        let (deadline, _) = world.health.next_timeout().unwrap();
        now = deadline.as_millis();
        world.health.handle(deadline, Input::Wake);
        while let Some(output) = world.health.poll() {
            if let Output::Probe { probe, name } = output {
                asked.push((probe, name));
            }
        }
    }
    let at = Instant::from_millis(now);
    let (probe, name) = asked[0].clone();
    let ok = ProbeResult::Ok { latency: 7 };
    let other = wedsync_dashboard::core::health::ProbeId(probe.0 + 77);
    world.health.handle(at, Input::Probed { probe: other, result: ok.clone() });
    assert_eq!(world.status(&name), Unknown);
    world.health.handle(at, Input::Probed { probe, result: ok });
    assert_eq!((world.status(&name), world.status(&asked[1].1)), (Healthy, Unknown));
    for _ in 0..5 {
        let result = ProbeResult::Failed { message: String::new() };
        world.health.handle(at, Input::Probed { probe, result });
    }
    assert_eq!((world.status(&name), world.state(&name).latency), (Healthy, Some(7)), "it is over");
    // Whoever does not lead any more does not wait for answers.
    world.health.handle(at, Input::Leading(false));
    let (probe, name) = asked[1].clone();
    world.health.handle(at, Input::Probed { probe, result: ProbeResult::Ok { latency: 7 } });
    assert_eq!(world.status(&name), Unknown);
}

#[test]
fn one_probe_of_a_check_is_out_at_a_time() {
    let mut world = World::monitoring(1, &[("slow", CheckConfig { timeout: 5 * MINUTE, ..service() })]);
    world.services = Box::new(|_, _| Answer::After(3 * MINUTE));
    for _ in 0..100 {
        world.pass(20 * SECOND);
        world.put(Input::Visible(true));
        world.observe("slow", false, None);
        world.put(Input::Online(false));
        world.put(Input::Online(true));
    }
    let times = world.take_probes("slow");
    assert!(gaps(&times).iter().all(|gap| *gap >= 3 * MINUTE), "{times:?}");
}

#[test]
fn whoever_looks_at_the_page_learns_soon_what_was_not_heard_of_for_long() {
    let mut world = World::monitoring(1, &[("it", service()), ("other", service())]);
    world.pass(30 * MINUTE);
    world.put(Input::Visible(false));
    world.sleep(3 * MINUTE);
    world.observe("other", true, None);
    world.probes.clear();
    world.put(Input::Visible(true));
    world.pass(11 * SECOND);
    assert_eq!(world.probes.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["it"]);
}

#[test]
fn after_hours_of_sleep_nothing_is_known_until_it_is_heard_of() {
    let answer = Rc::new(Cell::new(Answer::After(60)));
    let mut world = World::monitoring(1, &[("it", service()), ("used", CheckConfig::default())]);
    let given = answer.clone();
    world.services = Box::new(move |_, _| given.get());
    world.observe("used", true, None);
    world.pass(30 * MINUTE);
    assert_eq!(world.status("it"), Healthy);
    world.sleep(8 * HOUR);
    answer.set(Answer::Never);
    world.pass(1);
    assert_eq!(world.status("it"), Unknown);
    assert_eq!(world.status("used"), Healthy, "nobody has used it, which is no news");
    assert_eq!(world.take_alerts(), Vec::<String>::new());
    world.pass(MINUTE);
    assert_eq!(world.status("it"), Unhealthy);
}

#[test]
fn another_interval_takes_effect_at_once() {
    let mut world = World::monitoring(1, &[("it", service())]);
    world.pass(10 * MINUTE);
    world.put(Input::Start { interval: 10 * SECOND });
    world.probes.clear();
    world.pass(10 * MINUTE);
    let probes = world.take_probes("it").len();
    assert!((54..=68).contains(&probes), "{probes}");
    assert_eq!((world.health.interval(), world.loads), (Some(10 * SECOND), 1));
    world.put(Input::Start { interval: 10 * SECOND });
    world.pass(SECOND / 10);
    assert_eq!(world.take_probes("it").len(), 0, "the same again is nothing new");
    for (interval, expected) in [(0, SECOND), (u64::MAX, DAY)] {
        world.put(Input::Start { interval });
        assert_eq!(world.health.interval(), Some(expected));
    }
    world.pass(3 * DAY);
}

#[test]
fn what_is_idle_is_woken_as_seldom_as_its_checks_need() {
    let names: Vec<String> = (0..10).map(|number| format!("service {number}")).collect();
    let mut checks: Vec<(&str, CheckConfig)> = names.iter().map(|name| (name.as_str(), service())).collect();
    checks.push(("disk", local()));
    let mut world = World::monitoring(9, &checks);
    world.pass(MINUTE);
    world.wakes = 0;
    world.pass(HOUR);
    assert!(world.wakes <= 11 * 67, "{} times in an hour", world.wakes);
}
