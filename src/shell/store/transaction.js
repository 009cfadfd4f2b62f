/** One transaction: all its requests, then an explicit commit, so that a tab that is suspended meanwhile blocks no other. */

import { failure } from './failure.js';

/** Above every key of the log are keys of other kinds, which only others can have written. */
const above = (key) => IDBKeyRange.bound(key, 2 ** 53, true);

/** What is asked of an object store within a transaction. */
const request =
  (name) =>
  (store, ...given) =>
  (transaction) =>
    transaction.objectStore(store)[name](...given);

export const get = request('get');
export const add = request('add');
export const clear = request('clear');
const put = request('put');
const getKey = request('getKey');
const getAllKeys = request('getAllKeys');
const getAll = request('getAll');
const remove = request('delete');

/** The records of a database that are no segments. */
export const head = get('manifest', 0);
export const directory = get('manifest', 1);
export const putHead = (record) => put('manifest', record, 0);
export const putDirectory = (record) => put('manifest', record, 1);

export const putSegment = (key, record) => put('segments', record, key);
export const keyAbove = (key) => getKey('segments', above(key));
export const keysAbove = (key, most) => getAllKeys('segments', above(key), most);
export const recordsAbove = (key, most) => getAll('segments', above(key), most);
export const removeRange = (store, first, last) => remove(store, IDBKeyRange.bound(first, last));

/**
 * Runs a transaction: makes the requests that look, waits for them, makes those that follow from what they found, and
 * commits in the same turn. Without looking it is all one turn: a tab that is stopped between a transaction's beginning and its
 * commit blocks all others. Nothing else is awaited within it, and a failure aborts it. Gives what each request has found.
 *
 * Reads where there is no durability; then it waits for no transaction that writes to other object stores, and has ended with
 * its answers: that it is complete is told in another task, which takes as long again as a value's reading.
 */
export async function run(database, stores, durability, look, follow) {
  const mode = durability ? 'readwrite' : 'readonly';
  const transaction = database.transaction(stores, mode, { durability: durability ?? 'relaxed' });
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    // What aborted it says more than the request that it aborted. One without a reason nobody here has aborted.
    transaction.onabort = () => reject(transaction.error ?? failure('AbortError'));
  });
  let asked;
  try {
    asked = look.map((make) => make(transaction));
    const found = look.length > 0 ? await answers(asked) : [];
    for (const make of follow(found)) asked.push(make(transaction));
    transaction.commit();
  } catch (reason) {
    ended.catch(() => {});
    const { error } = transaction;
    abort(transaction);
    throw error ?? reason;
  }
  if (!durability) {
    ended.catch(() => {});
    try {
      return await answers(asked);
    } catch (reason) {
      await ended;
      throw reason;
    }
  }
  await ended;
  return answers(asked);
}

/**
 * What they have found, each, in the turn in which the last of them has its result: the transaction still takes requests
 * then. Chromium completes transactions before it has read the large values that they have found.
 */
async function answers(asked) {
  const end = (one) =>
    new Promise((resolve) => {
      one.onsuccess = resolve;
      one.onerror = resolve;
    });
  await Promise.all(asked.filter(({ readyState }) => readyState === 'pending').map(end));
  return asked.map(({ error, result }) => {
    if (error) throw error;
    return result;
  });
}

function abort(transaction) {
  try {
    transaction.abort();
  } catch {
    // It is over already.
  }
}
