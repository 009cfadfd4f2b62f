//! What several tabs of a user know of how everything is.

use wedsync_dashboard::core::health::{CheckConfig, Input, ProbeResult, Status};
use wedsync_dashboard::core::page::{PageEvent, Ticking};
use wedsync_dashboard::core::session;

use crate::sharing::{broadcasts, subscribe, world};
use crate::world::World;

const MINUTE: u64 = 60_000;

/// All tabs monitor, and there is a printer that can be asked how it is.
fn monitored(tabs: usize) -> World {
    let mut world = world(tabs);
    for tab in 0..tabs {
        watch(&mut world, tab);
    }
    world
}

fn watch(world: &mut World, tab: usize) {
    let config = CheckConfig { is_active: true, is_remote: false, ..CheckConfig::default() };
    world.input(tab, Input::Wall { epoch: 1_800_000_000_000 });
    world.input(tab, Input::Register { name: "printer".into(), config });
    world.input(tab, Input::Start { interval: MINUTE });
}

/// Time passes, and every question is answered at once.
fn run(world: &mut World, minutes: u64, is_well: bool) {
    for _ in 0..minutes * 60 {
        world.run(1_000);
        for tab in 0..world.tabs.len() {
            for (probe, name) in std::mem::take(&mut world.tabs[tab].probes) {
                assert_eq!(name, "printer");
                let result = if is_well {
                    ProbeResult::Ok { latency: 7 }
                } else {
                    ProbeResult::Failed { message: "no paper".into() }
                };
                world.asked.push(tab);
                world.input(tab, Input::Probed { probe, result });
            }
        }
    }
}

fn statuses(world: &World, name: &str) -> Vec<Status> {
    world.tabs.iter().map(|tab| tab.health(name).0).collect()
}

#[test]
fn only_the_leading_tab_asks_and_all_are_told() {
    let mut world = monitored(3);
    run(&mut world, 5, true);
    assert!(world.asked.len() >= 4 && world.asked.iter().all(|tab| *tab == 0), "{:?}", world.asked);
    assert_eq!(statuses(&world, "printer"), [Status::Healthy; 3]);
    assert_eq!(statuses(&world, "realtime"), [Status::Healthy; 3]);
    run(&mut world, 10, false);
    assert_eq!(statuses(&world, "printer"), [Status::Unhealthy; 3]);
    assert_eq!(world.tabs[2].health("printer").1.as_deref(), Some("no paper"));
    // Each application is told once; what is done once for a user is done by the tab that has found it.
    let told: Vec<_> = world.tabs.iter().map(|tab| (tab.alerts.len(), tab.alerts[0].is_own)).collect();
    assert_eq!(told, [(1, true), (1, false), (1, false)]);
}

#[test]
fn the_tab_that_leads_next_asks_from_then_on() {
    let mut world = monitored(2);
    run(&mut world, 3, true);
    world.crash(0);
    world.asked.clear();
    run(&mut world, 5, true);
    assert!(!world.asked.is_empty() && world.asked.iter().all(|tab| *tab == 1), "{:?}", world.asked);
    assert_eq!(world.tabs[1].health("printer").0, Status::Healthy);
}

/// Scenario 11: `accessToken()` gives a promise that never settles.
#[test]
fn the_token_callback_that_never_answers() {
    let mut world = World::new(5);
    let tab = world.open(Some("alice"), true);
    watch(&mut world, tab);
    world.answers_tokens = false;
    subscribe(&mut world, tab, "feed", broadcasts("a", false));
    run(&mut world, 3, true);
    let (status, message) = world.tabs[tab].health("session");
    assert_eq!(status, Status::Degraded, "{message:?}");
    assert!(message.unwrap().contains("did not answer"));
    // Each question is given ten seconds before the next one, and the error is told once.
    assert!((2..=18).contains(&world.tabs[tab].questions.len()), "{:?}", world.tabs[tab].questions);
    assert_eq!(world.tabs[tab].errors.len(), 1, "{:?}", world.tabs[tab].errors);
    world.answers_tokens = true;
    run(&mut world, 2, true);
    assert_eq!(world.tabs[tab].health("session").0, Status::Healthy);
}

#[test]
fn who_keeps_the_time_and_how_far_the_clock_is_off_are_told() {
    let mut world = monitored(1);
    world.input(0, PageEvent::Ticking(Ticking::InPage));
    let (status, message) = world.tabs[0].health("heartbeats");
    assert_eq!(status, Status::Healthy);
    assert!(message.unwrap().contains("The page keeps the time itself"));
    world.input(0, session::Event::Clock { ahead: -3_600_000 });
    let (status, message) = world.tabs[0].health("clock");
    assert_eq!(status, Status::Degraded);
    assert_eq!(message.as_deref(), Some("This device's clock is 3600 s behind the server's."));
    world.input(0, session::Event::Clock { ahead: 900 });
    assert_eq!(world.tabs[0].health("clock").0, Status::Healthy);
}
