//! What is written: batches, limits, and who may.

use super::*;

#[test]
fn what_is_written_in_one_turn_is_one_commit() {
    let mut world = world();
    let tab = world.settled_tab();
    world.operations();
    let calls: Vec<_> = (0..5).map(|at| world.put(tab, Kind::Outbox, &format!("a{at}"), false)).collect();
    world.wait(50);
    assert_eq!(appends(&world.operations()), 1);
    for call in calls {
        assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable));
    }
}

#[test]
fn a_transaction_is_no_larger_than_its_limit_unless_one_write_is() {
    let mut world = world();
    let tab = world.settled_tab();
    world.operations();
    for at in 0..40 {
        world.put(tab, Kind::Outbox, &format!("a{at}"), false);
    }
    let large: Vec<_> = (0..20).map(|at| world.value(tab, Kind::Outbox, &format!("b{at}"), false)).collect();
    let large = world.write(tab, Kind::Outbox, large, false);
    world.wait(500);
    assert_eq!(world.outcome(tab, large), Some(&Outcome::Durable));
    for operation in world.operations() {
        if let Operation::Append { segments, .. } = operation {
            // Whoever wants one value reads its segment.
            let largest = segments.iter().map(|segment| segment.bytes()).max();
            assert!(largest <= Some(crate::world::LIMITS.transaction), "{largest:?} bytes in one segment");
            let bytes: u32 = segments.iter().map(|segment| segment.bytes()).sum();
            let is_large =
                segments.iter().flat_map(|segment| &segment.entries).all(|entry| entry.key.starts_with('b'));
            assert!(
                bytes <= crate::world::LIMITS.transaction || is_large,
                "{bytes} bytes in one transaction"
            );
        }
    }
    let keys = world.keys(Kind::Outbox);
    let expected: Vec<_> =
        (0..40).map(|at| format!("a{at}")).chain((0..20).map(|at| format!("b{at}"))).collect();
    assert_eq!(keys, expected, "in the order in which they were written");
}

#[test]
fn one_value_that_cannot_be_stored_does_not_keep_the_others() {
    let mut world = world();
    let tab = world.settled_tab();
    let before = world.put(tab, Kind::Outbox, "before", false);
    let bad = world.put(tab, Kind::Outbox, NOT_CLONEABLE, false);
    let after = world.put(tab, Kind::Outbox, "after", false);
    world.wait(500);
    assert_eq!(world.outcome(tab, before), Some(&Outcome::Durable));
    assert_eq!(world.outcome(tab, bad), Some(&Outcome::Failed(Refusal::NotCloneable)));
    assert_eq!(world.outcome(tab, after), Some(&Outcome::Durable));
}

#[test]
fn an_act_of_a_former_leader_is_refused_though_it_was_committed() {
    let mut world = world();
    let former = world.settled_tab();
    let leader = world.open_tab();
    world.wait(500);
    world.sleep(former, Life::Frozen);
    world.crown(leader);
    world.wait(500);
    // It thaws, and does not know of anything yet.
    world.tabs[former].life = Life::Awake;
    let act = world.put(former, Kind::Data, "row", true);
    world.wait(500);
    assert_eq!(world.outcome(former, act), Some(&Outcome::Failed(Refusal::NotLeading)));
    for tab in [former, leader] {
        assert!(world.tabs[tab].store.index(Kind::Data).unwrap().slot("row").is_none());
    }
}

#[test]
fn an_answer_that_comes_after_it_was_given_up_changes_nothing() {
    let mut world = world();
    let tab = world.settled_tab();
    world.browser.mood = Mood { loses_answer: 1_000, ..Mood::default() };
    let call = world.put(tab, Kind::Data, "row", true);
    world.wait(100);
    assert_eq!(world.outcome(tab, call), None, "committed, but nobody said so");
    world.browser.heal();
    world.wait(5_200);
    assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable), "found in the log");
    let keys = world.keys(Kind::Data);
    assert_eq!(keys, ["row"], "and not written twice");
    for operation in 0..200 {
        let operation = wedsync_dashboard::core::store::operation::OperationId(operation);
        let result = Err(Failure::Dead);
        world.handle(tab, Input::Event(Event::Done { operation, result }));
        let result = Ok(Answer::Appended { first: 1, last: 1 });
        world.handle(tab, Input::Event(Event::Done { operation, result }));
    }
    world.wait(1_000);
    assert_eq!(world.keys(Kind::Data), ["row"]);
}
