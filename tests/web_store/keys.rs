//! The key that a user's values are encrypted with.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::shell::cache::key;

use crate::entries::{decoded, encoded, options};
use crate::page::{databases, fail_at, put_foreign, undo, without_global};
use crate::world::{World, field, name, records};

/// The key, or the name of what was thrown.
async fn kept(name: &str) -> Result<JsValue, String> {
    let name_of = |reason: JsValue| field(&reason, "name").as_string().unwrap_or_default();
    JsFuture::from(key(name)).await.map_err(name_of)
}

/// Whether what one of them encrypts the other one reads.
async fn is_one(a: &JsValue, b: &JsValue) -> bool {
    let (body, _, flags) = encoded(&"Rosewood".into(), &options(Some(a), None)).await;
    decoded(&body, flags, &options(Some(b), None)).await.is_some()
}

#[wasm_bindgen_test]
async fn tabs_that_ask_at_once_get_one_key_and_those_that_come_later_the_same() {
    let (world, name) = (World::new(), name());
    let asked: Array = (0..4).map(|_| key(&name)).collect();
    let keys = JsFuture::from(Promise::all(&asked)).await.unwrap();
    let keys: Vec<JsValue> = keys.unchecked_into::<Array>().iter().collect();
    let later = kept(&name).await.unwrap();
    for key in &keys {
        assert!(is_one(key, &later).await);
        assert_eq!(field(key, "extractable"), JsValue::FALSE);
    }
    assert_eq!(records(&name, "segments").await.len(), 1);
    world.delete(&name).await;
    assert!(!databases().await.contains(&name.to_string()), "nobody holds it open");
    let another = kept(&name).await.unwrap();
    assert!(!is_one(&another, &later).await, "what was wiped does not come back");
    world.delete(&name).await;
}

#[wasm_bindgen_test]
async fn what_is_no_key_is_replaced_by_one() {
    let (world, name) = (World::new(), name());
    let first = kept(&name).await.unwrap();
    world.delete(&name).await;
    let handle = world.open(&name).await;
    put_foreign(&name, &Array::of1(&Array::of2(&1.into(), &"no key".into()))).await;
    let second = kept(&name).await.unwrap();
    assert!(is_one(&second, &kept(&name).await.unwrap()).await);
    assert!(!is_one(&first, &second).await);
    world.delete_open(handle, &name).await;
}

#[wasm_bindgen_test]
async fn where_no_key_can_be_kept_there_is_none() {
    let (world, name) = (World::new(), name());
    let change = without_global("indexedDB", None);
    assert!(kept(&name).await.is_err());
    undo(&change);
    let handle = world.open(&name).await;
    for exception in ["SecurityError", "QuotaExceededError"] {
        let change = fail_at("IDBObjectStore", "put", exception);
        assert_eq!(kept(&name).await.unwrap_err(), exception);
        undo(&change);
    }
    let change = fail_at("IDBDatabase", "transaction", "InvalidStateError");
    assert_eq!(kept(&name).await.unwrap_err(), "InvalidStateError");
    undo(&change);
    // A page that is not in a secure context.
    let change = fail_at("SubtleCrypto", "generateKey", "NotSupportedError");
    assert_eq!(kept(&name).await.unwrap_err(), "NotSupportedError");
    undo(&change);
    world.delete_open(handle, &name).await;
}
