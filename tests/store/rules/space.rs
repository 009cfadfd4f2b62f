//! What happens where the browser gives no more space: the cache is given up first, and that needs none.

use wedsync_dashboard::core::store::operation::{From, HandleId};

use super::*;

#[test]
fn space_is_made_of_the_cache_and_only_then_refused() {
    let mut world = world();
    let tab = world.settled_tab();
    world.put(tab, Kind::Cache, "derived", false);
    world.wait(100);
    world.browser.is_full = true;
    world.browser.frees_by_clearing = Some(true);
    let saved = world.put(tab, Kind::Outbox, "saved", false);
    world.wait(900);
    assert_eq!(world.outcome(tab, saved), Some(&Outcome::Durable));
    assert!(world.keys(Kind::Cache).is_empty(), "the cache is given up");
    world.browser.is_full = true;
    world.browser.frees_by_clearing = Some(false);
    let refused = world.put(tab, Kind::Outbox, "refused", false);
    world.wait(900);
    assert_eq!(world.outcome(tab, refused), Some(&Outcome::Failed(Refusal::Quota)));
    world.browser.is_full = false;
    world.put(tab, Kind::Outbox, "next", false);
    world.wait(900);
    let keys = world.keys(Kind::Outbox);
    assert_eq!(keys, ["saved", "next"]);
}

#[test]
fn that_a_tab_has_given_up_the_cache_is_news_to_the_others_and_not_to_itself() {
    let mut world = world();
    let tab = world.settled_tab();
    world.put(tab, Kind::Cache, "derived", false);
    world.wait(100);
    let changes = |world: &World| world.stats.get("others' changes").copied().unwrap_or_default();
    let before = changes(&world);
    world.browser.is_full = true;
    world.browser.frees_by_clearing = Some(false);
    let refused = world.put(tab, Kind::Cache, "refused", false);
    world.wait(900);
    assert_eq!(world.outcome(tab, refused), Some(&Outcome::Failed(Refusal::Quota)));
    assert!(world.keys(Kind::Cache).is_empty(), "the cache is given up");
    assert_eq!(changes(&world), before);
    world.browser.is_full = false;
    let other = world.open_tab();
    world.put(other, Kind::Cache, "other", false);
    world.wait(900);
    assert!(changes(&world) > before, "what another one writes is");
}

#[test]
fn what_is_refused_while_the_cache_is_still_being_opened_waits_for_its_space() {
    let mut world = world();
    let sleeper = world.settled_tab();
    world.put(sleeper, Kind::Cache, "derived", false);
    world.wait(100);
    world.browser.jam(&name(Kind::Cache), sleeper);
    let tab = world.open_tab();
    world.wait(100);
    world.browser.is_full = true;
    world.browser.frees_by_clearing = Some(true);
    let saved = world.put(tab, Kind::Outbox, "saved", false);
    world.wait(500);
    assert_eq!(world.outcome(tab, saved), None, "not refused: there is space to be given back");
    world.browser.go_on(sleeper);
    world.wait(500);
    assert_eq!(world.outcome(tab, saved), Some(&Outcome::Durable));
    assert!(world.keys(Kind::Cache).is_empty(), "the cache is given up");
}

#[test]
fn a_compaction_without_space_is_given_up_and_nothing_is_opened_again_for_it() {
    let mut world = world();
    let tab = world.settled_tab();
    world.handle(tab, Input::Hidden);
    waste(&mut world, tab);
    world.browser.is_full = true;
    world.operations();
    world.handle(tab, Input::Visible);
    world.wait(10_000);
    let operations = world.operations();
    let count = |wanted: fn(&Operation<Value>) -> bool| operations.iter().filter(|one| wanted(one)).count();
    assert_eq!(count(|one| matches!(one, Operation::Compact { .. })), 1, "tried");
    assert_eq!(count(|one| matches!(one, Operation::Open { .. })), 0);
    assert_eq!(world.tabs[tab].store.status().data, None);
    world.browser.is_full = false;
    world.put(tab, Kind::Data, "row0", true);
    world.wait(5_000);
    assert!(world.base(Kind::Data).head.generation > 0, "it is done once there is space");
}

