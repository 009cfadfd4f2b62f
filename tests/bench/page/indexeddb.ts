/** IndexedDB as promises, and nothing more: what raw sides are written with, and how databases are removed. */

export async function openDatabase(
  name: string,
  createStores: (database: IDBDatabase) => void,
): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => createStores(request.result);
  return answer(request);
}

/** What a request was answered. */
export function answer<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Commits at once instead of waiting for further requests; resolves once all of it is stored. */
export function complete(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.commit();
  });
}

/** Waits for transactions that are still under way after `close`; one that nobody closed is a fault of its side. */
export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
    request.onblocked = () => setTimeout(reject, 10_000, new Error(`The database ${name} was not closed.`));
  });
}

let databases = 0;

/** A name that no database had yet: what is left of one round cannot reach the next. */
export function freshName(): string {
  databases += 1;
  return `bench-${databases}`;
}
