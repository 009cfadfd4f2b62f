//! Pages that are put away, and users who leave.

use super::*;

#[test]
fn a_page_that_is_put_away_has_nothing_open_and_comes_back() {
    let mut world = world();
    let tab = world.settled_tab();
    world.put(tab, Kind::Outbox, "a", false);
    world.wait(100);
    world.put(tab, Kind::Outbox, "b", false);
    world.handle(tab, Input::Suspend);
    world.wait(100);
    assert_eq!(world.browser.open_connections(), 0);
    assert!(world.browser.held_locks().is_empty());
    world.handle(tab, Input::Resume);
    world.wait(1_000);
    assert_eq!(world.keys(Kind::Outbox), ["a", "b"], "once each");
    assert_eq!(world.browser.held_locks().len(), 1);
}

#[test]
fn a_wipe_leaves_nothing_and_binds_a_tab_that_sleeps() {
    let mut world = world();
    let tab = world.settled_tab();
    let sleeper = world.open_tab();
    world.wait(500);
    world.put(sleeper, Kind::Outbox, "theirs", false);
    world.put(tab, Kind::Outbox, "ours", false);
    world.wait(100);
    world.sleep(sleeper, Life::Frozen);
    let wipe = world.call(tab, Command::Wipe { spares_pending: false }, Call { is_wipe: true, ..empty() });
    world.wait(6_000);
    assert_eq!(
        world.outcome(tab, wipe),
        Some(&Outcome::Wiped { is_marked: true, is_complete: false }),
        "the sleeper holds its databases open"
    );
    for base in world.browser.disk.bases.values() {
        assert!(base.log.is_empty(), "but they are empty");
    }
    world.handle(tab, Input::Start);
    world.handle(tab, Input::Open);
    world.tabs[tab].is_ended = false;
    let new = world.put(tab, Kind::Outbox, "new", false);
    world.wait(500);
    assert_eq!(world.outcome(tab, new), Some(&Outcome::Durable), "the same user begins again at once");
    world.thaw(sleeper);
    world.wait(2_000);
    assert!(world.tabs[sleeper].is_ended);
    world.crown(tab);
    world.wait(70_000);
    assert_eq!(world.keys(Kind::Outbox), ["new"]);
    let names: Vec<_> = world.browser.disk.bases.keys().filter(|name| name.contains("/0/")).collect();
    assert!(names.is_empty(), "{names:?} are left");
}

/// The mark that a wipe leaves, as the tab that has just wiped leaves it.
fn mark() -> (String, u64) {
    let mut world = world();
    let tab = world.settled_tab();
    world.call(tab, Command::Wipe { spares_pending: false }, Call { is_wipe: true, ..empty() });
    world.wait(6_000);
    world.browser.disk.marks.pop_first().expect("a mark")
}

#[test]
fn a_page_that_opens_after_a_wipe_that_it_was_not_told_of_learns_of_it_before_it_uses_anything() {
    let mut world = world();
    let away = world.settled_tab();
    world.put(away, Kind::Outbox, "ours", false);
    world.wait(100);
    world.handle(away, Input::Suspend);
    world.wait(100);
    world.handle(away, Input::Resume);
    // It has read that nothing is wiped, and has not opened yet.
    world.browser.disk.marks.extend([mark()]);
    let late = world.put(away, Kind::Outbox, "late", false);
    world.wait(1_500);
    assert!(world.tabs[away].is_ended, "its databases are a former user's");
    assert_ne!(world.outcome(away, late), Some(&Outcome::Durable));
    let logged = world.browser.disk.bases.values().flat_map(|base| base.log.values());
    assert_eq!(logged.flat_map(|segment| &segment.entries).filter(|entry| &*entry.key == "late").count(), 0);
}

#[test]
fn a_clock_that_is_set_back_a_day_brings_nothing_back_that_was_wiped() {
    let mut world = world();
    let mut former = 0;
    for (round, wall) in [200_000_000, 113_600_000, 113_600_000].into_iter().enumerate() {
        world.wall = wall;
        let tab = world.settled_tab();
        let read = world.call(
            tab,
            Command::All { database: Kind::Outbox },
            Call { reads: Some((Kind::Outbox, None)), ..empty() },
        );
        world.wait(100);
        assert_eq!(world.outcome(tab, read), Some(&Outcome::All(Vec::new())), "round {round}");
        let written = world.put(tab, Kind::Outbox, &format!("of round {round}"), false);
        world.wait(100);
        assert_eq!(world.outcome(tab, written), Some(&Outcome::Durable));
        world.call(tab, Command::Wipe { spares_pending: false }, Call { is_wipe: true, ..empty() });
        world.wait(6_000);
        world.crash(tab);
        let mark = world.browser.disk.marks.values().next().copied().expect("a mark");
        assert!(mark > former, "{mark} comes after {former}");
        former = mark;
    }
}

#[test]
fn a_mark_that_was_cleared_with_the_databases_is_not_brought_back_by_one_that_was_made_afterwards() {
    let mut world = world();
    let tab = world.settled_tab();
    world.call(tab, Command::Wipe { spares_pending: false }, Call { is_wipe: true, ..empty() });
    world.wait(6_000);
    world.handle(tab, Input::Start);
    world.handle(tab, Input::Open);
    world.tabs[tab].is_ended = false;
    world.wait(500);
    let owner = Owner::new(PROJECT, Some(USER));
    let mark = world.browser.disk.marks.values().next().copied().expect("a mark");
    for kind in [Kind::Outbox, Kind::Data, Kind::Cache] {
        world.browser.stuck.insert(owner.database(mark, kind).to_string());
    }
    world.browser.clear_site(world.now, true);
    world.collect();
    world.wait(500);
    for _ in 0..3 {
        world.crown(tab);
        world.wait(1_000);
        assert!(world.tabs[tab].leads, "the counter of epochs was made anew, and is opened again");
        world.holder = None;
        world.tabs[tab].leads = false;
        world.browser.kill_handles(tab);
    }
    assert!(world.browser.disk.marks.is_empty(), "others have begun without it");
    // It learns of that as soon as it sees what has become of its data.
    world.browser.stuck.clear();
    world.browser.settle_all(world.now);
    world.wait(35_000);
    world.put(tab, Kind::Outbox, "new", false);
    world.wait(2_000);
    assert!(world.browser.disk.marks.is_empty());
    assert_eq!(world.keys(Kind::Outbox), ["new"]);
}

