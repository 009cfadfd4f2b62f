//! What is told of the past.

use crate::world::{Answer, DAY, HOUR, MIDNIGHT, MINUTE, SECOND, World, local, service};
use std::cell::RefCell;
use std::rc::Rc;
use wedsync_dashboard::core::health::Status::{Degraded, Healthy, Unhealthy, Unknown};
use wedsync_dashboard::core::health::{History, Hour, Input};
use wedsync_dashboard::core::rng::Rng;

/// A tab at midnight, with a part that says itself how it is.
fn tab() -> World {
    let mut world = World::new(1);
    world.put(Input::Wall { epoch: MIDNIGHT });
    world.register("it", local());
    world.report("it", Healthy);
    world.put(Input::Start { interval: MINUTE });
    world
}

/// When each hour began after midnight, in hours, and its healthy, degraded, unhealthy and unknown seconds.
fn seconds(history: &History) -> Vec<(i64, [u64; 4])> {
    let line = |hour: &Hour| {
        let span = hour.span;
        let after = hour.start.cast_signed() - MIDNIGHT.cast_signed();
        let times = [span.up, span.degraded, span.down, span.unknown].map(|millis| millis / SECOND);
        (after / HOUR.cast_signed(), times)
    };
    history.hours.iter().map(line).collect()
}

#[test]
fn time_is_that_of_the_status_that_was_shown() {
    let mut world = tab();
    world.pass(20 * MINUTE);
    world.report("it", Degraded);
    world.pass(5 * MINUTE + 30 * SECOND);
    world.report("it", Unhealthy);
    world.pass(10 * SECOND);
    world.report("it", Unknown);
    world.pass(4 * MINUTE + 20 * SECOND);
    world.report("it", Healthy);
    world.pass(40 * MINUTE);
    let history = world.history("it");
    let first = [50 * 60, 330, 10, 260];
    assert_eq!(seconds(&history), [(0, first), (1, [600, 0, 0, 0])]);
    assert_eq!(history.hours[0].span.uptime(), Some((3_330 * 1_000) / 3_340));
    let day = history.day;
    assert_eq!([day.up, day.degraded, day.down], [3_600 * SECOND, 330 * SECOND, 10 * SECOND]);
    assert_eq!(day.unknown, 22 * HOUR + 10 * MINUTE + HOUR - 3_940 * SECOND);
    assert_eq!(history.day.uptime(), Some(997));
    assert_eq!(history.week.uptime(), Some(997));
}

#[test]
fn of_what_is_not_known_there_is_no_history() {
    let mut world = World::new(1);
    world.put(Input::Wall { epoch: MIDNIGHT });
    assert_eq!(world.history("it").day.unknown, 23 * HOUR);
    world.register("it", local());
    world.put(Input::Start { interval: MINUTE });
    world.pass(HOUR);
    let history = world.history("it");
    assert_eq!((history.hours.len(), history.day.uptime(), history.recent.len()), (0, None, 0));
    assert_eq!(history.week.latency.p50, None);
    // Nor where nobody knows what time it is.
    let mut health = wedsync_dashboard::core::health::Health::new(Rng::new(1));
    let at = wedsync_dashboard::core::time::Instant::from_millis;
    health.handle(at(0), Input::Register { name: "it".into(), config: local() });
    health.handle(at(0), Input::Start { interval: MINUTE });
    let ok = Input::Observed { name: "it".into(), is_ok: true, latency: Some(1), message: None };
    health.handle(at(1), ok);
    health.handle(at(MINUTE), Input::Wake);
    assert_eq!(health.history(at(MINUTE), "it"), History::default());
}

#[test]
fn time_without_a_page_is_unknown() {
    let mut world = tab();
    world.pass(HOUR + 10 * MINUTE);
    world.sleep(5 * HOUR);
    world.pass(30 * MINUTE);
    let hours = seconds(&world.history("it"));
    assert_eq!(hours[..2], [(0, [3_600, 0, 0, 0]), (1, [600, 0, 0, 3_000])]);
    let (last, times) = hours[2];
    assert_eq!((hours.len(), last), (3, 6));
    assert!((1_740..=1_800).contains(&times[0]), "{times:?}");
    assert_eq!(world.history("it").day.uptime(), Some(1_000), "and no failure either");
    // A hidden page's timers that come late are no sleep.
    world.sleep(2 * MINUTE);
    let before = world.history("it").day.up;
    world.pass(1);
    assert!(world.history("it").day.up >= before + 2 * MINUTE);
}