#[test]
fn an_epoch_and_a_new_database_are_given_the_space_of_the_cache() {
    let mut world = world();
    let former = world.settled_tab();
    world.put(former, Kind::Cache, "derived", false);
    world.wait(100);
    world.browser.is_full = true;
    world.browser.frees_by_clearing = Some(true);
    let leader = world.open_tab();
    world.wait(100);
    world.crown(leader);
    world.wait(1_000);
    assert!(world.tabs[leader].leads, "an epoch is drawn");
    assert!(world.keys(Kind::Cache).is_empty());
    world.put(leader, Kind::Cache, "derived again", false);
    world.wait(100);
    world.browser.is_full = true;
    // The outbox is lost, and cannot be made anew.
    world.browser.lose(&name(Kind::Outbox));
    world.collect();
    let saved = world.put(leader, Kind::Outbox, "saved", false);
    world.wait(2_000);
    assert_eq!(world.outcome(leader, saved), Some(&Outcome::Durable));
    assert!(!world.keys(Kind::Cache).contains(&"derived again".to_owned()));
}

#[test]
fn a_log_that_another_tab_has_emptied_is_read_anew_though_nobody_says_so() {
    let mut world = world();
    let tab = world.settled_tab();
    let other = world.open_tab();
    world.wait(500);
    for at in 0..6 {
        world.put(tab, Kind::Cache, &format!("derived{at}"), false);
        world.wait(50);
    }
    let known = |world: &World| world.tabs[other].store.sizes(Kind::Cache).0;
    assert_eq!(known(&world), 6);
    world.loss = 1_000;
    world.browser.is_full = true;
    world.browser.frees_by_clearing = Some(true);
    world.put(tab, Kind::Outbox, "saved", false);
    world.wait(500);
    world.put(tab, Kind::Cache, "new", false);
    world.wait(100);
    let read = world.get(other, Kind::Cache, "derived3");
    world.wait(4_100);
    assert_eq!(known(&world), 1);
    assert!(!matches!(world.outcome(other, read), None | Some(Outcome::Failed(_))));
    let read = world.get(other, Kind::Cache, "derived3");
    world.wait(100);
    assert_eq!(world.outcome(other, read), Some(&Outcome::Value(None)));
}

#[test]
fn what_is_being_read_when_a_clearing_is_answered_late_is_read_again_from_the_start() {
    let mut world = world();
    let tab = world.settled_tab();
    let (other, third) = (world.open_tab(), world.open_tab());
    world.put(tab, Kind::Cache, "derived", false);
    world.wait(500);
    world.browser.is_full = true;
    world.browser.frees_by_clearing = Some(true);
    world.operations();
    world.put(tab, Kind::Outbox, "saved", false);
    let clears = |operation: &Operation<Value>| matches!(operation, Operation::Clear { .. });
    world.wait_until(|world| world.operations().iter().any(clears));
    world.browser.mood.is_slow = 1_000;
    world.wait_until(|world| world.keys(Kind::Cache).is_empty());
    world.browser.mood.is_slow = 0;
    world.put(other, Kind::Cache, "new", false);
    world.wait(50);
    let index = |world: &World| {
        let slots = world.tabs[tab].store.index(Kind::Cache).unwrap().slots();
        slots.map(|(key, _)| key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(index(&world), ["new"], "it has found out by itself");
    world.operations();
    world.run_until(3_900);
    world.browser.jam(&name(Kind::Cache), other);
    world.put(third, Kind::Cache, "newer", false);
    world.run_until(6_500);
    world.browser.go_on(other);
    world.wait(500);
    let operations = world.operations();
    let is_start = |operation: &Operation<Value>| {
        matches!(operation, Operation::Read { handle: HandleId(3), from: From::Start, .. })
    };
    assert_eq!(index(&world), ["new", "newer"]);
    assert!(operations.iter().any(is_start), "the clearing was answered meanwhile");
}
