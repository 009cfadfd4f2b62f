//! What the outbox does not take in time.

use super::*;

/// Scenario 2 of the field.
#[test]
fn scenario_2_a_tab_that_sleeps_inside_a_transaction_keeps_nobody_from_writing() {
    let mut world = world();
    let sleeper = world.settled_tab();
    let tab = world.open_tab();
    world.wait(500);
    let mut caught;
    loop {
        caught = format!("theirs at {}", world.now);
        world.put(sleeper, Kind::Outbox, &caught, false);
        world.wait(0);
        world.sleep(sleeper, Life::Stopped);
        if world.browser.next().is_none() {
            break;
        }
        // This time it is not in the middle of one.
        world.wait(50);
        world.thaw(sleeper);
    }
    let before = world.keys(Kind::Outbox).len();
    let begun = world.now;
    let calls: Vec<_> = (0..3)
        .map(|at| {
            let call = world.put(tab, Kind::Outbox, &format!("ours{at}"), false);
            world.wait(300);
            call
        })
        .collect();
    world.run_until(begun + 2_000);
    for call in calls {
        assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable), "durable within two seconds");
    }
    assert_eq!(world.keys(Kind::Outbox).len(), before, "the outbox takes nothing");
    assert_eq!(world.keys(Kind::Spill(1_001)), ["ours0", "ours1", "ours2"]);
    let read = world.get(tab, Kind::Outbox, "ours1");
    assert!(matches!(world.outcome(tab, read), Some(Outcome::Value(Some(_)))), "answered from memory");
    world.wait(60_000);
    world.thaw(sleeper);
    world.wait(40_000);
    let keys = world.keys(Kind::Outbox);
    assert!(keys.contains(&caught), "what the sleeper was about to write is there too");
    let ours: Vec<_> = keys.iter().filter(|key| key.starts_with("ours")).collect();
    assert_eq!(ours, ["ours0", "ours1", "ours2"]);
    assert!(world.keys(Kind::Spill(1_001)).is_empty(), "the spill is empty again");
    let in_order =
        |tab: TabId| world.tabs[tab].store.index(Kind::Outbox).unwrap().slots().cloned().collect::<Vec<_>>();
    let ids = |tab: TabId| in_order(tab).into_iter().map(|(_, slot)| slot.id).collect::<Vec<_>>();
    assert_eq!(ids(tab), ids(sleeper), "both agree on the order");
}

#[test]
fn what_a_dead_tab_has_spilled_is_merged_by_the_leader_and_deleted() {
    let (mut world, leader, tab) = jammed();
    let calls: Vec<_> = (0..4).map(|at| world.put(tab, Kind::Outbox, &format!("ours{at}"), false)).collect();
    world.wait(2_000);
    for call in calls {
        assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable));
    }
    world.crash(tab);
    world.browser.go_on(leader);
    world.wait(130_000);
    assert_eq!(world.keys(Kind::Outbox), ["ours0", "ours1", "ours2", "ours3"]);
    assert!(!world.browser.disk.bases.contains_key(&name(Kind::Spill(1_001))));
}

#[test]
fn a_spill_of_an_incarnation_whose_mark_was_cleared_is_merged_like_any_other() {
    let (mut world, leader, tab) = jammed();
    let call = world.put(tab, Kind::Outbox, "ours", false);
    world.wait(2_000);
    assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable));
    world.crash(tab);
    world.browser.go_on(leader);
    // It had begun under a mark, which has been cleared with all of the site's data, and spilled before it knew.
    let spill = world.browser.disk.bases.remove(&name(Kind::Spill(1_001))).expect("a spill");
    let former = Owner::new(PROJECT, Some(USER)).database(7, Kind::Spill(1_001)).to_string();
    world.browser.disk.bases.insert(former.clone(), spill);
    world.wait(130_000);
    assert_eq!(world.keys(Kind::Outbox), ["ours"]);
    assert!(!world.browser.disk.bases.contains_key(&former));
}

#[test]
fn without_web_locks_a_spill_is_merged_too_and_a_living_tab_loses_nothing_by_it() {
    let mut world = world();
    world.browser.has_locks = false;
    let leader = world.settled_tab();
    let tab = world.open_tab();
    world.wait(500);
    world.browser.jam(&name(Kind::Outbox), leader);
    world.put(tab, Kind::Outbox, "a", false);
    world.wait(2_000);
    assert_eq!(world.keys(Kind::Spill(1_001)), ["a"]);
    world.sleep(tab, Life::Frozen);
    world.browser.go_on(leader);
    world.wait(130_000);
    assert_eq!(world.keys(Kind::Outbox), ["a"]);
    world.thaw(tab);
    world.put(tab, Kind::Outbox, "b", false);
    world.wait(130_000);
    let index = world.tabs[tab].store.index(Kind::Outbox).unwrap();
    let keys: Vec<_> = index.slots().map(|(key, _)| &**key).collect();
    assert_eq!(keys, ["a", "b"]);
}

#[test]
fn what_was_spilled_is_spilled_again_if_the_spill_is_gone() {
    let (mut world, _, tab) = jammed();
    world.put(tab, Kind::Outbox, "a", false);
    world.wait(2_000);
    assert_eq!(world.keys(Kind::Spill(1_001)), ["a"]);
    world.browser.lose(&name(Kind::Spill(1_001)));
    world.collect();
    world.wait(1_000);
    assert_eq!(world.keys(Kind::Spill(1_001)), ["a"]);
}