fn spares(world: &mut World, tab: TabId) -> CallId {
    world.call(tab, Command::Wipe { spares_pending: true }, Call { is_wipe: true, ..empty() })
}

#[test]
fn a_wipe_that_spares_what_is_pending_sees_what_another_tab_has_just_written_and_nobody_told() {
    let mut world = world();
    let tab = world.settled_tab();
    let other = world.open_tab();
    world.wait(500);
    world.loss = 1_000;
    let written = world.put(other, Kind::Outbox, "enquiry", false);
    world.wait(100);
    assert_eq!(world.outcome(other, written), Some(&Outcome::Durable));
    let wipe = spares(&mut world, tab);
    world.wait(1_000);
    assert_eq!(world.outcome(tab, wipe), Some(&Outcome::Failed(Refusal::Pending(1))));
    assert_eq!(world.keys(Kind::Outbox), ["enquiry"]);
}

#[test]
fn a_wipe_that_spares_what_is_pending_sees_what_lies_in_another_tabs_spill() {
    let mut world = world();
    let tab = world.settled_tab();
    let other = world.open_tab();
    let sleeper = world.open_tab();
    world.wait(500);
    world.browser.jam(&name(Kind::Outbox), sleeper);
    let written = world.put(other, Kind::Outbox, "enquiry", false);
    world.wait(2_000);
    assert_eq!(world.outcome(other, written), Some(&Outcome::Durable), "in the spill");
    world.crash(other);
    world.browser.go_on(sleeper);
    world.wait(1_000);
    assert!(world.keys(Kind::Outbox).is_empty(), "only there");
    let wipe = spares(&mut world, tab);
    world.wait(2_000);
    assert_eq!(world.outcome(tab, wipe), Some(&Outcome::Failed(Refusal::Pending(1))));
}

#[test]
fn a_wipe_that_spares_what_is_pending_is_done_where_nothing_is_and_not_where_that_cannot_be_known() {
    let mut world = world();
    let tab = world.settled_tab();
    let sleeper = world.open_tab();
    world.put(tab, Kind::Cache, "cached", false);
    world.wait(500);
    world.browser.jam(&name(Kind::Outbox), sleeper);
    let wipe = spares(&mut world, tab);
    world.wait(12_000);
    assert_eq!(world.outcome(tab, wipe), Some(&Outcome::Failed(Refusal::Unavailable)));
    world.browser.go_on(sleeper);
    world.wait(31_000);
    let wipe = spares(&mut world, tab);
    world.wait(6_000);
    assert!(matches!(world.outcome(tab, wipe), Some(Outcome::Wiped { is_marked: true, .. })));
}

#[test]
fn a_wipe_takes_the_key_of_what_was_encrypted_and_none_is_named_after_it() {
    let mut world = world();
    let tab = world.settled_tab();
    let name = world.tabs[tab].store.key_database().expect("a name");
    assert_eq!(*name, super::name(Kind::Key));
    world.browser.disk.bases.insert(name.to_string(), Base::new(1, 1));
    world.call(tab, Command::Wipe { spares_pending: false }, empty());
    world.wait(1_000);
    assert!(!world.browser.disk.bases.contains_key(&*name), "it is deleted");
    let after = world.tabs[tab].store.key_database();
    assert!(after.is_none_or(|after| after != name), "no key comes to lie there again");
}

/// A wipe falls asleep when it is about to do this. Meanwhile the site's data are cleared, its mark too, and somebody writes.
fn written_while_a_wipe_sleeps(count: usize, before: fn(&Operation<Value>) -> bool) -> Vec<String> {
    let mut world = world();
    let tab = world.settled_tab();
    world.put(tab, Kind::Outbox, "wiped", false);
    world.wait(100);
    world.operations();
    world.call(tab, Command::Wipe { spares_pending: false }, Call { is_wipe: true, ..empty() });
    let mut done = 0;
    world.wait_until(|world| {
        done += world.operations().iter().filter(|operation| before(operation)).count();
        done >= count
    });
    world.sleep(tab, Life::Frozen);
    world.wait(1_000);
    world.browser.clear_site(world.now, true);
    let other = world.open_tab();
    let new = world.put(other, Kind::Outbox, "new", false);
    world.wait(500);
    assert_eq!(world.outcome(other, new), Some(&Outcome::Durable));
    world.crash(other);
    world.thaw(tab);
    world.wait(10_000);
    world.keys(Kind::Outbox)
}

#[test]
fn a_wipe_that_slept_spares_what_has_been_written_after_the_sites_data_were_cleared() {
    let opens = |operation: &Operation<Value>| matches!(operation, Operation::Open { .. });
    assert_eq!(written_while_a_wipe_sleeps(1, opens), ["new"], "it is not emptied");
    let clears = |operation: &Operation<Value>| matches!(operation, Operation::Clear { .. });
    assert_eq!(written_while_a_wipe_sleeps(4, clears), ["new"], "nor is any of the four deleted");
}
