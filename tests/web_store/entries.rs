//! Entries of the cache as they lie on the disk: what comes back, and what nobody else can read.

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::store::operation::{Durability, From};
use wedsync_dashboard::core::store::segment::{Content, Entry, EntryId, PINNED};
use wedsync_dashboard::shell::cache::{decode, encode, join, split};

use crate::page::{undo, without_global};
use crate::values::{clones, depth_of, plain, same, texts, uncloneable};
use crate::world::{World, field, name, records, segment};

#[wasm_bindgen(inline_js = r#"
export const freshKey = () => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);

/** Whether a text is anywhere in these, as strings or as bytes of any encoding. */
export function isThere(values, text) {
  const wide = [...text].flatMap((unit) => [unit.charCodeAt(0), 0]);
  const spellings = [new TextEncoder().encode(text), wide].map((bytes) => String.fromCharCode(...bytes));
  const seen = new Set();
  const look = (value) => {
    if (typeof value === 'string') return value.includes(text);
    if (typeof value !== 'object' || value === null || seen.has(value)) return false;
    seen.add(value);
    if (ArrayBuffer.isView(value)) {
      const bytes = Array.from(new Uint8Array(value.buffer), (byte) => String.fromCharCode(byte)).join('');
      return spellings.some((spelling) => bytes.includes(spelling));
    }
    return Object.entries(value).some(([name, part]) => name.includes(text) || look(part));
  };
  return values.some(look);
}
export const clientsOf = (count) => Array.from({ length: count }, (_, at) => ({
  id: at, name: `Amélie Rosewood ${at}`, status: 'confirmed', date: '2027-06-12', guests: 80 + at, notes: 'vegetarian, near the garden' }));
export const flipped = (bytes, at) => { const copy = bytes.slice(); copy[at] ^= 1; return copy; };
export async function bomb() {
  const stream = new CompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  const part = new Uint8Array(1 << 20).fill(32);
  (async () => { for (let at = 0; at < 80; at += 1) await writer.write(part); await writer.close(); })();
  return new Uint8Array(await new Response(stream.readable).arrayBuffer());
}
"#)]
extern "C" {
    #[wasm_bindgen(js_name = freshKey)]
    fn fresh_key() -> Promise;
    #[wasm_bindgen(js_name = isThere)]
    pub fn is_there(values: &Array, text: &str) -> bool;
    #[wasm_bindgen(js_name = clientsOf)]
    fn clients_of(count: u32) -> JsValue;
    fn flipped(bytes: &JsValue, at: u32) -> JsValue;
    fn bomb() -> Promise;
}

const CLONE: u32 = 2;
const COMPRESSED: u32 = 4;
const ENCRYPTED: u32 = 8;

pub async fn settled(value: JsValue) -> JsValue {
    JsFuture::from(Promise::resolve(&value)).await.unwrap()
}

pub async fn a_key() -> JsValue {
    settled(fresh_key().into()).await
}

/// How an entry of a supplier's clients is encoded: with this key, and compressed above this size.
pub fn options(key: Option<&JsValue>, compress_above: Option<f64>) -> JsValue {
    let options = Object::new();
    let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value).unwrap();
    set("name", &"clients".into());
    set("version", &"7".into());
    if let Some(key) = key {
        set("key", key);
    }
    if let Some(bytes) = compress_above {
        set("compressAbove", &bytes.into());
    }
    options.into()
}

fn changed(options: &JsValue, name: &str, value: &JsValue) -> JsValue {
    let copy = Object::assign(&Object::new(), options.unchecked_ref());
    Reflect::set(&copy, &name.into(), value).unwrap();
    copy.into()
}

/// Body, size and flags.
pub async fn encoded(value: &JsValue, options: &JsValue) -> (JsValue, u32, u32) {
    let told = settled(encode(value, options).unwrap()).await;
    let number = |name| field(&told, name).as_f64().unwrap() as u32;
    (field(&told, "body"), number("bytes"), number("flags"))
}

/// The value; `None` for a miss.
pub async fn decoded(body: &JsValue, flags: u32, options: &JsValue) -> Option<JsValue> {
    let told = settled(decode(body, flags, options)).await;
    Array::is_array(&told).then(|| told.unchecked_ref::<Array>().get(0))
}

