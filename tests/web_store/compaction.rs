//! What replaces a part of the log, and the two records beside it.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::store::operation::{
    Answer, Compaction, Durability, Failure, From, HandleId, Operation, Verdict,
};
use wedsync_dashboard::core::store::segment::{Directory, EntryId, Head, Place, Seen};

use crate::page::{fail_at, undo, watch_commits, watch_transactions};
use crate::world::{IDENTITY, World, field, fields, name, number, records, single, table};

const MADE: Head = Head { identity: IDENTITY, generation: 0, epoch: 0, oldest_reader: 1 };

fn directory() -> Directory {
    let place = |key: &str, number| Place {
        key: key.into(),
        id: EntryId { origin: 9_007_199_254_740_991, number },
        segment: 2,
        position: number as u32 - 1,
        bytes: u32::MAX,
        expires: 5,
        used: number as u32,
    };
    Directory {
        through: 3,
        epoch: 4,
        places: vec![place("💍/\u{0}", 1), place("", 2), place("ключ", 3)],
        segments: vec![(2, 70), (3, u32::MAX)],
        seen: vec![Seen { origin: 7, number: 3 }, Seen { origin: 9, number: 0 }],
    }
}

fn compaction(head: Head) -> Compaction<JsValue> {
    Compaction {
        epoch: 5,
        head,
        through: 3,
        first: 1,
        removed: Some((1, 2)),
        added: vec![(2, single("compacted", 1))],
        directory: directory(),
    }
}

/// A database with three segments.
async fn filled(world: &World, name: &Rc<str>) -> HandleId {
    let handle = world.open(name).await;
    let segments: Vec<_> = (1..=3).map(|number| single(&number.to_string(), number)).collect();
    world.append(handle, Durability::Relaxed, &segments).await.unwrap();
    handle
}

