//! The log: what is appended is what is read, by this library and by another.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::store::operation::{Answer, Durability, Failure, From, Operation};
use wedsync_dashboard::core::store::segment::{Content, Directory, Encoded, Entry, EntryId, Seen, Segment};

use crate::page::{
    abort_instead_of_commit, damage, fail_at, forget_durability, put_foreign, undo, watch_commits,
    watch_transactions,
};
use crate::world::{World, field, fields, items, name, number, put, records, remove, segment, single, table};

/// Segments of all shapes.
fn segments() -> Vec<Segment<JsValue>> {
    let large = 9_007_199_254_740_991;
    let expiring = Entry {
        key: "".into(),
        id: EntryId { origin: large, number: large },
        content: Content::Put {
            value: Encoded { value: JsValue::from_str("[1,2]"), bytes: u32::MAX },
            expires: 4_102_444_800_000,
        },
    };
    vec![
        Segment { epoch: 3, entries: vec![], seen: vec![] },
        segment(vec![
            put("clients/1", 1, &"Amélie 💍".into()),
            put("💍\u{0}ключ", 2, &JsValue::UNDEFINED),
            remove("clients/1", 3, EntryId { origin: 7, number: 1 }),
            put("a\nb", 4, &JsValue::NULL),
        ]),
        Segment {
            epoch: large,
            entries: vec![expiring],
            seen: vec![Seen { origin: 7, number: 4 }, Seen { origin: 8, number: 0 }],
        },
    ]
}

#[wasm_bindgen_test]
async fn what_is_appended_is_read_and_another_library_finds_it_in_the_frozen_format() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    let appended = world.append(handle, Durability::Relaxed, &segments()).await;
    assert_eq!(appended, Ok(Answer::Appended { first: 1, last: 3 }));

    let slice = world.read(handle, From::Start, 10).await;
    assert_eq!(slice.directory, Some(Directory::default()));
    assert!(slice.is_end && slice.unreadable.is_empty());
    let keys: Vec<u64> = slice.segments.iter().map(|(key, _)| *key).collect();
    let read: Vec<_> = slice.segments.into_iter().map(|(_, segment)| segment).collect();
    assert_eq!(keys, [1, 2, 3]);
    // A value that only a clone holds is another object, and nothing else of it differs.
    let same = |a: &Segment<JsValue>, b: &Segment<JsValue>| {
        a.epoch == b.epoch
            && a.seen == b.seen
            && a.entries.len() == b.entries.len()
            && a.entries.iter().zip(&b.entries).all(|(a, b)| a.key == b.key && a.id == b.id)
    };
    assert!(read.iter().zip(&segments()).all(|(a, b)| same(a, b)), "{read:?}");
    assert_eq!(read[2], segments()[2]);
    assert_eq!(read[1].entries[2], segments()[1].entries[2]);

    let found = records(&name, "segments").await;
    assert_eq!(found.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [1.0, 2.0, 3.0]);
    let [(_, first), (_, second), (_, third)] = &found[..] else { panic!() };
    for record in [first, second, third] {
        assert_eq!(fields(record), "efknov");
        assert_eq!(number(record, "f"), 1.0);
    }
    assert_eq!((number(first, "e"), number(second, "e")), (3.0, 0.0));
    assert_eq!(field(first, "k").as_string().unwrap(), "");
    assert!(table(first, "n").is_empty() && table(first, "o").is_empty() && items(first, "v").is_empty());
    assert_eq!(field(second, "k").as_string().unwrap(), "clients/1💍\u{0}ключclients/1a\nb");
    let rows = [9., 7., 1., 22., 0., 7., 7., 2., 8., 0., 9., 7., 3., 7., 1., 3., 7., 4., 4., 0.];
    assert_eq!(table(second, "n"), rows);
    let values = items(second, "v");
    assert_eq!(values[0].as_string().unwrap(), "\"Amélie 💍\"");
    assert!(
        values[1].dyn_ref::<Array>().is_some_and(|clone| clone.length() == 1 && clone.get(0).is_undefined())
    );
    assert!(values[2].is_null());
    assert_eq!(values[3].as_string().unwrap(), "null");
    let large = 9_007_199_254_740_991.0;
    assert_eq!(number(third, "e"), large);
    assert_eq!(table(third, "n"), [0., large, large, 4_294_967_295., 4_102_444_800_000.]);
    assert_eq!(table(third, "o"), [7., 4., 8., 0.]);
    world.end();
    World::new().delete(&name).await;
}

