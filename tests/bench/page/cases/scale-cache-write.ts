import { digest } from '../digest.js';
import { loadOurs, loadPeer } from '../load.js';
import { nowAndThen } from '../now-and-then.js';
import { openPackedIndexedDb } from '../peers/packed-indexeddb.js';
import { openRawIndexedDb } from '../peers/raw-indexeddb.js';
import type { Curve, MakeSides, Side } from '../side.js';
import { type OpenStore, withFreshStore } from '../store.js';
import { entries } from '../values.js';

export const makeSides: MakeSides = async (_, { amount }) => {
  const { openIdbKeyval } = await loadPeer('idb-keyval', () => import('../peers/idb-keyval.js'));
  const { openDexie } = await loadPeer('dexie', () => import('../peers/dexie.js'));
  const { openWholeClient } = await loadPeer('@tanstack/query-core', () => import('../peers/query-core.js'));
  const { openOursCached } = await loadOurs(() => import('../peers/ours-cached.js'));
  const sizes = [100, 1_000, 10_000].map(amount);
  const side = (role: Side['role'], name: string, open: OpenStore) => writing(role, name, open, sizes);
  return [
    side('ours', '@wedsync/dashboard', openOursCached),
    side('peer', 'idb-keyval', openIdbKeyval),
    side('peer', 'dexie', openDexie),
    side('peer', '@tanstack/query-core, persisted whole', openWholeClient),
    side('limit', 'packed IndexedDB', openPackedIndexedDb),
    nowAndThen(side('aside', 'IndexedDB, a record a value', openRawIndexedDb)),
  ];
};

function writing(role: Side['role'], name: string, open: OpenStore, sizes: number[]): Side {
  const values = entries(0, Math.max(...sizes));
  return {
    role,
    name,
    async round() {
      const curve: Curve = {};
      for (const size of sizes) {
        const written = values.slice(0, size);
        curve[size] = await withFreshStore(open, async (store) => {
          const started = performance.now();
          await store.setMany(written);
          const ms = performance.now() - started;
          const stored = await store.count();
          if (stored !== size) throw new Error(`${name} stored ${stored} of ${size} values.`);
          return ms;
        });
      }
      return curve;
    },
    result: () =>
      withFreshStore(open, async (store) => {
        const written = values.slice(0, sizes[0]);
        await store.setMany(written);
        const stored = await store.readAll();
        return digest(written.map(({ key }) => stored.get(key)));
      }),
  };
}
