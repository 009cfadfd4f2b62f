import type { Page } from '@playwright/test';

/** Where a browser keeps one of these words for the page's origin: each database, cache and storage, keys and values alike. */
export function tracesOf(page: Page, words: readonly string[]): Promise<string[]> {
  return page.evaluate(async (wanted) => {
    const found: string[] = [];
    const look = (place: string, text: string) => {
      for (const word of wanted) if (text.includes(word)) found.push(`${place}: ${word}`);
    };
    /** All text in a value, that in binary data too. */
    const textOf = (value: unknown): string => {
      if (value instanceof ArrayBuffer) return new TextDecoder().decode(value);
      if (ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
      if (value instanceof Map || value instanceof Set) return textOf([...value]);
      if (typeof value === 'object' && value !== null)
        return Object.entries(value)
          .map(([key, item]) => `${key} ${textOf(item)}`)
          .join(' ');
      return String(value);
    };
    const answerTo = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined) continue;
      look('the name of a database', name);
      const database = await answerTo(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const records = database.transaction(store).objectStore(store);
        const [keys, values] = await Promise.all([
          answerTo(records.getAllKeys()),
          answerTo(records.getAll()),
        ]);
        look(`${name}/${store}`, textOf([keys, values]));
      }
      database.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        look(`${name}`, request.url);
        look(request.url, (await (await cache.match(request))?.text()) ?? '');
      }
    }
    look('localStorage', textOf({ ...localStorage }));
    look('sessionStorage', textOf({ ...sessionStorage }));
    look('cookies', document.cookie);
    return found;
  }, words);
}
