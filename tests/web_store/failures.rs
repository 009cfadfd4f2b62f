//! What a browser refuses, by the name it gives it.

use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::store::operation::{Answer, Durability, Failure, From, Operation};

use crate::page::{close_raw, connect, fail_at, fail_requests, fail_second, undo, without_global};
use crate::world::{World, name, single};

#[wasm_bindgen_test]
async fn a_handle_that_died_is_told_as_dead_by_every_operation() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    let change = fail_at("IDBDatabase", "transaction", "InvalidStateError");
    assert_eq!(world.append(handle, Durability::Strict, &[single("a", 1)]).await, Err(Failure::Dead));
    assert_eq!(world.try_read(handle, From::Start, 1).await, Err(Failure::Dead));
    for operation in [
        Operation::Get { handle, segments: vec![1] },
        Operation::DrawEpoch { handle, above: 0 },
        Operation::Clear { handle },
    ] {
        assert_eq!(world.run(operation).await, Err(Failure::Dead));
    }
    undo(&change);
    // «Connection to Indexed Database server lost», as WebKit says it of a request.
    let change = fail_requests("IDBObjectStore", "getAll", "UnknownError");
    assert_eq!(world.try_read(handle, From::Start, 1).await, Err(Failure::Dead));
    undo(&change);
    world.read(handle, From::Start, 1).await;
    world.delete_open(handle, &name).await;
}

#[wasm_bindgen_test]
async fn without_a_database_to_be_had_opening_and_deleting_are_refused() {
    let (world, name) = (World::new(), name());
    let refused = async || {
        assert_eq!(world.try_open(&name, Some(1)).await, Err(Failure::Refused));
        assert_eq!(world.run(Operation::Delete { name: name.clone() }).await, Err(Failure::Refused));
    };
    for exception in [None, Some("SecurityError")] {
        let change = without_global("indexedDB", exception);
        refused().await;
        undo(&change);
    }
    let change = fail_at("IDBFactory", "open", "SecurityError");
    assert_eq!(world.try_open(&name, Some(1)).await, Err(Failure::Refused));
    undo(&change);
    for (exception, failure) in [
        // Private windows of Firefox before version 115.
        ("InvalidStateError", Failure::Refused),
        ("QuotaExceededError", Failure::Quota),
        ("UnknownError", Failure::Other("UnknownError: by the test".to_owned())),
    ] {
        let change = fail_requests("IDBFactory", "open", exception);
        assert_eq!(world.try_open(&name, Some(1)).await, Err(failure));
        undo(&change);
    }
}

#[wasm_bindgen_test]
async fn a_database_of_somebody_elses_is_told_as_damaged() {
    let (world, name) = (World::new(), name());
    let raw = connect(&name, 1, true).await.unwrap();
    let handle = world.open(&name).await;
    assert_eq!(world.try_read(handle, From::Start, 1).await, Err(Failure::Corrupt));
    assert_eq!(world.append(handle, Durability::Strict, &[single("a", 1)]).await, Err(Failure::Corrupt));
    close_raw(&raw);
    world.delete_open(handle, &name).await;
}

#[wasm_bindgen_test]
async fn where_there_is_no_space_nothing_of_a_write_is_stored_and_the_cache_can_still_be_emptied() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    world.append(handle, Durability::Relaxed, &[single("before", 1)]).await.unwrap();
    let records = [single("a", 2), single("b", 3)];
    let at_once = || fail_at("IDBObjectStore", "add", "QuotaExceededError");
    let after_one = || fail_second("add", "QuotaExceededError");
    for begin in [&at_once as &dyn Fn() -> js_sys::Function, &after_one] {
        let change = begin();
        assert_eq!(world.append(handle, Durability::Relaxed, &records).await, Err(Failure::Quota));
        let slice = world.read(handle, From::Start, 9).await;
        assert_eq!(slice.segments, [(1, single("before", 1))], "reads go on");
        undo(&change);
    }
    let change = fail_at("IDBObjectStore", "put", "QuotaExceededError");
    assert_eq!(world.run(Operation::Clear { handle }).await, Ok(Answer::Done), "it puts nothing");
    undo(&change);
    assert!(world.read(handle, From::Start, 9).await.segments.is_empty());
    world.append(handle, Durability::Relaxed, &records).await.unwrap();
    assert_eq!(world.read(handle, From::Start, 9).await.segments.len(), 2);
    world.delete_open(handle, &name).await;
}