async fn compact(world: &World, handle: HandleId, compaction: Compaction<JsValue>) -> Verdict {
    let durability = Durability::Relaxed;
    match world.run(Operation::Compact { handle, durability, compaction: compaction.into() }).await {
        Ok(Answer::Compacted(verdict)) => verdict,
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn a_compaction_replaces_what_it_says_and_the_next_start_reads_its_directory() {
    let (world, name) = (World::new(), name());
    let handle = filled(&world, &name).await;
    let head = Head { generation: 1, epoch: 5, ..MADE };
    assert_eq!(compact(&world, handle, compaction(MADE)).await, Verdict::Done(head));

    // Keys go on where they were.
    let appended = world.append(handle, Durability::Relaxed, &[single("4", 4)]).await;
    assert_eq!(appended, Ok(Answer::Appended { first: 4, last: 4 }));
    let slice = world.read(handle, From::Start, 9).await;
    assert_eq!((slice.head, slice.directory), (head, Some(directory())));
    assert_eq!(slice.segments, [(4, single("4", 4))]);
    let slice = world.read(handle, From::After(0), 9).await;
    assert_eq!(slice.directory, None);
    let log = [(2, single("compacted", 1)), (3, single("3", 3)), (4, single("4", 4))];
    assert_eq!(slice.segments, log);

    let found = records(&name, "manifest").await;
    let [(0.0, head), (1.0, directory)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(fields(head), "efgir");
    let of_head = ["f", "i", "g", "e", "r"].map(|name| number(head, name));
    assert_eq!(of_head, [1., 9_007_199_254_740_991., 1., 5., 1.]);
    assert_eq!(fields(directory), "efknostu");
    assert_eq!(["f", "t", "e"].map(|name| number(directory, name)), [1., 3., 4.]);
    assert_eq!(field(directory, "k").as_string().unwrap(), "💍/\u{0}ключ");
    let (origin, bytes) = (9_007_199_254_740_991., 4_294_967_295.);
    let places = [
        [4., origin, 1., 2., 0., bytes, 5.],
        [0., origin, 2., 2., 1., bytes, 5.],
        [4., origin, 3., 2., 2., bytes, 5.],
    ];
    assert_eq!(table(directory, "n"), places.concat());
    assert_eq!(table(directory, "s"), [2., 70., 3., bytes]);
    assert_eq!(table(directory, "o"), [7., 3., 9., 0.]);
    assert_eq!(table(directory, "u"), [1., 2., 3.]);

    // Earlier builds do not say what was used when.
    js_sys::Reflect::delete_property(directory.unchecked_ref::<js_sys::Object>(), &"u".into()).unwrap();
    crate::page::put_manifest(&name, 1.0, directory).await;
    let directory = world.read(handle, From::Start, 9).await.directory.unwrap();
    assert_eq!(directory.places.iter().map(|place| place.used).collect::<Vec<_>>(), [0, 0, 0]);
    world.delete_open(handle, &name).await;
}

#[wasm_bindgen_test]
async fn a_compaction_that_finds_something_else_changes_nothing() {
    let (world, name) = (World::new(), name());
    let handle = filled(&world, &name).await;
    let before = (records(&name, "segments").await.len(), MADE);
    let after = async || {
        let slice = world.read(handle, From::After(0), 9).await;
        (slice.segments.len(), slice.head)
    };
    // Somebody has appended meanwhile.
    let behind = Compaction { through: 2, ..compaction(MADE) };
    assert_eq!(compact(&world, handle, behind).await, Verdict::Behind);
    assert_eq!(after().await, before);
    // Somebody has compacted meanwhile.
    let other = Head { generation: 1, ..MADE };
    assert_eq!(compact(&world, handle, compaction(other)).await, Verdict::Behind);
    assert_eq!(after().await, before);
    // A newer leader has.
    let newer = Compaction { epoch: 6, removed: None, added: vec![], ..compaction(MADE) };
    let Verdict::Done(head) = compact(&world, handle, newer).await else { panic!() };
    assert_eq!(compact(&world, handle, compaction(head)).await, Verdict::Fenced(6));
    assert_eq!(after().await, (3, head));
    // Somebody has emptied it meanwhile.
    world.run(Operation::Clear { handle }).await.unwrap();
    let emptied = Compaction { epoch: 6, ..compaction(head) };
    assert_eq!(compact(&world, handle, emptied).await, Verdict::Behind);
    assert_eq!(after().await, (0, head));
    world.delete_open(handle, &name).await;
}

#[wasm_bindgen_test]
async fn epochs_are_drawn_one_after_the_other_from_any_number_of_tabs() {
    let (one, other, name) = (World::new(), World::new(), name());
    let (a, b) = (one.open(&name).await, other.open(&name).await);
    let mut drawn = vec![];
    let draw = |handle, above| Operation::DrawEpoch { handle, above };
    let begun =
        [(&one, one.begin(draw(a, 0))), (&other, other.begin(draw(b, 0))), (&one, one.begin(draw(a, 0)))];
    for (world, id) in begun {
        let Ok(Answer::Epoch(epoch)) = world.answer(id).await else { panic!() };
        drawn.push(epoch);
    }
    drawn.sort_unstable();
    assert_eq!(drawn, [1, 2, 3]);
    assert_eq!(other.run(draw(b, 40)).await, Ok(Answer::Epoch(41)));
    assert_eq!(one.run(draw(a, 7)).await, Ok(Answer::Epoch(42)));
    assert_eq!(one.read(a, From::Start, 1).await.head, Head { epoch: 42, ..MADE });
    one.begin(Operation::Close { handle: a });
    other.delete_open(b, &name).await;
}

#[wasm_bindgen_test]
async fn a_database_is_emptied_without_losing_its_head() {
    let (world, name) = (World::new(), name());
    let handle = filled(&world, &name).await;
    compact(&world, handle, compaction(MADE)).await;
    let head = Head { generation: 1, epoch: 5, ..MADE };
    assert_eq!(world.read(handle, From::After(0), 9).await.first, 2);
    assert_eq!(world.run(Operation::Clear { handle }).await, Ok(Answer::Done));
    let slice = world.read(handle, From::Start, 9).await;
    assert_eq!((slice.head, slice.directory, slice.segments), (head, Some(Directory::default()), vec![]));
    assert_eq!(slice.first, u64::MAX);
    // No key is given twice.
    let appended = world.append(handle, Durability::Relaxed, &[single("4", 4)]).await;
    assert_eq!(appended, Ok(Answer::Appended { first: 4, last: 4 }));
    world.delete_open(handle, &name).await;
}

#[wasm_bindgen_test]
async fn a_database_is_emptied_in_one_transaction_that_needs_no_space() {
    let (world, name) = (World::new(), name());
    let handle = filled(&world, &name).await;
    let (begun, committed) = (Array::new(), Array::new());
    let changes = [
        watch_transactions(&begun),
        watch_commits(&committed),
        fail_at("IDBObjectStore", "put", "QuotaExceededError"),
        fail_at("IDBObjectStore", "add", "QuotaExceededError"),
    ];
    let cleared = world.run(Operation::Clear { handle }).await;
    changes.iter().rev().for_each(undo);
    assert_eq!(cleared, Ok(Answer::Done));
    assert_eq!((begun.length(), committed.length()), (1, 1));
    assert!(records(&name, "segments").await.is_empty());
    world.delete_open(handle, &name).await;
}

#[wasm_bindgen_test]
async fn a_damaged_directory_or_head_is_told() {
    let (world, name) = (World::new(), name());
    let handle = filled(&world, &name).await;
    compact(&world, handle, compaction(MADE)).await;
    for (key, of) in [(1.0, "n"), (0.0, "g")] {
        let record = records(&name, "manifest").await.into_iter().find(|(at, _)| *at == key).unwrap().1;
        js_sys::Reflect::set(&record, &of.into(), &"damaged".into()).unwrap();
        crate::page::put_manifest(&name, key, &record).await;
        // Either way the directory is: it was damaged first.
        assert_eq!(world.try_read(handle, From::Start, 9).await, Err(Failure::Corrupt));
        let after = world.read(handle, From::After(0), 9).await;
        assert_eq!(after.segments.len(), 2, "the log is read");
        assert_eq!(after.head == Head::default(), key == 0.0, "a damaged head says nothing");
    }
    assert_eq!(world.run(Operation::DrawEpoch { handle, above: 6 }).await, Ok(Answer::Epoch(7)));
    assert_eq!(world.read(handle, From::After(0), 9).await.head, Head { epoch: 7, ..Head::default() });
    world.delete_open(handle, &name).await;
}
