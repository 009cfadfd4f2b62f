//! Histories of whole dashboards: everything happens to a few tabs for a while; then each message reaches every tab that
//! wants it, once, over one connection for each user.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use wedsync_dashboard::core::news::Status;
use wedsync_dashboard::core::page::PageEvent;
use wedsync_dashboard::core::realtime::Command;
use wedsync_dashboard::core::realtime::subscriptions::Subscription;
use wedsync_dashboard::core::tabs::role::Role;

use crate::sharing::{broadcasts, presence};
use crate::world::{Reply, World};

const FAULTY: u64 = 90_000;
/// A server that was restarted, and a way that was found anew.
const HEALING: u64 = 90_000;
const IDS: [&str; 3] = ["feed", "desk", "who"];
const USERS: [Option<&str>; 3] = [None, Some("alice"), Some("bob")];

fn wish(world: &mut World) -> (&'static str, Subscription) {
    let id = IDS[world.rng.up_to(2) as usize];
    let channel = ["a", "b"][world.rng.up_to(1) as usize];
    let subscription = if id == "who" { presence("who") } else { broadcasts(channel, channel == "b") };
    let auto_reconnect = world.rng.up_to(5) > 0;
    (id, Subscription { auto_reconnect, ..subscription })
}

fn want(world: &mut World, tab: usize) {
    let (id, subscription) = wish(world);
    let input = world.tabs[tab].subscribe(id, subscription);
    world.input(tab, input);
}

fn open(world: &mut World) {
    let user = USERS[world.rng.up_to(2) as usize];
    let has_source = world.rng.up_to(1) == 0;
    let tab = world.open(user, has_source);
    want(world, tab);
}

fn act(world: &mut World) {
    let awake: Vec<usize> = (0..world.tabs.len()).filter(|tab| world.tabs[*tab].is_awake()).collect();
    let Some(tab) = (!awake.is_empty()).then(|| awake[world.rng.up_to(awake.len() as u64 - 1) as usize])
    else {
        open(world);
        return;
    };
    match world.rng.up_to(14) {
        0..=1 if world.tabs.iter().filter(|tab| !tab.is_gone).count() < 6 => open(world),
        0..=4 => want(world, tab),
        5 => {
            let id = IDS[world.rng.up_to(2) as usize];
            world.tabs[tab].wants.remove(id);
            world.tabs[tab].tracked.remove(id);
            world.input(tab, Command::Unsubscribe { id: id.into() });
        }
        6 if world.tabs[tab].wants.contains_key("who") => {
            let state = json!({ "mood": world.now });
            world.tabs[tab].tracked.insert("who".into(), state.clone());
            let call = world.tabs[tab].call();
            world.input(tab, Command::Track { call, id: "who".into(), state: Some(state) });
        }
        7 => world.close(tab),
        8 => world.crash(tab),
        9 => world.tabs[tab].is_frozen = true,
        10 => {
            if let Some(frozen) = world.tabs.iter().position(|tab| tab.is_frozen && !tab.is_gone) {
                world.thaw(frozen);
            }
        }
        11 => world.server.restart(),
        // From within a callback, to what it was told.
        14 => {
            let (told, _) = wish(world);
            let what = ["failed", "reconnecting", "live"][world.rng.up_to(2) as usize];
            let (id, subscription) = wish(world);
            world.replies.push(Reply { tab, told: (told, what), id, subscription });
        }
        12 => {
            world.input(tab, PageEvent::Suspend);
            world.run(200);
            world.input(tab, PageEvent::Resume);
        }
        _ => {
            let user = USERS[world.rng.up_to(2) as usize];
            world.become_user(tab, user);
        }
    }
}

fn simulate(seed: u64) {
    let mut world = World::new(seed);
    for _ in 0..3 {
        open(&mut world);
    }
    while world.now < FAULTY {
        let pause = world.rng.up_to(4_000);
        world.run(pause);
        act(&mut world);
    }
    for tab in 0..world.tabs.len() {
        if world.tabs[tab].is_frozen && !world.tabs[tab].is_gone {
            world.thaw(tab);
        }
    }
    world.run(HEALING);
    world.replies.clear();
    let alive: Vec<usize> = (0..world.tabs.len()).filter(|tab| !world.tabs[*tab].is_gone).collect();
    for tab in &alive {
        let state = &world.tabs[*tab];
        assert!(state.open_calls.is_empty(), "tab {tab} waits for {:?}", state.open_calls);
        for id in state.wants.keys() {
            assert_eq!(state.statuses.get(id), Some(&Status::Live), "{id} of tab {tab}, {:?}", state.role());
        }
    }
    let mut wanting: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for tab in &alive {
        let user = world.tabs[*tab].user.unwrap_or_default();
        wanting.entry(user).or_default().insert(*tab);
    }
    let leaders = alive.iter().filter(|tab| matches!(world.tabs[**tab].role(), Role::Leading { .. })).count();
    assert_eq!(leaders, wanting.len(), "one tab leads for each user");
    let with_wants =
        wanting.values().filter(|tabs| tabs.iter().any(|tab| !world.tabs[*tab].wants.is_empty()));
    let users = with_wants.count();
    assert_eq!(world.sockets(), users, "one connection for each user that wants anything");
    talk(&mut world, &alive);
}

fn talk(world: &mut World, alive: &[usize]) {
    for from in alive {
        for (id, (subscription, _)) in world.tabs[*from].wants.clone() {
            if id == "who" {
                continue;
            }
            let text = format!("{id} of {from}");
            let call = world.tabs[*from].call();
            let payload = json!({ "text": text });
            let command =
                Command::Broadcast { call, id: id.clone(), event: "said".into(), payload, is_bytes: false };
            world.input(*from, command);
            world.run(400);
            assert_eq!(world.tabs[*from].settled.get(&call), Some(&Ok(())), "{text}");
            for to in alive {
                let state = &world.tabs[*to];
                let hears = to != from || subscription.channel == "b";
                for (other, (of, _)) in state.wants.iter().filter(|(other, _)| *other != "who") {
                    let expected = u32::from(hears && of.channel == subscription.channel);
                    let times = state.received.get(&(other.clone(), text.clone())).copied().unwrap_or(0);
                    assert_eq!(times, expected, "{other} of tab {to} hears {text}, {:?}", state.role());
                }
            }
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
}

#[test]
fn whatever_happens_to_tabs_each_user_has_one_connection_and_all_hear_what_they_want() {
    let seeds = match number("TABS_SEED") {
        Some(seed) => seed..seed + 1,
        None => {
            let from = number("TABS_FROM").unwrap_or(0);
            from..from + number("TABS_SEEDS").unwrap_or(100)
        }
    };
    for seed in seeds {
        if let Err(cause) = std::panic::catch_unwind(|| simulate(seed)) {
            eprintln!("again with: npm run sim -- --dashboards --seed {seed}");
            std::panic::resume_unwind(cause);
        }
    }
}
