//! Seeded histories: whatever goes wrong, what was promised is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use wedsync_dashboard::core::store::index::State;
use wedsync_dashboard::core::store::names::{Kind, Owner};
use wedsync_dashboard::core::store::segment::Content;

use crate::disk::Value;
use crate::reference;
use crate::world::{Life, PROJECT, USER, World};

/// How long everything is left alone at the end, in milliseconds: two rounds of the leader, and its longest pause.
const REST: u64 = 160_000;

fn history(seed: u64, trace: bool) -> World {
    let mut world = World::new(seed, trace);
    world.browser.has_locks = !world.chance(60);
    let tabs = 1 + world.rng.up_to(3);
    for _ in 0..tabs {
        world.open_tab();
    }
    let steps = 60 + world.rng.up_to(200);
    let pace = 20 + world.rng.up_to(400);
    let harm = world.rng.up_to(250);
    for _ in 0..steps {
        let at = world.now + world.rng.up_to(pace);
        world.run_until(at);
        world.act();
        if world.chance(harm) {
            world.strike();
        }
        world.wake_some(40);
        world.tend();
    }
    come_to_rest(&mut world);
    read_all(&mut world);
    world
}

/// Whatever has happened, everything can be read, in every tab.
fn read_all(world: &mut World) {
    let owner = Owner::new(PROJECT, Some(USER));
    let mark = world.browser.disk.marks.get(&*owner.mark()).copied().unwrap_or(0);
    let mut there = BTreeMap::new();
    let mut kinds = Vec::new();
    for kind in [Kind::Outbox, Kind::Data, Kind::Cache] {
        let Some(base) = world.browser.disk.bases.get(&*owner.database(mark, kind)) else { continue };
        // Of a newer build: what tabs would write to it they have to themselves.
        if base.version > 1 {
            continue;
        }
        kinds.push(kind);
        let read = reference::read(base, kind == Kind::Outbox);
        there.extend(read.live.into_iter().map(|(key, live)| ((kind, key), live.value)));
    }
    world.expected = Some(there.clone());
    for tab in world.awake() {
        if world.tabs[tab].is_ended {
            continue;
        }
        for kind in &kinds {
            let keys = there.keys().filter(|(of, _)| of == kind).map(|(_, key)| key.clone());
            for key in keys.step_by(7).take(20) {
                world.ask(tab, *kind, Some(key));
            }
            world.ask(tab, *kind, None);
        }
    }
    let end = world.now + 5_000;
    world.run_until(end);
}

fn come_to_rest(world: &mut World) {
    world.say(|| "all is well from here on".to_owned());
    world.browser.heal();
    world.loss = 0;
    world.wake_some(1_000);
    if world.awake().is_empty() {
        world.open_tab();
    }
    let end = world.now + REST;
    while world.now < end {
        world.tend();
        let next = world.now + 500;
        world.run_until(next);
    }
}

