import assert from 'node:assert/strict';
import { startEngine } from './engines.mjs';

/**
 * Pages of one engine for programs that use the cache: see {@link provideCache}.
 * @param {{ engine?: typeof import('./engines.mjs').engines[number], provide?: (() => void)[] }} [options] `provide`: what the programs use besides
 */
export async function startCachePages({ engine = 'Chromium', provide = [] } = {}) {
  const { inPage, stop } = await startEngine(engine);
  return {
    /**
     * Runs a function in a fresh page, whose storage is nobody else's, and into which nothing may be thrown.
     * @template Result
     * @template [Given=undefined]
     * @param {(given: Given) => Promise<Result>} program
     * @param {Given} [given]
     * @returns {Promise<Result>}
     */
    async inPage(program, given) {
      const { result, problems } = await inPage(program, { prepare: [provideCache, ...provide], given });
      assert.deepEqual(problems, [], 'nothing was thrown into the page');
      return result;
    },
    stop,
  };
}

// What the programs use. Each function runs in the page, and needs nothing of this file.

/** `open`, `reopen`, `keyOf`, `until` and `failure`, and `isWell` by what health says. */
function provideCache() {
  const page = /** @type {any} */ (globalThis);
  const { wedsync } = page;
  page.open = async ({ cache = {}, sub = 'amelia', ...more } = {}) => {
    page.dashboard = await wedsync.createDashboard({
      url: 'http://127.0.0.1:9',
      key: 'key',
      accessToken: () => page.tokenOf(sub),
      ...more,
      cache: { devices: false, tables: 'none', ...cache },
    });
    return page.dashboard;
  };
  /** Opened once more, and the disk has answered: a slow one is no miss then. */
  page.reopen = async (/** @type {any} */ options) => {
    const dashboard = await page.open(options);
    await page.until(async () => (await dashboard.cache.set(page.keyOf('reopened'), true)).disk);
    return dashboard;
  };
  page.keyOf = (/** @type {string} */ resource, /** @type {unknown} */ params) => ({
    namespace: 'test',
    supplierId: 's1',
    resource,
    params,
  });
  page.until = async (/** @type {() => unknown} */ isSo) => {
    const end = performance.now() + 20_000;
    while (!(await isSo())) {
      if (performance.now() > end) throw new Error(`It has not come: ${isSo}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  page.failure = async (/** @type {Promise<unknown>} */ promise) => {
    try {
      await promise;
    } catch (error) {
      return /** @type {any} */ (error).code ?? String(error);
    }
    return 'no error';
  };
  /** Whether health has nothing to say of the cache and of its storage. */
  page.isWell = () => {
    const { checks } = page.dashboard.health.getHealthStatus();
    return ['cache', 'storage'].every((name) => ['healthy', 'unknown'].includes(checks[name].status));
  };
}

/** `databasesOf`, `connect`, `recordsIn` and `storedText`: what lies in the page's storage, as the browser alone says. */
export function provideRaw() {
  const page = /** @type {any} */ (globalThis);
  const asked = (/** @type {any} */ request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  /** The names of the databases of this kind; of all without one. */
  page.databasesOf = async (kind = '') => {
    const all = await page.indexedDB.databases();
    return all
      .map((/** @type {any} */ { name }) => name)
      .filter((/** @type {string} */ name) => name.endsWith(kind));
  };
  /** An open database, which gets out of nobody's way unless it listens. */
  page.connect = (/** @type {string} */ name, /** @type {number} */ version) =>
    asked(page.indexedDB.open(name, version));
  /** Once nobody is in the way. */
  page.removeDatabase = (/** @type {string} */ name) => asked(page.indexedDB.deleteDatabase(name));
  /** The keys and the records of an object store. */
  page.recordsIn = async (/** @type {any} */ database, /** @type {string} */ store) => {
    const from = database.transaction(store).objectStore(store);
    const [keys, records] = await Promise.all([asked(from.getAllKeys()), asked(from.getAll())]);
    return keys.map((/** @type {any} */ key, /** @type {number} */ place) => [key, records[place]]);
  };
  page.putRecords = (
    /** @type {any} */ database,
    /** @type {string} */ store,
    /** @type {any[]} */ records,
  ) => {
    const transaction = database.transaction(store, 'readwrite');
    for (const [key, record] of records) transaction.objectStore(store).put(record, key);
    return new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  };
  const textOf = async (/** @type {any} */ value, seen = new Set()) => {
    if (typeof value !== 'object' || value === null) return String(value);
    if (seen.has(value)) return '';
    seen.add(value);
    if (value instanceof Blob) return value.text();
    if (value instanceof Date) return value.toISOString();
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      return ['utf-8', 'utf-16le', 'latin1']
        .map((name) => new TextDecoder(name).decode(/** @type {any} */ (value)))
        .join('\n');
    }
    let text = '';
    const parts =
      value instanceof Map || value instanceof Set ? [...value].flat() : Object.entries(value).flat();
    for (const part of parts) text += `${await textOf(part, seen)}\n`;
    return text;
  };
  /** All that can be read: of each database by its name, of Cache Storage, and of `localStorage` and `sessionStorage`. */
  page.storedText = async () => {
    /** @type {Record<string, string>} */
    const stored = {};
    for (const name of await page.databasesOf()) {
      const database = await page.connect(name);
      let text = name;
      for (const store of database.objectStoreNames) {
        for (const [key, record] of await page.recordsIn(database, store)) {
          text += `\n${await textOf(key)}\n${await textOf(record)}`;
        }
      }
      database.close();
      stored[name] = text;
    }
    let text = '';
    for (const name of await page.caches.keys()) {
      const cache = await page.caches.open(name);
      for (const request of await cache.keys()) {
        text += `\n${name}\n${request.url}\n${await (await cache.match(request))?.text()}`;
      }
    }
    stored['Cache Storage'] = text;
    stored.localStorage = await textOf({ ...page.localStorage });
    stored.sessionStorage = await textOf({ ...page.sessionStorage });
    return stored;
  };
}

/** `refuse`, `fail`, `without` and `connections`: what goes wrong with IndexedDB. Each change ends by the function it returns. */
export function provideFaults() {
  const page = /** @type {any} */ (globalThis);
  const exception = (/** @type {string} */ name) => new DOMException('by the test', name);
  const replace = (/** @type {any} */ object, /** @type {string} */ name, /** @type {any} */ descriptor) => {
    const former = Object.getOwnPropertyDescriptor(object, name);
    Object.defineProperty(object, name, { configurable: true, ...descriptor });
    return () => {
      if (former) Object.defineProperty(object, name, former);
      else delete object[name];
    };
  };
  const wrap = (/** @type {any} */ object, /** @type {string} */ name, /** @type {any} */ around) => {
    const former = object[name];
    return replace(object, name, {
      writable: true,
      /** @this {any} @param {any[]} given */
      value(...given) {
        return around(this, () => former.apply(this, given), given);
      },
    });
  };
  const isOf = (/** @type {any} */ source, /** @type {string} */ kind) =>
    (source.transaction?.db ?? source).name?.endsWith(kind) ?? true;
  /** The databases of this kind refuse what is written, by this exception. */
  page.refuse = (/** @type {string} */ name, kind = '/cache') =>
    wrap(page.IDBObjectStore.prototype, 'add', (/** @type {any} */ store, /** @type {any} */ call) => {
      if (isOf(store, kind)) throw exception(name);
      return call();
    });
  /** Requests of such a method fail with this exception, a turn later, as the browser's own do. */
  page.fail = (
    /** @type {string} */ of,
    /** @type {string} */ method,
    /** @type {string} */ name,
    kind = '/cache',
  ) =>
    wrap(
      page[of].prototype,
      method,
      (/** @type {any} */ source, /** @type {any} */ call, /** @type {any} */ given) => {
        const request = call();
        const isIts = of === 'IDBFactory' ? given[0].endsWith(kind) : isOf(source, kind);
        if (isIts) Object.defineProperty(request, 'error', { value: exception(name) });
        return request;
      },
    );
  /** There is no IndexedDB, or it may not be touched. */
  page.without = (/** @type {string | undefined} */ name) =>
    replace(page, 'indexedDB', {
      get() {
        if (name) throw exception(name);
        return undefined;
      },
    });
  /** The connections that are opened from now on to databases of this kind. */
  page.connections = (kind = '/cache') => {
    /** @type {any[]} */
    const all = [];
    wrap(
      page.IDBFactory.prototype,
      'open',
      (/** @type {any} */ _, /** @type {any} */ call, /** @type {any} */ given) => {
        const request = call();
        if (given[0].endsWith(kind)) request.addEventListener('success', () => all.push(request.result));
        return request;
      },
    );
    return all;
  };
}
