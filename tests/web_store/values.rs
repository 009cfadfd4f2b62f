//! Values of every kind, and keys of every spelling.

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use wedsync_dashboard::core::store::operation::{Durability, Failure, From};
use wedsync_dashboard::core::store::segment::Content;
use wedsync_dashboard::shell::store::encode::{encode, key, spelling};

use crate::world::{World, name, put, segment};

#[wasm_bindgen(inline_js = r#"
class Supplier { constructor() { this.name = 'Rosewood'; } }
const cyclic = { name: 'a' };
cyclic.self = cyclic;
const shared = { deep: [1] };
const deep = (depth) => { let value = 1; for (let i = 0; i < depth; i += 1) value = [value]; return value; };
const wide = () => { let value = [1]; for (let i = 0; i < 40; i += 1) value = [value, value]; return value; };
const proto = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "": 2}');

/** As the format says: the text of a JSON, or an array around a clone. */
export const decode = (stored) => typeof stored === 'string' ? JSON.parse(stored) : structuredClone(stored[0]);

/** What is stored as text, and what only a clone holds. */
export const texts = () => [
  null, true, false, 0, -1.5, 1e300, '', 'Amélie 💍', 'half \ud83d', '\udc00\u0000\u2028', [], {}, [[]],
  { a: [1, { b: null }], 'ключ 💍': 'x', 'half \ud83d': 1 }, Object.assign(Object.create(null), { a: 1 }), proto,
  deep(90), new Proxy({ a: [1] }, {}), new Array(3).fill(0), { '1': 'numeric', length: 7 },
];
export const clones = () => [
  undefined, NaN, Infinity, -0, 10n ** 30n, new Date(0), new Date(NaN), /a+/gi, [, 1], [undefined], { a: undefined },
  new Map([[{ key: 1 }, new Set([1, 'a'])]]), new Uint8Array([0, 255, 7]), new Float64Array([1.5, NaN]).buffer,
  new Uint8Array([1, 2, 3, 4]).subarray(1, 3), new DataView(new ArrayBuffer(3)), new Error('text'), Object('boxed'),
  new Supplier(), cyclic, [shared, shared].concat(new Date(1)), deep(500), wide(), [-0, NaN], { when: new Date(1), rows: [{ a: 1 }] },
];
export const blobs = () => [new Blob(['héllo 💍', new Uint8Array([0, 255])], { type: 'text/plain' }), { file: new File(['x'], 'a.txt', { type: 'a/b', lastModified: 5 }) }];
export const uncloneable = () => [
  () => {}, Symbol('a'), { a: { b() {} } }, [Symbol.iterator], new WeakMap(), Promise.resolve(),
  document.body, { get a() { throw new DOMException('by the test', 'DataCloneError'); } },
  new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])), [new Map([[1, () => {}]])],
];

