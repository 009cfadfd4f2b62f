//! A leader and its followers.

use crate::world::{Answer, HOUR, MINUTE, SECOND, World, local, service};
use wedsync_dashboard::core::health::Status::{Degraded, Healthy, Unhealthy, Unknown};
use wedsync_dashboard::core::health::{CheckConfig, Input, Timer};

fn critical() -> CheckConfig {
    CheckConfig { is_critical: true, ..service() }
}

fn leader() -> World {
    World::monitoring(1, &[("database", critical()), ("calendar", service())])
}

fn follower() -> World {
    let mut world = World::new(2);
    world.put(Input::Leading(false));
    world.register("database", critical());
    world.register("own", local());
    world.put(Input::Start { interval: MINUTE });
    world
}

/// Time passes for both, and what the leader says reaches the follower.
fn pass(leader: &mut World, follower: &mut World, millis: u64) {
    for _ in 0..millis / 100 {
        leader.pass(100);
        follower.pass(100);
        for (_, text) in std::mem::take(&mut leader.told) {
            follower.put(Input::Heard { text });
        }
    }
}

#[test]
fn a_follower_shows_what_the_leader_says_and_of_the_rest_what_it_knows() {
    let (mut leader, mut follower) = (leader(), follower());
    follower.report("own", Degraded);
    follower.observe("database", false, None);
    pass(&mut leader, &mut follower, MINUTE);
    assert_eq!(follower.probes, [], "it probes nothing");
    assert_eq!(follower.status("database"), Healthy);
    assert_eq!(follower.status("calendar"), Healthy, "it has none of its own");
    assert_eq!(follower.status("own"), Degraded);
    let (own, said) = (follower.state("database"), leader.state("database"));
    assert_eq!((own.latency, own.is_critical, own.is_active), (said.latency, true, true));
    assert!(follower.now - own.since.as_millis() <= leader.now - said.since.as_millis());
    for _ in 0..3 {
        follower.observe("database", false, None);
    }
    assert_eq!(follower.status("database"), Healthy, "the leader says");
    leader.services = Box::new(|name, _| if name == "database" { Answer::Fails } else { Answer::After(50) });
    pass(&mut leader, &mut follower, 3 * MINUTE);
    assert_eq!((follower.status("database"), follower.health.overall()), (Unhealthy, Unhealthy));
    assert_eq!(follower.state("database").message.as_deref(), Some("refused"));
}

#[test]
fn the_leader_tells_when_something_changes_and_once_an_interval() {
    let mut world = leader();
    world.pass(30 * SECOND);
    world.told.clear();
    world.pass(HOUR);
    let times: Vec<u64> = world.told.iter().map(|(at, _)| *at).collect();
    assert!((59..=61).contains(&times.len()), "{}", times.len());
    world.told.clear();
    world.report("calendar", Degraded);
    world.report("calendar", Unhealthy);
    assert_eq!(world.told.len(), 2);
    world.report("calendar", Unhealthy);
    assert_eq!(world.told.len(), 2, "nothing new");
    let mut follower = follower();
    follower.pass(HOUR);
    follower.report("own", Unhealthy);
    assert_eq!(follower.told, [], "a follower tells nobody");
}

#[test]
fn an_alert_is_told_in_all_tabs_and_is_one_tabs_own() {
    let (mut leader, mut follower) = (leader(), follower());
    pass(&mut leader, &mut follower, MINUTE);
    leader.services = Box::new(|name, _| if name == "database" { Answer::Fails } else { Answer::After(50) });
    pass(&mut leader, &mut follower, 5 * MINUTE);
    let (own, heard) = (leader.alerts[0].1.clone(), follower.alerts[0].1.clone());
    assert_eq!((own.is_own, heard.is_own), (true, false));
    assert_eq!((heard.severity, heard.message, heard.count), (own.severity, own.message, own.count));
    assert_eq!(leader.take_alerts(), ["database is unhealthy (critical)"]);
    assert_eq!(follower.take_alerts(), ["database is unhealthy (critical)"]);
    // The leader is gone: whoever leads next does not tell it again, but reminds of it, and tells its end.
    follower.services =
        Box::new(|name, _| if name == "database" { Answer::Fails } else { Answer::After(50) });
    follower.put(Input::Leading(true));
    assert_eq!(follower.status("database"), Unhealthy, "it knows what the leader knew");
    follower.register("calendar", service());
    follower.pass(30 * MINUTE);
    assert_eq!(follower.take_alerts(), Vec::<String>::new());
    follower.pass(30 * MINUTE);
    assert_eq!(follower.alerts[0].1.count, 2);
    assert_eq!(follower.take_alerts(), ["database still unhealthy (critical)"]);
    follower.services = Box::new(|_, _| Answer::After(50));
    follower.pass(10 * MINUTE);
    let lasted = follower.alerts[0].1.lasted;
    assert_eq!(follower.take_alerts(), ["database recovered healthy (info)"]);
    assert!((60 * MINUTE..75 * MINUTE).contains(&lasted), "{lasted}");
}

