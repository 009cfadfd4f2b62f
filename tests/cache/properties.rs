//! Against a model: whatever happens, nobody is given as fresh what was replaced before he asked, everybody is answered, and in the
//! end all have the same.

use crate::asking::key;
use crate::model::{Act, Model, NAMES, acts};
use crate::world::{Faults, NONE, World};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use wedsync_dashboard::core::cache::input::{Command, Input};
use wedsync_dashboard::core::cache::output::Outcome;
use wedsync_dashboard::core::cache::stats::{COUNTED, Counted};

const SLOW: Faults = Faults { disk: 5, fetch: 80, message: 4, ..NONE };

fn cases() -> ProptestConfig {
    let cases = std::env::var("CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(800);
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

/// Lets everybody be answered, and everything be repaired.
fn calm(world: &mut World, model: &mut Model) -> Result<(), String> {
    world.faults = SLOW;
    world.wait(120_000);
    let is_shown = model.is_shown(world);
    model.show_nothing(world);
    assert_at_rest(world);
    is_shown
}

/// What waits for something that will not come is left for ever.
fn assert_at_rest(world: &World) {
    for tab in &world.tabs {
        assert_eq!(tab.cache.next_timeout(), None, "a timer is left");
        let all = format!("{:?}", tab.cache);
        for table in TABLES {
            let held: Vec<&str> = all.split(&format!(" {table}: ")).skip(1).collect();
            assert!(!held.is_empty(), "{table} is no table of the cache's");
            for held in held {
                let is_empty = EMPTY.iter().any(|empty| held.starts_with(empty));
                assert!(is_empty, "{table} is not empty: {held:.200}");
            }
        }
    }
}

/// The tables of the cache whose entries wait for something, and how an empty one begins.
const TABLES: [&str; 12] = [
    "callers",
    "checking",
    "contested",
    "counting",
    "flights",
    "jobs",
    "operations",
    "outputs",
    "readings",
    "unchecked",
    "disk",
    "remote",
];
const EMPTY: [&str; 4] =
    ["[]", "SortedMap { keys: []", "Fifo { front: IntoIter([]), back: [] }", "Breaker {"];

/// What each tab has of a key, without fetching.
fn held(world: &mut World, name: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    for tab in 0..world.tabs.len() {
        let call = world.ask(tab, Command::Get { key: key(name), version: None });
        world.wait(500);
        values.push(world.got(tab, call).and_then(|(value, _)| value.map(str::to_owned)));
    }
    values
}

/// Once after a gap.
fn everybody_fetches(world: &mut World, model: &mut Model) {
    for tab in 0..world.tabs.len() {
        world.tell(tab, Input::Gap);
    }
    for name in 0..NAMES.len() {
        for tab in 0..world.tabs.len() {
            model.fetch(world, tab, name, false);
        }
    }
    world.wait(2_000);
}

/// What the properties speak of does happen.
#[test]
fn the_histories_have_what_the_properties_are_about() {
    let mut runner = TestRunner::deterministic();
    let (mut asked, mut strict, mut lost) = (0, 0, 0);
    let mut stats = [0; COUNTED + 2];
    let mut remote = [0; 4];
    for seed in 0..400 {
        let faults = Faults { lost: seed % 3 * 20, ..SLOW };
        let (mut world, mut model) = (World::of(&[2, 2], true, faults, seed), Model::default());
        for act in vec(acts(4), 60..100).new_tree(&mut runner).expect("acts").current() {
            model.act(&mut world, act);
        }
        calm(&mut world, &mut model).expect("what was given is shown");
        let (all, new) = model.verdict(&world).expect("it holds");
        (asked, strict) = (asked + all, strict + new);
        lost += world.posts.iter().map(|post| post.lost.len()).sum::<usize>();
        for tab in &world.tabs {
            for (sum, count) in stats.iter_mut().zip(tab.cache.stats()) {
                *sum += count;
            }
        }
        let tier = world.remote.as_ref().expect("there is one");
        for (sum, count) in remote.iter_mut().zip([tier.hits, tier.stale_hits, tier.misses, tier.superseded])
        {
            *sum += count;
        }
    }
    assert!(strict * 4 > asked, "{strict} of {asked}");
    assert!(lost > 2_000, "{lost}");
    assert!(
        stats.iter().enumerate().all(|(what, count)| *count > 5 || what == Counted::Evicted as usize),
        "{stats:?}"
    );
    assert!(remote.iter().all(|count| *count > 20), "{remote:?}");
}

/// A history of three tabs on one device.
pub fn nothing_replaced_is_given(seed: u64, acts: Vec<Act>, is_traced: bool) -> Result<(), String> {
    let (mut world, mut model) = (World::new(3, SLOW, seed), Model::default());
    world.is_traced = is_traced;
    for act in acts {
        model.act(&mut world, act);
    }
    calm(&mut world, &mut model)?;
    model.verdict(&world).map(|_| ())
}

/// The same without reloads and failures: in the end who has a value has the same one.
pub fn tabs_converge(seed: u64, acts: Vec<Act>, is_traced: bool) -> Result<(), String> {
    let (mut world, mut model) = (World::new(3, SLOW, seed), Model::default());
    world.is_traced = is_traced;
    for act in acts.into_iter().filter(|act| !matches!(act, Act::Reload(_) | Act::Fail(_))) {
        model.act(&mut world, act);
    }
    world.wait(10_000);
    // Two that have counted at once may find that out late, and then have none.
    for name in NAMES {
        have_the_same(&mut world, name)?;
    }
    Ok(())
}

/// A history of two devices with two tabs each and a remote tier, with so many messages of a hundred lost between the devices.
pub fn devices_converge(
    seed: u64,
    lost: u64,
    has_reloads: bool,
    acts: Vec<Act>,
    is_traced: bool,
) -> Result<(), String> {
    let faults = Faults { lost, ..SLOW };
    let (mut world, mut model) = (World::of(&[2, 2], true, faults, seed), Model::default());
    world.is_traced = is_traced;
    // What nobody is told of some have, and others not.
    let is_told = |act: &Act| has_reloads || !matches!(act, Act::Reload(_) | Act::Refresh(..));
    for act in acts.into_iter().filter(is_told) {
        model.act(&mut world, act);
    }
    calm(&mut world, &mut model)?;
    model.verdict(&world)?;
    // What a page did not wait for may be lost with it.
    if has_reloads {
        return Ok(());
    }
    everybody_fetches(&mut world, &mut model);
    for (name, is_disputed) in NAMES.into_iter().zip(model.disputed) {
        if !is_disputed {
            have_the_same(&mut world, name)?;
        }
    }
    // And the next change reaches everybody, whatever was before.
    model.act(&mut world, Act::Invalidate(seed as usize % 4));
    world.wait(10_000);
    everybody_fetches(&mut world, &mut model);
    for name in NAMES {
        let newest = format!("{name}#{}", world.server[name]);
        let values = held(&mut world, name);
        if values.iter().flatten().any(|value| *value != newest) {
            return Err(format!("{values:?}, and the newest is {newest}"));
        }
    }
    Ok(())
}

fn have_the_same(world: &mut World, name: &str) -> Result<(), String> {
    let values: Vec<String> = held(world, name).into_iter().flatten().collect();
    let is_one = values.windows(2).all(|two| two[0] == two[1]);
    if is_one { Ok(()) } else { Err(format!("{name}: {values:?}")) }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn nobody_is_given_what_was_replaced_before_he_asked(seed in 0..1_000_000_u64, acts in vec(acts(3), 1..120)) {
        prop_assert_eq!(nothing_replaced_is_given(seed, acts, false), Ok(()));
    }

    #[test]
    fn what_is_set_last_is_everywhere_whatever_was_before(
        seed in 0..1_000_000_u64,
        lost in prop_oneof![Just(0), Just(100), 0..60_u64],
        acts in vec(acts(2), 0..40),
        setters in vec(0..2_usize, NAMES.len()),
    ) {
        let (mut world, mut model) = (World::of(&[1, 1], true, Faults { lost, ..SLOW }, seed), Model::default());
        // What others have invalidated unheard is another matter: there it is not known which came first.
        for act in acts.into_iter().filter(|act| !matches!(act, Act::Fail(_) | Act::Invalidate(_))) {
            model.act(&mut world, act);
        }
        world.wait(10_000);
        let mut calls = Vec::new();
        for (name, tab) in NAMES.iter().zip(setters) {
            calls.push((tab, world.set(tab, name)));
            world.wait(40);
        }
        world.wait(1_000);
        for (name, (tab, call)) in NAMES.iter().zip(calls) {
            let everywhere = Outcome::Done { on_disk: true, on_remote: Some(true) };
            prop_assert_eq!(world.ended(tab, call), Some(&everywhere));
            let value = world.tabs[tab].table.get(*name).and_then(|slot| slot.value.clone());
            prop_assert_eq!(value, Some(format!("{name}#{}", world.server[*name])));
        }
        for tab in 0..world.tabs.len() {
            world.tell(tab, Input::Gap);
        }
        // Where both have counted at once before, one of them may have counted further unheard.
        for (name, _) in NAMES.into_iter().zip(model.disputed).filter(|(_, is_disputed)| !is_disputed) {
            // Nobody waits for what the remote tier says of counters.
            held(&mut world, name);
            let newest = format!("{name}#{}", world.server[name]);
            for value in held(&mut world, name) {
                // Who hears of nothing does not know whether what the remote tier has counted came before it: it may be fetched anew.
                prop_assert!(value.is_some() || lost == 100, "some are heard, and {name} is not there");
                prop_assert!(value.is_none_or(|value| value == newest), "{name} is older than {newest}");
            }
        }
    }

    #[test]
    fn tabs_converge_once_they_are_quiet(seed in 0..1_000_000_u64, acts in vec(acts(3), 1..80)) {
        prop_assert_eq!(tabs_converge(seed, acts, false), Ok(()));
    }

    #[test]
    fn devices_are_given_nothing_replaced_and_converge(
        seed in 0..1_000_000_u64,
        lost in prop_oneof![Just(0), 0..60_u64],
        has_reloads in any::<bool>(),
        acts in vec(acts(4), 1..100),
    ) {
        prop_assert_eq!(devices_converge(seed, lost, has_reloads, acts, false), Ok(()));
    }
}
