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

/// Whether a tab that reads in the moment in which another one's write is durable is given that.
fn reads_at_once(read: fn(Kind, &str) -> Command<Value>) -> Vec<bool> {
    let mut told = Vec::new();
    for number in 0..20 {
        let mut world = world();
        let (first, second) = (world.settled_tab(), world.open_tab());
        world.wait(500);
        world.put(first, Kind::Cache, "k", false);
        world.wait(100 + number % 7);
        // No message arrives.
        world.loss = 1_000;
        let written = world.put(first, Kind::Cache, "k", false);
        let value = world.next_value;
        world.wait_until(|world| world.outcome(first, written).is_some());
        assert_eq!(world.outcome(first, written), Some(&Outcome::Durable));
        let reads = Some((Kind::Cache, Some("k".to_owned())));
        let call = world.call(second, read(Kind::Cache, "k"), Call { reads, ..empty() });
        world.wait(2_000);
        match world.outcome(second, call) {
            Some(Outcome::Value(found)) => {
                told.push(found.as_ref().is_some_and(|found| found.value.value == value));
            }
            other => panic!("{other:?}"),
        }
    }
    told
}

#[test]
fn the_latest_of_a_key_is_what_was_durable_in_any_tab_when_it_was_asked_for() {
    let latest = reads_at_once(|database, key| Command::Latest { database, key: key.into() });
    assert!(latest.iter().all(|is_new| *is_new), "{latest:?}");
    let plain = reads_at_once(|database, key| Command::Get { database, key: key.into() });
    assert!(plain.iter().all(|is_new| !is_new), "{plain:?}");
}

#[test]
fn the_latest_of_a_key_is_what_is_known_where_there_is_no_disk() {
    let mut world = world();
    let tab = world.settled_tab();
    world.put(tab, Kind::Cache, "k", false);
    world.wait(500);
    world.browser.jam(&name(Kind::Cache), tab);
    let reads = Some((Kind::Cache, Some("k".to_owned())));
    let command = Command::Latest { database: Kind::Cache, key: "k".into() };
    let call = world.call(tab, command, Call { reads, ..empty() });
    world.wait(60_000);
    assert!(world.outcome(tab, call).is_some(), "every call is settled");
}

/// What is opened and read, in order.
fn opened_and_read(world: &mut World) -> Vec<String> {
    let mut kinds = Vec::new();
    let mut order = Vec::new();
    for operation in world.operations() {
        match operation {
            Operation::Open { handle, name, .. } => {
                let kind = name.rsplit('/').next().unwrap_or_default().to_owned();
                order.push(["open ", kind.as_str()].concat());
                kinds.push((handle, kind));
            }
            Operation::Read { handle, .. } => {
                let (_, kind) = kinds.iter().find(|(of, _)| *of == handle).expect("it was opened before");
                order.push(["read ", kind.as_str()].concat());
            }
            _ => {}
        }
    }
    order
}

#[test]
fn what_a_tab_asks_for_as_it_opens_is_read_before_the_other_databases_are_opened() {
    let mut world = world();
    let (_, _) = filled(&mut world);
    let third = world.open_tab();
    let call = world.get(third, Kind::Cache, "k");
    world.wait(500);
    assert!(matches!(world.outcome(third, call), Some(Outcome::Value(None))));
    let order = opened_and_read(&mut world);
    assert_eq!(order[..2], ["open cache", "read cache"]);
    assert!(order.contains(&"read outbox".into()) && order.contains(&"read data".into()), "{order:?}");
}

#[test]
fn what_is_written_meanwhile_does_not_wait_for_what_is_read_first() {
    let mut world = world();
    let (_, _) = filled(&mut world);
    let third = world.open_tab();
    world.get(third, Kind::Cache, "k");
    world.put(third, Kind::Outbox, "k", false);
    world.wait(500);
    let order = opened_and_read(&mut world);
    let place = |what: &str| order.iter().position(|done| done == what);
    assert!(place("open outbox") < place("read cache"), "{order:?}");
}
