//! The history on the disk.

use crate::world::{Answer, DAY, HOUR, MIDNIGHT, MINUTE, SECOND, World, local, service};
use wedsync_dashboard::core::health::Status::{Healthy, Unhealthy};
use wedsync_dashboard::core::health::{CheckConfig, History, Input};
use wedsync_dashboard::core::rng::Rng;

const NAMES: [&str; 10] = [
    "database",
    "realtime",
    "calendar",
    "payments",
    "cache",
    "queue",
    "storage",
    "clock",
    "crm é 🎉",
    "mail",
];

/// A tab at midnight with ten services that are used and probed, whose answers vary.
fn busy(seed: u64) -> World {
    let mut world = World::new(seed);
    let mut rng = Rng::new(seed);
    world.services = Box::new(move |_, _| match rng.up_to(60) {
        0 => Answer::Fails,
        _ => Answer::After(120 + rng.up_to(100) + rng.up_to(60) * rng.up_to(8)),
    });
    world.put(Input::Wall { epoch: MIDNIGHT });
    for name in NAMES {
        world.register(name, CheckConfig { slow: 400, is_critical: name == "database", ..service() });
    }
    world.put(Input::Start { interval: MINUTE });
    world
}

/// The page is loaded again: another tab, at the same time, with what was stored.
fn reloaded(world: &World) -> World {
    let mut other = World::new(99);
    let epoch = MIDNIGHT + world.now - 5_000;
    other.put(Input::Wall { epoch });
    for text in world.kept.values() {
        other.put(Input::Loaded { text: text.clone() });
    }
    other
}

fn without_recent(history: History) -> History {
    History { recent: Vec::new(), ..history }
}

#[test]
fn what_was_stored_is_read_as_it_was() {
    for seed in 0..12 {
        let mut world = busy(seed);
        let mut rng = Rng::new(seed);
        for _ in 0..40 {
            world.pass(rng.up_to(4 * HOUR));
            if rng.up_to(3) == 0 {
                world.sleep(rng.up_to(3 * HOUR));
            }
            world.put(Input::Online(rng.up_to(3) > 0));
        }
        world.pass_until_kept();
        let other = reloaded(&world);
        for name in NAMES {
            let (before, after) = (world.history(name), without_recent(other.history(name)));
            assert!(before.week.latency.samples > 0);
            assert_eq!(after, without_recent(before), "{name} of seed {seed}");
        }
    }
}

#[test]
fn a_day_of_ten_checks_is_small() {
    let mut world = busy(3);
    for _ in 0..24 * 60 {
        world.pass(MINUTE);
        // Some of them are used all the time.
        for name in &NAMES[..3] {
            world.observe(name, true, Some(90 + world.now / MINUTE % 90));
        }
    }
    world.pass(MINUTE);
    let (day, text) = world.kept.first_key_value().unwrap();
    assert_eq!(*day, MIDNIGHT / DAY);
    assert!(text.len() < 12_000, "{} bytes", text.len());
    assert!(text.len() > 3_000, "all hours are in it: {} bytes", text.len());
}

#[test]
fn each_day_is_stored_once_a_minute_at_most_and_only_if_it_has_changed() {
    let mut world = busy(1);
    assert_eq!(world.loads, 1, "what there is is asked for first");
    world.pass(59 * SECOND);
    assert_eq!(world.keeps, []);
    let mut quick = World::new(2);
    quick.register("it", local());
    quick.report("it", Healthy);
    quick.put(Input::Start { interval: SECOND });
    quick.pass(59 * SECOND);
    assert_eq!(quick.keeps, [], "however short the interval");
    world.pass(2 * DAY + HOUR);
    let mut last = std::collections::BTreeMap::new();
    for (at, day) in &world.keeps {
        if let Some(before) = last.insert(*day, *at) {
            assert!(at - before >= MINUTE, "{}", at - before);
        }
    }
    let days: Vec<u64> = world.kept.keys().map(|day| day - MIDNIGHT / DAY).collect();
    assert_eq!(days, [0, 1, 2]);
    // The end of a day is in it.
    let history = reloaded(&world).history("database");
    let last_hour = history.hours.iter().find(|hour| hour.start == MIDNIGHT + 23 * HOUR).unwrap();
    assert_eq!(last_hour.span.unknown, 0);
    world.put(Input::Stop);
    world.keeps.clear();
    world.pass(DAY);
    assert_eq!(world.keeps, []);
}

#[test]
fn followers_store_nothing() {
    let mut world = World::new(1);
    world.put(Input::Leading(false));
    world.register("it", local());
    world.put(Input::Start { interval: MINUTE });
    world.observe("it", true, Some(5));
    world.pass(DAY);
    assert_eq!((world.keeps.len(), world.loads), (0, 1));
    world.put(Input::Leading(true));
    world.pass(59 * SECOND);
    assert_eq!((world.keeps.len(), world.loads), (0, 2), "it reads first what the former leader has stored");
    world.pass(MINUTE);
    assert!(!world.keeps.is_empty());
}

#[test]
fn a_page_that_is_loaded_again_goes_on_where_it_was() {
    let mut world = busy(2);
    world.pass(HOUR + 30 * MINUTE);
    let mut other = reloaded(&world);
    other.register("database", service());
    other.put(Input::Start { interval: MINUTE });
    other.pass(20 * MINUTE);
    let hour = other.history("database").hours[1].span;
    assert!((48 * MINUTE..=50 * MINUTE).contains(&(hour.up + hour.degraded + hour.down)), "{hour:?}");
    // To read the same again adds nothing.
    let before = other.history("database");
    for text in world.kept.values() {
        other.put(Input::Loaded { text: text.clone() });
    }
    assert_eq!(other.history("database"), before);
    // What another leader has stored meanwhile counts where it knows more.
    let mut longer = reloaded(&world);
    longer.register("database", service());
    longer.put(Input::Start { interval: MINUTE });
    longer.pass(28 * MINUTE);
    for text in longer.kept.values() {
        other.put(Input::Loaded { text: text.clone() });
    }
    let hour = other.history("database").hours[1].span;
    assert!(hour.up + hour.degraded + hour.down > 55 * MINUTE, "{hour:?}");
}

