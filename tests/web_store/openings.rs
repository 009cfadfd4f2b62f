//! Databases being opened, made, shared, upgraded and deleted.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::store::event::Event;
use wedsync_dashboard::core::store::operation::{Answer, Durability, Failure, From, Operation};
use wedsync_dashboard::core::store::segment::Head;

use crate::page::{close_raw, connect, databases, tell_closed, turn, undo, watch_transactions};
use crate::world::{IDENTITY, World, name, records, single};

#[wasm_bindgen_test]
async fn a_database_is_made_once_with_its_identity() {
    let (world, name) = (World::new(), name());
    let (handle, was_made, version) = world.try_open(&name, Some(1)).await.unwrap();
    assert!(was_made && version == 1);
    let (again, was_made, version) = world.try_open(&name, Some(1)).await.unwrap();
    assert!(!was_made && version == 1);
    let head = Head { identity: IDENTITY, generation: 0, epoch: 0, oldest_reader: 1 };
    assert_eq!(world.read(again, From::Start, 1).await.head, head);
    assert!(records(&name, "segments").await.is_empty());
    assert_eq!(records(&name, "manifest").await.len(), 1);
    world.begin(Operation::Close { handle });
    world.delete_open(again, &name).await;
}

#[wasm_bindgen_test]
async fn a_database_that_is_not_there_is_not_made_by_opening_it_as_it_is() {
    let (world, name) = (World::new(), name());
    let (handle, id) = world.begin_open(&name, None);
    let Err(Failure::Other(reason)) = world.answer(id).await else { panic!() };
    assert!(reason.starts_with("AbortError"), "{reason}");
    assert_eq!(world.run(Operation::Names { prefix: name.clone() }).await, Ok(Answer::Names(vec![])));
    assert_eq!(world.try_read(handle, From::Start, 1).await, Err(Failure::Dead));
    // Of a database that cannot be made there is nothing either.
    world.delete(&name).await;
}

#[wasm_bindgen_test]
async fn a_newer_version_is_refused_and_can_be_read_as_it_is() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    world.append(handle, Durability::Strict, &[single("a", 1)]).await.unwrap();
    let raw = connect(&name, 2, true).await.unwrap();
    let wanted = |event: &Event<_>| matches!(event, Event::VersionChange { .. });
    assert_eq!(world.event(wanted).await, Event::VersionChange { handle, is_deletion: false });
    assert_eq!(world.append(handle, Durability::Strict, &[single("b", 2)]).await, Err(Failure::Dead));
    assert_eq!(world.try_open(&name, Some(1)).await, Err(Failure::Newer));
    let (handle, was_made, version) = world.try_open(&name, None).await.unwrap();
    assert!(!was_made && version == 2);
    assert_eq!(world.read(handle, From::Start, 9).await.segments, [(1, single("a", 1))]);
    close_raw(&raw);
    world.delete_open(handle, &name).await;
    assert_eq!(world.rest(), []);
}

#[wasm_bindgen_test]
async fn an_opening_that_has_to_wait_for_another_tab_says_so_and_goes_on() {
    let (world, name) = (World::new(), name());
    let other = connect(&name, 1, false).await.unwrap();
    let (handle, id) = world.begin_open(&name, Some(2));
    let is_blocked = |event: &Event<_>| matches!(event, Event::Blocked { .. });
    assert_eq!(world.event(is_blocked).await, Event::Blocked { operation: id });
    assert_eq!(world.rest(), []);
    close_raw(&other);
    let Ok(Answer::Opened { was_made: false, version: 2 }) = world.answer(id).await else { panic!() };
    world.delete_open(handle, &name).await;
}

#[wasm_bindgen_test]
async fn a_deletion_closes_what_listens_and_waits_for_what_does_not() {
    let (world, neighbour, name) = (World::new(), World::new(), name());
    let handle = neighbour.open(&name).await;
    let other = connect(&name, 1, false).await.unwrap();
    let id = world.begin(Operation::Delete { name: name.clone() });
    let is_change = |event: &Event<_>| matches!(event, Event::VersionChange { .. });
    assert_eq!(neighbour.event(is_change).await, Event::VersionChange { handle, is_deletion: true });
    let is_blocked = |event: &Event<_>| matches!(event, Event::Blocked { .. });
    assert_eq!(world.event(is_blocked).await, Event::Blocked { operation: id });
    assert_eq!(neighbour.try_read(handle, From::Start, 1).await, Err(Failure::Dead));
    close_raw(&other);
    assert_eq!(world.answer(id).await, Ok(Answer::Done));
    assert!(!databases().await.iter().any(|other| **other == *name));
    world.delete(&name).await;
}