#[test]
fn without_a_word_of_the_leaders_a_follower_shows_its_own() {
    let (mut leader, mut follower) = (leader(), follower());
    pass(&mut leader, &mut follower, MINUTE);
    assert!(follower.health.deadline(Timer::Silence).is_some());
    follower.changes.clear();
    follower.pass(5 * MINUTE);
    assert_eq!(follower.health.states().count(), 2, "its own two");
    assert_eq!((follower.status("database"), follower.changes.len()), (Unknown, 1));
    follower.observe("database", true, None);
    assert_eq!(follower.status("database"), Healthy);
    // And again as soon as there is one.
    pass(&mut leader, &mut follower, 2 * MINUTE);
    assert_eq!(follower.health.states().count(), 3);
    // One that monitors nothing any more says so.
    leader.put(Input::Stop);
    pass(&mut leader, &mut follower, SECOND);
    assert_eq!((follower.health.states().count(), follower.health.deadline(Timer::Silence)), (2, None));
}

#[test]
fn a_follower_has_a_history_too() {
    let (mut leader, mut follower) = (leader(), follower());
    pass(&mut leader, &mut follower, HOUR);
    let (own, said) = (follower.history("calendar").day, leader.history("calendar").day);
    assert!(own.up.abs_diff(said.up) < MINUTE, "{own:?} {said:?}");
    assert!(own.latency.samples.abs_diff(said.latency.samples) < 10, "{own:?} {said:?}");
    assert_eq!(own.latency.p50, said.latency.p50);
}

#[test]
fn a_leader_hears_nobody_and_garbage_is_nothing() {
    let (mut leader, mut follower) = (leader(), follower());
    leader.pass(MINUTE);
    let text = leader.told.last().unwrap().1.clone();
    let mut other = World::monitoring(3, &[("database", service())]);
    other.put(Input::Heard { text: text.clone() });
    assert_eq!(other.health.states().count(), 1);
    let states = |world: &World| world.health.states().count();
    let characters: Vec<char> = text.chars().collect();
    for end in 0..characters.len() {
        follower.put(Input::Heard { text: characters[..end].iter().collect() });
    }
    follower.put(Input::Heard { text: format!("{text}0") });
    assert_eq!(states(&follower), 2);
    let mut rng = wedsync_dashboard::core::rng::Rng::new(5);
    for _ in 0..5_000 {
        let mut wrong = characters.clone();
        for _ in 0..=rng.up_to(3) {
            let place = rng.up_to(wrong.len() as u64 - 1) as usize;
            wrong[place] = char::from(rng.up_to(127) as u8);
        }
        follower.put(Input::Heard { text: wrong.into_iter().collect() });
        assert!(states(&follower) <= 4);
    }
    follower.alerts.clear();
    follower.put(Input::Heard { text });
    assert_eq!((states(&follower), follower.status("calendar")), (3, Healthy));
    follower.pass(HOUR);
}

#[test]
fn what_the_former_leader_knew_is_known_at_once_and_since_when() {
    let (mut leader, mut follower) = (leader(), follower());
    pass(&mut leader, &mut follower, MINUTE);
    let since = follower.state("database").since;
    pass(&mut leader, &mut follower, 5 * MINUTE);
    assert_eq!(follower.state("database").since, since, "however often it is told");
    follower.put(Input::Leading(true));
    let state = follower.state("database");
    assert_eq!((state.status, state.since), (Healthy, since));
    assert_eq!(follower.health.deadline(Timer::Silence), None, "by itself, not from what was heard");
    assert_eq!(follower.probes, [], "nothing was asked for that");
}

#[test]
fn that_the_network_is_gone_is_told_once_in_all_tabs() {
    let (mut leader, mut follower) = (leader(), follower());
    pass(&mut leader, &mut follower, 2 * MINUTE);
    follower.observe("database", true, None);
    leader.services = Box::new(|_, _| Answer::Fails);
    follower.services = Box::new(|_, _| Answer::Fails);
    pass(&mut leader, &mut follower, 5 * MINUTE);
    assert_eq!(leader.take_alerts(), ["network is unknown (warning)"]);
    assert_eq!(follower.take_alerts(), ["network is unknown (warning)"]);
    follower.register("calendar", service());
    follower.put(Input::Leading(true));
    for _ in 0..3 {
        follower.observe("database", false, None);
        follower.observe("calendar", false, None);
    }
    follower.pass(10 * MINUTE);
    assert_eq!(follower.take_alerts(), Vec::<String>::new());
    follower.services = Box::new(|_, _| Answer::After(50));
    follower.pass(2 * MINUTE);
    assert_eq!(follower.take_alerts(), ["network recovered healthy (info)"]);
}

#[test]
fn what_changes_behind_what_the_leader_says_is_no_news() {
    let (mut leader, mut follower) = (leader(), follower());
    pass(&mut leader, &mut follower, MINUTE);
    follower.changes.clear();
    for _ in 0..5 {
        follower.observe("database", false, None);
    }
    assert!(follower.changes.is_empty());
}