#[test]
fn who_loads_the_page_again_is_not_alerted_to_what_he_knows() {
    let mut world = World::new(1);
    world.put(Input::Wall { epoch: MIDNIGHT });
    world.register("it", local());
    world.put(Input::Start { interval: MINUTE });
    world.report("it", Unhealthy);
    world.pass(31 * MINUTE);
    assert_eq!(world.take_alerts().len(), 1);
    let mut other = reloaded(&world);
    other.register("it", local());
    other.put(Input::Start { interval: MINUTE });
    other.report("it", Unhealthy);
    other.pass(20 * MINUTE);
    assert_eq!(other.take_alerts(), Vec::<String>::new());
    other.pass(15 * MINUTE);
    assert_eq!(other.alerts[0].1.count, 2);
    assert_eq!(other.take_alerts(), ["it still unhealthy (warning)"], "an hour after it was told");
    other.report("it", Healthy);
    other.pass(MINUTE);
    let lasted = other.alerts[0].1.lasted;
    assert_eq!(other.take_alerts(), ["it recovered healthy (info)"]);
    assert!((65 * MINUTE..67 * MINUTE).contains(&lasted), "{lasted}");
}

#[test]
fn the_trouble_of_a_former_day_or_of_a_former_leader_is_not_taken_for_todays() {
    let mut world = World::new(1);
    world.put(Input::Wall { epoch: MIDNIGHT });
    world.register("it", local());
    world.put(Input::Start { interval: MINUTE });
    world.report("it", Unhealthy);
    world.pass(31 * MINUTE);
    let text = world.kept.values().next().unwrap().clone();
    let mut other = World::new(2);
    other.put(Input::Wall { epoch: MIDNIGHT + DAY });
    other.register("it", local());
    other.put(Input::Start { interval: MINUTE });
    other.put(Input::Loaded { text: text.clone() });
    other.report("it", Healthy);
    other.pass(MINUTE);
    assert_eq!(other.take_alerts(), Vec::<String>::new(), "who knows how that ended");
    // What this page has told itself is newer than what it reads.
    world.report("it", Healthy);
    world.pass(MINUTE);
    assert_eq!(world.take_alerts().len(), 2);
    world.put(Input::Loaded { text });
    world.pass(MINUTE);
    assert_eq!(world.take_alerts(), Vec::<String>::new());
}

#[test]
fn days_that_are_too_old_or_not_yet_there_do_not_count() {
    let mut world = busy(2);
    world.pass(HOUR);
    for (epoch, is_read) in [
        (MIDNIGHT, true),
        (MIDNIGHT + 7 * DAY, true),
        (MIDNIGHT + 8 * DAY, false),
        (MIDNIGHT - 1, false),
        (MIDNIGHT + 3_000 * DAY, false),
    ] {
        let mut other = World::new(1);
        other.put(Input::Wall { epoch });
        world.kept.values().for_each(|text| other.put(Input::Loaded { text: text.clone() }));
        // Once the clock is right it shows what was read.
        other.put(Input::Wall { epoch: MIDNIGHT + HOUR });
        assert_eq!(!other.history("database").hours.is_empty(), is_read, "{epoch}");
    }
}

#[test]
fn whatever_is_loaded_does_no_harm() {
    let mut world = busy(2);
    world.pass(3 * HOUR);
    let text = world.kept.values().next().unwrap().clone();
    let characters: Vec<char> = text.chars().collect();
    let mut rng = Rng::new(77);
    let mut health = World::new(3);
    health.put(Input::Wall { epoch: MIDNIGHT + 12 * HOUR });
    // Cut off anywhere it is no day.
    for end in 0..characters.len() {
        health.put(Input::Loaded { text: characters[..end].iter().collect() });
    }
    health.put(Input::Loaded { text: format!("{text}0") });
    assert!(health.history("database").hours.is_empty(), "part of a day is none");
    for round in 0..5_000 {
        let mut wrong = characters.clone();
        for _ in 0..=rng.up_to(4) {
            let place = rng.up_to(wrong.len() as u64 - 1) as usize;
            match rng.up_to(3) {
                0 => wrong[place] = char::from(rng.up_to(127) as u8),
                1 => wrong[place] = 'é',
                2 => drop(wrong.remove(place)),
                _ => wrong.insert(place, 'o'),
            }
        }
        health.put(Input::Loaded { text: wrong.into_iter().collect() });
        if round % 500 == 0 {
            health.put(Input::Start { interval: MINUTE });
            health.pass(MINUTE);
        }
    }
    for garbage in ["", "0", "1", "{\"day\":1}", "oooooooooooooooooooooooooooo", "1oooooooooooo0", "\u{0}"] {
        health.put(Input::Loaded { text: garbage.to_owned() });
    }
    health.put(Input::Loaded { text: text.repeat(100) });
    for name in NAMES {
        for hour in health.history(name).hours {
            let span = hour.span;
            assert!(span.up + span.degraded + span.down + span.unknown <= HOUR, "{hour:?}");
        }
    }
    health.pass(HOUR);
    let kept: usize = health.kept.values().map(String::len).max().unwrap_or_default();
    assert!(kept < 1 << 20, "{kept} bytes");
}
