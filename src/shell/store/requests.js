/** What is asked of an object store within a transaction. */

/** Above every key of the log are keys of other kinds, which only others can have written. */
const above = (key) => IDBKeyRange.bound(key, 2 ** 53, true);

const requests = {
  get: (store, key) => store.get(key),
  keyAbove: (store, key) => store.getKey(above(key)),
  keysAbove: (store, key, most) => store.getAllKeys(above(key), most),
  recordsAbove: (store, key, most) => store.getAll(above(key), most),
  add: (store, record) => store.add(record),
  put: (store, key, record) => store.put(record, key),
  delete: (store, first, last) => store.delete(IDBKeyRange.bound(first, last)),
  clear: (store) => store.clear(),
};

/** Makes a request by its name, and gives it. */
export function ask(transaction, store, name, a, b) {
  return requests[name](transaction.objectStore(store), a, b);
}

/**
 * What they have found, each, in the turn in which the last of them has its result: the transaction still takes requests
 * then. Chromium completes transactions before it has read the large values that they have found.
 */
export async function answers(asked) {
  const end = (request) =>
    new Promise((resolve) => {
      request.onsuccess = resolve;
      request.onerror = resolve;
    });
  await Promise.all(asked.filter(({ readyState }) => readyState === 'pending').map(end));
  return asked.map(({ error, result }) => {
    if (error) throw error;
    return result;
  });
}
