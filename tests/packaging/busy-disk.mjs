/* What runs in the page. */
/** @type {any} */
let indexedDB;

/**
 * Holds a page's database of the cache, as a tab does that is busy within a transaction, until the function that is given is called.
 * @param {import('@playwright/test').Page} page
 */
export async function holdCache(page) {
  await page.evaluate(async () => {
    const global = /** @type {any} */ (globalThis);
    const names = (await indexedDB.databases()).map((/** @type {any} */ { name }) => name);
    const opening = indexedDB.open(names.find((/** @type {string} */ name) => name.endsWith('cache')));
    await new Promise((resolve, reject) => Object.assign(opening, { onsuccess: resolve, onerror: reject }));
    const stores = [...opening.result.objectStoreNames];
    const store = opening.result.transaction(stores, 'readwrite').objectStore(stores[0]);
    global.isBusy = true;
    await new Promise((resolve) => {
      const next = () => {
        resolve(undefined);
        if (global.isBusy) store.count().onsuccess = next;
        else opening.result.close();
      };
      store.count().onsuccess = next;
    });
  });
  return () => page.evaluate(() => Object.assign(globalThis, { isBusy: false }));
}
