//! Histories: minutes in which everything happens to a few tabs, then quiet, in which one tab of each group has to lead,
//! every want has to have reached it, every call to be settled and every message to come where it is wanted, once.

use std::collections::{BTreeMap, BTreeSet};

use wedsync_dashboard::core::tabs::message::Epoch;
use wedsync_dashboard::core::tabs::role::{Reason, Role};
use wedsync_dashboard::core::tabs::{PROTOCOL, names};

use crate::browser::Browser;

/// How long things go wrong, in milliseconds.
const FAULTY: u64 = 120_000;
/// Until all is well again, in milliseconds.
const HEALING: u64 = 40_000;

fn simulate(seed: u64) -> u64 {
    let mut browser = Browser::new(seed, !seed.is_multiple_of(3));
    browser.loses = [0, 5, 30][(seed % 3) as usize];
    browser.delay = [5, 40, 400][(seed / 3 % 3) as usize];
    for _ in 0..3 {
        browser.open();
    }
    while browser.now < FAULTY {
        let pause = browser.rng.up_to(3_000);
        browser.run(browser.now + pause);
        browser.act();
    }
    heal(&mut browser);
    for (number, page) in browser.pages.iter().enumerate() {
        assert!(page.app.open.is_empty(), "page {number} waits for {:?}, by when it asked", page.app.open);
    }
    agree(&browser);
    converse(&mut browser);
    browser.digest
}

fn heal(browser: &mut Browser) {
    browser.loses = 0;
    browser.delay = 5;
    for page in 0..browser.pages.len() {
        if browser.pages[page].is_gone {
            continue;
        }
        if browser.pages[page].is_frozen {
            browser.thaw(page);
        }
        if browser.pages[page].is_put_away {
            browser.show(page);
        }
        if !browser.pages[page].is_visible {
            browser.pages[page].is_visible = true;
            browser.input(page, wedsync_dashboard::core::tabs::Input::Visible);
        }
    }
    browser.run(browser.now + HEALING);
    for page in 0..browser.pages.len() {
        let state = &browser.pages[page];
        browser.note(|| {
            format!(
                "page {page} {:?} next {:?} visible {}",
                state.tabs.role(),
                state.tabs.next_timeout(),
                state.is_visible
            )
        });
        if browser.pages[page].is_gone {
            browser.pages[page].app.open.clear();
        }
    }
}

type Groups = BTreeMap<String, Vec<usize>>;

fn groups(browser: &Browser) -> Groups {
    let mut groups = Groups::new();
    for (number, page) in browser.pages.iter().enumerate().filter(|(_, page)| !page.is_gone) {
        let group = page.group().unwrap_or_else(|| panic!("page {number} belongs to no group"));
        let user = page.user.as_ref().map_or_else(|| "-".to_owned(), |user| ["+", user].concat());
        assert_eq!(group, ["wedsync/project/", &user].concat(), "page {number} is in its user's group");
        groups.entry(group.to_owned()).or_default().push(number);
    }
    groups
}

/// One leads, the others follow it, and it serves what all of them want and nothing else.
fn agree(browser: &Browser) {
    for (group, pages) in groups(browser) {
        let role = |page: &usize| browser.pages[*page].tabs.role();
        let leaders: Vec<usize> =
            pages.iter().filter(|page| matches!(role(page), Role::Leading { .. })).copied().collect();
        let [leader] = leaders[..] else { panic!("{group} is led by {leaders:?}") };
        let Role::Leading { epoch: Some(epoch) } = role(&leader) else { panic!("{group} has no epoch") };
        let newest = pages.iter().map(|page| browser.pages[*page].build).max().unwrap();
        assert_eq!(browser.pages[leader].build, newest, "the newest build leads {group}");
        let mut expected = BTreeSet::new();
        let mut tracked: BTreeMap<String, Vec<serde_json::Value>> = BTreeMap::new();
        for page in pages {
            let state = &browser.pages[page];
            is_served(browser, page, leader, epoch);
            for (id, (wish, _)) in &state.app.wants {
                assert_eq!(
                    state.app.statuses.get(id).map(|status| status.as_str()),
                    Some("live"),
                    "{id:?} of page {page}, led by {leader} of {group}"
                );
                if state.protocol == browser.pages[leader].protocol {
                    expected.insert(if page == leader {
                        names::own_id(id)
                    } else {
                        names::id_of(state.tabs.party(), id)
                    });
                    let all = tracked.entry(wish.topic.clone()).or_default();
                    all.extend(state.app.tracked.get(id).cloned());
                }
            }
        }
        let served: BTreeSet<String> = browser.pages[leader].machine.ids().into_iter().collect();
        assert_eq!(served, expected, "the leader of {group} serves what is wanted");
        for (topic, states) in tracked {
            let counts = browser.pages[leader].machine.tracked.get(&topic).map(|(_, state)| state.clone());
            assert_eq!(counts.is_some(), !states.is_empty(), "{topic} of {group}: {counts:?} of {states:?}");
            assert!(
                counts.is_none_or(|counts| states.contains(&counts)),
                "what counts is what some tab tracks"
            );
        }
    }
}