#[wasm_bindgen_test]
async fn an_opening_that_the_browser_closes_is_told_and_dead() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    let transactions = Array::new();
    let watching = watch_transactions(&transactions);
    world.read(handle, From::Start, 1).await;
    undo(&watching);
    tell_closed(&transactions);
    assert_eq!(world.rest(), [Event::Closed { handle }]);
    assert_eq!(world.append(handle, Durability::Strict, &[single("a", 1)]).await, Err(Failure::Dead));
    // Once it is closed here, nothing more of it is told.
    tell_closed(&transactions);
    assert_eq!(world.rest(), []);
    world.delete(&name).await;
}

#[wasm_bindgen_test]
async fn what_is_closed_before_it_is_open_is_not_kept_open() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    world.begin(Operation::Close { handle });
    let (handle, id) = world.begin_open(&name, Some(1));
    world.begin(Operation::Close { handle });
    assert_eq!(world.answer(id).await, Err(Failure::Dead));
    world.delete(&name).await;
    assert_eq!(world.rest(), []);
}

#[wasm_bindgen_test]
async fn openings_that_are_given_up_while_they_wait_are_closed_once_they_are_open_and_make_nothing() {
    let (world, neighbour, name) = (World::new(), World::new(), name());
    let handle = neighbour.open(&name).await;
    neighbour.begin(Operation::Close { handle });
    let other = connect(&name, 1, false).await.unwrap();
    // Behind a deletion that is blocked, all others wait in silence.
    let deletion = neighbour.begin(Operation::Delete { name: Rc::clone(&name) });
    let waiting = [0, 1].map(|_| {
        let (handle, id) = world.begin_open(&name, Some(1));
        world.begin(Operation::Close { handle });
        id
    });
    let ends = World::new();
    ends.begin_open(&name, Some(1));
    ends.end();
    turn().await;
    close_raw(&other);
    assert_eq!(neighbour.answer(deletion).await, Ok(Answer::Done));
    for id in waiting {
        assert!(world.answer(id).await.is_err());
    }
    assert!(!databases().await.iter().any(|other| **other == *name), "nobody wanted it any more");
    // Nor do they hold open what is there.
    let handle = neighbour.open(&name).await;
    neighbour.begin(Operation::Close { handle });
    let other = connect(&name, 1, false).await.unwrap();
    let deletion = neighbour.begin(Operation::Delete { name: Rc::clone(&name) });
    let (handle, id) = world.begin_open(&name, Some(1));
    let (given_up, _) = world.begin_open(&name, Some(1));
    world.begin(Operation::Close { handle: given_up });
    close_raw(&other);
    assert_eq!(neighbour.answer(deletion).await, Ok(Answer::Done));
    world.answer(id).await.unwrap();
    world.begin(Operation::Close { handle });
    neighbour.rest();
    world.delete(&name).await;
    let is_blocked = |event: &Event<_>| matches!(event, Event::Blocked { .. });
    assert!(!world.rest().iter().any(is_blocked), "nothing is open that nobody uses");
}

#[wasm_bindgen_test]
async fn a_storage_that_ends_closes_everything_and_tells_nothing() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    world.begin_open(&name, Some(1));
    world.begin(Operation::Read { handle, from: From::Start, most: 1 });
    world.end();
    let other = World::new();
    other.delete(&name).await;
    turn().await;
    assert_eq!(world.rest(), []);
}

#[wasm_bindgen_test]
async fn a_storage_that_ends_while_it_draws_an_epoch_leaves_a_head() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    world.begin(Operation::DrawEpoch { handle, above: 0 });
    world.end();
    let other = World::new();
    let handle = other.open(&name).await;
    let drawn = other.run(Operation::DrawEpoch { handle, above: 0 }).await;
    assert!(matches!(drawn, Ok(Answer::Epoch(1..=2))), "{drawn:?}");
    other.delete_open(handle, &name).await;
}
