/** How a database is opened, made and deleted. */

import { failure } from './failure.js';
import { note, unnote } from './site.js';

/** What is asked of the browser; `blocked` is called while it waits for others to close the database. */
function answer(request, blocked) {
  request.onblocked = blocked;
  return new Promise((resolve, reject) => {
    const end = () => (request.error ? reject(request.error) : resolve(request.result));
    request.onsuccess = end;
    request.onerror = end;
  });
}

/**
 * Opens a database, `[database, whether it was made]`. A new one gets its object stores and its head; without a head there
 * shall be no new one, nor once it is not wanted any more: what waits behind others is opened at any time later.
 */
export async function openDatabase(name, version, head, isWanted, blocked) {
  if (head) note(name);
  const request = asked(name, version);
  let wasMade = false;
  request.onupgradeneeded = ({ oldVersion }) => {
    const { result, transaction } = request;
    // Aborted, a database that was not there before is not there after.
    if (!head || !isWanted()) return transaction.abort();
    // There is no older version than the first.
    if (oldVersion > 0) return;
    result.createObjectStore('segments', { autoIncrement: true });
    result.createObjectStore('manifest').put(head, 0);
    wasMade = true;
  };
  return [await answer(request, blocked), wasMade];
}

/** Whatever a browser throws at the call itself, it gives no databases here. */
function asked(name, version) {
  try {
    return indexedDB.open(name, version);
  } catch {
    throw failure('NotSupportedError');
  }
}

/** Deletes a database, if there is one. */
export async function deleteDatabase(name, blocked) {
  if (!globalThis.indexedDB) throw failure('NotSupportedError');
  await answer(indexedDB.deleteDatabase(name), blocked);
  unnote(name);
}