fn entry(key: &str, body: &JsValue, bytes: u32) -> Entry<JsValue> {
    let content = Content::Put { value: join("1 0 header", body, bytes), expires: PINNED };
    Entry { key: key.into(), id: EntryId { origin: 7, number: 1 }, content }
}

#[wasm_bindgen_test]
async fn values_of_every_kind_come_back_however_they_are_encoded() {
    let key = a_key().await;
    for options in [options(None, None), options(None, Some(0.0)), options(Some(&key), Some(0.0))] {
        let is_encrypted = field(&options, "key").is_object();
        for (index, value) in texts().iter().enumerate() {
            let (body, bytes, flags) = encoded(&value, &options).await;
            assert_eq!(flags & ENCRYPTED != 0, is_encrypted, "value {index}");
            assert!(bytes > 0 && flags & CLONE == 0);
            assert!(same(&value, &decoded(&body, flags, &options).await.unwrap()), "value {index}");
        }
    }
    for (index, value) in clones().iter().enumerate() {
        let (body, _, flags) = encoded(&value, &options(None, Some(0.0))).await;
        assert_eq!(flags, CLONE);
        let found = decoded(&body, flags, &options(None, None)).await.unwrap();
        let is_same =
            if depth_of(&value) > 300 { depth_of(&value) == depth_of(&found) } else { same(&value, &found) };
        assert!(is_same, "value {index}");
        // Nothing of it would be encrypted, so it is not to be stored.
        assert!(encode(&value, &options_of(&key)).unwrap().is_undefined());
    }
    for value in uncloneable().iter() {
        assert!(encode(&value, &options(None, None)).is_err());
    }
}

fn options_of(key: &JsValue) -> JsValue {
    options(Some(key), None)
}

#[wasm_bindgen_test]
async fn only_what_is_large_and_becomes_smaller_is_compressed() {
    let clients = clients_of(1_000);
    let (text, plain_bytes, flags) = encoded(&clients, &options(None, None)).await;
    assert!(text.is_string() && flags == 0);
    assert!(!encode(&clients, &options(None, Some(1e9))).unwrap().is_instance_of::<Promise>(), "at once");
    let (body, bytes, flags) = encoded(&clients, &options(None, Some(1_000.0))).await;
    assert_eq!(flags, COMPRESSED);
    assert!(bytes * 5 < plain_bytes, "{bytes} of {plain_bytes}");
    assert!(same(&clients, &decoded(&body, flags, &JsValue::UNDEFINED).await.unwrap()));
    let (body, _, flags) = encoded(&1.into(), &options(None, Some(0.0))).await;
    assert!(body.is_string() && flags == 0, "it would be larger");
    let key = a_key().await;
    for (count, expected) in [(100, ENCRYPTED), (1_000, COMPRESSED | ENCRYPTED)] {
        let (_, _, flags) = encoded(&clients_of(count), &options(Some(&key), None)).await;
        assert_eq!(flags, expected, "compressed first where that takes less time");
    }
    // A browser that does not compress.
    let change = without_global("CompressionStream", None);
    let (body, _, flags) = encoded(&clients, &options(None, Some(0.0))).await;
    undo(&change);
    assert!(body.is_string() && flags == 0);
}

