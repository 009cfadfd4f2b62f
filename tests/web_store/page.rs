//! What tests change of the page, and see of it: each change is undone by what it returns.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(inline_js = r#"
/** Replaces a property until the returned function is called. */
function replace(object, name, descriptor) {
  const former = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { configurable: true, ...descriptor });
  return () => {
    if (former) Object.defineProperty(object, name, former);
    else delete object[name];
  };
}
function wrap(object, name, around) {
  const former = object[name];
  return replace(object, name, { writable: true, value(...given) { return around(this, former, given); } });
}
const fail = (name) => { throw new DOMException('by the test', name); };

export function watchTransactions(list) {
  return wrap(IDBDatabase.prototype, 'transaction', (database, former, given) => {
    const transaction = former.apply(database, given);
    list.push(transaction);
    return transaction;
  });
}
export function forgetDurability() {
  return wrap(IDBDatabase.prototype, 'transaction', (database, former, [stores, mode]) =>
    former.call(database, stores, mode));
}
export function watchCommits(list) {
  return wrap(IDBTransaction.prototype, 'commit', (transaction, former, given) => {
    list.push(transaction);
    return former.apply(transaction, given);
  });
}
export function abortInsteadOfCommit() {
  return wrap(IDBTransaction.prototype, 'commit', (transaction) => transaction.abort());
}
export function failAt(kind, name, exception) {
  return wrap(globalThis[kind].prototype, name, () => fail(exception));
}
export function failRequests(kind, name, exception) {
  return wrap(globalThis[kind].prototype, name, (source, former, given) => {
    const request = former.apply(source, given);
    Object.defineProperty(request, 'error', { value: new DOMException('by the test', exception) });
    return request;
  });
}
/** Every reading of the record under this key fails, and of several records that it is among, as of one whose file is gone. */
export function damage(key) {
  const includes = (range) => (range instanceof IDBKeyRange ? range.includes(key) : range === key);
  const damaged = new WeakSet();
  const around = (source, former, given) => {
    const request = former.apply(source, given);
    if (includes(given[0])) damaged.add(request);
    return request;
  };
  const undo = ['get', 'getAll'].map((name) => wrap(IDBObjectStore.prototype, name, around));
  const former = Object.getOwnPropertyDescriptor(IDBRequest.prototype, 'error');
  undo.push(replace(IDBRequest.prototype, 'error', {
    get() {
      return damaged.has(this) && this.readyState === 'done'
        ? new DOMException('by the test', 'NotReadableError')
        : former.get.call(this);
    },
  }));
  return () => undo.forEach((one) => one());
}
export function withoutMethod(kind, name) {
  return replace(globalThis[kind].prototype, name, { writable: true, value: undefined });
}
export function withoutGlobal(name, exception) {
  return replace(globalThis, name, { get: () => (exception ? fail(exception) : undefined) });
}
export function withoutOfNavigator(name) {
  return replace(navigator, name, { value: undefined });
}
export async function openRaw(name, version, listens) {
  const request = indexedDB.open(name, version);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      if (listens) request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}