#[test]
fn what_may_be_stored_is_never_refused_for_good() {
    let (mut world, leader, tab) = jammed();
    let call = world.put(tab, Kind::Outbox, "a", false);
    // The spill takes it, but its answer is lost.
    world.browser.silent = Some(name(Kind::Spill(1_001)));
    world.wait(2_000);
    assert_eq!(world.keys(Kind::Spill(1_001)), ["a"]);
    assert_eq!(world.outcome(tab, call), None);
    world.browser.silent = None;
    world.browser.is_full = true;
    world.browser.frees_by_clearing = Some(false);
    world.browser.go_on(leader);
    world.wait(15_000);
    let outcome = world.outcome(tab, call);
    assert!(matches!(outcome, Some(Outcome::Held | Outcome::Durable)), "{outcome:?}");
    world.browser.is_full = false;
    world.wait(61_000);
    assert_eq!(world.keys(Kind::Outbox), ["a"]);
}

#[test]
fn a_leaders_removal_is_not_taken_for_done_because_what_was_spilled_after_it_has_been_merged() {
    let mut world = world();
    let leader = world.settled_tab();
    let other = world.open_tab();
    world.wait(500);
    world.put(other, Kind::Outbox, "sent", false);
    world.wait(100);
    world.browser.jam(&name(Kind::Outbox), other);
    let removal = world.write(leader, Kind::Outbox, vec![Write::Remove { key: "sent".into() }], true);
    let later = world.put(leader, Kind::Outbox, "later", false);
    world.wait(2_000);
    assert_eq!(
        world.outcome(leader, later),
        Some(&Outcome::Durable),
        "in the spill, where no leader's act is"
    );
    // Somebody who takes it for a tab that is gone merges it.
    let spilled: Vec<_> = world.base(Kind::Spill(1_000)).log.values().cloned().collect();
    world.base(Kind::Outbox).append(&spilled);
    world.browser.go_on(other);
    world.wait(15_000);
    assert_eq!(world.outcome(leader, removal), Some(&Outcome::Durable));
    let read = world.get(other, Kind::Outbox, "sent");
    world.wait(50);
    assert_eq!(world.outcome(other, read), Some(&Outcome::Value(None)), "and it is");
}

#[test]
fn a_leaders_removal_of_what_is_yet_to_be_merged_holds_although_what_was_spilled_after_it_has_been_merged() {
    let mut world = world();
    let leader = world.settled_tab();
    let other = world.open_tab();
    let sleeper = world.open_tab();
    world.wait(500);
    world.browser.jam(&name(Kind::Outbox), sleeper);
    let sent = world.put(other, Kind::Outbox, "sent", false);
    world.wait(2_000);
    assert_eq!(world.outcome(other, sent), Some(&Outcome::Durable), "in the spill");
    world.crash(other);
    let removal = world.write(leader, Kind::Outbox, vec![Write::Remove { key: "sent".into() }], true);
    world.put(leader, Kind::Outbox, "later", false);
    world.wait(2_000);
    // Somebody who takes the leader for a tab that is gone merges its spill, and the removal comes after that.
    let spilled: Vec<_> = world.base(Kind::Spill(1_000)).log.values().cloned().collect();
    world.base(Kind::Outbox).append(&spilled);
    world.browser.go_on(sleeper);
    world.wait(70_000);
    assert_eq!(world.outcome(leader, removal), Some(&Outcome::Durable));
    let counts = crate::reference::read(world.base(Kind::Outbox), true).live;
    assert_eq!(counts.keys().collect::<Vec<_>>(), ["later"]);
}

#[test]
fn what_had_not_been_read_back_when_the_outbox_was_lost_counts_in_a_spill_that_has_later_numbers() {
    let mut world = world();
    let leader = world.settled_tab();
    let tab = world.open_tab();
    world.wait(500);
    // What this tab writes lies behind what it does not know of, and before it can read that, somebody sleeps.
    world.put(leader, Kind::Outbox, "x", false);
    let call = world.put(tab, Kind::Outbox, "a", false);
    for _ in 0..500 {
        if world.keys(Kind::Outbox).contains(&"a".to_owned()) {
            break;
        }
        world.wait(1);
    }
    world.browser.jam(&name(Kind::Outbox), leader);
    world.put(tab, Kind::Outbox, "b", false);
    world.wait(2_000);
    assert_eq!(world.outcome(tab, call), Some(&Outcome::Durable));
    assert_eq!(world.keys(Kind::Spill(1_001)), ["b"]);
    // Somebody deletes the outbox alone, and a newer build makes another.
    world.browser.lose(&name(Kind::Outbox));
    let mut base = Base::new(2, 7);
    base.head.oldest_reader = 2;
    world.browser.disk.bases.insert(name(Kind::Outbox), base);
    world.collect();
    world.wait(20_000);
    let counts = crate::reference::read(world.base(Kind::Spill(1_001)), true).live;
    assert_eq!(counts.keys().collect::<Vec<_>>(), ["a", "b"], "the newer build's leader merges them");
}