#[test]
fn seven_days_of_latencies_have_the_percentiles_of_all_of_them() {
    let list = Rc::new(RefCell::new(Vec::new()));
    let mut world = World::new(5);
    let (mut rng, drawn) = (Rng::new(8), list.clone());
    world.services = Box::new(move |_, at| {
        // Around 100 ms, with a tail; slower in the evening.
        let tail = if rng.up_to(20) == 0 { rng.up_to(4_000) } else { 0 };
        let latency = 60 + rng.up_to(80) + tail + if at % DAY < 2 * HOUR { 200 } else { 0 };
        drawn.borrow_mut().push((at + latency, latency));
        Answer::After(latency)
    });
    world.put(Input::Wall { epoch: MIDNIGHT });
    world.register("it", service());
    world.put(Input::Start { interval: MINUTE });
    let offset = MIDNIGHT - world.now;
    world.pass(9 * DAY + 17 * MINUTE);
    let history = world.history("it");
    assert_eq!(history.hours.len(), 168, "a week and no more");
    assert_eq!(history.week.uptime(), Some(1_000));
    let now = world.now + offset;
    let exact = |from: u64, percent: usize| {
        let list = list.borrow();
        let mut list: Vec<u64> = list
            .iter()
            .filter(|(at, _)| *at <= world.now && (*at + offset) / HOUR + from > now / HOUR)
            .map(|(_, latency)| *latency)
            .collect();
        list.sort_unstable();
        (list[(list.len() * percent).div_ceil(100) - 1], list.len() as u64)
    };
    for (span, hours) in [(history.week, 168), (history.day, 24), (history.hours[167].span, 1)] {
        for (percent, told) in [(50, span.latency.p50), (95, span.latency.p95), (99, span.latency.p99)] {
            let ((exact, count), told) = (exact(hours, percent), told.unwrap());
            assert_eq!(span.latency.samples, count);
            assert!(told.abs_diff(exact) * 16 <= exact, "p{percent} of {hours} h: {told}, not {exact}");
        }
    }
    assert!(history.week.latency.samples > 9_000);
    let recent: Vec<Option<u64>> = history.recent.iter().map(|sample| sample.latency).collect();
    let list = list.borrow();
    let answered: Vec<Option<u64>> =
        list.iter().filter(|(at, _)| *at <= world.now).map(|(_, latency)| Some(*latency)).collect();
    assert_eq!(recent, answered[answered.len() - 60..]);
    assert_eq!(history.recent[59].wall - offset, list[answered.len() - 1].0);
}

#[test]
fn failures_are_signals_without_a_latency() {
    let mut world = tab();
    world.register("that", local());
    world.observe("that", true, Some(12));
    world.observe("that", false, Some(9_000));
    world.observe("that", true, None);
    let history = world.history("that");
    let signals: Vec<(bool, Option<u64>)> =
        history.recent.iter().map(|sample| (sample.is_ok, sample.latency)).collect();
    assert_eq!(signals, [(true, Some(12)), (false, Some(9_000)), (true, None)]);
    assert_eq!((history.day.latency.samples, history.day.latency.p99), (1, Some(12)));
}

#[test]
fn a_clock_that_is_set_back_makes_no_hour_longer_than_an_hour() {
    let mut world = tab();
    world.pass(3 * HOUR);
    world.put(Input::Wall { epoch: MIDNIGHT + HOUR });
    world.report("it", Unhealthy);
    world.pass(90 * MINUTE);
    for (hour, times) in seconds(&world.history("it")) {
        assert!(times.iter().sum::<u64>() <= 3_600, "hour {hour}: {times:?}");
    }
    // Before 1970, and back.
    world.put(Input::Wall { epoch: 0 });
    world.pass(2 * HOUR);
    world.put(Input::Wall { epoch: u64::MAX });
    world.pass(2 * HOUR);
    world.put(Input::Wall { epoch: MIDNIGHT + 4 * HOUR });
    world.pass(HOUR);
    let hours: Vec<i64> = seconds(&world.history("it")).into_iter().map(|(hour, _)| hour).collect();
    assert_eq!(hours, [0, 1, 2, 4, 5].into_iter().filter(|hour| hours.contains(hour)).collect::<Vec<_>>());
    assert!(hours.contains(&0) && hours.contains(&4), "what was right is still there: {hours:?}");
}

#[test]
fn a_clock_that_was_a_year_ahead_for_a_week_costs_nothing_that_was_right() {
    let mut world = tab();
    world.pass(5 * DAY);
    world.put(Input::Wall { epoch: MIDNIGHT + 365 * DAY });
    world.pass(7 * DAY + HOUR / 2);
    assert_eq!(world.history("it").hours.len(), 168);
    world.put(Input::Wall { epoch: MIDNIGHT + 5 * DAY });
    world.pass(DAY + HOUR / 2);
    let hours = seconds(&world.history("it"));
    let is_there = |hour: i64| hours.iter().any(|(other, _)| *other == hour);
    assert!((5 * 24..6 * 24).all(is_there), "today");
    world.pass(7 * DAY);
    assert_eq!(world.history("it").hours.len(), 168);
}