export function closeRaw(database) { database.close(); }
export function tellClosed(transactions) { transactions[0].db.dispatchEvent(new Event('close')); }
export async function databases() { return (await indexedDB.databases()).map(({ name }) => name); }
/** Ends once all that is queued has been done. */
export function turn() { return new Promise((resolve) => setTimeout(resolve, 0)); }
export async function takeLock(name) {
  let end;
  await new Promise((taken) => navigator.locks.request(name, () => { taken(); return new Promise((given) => { end = given; }); }));
  return () => end();
}
/** The second call of each two fails, when the first one has been made. */
export function failSecond(name, exception) {
  let calls = 0;
  return wrap(IDBObjectStore.prototype, name, (store, former, given) => {
    calls += 1;
    return calls % 2 === 0 ? fail(exception) : former.apply(store, given);
  });
}
export function putForeign(database, store, records) {
  const transaction = database.transaction(store, 'readwrite');
  for (const [key, record] of records) transaction.objectStore(store).put(record, key);
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}
"#)]
extern "C" {
    /// Collects transactions as they begin.
    #[wasm_bindgen(js_name = watchTransactions)]
    pub fn watch_transactions(list: &Array) -> Function;
    #[wasm_bindgen(js_name = forgetDurability)]
    pub fn forget_durability() -> Function;
    #[wasm_bindgen(js_name = watchCommits)]
    pub fn watch_commits(list: &Array) -> Function;
    #[wasm_bindgen(js_name = abortInsteadOfCommit)]
    pub fn abort_instead_of_commit() -> Function;
    #[wasm_bindgen(js_name = failAt)]
    pub fn fail_at(kind: &str, name: &str, exception: &str) -> Function;
    #[wasm_bindgen(js_name = failRequests)]
    pub fn fail_requests(kind: &str, name: &str, exception: &str) -> Function;
    #[wasm_bindgen(js_name = failSecond)]
    pub fn fail_second(name: &str, exception: &str) -> Function;
    pub fn damage(key: f64) -> Function;
    #[wasm_bindgen(js_name = withoutMethod)]
    pub fn without_method(kind: &str, name: &str) -> Function;
    #[wasm_bindgen(js_name = withoutGlobal)]
    pub fn without_global(name: &str, exception: Option<&str>) -> Function;
    #[wasm_bindgen(js_name = withoutOfNavigator)]
    pub fn without_of_navigator(name: &str) -> Function;
    #[wasm_bindgen(js_name = openRaw)]
    fn open_raw(name: &str, version: u32, listens: bool) -> Promise;
    #[wasm_bindgen(js_name = closeRaw)]
    pub fn close_raw(database: &JsValue);
    #[wasm_bindgen(js_name = tellClosed)]
    pub fn tell_closed(transactions: &Array);
    #[wasm_bindgen(js_name = databases)]
    fn database_names() -> Promise;
    #[wasm_bindgen(js_name = turn)]
    fn next_turn() -> Promise;
    #[wasm_bindgen(js_name = takeLock)]
    fn lock_taken(name: &str) -> Promise;
    #[wasm_bindgen(js_name = putForeign)]
    fn foreign_put(database: &JsValue, store: &str, records: &Array) -> Promise;
}

/// Undoes a change.
pub fn undo(change: &Function) {
    change.call0(&JsValue::NULL).unwrap();
}

/// A connection that is not ours; one that does not listen stays open whoever waits.
pub async fn connect(name: &str, version: u32, listens: bool) -> Result<JsValue, JsValue> {
    JsFuture::from(open_raw(name, version, listens)).await
}

/// The names of the databases there are.
pub async fn databases() -> Vec<String> {
    let names = Array::from(&JsFuture::from(database_names()).await.unwrap());
    names.iter().filter_map(|name| name.as_string()).collect()
}

/// Ends once all that is queued has been done.
pub async fn turn() {
    JsFuture::from(next_turn()).await.unwrap();
}

/// Takes a lock as another tab would; the function gives it back.
pub async fn take_lock(name: &str) -> Function {
    JsFuture::from(lock_taken(name)).await.unwrap().unchecked_into()
}

/// Puts records under keys of the log, as others would.
pub async fn put_foreign(name: &str, records: &Array) {
    put_records(name, "segments", records).await;
}

/// Puts a record beside the log.
pub async fn put_manifest(name: &str, key: f64, record: &JsValue) {
    put_records(name, "manifest", &Array::of1(&Array::of2(&key.into(), record))).await;
}

async fn put_records(name: &str, store: &str, records: &Array) {
    let database = connect(name, 1, true).await.unwrap();
    JsFuture::from(foreign_put(&database, store, records)).await.unwrap();
    close_raw(&database);
}