#[wasm_bindgen_test]
async fn what_is_damaged_or_another_entrys_is_missing() {
    let (key, other) = (a_key().await, a_key().await);
    let clients = clients_of(100);
    let own = options(Some(&key), Some(0.0));
    let (body, bytes, flags) = encoded(&clients, &own).await;
    assert_eq!(flags, COMPRESSED | ENCRYPTED);
    assert!(same(&clients, &decoded(&body, flags, &own).await.unwrap()));
    for at in [0, 12, bytes / 2, bytes - 1] {
        assert!(decoded(&flipped(&body, at), flags, &own).await.is_none(), "byte {at}");
    }
    let misread = [
        changed(&own, "key", &other),
        changed(&own, "key", &JsValue::UNDEFINED),
        changed(&own, "key", &"no key".into()),
        changed(&own, "name", &"tasks".into()),
        changed(&own, "version", &"8".into()),
    ];
    for (index, options) in misread.iter().enumerate() {
        assert!(decoded(&body, flags, options).await.is_none(), "{index}");
    }
    for wrong in [0, CLONE | ENCRYPTED, COMPRESSED, ENCRYPTED, 16, flags | 32] {
        assert!(decoded(&body, wrong, &own).await.is_none(), "{wrong}");
    }
    let (deflated, _, flags) = encoded(&clients, &options(None, Some(0.0))).await;
    assert!(decoded(&flipped(&deflated, 20), flags, &own).await.is_none_or(|found| !same(&found, &clients)));
    for foreign in [
        JsValue::NULL,
        JsValue::UNDEFINED,
        7.into(),
        "{".into(),
        Array::new().into(),
        js_sys::Uint8Array::new(&JsValue::from(3)).into(),
    ] {
        for flags in [0, COMPRESSED, ENCRYPTED, COMPRESSED | ENCRYPTED] {
            assert!(decoded(&foreign, flags, &own).await.is_none(), "{foreign:?} {flags}");
        }
        assert!(split(&foreign).is_none());
    }
    let bomb = JsFuture::from(bomb()).await.unwrap();
    assert!(decoded(&bomb, COMPRESSED, &own).await.is_none(), "no value is that large");
}

#[wasm_bindgen_test]
async fn an_encrypted_clients_name_is_nowhere_in_what_another_library_reads() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    let key = a_key().await;
    let clients = clients_of(50);
    let raw = async || {
        let records = records(&name, "segments").await;
        records.into_iter().map(|(_, record)| record).collect::<Array>()
    };
    for compress_above in [None, Some(0.0)] {
        let (body, bytes, _) = encoded(&clients, &options(Some(&key), compress_above)).await;
        let segment = segment(vec![entry("clients", &body, bytes)]);
        world.append(handle, Durability::Relaxed, &[segment]).await.unwrap();
    }
    let raw_encrypted = raw().await;
    assert_eq!(raw_encrypted.length(), 2);
    assert!(is_there(&raw_encrypted, "header") && !is_there(&raw_encrypted, "Rosewood"));
    assert!(!is_there(&raw_encrypted, "vegetarian"));
    let (body, bytes, _) = encoded(&clients, &options(None, None)).await;
    world.append(handle, Durability::Relaxed, &[segment(vec![entry("plain", &body, bytes)])]).await.unwrap();
    assert!(is_there(&raw().await, "Rosewood"), "what is not encrypted is found");
    world.delete_open(handle, &name).await;
    assert!(!crate::page::databases().await.contains(&name.to_string()), "nothing is left");
}

#[wasm_bindgen_test]
async fn what_is_stored_comes_back_with_its_header_as_it_was() {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    let key = a_key().await;
    let clients = clients_of(20);
    let date = clones().get(5);
    let ways = [
        (clients.clone(), options(None, None)),
        (clients.clone(), options(None, Some(0.0))),
        (clients.clone(), options(Some(&key), None)),
        (date, options(None, None)),
        ("💍".into(), options(None, None)),
        (plain(5), options(Some(&key), Some(32_768.0))),
    ];
    for (index, (value, options)) in ways.iter().enumerate() {
        let (body, bytes, flags) = encoded(value, options).await;
        let written = entry("key", &body, bytes);
        assert!(written.value_bytes() > bytes, "the header takes something too");
        let appended = world.append(handle, Durability::Relaxed, &[segment(vec![written])]).await;
        assert!(appended.is_ok(), "{index}: {appended:?}");
        let slice = world.read(handle, From::After(index as u64), 9).await;
        assert!(slice.unreadable.is_empty());
        let Content::Put { value: stored, expires } = &slice.segments[0].1.entries[0].content else {
            panic!()
        };
        assert_eq!(*expires, PINNED);
        let (header, body) = split(&stored.value).unwrap();
        assert_eq!(header, "1 0 header");
        let found = decoded(&body, flags, options).await.unwrap();
        assert!(same(value, &found), "{index}");
    }
    world.delete_open(handle, &name).await;
}
