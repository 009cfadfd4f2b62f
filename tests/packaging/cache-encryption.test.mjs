// What lies on the disk of a cache that encrypts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { provideRaw, startCachePages } from './cache-page.mjs';

/* What runs in the page. */
/** @type {any} */
let open;
/** @type {any} */
let reopen;
/** @type {any} */
let keyOf;
/** @type {any} */
let storedText;
/** @type {any} */
let databasesOf;
/** @type {any} */
let connect;
/** @type {any} */
let recordsIn;
/** @type {any} */
let putRecords;

/** @type {Awaited<ReturnType<typeof startCachePages>>} */
let pages;
before(async () => {
  pages = await startCachePages({ provide: [provideRaw] });
});
after(() => pages.stop());

test('with encryption nothing readable lies on the disk, and it is read again', async () => {
  const result = await pages.inPage(async () => {
    const { cache, close } = await open({ cache: { encrypt: true } });
    const key = keyOf('secret');
    const written = await cache.set(key, { couple: 'Ann & Ben' });
    await cache.set(keyOf('large'), 'Ann & Ben '.repeat(20_000), { compress: true });
    await close();
    const text = Object.values(await storedText()).join();
    const second = await reopen({ cache: { encrypt: true } });
    const found = await second.cache.get(key);
    const large = await second.cache.get(keyOf('large'));
    await second.close();
    return {
      written,
      isReadable: text.includes('Ann & Ben'),
      length: text.length > 100,
      found: found?.data,
      large: large?.data.length,
    };
  });
  assert.deepEqual(result, {
    written: { disk: true, remote: null },
    isReadable: false,
    length: true,
    found: { couple: 'Ann & Ben' },
    large: 200_000,
  });
});

test('what is encrypted is read under its own key and as its own version alone', async () => {
  const result = await pages.inPage(async () => {
    /** Shows each entry on the disk, header and body, to be changed. */
    async function onDisk(/** @type {(entry: [string, Uint8Array]) => void} */ change) {
      const look = (/** @type {any} */ value) => {
        if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
        if (Array.isArray(value) && typeof value[0] === 'string' && value[1] instanceof Uint8Array) {
          change(/** @type {any} */ (value));
        } else Object.values(value).forEach(look);
      };
      for (const name of await databasesOf('/cache')) {
        const database = await connect(name);
        const records = await recordsIn(database, 'segments');
        look(records);
        await putRecords(database, 'segments', records);
        database.close();
      }
    }
    async function inCache(/** @type {(cache: any) => Promise<unknown>} */ act) {
      const { cache, close } = await open({ cache: { encrypt: true } });
      const told = await act(cache);
      await close();
      return told;
    }
    const names = ['one', 'two', 'old', 'kept'];
    const bodies = new Map();
    const nameOf = (/** @type {string} */ header) => names.find((name) => header.includes(`"${name}"`)) ?? '';
    await inCache(async (cache) => {
      for (const name of names) await cache.set(keyOf(name), `of ${name}`, { version: 'v 1' });
    });
    await onDisk(([header, body]) => bodies.set(nameOf(header), body));
    await inCache((cache) => cache.set(keyOf('old'), 'newer', { version: 'v 2' }));
    let places = 0;
    const moved = /** @type {Record<string, string>} */ ({ one: 'two', two: 'one', old: 'old' });
    await onDisk((entry) => {
      const from = moved[nameOf(entry[0])];
      if (from === undefined) return;
      places += 1;
      entry[1] = bodies.get(from);
    });
    return inCache(async (cache) => {
      const found = [];
      for (const name of names) found.push((await cache.get(keyOf(name)))?.data ?? null);
      return { found, bodies: [...bodies.keys()].sort(), places };
    });
  });
  const { places } = /** @type {{ places: number }} */ (result);
  assert.deepEqual(result, {
    found: [null, null, null, 'of kept'],
    bodies: ['kept', 'old', 'one', 'two'],
    places,
  });
  assert.ok(places >= 3, `${places}`);
});