/** Deep equality, of kinds, holes, cycles and bits; without the classes that no clone keeps. */
export function same(a, b, seen = new Map()) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (seen.has(a)) return seen.get(a) === b;
  seen.set(a, b);
  const kind = (value) => Object.prototype.toString.call(value);
  if (kind(a) !== kind(b)) return false;
  const equal = (x, y) => same(x, y, seen);
  const all = (x, y) => x.length === y.length && x.every((value, index) => equal(value, y[index]));
  if (a instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp) return String(a) === String(b);
  if (a instanceof Error) return a.message === b.message && a.name === b.name;
  if (a instanceof Map || a instanceof Set) return all([...a], [...b]);
  if (a instanceof ArrayBuffer) return all([...new Uint8Array(a)], [...new Uint8Array(b)]);
  if (ArrayBuffer.isView(a)) {
    const bytes = (view) => [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];
    return all(bytes(a), bytes(b));
  }
  if (a instanceof String) return String(a) === String(b);
  return all(Object.keys(a), Object.keys(b)) && a.length === b.length && Object.keys(a).every((name) => equal(a[name], b[name]));
}
export async function sameBlobs(a, b) {
  const [x, y] = [a.file ?? a, b.file ?? b];
  const bytes = async (blob) => new Uint8Array(await blob.arrayBuffer());
  return x !== y && x.type === y.type && x.name === y.name && x.lastModified === y.lastModified && same(await bytes(x), await bytes(y));
}
/** The same depth without recursion, which the comparison of deep values would exceed. */
export const depthOf = (value) => { let depth = 0; for (; Array.isArray(value); value = value[0]) depth += 1; return depth; };
export const large = (megabytes, unit) => ({ text: unit.repeat(megabytes * 1_000_000 / unit.length), bytes: undefined });
export const largeBytes = (megabytes) => new Uint8Array(megabytes * 1_000_000).fill(7);
export function sameLarge(a, b) {
  if (a.text) return a.text === b.text;
  // Eight bytes at once, because there are fifty million.
  const [x, y] = [new Float64Array(a.buffer), new Float64Array(b.buffer)];
  for (let index = 0; index < x.length; index += 1) if (x[index] !== y[index]) return false;
  return x.length === y.length;
}
export const plain = (megabytes) => ({ text: 'x'.repeat(megabytes * 1_000_000) });
export const spellings = () => ['', 'a', '\0', '\0a', '\0""', '"', '\ud83d', '\udc00', 'a\ud83db', '\0"\\ud83d"', '\\ud83d', '💍', '\ufffd', '__proto__', 'constructor', 'a\u0000b', '\u2028', 'x'.repeat(100_000)];
"#)]
extern "C" {
    fn decode(stored: &JsValue) -> JsValue;
    pub fn texts() -> Array;
    pub fn clones() -> Array;
    fn blobs() -> Array;
    pub fn uncloneable() -> Array;
    pub fn same(a: &JsValue, b: &JsValue) -> bool;
    #[wasm_bindgen(js_name = sameBlobs)]
    fn same_blobs(a: &JsValue, b: &JsValue) -> Promise;
    #[wasm_bindgen(js_name = depthOf)]
    pub fn depth_of(value: &JsValue) -> u32;
    pub fn plain(megabytes: u32) -> JsValue;
    #[wasm_bindgen(js_name = large)]
    fn large(megabytes: u32, unit: &str) -> JsValue;
    #[wasm_bindgen(js_name = largeBytes)]
    fn large_bytes(megabytes: u32) -> JsValue;
    #[wasm_bindgen(js_name = sameLarge)]
    fn same_large(a: &JsValue, b: &JsValue) -> bool;
    fn spellings() -> Array;
}

/// Values as they are after they have been stored and read. Firefox reads no blob whose database is gone, so they are looked
/// at before it is.
async fn stored(values: &[JsValue], look: impl AsyncFnOnce(Vec<JsValue>)) {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    for (index, value) in values.iter().enumerate() {
        let segment = segment(vec![put("before", 0, &1.into()), put("key", index as u64, value)]);
        let appended = world.append(handle, Durability::Relaxed, &[segment]).await;
        assert!(appended.is_ok(), "value {index}: {appended:?}");
    }
    let slice = world.read(handle, From::Start, 1_000).await;
    assert_eq!((slice.segments.len(), slice.unreadable.len()), (values.len(), 0));
    let read = |content: &Content<JsValue>| match content {
        Content::Put { value, .. } => decode(&value.value),
        Content::Remove { .. } => panic!(),
    };
    look(slice.segments.iter().map(|(_, segment)| read(&segment.entries[1].content)).collect()).await;
    world.delete_open(handle, &name).await;
}

#[wasm_bindgen_test]
async fn values_of_every_kind_come_back_as_they_were() {
    let values: Vec<_> = texts().iter().chain(clones().iter()).collect();
    stored(&values, async |read| {
        for (index, (before, after)) in values.iter().zip(&read).enumerate() {
            match depth_of(before) {
                depth @ 300.. => assert_eq!(depth, depth_of(after)),
                _ => assert!(same(before, after), "value {index}"),
            }
        }
    })
    .await;
}

/// WebKit's private windows store no blobs, and tests run in one; that is refused as what it is.
async fn stores_blobs() -> bool {
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    let blob = segment(vec![put("key", 1, &blobs().get(1))]);
    let stored = world.append(handle, Durability::Strict, &[blob]).await;
    assert!(stored.is_ok() || stored == Err(Failure::NotCloneable), "{stored:?}");
    world.append(handle, Durability::Strict, &[segment(vec![])]).await.unwrap();
    world.delete_open(handle, &name).await;
    stored.is_ok()
}