fn check(world: &World) {
    let owner = Owner::new(PROJECT, Some(USER));
    let mark = world.browser.disk.marks.get(&*owner.mark()).copied().unwrap_or(0);
    let bases = &world.browser.disk.bases;
    for (number, tab) in world.tabs.iter().enumerate().filter(|(_, tab)| tab.life == Life::Awake) {
        assert!(tab.calls.is_empty(), "calls of tab {number} are not settled: {:?}", tab.calls);
    }
    // What was stored before a wipe is nowhere, unless the mark of the wipe was cleared as well.
    let is_marked =
        world.truth.last_clear.is_none_or(|clear| world.truth.last_wipe.is_some_and(|wipe| clear < wipe));
    for (name, base) in bases {
        let Some((incarnation, _)) = owner.parse(name) else { continue };
        assert!(incarnation >= mark, "{name} is left of a wiped incarnation");
        for entry in base.log.values().flat_map(|segment| &segment.entries) {
            if let Content::Put { value, .. } = &entry.content {
                let put = &world.truth.puts[&value.value];
                let is_before = world.truth.last_wipe.is_some_and(|wipe| put.at < wipe);
                assert!(!is_before || !is_marked, "{name} has {value:?} of before the wipe");
            }
        }
    }
    let outbox = bases.get(&*owner.database(mark, Kind::Outbox)).map(|base| reference::read(base, true));
    let outbox = outbox.unwrap_or_default();
    let spilled: BTreeSet<Value> = bases
        .iter()
        .filter(|(name, _)| matches!(owner.parse(name), Some((_, Kind::Spill(_)))))
        .flat_map(|(_, base)| reference::read(base, true).live.into_values())
        .map(|live| live.value)
        .collect();
    let values: BTreeMap<Value, &String> = outbox.live.iter().map(|(key, live)| (live.value, key)).collect();
    for (value, put) in &world.truth.puts {
        let lives = world.tabs[put.tab].life == Life::Awake;
        if put.is_void || world.truth.removals.contains(&put.key) || put.database != Kind::Outbox {
            continue;
        }
        let is_cleared = world.truth.last_clear.is_some_and(|clear| put.at <= clear);
        let is_there = values.contains_key(value) || (world.truth.is_upgraded && spilled.contains(value));
        if put.is_refused {
            assert!(!is_there, "{value} was refused and is there");
        } else if put.is_durable && (lives || !is_cleared) {
            assert!(is_there, "{value} ({}) was promised and is lost", put.key);
        } else if put.is_held && lives && !world.truth.is_upgraded {
            assert!(is_there, "{value} ({}) was held and never written", put.key);
        }
    }
    // Removals that were promised hold.
    if world.truth.last_clear.is_none() && !world.truth.is_upgraded {
        for (_, key) in &world.truth.durable_removals {
            assert!(!outbox.live.contains_key(key), "{key} was removed and is there");
        }
    }
    for kind in [Kind::Outbox, Kind::Data, Kind::Cache] {
        let Some(base) = bases.get(&*owner.database(mark, kind)) else { continue };
        let expected = reference::read(base, kind == Kind::Outbox);
        if world.truth.last_clear.is_none() {
            for (epoch, origins) in &expected.leaders {
                assert_eq!(origins.len(), 1, "{origins:?} acted in epoch {epoch} of {kind:?}");
            }
        }
        if base.version > 1 && base.head.oldest_reader > 1 {
            continue;
        }
        for (number, tab) in world.tabs.iter().enumerate().filter(|(_, tab)| tab.life == Life::Awake) {
            if tab.is_ended {
                continue;
            }
            let index =
                tab.store.index(kind).unwrap_or_else(|| panic!("{kind:?} is not loaded in tab {number}"));
            let order: Vec<_> = index.slots().map(|(_, slot)| (slot.segment, slot.position)).collect();
            assert!(order.is_sorted(), "the order in which tab {number} knows {kind:?}: {order:?}");
            let known: BTreeMap<String, _> = index
                .slots()
                .filter(|(_, slot)| matches!(slot.state, State::Live { .. }))
                .map(|(key, slot)| (key.to_string(), (slot.id, slot.segment, slot.position as usize)))
                .collect();
            let there: BTreeMap<String, _> = expected
                .live
                .iter()
                .map(|(key, live)| (key.clone(), (live.id, live.segment, live.position)))
                .collect();
            assert_eq!(known, there, "what tab {number} knows of {kind:?}");
        }
    }
}

fn one(seed: u64, trace: bool) -> Result<World, String> {
    catch_unwind(AssertUnwindSafe(|| {
        let world = history(seed, trace);
        check(&world);
        world
    }))
    .map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
    })
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_goes_wrong_what_was_promised_is_kept() {
    if let Some(seed) = number("SIM_SEED") {
        let trace = std::env::var("SIM_TRACE").is_ok();
        let world = one(seed, trace)
            .unwrap_or_else(|problem| panic!("{problem}\nagain with: npm run sim -- --store --seed {seed}"));
        println!("{:?}", world.stats);
        return;
    }
    let (from, seeds) = (number("SIM_FROM").unwrap_or(0), number("SIM_SEEDS").unwrap_or(300));
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let begun = std::time::Instant::now();
    let results: Vec<_> = std::thread::scope(|scope| {
        let run = |thread| {
            let mut stats: BTreeMap<&'static str, u64> = BTreeMap::new();
            for seed in (from..from + seeds).skip(thread as usize).step_by(threads as usize) {
                match one(seed, false) {
                    Ok(world) => {
                        for (what, count) in &world.stats {
                            *stats.entry(what).or_default() += count;
                        }
                        *stats.entry("calls").or_default() += world.settled;
                    }
                    Err(problem) if std::env::var("SIM_ALL").is_ok() => {
                        println!("FAILS {seed}: {}", &problem[..problem.len().min(200)]);
                    }
                    Err(problem) => return Err((seed, problem)),
                }
            }
            Ok(stats)
        };
        let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    let mut stats: BTreeMap<&'static str, u64> = BTreeMap::new();
    for result in results {
        match result {
            Ok(found) => found.into_iter().for_each(|(what, count)| *stats.entry(what).or_default() += count),
            Err((seed, problem)) => panic!("{problem}\nagain with: npm run sim -- --store --seed {seed}"),
        }
    }
    println!("{seeds} histories in {:.1} s: {stats:?}", begun.elapsed().as_secs_f64());
}
