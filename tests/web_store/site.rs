//! What a site has beside its databases, and pages that lack it.

use std::rc::Rc;

use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::store::operation::{Answer, Failure, Operation};

use crate::page::{take_lock, turn, undo, without_global, without_method, without_of_navigator};
use crate::world::{Outcome, World, name};

/// What answers of names say, in order.
fn names(outcome: Outcome) -> Vec<String> {
    let Ok(Answer::Names(mut names)) = outcome else { panic!("{outcome:?}") };
    names.sort();
    names
}

async fn databases(world: &World, prefix: &str) -> Vec<String> {
    names(world.run(Operation::Names { prefix: prefix.into() }).await)
}

/// Two databases whose names begin alike, their handles closed.
async fn two(world: &World) -> (Rc<str>, [Rc<str>; 2]) {
    let first = name();
    let second: Rc<str> = [&*first, "/spill/7"].concat().into();
    let both = [Rc::clone(&first), second];
    for name in &both {
        let handle = world.open(name).await;
        world.begin(Operation::Close { handle });
    }
    (first, both)
}

#[wasm_bindgen_test]
async fn databases_are_found_by_what_their_names_begin_with() {
    let world = World::new();
    let (prefix, both) = two(&world).await;
    assert_eq!(databases(&world, &prefix).await, both.each_ref().map(|name| name.to_string()));
    assert_eq!(databases(&world, &both[1]).await, [both[1].to_string()]);
    for name in &both {
        world.delete(name).await;
    }
    assert!(databases(&world, &prefix).await.is_empty());
}

#[wasm_bindgen_test]
async fn where_the_browser_lists_no_databases_a_list_is_kept() {
    let world = World::new();
    let change = without_method("IDBFactory", "databases");
    let (prefix, both) = two(&world).await;
    assert_eq!(databases(&world, &prefix).await, both.each_ref().map(|name| name.to_string()));
    // One that was only looked for is not on it.
    let absent: Rc<str> = [&*prefix, "/absent"].concat().into();
    world.try_open(&absent, None).await.unwrap_err();
    world.delete(&both[0]).await;
    assert_eq!(databases(&world, &prefix).await, [both[1].to_string()]);
    world.delete(&both[1]).await;
    assert!(databases(&world, &prefix).await.is_empty());
    // Without a place for the list a database can be had nevertheless.
    let blocked = without_global("localStorage", Some("SecurityError"));
    let (_, both) = two(&world).await;
    assert_eq!(world.run(Operation::Names { prefix: prefix.clone() }).await, Err(Failure::Refused));
    undo(&blocked);
    for name in &both {
        world.delete(name).await;
    }
    undo(&change);
}

#[wasm_bindgen_test]
async fn marks_are_kept_outside_the_databases() {
    let (world, prefix) = (World::new(), name());
    let marks =
        async |prefix: &Rc<str>| match world.run(Operation::ReadMarks { prefix: Rc::clone(prefix) }).await {
            Ok(Answer::Marks(mut marks)) => {
                marks.sort();
                marks
            }
            other => panic!("{other:?}"),
        };
    assert_eq!(marks(&prefix).await, []);
    let other: Rc<str> = [&*prefix, "/💍"].concat().into();
    for (name, value) in [(&prefix, 1), (&other, 9_007_199_254_740_991), (&prefix, 2)] {
        let name = Rc::clone(name);
        assert_eq!(world.run(Operation::WriteMark { name, value }).await, Ok(Answer::Done));
    }
    let both = [(prefix.to_string(), 2), (other.to_string(), 9_007_199_254_740_991)];
    assert_eq!(marks(&prefix).await, both);
    // Another page of the site reads them too.
    let neighbour = World::new().run(Operation::ReadMarks { prefix: other.clone() }).await;
    assert_eq!(neighbour, Ok(Answer::Marks(vec![both[1].clone()])));
}

#[wasm_bindgen_test]
async fn where_there_is_no_local_storage_marks_are_refused() {
    let (world, name) = (World::new(), name());
    for exception in [None, Some("SecurityError")] {
        let change = without_global("localStorage", exception);
        let read = world.run(Operation::ReadMarks { prefix: name.clone() }).await;
        let written = world.run(Operation::WriteMark { name: name.clone(), value: 1 }).await;
        undo(&change);
        assert_eq!((read, written), (Err(Failure::Refused), Err(Failure::Refused)));
    }
}

#[wasm_bindgen_test]
async fn a_lock_is_held_until_it_is_given_back() {
    let (world, neighbour, name) = (World::new(), World::new(), name());
    let held = async || names(neighbour.run(Operation::Held { prefix: name.clone() }).await);
    let hold = || Operation::Hold { lock: name.clone() };
    assert_eq!(world.run(hold()).await, Ok(Answer::Done));
    assert_eq!(held().await, [name.to_string()]);
    // Whoever asks for it waits, and has it once it is given back.
    let waiting = neighbour.begin(hold());
    turn().await;
    assert_eq!(neighbour.rest(), []);
    world.begin(Operation::Release { lock: name.clone() });
    assert_eq!(neighbour.answer(waiting).await, Ok(Answer::Done));
    // Whoever waits may stop waiting.
    let given_up = world.begin(hold());
    world.begin(Operation::Release { lock: name.clone() });
    assert!(world.answer(given_up).await.is_err());
    neighbour.begin(Operation::Release { lock: name.clone() });
    let taken = take_lock(&name).await;
    undo(&taken);
    // One that ends gives it back.
    world.run(hold()).await.unwrap();
    world.end();
    undo(&take_lock(&name).await);
}

#[wasm_bindgen_test]
async fn where_there_are_no_locks_they_are_refused() {
    let (world, name) = (World::new(), name());
    let change = without_of_navigator("locks");
    assert_eq!(world.run(Operation::Hold { lock: name.clone() }).await, Err(Failure::Refused));
    assert_eq!(world.run(Operation::Held { prefix: name.clone() }).await, Err(Failure::Refused));
    undo(&change);
    world.begin(Operation::Release { lock: name });
}

#[wasm_bindgen_test]
async fn space_is_told_where_the_browser_tells_it() {
    let world = World::new();
    let Ok(Answer::Estimate { quota, .. }) = world.run(Operation::Estimate).await else { panic!() };
    let tells = js_sys::eval("typeof navigator.storage?.estimate === 'function'").unwrap();
    assert_eq!(quota > 0, tells.is_truthy());
    let change = without_of_navigator("storage");
    assert_eq!(world.run(Operation::Estimate).await, Ok(Answer::Estimate { usage: 0, quota: 0 }));
    assert_eq!(world.run(Operation::Persist).await, Ok(Answer::Persisted(false)));
    undo(&change);
}