#[wasm_bindgen_test]
async fn blobs_and_files_come_back_with_all_they_hold() {
    let blobs: Vec<_> = blobs().iter().collect();
    if !stores_blobs().await {
        return;
    }
    stored(&blobs, async |read| {
        for (before, after) in blobs.iter().zip(&read) {
            assert!(JsFuture::from(same_blobs(before, after)).await.unwrap().is_truthy());
        }
    })
    .await;
}

#[wasm_bindgen_test]
fn text_is_stored_where_it_says_everything() {
    assert!(texts().iter().all(|value| encode(&value).unwrap().value.is_string()));
    assert!(clones().iter().all(|value| Array::is_array(&encode(&value).unwrap().value)));
}

#[wasm_bindgen_test]
fn what_is_encoded_is_the_value_of_that_moment_and_what_is_decoded_ones_own() {
    for before in [Array::of1(&1.into()), Array::of1(&JsValue::UNDEFINED)] {
        let encoded = encode(&before).unwrap();
        before.set(0, 2.into());
        let first = decode(&encoded.value);
        assert!(!same(&before, &first));
        Reflect::set(&first, &0.into(), &3.into()).unwrap();
        let second = decode(&encoded.value);
        assert!(!same(&first, &second) && !same(&second, &before));
    }
}

#[wasm_bindgen_test]
fn what_cannot_be_stored_is_refused_when_it_is_encoded() {
    for (index, value) in uncloneable().iter().enumerate() {
        let reason = encode(&value).expect_err(&index.to_string());
        let name = Reflect::get(&reason, &"name".into()).unwrap();
        assert_eq!(name.as_string().unwrap(), "DataCloneError", "value {index}");
    }
}

#[wasm_bindgen_test]
fn sizes_are_those_on_the_disk() {
    let bytes = |value: &JsValue| f64::from(encode(value).unwrap().bytes);
    assert_eq!(bytes(&"héllo".into()), 7.0, "a byte each, with the quotes");
    assert_eq!(bytes(&"x💍".into()), 10.0, "two bytes each, because one needs them");
    let near = |value: &JsValue, expected: f64| (bytes(value) - expected).abs() < 100.0;
    assert!(near(&large_bytes(1), 1e6), "{}", bytes(&large_bytes(1)));
    assert!(near(&large(1, "x"), 1e6));
    assert!(near(&large(1, "💍"), 2e6));
    let view = js_sys::Uint8Array::new(&js_sys::ArrayBuffer::new(5_000)).subarray(0, 1);
    assert!(near(&view, 5_000.0), "a view is stored with its whole buffer");
    let blob =
        js_sys::eval("new Map([['a', new Blob(['x'.repeat(3000)])], ['b', ['y'.repeat(500)]]])").unwrap();
    assert!(near(&blob, 3_500.0), "{}", bytes(&blob));
}

#[wasm_bindgen_test]
async fn values_of_50_megabytes_are_stored() {
    for value in [plain(5), large(5, "💍"), plain(50), large_bytes(50)] {
        stored(std::slice::from_ref(&value), async |read| assert!(same_large(&value, &read[0]))).await;
    }
}

#[wasm_bindgen_test]
async fn keys_of_any_spelling_stay_apart() {
    let spellings: Vec<_> = spellings().iter().collect();
    let keys: Vec<_> = spellings.iter().map(key).collect();
    for (index, one) in keys.iter().enumerate() {
        assert!(same(&spelling(one), &spellings[index]), "{index}");
        assert!(keys[..index].iter().all(|other| other != one), "{index}");
    }
    let (world, name) = (World::new(), name());
    let handle = world.open(&name).await;
    let entries = keys.iter().map(|key| put(key, 1, &JsValue::NULL)).collect();
    world.append(handle, Durability::Relaxed, &[segment(entries)]).await.unwrap();
    let slice = world.read(handle, From::Start, 9).await;
    let read: Vec<_> = slice.segments[0].1.entries.iter().map(|entry| entry.key.to_string()).collect();
    assert_eq!(read, keys);
    world.delete_open(handle, &name).await;
}