#[wasm_bindgen_test]
async fn the_log_is_read_in_slices_and_single_segments_by_their_keys() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    for number in 1..=5 {
        let key = number.to_string();
        let appended = world.append(handle, Durability::Strict, &[single(&key, number)]).await;
        assert_eq!(appended, Ok(Answer::Appended { first: number, last: number }));
    }
    let mut keys = vec![];
    let mut from = From::Start;
    loop {
        let slice = world.read(handle, from, 2).await;
        assert_eq!(slice.directory.is_some(), from == From::Start);
        keys.extend(slice.segments.iter().map(|(key, segment)| {
            assert_eq!(*segment, single(&key.to_string(), *key));
            *key
        }));
        if slice.is_end {
            break;
        }
        from = From::After(*keys.last().unwrap());
    }
    assert_eq!(keys, [1, 2, 3, 4, 5]);
    assert!(world.read(handle, From::After(5), 2).await.is_end);
    let got = world.run(Operation::Get { handle, segments: vec![4, 99, 2] }).await;
    assert_eq!(got, Ok(Answer::Got(vec![(4, single("4", 4)), (2, single("2", 2))])));
    world.delete_open(handle, &name).await;
}

/// Whether each transaction that writes is of this durability, as the browser says it itself.
fn are_all(transactions: &Array, durability: &str) -> bool {
    let is = |transaction: &JsValue| {
        field(transaction, "mode").as_string().unwrap() == "readwrite"
            && field(transaction, "durability").as_string().unwrap() == durability
    };
    transactions.length() > 0 && transactions.iter().all(|transaction| is(&transaction))
}

#[wasm_bindgen_test]
async fn a_strict_transaction_is_strict_for_the_browser_and_a_relaxed_one_relaxed() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    let written = async |durability| {
        let transactions = Array::new();
        let watching = watch_transactions(&transactions);
        world.append(handle, durability, &[single("a", 1)]).await.unwrap();
        undo(&watching);
        transactions
    };
    assert!(are_all(&written(Durability::Strict).await, "strict"));
    assert!(are_all(&written(Durability::Relaxed).await, "relaxed"));
    // The mutant: what is asked for does not reach the browser.
    let mutant = forget_durability();
    let transactions = written(Durability::Strict).await;
    undo(&mutant);
    assert!(!are_all(&transactions, "strict"), "the check would not notice");

    let transactions = Array::new();
    let watching = watch_transactions(&transactions);
    world.run(Operation::DrawEpoch { handle, above: 0 }).await.unwrap();
    undo(&watching);
    assert!(are_all(&transactions, "strict"), "an epoch is never drawn twice");
    world.delete_open(handle, &name).await;
}

#[wasm_bindgen_test]
async fn all_requests_and_the_commit_are_made_before_the_call_returns() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    let commits = Array::new();
    let watching = watch_commits(&commits);
    let segments = Rc::new(vec![single("a", 1), single("b", 2)]);
    let first = world.begin(Operation::Append { handle, durability: Durability::Strict, segments });
    assert_eq!(commits.length(), 1);
    let segments = Rc::new(vec![single("c", 3)]);
    let second = world.begin(Operation::Append { handle, durability: Durability::Strict, segments });
    let third = world.begin(Operation::Read { handle, from: From::After(0), most: 9 });
    assert_eq!(commits.length(), 3);
    undo(&watching);
    // Closed at once: what was begun is done nevertheless, in its order.
    world.begin(Operation::Close { handle });
    assert_eq!(world.answer(second).await, Ok(Answer::Appended { first: 3, last: 3 }));
    assert_eq!(world.answer(first).await, Ok(Answer::Appended { first: 1, last: 2 }));
    let Ok(Answer::Read(slice)) = world.answer(third).await else { panic!() };
    assert_eq!(slice.segments.len(), 3);
    assert_eq!(world.append(handle, Durability::Strict, &[single("d", 4)]).await, Err(Failure::Dead));
    world.delete(&name).await;
}

#[wasm_bindgen_test]
async fn of_a_transaction_that_was_aborted_nothing_is_stored() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    let change = abort_instead_of_commit();
    let aborted = world.append(handle, Durability::Strict, &[single("a", 1)]).await;
    undo(&change);
    assert_eq!(aborted, Err(Failure::Dead));
    for (exception, failure) in [
        ("QuotaExceededError", Failure::Quota),
        ("DataCloneError", Failure::NotCloneable),
        ("UnknownError", Failure::Dead),
        ("NonsenseError", Failure::Other("NonsenseError: by the test".to_owned())),
    ] {
        let change = fail_at("IDBObjectStore", "add", exception);
        let failed = world.append(handle, Durability::Strict, &[single("b", 2)]).await;
        undo(&change);
        assert_eq!(failed, Err(failure));
    }
    assert!(world.read(handle, From::Start, 9).await.segments.is_empty());
    // A function among good ones: all or nothing.
    let mut bad = single("c", 3);
    let Content::Put { value, .. } = &mut bad.entries[0].content else { panic!() };
    value.value = Array::of1(&js_sys::Function::new_no_args("")).into();
    let refused = world.append(handle, Durability::Strict, &[single("d", 4), bad]).await;
    assert_eq!(refused, Err(Failure::NotCloneable));
    assert!(world.read(handle, From::Start, 9).await.segments.is_empty());
    world.append(handle, Durability::Strict, &[single("e", 5)]).await.unwrap();
    world.delete_open(handle, &name).await;
}

