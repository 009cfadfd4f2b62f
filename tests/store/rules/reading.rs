//! How values are read.

use super::*;

/// So many values as lie in more segments than one read takes, and take more than memory holds.
fn filled(world: &mut World) -> (TabId, TabId) {
    let first = world.settled_tab();
    // It compacts nothing, and writes no directory.
    world.handle(first, Input::Hidden);
    for number in 0..40 {
        world.put(first, Kind::Data, &format!("k{number}"), true);
        world.wait(20);
    }
    let second = world.open_tab();
    world.wait(200);
    world.operations();
    (first, second)
}

fn all(world: &mut World, tab: TabId) -> usize {
    let reads = Some((Kind::Data, None));
    let call = world.call(tab, Command::All { database: Kind::Data }, Call { reads, ..empty() });
    world.wait(2_000);
    match world.outcome(tab, call) {
        Some(Outcome::All(found)) => found.len(),
        other => panic!("{other:?}"),
    }
}

fn fetches(operations: &[Operation<Value>]) -> usize {
    operations.iter().filter(|operation| matches!(operation, Operation::Get { .. })).count()
}

#[test]
fn all_values_are_read_though_memory_does_not_hold_them_and_one_read_does_not_take_them() {
    let mut world = world();
    let (_, second) = filled(&mut world);
    let (_, live, _) = world.tabs[second].store.sizes(Kind::Data);
    assert!(live > 2 * LIMITS.held);
    let count = world.tabs[second].store.index(Kind::Data).unwrap().slots().count();
    assert_eq!(all(&mut world, second), count);
    assert!(fetches(&world.operations()) > 1);
    assert_eq!(all(&mut world, second), count, "and again, from what is left in memory");
}

#[test]
fn what_is_held_stays_within_its_limit_once_nobody_waits_for_all() {
    let mut world = world();
    let (_, second) = filled(&mut world);
    all(&mut world, second);
    let index = world.tabs[second].store.index(Kind::Data).unwrap();
    let mut held = 0;
    for (_, slot) in index.slots() {
        if let State::Live { held: Some(value), .. } = &slot.state {
            held += u64::from(value.bytes);
        }
    }
    assert!(held <= LIMITS.held && held * 2 > LIMITS.held, "{held} bytes are held");
}

#[test]
fn what_was_read_to_know_what_there_is_is_not_read_again() {
    let mut world = world();
    let (_, second) = filled(&mut world);
    let index = world.tabs[second].store.index(Kind::Data).unwrap();
    let last = index.slots().last().unwrap().0.to_string();
    world.get(second, Kind::Data, &last);
    world.wait(100);
    assert_eq!(fetches(&world.operations()), 0);
}

#[test]
fn who_asks_for_all_while_it_is_opened_has_it_read_once() {
    let mut world = world();
    let (first, _) = filled(&mut world);
    let count = world.tabs[first].store.index(Kind::Data).unwrap().slots().count();
    let third = world.open_tab();
    assert_eq!(all(&mut world, third), count);
    assert_eq!(fetches(&world.operations()), 0);
}

#[test]
fn a_large_write_lies_in_segments_of_which_each_is_read_alone() {
    let mut world = world();
    let first = world.settled_tab();
    let mut writes = Vec::new();
    for number in 0..8 {
        writes.push(world.value(first, Kind::Data, &format!("k{number}"), true));
    }
    world.write(first, Kind::Data, writes, true);
    world.wait(100);
    let base = world.base(Kind::Data);
    let sizes: Vec<u32> = base.log.values().map(|segment| segment.bytes()).collect();
    assert!(sizes.len() > 2, "{sizes:?}");
    assert!(sizes.iter().all(|bytes| *bytes < LIMITS.segment + 200), "{sizes:?}");
}

#[test]
fn what_others_write_does_not_take_the_place_of_what_a_tab_holds() {
    let mut world = world();
    let leader = world.settled_tab();
    let tab = world.open_tab();
    world.wait(500);
    world.put(tab, Kind::Data, "own", false);
    world.wait(500);
    for at in 0..40 {
        world.put(leader, Kind::Data, &format!("theirs{at}"), false);
        world.wait(100);
    }
    assert!(world.base(Kind::Data).log.len() > 8 && LIMITS.held < 2_000, "more than memory holds");
    world.wait(8_000);
    world.browser.jam(&name(Kind::Data), leader);
    let read = world.get(tab, Kind::Data, "own");
    world.wait(100);
    assert!(matches!(world.outcome(tab, read), Some(Outcome::Value(Some(_)))), "answered from memory");
}
