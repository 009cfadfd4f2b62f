// Values of the cache that are changed in the place of being fetched anew.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startModulePages } from './module-page.mjs';

/* What runs in the page. */
/** @type {any} */
let options;
/** @type {any} */
let tokenOf;
/** @type {any} */
let wedsync;

/** @type {Awaited<ReturnType<typeof startModulePages>>} */
let pages;

before(async () => {
  pages = await startModulePages();
});
after(() => pages.stop());

test('a patch changes what is kept, and what it cannot say is fetched anew, also after it has changed it', async () => {
  const { result, errors } = await pages.inPage(async () => {
    const { cache, close } = await wedsync.createDashboard({
      ...options,
      accessToken: () => tokenOf('amelia'),
      cache: { devices: false, tables: 'none' },
    });
    const key = { namespace: 'test', supplierId: 's1', resource: 'pipeline' };
    let fetches = 0;
    const read = async () => {
      const { data, state } = await cache.getOrFetch(
        key,
        () => {
          fetches += 1;
          return [`fetched ${fetches}`];
        },
        { dependsOn: ['clients'] },
      );
      return [data, state, fetches];
    };
    const told = [await read()];
    const end = cache.patch(
      key,
      'clients',
      (/** @type {string[]} */ names, /** @type {{ row: string | null, change: any }} */ { row, change }) => {
        if (change === 'broken') throw new Error('The patch is broken.');
        return row === null ? undefined : [...names, change];
      },
    );
    const snapshots = [];
    /** @type {[string, string, string?, unknown?][]} */
    const changes = [
      ['s1', 'clients', '51', 'one'],
      ['s1', 'clients', '52', 'two'],
      ['another', 'clients', '53', 'of another supplier'],
      ['s1', 'payments', '54', 'of another table'],
      // It cannot say what has changed.
      ['s1', 'clients'],
      ['s1', 'clients', '55', 'three'],
      ['s1', 'clients', '56', 'broken'],
    ];
    for (const change of changes) {
      cache.changed(...change);
      snapshots.push(cache.getSnapshot(key).state);
      told.push(await read());
    }
    end();
    cache.changed('s1', 'clients', '57', 'four');
    told.push(await read());
    await close();
    return { told, snapshots };
  });
  assert.deepEqual(result.told, [
    [['fetched 1'], 'fresh', 1],
    [['fetched 1', 'one'], 'fresh', 1],
    [['fetched 1', 'one', 'two'], 'fresh', 1],
    [['fetched 1', 'one', 'two'], 'fresh', 1],
    [['fetched 1', 'one', 'two'], 'fresh', 1],
    [['fetched 2'], 'fresh', 2],
    [['fetched 2', 'three'], 'fresh', 2],
    [['fetched 3'], 'fresh', 3],
    [['fetched 4'], 'fresh', 4],
  ]);
  // What the application's function throws is told as the page's error.
  assert.deepEqual(errors, ['The patch is broken.']);
});