/// A record like ours but for some fields.
fn altered(changes: &[(&str, JsValue)]) -> JsValue {
    use wedsync_dashboard::shell::store::record::pack;
    let record = pack(&single("k", 1));
    for (name, value) in changes {
        js_sys::Reflect::set(&record, &(*name).into(), value).unwrap();
    }
    record
}

#[wasm_bindgen_test]
async fn foreign_and_damaged_records_are_told_by_their_keys_and_the_rest_is_read() {
    let numbers = |numbers: &[f64]| JsValue::from(js_sys::Float64Array::from(numbers));
    let broken = [
        JsValue::NULL,
        JsValue::UNDEFINED,
        7.into(),
        "text".into(),
        Array::new().into(),
        js_sys::Map::new().into(),
        altered(&[("f", 2.into())]),
        altered(&[("f", JsValue::UNDEFINED)]),
        altered(&[("e", (-1).into())]),
        altered(&[("e", 1.5.into())]),
        altered(&[("k", 1.into())]),
        altered(&[("k", "kk".into())]),
        altered(&[("k", "".into())]),
        altered(&[("k", "💍".into())]),
        altered(&[("n", Array::new().into())]),
        altered(&[("n", numbers(&[]))]),
        altered(&[("n", numbers(&[1., 7., 1., 3.]))]),
        altered(&[("n", numbers(&[1., 7., 1., 3., f64::NAN]))]),
        altered(&[("n", numbers(&[1., 7., 9_007_199_254_740_992., 3., 0.]))]),
        altered(&[("n", numbers(&[1., 7., 1., 4_294_967_296., 0.]))]),
        altered(&[("o", numbers(&[1.]))]),
        altered(&[("o", JsValue::NULL)]),
        altered(&[("v", "x".into())]),
        altered(&[("v", Array::new().into())]),
        altered(&[("v", Array::of1(&7.into()).into())]),
        altered(&[("v", Array::of1(&Array::new()).into())]),
        altered(&[("v", Array::new_with_length(1).into())]),
    ];
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    world.append(handle, Durability::Relaxed, &[single("first", 1)]).await.unwrap();
    let foreign: Array = broken
        .iter()
        .enumerate()
        .map(|(index, record)| Array::of2(&JsValue::from_f64(index as f64 + 2.0), record))
        .collect();
    let last = broken.len() as u64 + 1;
    // What is not under a number is no record of the log.
    foreign.push(&Array::of2(&"text".into(), &altered(&[])));
    put_foreign(&name, &foreign).await;
    world.append(handle, Durability::Relaxed, &[single("last", 2)]).await.unwrap();
    let slice = world.read(handle, From::Start, 100).await;
    assert_eq!(slice.unreadable, (2..=last).collect::<Vec<_>>());
    assert_eq!(slice.segments, [(1, single("first", 1)), (last + 1, single("last", 2))]);
    assert!(slice.is_end);
    let got = world.run(Operation::Get { handle, segments: vec![1, 2, last + 1] }).await;
    assert_eq!(got, Ok(Answer::Got(slice.segments)));
    world.delete_open(handle, &name).await;
}

#[wasm_bindgen_test]
async fn a_record_that_the_browser_cannot_read_costs_no_other() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    let segments: Vec<_> = (1..=4).map(|number| single(&number.to_string(), number)).collect();
    world.append(handle, Durability::Relaxed, &segments).await.unwrap();
    let change = damage(3.0);
    let slice = world.read(handle, From::After(0), 3).await;
    let got = world.run(Operation::Get { handle, segments: vec![3, 4] }).await;
    undo(&change);
    assert_eq!(slice.unreadable, [3]);
    assert_eq!(slice.segments.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [1, 2]);
    assert!(!slice.is_end);
    assert_eq!(got, Ok(Answer::Got(vec![(4, segments[3].clone())])));
    world.delete_open(handle, &name).await;
}