fn is_served(browser: &Browser, page: usize, leader: usize, epoch: Epoch) {
    let (state, lead) = (&browser.pages[page], &browser.pages[leader]);
    let expected = match (page == leader, state.protocol == lead.protocol) {
        (true, _) => Role::Leading { epoch: Some(epoch) },
        (false, true) => Role::Following { leader: lead.tabs.tab(), epoch },
        (false, false) => Role::Alone(Reason::Protocol),
    };
    assert_eq!(state.tabs.role(), expected, "page {page}, led by {leader}");
    assert!(state.tabs.is_serving() || state.machine.ids().is_empty(), "page {page} has another's socket");
    let is_told = state.app.wants.is_empty() || state.app.link == Some(crate::relayed::Link::Up);
    assert!(is_told, "page {page}, {expected:?}, is told {:?}", state.app.link);
    let tab = state.tabs.tab();
    for (topic, tabs) in &lead.forwards {
        let is_mistaken = tabs.contains(&(tab, !state.is_visible));
        assert!(!is_mistaken, "page {page} gets {topic}, visible: {}", state.is_visible);
    }
    assert_eq!(state.protocol == PROTOCOL, state.build < 3);
}

/// What one says reaches all that want it, once, and nobody else.
fn converse(browser: &mut Browser) {
    let everyone = groups(browser);
    for pages in everyone.values() {
        for from in pages {
            for id in browser.pages[*from].app.wants.keys().cloned().collect::<Vec<_>>() {
                say(browser, *from, &id);
            }
        }
    }
}

fn say(browser: &mut Browser, from: usize, id: &str) {
    let (wish, _) = browser.pages[from].app.wants[id].clone();
    let number = browser.rng.next_u64() >> 12;
    let (call, outside) = browser.pages[from].broadcast(browser.now, id, number);
    browser.perform(from, outside);
    browser.run(browser.now + 500);
    assert_eq!(browser.pages[from].app.results.get(&call), Some(&true), "a broadcast on a live channel");
    for (number_of_page, page) in browser.pages.iter().enumerate().filter(|(_, page)| !page.is_gone) {
        let is_meant = page.user == browser.pages[from].user && (number_of_page != from || wish.own);
        let wanted = page.app.wants.iter().filter(|(_, (other, _))| is_meant && other.topic == wish.topic);
        let expected: BTreeMap<&String, u32> = wanted.map(|(id, _)| (id, 1)).collect();
        let received: BTreeMap<&String, u32> = page
            .app
            .received
            .iter()
            .filter(|((_, message), _)| *message == number)
            .map(|((id, _), times)| (id, *times))
            .collect();
        assert_eq!(received, expected, "page {number_of_page} hears {id:?} of page {from}");
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
}

#[test]
fn whatever_happens_to_tabs_one_leads_and_all_are_served() {
    let seeds = match number("TABS_SEED") {
        Some(seed) => seed..seed + 1,
        None => {
            let from = number("TABS_FROM").unwrap_or(0);
            from..from + number("TABS_SEEDS").unwrap_or(300)
        }
    };
    for seed in seeds {
        if let Err(cause) = std::panic::catch_unwind(|| simulate(seed)) {
            eprintln!("again with: npm run sim -- --tabs --seed {seed}");
            std::panic::resume_unwind(cause);
        }
    }
}

#[test]
fn the_same_seed_is_the_same_history() {
    assert_eq!(simulate(3), simulate(3));
    assert_ne!(simulate(3), simulate(4));
}
